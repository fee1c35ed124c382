/*
 * Inside lib/s3: what a lifecycle rule and a replication rule have in common: the objects that they
 * are for, and how one differs from another.
 */
#ifndef S3_S3_RULE_H
#define S3_S3_RULE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct xml_node;

struct s3_rule_tag {
    const char *key, *value;
};

/* The objects for which all of that holds. */
struct s3_rule_filter {
    const char *prefix; /* never NULL; "": any */
    const struct s3_rule_tag *tags;
    size_t n_tags;
};

/* The element of a <Rule> that holds its conditions; NULL: the old form, or none. */
const struct xml_node *s3_rule_conditions(const struct xml_node *node);

/* From <Rule>, the old form included; texts are borrowed from it. False, with the reason in
 * *ret_why, when there is a condition that is not in `known` (ended by NULL). */
bool s3_rule_filter_read(struct arena *a, const struct xml_node *node, const char *const *known,
                         struct s3_rule_filter *ret_filter, const char **ret_why);

bool s3_rule_filter_same(const struct s3_rule_filter *x, const struct s3_rule_filter *y);

/* Append each as <Tag>. */
void s3_rule_tags_write(struct arena *a, struct xml_node *where, const struct s3_rule_filter *from);

/* The element's text, "" when it is absent. */
const char *s3_rule_text(const struct xml_node *node, const char *path);

/* How a rule that is there differs from the one wanted: names of attributes, comma-separated, ""
 * when there are none. */
struct s3_rule_diff {
    const char *limits; /* without these the rule would touch, or do, something else */
    const char *others;
    bool only_missing;   /* everything that differs is absent from what is there */
    struct arena *arena; /* of the names */
};

struct s3_rule_diff s3_rule_diff_new(struct arena *a);

/* Add one; `absent`: what is there lacks it. */
void s3_rule_diff_add(struct s3_rule_diff *diff, bool limits, const char *name, bool absent);
void s3_rule_diff_filter(struct s3_rule_diff *diff, const struct s3_rule_filter *wanted,
                         const struct s3_rule_filter *seen);

bool s3_rule_diff_empty(const struct s3_rule_diff *diff);

#endif
