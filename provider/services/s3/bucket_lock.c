/*
 * seedbank_bucket_lock: new versions of a bucket's objects cannot be deleted before their time.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_bucket.h"
#include "s3/s3_lock.h"
#include "schema/private_state.h"
#include "schema/timeouts.h"
#include "services/s3/bucket.h"

#define WAIT_MINUTES 5

#define SETTING "lock"
#define NEXT    "next_bucket" /* note of a plan that creates, until the create: the bucket */

struct bucket_lock {
    struct bucket_fields at;
    struct field_string mode, on_destroy;
    struct field_int days, years;
    struct field_bool acknowledge_irrevocable;
    struct field_object timeouts;
};

#define AT(member) offsetof(struct bucket_lock, member)

static const struct attr attrs[] = {
    BUCKET_ROWS(struct bucket_lock, at, ATTR_REPLACE),
    {
        .name = "mode",
        .kind = ATTR_STRING,
        .flags = ATTR_REQUIRED,
        .offset = AT(mode),
        .checks = (const struct attr_check[]){CHECK_ONE_OF("GOVERNANCE", "COMPLIANCE"), {0}},
        .doc = "Who can delete a version before its time: with `GOVERNANCE` a key that has the "
               "permission `s3:BypassGovernanceRetention`, with `COMPLIANCE` nobody, the owner of "
               "the account included.",
    },
    {
        .name = "days",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(days),
        .checks = (const struct attr_check[]){CHECK_RANGE(1, 36500), {0}},
        .doc = "How many days a new version stays locked. Give this or `years`.",
    },
    {
        .name = "years",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(years),
        .checks = (const struct attr_check[]){CHECK_RANGE(1, 100), {0}},
        .doc = "How many years a new version stays locked. Give this or `days`.",
    },
    {
        .name = "acknowledge_irrevocable",
        .kind = ATTR_BOOL,
        .flags = ATTR_OPTIONAL,
        .offset = AT(acknowledge_irrevocable),
        .doc = "Must be `true` for `COMPLIANCE`: what is written while it is in force stays, and "
               "is paid for, until its time is over, whatever is configured later.",
    },
    {
        .name = "on_destroy",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(on_destroy),
        .default_text = "keep",
        .checks = (const struct attr_check[]){CHECK_ONE_OF("keep", "remove"), {0}},
        .doc = "What destroying this resource does: `keep` leaves the default retention as it is; "
               "`remove` takes it away, so that versions written from then on are not locked. "
               "Object Lock itself and the versions that are locked stay in either case.",
    },
    TIMEOUTS_ROW(struct bucket_lock, timeouts, WAIT_MINUTES),
    {0},
};

static const struct path *at_attribute(struct ctx *cx, const char *name)
{
    return path_attribute(cx->arena, NULL, name);
}

/* Null counts as 0; of a model without unknown values. */
static struct s3_lock lock_of(const struct bucket_lock *m)
{
    return (struct s3_lock){.status = S3_LOCK_ENABLED,
                            .mode = s3_lock_mode_of(m->mode.v),
                            .days = m->days.v,
                            .years = m->years.v};
}

static struct field_int period(int64_t n)
{
    return (struct field_int){n ? VALUE_KNOWN : VALUE_NULL, n};
}

static void fill(struct bucket_lock *m, const struct s3_lock *lock)
{
    m->mode = (struct field_string){VALUE_KNOWN, s3_lock_mode_name(lock->mode)};
    m->days = period(lock->days);
    m->years = period(lock->years);
}

/* Before anything is sent. */

static enum rc check_period(struct ctx *cx, const struct bucket_lock *m)
{
    if (m->days.state == VALUE_NULL && m->years.state == VALUE_NULL) {
        return diag_error(cx, at_attribute(cx, "days"), "How long versions stay locked is missing",
                          "Give days or years.");
    }
    if (m->days.state == VALUE_KNOWN && m->years.state == VALUE_KNOWN) {
        return diag_error(cx, at_attribute(cx, "years"), "Two lengths for one lock",
                          "Both days and years are given. Remove one of them.");
    }
    return RC_OK;
}

static enum rc check_acknowledged(struct ctx *cx, const struct bucket_lock *m)
{
    bool acknowledged =
        m->acknowledge_irrevocable.state == VALUE_UNKNOWN ||
        (m->acknowledge_irrevocable.state == VALUE_KNOWN && m->acknowledge_irrevocable.v);
    if (acknowledged || s3_lock_mode_of(m->mode.v) != S3_LOCK_COMPLIANCE) {
        return RC_OK;
    }
    return diag_error(
        cx, at_attribute(cx, "acknowledge_irrevocable"), "COMPLIANCE cannot be taken back",
        "Nobody can delete a version that was written under COMPLIANCE before its time, nor the "
        "bucket that holds it: not the owner of the account, not the provider of the server. If "
        "that is meant, set acknowledge_irrevocable = true; otherwise use GOVERNANCE.");
}

/* Values may be unknown: what they become is checked again when they are known. */
static enum rc bucket_lock_validate(struct ctx *cx, const void *config)
{
    enum rc length = check_period(cx, config);
    enum rc acknowledged = check_acknowledged(cx, config);
    return length == RC_OK ? acknowledged : length;
}

/* What a plan must say. */

static void warn_of_the_end(struct ctx *cx, const struct bucket_lock *m)
{
    const struct s3_lock lock = lock_of(m);
    const char *text = s3_lock_text(cx->arena, &lock);
    if (str_is(str_of(m->on_destroy.v), "remove")) {
        diag_warning(
            cx, NULL,
            arena_printf(cx->arena, "Bucket %s loses its default retention", m->at.name.v),
            "It is %s, and destroying this resource takes it away, as on_destroy = \"remove\" "
            "says: versions written from then on are not locked. Those that are locked stay so. "
            "To leave the default retention in force, apply on_destroy = \"keep\" first.",
            text);
        return;
    }
    diag_warning(
        cx, NULL, arena_printf(cx->arena, "Bucket %s keeps its default retention", m->at.name.v),
        "Nothing declares it any more, but new versions are still locked: %s. To take it away "
        "together with this resource, apply on_destroy = \"remove\" first.",
        text);
}

static void warn_of_less(struct ctx *cx, const struct bucket_lock *prior,
                         const struct bucket_lock *planned)
{
    const struct s3_lock from = lock_of(prior);
    const char *was = s3_lock_text(cx->arena, &from);
    bool known = planned->mode.state != VALUE_UNKNOWN && planned->days.state != VALUE_UNKNOWN &&
                 planned->years.state != VALUE_UNKNOWN;
    const struct s3_lock to = known ? lock_of(planned) : from;
    if (!known) {
        diag_warning(cx, NULL,
                     arena_printf(cx->arena, "The default retention of bucket %s may become weaker",
                                  prior->at.name.v),
                     "It is %s; what it becomes is not known before the apply.", was);
    } else if (s3_lock_weakens(&from, &to)) {
        diag_warning(
            cx,
            at_attribute(cx, to.mode < from.mode ? "mode"
                             : to.years          ? "years"
                                                 : "days"),
            arena_printf(cx->arena, "The default retention of bucket %s becomes weaker",
                         prior->at.name.v),
            "It is %s and becomes %s, for versions written from then on. Those that are locked "
            "keep their lock.",
            was, s3_lock_text(cx->arena, &to));
    }
}

static enum rc bucket_lock_plan(struct ctx *cx, struct call *call, struct resource_plan *plan)
{
    const struct bucket_lock *prior = plan->prior;
    const struct bucket_lock *planned = plan->planned;
    if (!prior) {
        if (planned->at.name.state == VALUE_KNOWN) {
            private_state_set(call->private, NEXT, planned->at.name.v);
        }
        return RC_OK;
    }
    if (planned->at.name.v && str_is(str_of(prior->at.name.v), planned->at.name.v)) {
        warn_of_less(cx, prior, planned);
    } else { /* another bucket */
        warn_of_the_end(cx, prior);
    }
    return RC_OK;
}

static enum rc bucket_lock_plan_remove(struct ctx *cx, struct call *call, const void *prior)
{
    (void)call;
    warn_of_the_end(cx, prior);
    return RC_OK;
}

/* What is done. */

/* A change whose answer was an error or never came may have been made all the same: only the server
 * can tell. RC_OK: it was made; RC_NOT_FOUND: it was not; RC_FAIL: the server does not tell, which
 * is not worth a message beside that of the change. */
static enum rc look_after_failure(struct ctx *cx, const struct s3_target *bucket,
                                  const struct s3_lock *wanted)
{
    struct diag_point point = diag_point(cx);
    struct s3_lock now = {0};
    enum rc rc = s3_lock_get(cx, bucket, &now);
    diag_drop_since(cx, point);
    bool made = now.status == S3_LOCK_ENABLED && s3_lock_same(&now, wanted);
    return rc == RC_OK && !made ? RC_NOT_FOUND : rc;
}

static enum rc put_and_wait(struct ctx *cx, struct call *call, const struct s3_target *bucket,
                            const struct s3_lock *wanted)
{
    struct diag_point point = diag_point(cx);
    enum rc rc = s3_lock_put(cx, bucket, wanted);
    if (rc == RC_OK) {
        call->changed = true;
        return s3_lock_wait(cx, bucket, wanted);
    }
    if (rc != RC_FAIL) {
        return rc;
    }
    return bucket_change_failed(cx, call, point, look_after_failure(cx, bucket, wanted));
}

/* The lock now, of a server that has Object Lock. */
static enum rc look(struct ctx *cx, const struct s3_target *bucket, struct s3_lock *ret_now)
{
    enum rc rc = s3_lock_get(cx, bucket, ret_now);
    return rc == RC_OK && ret_now->status == S3_LOCK_UNSUPPORTED ? s3_lock_missing(cx, bucket) : rc;
}

static enum rc in_the_way(struct ctx *cx, const struct s3_target *bucket, const struct s3_lock *now,
                          const struct s3_lock *wanted)
{
    return diag_error(
        cx, at_attribute(cx, "bucket"),
        arena_printf(cx->arena, "Bucket %s has another default retention already", bucket->bucket),
        "It is %s; asked for was %s. Nothing was changed. To take charge of it, import it "
        "(terraform import seedbank_bucket_lock.NAME %s, or an import block): the plan then says "
        "what changes.",
        s3_lock_text(cx->arena, now), s3_lock_text(cx->arena, wanted), bucket->bucket);
}

/* A replacement destroys first, by default, and the bucket would be without a lock until the new
 * one is created. The destroying half is told apart by the notes it gets: they are those of the
 * plan that creates. It then leaves the default retention for the creating half to change. */
static bool is_handed_over(const struct call *call, const struct bucket_lock *m)
{
    const char *next = private_state_get(call->private, NEXT);
    return next && str_is(str_of(next), m->at.name.v);
}

static const char *hand_over(struct ctx *cx, const struct s3_target *bucket)
{
    return arena_printf(cx->arena, "%s, left for its replacement",
                        bucket_setting(cx, bucket, SETTING));
}

static enum rc take_charge(struct ctx *cx, struct call *call, const struct s3_target *bucket,
                           const struct s3_lock *wanted)
{
    struct s3_lock now = {0};
    enum rc rc = look(cx, bucket, &now);
    if (rc != RC_OK) {
        return rc;
    }
    if (s3_lock_same(&now, wanted)) {
        return RC_OK;
    }
    if (now.mode == S3_LOCK_NONE || session_is_claimed(cx, hand_over(cx, bucket))) {
        return put_and_wait(cx, call, bucket, wanted);
    }
    return in_the_way(cx, bucket, &now, wanted);
}

static enum rc bucket_lock_create(struct ctx *cx, struct call *call, void *state)
{
    const struct bucket_lock *m = state;
    const struct s3_lock wanted = lock_of(m);
    struct s3_target bucket = {0};
    private_state_unset(call->private, NEXT);
    if (bucket_lock_validate(cx, m) != RC_OK || bucket_begin(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = take_charge(cx, call, &bucket, &wanted);
    if (rc == RC_OK || call->changed) {
        session_claim(cx, bucket_setting(cx, &bucket, SETTING));
    }
    s3_bucket_end(cx, &bucket);
    return bucket_needed(cx, &bucket, rc);
}

static enum rc bucket_lock_read(struct ctx *cx, struct call *call, void *state)
{
    struct bucket_lock *m = state;
    struct s3_target bucket = {0};
    struct s3_lock now = {0};
    enum rc rc = bucket_target(cx, call, &m->at, &bucket);
    rc = rc == RC_OK ? look(cx, &bucket, &now) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (now.mode == S3_LOCK_NONE) {
        return RC_NOT_FOUND;
    }
    if (m->mode.state == VALUE_NULL && now.mode == S3_LOCK_COMPLIANCE) { /* just imported */
        m->acknowledge_irrevocable = (struct field_bool){VALUE_KNOWN, true};
    }
    fill(m, &now);
    return RC_OK;
}

/* The plan said what becomes weaker than it was then. What somebody made stronger since is not in
 * it. */
static enum rc change(struct ctx *cx, struct call *call, const struct s3_target *bucket,
                      const struct s3_lock *was, const struct s3_lock *wanted)
{
    struct s3_lock now = {0};
    enum rc rc = look(cx, bucket, &now);
    if (rc != RC_OK || s3_lock_same(&now, wanted)) {
        return rc;
    }
    if (s3_lock_same(&now, was) || !s3_lock_weakens(&now, wanted)) {
        return put_and_wait(cx, call, bucket, wanted);
    }
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "The default retention of bucket %s changed since the plan",
                     bucket->bucket),
        "It was %s and is %s now, which this apply would weaken without a word in the plan: asked "
        "for is %s. Nothing was changed. Plan again.",
        s3_lock_text(cx->arena, was), s3_lock_text(cx->arena, &now),
        s3_lock_text(cx->arena, wanted));
}

static enum rc bucket_lock_update(struct ctx *cx, struct call *call, const void *prior, void *state)
{
    const struct bucket_lock *m = state;
    const struct s3_lock was = lock_of(prior), wanted = lock_of(m);
    struct s3_target bucket = {0};
    if (bucket_lock_validate(cx, m) != RC_OK || bucket_begin(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = change(cx, call, &bucket, &was, &wanted);
    s3_bucket_end(cx, &bucket);
    if (rc != RC_OK) {
        call->changed = false; /* until the server shows it, the former state is the true one */
    }
    return bucket_needed(cx, &bucket, rc);
}

/* Only what the plan showed is taken away, and not what another resource has taken charge of. */
static enum rc take_away(struct ctx *cx, struct call *call, const struct s3_target *bucket,
                         const struct bucket_lock *m)
{
    const struct s3_lock none = {.status = S3_LOCK_ENABLED}, was = lock_of(m);
    struct s3_lock now = {0};
    if (session_is_claimed(cx, bucket_setting(cx, bucket, SETTING))) {
        return RC_OK;
    }
    enum rc rc = s3_lock_get(cx, bucket, &now);
    if (rc != RC_OK || now.mode == S3_LOCK_NONE) {
        return rc;
    }
    if (s3_lock_same(&now, &was) && is_handed_over(call, m)) {
        session_claim(cx, hand_over(cx, bucket));
        return RC_OK;
    }
    if (s3_lock_same(&now, &was)) {
        return put_and_wait(cx, call, bucket, &none);
    }
    diag_warning(cx, at_attribute(cx, "on_destroy"), "The default retention is left as it is",
                 "Bucket %s has %s, but this resource left it at %s: somebody changed it, so "
                 "on_destroy = \"remove\" was not carried out. Remove it by hand if nobody relies "
                 "on it.",
                 bucket->bucket, s3_lock_text(cx->arena, &now), s3_lock_text(cx->arena, &was));
    return RC_OK;
}

static enum rc bucket_lock_remove(struct ctx *cx, struct call *call, const void *prior)
{
    const struct bucket_lock *m = prior;
    struct s3_target bucket = {0};
    if (!str_is(str_of(m->on_destroy.v), "remove")) {
        return RC_OK;
    }
    if (bucket_begin(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = take_away(cx, call, &bucket, m);
    s3_bucket_end(cx, &bucket);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* no bucket: nothing left to remove */
}

const struct resource bucket_lock_resource = {
    .type_name = "seedbank_bucket_lock",
    .summary = "Locks new versions of a bucket's objects against deletion.",
    .doc =
        "Locks new versions of a bucket's objects against deletion, by the default retention of "
        "Object Lock: whoever steals a key that may delete versions still cannot delete these. "
        "Versions from before are not locked.\n\n"
        "Object Lock is enabled where it is not, and stays enabled: S3 offers no way back, and "
        "versioning of the bucket cannot be suspended any more. AWS enables it on a bucket that is "
        "versioned: declare that first, as below. Ceph and MinIO lock only buckets that were "
        "created with Object Lock. A server without Object Lock is refused by name.\n\n"
        "A default retention that exists already is adopted when it is the same, and must be "
        "imported when it is another one. A plan warns of everything that weakens it. A resource "
        "that is replaced by one of the same bucket (`-replace`, or after a create that failed) "
        "leaves the default retention for the new one to change, so that the bucket is never "
        "without. The access key needs the permissions `s3:GetBucketObjectLockConfiguration` and "
        "`s3:PutBucketObjectLockConfiguration`.",
    .attrs = attrs,
    .model_size = sizeof(struct bucket_lock),
    .identity = (const char *const[]){"bucket", NULL},
    .default_timeout_ms = TIMEOUTS_DEFAULT_MS(WAIT_MINUTES),
    .create = bucket_lock_create,
    .read = bucket_lock_read,
    .update = bucket_lock_update,
    .remove = bucket_lock_remove,
    .validate = bucket_lock_validate,
    .plan = bucket_lock_plan,
    .plan_remove = bucket_lock_plan_remove,
};
