#include "s3/s3_lifecycle_rule.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "xml/xml.h"

/* An element that holds a number, and the attribute that users know it by. Those that stand in no
 * other are conditions. */
static const struct number {
    const char *path, *attribute;
    size_t offset;
    bool limits;
} numbers[] = {
#define MEMBER(member) offsetof(struct s3_lifecycle_rule, member)
    {"ObjectSizeGreaterThan", "object_size_greater_than", MEMBER(size_above), true},
    {"ObjectSizeLessThan", "object_size_less_than", MEMBER(size_below), true},
    {"NoncurrentVersionExpiration/NoncurrentDays", "noncurrent_version_expiration.days",
     MEMBER(expire_days), true},
    {"NoncurrentVersionExpiration/NewerNoncurrentVersions",
     "noncurrent_version_expiration.newer_noncurrent_versions", MEMBER(expire_keep), true},
    {"NoncurrentVersionTransition/NoncurrentDays", "noncurrent_version_transition.days",
     MEMBER(move_days), true},
    {"NoncurrentVersionTransition/NewerNoncurrentVersions",
     "noncurrent_version_transition.newer_noncurrent_versions", MEMBER(move_keep), true},
    {"AbortIncompleteMultipartUpload/DaysAfterInitiation", "abort_incomplete_multipart_days",
     MEMBER(abort_days), false},
};
#define N_NUMBERS (sizeof(numbers) / sizeof(*numbers))

/* The two that are no numbers. */
#define MOVE       "NoncurrentVersionTransition"
#define MOVE_CLASS "NoncurrentVersionTransition/StorageClass"
#define MARKER     "Expiration/ExpiredObjectDeleteMarker"

static bool is_condition(const struct number *n)
{
    return strchr(n->path, '/') == NULL;
}

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
    struct s3_lifecycle_rule rule = {.id = id, .filter = {.prefix = ""}, .move_class = ""};

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

    if (!s3_rule_filter_read(a, node, known, &rule.filter, ret_why)) {
        return false;
    }
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const struct number *n = &numbers[i];
        const char *text = xml_text(is_condition(n) ? s3_rule_conditions(node) : node, n->path);
        int64_t *value = number_in(&rule, n);
        if (text && (!str_to_i64(str_of(text), value) || *value < 0)) {
            *ret_why = arena_printf(a, "its <%s> is not a number of 0 or more",
                                    is_condition(n) ? n->path : strchr(n->path, '/') + 1);
            return false;
        }
    }
    if (xml_next(xml_child(node, MOVE), MOVE)) {
        *ret_why = "it moves old versions more than once, which is not known here";
        return false;
    }
    rule.enabled = strcmp(s3_rule_text(node, "Status"), "Enabled") == 0;
    rule.move_class = s3_rule_text(node, MOVE_CLASS);
    rule.expired_marker = strcmp(s3_rule_text(node, MARKER), "true") == 0;
    *ret_rule = rule;
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void strip(struct xml_node *node)
{
    static const char *const more[] = {"Prefix", "Filter", "Status", MOVE_CLASS, MARKER};

    for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
        s3_rule_remove(node, more[i]);
    }
    for (size_t i = 0; i < N_NUMBERS; i++) {
        if (!is_condition(&numbers[i])) {
            s3_rule_remove(node, numbers[i].path);
        }
    }
}

/* Those that are given: conditions, or what the rule does. */
static void write_numbers(struct arena *a, struct xml_node *node,
                          const struct s3_lifecycle_rule *rule, bool conditions)
{
    for (size_t i = 0; i < N_NUMBERS; i++) {
        int64_t value = number_of(rule, &numbers[i]);
        if (is_condition(&numbers[i]) == conditions && value != S3_LIFECYCLE_RULE_NONE) {
            s3_rule_add(a, node, numbers[i].path, arena_printf(a, "%lld", (long long)value));
        }
    }
}

void s3_lifecycle_rule_write(struct arena *a, struct xml_node *node,
                             const struct s3_lifecycle_rule *rule, bool old_form)
{
    size_t sizes = rule->size_above != S3_LIFECYCLE_RULE_NONE;

    sizes += rule->size_below != S3_LIFECYCLE_RULE_NONE;
    strip(node);
    xml_add(a, node, "Status", rule->enabled ? "Enabled" : "Disabled");
    if (old_form && sizes == 0 && rule->filter.n_tags == 0) {
        xml_add(a, node, "Prefix", rule->filter.prefix);
    } else {
        write_numbers(a, s3_rule_filter_write(a, node, &rule->filter, sizes), rule, true);
    }
    write_numbers(a, node, rule, false);
    if (*rule->move_class) {
        s3_rule_add(a, node, MOVE_CLASS, rule->move_class);
    }
    if (rule->expired_marker) {
        s3_rule_add(a, node, MARKER, "true");
    }
}

/* ---- Comparing ------------------------------------------------------------------------------- */

const char *s3_lifecycle_rule_unknown(struct arena *a, const struct xml_node *node)
{
    struct xml_node *rest = xml_copy(a, node);

    strip(rest);
    return s3_rule_paths(a, rest);
}

bool s3_lifecycle_rule_same_objects(const struct s3_lifecycle_rule *x,
                                    const struct s3_lifecycle_rule *y)
{
    return x->size_above == y->size_above && x->size_below == y->size_below &&
           s3_rule_filter_same(&x->filter, &y->filter);
}

struct s3_rule_diff s3_lifecycle_rule_compare(struct arena *a,
                                              const struct s3_lifecycle_rule *wanted,
                                              const struct s3_lifecycle_rule *seen)
{
    struct s3_rule_diff diff = s3_rule_diff_new(a);

    s3_rule_diff_filter(&diff, &wanted->filter, &seen->filter);
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
