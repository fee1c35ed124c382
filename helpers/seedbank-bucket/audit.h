/* What the files audit*.c share; for them alone. */
#ifndef SEEDBANK_BUCKET_AUDIT_H
#define SEEDBANK_BUCKET_AUDIT_H

#include "cli/cli.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/settings.h"
#include "seedbank-bucket/timeline.h"

struct audit_settings {
    struct settings server;
    const char *bucket, *prefix, *save_config;
    uint64_t days;
    bool accept_gaps;
};

struct history;

/* What a look at the bucket found. */
struct audit {
    struct cli *cli;
    const struct audit_settings *settings;
    struct s3_target target;
    struct cli_texts prefixes; /* the one that was given, or none */
    enum s3_versioning_status versioning;
    int64_t now_s; /* by the server's clock */
    struct timeline *timeline;
    uint64_t archived; /* versions in an archive storage class */

    struct history *history; /* NULL: it is no copy with history */
    uint64_t doubts;         /* keys of which that does not tell what they are now */
    const char *doubtful;    /* one of them, and why */

    /* What lifecycle rules do to old versions. */
    struct expiry *expiry; /* NULL: the rules may not be read */
    int64_t since; /* moment.h: what was there then or later cannot have been removed yet; 0: any
                      time */
    const char *since_rule; /* NULL: no rule says so */
    struct audit_doom {
        uint64_t versions, bytes; /* that go within the days asked for */
        int64_t first_s;
        const char *rule; /* of the first */
    } doom;
};

/* audit_show.c: tell it. */
void audit_show(struct audit *audit);

/* audit_config.c: the bucket's own settings, into the file that was asked for. */
enum rc audit_config_save(struct audit *audit) RC_MUST_CHECK;

#endif
