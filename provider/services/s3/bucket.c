#include "services/s3/bucket.h"

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

const char *bucket_setting(struct ctx *cx, const struct s3_target *target, const char *setting)
{
    return arena_printf(cx->arena, "%s of bucket %s", setting, target->bucket);
}

enum rc bucket_begin(struct ctx *cx, const struct call *call, const struct bucket_fields *at,
                     struct s3_target *ret_target)
{
    enum rc rc = bucket_target(cx, call, at, ret_target);
    return rc == RC_OK ? s3_bucket_begin(cx, ret_target) : rc;
}

enum rc bucket_change_failed(struct ctx *cx, struct call *call, struct diag_point before,
                             enum rc found)
{
    call->changed = found != RC_NOT_FOUND;
    if (found != RC_OK) {
        return RC_FAIL;
    }
    diag_drop_since(cx, before);
    return RC_OK;
}

enum rc bucket_needed(struct ctx *cx, const struct s3_target *target, enum rc rc)
{
    return rc == RC_NOT_FOUND
               ? s3_bucket_missing(cx, target, path_attribute(cx->arena, NULL, "bucket"))
               : rc;
}
