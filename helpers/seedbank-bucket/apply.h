/* Carrying out a plan: what the command apply does, and restore in the middle. */
#ifndef SEEDBANK_BUCKET_APPLY_H
#define SEEDBANK_BUCKET_APPLY_H

#include "base/rc.h"
#include "seedbank-bucket/settings.h"

struct apply_options {
    bool yes_delete_versions, allow_unversioned, keep_compliance;
    const char *storage_class;
};

/* A group whose struct is a struct apply_options at that offset of the command's own. */
#define APPLY_GROUP(at)                                                                            \
    {                                                                                              \
        "Carrying out", apply_options, (at)                                                        \
    }
extern const struct cli_option apply_options[];

struct apply {
    const char *file;
    const char *shard; /* the piece; NULL: all */
    struct settings server;
    struct apply_options options;
};

/* All of it, with its summary. RC_OK also where keys were conflicts, which cli_outcome knows. */
enum rc apply_run(struct cli *cli, const struct apply *apply) RC_MUST_CHECK;

#endif
