#include "s3/s3_replication_rule.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "xml/xml.h"

/* An element that holds a text, and the attribute that users know it by. */
#define MEMBER(member) offsetof(struct s3_replication_rule, member)
static const struct text {
    const char *path, *attribute;
    size_t offset;
    bool limits;
} texts[] = {
    {"Destination/Bucket", "destination.bucket", MEMBER(bucket), true},
    {"Destination/Account", "destination.account", MEMBER(account), false},
    {"Destination/StorageClass", "destination.storage_class", MEMBER(storage_class), false},
    {"Destination/EncryptionConfiguration/ReplicaKmsKeyID", "destination.replica_kms_key_id",
     MEMBER(kms_key), false},
};

/* One that holds a switch. */
static const struct flag {
    const char *path, *attribute;
    size_t offset;
    const char *on, *off; /* off NULL: left out */
} flags[] = {
    {"DeleteMarkerReplication/Status", "delete_marker_replication", MEMBER(delete_markers),
     "Enabled", "Disabled"},
    {"SourceSelectionCriteria/ReplicaModifications/Status", "replica_modifications",
     MEMBER(replica_modifications), "Enabled", "Disabled"},
    {"Destination/AccessControlTranslation/Owner", "destination.owner_override",
     MEMBER(owner_override), "Destination", NULL},
    {"Destination/ReplicationTime/Status", "destination.replication_time", MEMBER(replication_time),
     "Enabled", NULL},
    {"Destination/Metrics/Status", "destination.metrics", MEMBER(metrics), "Enabled", NULL},
};

/* What goes with them. */
#define KMS_OBJECTS "SourceSelectionCriteria/SseKmsEncryptedObjects/Status"
#define MINUTES     "15" /* the only span that S3 knows */
static const char *const minutes[] = {
    "Destination/ReplicationTime/Time/Minutes",
    "Destination/Metrics/EventThreshold/Minutes",
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const char **text_in(struct s3_replication_rule *rule, const struct text *t)
{
    return (const char **)(void *)((char *)rule + t->offset);
}

static const char *text_of(const struct s3_replication_rule *rule, const struct text *t)
{
    return *(const char *const *)(const void *)((const char *)rule + t->offset);
}

static bool *flag_in(struct s3_replication_rule *rule, const struct flag *f)
{
    return (bool *)(void *)((char *)rule + f->offset);
}

static bool flag_of(const struct s3_replication_rule *rule, const struct flag *f)
{
    return *(const bool *)(const void *)((const char *)rule + f->offset);
}

struct s3_replication_rule s3_replication_rule_new(const char *id)
{
    struct s3_replication_rule rule = {.id = id, .priority = S3_REPLICATION_RULE_NONE};

    rule.filter.prefix = "";
    for (size_t i = 0; i < COUNT(texts); i++) {
        *text_in(&rule, &texts[i]) = "";
    }
    return rule;
}

/* ---- Reading --------------------------------------------------------------------------------- */

bool s3_replication_rule_read(struct arena *a, const struct xml_node *node,
                              struct s3_replication_rule *ret_rule, const char **ret_why)
{
    static const char *const known[] = {"Prefix", "Tag", NULL};
    struct s3_replication_rule rule = s3_replication_rule_new(s3_rule_text(node, "ID"));
    const char *priority = xml_text(node, "Priority");

    if (!s3_rule_filter_read(a, node, known, &rule.filter, ret_why)) {
        return false;
    }
    if (priority && (!str_to_i64(str_of(priority), &rule.priority) || rule.priority < 0)) {
        *ret_why = "its <Priority> is not a number of 0 or more";
        return false;
    }
    for (size_t i = 0; i < COUNT(minutes); i++) {
        const char *span = xml_text(node, minutes[i]);
        if (span && strcmp(span, MINUTES) != 0) {
            *ret_why = "it holds a span other than " MINUTES " minutes, which is not known here";
            return false;
        }
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        *text_in(&rule, &texts[i]) = s3_rule_text(node, texts[i].path);
    }
    for (size_t i = 0; i < COUNT(flags); i++) {
        *flag_in(&rule, &flags[i]) = strcmp(s3_rule_text(node, flags[i].path), flags[i].on) == 0;
    }
    rule.markers_implied = !xml_child(node, "Filter") && !priority &&
                           !xml_find(node, "DeleteMarkerReplication/Status");
    rule.delete_markers = rule.delete_markers || rule.markers_implied;
    rule.enabled = strcmp(s3_rule_text(node, "Status"), "Enabled") == 0;
    *ret_rule = rule;
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void strip(struct xml_node *node)
{
    static const char *const more[] = {"Priority", "Filter", "Prefix", "Status", KMS_OBJECTS};

    for (size_t i = 0; i < COUNT(more); i++) {
        s3_rule_remove(node, more[i]);
    }
    for (size_t i = 0; i < COUNT(minutes); i++) {
        s3_rule_remove(node, minutes[i]);
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        s3_rule_remove(node, texts[i].path);
    }
    for (size_t i = 0; i < COUNT(flags); i++) {
        s3_rule_remove(node, flags[i].path);
    }
}

void s3_replication_rule_write(struct arena *a, struct xml_node *node,
                               const struct s3_replication_rule *rule)
{
    strip(node);
    xml_add(a, node, "Priority", arena_printf(a, "%lld", (long long)rule->priority));
    xml_add(a, node, "Status", rule->enabled ? "Enabled" : "Disabled");
    s3_rule_filter_write(a, node, &rule->filter, 0);
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (*text_of(rule, &texts[i])) {
            s3_rule_add(a, node, texts[i].path, text_of(rule, &texts[i]));
        }
    }
    for (size_t i = 0; i < COUNT(flags); i++) {
        const char *word = flag_of(rule, &flags[i]) ? flags[i].on : flags[i].off;
        if (word) {
            s3_rule_add(a, node, flags[i].path, word);
        }
    }
    if (*rule->kms_key) {
        s3_rule_add(a, node, KMS_OBJECTS, "Enabled");
    }
    for (size_t i = 0; i < COUNT(minutes) && rule->replication_time; i++) {
        s3_rule_add(a, node, minutes[i], MINUTES);
    }
}

/* ---- Comparing ------------------------------------------------------------------------------- */

const char *s3_replication_rule_unknown(struct arena *a, const struct xml_node *node)
{
    struct xml_node *rest = xml_copy(a, node);

    strip(rest);
    return s3_rule_paths(a, rest);
}

struct s3_rule_diff s3_replication_rule_compare(struct arena *a,
                                                const struct s3_replication_rule *wanted,
                                                const struct s3_replication_rule *seen)
{
    struct s3_rule_diff diff = s3_rule_diff_new(a);

    s3_rule_diff_filter(&diff, &wanted->filter, &seen->filter);
    if (wanted->priority != seen->priority) {
        s3_rule_diff_add(&diff, false, "priority", seen->priority == S3_REPLICATION_RULE_NONE);
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *got = text_of(seen, &texts[i]);
        if (strcmp(text_of(wanted, &texts[i]), got) != 0) {
            s3_rule_diff_add(&diff, texts[i].limits, texts[i].attribute, *got == '\0');
        }
    }
    for (size_t i = 0; i < COUNT(flags); i++) {
        bool got = flag_of(seen, &flags[i]);
        if (flag_of(wanted, &flags[i]) != got) {
            bool implied = flags[i].offset == MEMBER(delete_markers) && seen->markers_implied;
            s3_rule_diff_add(&diff, false, flags[i].attribute, !got || implied);
        }
    }
    return diff;
}
