#include "s3/s3_rule.h"

#include <string.h>

#include "base/arena.h"
#include "xml/xml.h"

const char *s3_rule_text(const struct xml_node *node, const char *path)
{
    const char *text = xml_text(node, path);

    return text ? text : "";
}

const struct xml_node *s3_rule_conditions(const struct xml_node *node)
{
    const struct xml_node *filter = xml_child(node, "Filter");
    const struct xml_node *and = xml_child(filter, "And");

    return and? and : filter;
}

static bool is_known(const struct xml_node *node, const char *const *known)
{
    while (*known && strcmp(*known, node->name) != 0) {
        known++;
    }
    return *known != NULL;
}

bool s3_rule_filter_read(struct arena *a, const struct xml_node *node, const char *const *known,
                         struct s3_rule_filter *ret_filter, const char **ret_why)
{
    const struct xml_node *where = s3_rule_conditions(node);
    struct s3_rule_tag *tags;
    size_t n = 0, n_tags = 0;

    for (const struct xml_node *at = where ? where->first : NULL; at; at = at->next, n++) {
        if (!is_known(at, known)) {
            *ret_why =
                arena_printf(a, "its filter holds <%.100s>, which is not known here", at->name);
            return false;
        }
    }
    tags = arena_array(a, n, sizeof(*tags));
    for (const struct xml_node *at = xml_child(where, "Tag"); at; at = xml_next(at, "Tag")) {
        tags[n_tags++] = (struct s3_rule_tag){s3_rule_text(at, "Key"), s3_rule_text(at, "Value")};
    }
    *ret_filter =
        (struct s3_rule_filter){s3_rule_text(where ? where : node, "Prefix"), tags, n_tags};
    return true;
}

void s3_rule_tags_write(struct arena *a, struct xml_node *where, const struct s3_rule_filter *from)
{
    for (size_t i = 0; i < from->n_tags; i++) {
        struct xml_node *tag = xml_add(a, where, "Tag", NULL);
        xml_add(a, tag, "Key", from->tags[i].key);
        xml_add(a, tag, "Value", from->tags[i].value);
    }
}

/* ---- Differences ----------------------------------------------------------------------------- */

struct s3_rule_diff s3_rule_diff_new(struct arena *a)
{
    return (struct s3_rule_diff){"", "", true, a};
}

void s3_rule_diff_add(struct s3_rule_diff *diff, bool limits, const char *name, bool absent)
{
    const char **names = limits ? &diff->limits : &diff->others;

    *names = arena_printf(diff->arena, "%s%s%s", *names, **names ? ", " : "", name);
    diff->only_missing = diff->only_missing && absent;
}

bool s3_rule_diff_empty(const struct s3_rule_diff *diff)
{
    return *diff->limits == '\0' && *diff->others == '\0';
}

static bool has_tag(const struct s3_rule_filter *filter, const struct s3_rule_tag *tag)
{
    for (size_t i = 0; i < filter->n_tags; i++) {
        if (strcmp(filter->tags[i].key, tag->key) == 0) {
            return strcmp(filter->tags[i].value, tag->value) == 0;
        }
    }
    return false;
}

/* Whether all tags of x are in y. */
static bool tags_in(const struct s3_rule_filter *x, const struct s3_rule_filter *y)
{
    for (size_t i = 0; i < x->n_tags; i++) {
        if (!has_tag(y, &x->tags[i])) {
            return false;
        }
    }
    return true;
}

bool s3_rule_filter_same(const struct s3_rule_filter *x, const struct s3_rule_filter *y)
{
    return strcmp(x->prefix, y->prefix) == 0 && tags_in(x, y) && tags_in(y, x);
}

void s3_rule_diff_filter(struct s3_rule_diff *diff, const struct s3_rule_filter *wanted,
                         const struct s3_rule_filter *seen)
{
    if (strcmp(wanted->prefix, seen->prefix) != 0) {
        s3_rule_diff_add(diff, true, "prefix", *seen->prefix == '\0');
    }
    if (!tags_in(wanted, seen) || !tags_in(seen, wanted)) {
        s3_rule_diff_add(diff, true, "tags", tags_in(seen, wanted));
    }
}
