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

bool s3_lifecycle_rule_read(struct arena *a, const struct xml_node *node,
                            struct s3_lifecycle_rule *ret_rule, const char **ret_why)
{
    static const char *const known[] = {"Prefix", "Tag", "ObjectSizeGreaterThan",
                                        "ObjectSizeLessThan", NULL};
    struct s3_lifecycle_rule rule = s3_lifecycle_rule_new(s3_rule_text(node, "ID"));
    struct s3_rule_filter filter;

    if (!s3_rule_filter_read(a, node, known, &filter, ret_why)) {
        return false;
    }
    rule.prefix = filter.prefix;
    rule.tags = filter.tags;
    rule.n_tags = filter.n_tags;
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const struct number *n = &numbers[i];
        const struct xml_node *part = n->part ? xml_child(node, n->part) : s3_rule_conditions(node);
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
    rule.enabled = strcmp(s3_rule_text(node, "Status"), "Enabled") == 0;
    rule.move_class = s3_rule_text(node, MOVE_PART "/" MOVE_CLASS);
    rule.expired_marker = strcmp(s3_rule_text(node, EXPIRE_PART "/" MARKER_FIELD), "true") == 0;
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
    struct s3_rule_filter filter = {rule->prefix, rule->tags, rule->n_tags};
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
    s3_rule_tags_write(a, where, &filter);
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

bool s3_lifecycle_rule_same_objects(const struct s3_lifecycle_rule *x,
                                    const struct s3_lifecycle_rule *y)
{
    return x->size_above == y->size_above && x->size_below == y->size_below &&
           s3_rule_filter_same(&(struct s3_rule_filter){x->prefix, x->tags, x->n_tags},
                               &(struct s3_rule_filter){y->prefix, y->tags, y->n_tags});
}

struct s3_rule_diff s3_lifecycle_rule_compare(struct arena *a,
                                              const struct s3_lifecycle_rule *wanted,
                                              const struct s3_lifecycle_rule *seen)
{
    struct s3_rule_diff diff = s3_rule_diff_new(a);

    s3_rule_diff_filter(&diff,
                        &(struct s3_rule_filter){wanted->prefix, wanted->tags, wanted->n_tags},
                        &(struct s3_rule_filter){seen->prefix, seen->tags, seen->n_tags});
    for (size_t i = 0; i < N_NUMBERS; i++) {
        int64_t got = number_of(seen, &numbers[i]);
        if (number_of(wanted, &numbers[i]) != got) {
            s3_rule_diff_add(&diff, numbers[i].limits, numbers[i].attribute,
                             got == S3_LIFECYCLE_RULE_NONE);
        }
    }
    if (strcmp(wanted->move_class, seen->move_class) != 0) {
        s3_rule_diff_add(&diff, false, "noncurrent_version_transition.storage_class",
                         *seen->move_class == '\0');
    }
    if (wanted->expired_marker != seen->expired_marker) {
        s3_rule_diff_add(&diff, false, "expired_object_delete_marker", !seen->expired_marker);
    }
    return diff;
}
