#include "services/s3/bucket_shown.h"

#include "base/arena.h"
#include "s3/s3_lifecycle_rule.h"
#include "s3/s3_replication_rule.h"
#include "services/s3/bucket_rule.h"
#include "xml/xml.h"

#define TEXT(model, member, doc)   BUCKET_SHOWN(model, member, ATTR_STRING, doc)
#define NUMBER(model, member, doc) BUCKET_SHOWN(model, member, ATTR_INT, doc)
#define FLAG(model, member, doc)   BUCKET_SHOWN(model, member, ATTR_BOOL, doc)
#define TAGS(model, member, doc)   BUCKET_SHOWN(model, member, ATTR_STRING_MAP, doc)

/* Every rule, each in a struct of that size. */
static struct field_objects every(struct arena *a, const struct s3_rules *rules, size_t size,
                                  void (*show)(struct arena *a, const struct xml_node *rule,
                                               void *shown))
{
    size_t n = 0;
    for (const struct xml_node *at = xml_child(rules->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        n++;
    }
    char *shown = arena_array(a, n, size), *next = shown;
    for (const struct xml_node *at = xml_child(rules->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        show(a, at, next);
        next += size;
    }
    return field_list(shown, n);
}

/* ---- Lifecycle ------------------------------------------------------------------------------- */

const struct attr bucket_shown_lifecycle_attrs[] = {
    TEXT(bucket_shown_lifecycle_rule, id, "ID of the rule; null when it has none."),
    FLAG(bucket_shown_lifecycle_rule, enabled, "Whether the server acts on the rule."),
    TEXT(bucket_shown_lifecycle_rule, prefix, "Only objects whose key begins so; null: all."),
    TAGS(bucket_shown_lifecycle_rule, tags, "Only objects that have all of these tags; null: all."),
    NUMBER(bucket_shown_lifecycle_rule, object_size_greater_than,
           "Only objects of more bytes than this."),
    NUMBER(bucket_shown_lifecycle_rule, object_size_less_than,
           "Only objects of fewer bytes than this."),
    NUMBER(bucket_shown_lifecycle_rule, noncurrent_version_expiration_days,
           "Days after which an old version is deleted; null: by this rule never."),
    NUMBER(bucket_shown_lifecycle_rule, noncurrent_version_expiration_newer_versions,
           "So many of the newest old versions of an object are left alone."),
    NUMBER(bucket_shown_lifecycle_rule, noncurrent_version_transition_days,
           "Days after which an old version moves to another storage class."),
    TEXT(bucket_shown_lifecycle_rule, noncurrent_version_transition_storage_class,
         "The storage class that it moves to."),
    NUMBER(bucket_shown_lifecycle_rule, abort_incomplete_multipart_days,
           "Days after which the parts of an upload that was never finished are deleted."),
    FLAG(bucket_shown_lifecycle_rule, expired_object_delete_marker,
         "Whether a delete marker goes once no old version is left behind it."),
    TEXT(bucket_shown_lifecycle_rule, other_actions,
         "What else the rule holds, as elements of S3's document, such as `Expiration/Days`: that "
         "one deletes current objects."),
    TEXT(bucket_shown_lifecycle_rule, unreadable,
         "Why the rule cannot be understood; null when it can. Of such a rule only `id` and "
         "`enabled` are shown."),
    {0},
};

static struct field_int number(int64_t n)
{
    return field_number(n, S3_LIFECYCLE_RULE_NONE);
}

static void show_lifecycle_rule(struct arena *a, const struct xml_node *node, void *ret_shown)
{
    struct s3_lifecycle_rule rule;
    const char *why = NULL;
    struct bucket_shown_lifecycle_rule *shown = ret_shown;
    *shown = (struct bucket_shown_lifecycle_rule){
        .id = field_text(s3_rules_id(node)),
        .enabled = field_flag(s3_rules_enabled(node)),
    };
    if (!s3_lifecycle_rule_read(a, node, &rule, &why)) {
        shown->unreadable = field_text(why);
        return;
    }
    shown->prefix = field_text(rule.filter.prefix);
    shown->tags = bucket_rule_tags(a, &rule.filter);
    shown->object_size_greater_than = number(rule.size_above);
    shown->object_size_less_than = number(rule.size_below);
    shown->noncurrent_version_expiration_days = number(rule.expire_days);
    shown->noncurrent_version_expiration_newer_versions = number(rule.expire_keep);
    shown->noncurrent_version_transition_days = number(rule.move_days);
    shown->noncurrent_version_transition_storage_class = field_text(rule.move_class);
    shown->abort_incomplete_multipart_days = number(rule.abort_days);
    shown->expired_object_delete_marker = field_flag(rule.expired_marker);
    shown->other_actions = field_text(s3_lifecycle_rule_unknown(a, node));
}

struct field_objects bucket_shown_lifecycle(struct arena *a, const struct s3_rules *lifecycle)
{
    return every(a, lifecycle, sizeof(struct bucket_shown_lifecycle_rule), show_lifecycle_rule);
}

/* ---- Replication ----------------------------------------------------------------------------- */

const struct attr bucket_shown_replication_attrs[] = {
    TEXT(bucket_shown_replication_rule, id, "ID of the rule; null when it has none."),
    TEXT(bucket_shown_replication_rule, status, "`Enabled` or `Disabled`."),
    NUMBER(bucket_shown_replication_rule, priority,
           "Of two rules with the same destination, the one with the higher number counts."),
    TEXT(bucket_shown_replication_rule, prefix, "Only objects whose key begins so; null: all."),
    TAGS(bucket_shown_replication_rule, tags,
         "Only objects that have all of these tags; null: all."),
    TEXT(bucket_shown_replication_rule, destination_bucket, "ARN of the bucket that copies go to."),
    TEXT(bucket_shown_replication_rule, destination_account, "Account ID that owns that bucket."),
    TEXT(bucket_shown_replication_rule, destination_storage_class, "Storage class of the copies."),
    TEXT(bucket_shown_replication_rule, replica_kms_key_id, "Key that copies are encrypted with."),
    FLAG(bucket_shown_replication_rule, owner_override,
         "Whether copies belong to `destination_account`."),
    FLAG(bucket_shown_replication_rule, replication_time,
         "Whether AWS warrants a copy within 15 minutes."),
    FLAG(bucket_shown_replication_rule, metrics, "Whether AWS measures how far copies lag behind."),
    FLAG(bucket_shown_replication_rule, delete_marker_replication,
         "Whether deleting an object deletes its copy too."),
    FLAG(bucket_shown_replication_rule, replica_modifications,
         "Whether changes made to copies are copied back."),
    TEXT(bucket_shown_replication_rule, other_actions,
         "What else the rule holds, as elements of S3's document."),
    TEXT(bucket_shown_replication_rule, unreadable,
         "Why the rule cannot be understood; null when it can. Of such a rule only `id` and "
         "`status` are shown."),
    {0},
};

static void show_replication_rule(struct arena *a, const struct xml_node *node, void *ret_shown)
{
    struct s3_replication_rule rule;
    const char *why = NULL;
    struct bucket_shown_replication_rule *shown = ret_shown;
    *shown = (struct bucket_shown_replication_rule){
        .id = field_text(s3_rules_id(node)),
        .status = field_text(xml_text(node, "Status")),
    };
    if (!s3_replication_rule_read(a, node, &rule, &why)) {
        shown->unreadable = field_text(why);
        return;
    }
    shown->priority = field_number(rule.priority, S3_REPLICATION_RULE_NONE);
    shown->prefix = field_text(rule.filter.prefix);
    shown->tags = bucket_rule_tags(a, &rule.filter);
    shown->destination_bucket = field_text(rule.bucket);
    shown->destination_account = field_text(rule.account);
    shown->destination_storage_class = field_text(rule.storage_class);
    shown->replica_kms_key_id = field_text(rule.kms_key);
    shown->owner_override = field_flag(rule.owner_override);
    shown->replication_time = field_flag(rule.replication_time);
    shown->metrics = field_flag(rule.metrics);
    shown->delete_marker_replication = field_flag(rule.delete_markers);
    shown->replica_modifications = field_flag(rule.replica_modifications);
    shown->other_actions = field_text(s3_replication_rule_unknown(a, node));
}

struct field_objects bucket_shown_replication(struct arena *a, const struct s3_rules *replication)
{
    return every(a, replication, sizeof(struct bucket_shown_replication_rule),
                 show_replication_rule);
}
