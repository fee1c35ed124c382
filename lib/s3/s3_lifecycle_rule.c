#include "s3/s3_lifecycle_rule.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "xml/xml.h"

#define MAX_NAMES 4096

/* A number of a rule: <part><element>n</element></part>, and the attribute that users know it by.
 * Those without a part are conditions. */
static const struct number {
    const char *part, *element, *attribute;
    size_t offset;
    bool limits;
} numbers[] = {
#define NUMBER(part, element, attribute, member, limits)                                           \
    {                                                                                              \
        (part), (element), (attribute), offsetof(struct s3_lifecycle_rule, member), (limits)       \
    }
    NUMBER(NULL, "ObjectSizeGreaterThan", "object_size_greater_than", size_above, true),
    NUMBER(NULL, "ObjectSizeLessThan", "object_size_less_than", size_below, true),
    NUMBER("NoncurrentVersionExpiration", "NoncurrentDays", "noncurrent_version_expiration.days",
           expire_days, true),
    NUMBER("NoncurrentVersionExpiration", "NewerNoncurrentVersions",
           "noncurrent_version_expiration.newer_noncurrent_versions", expire_keep, true),
    NUMBER("NoncurrentVersionTransition", "NoncurrentDays", "noncurrent_version_transition.days",
           move_days, true),
    NUMBER("NoncurrentVersionTransition", "NewerNoncurrentVersions",
           "noncurrent_version_transition.newer_noncurrent_versions", move_keep, true),
    NUMBER("AbortIncompleteMultipartUpload", "DaysAfterInitiation",
           "abort_incomplete_multipart_days", abort_days, false),
};
#define N_NUMBERS (sizeof(numbers) / sizeof(*numbers))

/* The same for the two that are no numbers. */
#define MOVE_PART    "NoncurrentVersionTransition"
#define MOVE_CLASS   "StorageClass"
#define EXPIRE_PART  "Expiration"
#define MARKER_FIELD "ExpiredObjectDeleteMarker"

static int64_t *number_in(struct s3_lifecycle_rule *rule, const struct number *n)
{
    return (int64_t *)(void *)((char *)rule + n->offset);
}

static int64_t number_of(const struct s3_lifecycle_rule *rule, const struct number *n)
{
    return *(const int64_t *)(const void *)((const char *)rule + n->offset);
}

struct s3_lifecycle_rule s3_lifecycle_rule_new(const char *id)
{
    struct s3_lifecycle_rule rule = {.id = id, .prefix = "", .move_class = ""};

    for (size_t i = 0; i < N_NUMBERS; i++) {
        *number_in(&rule, &numbers[i]) = S3_LIFECYCLE_RULE_NONE;
    }
    return rule;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* Where the conditions stand; NULL: the old form, or none. */
static const struct xml_node *conditions(const struct xml_node *node)
{
    const struct xml_node *filter = xml_child(node, "Filter");
    const struct xml_node *and = xml_child(filter, "And");

    return and? and : filter;
}

static bool is_condition(const struct xml_node *node)
{
    static const char *const known[] = {"Prefix", "Tag", "ObjectSizeGreaterThan",
                                        "ObjectSizeLessThan"};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (strcmp(node->name, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_conditions(struct arena *a, const struct xml_node *node,
                            struct s3_lifecycle_rule *rule, const char **ret_why)
{
    const struct xml_node *where = conditions(node);
    struct s3_lifecycle_tag *tags;
    size_t n = 0;

    rule->prefix = text_or_empty(xml_text(where ? where : node, "Prefix"));
    for (const struct xml_node *at = where ? where->first : NULL; at; at = at->next, n++) {
        if (!is_condition(at)) {
            *ret_why =
                arena_printf(a, "its filter holds <%.100s>, which is not known here", at->name);
            return false;
        }
    }
    rule->tags = tags = arena_array(a, n, sizeof(*tags));
    for (const struct xml_node *at = xml_child(where, "Tag"); at; at = xml_next(at, "Tag")) {
        tags[rule->n_tags++] = (struct s3_lifecycle_tag){text_or_empty(xml_text(at, "Key")),
                                                         text_or_empty(xml_text(at, "Value"))};
    }
    return true;
}

bool s3_lifecycle_rule_read(struct arena *a, const struct xml_node *node,
                            struct s3_lifecycle_rule *ret_rule, const char **ret_why)
{
    struct s3_lifecycle_rule rule = s3_lifecycle_rule_new(text_or_empty(xml_text(node, "ID")));

    if (!read_conditions(a, node, &rule, ret_why)) {
        return false;
    }
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const struct number *n = &numbers[i];
        const struct xml_node *part = n->part ? xml_child(node, n->part) : conditions(node);
        const char *text = xml_text(part, n->element);
        int64_t *value = number_in(&rule, n);
        if (text && (!str_to_i64(str_of(text), value) || *value < 0)) {
            *ret_why = arena_printf(a, "its <%s> is not a number of 0 or more", n->element);
            return false;
        }
    }
    if (xml_next(xml_child(node, MOVE_PART), MOVE_PART)) {
        *ret_why = "it moves old versions more than once, which is not known here";
        return false;
    }
    rule.enabled = strcmp(text_or_empty(xml_text(node, "Status")), "Enabled") == 0;
    rule.move_class = text_or_empty(xml_text(node, MOVE_PART "/" MOVE_CLASS));
    rule.expired_marker =
        strcmp(text_or_empty(xml_text(node, EXPIRE_PART "/" MARKER_FIELD)), "true") == 0;
    *ret_rule = rule;
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void remove_child(struct xml_node *node, const char *name)
{
    struct xml_node *child = xml_child(node, name);

    if (child) {
        xml_remove(child);
    }
}

/* The element, and its part when nothing else is in that. */
static void remove_from(struct xml_node *node, const char *part, const char *element)
{
    struct xml_node *from = xml_child(node, part);

    if (from) {
        remove_child(from, element);
        if (from->first == NULL) {
            xml_remove(from);
        }
    }
}

static void add_to(struct arena *a, struct xml_node *node, const char *part, const char *element,
                   const char *text)
{
    struct xml_node *to = xml_child(node, part);

    xml_add(a, to ? to : xml_add(a, node, part, NULL), element, text);
}

static void strip(struct xml_node *node)
{
    remove_child(node, "Prefix");
    remove_child(node, "Filter");
    for (size_t i = 0; i < N_NUMBERS; i++) {
        if (numbers[i].part) {
            remove_from(node, numbers[i].part, numbers[i].element);
        }
    }
    remove_from(node, MOVE_PART, MOVE_CLASS);
    remove_from(node, EXPIRE_PART, MARKER_FIELD);
}

static char *decimal(struct arena *a, int64_t n)
{
    return arena_printf(a, "%lld", (long long)n);
}

static void write_conditions(struct arena *a, struct xml_node *node,
                             const struct s3_lifecycle_rule *rule, bool old_form)
{
    size_t n = (*rule->prefix != '\0') + rule->n_tags;
    size_t more = n - (*rule->prefix != '\0');
    struct xml_node *where;

    for (size_t i = 0; i < N_NUMBERS; i++) {
        bool given = !numbers[i].part && number_of(rule, &numbers[i]) != S3_LIFECYCLE_RULE_NONE;
        n += given;
        more += given;
    }
    if (old_form && more == 0) {
        xml_add(a, node, "Prefix", rule->prefix);
        return;
    }
    where = xml_add(a, node, "Filter", NULL);
    where = n > 1 ? xml_add(a, where, "And", NULL) : where;
    if (*rule->prefix || n == 0) {
        xml_add(a, where, "Prefix", rule->prefix);
    }
    for (size_t i = 0; i < rule->n_tags; i++) {
        struct xml_node *tag = xml_add(a, where, "Tag", NULL);
        xml_add(a, tag, "Key", rule->tags[i].key);
        xml_add(a, tag, "Value", rule->tags[i].value);
    }
    for (size_t i = 0; i < N_NUMBERS; i++) {
        int64_t value = number_of(rule, &numbers[i]);
        if (!numbers[i].part && value != S3_LIFECYCLE_RULE_NONE) {
            xml_add(a, where, numbers[i].element, decimal(a, value));
        }
    }
}

void s3_lifecycle_rule_write(struct arena *a, struct xml_node *node,
                             const struct s3_lifecycle_rule *rule, bool old_form)
{
    strip(node);
    remove_child(node, "Status");
    xml_add(a, node, "Status", rule->enabled ? "Enabled" : "Disabled");
    write_conditions(a, node, rule, old_form);
    for (size_t i = 0; i < N_NUMBERS; i++) {
        int64_t value = number_of(rule, &numbers[i]);
        if (numbers[i].part && value != S3_LIFECYCLE_RULE_NONE) {
            add_to(a, node, numbers[i].part, numbers[i].element, decimal(a, value));
        }
    }
    if (*rule->move_class) {
        add_to(a, node, MOVE_PART, MOVE_CLASS, rule->move_class);
    }
    if (rule->expired_marker) {
        add_to(a, node, EXPIRE_PART, MARKER_FIELD, "true");
    }
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static void add_name(struct buf *names, const char *outer, const char *name)
{
    buf_printf(names, "%s%s%s%s", names->len ? ", " : "", outer ? outer : "", outer ? "/" : "",
               name);
}

const char *s3_lifecycle_rule_unknown(struct arena *a, const struct xml_node *node)
{
    struct xml_node *rest = xml_new(a, node->name, node->ns);
    struct buf *names = buf_new(a, MAX_NAMES);

    /* What strip() leaves of a copy, two levels deep as it goes. */
    for (const struct xml_node *at = node->first; at; at = at->next) {
        struct xml_node *part = xml_add(a, rest, at->name, NULL);
        for (const struct xml_node *in = at->first; in; in = in->next) {
            xml_add(a, part, in->name, NULL);
        }
    }
    strip(rest);
    remove_child(rest, "ID");
    remove_child(rest, "Status");
    for (const struct xml_node *at = rest->first; at; at = at->next) {
        for (const struct xml_node *in = at->first; in; in = in->next) {
            add_name(names, at->name, in->name);
        }
        if (at->first == NULL) {
            add_name(names, NULL, at->name);
        }
    }
    return names->data;
}

static bool has_tag(const struct s3_lifecycle_rule *rule, const struct s3_lifecycle_tag *tag)
{
    for (size_t i = 0; i < rule->n_tags; i++) {
        if (strcmp(rule->tags[i].key, tag->key) == 0) {
            return strcmp(rule->tags[i].value, tag->value) == 0;
        }
    }
    return false;
}

/* Whether all tags of x are in y. */
static bool tags_in(const struct s3_lifecycle_rule *x, const struct s3_lifecycle_rule *y)
{
    for (size_t i = 0; i < x->n_tags; i++) {
        if (!has_tag(y, &x->tags[i])) {
            return false;
        }
    }
    return true;
}

struct s3_lifecycle_rule_diff s3_lifecycle_rule_compare(struct arena *a,
                                                        const struct s3_lifecycle_rule *wanted,
                                                        const struct s3_lifecycle_rule *seen)
{
    struct buf *limits = buf_new(a, MAX_NAMES), *others = buf_new(a, MAX_NAMES);
    bool missing = true;

    if (strcmp(wanted->prefix, seen->prefix) != 0) {
        add_name(limits, NULL, "prefix");
        missing = missing && *seen->prefix == '\0';
    }
    if (!tags_in(wanted, seen) || !tags_in(seen, wanted)) {
        add_name(limits, NULL, "tags");
        missing = missing && tags_in(seen, wanted);
    }
    for (size_t i = 0; i < N_NUMBERS; i++) {
        int64_t got = number_of(seen, &numbers[i]);
        if (number_of(wanted, &numbers[i]) != got) {
            add_name(numbers[i].limits ? limits : others, NULL, numbers[i].attribute);
            missing = missing && got == S3_LIFECYCLE_RULE_NONE;
        }
    }
    if (strcmp(wanted->move_class, seen->move_class) != 0) {
        add_name(others, NULL, "noncurrent_version_transition.storage_class");
        missing = missing && *seen->move_class == '\0';
    }
    if (wanted->expired_marker != seen->expired_marker) {
        add_name(others, NULL, "expired_object_delete_marker");
        missing = missing && !seen->expired_marker;
    }
    return (struct s3_lifecycle_rule_diff){limits->data, others->data, missing};
}
