#include "s3/s3_replication_destination.h"

#include <string.h>

#include "base/ctx.h"

/* The name in an ARN of a bucket of this server; NULL: it is something else. With MinIO's older
 * rules the bucket is one of the remote target that stands for the role. */
static const char *name_in(const char *arn, const char *role)
{
    const char *name = strstr(arn, ":s3:::");
    bool here = strncmp(arn, "arn:aws", 7) == 0 && strncmp(role, "arn:minio:", 10) != 0;

    return here && name ? name + strlen(":s3:::") : NULL;
}

enum rc s3_replication_destination_look(struct ctx *cx, const struct s3_target *source,
                                        const struct s3_replication_rule *rule, const char *role,
                                        struct s3_replication_destination *ret_destination)
{
    struct diag_point point = diag_point(cx);
    struct s3_target there = {
        .client = source->client,
        .bucket = name_in(rule->bucket, role),
        .expected_owner = rule->account,
        .timeout_ms = source->timeout_ms,
    };
    struct s3_versioning now = {.status = S3_VERSIONING_DISABLED};
    enum rc rc = there.bucket ? s3_versioning_get(cx, &there, &now) : RC_FAIL;

    diag_drop_since(cx, point);
    if (ctx_check(cx) != RC_OK) {
        return RC_FAIL;
    }
    *ret_destination = (struct s3_replication_destination){
        .bucket = rc == RC_OK || rc == RC_NOT_FOUND ? there.bucket : NULL,
        .exists = rc == RC_OK,
        .status = now.status,
    };
    return RC_OK;
}

bool s3_replication_destination_is_unfit(const struct s3_replication_destination *destination)
{
    return destination->bucket &&
           !(destination->exists && destination->status == S3_VERSIONING_ENABLED);
}
