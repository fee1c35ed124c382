/*
 * Data source seedbank_bucket_protection: what protects a bucket now, and what is missing.
 */
#include "base/ctx.h"
#include "s3/s3_lock.h"
#include "s3/s3_versioning.h"
#include "services/s3/bucket.h"

struct versioning {
    struct field_string status, mfa_delete;
};

struct lock {
    struct field_string status, mode;
    struct field_int days, years;
};

struct finding {
    struct field_string severity, message, remedy;
};

struct bucket_protection {
    struct bucket_fields at;
    struct field_object versioning; /* struct versioning */
    struct field_object lock;       /* struct lock */
    struct field_objects findings;  /* struct finding */
};

#define TEXT(model, member, text)                                                                  \
    {                                                                                              \
        .name = #member, .kind = ATTR_STRING, .flags = ATTR_COMPUTED,                              \
        .offset = offsetof(struct model, member), .doc = (text),                                   \
    }

static const struct attr versioning_attrs[] = {
    TEXT(versioning, status,
         "`Enabled`, `Suspended`, or `Disabled` for a bucket that never had versioning."),
    TEXT(versioning, mfa_delete,
         "Whether deleting a version needs a second factor: `Enabled` or `Disabled`."),
    {0},
};

#define COUNT(model, member, text)                                                                 \
    {                                                                                              \
        .name = #member, .kind = ATTR_INT, .flags = ATTR_COMPUTED,                                 \
        .offset = offsetof(struct model, member), .doc = (text),                                   \
    }

static const struct attr lock_attrs[] = {
    TEXT(lock, status,
         "`Enabled`, `Disabled`, or `Unsupported` where the server has no Object Lock."),
    TEXT(lock, mode,
         "`GOVERNANCE` or `COMPLIANCE`: how new versions are locked. Null without default "
         "retention: then a version is locked only if its writer asks for it."),
    COUNT(lock, days, "How many days new versions stay locked; null when it is given in years."),
    COUNT(lock, years, "How many years new versions stay locked; null when it is given in days."),
    {0},
};

static const struct attr finding_attrs[] = {
    TEXT(finding, severity,
         "`error`: what is overwritten or deleted in the bucket may be gone for good; `warning`: "
         "it is protected, with a gap; `info`: worth knowing, nothing is missing."),
    TEXT(finding, message, "What is missing, in one sentence that names the bucket."),
    TEXT(finding, remedy, "What to do about it."),
    {0},
};

static const struct attr attrs[] = {
    BUCKET_ROWS(struct bucket_protection, at, 0),
    {
        .name = "versioning",
        .kind = ATTR_OBJECT,
        .flags = ATTR_COMPUTED,
        .offset = offsetof(struct bucket_protection, versioning),
        .attrs = versioning_attrs,
        .nested_size = sizeof(struct versioning),
        .doc = "Whether old versions of objects are kept.",
    },
    {
        .name = "lock",
        .kind = ATTR_OBJECT,
        .flags = ATTR_COMPUTED,
        .offset = offsetof(struct bucket_protection, lock),
        .attrs = lock_attrs,
        .nested_size = sizeof(struct lock),
        .doc = "Whether versions are kept from being deleted before their time (Object Lock). A "
               "bucket without it has no finding for that.",
    },
    {
        .name = "findings",
        .kind = ATTR_OBJECT_LIST,
        .flags = ATTR_COMPUTED,
        .offset = offsetof(struct bucket_protection, findings),
        .attrs = finding_attrs,
        .nested_size = sizeof(struct finding),
        .doc = "What is missing from the bucket's protection; empty when nothing is.",
    },
    {0},
};

/* What a state of versioning lacks; no severity: nothing. */
static const struct {
    const char *severity, *what, *remedy;
} versioning_findings[] = {
    [S3_VERSIONING_DISABLED] =
        {"error", "keeps no old versions: an object that is overwritten or deleted is gone.",
         "Enable versioning, for example with a seedbank_bucket_versioning resource."},
    [S3_VERSIONING_ENABLED] = {NULL, NULL, NULL},
    [S3_VERSIONING_SUSPENDED] =
        {"error",
         "keeps old versions from before versioning was suspended, but not of what is written "
         "since: overwritten or deleted, that is gone.",
         "Enable versioning again, for example with a seedbank_bucket_versioning resource whose "
         "status is Enabled."},
};

static struct field_string known(const char *text)
{
    return (struct field_string){VALUE_KNOWN, text};
}

static struct field_int count(int64_t n)
{
    return (struct field_int){n ? VALUE_KNOWN : VALUE_NULL, n};
}

static void fill_lock(struct arena *a, struct bucket_protection *m, const struct s3_lock *now)
{
    struct lock *lock = arena_alloc(a, sizeof(*lock));
    lock->status = known(s3_lock_status_name(now->status));
    if (now->mode != S3_LOCK_NONE) {
        lock->mode = known(s3_lock_mode_name(now->mode));
    }
    lock->days = count(now->days);
    lock->years = count(now->years);
    m->lock = (struct field_object){VALUE_KNOWN, lock};
}

static void fill_versioning(struct arena *a, struct bucket_protection *m,
                            const struct s3_versioning *now)
{
    struct versioning *versioning = arena_alloc(a, sizeof(*versioning));
    struct finding *finding = arena_alloc(a, sizeof(*finding));
    versioning->status = known(s3_versioning_status_name(now->status));
    versioning->mfa_delete = known(s3_versioning_mfa_delete_name(now->mfa_delete));
    m->versioning = (struct field_object){VALUE_KNOWN, versioning};
    m->findings = (struct field_objects){.state = VALUE_KNOWN, .v = finding};
    if (versioning_findings[now->status].severity) {
        const char *what = versioning_findings[now->status].what;
        finding->severity = known(versioning_findings[now->status].severity);
        finding->message = known(arena_printf(a, "Bucket %s %s", m->at.name.v, what));
        finding->remedy = known(versioning_findings[now->status].remedy);
        m->findings.n = 1;
    }
}

static enum rc bucket_protection_read(struct ctx *cx, struct call *call, void *model)
{
    struct bucket_protection *m = model;
    struct s3_target bucket = {0};
    struct s3_versioning versioning = {0};
    struct s3_lock lock = {0};
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = s3_versioning_get(cx, &bucket, &versioning);
    rc = rc == RC_OK ? s3_lock_get(cx, &bucket, &lock) : rc;
    if (rc == RC_OK) {
        fill_versioning(cx->arena, m, &versioning);
        fill_lock(cx->arena, m, &lock);
    }
    return bucket_needed(cx, &bucket, rc);
}

const struct data_source bucket_protection_data_source = {
    .type_name = "seedbank_bucket_protection",
    .summary = "What protects a bucket now, and what is missing.",
    .doc = "What protects a bucket now, and what is missing. It changes nothing: use it in a "
           "`check` block to hear of a gap at every plan, also where another tool manages the "
           "bucket. The access key needs the permissions `s3:GetBucketVersioning` and "
           "`s3:GetBucketObjectLockConfiguration`.",
    .attrs = attrs,
    .model_size = sizeof(struct bucket_protection),
    .read = bucket_protection_read,
};
