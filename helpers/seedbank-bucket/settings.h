/* Where the bucket is: what every command that talks to a server takes. */
#ifndef SEEDBANK_BUCKET_SETTINGS_H
#define SEEDBANK_BUCKET_SETTINGS_H

#include "cli/cli.h"
#include "s3/s3.h"

struct settings {
    const char *endpoint, *region, *profile, *ca_file, *owner;
    bool path_style;
};

/* A group whose struct is a struct settings at that offset of the command's own. */
#define SETTINGS_GROUP(at)                                                                         \
    {                                                                                              \
        "Server", settings_options, (at)                                                           \
    }
extern const struct cli_option settings_options[];
extern const struct cli_option settings_environment[];

/* A client, owned by the session, and the bucket there. Nothing is sent. */
enum rc settings_target(struct cli *cli, const struct settings *settings, const char *bucket,
                        struct s3_target *ret_target) RC_MUST_CHECK;

/* The error of a bucket that does not exist, with what can still be done, and CLI_NOT_FOUND.
 * Returns RC_FAIL. */
enum rc settings_no_bucket(struct cli *cli, const struct s3_target *target);

/* What to type next: the program with those words (ended by NULL), and of the settings those that
 * no plan holds. */
const char *settings_command(struct cli *cli, const struct settings *settings,
                             const char *const *words);

#endif
