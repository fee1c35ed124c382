/* The commands; each is declared in the file of its name. */
#ifndef SEEDBANK_BUCKET_COMMANDS_H
#define SEEDBANK_BUCKET_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_command audit_command;
extern const struct cli_command copy_command;
extern const struct cli_command plan_command;
extern const struct cli_command apply_command;
extern const struct cli_command undelete_command;
extern const struct cli_command undo_command;
extern const struct cli_command restore_command;
extern const struct cli_command verify_command;

#endif
