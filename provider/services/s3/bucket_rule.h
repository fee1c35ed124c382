/*
 * What a resource that is one rule of a bucket's document has in common with another: how the rule
 * and the objects that it is for are named, and what is said when it is not as it should be.
 */
#ifndef SERVICES_S3_BUCKET_RULE_H
#define SERVICES_S3_BUCKET_RULE_H

#include "s3/s3_rule.h"
#include "s3/s3_rules.h"
#include "services/s3/bucket.h"

struct xml_node;

struct bucket_rule_fields {
    struct field_string id, prefix;
    struct field_string_map tags;
};

/* The rows of the model's member `rule`; noun: "lifecycle". */
#define BUCKET_RULE_ROWS(model, rule, noun)                                                        \
    {                                                                                              \
        .name = "rule_id",                                                                         \
        .kind = ATTR_STRING,                                                                       \
        .flags = ATTR_REQUIRED | ATTR_REPLACE,                                                     \
        .offset = offsetof(model, rule.id),                                                        \
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 255), {0}},                          \
        .doc = "ID of the one " noun " rule that this resource owns. All other rules of the "      \
               "bucket stay as they are.",                                                         \
    },                                                                                             \
        {                                                                                          \
            .name = "prefix",                                                                      \
            .kind = ATTR_STRING,                                                                   \
            .flags = ATTR_OPTIONAL,                                                                \
            .offset = offsetof(model, rule.prefix),                                                \
            .checks = (const struct attr_check[]){CHECK_LENGTH(0, 1024), {0}},                     \
            .doc = "Only objects whose key begins so; all when left out or empty.",                \
        },                                                                                         \
    {                                                                                              \
        .name = "tags", .kind = ATTR_STRING_MAP, .flags = ATTR_OPTIONAL,                           \
        .offset = offsetof(model, rule.tags),                                                      \
        .checks = (const struct attr_check[]){CHECK_LENGTH(0, 10), {0}},                           \
        .doc = "Only objects that have all of these tags.",                                        \
    }

/* What is known of them, and back: an empty prefix and an absent one are the same, as are tags, so
 * what stands in the model stays. */
struct s3_rule_filter bucket_rule_filter(struct arena *a, const struct bucket_rule_fields *rule);
void bucket_rule_fill(struct arena *a, struct bucket_rule_fields *rule,
                      const struct s3_rule_filter *filter);

/* Tags as a field; known, also when there are none. */
struct field_string_map bucket_rule_tags(struct arena *a, const struct s3_rule_tag *tags, size_t n);

/* Whether the plan tells which objects it is for: prefix, tags and each value of theirs. */
bool bucket_rule_is_known(const struct bucket_rule_fields *rule);

/* Known and not empty. */
bool bucket_rule_is_tagged(const struct bucket_rule_fields *rule);

/* One rule, for messages. */
struct bucket_rule {
    const struct s3_rules_kind *kind;
    const char *type_name; /* of the resource */
    const char *bucket, *id;
};

/* The error of a create that found another rule of that ID. */
enum rc bucket_rule_in_the_way(struct ctx *cx, const struct bucket_rule *rule);

/* Once the rule was seen, its absence means that it vanished. */
void bucket_rule_note_seen(const struct call *call);

/* The stored rule is not in the document: RC_NOT_FOUND, with a warning if it was seen before. */
enum rc bucket_rule_vanished(struct ctx *cx, const struct call *call,
                             const struct bucket_rule *rule, const struct s3_rules *now);

/* The error of a read that could not understand the rule. */
enum rc bucket_rule_unreadable(struct ctx *cx, const struct bucket_rule *rule, const char *why);

/* A warning, when the rule holds more (elements, comma-separated; "": none) than is managed. */
void bucket_rule_holds_more(struct ctx *cx, const struct bucket_rule *rule, const char *more);

/* The warning of a plan that replaces the resource with on_destroy = "keep"; `goes_on`: what the
 * old rule does then. */
void bucket_rule_stays(struct ctx *cx, const struct bucket_rule *rule, const char *goes_on);

#endif
