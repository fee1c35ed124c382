#include "s3/s3_lock.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_wait.h"

#define ROOT "ObjectLockConfiguration"

static const char *const status_names[] = {
    [S3_LOCK_UNSUPPORTED] = "Unsupported",
    [S3_LOCK_DISABLED] = "Disabled",
    [S3_LOCK_ENABLED] = "Enabled",
};

static const char *const mode_names[] = {
    [S3_LOCK_NONE] = NULL,
    [S3_LOCK_GOVERNANCE] = "GOVERNANCE",
    [S3_LOCK_COMPLIANCE] = "COMPLIANCE",
};

static const struct sigv4_param lock_param[] = {{"object-lock", NULL}};

/* Beside NoSuchBucket: no configuration (two spellings), and no such operation. */
static const struct s3_refusal get_refusals[] = {
    {"ObjectLockConfigurationNotFoundError", RC_NOT_FOUND, NULL},
    {"NoSuchObjectLockConfiguration", RC_NOT_FOUND, NULL},
    {"MethodNotAllowed", RC_NOT_FOUND, NULL},
    {"NotImplemented", RC_NOT_FOUND, NULL},
    {NULL, RC_FAIL, NULL},
};

#define NOT_ON_THIS_BUCKET                                                                         \
    "The server does not enable Object Lock on this bucket as it is. AWS needs versioning first: " \
    "declare a seedbank_bucket_versioning and name it in depends_on. Ceph and MinIO lock only a "  \
    "bucket that was created with Object Lock (aws s3api create-bucket "                           \
    "--object-lock-enabled-for-bucket, mc mb --with-lock): create one so, copy the objects there " \
    "and use that bucket."

static const struct s3_refusal put_refusals[] = {
    {"InvalidBucketState", RC_FAIL, NOT_ON_THIS_BUCKET},
    {"ObjectLockConfigurationNotFoundError", RC_FAIL, NOT_ON_THIS_BUCKET},
    {"InvalidRetentionPeriod", RC_FAIL, "The server does not take a retention of that length."},
    {NULL, RC_FAIL, NULL},
};

const char *s3_lock_status_name(enum s3_lock_status status)
{
    return status_names[status];
}

const char *s3_lock_mode_name(enum s3_lock_mode mode)
{
    return mode_names[mode];
}

enum s3_lock_mode s3_lock_mode_of(const char *name)
{
    for (int mode = S3_LOCK_GOVERNANCE; name && mode <= S3_LOCK_COMPLIANCE; mode++) {
        if (strcmp(name, mode_names[mode]) == 0) {
            return (enum s3_lock_mode)mode;
        }
    }
    return S3_LOCK_NONE;
}

const char *s3_lock_text(struct arena *a, const struct s3_lock *lock)
{
    int64_t n = lock->years ? lock->years : lock->days;
    const char *unit = lock->years ? "year" : "day";

    if (lock->mode == S3_LOCK_NONE) {
        return "none";
    }
    return arena_printf(a, "%s for %lld %s%s", mode_names[lock->mode], (long long)n, unit,
                        n == 1 ? "" : "s");
}

bool s3_lock_same(const struct s3_lock *a, const struct s3_lock *b)
{
    return a->mode == b->mode && a->days == b->days && a->years == b->years;
}

bool s3_lock_weakens(const struct s3_lock *from, const struct s3_lock *to)
{
    bool both_years = from->years && to->years;
    int64_t before = both_years ? from->years : from->days + from->years * 366;
    int64_t after = both_years ? to->years : to->days + to->years * 365;

    return to->mode < from->mode || (from->mode != S3_LOCK_NONE && after < before);
}

static enum rc unreadable(struct ctx *cx, const struct s3_target *target, const char *what,
                          const char *text)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot read the Object Lock of bucket %s", target->bucket),
        "The server %s://%s answered with %s \"%s\", which is not known here. A newer "
        "version may know it.",
        target->client->scheme, target->client->host, what, s3_error_line(cx, str_of(text), 100));
}

/* Some servers write the unit that is not used as 0. */
static enum rc read_period(struct ctx *cx, const struct s3_target *target,
                           const struct xml_node *retention, struct s3_lock *lock)
{
    const char *days = xml_text(retention, "Days");
    const char *years = xml_text(retention, "Years");
    bool read = (days == NULL || str_to_i64(str_of(days), &lock->days)) &&
                (years == NULL || str_to_i64(str_of(years), &lock->years));

    if (read && lock->days >= 0 && lock->years >= 0 && (lock->days > 0) != (lock->years > 0)) {
        return RC_OK;
    }
    return unreadable(cx, target, "a default retention of days and years",
                      arena_printf(cx->arena, "%s, %s", days ? days : "", years ? years : ""));
}

/* A server that does not know the query answers GET with a listing. */
static enum rc read_lock(struct ctx *cx, const struct s3_target *target,
                         const struct xml_node *root, struct s3_lock *ret_lock)
{
    const char *enabled = xml_text(root, "ObjectLockEnabled");
    const struct xml_node *retention = xml_find(root, "Rule/DefaultRetention");
    struct s3_lock lock = {.status = S3_LOCK_ENABLED};

    if (enabled == NULL) {
        bool empty = strcmp(root->name, ROOT) == 0;
        *ret_lock = (struct s3_lock){.status = empty ? S3_LOCK_DISABLED : S3_LOCK_UNSUPPORTED};
        return RC_OK;
    }
    if (strcmp(enabled, "Enabled") != 0) {
        return unreadable(cx, target, "the state", enabled);
    }
    if (retention) {
        const char *mode = xml_text(retention, "Mode");
        lock.mode = s3_lock_mode_of(mode);
        if (lock.mode == S3_LOCK_NONE) {
            return unreadable(cx, target, "the retention mode", mode ? mode : "");
        }
        if (read_period(cx, target, retention, &lock) != RC_OK) {
            return RC_FAIL;
        }
    }
    *ret_lock = lock;
    return RC_OK;
}

enum rc s3_lock_get(struct ctx *cx, const struct s3_target *target, struct s3_lock *ret_lock)
{
    struct s3_error error = {.code = ""};
    const struct s3_request request = {
        .doing = "read the Object Lock of",
        .permission = "s3:GetBucketObjectLockConfiguration",
        .may_be_denied = target->may_be_denied,
        .method = "GET",
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = lock_param,
        .n_params = 1,
        .root = ROOT,
        .refusals = get_refusals,
        .error = &error,
    };
    struct s3_reply reply;
    enum rc rc = s3_request_send(cx, target->client, &request, &reply);

    if (rc == RC_OK) {
        return read_lock(cx, target, reply.root, ret_lock);
    }
    if (rc != RC_NOT_FOUND || strcmp(error.code, "NoSuchBucket") == 0) {
        return rc;
    }
    *ret_lock =
        (struct s3_lock){.status = error.status == 404 ? S3_LOCK_DISABLED : S3_LOCK_UNSUPPORTED};
    return RC_OK;
}

static struct str document(struct arena *a, const struct s3_lock *wanted)
{
    struct xml_node *root = xml_new(a, ROOT, S3_REQUEST_NAMESPACE);
    struct buf *body = buf_new(a, 1024);

    xml_add(a, root, "ObjectLockEnabled", "Enabled");
    if (wanted->mode != S3_LOCK_NONE) {
        struct xml_node *rule = xml_add(a, root, "Rule", NULL);
        struct xml_node *retention = xml_add(a, rule, "DefaultRetention", NULL);
        int64_t n = wanted->years ? wanted->years : wanted->days;
        xml_add(a, retention, "Mode", mode_names[wanted->mode]);
        xml_add(a, retention, wanted->years ? "Years" : "Days",
                arena_printf(a, "%lld", (long long)n));
    }
    xml_write(body, root);
    return buf_str(body);
}

enum rc s3_lock_put(struct ctx *cx, const struct s3_target *target, const struct s3_lock *wanted)
{
    bool removes = wanted->mode == S3_LOCK_NONE;
    struct s3_request request = {
        .doing = removes ? "remove the default retention of" : "set the default retention of",
        .permission = "s3:PutBucketObjectLockConfiguration",
        .method = "PUT",
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = lock_param,
        .n_params = 1,
        .content_type = "application/xml",
        .content_md5 = true,
        .body = document(cx->arena, wanted),
        .refusals = put_refusals,
    };

    return s3_wait_put(cx, target, &request);
}

struct watch {
    const struct s3_lock *wanted;
    struct s3_lock now;
};

static enum rc look(struct ctx *cx, const struct s3_target *target, void *arg, bool *ret_shown)
{
    struct watch *w = arg;
    enum rc rc = s3_lock_get(cx, target, &w->now);

    *ret_shown =
        rc == RC_OK && w->now.status == S3_LOCK_ENABLED && s3_lock_same(&w->now, w->wanted);
    return rc;
}

static const char *seen(struct ctx *cx, const void *arg)
{
    const struct watch *w = arg;

    return w->now.status == S3_LOCK_ENABLED ? s3_lock_text(cx->arena, &w->now) : "no Object Lock";
}

enum rc s3_lock_wait(struct ctx *cx, const struct s3_target *target, const struct s3_lock *wanted)
{
    struct watch watch = {.wanted = wanted};
    const char *text = s3_lock_text(cx->arena, wanted);

    return s3_wait_shown(
        cx, target,
        &(struct s3_wait){.wanted = arena_printf(cx->arena, "the default retention %s", text),
                          .look = look,
                          .seen = seen,
                          .arg = &watch});
}

enum rc s3_lock_missing(struct ctx *cx, const struct s3_target *target)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "The server of bucket %s has no Object Lock", target->bucket),
        "The server %s://%s does not offer Object Lock, so it cannot keep versions from being "
        "deleted. Keep old versions (seedbank_bucket_versioning) and give the permission "
        "s3:DeleteObjectVersion to no key that applications use, or copy the bucket to a server "
        "that has it, such as AWS, Ceph or MinIO.",
        target->client->scheme, target->client->host);
}
