#include "seedbank-bucket/guard.h"

#include "base/ctx.h"
#include "cli/cli.h"
#include "s3/s3_bucket.h"
#include "s3/s3_versioning.h"

#define FRESH_S 5

enum rc guard_check(struct cli *cli, struct ctx *cx, struct guard *g)
{
    int64_t now = cx->clock->now(cx->clock).tv_sec; /* goes on while the machine sleeps */
    struct s3_versioning versioning;
    enum rc rc;

    if (now >= g->checked && now - g->checked < FRESH_S) {
        return RC_OK;
    }
    rc = s3_versioning_get(cx, g->target, &versioning);
    if (rc == RC_NOT_FOUND) {
        cli_outcome(cli, CLI_NOT_FOUND);
        return s3_bucket_missing(cx, g->target, NULL);
    }
    if (rc != RC_OK) {
        return RC_FAIL;
    }
    g->enabled = versioning.status == S3_VERSIONING_ENABLED;
    g->checked = now;
    if (g->enabled || g->allow_unversioned) {
        return RC_OK;
    }
    return cli_refuse(cli,
                      arena_printf(cli->cx->arena, "Versioning of bucket %s is %s",
                                   g->target->bucket, s3_versioning_status_name(versioning.status)),
                      "What is overwritten or deleted in it is lost. Nothing more was written. Set "
                      "its versioning to Enabled and run the same command again, or take the loss "
                      "with --allow-destructive-unversioned.");
}
