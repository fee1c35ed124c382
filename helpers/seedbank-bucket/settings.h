/* Where the bucket is: what every command that talks to a server takes. */
#ifndef SEEDBANK_BUCKET_SETTINGS_H
#define SEEDBANK_BUCKET_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "s3/s3.h"

struct settings {
    const char *endpoint, *region, *profile, *ca_file, *owner;
    bool path_style;
    uint64_t max_per_second; /* requests; 0: no bound */
};

/* A group whose struct is a struct settings at that offset of the command's own. */
#define SETTINGS_GROUP(at)                                                                         \
    {                                                                                              \
        "Server", settings_options, (at)                                                           \
    }
extern const struct cli_option settings_options[];
extern const struct cli_option settings_environment[];

/* One of the servers of a command that talks to two: its options are those above with a prefix,
 * --src-endpoint, its variables SEEDBANK_SRC_S3_*.
 *
 * A side that has an endpoint, a profile or keys of its own, among options or variables, is a set
 * that stands alone: it takes nothing of the common options and of SEEDBANK_S3_*, so that no key
 * travels to a server that it was not given for. Without an endpoint in it, such a side is AWS. A
 * side without any of these is at the common server with the common keys; its other options come
 * before the common ones. */
struct settings_side {
    const char *prefix;    /* of its options: "src-" */
    const char *variables; /* how its variables begin: "SEEDBANK_SRC_S3" */
    const struct cli_option *options;
};
extern const struct settings_side settings_src, settings_dst, settings_against;
extern const struct cli_option settings_src_options[], settings_dst_options[],
    settings_against_options[];

/* As SETTINGS_GROUP: SETTINGS_GROUP_OF("Source", src, offsetof(struct copy, src)). */
#define SETTINGS_GROUP_OF(title, side, at)                                                         \
    {                                                                                              \
        (title), settings_##side##_options, (at)                                                   \
    }

/* A client, owned by the session, and the bucket there. Nothing is sent. */
enum rc settings_target(struct cli *cli, const struct settings *settings, const char *bucket,
                        struct s3_target *ret_target) RC_MUST_CHECK;

/* A side as a command was given it, with the options that are for both. */
struct settings_of {
    const struct settings_side *side;
    const struct settings *own, *common;
};

/* What a side comes to; of a set that stands alone, without what its variables say. */
struct settings settings_whole(struct cli *cli, const struct settings_of *of);

/* As settings_target, for a side. */
enum rc settings_target_of(struct cli *cli, const struct settings_of *of, const char *bucket,
                           struct s3_target *ret_target) RC_MUST_CHECK;

/* The error of a bucket that does not exist, with what can still be done, and CLI_NOT_FOUND.
 * Returns RC_FAIL. */
enum rc settings_no_bucket(struct cli *cli, const struct s3_target *target);

/* What to type next: the program with those words (ended by NULL), and of the settings those that
 * no plan holds. */
const char *settings_command(struct cli *cli, const struct settings *settings,
                             const char *const *words);

/* Those that were given, as options with that prefix ("", "src-"), to a command line that is made
 * up of several parts. */
struct buf;
void settings_add(struct buf *line, const char *prefix, const struct settings *s);

#endif
