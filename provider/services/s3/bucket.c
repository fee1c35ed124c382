#include "services/s3/bucket.h"

#include "base/ctx.h"
#include "clients.h"
#include "s3/s3_bucket.h"

enum rc bucket_target(struct ctx *cx, const struct call *call, const struct bucket_fields *at,
                      struct s3_target *ret_target)
{
    struct s3_client *client = NULL;
    if (clients_s3(cx, call->clients, &client) != RC_OK) {
        return RC_FAIL;
    }
    *ret_target = (struct s3_target){
        .client = client,
        .bucket = at->name.v,
        .expected_owner = at->expected_owner.v,
        .timeout_ms = call->timeout_ms,
    };
    return RC_OK;
}

enum rc bucket_needed(struct ctx *cx, const struct s3_target *target, enum rc rc)
{
    return rc == RC_NOT_FOUND
               ? s3_bucket_missing(cx, target, path_attribute(cx->arena, NULL, "bucket"))
               : rc;
}
