#include "services/s3/bucket_shown.h"

#include "base/arena.h"
#include "s3/s3_lifecycle_rule.h"
#include "s3/s3_replication_rule.h"
#include "schema/model.h"
#include "services/s3/bucket_rule.h"
#include "xml/xml.h"

#define TEXT(model, member, doc)   BUCKET_SHOWN(model, member, ATTR_STRING, doc)
#define NUMBER(model, member, doc) BUCKET_SHOWN(model, member, ATTR_INT, doc)
#define FLAG(model, member, doc)   BUCKET_SHOWN(model, member, ATTR_BOOL, doc)
#define TAGS(model, member, doc)   BUCKET_SHOWN(model, member, ATTR_STRING_MAP, doc)

/* Null when it says nothing. */
static struct field_string text(const char *s)
{
    return s && *s ? (struct field_string){VALUE_KNOWN, s}
                   : (struct field_string){VALUE_NULL, NULL};
}

static struct field_int number(int64_t n)
{
    return n < 0 ? (struct field_int){VALUE_NULL, 0} : (struct field_int){VALUE_KNOWN, n};
}

static struct field_bool flag(bool b)
{
    return (struct field_bool){VALUE_KNOWN, b};
}

/* Null when there are none. */
static struct field_string_map tags_of(struct arena *a, const struct s3_rule_tag *tags, size_t n)
{
    return n ? bucket_rule_tags(a, tags, n) : (struct field_string_map){.state = VALUE_NULL};
}

static size_t count_of(const struct s3_rules *rules)
{
    size_t n = 0;
    for (const struct xml_node *at = xml_child(rules->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        n++;
    }
    return n;
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

static struct bucket_shown_lifecycle_rule lifecycle_rule_of(struct arena *a,
                                                            const struct xml_node *node)
{
    struct s3_lifecycle_rule rule;
    const char *why = NULL;
    struct bucket_shown_lifecycle_rule shown = {
        .id = text(s3_rules_id(node)),
        .enabled = flag(s3_rules_enabled(node)),
    };
    if (!s3_lifecycle_rule_read(a, node, &rule, &why)) {
        shown.unreadable = text(why);
        return shown;
    }
    shown.prefix = text(rule.prefix);
    shown.tags = tags_of(a, rule.tags, rule.n_tags);
    shown.object_size_greater_than = number(rule.size_above);
    shown.object_size_less_than = number(rule.size_below);
    shown.noncurrent_version_expiration_days = number(rule.expire_days);
    shown.noncurrent_version_expiration_newer_versions = number(rule.expire_keep);
    shown.noncurrent_version_transition_days = number(rule.move_days);
    shown.noncurrent_version_transition_storage_class = text(rule.move_class);
    shown.abort_incomplete_multipart_days = number(rule.abort_days);
    shown.expired_object_delete_marker = flag(rule.expired_marker);
    shown.other_actions = text(s3_lifecycle_rule_unknown(a, node));
    return shown;
}

struct field_objects bucket_shown_lifecycle(struct arena *a, const struct s3_rules *lifecycle)
{
    size_t n = 0;
    struct bucket_shown_lifecycle_rule *shown = arena_array(a, count_of(lifecycle), sizeof(*shown));
    for (const struct xml_node *at = xml_child(lifecycle->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        shown[n++] = lifecycle_rule_of(a, at);
    }
    return (struct field_objects){.state = VALUE_KNOWN, .v = shown, .n = n};
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

static struct bucket_shown_replication_rule replication_rule_of(struct arena *a,
                                                                const struct xml_node *node)
{
    struct s3_replication_rule rule;
    const char *why = NULL;
    struct bucket_shown_replication_rule shown = {
        .id = text(s3_rules_id(node)),
        .status = text(xml_text(node, "Status")),
    };
    if (!s3_replication_rule_read(a, node, &rule, &why)) {
        shown.unreadable = text(why);
        return shown;
    }
    shown.priority = number(rule.priority);
    shown.prefix = text(rule.filter.prefix);
    shown.tags = tags_of(a, rule.filter.tags, rule.filter.n_tags);
    shown.destination_bucket = text(rule.bucket);
    shown.destination_account = text(rule.account);
    shown.destination_storage_class = text(rule.storage_class);
    shown.replica_kms_key_id = text(rule.kms_key);
    shown.owner_override = flag(rule.owner_override);
    shown.replication_time = flag(rule.replication_time);
    shown.metrics = flag(rule.metrics);
    shown.delete_marker_replication = flag(rule.delete_markers);
    shown.replica_modifications = flag(rule.replica_modifications);
    shown.other_actions = text(s3_replication_rule_unknown(a, node));
    return shown;
}

struct field_objects bucket_shown_replication(struct arena *a, const struct s3_rules *replication)
{
    size_t n = 0;
    struct bucket_shown_replication_rule *shown =
        arena_array(a, count_of(replication), sizeof(*shown));
    for (const struct xml_node *at = xml_child(replication->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        shown[n++] = replication_rule_of(a, at);
    }
    return (struct field_objects){.state = VALUE_KNOWN, .v = shown, .n = n};
}
