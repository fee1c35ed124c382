#include "services/s3/bucket_findings.h"

#include "base/arena.h"
#include "s3/s3_lifecycle_rule.h"
#include "s3/s3_replication_rule.h"
#include "schema/field.h"
#include "xml/xml.h"

#define CATCH_UP                                                                                   \
    "What was written meanwhile is copied by S3 Batch Replication on AWS, mc replicate resync "    \
    "start on MinIO, rclone copy elsewhere."
#define ASK_FOR "Allow the access key that permission, or judge the bucket with another key."

/* What it says of the bucket, to be read after "Bucket b "; NULL: all is well. */
typedef const char *said(struct arena *a, const struct bucket_facts *f);

/* ---- Versioning ------------------------------------------------------------------------------ */

static const char *no_versioning(struct arena *a, const struct bucket_facts *f)
{
    (void)a;
    return f->versioning_told == BUCKET_LACKS_API
               ? "keeps no old versions, as its server has no versioning: an object that is "
                 "overwritten or deleted is gone."
               : NULL;
}

static const char *never_versioned(struct arena *a, const struct bucket_facts *f)
{
    (void)a;
    return f->versioning_told == BUCKET_TOLD && f->versioning.status == S3_VERSIONING_DISABLED
               ? "keeps no old versions: an object that is overwritten or deleted is gone."
               : NULL;
}

static const char *suspended(struct arena *a, const struct bucket_facts *f)
{
    (void)a;
    return f->versioning.status == S3_VERSIONING_SUSPENDED
               ? "keeps old versions from before versioning was suspended, but not of what is "
                 "written since: overwritten or deleted, that is gone."
               : NULL;
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static const char *deletes_at_once(struct arena *a, const struct bucket_facts *f)
{
    struct s3_lifecycle_window window = s3_lifecycle_window_of(&f->lifecycle);
    return window.days == 0
               ? arena_printf(a,
                              "has a lifecycle rule \"%s\" that deletes old versions, and "
                              "its days cannot be read.",
                              window.rule_id)
               : NULL;
}

/* The first rule for which it holds, named. */
static const char *first_rule(struct arena *a, const struct s3_rules *rules,
                              bool (*holds)(struct arena *a, const struct xml_node *rule),
                              const char *format_of_id)
{
    for (const struct xml_node *at = xml_child(rules->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        if (holds(a, at)) {
            return arena_printf(a, "has a %s \"%s\"", format_of_id, s3_rules_id(at));
        }
    }
    return NULL;
}

static bool lifecycle_unreadable(struct arena *a, const struct xml_node *rule)
{
    struct s3_lifecycle_rule read;
    const char *why;
    return s3_rules_enabled(rule) && !s3_lifecycle_rule_read(a, rule, &read, &why);
}

static const char *odd_lifecycle(struct arena *a, const struct bucket_facts *f)
{
    const char *rule = first_rule(a, &f->lifecycle, lifecycle_unreadable, "lifecycle rule");
    return rule ? arena_printf(a, "%s that cannot be understood here.", rule) : NULL;
}

static bool expires_objects(struct arena *a, const struct xml_node *rule)
{
    (void)a;
    return s3_rules_enabled(rule) && (xml_text(xml_child(rule, "Expiration"), "Days") ||
                                      xml_text(xml_child(rule, "Expiration"), "Date"));
}

static const char *expiring(struct arena *a, const struct bucket_facts *f)
{
    const char *rule = first_rule(a, &f->lifecycle, expires_objects, "lifecycle rule");
    return rule ? arena_printf(a, "%s that deletes current objects after a time.", rule) : NULL;
}

static bool is_off(struct arena *a, const struct xml_node *rule)
{
    (void)a;
    return !s3_rules_enabled(rule);
}

static const char *not_copied(struct arena *a, const struct bucket_facts *f)
{
    const char *rule = first_rule(a, &f->replication, is_off, "replication rule");
    return rule ? arena_printf(a,
                               "%s that is disabled: what is written meanwhile is not copied, "
                               "not even once it is enabled.",
                               rule)
                : NULL;
}

static const char *no_destination(struct arena *a, const struct bucket_facts *f)
{
    return f->unfit.bucket && !f->unfit.exists
               ? arena_printf(a,
                              "has a replication rule \"%s\" that copies nothing: its "
                              "destination, bucket %s, does not exist.",
                              f->unfit_rule_id, f->unfit.bucket)
               : NULL;
}

static const char *unversioned_destination(struct arena *a, const struct bucket_facts *f)
{
    return f->unfit.bucket && f->unfit.exists
               ? arena_printf(a,
                              "has a replication rule \"%s\" that copies nothing: versioning of "
                              "its destination, bucket %s, is %s.",
                              f->unfit_rule_id, f->unfit.bucket,
                              s3_versioning_status_name(f->unfit.status))
               : NULL;
}

static bool replication_unreadable(struct arena *a, const struct xml_node *rule)
{
    struct s3_replication_rule read;
    const char *why;
    return s3_rules_enabled(rule) && !s3_replication_rule_read(a, rule, &read, &why);
}

static const char *odd_replication(struct arena *a, const struct bucket_facts *f)
{
    const char *rule = first_rule(a, &f->replication, replication_unreadable, "replication rule");
    return rule ? arena_printf(a, "%s that cannot be understood here.", rule) : NULL;
}

static bool is_on(struct arena *a, const struct xml_node *rule)
{
    (void)a;
    return s3_rules_enabled(rule);
}

static const char *older_objects(struct arena *a, const struct bucket_facts *f)
{
    const char *rule = first_rule(a, &f->replication, is_on, "replication rule");
    return rule && f->holds_objects
               ? arena_printf(a, "%s: objects written before it was made are not copied by it.",
                              rule)
               : NULL;
}

/* ---- What was not told ----------------------------------------------------------------------- */

static const char *no_replication(struct arena *a, const struct bucket_facts *f)
{
    (void)a;
    return f->replication_told == BUCKET_LACKS_API
               ? "cannot be replicated: its server has no replication rules."
               : NULL;
}

static const char *lock_denied(struct arena *a, const struct bucket_facts *f)
{
    (void)a;
    return f->lock_told == BUCKET_DENIED
               ? "may be locked or not: the access key lacks the permission "
                 "s3:GetBucketObjectLockConfiguration."
               : NULL;
}

static const char *denied(struct arena *a, enum bucket_told told, const struct s3_rules_kind *kind)
{
    return told == BUCKET_DENIED
               ? arena_printf(a,
                              "may have %s rules or not: the access key lacks the permission %s.",
                              kind->name, kind->get_permission)
               : NULL;
}

static const char *lifecycle_denied(struct arena *a, const struct bucket_facts *f)
{
    return denied(a, f->lifecycle_told, &s3_lifecycle_kind);
}

static const char *replication_denied(struct arena *a, const struct bucket_facts *f)
{
    return denied(a, f->replication_told, &s3_replication_kind);
}

/* ---- The table ------------------------------------------------------------------------------- */

static const struct check {
    const char *severity;
    said *what;
    const char *remedy;
} checks[] = {
    {"error", no_versioning,
     "Copy the bucket on a schedule to a server that has versioning, with rclone sync or mc "
     "mirror."},
    {"error", never_versioned,
     "Enable versioning, for example with a seedbank_bucket_versioning resource."},
    {"error", suspended,
     "Enable versioning again, for example with a seedbank_bucket_versioning resource whose status "
     "is Enabled."},
    {"error", deletes_at_once,
     "Read the rule with the tool that wrote it; it counts as deleting at once."},
    {"warning", odd_lifecycle,
     "See `unreadable` of that rule for the reason, and judge it by hand."},
    {"warning", odd_replication,
     "See `unreadable` of that rule for the reason, and judge it by hand."},
    {"warning", not_copied, "Enable it or take it away. " CATCH_UP},
    {"warning", no_destination,
     "Create that bucket again, with versioning, or take the rule away. " CATCH_UP},
    {"warning", unversioned_destination,
     "Enable versioning of that bucket, for example with a seedbank_bucket_versioning "
     "resource. " CATCH_UP},
    {"warning", lock_denied, ASK_FOR},
    {"warning", lifecycle_denied, ASK_FOR},
    {"warning", replication_denied, ASK_FOR},
    {"info", expiring,
     "If that is wanted, nothing. In a versioned bucket they stay as old versions for "
     "recovery_window_days."},
    {"info", older_objects,
     "If they were not copied yet: S3 Batch Replication on AWS, mc replicate resync start on "
     "MinIO, rclone copy elsewhere."},
    {"info", no_replication,
     "Copy it on a schedule to another server or region, with rclone sync or mc mirror, and keep "
     "old versions there."},
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))

struct field_objects bucket_findings(struct arena *a, const struct bucket_facts *facts)
{
    struct bucket_finding *found = arena_array(a, CHECKS, sizeof(*found));
    size_t n = 0;
    for (size_t i = 0; i < CHECKS; i++) {
        const char *what = checks[i].what(a, facts);
        if (what) {
            found[n++] = (struct bucket_finding){
                field_text(checks[i].severity),
                field_text(arena_printf(a, "Bucket %s %s", facts->bucket, what)),
                field_text(checks[i].remedy)};
        }
    }
    return field_list(found, n);
}

int64_t bucket_findings_window_days(const struct bucket_facts *facts)
{
    if (facts->versioning_told != BUCKET_TOLD ||
        facts->versioning.status != S3_VERSIONING_ENABLED) {
        return 0;
    }
    return s3_lifecycle_window_of(&facts->lifecycle).days;
}
