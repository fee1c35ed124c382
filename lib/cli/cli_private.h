/* What the files cli*.c share; for them alone. */
#ifndef CLI_CLI_PRIVATE_H
#define CLI_CLI_PRIVATE_H

#include "cli/cli.h"

/* Of struct cli_common. */
extern const struct cli_option cli_common_options[];

/* What each exit code means, in one line; ended by a NULL text. */
struct cli_exit_row {
    enum cli_exit code;
    const char *meaning;
};
extern const struct cli_exit_row cli_exit_rows[];

/* A group by a command's own and then by the common one: for whatever lists options. */
size_t cli_groups_n(const struct cli_command *command);
const struct cli_group *cli_group(const struct cli_command *command, size_t i);

#endif
