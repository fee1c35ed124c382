/*
 * What a resource that is one rule of a bucket's document has in common with another: how the rule
 * and the objects that it is for are named, its life, and what is said when it is not as it should
 * be. The resource's own file has its fields, and how they and the rule become each other.
 */
#ifndef SERVICES_S3_BUCKET_RULE_H
#define SERVICES_S3_BUCKET_RULE_H

#include "s3/s3_rule.h"
#include "s3/s3_rules.h"
#include "schema/field.h"
#include "services/s3/bucket.h"

struct xml_node;

/* The first member of every such model. */
struct bucket_rule_fields {
    struct bucket_fields at;
    struct field_string id, prefix, on_destroy;
    struct field_string_map tags;
};

/* Their rows, `rule` being that member; noun: "lifecycle"; ends: what a rule that is gone does no
 * more. */
#define BUCKET_RULE_ROWS(model, rule, noun, ends)                                                  \
    BUCKET_ROWS(model, rule.at, ATTR_REPLACE),                                                     \
        {                                                                                          \
            .name = "rule_id",                                                                     \
            .kind = ATTR_STRING,                                                                   \
            .flags = ATTR_REQUIRED | ATTR_REPLACE,                                                 \
            .offset = offsetof(model, rule.id),                                                    \
            .checks =                                                                              \
                (const struct attr_check[]){                                                       \
                    CHECK_LENGTH(1, 255), CHECK_TEXT(s3_name_text_fault, S3_NAME_TEXT_RULE), {0}}, \
            .doc = "ID of the one " noun " rule that this resource owns. All other rules of the "  \
                   "bucket stay as they are.",                                                     \
        },                                                                                         \
        {                                                                                          \
            .name = "prefix",                                                                      \
            .kind = ATTR_STRING,                                                                   \
            .flags = ATTR_OPTIONAL,                                                                \
            .offset = offsetof(model, rule.prefix),                                                \
            .checks =                                                                              \
                (const struct attr_check[]){CHECK_LENGTH(0, 1024),                                 \
                                            CHECK_TEXT(s3_name_text_fault, S3_NAME_TEXT_RULE),     \
                                            {0}},                                                  \
            .doc = "Only objects whose key begins so; all when left out or empty.",                \
        },                                                                                         \
        {                                                                                          \
            .name = "tags",                                                                        \
            .kind = ATTR_STRING_MAP,                                                               \
            .flags = ATTR_OPTIONAL,                                                                \
            .offset = offsetof(model, rule.tags),                                                  \
            .checks =                                                                              \
                (const struct attr_check[]){                                                       \
                    CHECK_LENGTH(0, 10), CHECK_TEXT(s3_name_text_fault, S3_NAME_TEXT_RULE), {0}},  \
            .doc = "Only objects that have all of these tags.",                                    \
        },                                                                                         \
    {                                                                                              \
        .name = "on_destroy", .kind = ATTR_STRING, .flags = ATTR_OPTIONAL | ATTR_COMPUTED,         \
        .offset = offsetof(model, rule.on_destroy), .default_text = "remove",                      \
        .checks = (const struct attr_check[]){CHECK_ONE_OF("remove", "keep"), {0}},                \
        .doc = "What destroying this resource does: `remove` takes the rule away, so that "        \
               "nothing more is " ends "; `keep` leaves it, also when the resource is replaced.",  \
    }

/* The sentence of its page that says what S3 cannot do. */
#define BUCKET_RULE_DOC                                                                            \
    "S3 keeps all rules in one document without a way to write it only if nobody else did "        \
    "meanwhile: a rule that another program adds in the moment between reading and writing is "    \
    "lost, and one that vanishes is found at the next plan."

/* What is known of the objects it is for, and back: an empty prefix and an absent one are the same,
 * as are tags, so what stands in the model stays. */
struct s3_rule_filter bucket_rule_filter(struct arena *a, const struct bucket_rule_fields *rule);
void bucket_rule_fill(struct arena *a, struct bucket_rule_fields *rule,
                      const struct s3_rule_filter *filter);

/* Tags as a field; null when there are none. */
struct field_string_map bucket_rule_tags(struct arena *a, const struct s3_rule_filter *filter);

/* Whether the plan tells which objects it is for: prefix, tags and each value of theirs. */
bool bucket_rule_is_known(const struct bucket_rule_fields *rule);

/* Known and not empty. */
bool bucket_rule_is_tagged(const struct bucket_rule_fields *rule);

/* What one kind of rule is to its resource. */
struct bucket_rule_kind {
    const struct s3_rules_kind *document;
    const char *type_name; /* of the resource */
    const char *goes_on;   /* what a rule that is left behind does: "deleting" */
    /* Make the server's rule what the model says, as s3_rule_edit_run does it. Fills in what the
     * server decides; on failure too, nothing in the model stays unknown. */
    enum rc (*put)(struct ctx *cx, const struct s3_target *bucket, bool create, void *model,
                   bool *ret_changed);
    /* Make the model what the document's rule says; false: it cannot be understood. */
    bool (*fill)(struct arena *a, const struct s3_rules *now, const struct xml_node *rule,
                 void *model, const char **ret_why);
    /* Elements of the rule that the model does not describe, comma-separated. */
    const char *(*unknown)(struct arena *a, const struct xml_node *rule);
};

/* The callbacks of its resource (schema/resource.h); bucket_rule_plan is a part of `plan`: the
 * warning that on_destroy = "keep" leaves the former rule. */
enum rc bucket_rule_create(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                           void *state) RC_MUST_CHECK;
enum rc bucket_rule_read(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                         void *state) RC_MUST_CHECK;
enum rc bucket_rule_update(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                           void *state) RC_MUST_CHECK;
enum rc bucket_rule_remove(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                           const void *prior) RC_MUST_CHECK;
void bucket_rule_plan(struct ctx *cx, const struct bucket_rule_kind *kind,
                      const struct resource_plan *plan);

#endif
