/*
 * seedbank_bucket_versioning: a bucket keeps old versions of its objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
 */
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_bucket.h"
#include "s3/s3_versioning.h"
#include "schema/private_state.h"
#include "schema/timeouts.h"
#include "services/s3/bucket.h"

#define WAIT_MINUTES 20 /* first enabling on AWS can take 15 */

#define SETTING "versioning"

struct bucket_versioning {
    struct bucket_fields at;
    struct field_string status, on_destroy, mfa_delete;
    struct field_object timeouts;
};

#define AT(member) offsetof(struct bucket_versioning, member)

static const struct attr attrs[] = {
    BUCKET_ROWS(struct bucket_versioning, at, ATTR_REPLACE),
    {
        .name = "status",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(status),
        .default_text = "Enabled",
        .checks = (const struct attr_check[]){CHECK_ONE_OF("Enabled", "Suspended"), {0}},
        .doc = "Versioning state asked for. A bucket that never had versioning reads as "
               "`Disabled`, which S3 cannot go back to and a configuration cannot ask for.",
    },
    {
        .name = "on_destroy",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(on_destroy),
        .default_text = "keep",
        .checks = (const struct attr_check[]){CHECK_ONE_OF("keep", "suspend"), {0}},
        .doc = "What destroying this resource does: `keep` leaves versioning as it is; `suspend` "
               "suspends it, unless the bucket was already versioned when the resource was "
               "created. Versions that exist stay in either case.",
    },
    {
        .name = "mfa_delete",
        .kind = ATTR_STRING,
        .flags = ATTR_COMPUTED | ATTR_KEEP, /* only the owner's own request changes it */
        .offset = AT(mfa_delete),
        .doc = "Whether deleting a version needs a second factor: `Enabled` or `Disabled`.",
    },
    TIMEOUTS_ROW(struct bucket_versioning, timeouts, WAIT_MINUTES),
    {0},
};

/* Private state: what the bucket's versioning was when the resource took charge of it. */
#define STATUS_BEFORE "status_before"

static void fill(struct bucket_versioning *m, const struct s3_versioning *v)
{
    m->status = (struct field_string){VALUE_KNOWN, s3_versioning_status_name(v->status)};
    m->mfa_delete =
        (struct field_string){VALUE_KNOWN, s3_versioning_mfa_delete_name(v->mfa_delete)};
}

/* The bucket that m names, and its versioning now. */
static enum rc look(struct ctx *cx, const struct call *call, const struct bucket_versioning *m,
                    struct s3_target *ret_bucket, struct s3_versioning *ret_now)
{
    enum rc rc = bucket_target(cx, call, &m->at, ret_bucket);
    return rc == RC_OK ? s3_versioning_get(cx, ret_bucket, ret_now) : rc;
}

/* A change whose answer was an error or never came may have been made all the same: only the server
 * can tell. RC_OK: it was made; RC_NOT_FOUND: it was not; RC_FAIL: the server does not tell, which
 * is not worth a message beside that of the change. */
static enum rc look_after_failure(struct ctx *cx, const struct s3_target *bucket,
                                  enum s3_versioning_status wanted, struct s3_versioning *ret_seen)
{
    struct diag_point point = diag_point(cx);
    struct s3_versioning now = {0};
    enum rc rc = s3_versioning_get(cx, bucket, &now);
    diag_drop_since(cx, point);
    if (rc == RC_OK && now.status != wanted) {
        return RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        *ret_seen = now;
    }
    return rc;
}

/* Ask for m->status and wait until the server shows it. */
static enum rc put_and_wait(struct ctx *cx, struct call *call, const struct s3_target *bucket,
                            struct bucket_versioning *m)
{
    enum s3_versioning_status wanted = s3_versioning_status_of(m->status.v);
    struct s3_versioning seen = {0};
    struct diag_point point = diag_point(cx);
    enum rc rc = s3_versioning_put(cx, bucket, wanted);
    if (rc == RC_OK) {
        call->changed = true;
        rc = s3_versioning_wait(cx, bucket, wanted, &seen);
    } else if (rc == RC_FAIL) {
        rc = bucket_change_failed(cx, call, point, look_after_failure(cx, bucket, wanted, &seen));
    }
    if (rc == RC_OK) {
        fill(m, &seen);
    }
    return rc;
}

/* The same, unless the bucket is so already. */
static enum rc ensure(struct ctx *cx, struct call *call, const struct s3_target *bucket,
                      struct bucket_versioning *m, const struct s3_versioning *now)
{
    if (now->status != s3_versioning_status_of(m->status.v)) {
        return put_and_wait(cx, call, bucket, m);
    }
    fill(m, now);
    return RC_OK;
}

static enum rc take_charge(struct ctx *cx, struct call *call, const struct s3_target *bucket,
                           struct bucket_versioning *m)
{
    struct s3_versioning now = {0};
    enum rc rc = s3_versioning_get(cx, bucket, &now);
    if (rc != RC_OK) {
        return rc;
    }
    private_state_set(call->private, STATUS_BEFORE, s3_versioning_status_name(now.status));
    return ensure(cx, call, bucket, m, &now);
}

static enum rc bucket_versioning_create(struct ctx *cx, struct call *call, void *state)
{
    struct bucket_versioning *m = state;
    struct s3_target bucket = {0};
    if (bucket_begin(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    session_claim(cx, bucket_setting(cx, &bucket, SETTING));
    enum rc rc = take_charge(cx, call, &bucket, m);
    s3_bucket_end(cx, &bucket);
    return bucket_needed(cx, &bucket, rc);
}

static enum rc bucket_versioning_read(struct ctx *cx, struct call *call, void *state)
{
    struct s3_target bucket = {0};
    struct s3_versioning now = {0};
    enum rc rc = look(cx, call, state, &bucket, &now);
    if (rc != RC_OK) {
        return rc;
    }
    if (!private_state_get(call->private, STATUS_BEFORE)) { /* just imported */
        private_state_set(call->private, STATUS_BEFORE, s3_versioning_status_name(now.status));
    }
    fill(state, &now);
    return RC_OK;
}

/* Also where the status was not to change: somebody may have changed it since the plan. */
static enum rc bucket_versioning_update(struct ctx *cx, struct call *call, const void *prior,
                                        void *state)
{
    (void)prior;
    struct s3_target bucket = {0};
    struct s3_versioning now = {0};
    enum rc rc = look(cx, call, state, &bucket, &now);
    if (rc == RC_OK) {
        rc = ensure(cx, call, &bucket, state, &now);
    }
    if (rc != RC_OK) {
        call->changed = false; /* until the server shows it, the former state is the true one */
    }
    return bucket_needed(cx, &bucket, rc);
}

static enum rc bucket_versioning_remove(struct ctx *cx, struct call *call, const void *prior)
{
    struct bucket_versioning m = *(const struct bucket_versioning *)prior;
    const char *before = private_state_get(call->private, STATUS_BEFORE);
    if (!str_is(str_of(m.on_destroy.v), "suspend") || str_is(str_of(before), "Enabled")) {
        return RC_OK;
    }
    if (!before) { /* the state was damaged: when in doubt, what protects stays */
        diag_warning(cx, path_attribute(cx->arena, NULL, "on_destroy"),
                     "Versioning is left as it is",
                     "The state no longer tells whether bucket %s was versioned before this "
                     "resource took charge of it, so on_destroy = \"suspend\" was not carried out. "
                     "Suspend versioning by hand if nothing else relies on it.",
                     m.at.name.v);
        return RC_OK;
    }
    struct s3_target bucket = {0};
    if (bucket_begin(cx, call, &m.at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    m.status = (struct field_string){VALUE_KNOWN, "Suspended"};
    enum rc rc = session_is_claimed(cx, bucket_setting(cx, &bucket, SETTING))
                     ? RC_OK
                     : put_and_wait(cx, call, &bucket, &m);
    s3_bucket_end(cx, &bucket);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* no bucket: nothing left to suspend */
}

const struct resource bucket_versioning_resource = {
    .type_name = "seedbank_bucket_versioning",
    .summary = "Keeps old versions of a bucket's objects.",
    .doc = "Keeps old versions of a bucket's objects, so that what was overwritten or deleted can "
           "be brought back. The bucket belongs to someone else: destroying this resource deletes "
           "neither the bucket nor any object or version.\n\n"
           "The access key needs the permissions `s3:GetBucketVersioning` and "
           "`s3:PutBucketVersioning`.",
    .attrs = attrs,
    .model_size = sizeof(struct bucket_versioning),
    .identity = (const char *const[]){"bucket", NULL},
    .default_timeout_ms = TIMEOUTS_DEFAULT_MS(WAIT_MINUTES),
    .create = bucket_versioning_create,
    .read = bucket_versioning_read,
    .update = bucket_versioning_update,
    .remove = bucket_versioning_remove,
};
