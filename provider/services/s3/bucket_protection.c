/*
 * Data source seedbank_bucket_protection: what protects a bucket now, and what is missing.
 */
#include "base/ctx.h"
#include "s3/s3_lifecycle_rule.h"
#include "s3/s3_replication_destination.h"
#include "s3/s3_replication_edit.h"
#include "schema/field.h"
#include "services/s3/bucket.h"
#include "services/s3/bucket_findings.h"
#include "services/s3/bucket_shown.h"
#include "xml/xml.h"

struct versioning {
    struct field_string status, mfa_delete;
};

struct lock {
    struct field_string status, mode;
    struct field_int days, years;
};

struct apis {
    struct field_string versioning, object_lock, lifecycle, replication;
};

struct bucket_protection {
    struct bucket_fields at;
    struct field_object versioning;         /* struct versioning */
    struct field_object lock;               /* struct lock */
    struct field_objects lifecycle_rules;   /* bucket_shown.h */
    struct field_objects replication_rules; /* the same */
    struct field_string replication_role;
    struct field_int recovery_window_days;
    struct field_object apis;      /* struct apis */
    struct field_objects findings; /* struct bucket_finding */
};

#define TEXT(model, member, text)  BUCKET_SHOWN(model, member, ATTR_STRING, text)
#define COUNT(model, member, text) BUCKET_SHOWN(model, member, ATTR_INT, text)

static const struct attr versioning_attrs[] = {
    TEXT(versioning, status,
         "`Enabled`, `Suspended`, or `Disabled` for a bucket that never had versioning."),
    TEXT(versioning, mfa_delete,
         "Whether deleting a version needs a second factor: `Enabled` or `Disabled`."),
    {0},
};

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
    TEXT(bucket_finding, severity,
         "`error`: what is overwritten or deleted in the bucket may be gone for good; `warning`: "
         "it is protected, with a gap; `info`: worth knowing, nothing is missing."),
    TEXT(bucket_finding, message, "What is missing, in one sentence that names the bucket."),
    TEXT(bucket_finding, remedy, "What to do about it."),
    {0},
};

#define API_DOC "`available`, `absent`, or `unknown` where the access key may not ask"

static const struct attr apis_attrs[] = {
    TEXT(apis, versioning, "Versioning: `available` or `absent`."),
    TEXT(apis, object_lock, "Object Lock: " API_DOC "."),
    TEXT(apis, lifecycle, "Lifecycle rules: " API_DOC "."),
    TEXT(apis, replication,
         "Replication rules: " API_DOC ", or on servers other than AWS while the bucket has no "
         "rule: Ceph answers as if it had them, and refuses the first rule unless the zonegroup "
         "has a sync policy."),
    {0},
};

#define NESTED(member, kind, rows, size, text)                                                     \
    BUCKET_SHOWN_NESTED(bucket_protection, member, kind, rows, size, text)

static const struct attr attrs[] = {
    BUCKET_ROWS(struct bucket_protection, at, 0),
    NESTED(versioning, ATTR_OBJECT, versioning_attrs, sizeof(struct versioning),
           "Whether old versions of objects are kept. Null where the server has no versioning."),
    NESTED(lock, ATTR_OBJECT, lock_attrs, sizeof(struct lock),
           "Whether versions are kept from being deleted before their time (Object Lock). A bucket "
           "without it has no finding for that. Null when the access key may not ask."),
    NESTED(lifecycle_rules, ATTR_OBJECT_LIST, bucket_shown_lifecycle_attrs,
           sizeof(struct bucket_shown_lifecycle_rule),
           "Every lifecycle rule of the bucket, whoever made it, in the server's order. Null when "
           "the access key may not ask."),
    NESTED(replication_rules, ATTR_OBJECT_LIST, bucket_shown_replication_attrs,
           sizeof(struct bucket_shown_replication_rule),
           "Every replication rule of the bucket, likewise."),
    TEXT(bucket_protection, replication_role,
         "ARN of the IAM role that all replication rules use; null without one."),
    COUNT(bucket_protection, recovery_window_days,
          "For how many days at least what is overwritten or deleted now can be brought back: the "
          "days of the enabled lifecycle rule that deletes old versions soonest, whatever objects "
          "it is for; 0 when versioning is not `Enabled`. Null when no rule deletes old versions, "
          "or when the rules cannot be read, which a finding says."),
    NESTED(apis, ATTR_OBJECT, apis_attrs, sizeof(struct apis),
           "Which of S3's protections the server has, as far as can be told without a change."),
    NESTED(findings, ATTR_OBJECT_LIST, finding_attrs, sizeof(struct bucket_finding),
           "What is missing from the bucket's protection, most severe first."),
    {0},
};

/* ---- Asking ---------------------------------------------------------------------------------- */

static enum rc told(enum rc rc, bool unsupported, enum bucket_told *ret_told)
{
    *ret_told = rc == RC_CONFLICT ? BUCKET_DENIED : unsupported ? BUCKET_LACKS_API : BUCKET_TOLD;
    return rc == RC_CONFLICT ? RC_OK : rc;
}

static enum rc ask_rules(struct ctx *cx, const struct s3_target *bucket,
                         const struct s3_rules_kind *kind, struct s3_rules *rules,
                         enum bucket_told *ret_told)
{
    rules->root = xml_new(cx->arena, kind->root, NULL);
    enum rc rc = s3_rules_get_cached(cx, bucket, kind, rules);
    return told(rc, rules->unsupported, ret_told);
}

/* Only where a rule copies: a listing is not asked for in vain. One that is refused tells nothing.
 */
static void ask_for_objects(struct ctx *cx, const struct s3_target *bucket, struct bucket_facts *f)
{
    struct diag_point before = diag_point(cx);
    if (xml_child(f->replication.root, "Rule") &&
        s3_replication_edit_finds(cx, bucket, "", &f->holds_objects) != RC_OK) {
        diag_drop_since(cx, before);
    }
}

static const char *destination_of(const struct xml_node *rule)
{
    const char *arn = xml_text(xml_child(rule, "Destination"), "Bucket");
    return arn && s3_rules_enabled(rule) ? arn : "";
}

/* An earlier rule copies there too. */
static bool is_known(const struct s3_rules *rules, const struct xml_node *rule)
{
    const struct xml_node *at = xml_child(rules->root, "Rule");
    while (at != rule && !str_is(str_of(destination_of(at)), destination_of(rule))) {
        at = xml_next(at, "Rule");
    }
    return at != rule;
}

/* Each once, until one is unfit. */
static enum rc ask_for_destinations(struct ctx *cx, const struct s3_target *bucket,
                                    struct bucket_facts *f)
{
    const char *role = s3_replication_role(&f->replication), *why = NULL;
    for (const struct xml_node *at = xml_child(f->replication.root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        struct s3_replication_rule rule;
        if (!*destination_of(at) || is_known(&f->replication, at) ||
            !s3_replication_rule_read(cx->arena, at, &rule, &why)) {
            continue;
        }
        f->unfit_rule_id = s3_rules_id(at);
        if (s3_replication_destination_look(cx, bucket, &rule, role, &f->unfit) != RC_OK) {
            return RC_FAIL;
        }
        if (s3_replication_destination_is_unfit(&f->unfit)) {
            return RC_OK;
        }
    }
    f->unfit.bucket = NULL;
    return RC_OK;
}

static enum rc ask(struct ctx *cx, struct s3_target *bucket, struct bucket_facts *f)
{
    f->bucket = bucket->bucket;
    f->aws = s3_client_is_aws(bucket->client);
    bucket->may_be_denied = true;
    enum rc rc = s3_versioning_get(cx, bucket, &f->versioning);
    if (rc == RC_CONFLICT) {
        f->versioning_told = BUCKET_LACKS_API;
        rc = RC_OK;
    }
    if (rc == RC_OK) {
        rc = s3_lock_get(cx, bucket, &f->lock);
        rc = told(rc, f->lock.status == S3_LOCK_UNSUPPORTED, &f->lock_told);
    }
    if (rc == RC_OK) {
        rc = ask_rules(cx, bucket, &s3_lifecycle_kind, &f->lifecycle, &f->lifecycle_told);
    }
    if (rc == RC_OK) {
        rc = ask_rules(cx, bucket, &s3_replication_kind, &f->replication, &f->replication_told);
    }
    if (rc == RC_OK) {
        ask_for_objects(cx, bucket, f);
        rc = ask_for_destinations(cx, bucket, f);
    }
    return rc == RC_OK ? ctx_check(cx) : rc;
}

/* ---- Filling --------------------------------------------------------------------------------- */

static struct field_object versioning_of(struct arena *a, const struct bucket_facts *f)
{
    struct versioning *versioning = arena_alloc(a, sizeof(*versioning));
    if (f->versioning_told == BUCKET_LACKS_API) {
        return field_nested(NULL);
    }
    versioning->status = field_text(s3_versioning_status_name(f->versioning.status));
    versioning->mfa_delete = field_text(s3_versioning_mfa_delete_name(f->versioning.mfa_delete));
    return field_nested(versioning);
}

static struct field_object lock_of(struct arena *a, const struct bucket_facts *f)
{
    struct lock *lock = arena_alloc(a, sizeof(*lock));
    if (f->lock_told == BUCKET_DENIED) {
        return field_nested(NULL);
    }
    lock->status = field_text(s3_lock_status_name(f->lock.status));
    lock->mode = field_text(s3_lock_mode_name(f->lock.mode));
    lock->days = field_number(f->lock.days, 0);
    lock->years = field_number(f->lock.years, 0);
    return field_nested(lock);
}

static struct field_object apis_of(struct arena *a, const struct bucket_facts *f)
{
    static const char *const names[] = {
        [BUCKET_TOLD] = "available", [BUCKET_LACKS_API] = "absent", [BUCKET_DENIED] = "unknown"};
    struct apis *apis = arena_alloc(a, sizeof(*apis));
    bool copies =
        f->replication_told != BUCKET_TOLD || f->aws || xml_child(f->replication.root, "Rule");
    apis->versioning = field_text(names[f->versioning_told]);
    apis->object_lock = field_text(names[f->lock_told]);
    apis->lifecycle = field_text(names[f->lifecycle_told]);
    apis->replication = field_text(copies ? names[f->replication_told] : "unknown");
    return field_nested(apis);
}

static void fill(struct arena *a, struct bucket_protection *m, const struct bucket_facts *f)
{
    m->versioning = versioning_of(a, f);
    m->lock = lock_of(a, f);
    m->apis = apis_of(a, f);
    m->findings = bucket_findings(a, f);
    m->recovery_window_days = field_number(bucket_findings_window_days(f), S3_LIFECYCLE_RULE_NONE);
    m->replication_role = field_text(s3_replication_role(&f->replication));
    if (f->lifecycle_told != BUCKET_DENIED) {
        m->lifecycle_rules = bucket_shown_lifecycle(a, &f->lifecycle);
    }
    if (f->replication_told != BUCKET_DENIED) {
        m->replication_rules = bucket_shown_replication(a, &f->replication);
    }
}

static enum rc bucket_protection_read(struct ctx *cx, struct call *call, void *model)
{
    struct bucket_protection *m = model;
    struct s3_target bucket = {0};
    struct bucket_facts facts = {0};
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = ask(cx, &bucket, &facts);
    if (rc == RC_OK) {
        fill(cx->arena, m, &facts);
    }
    return bucket_needed(cx, &bucket, rc);
}

const struct data_source bucket_protection_data_source = {
    .type_name = "seedbank_bucket_protection",
    .summary = "What protects a bucket now, and what is missing.",
    .doc = "What protects a bucket now, and what is missing. It changes nothing: use it in a "
           "`check` block to hear of a gap at every plan, also where another tool manages the "
           "bucket. The access key needs the permission `s3:GetBucketVersioning`. Without "
           "`s3:GetBucketObjectLockConfiguration`, `s3:GetLifecycleConfiguration` or "
           "`s3:GetReplicationConfiguration`, that part is null and a finding says so; "
           "`s3:ListBucketVersions`, and `s3:GetBucketVersioning` for the buckets that copies go "
           "to, are used only where there are replication rules, and missed without a word.",
    .attrs = attrs,
    .model_size = sizeof(struct bucket_protection),
    .read = bucket_protection_read,
};
