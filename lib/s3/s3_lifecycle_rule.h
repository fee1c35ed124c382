/*
 * One rule of a bucket's lifecycle document, as far as it keeps, moves or deletes old versions of
 * objects and what was never finished. What else a rule holds is kept, not described.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
 */
#ifndef S3_S3_LIFECYCLE_RULE_H
#define S3_S3_LIFECYCLE_RULE_H

#include <stdint.h>

#include "s3/s3_rule.h"

#define S3_LIFECYCLE_RULE_NONE (-1) /* of a number: not given */

struct s3_lifecycle_rule {
    const char *id;
    bool enabled;
    /* What it touches: objects for which all of that holds. */
    const char *prefix; /* never NULL; "": any */
    const struct s3_rule_tag *tags;
    size_t n_tags;
    int64_t size_above, size_below; /* bytes */
    /* What it does. Days count from when the version became an old one. */
    int64_t expire_days, expire_keep; /* delete; but never the newest so many old versions */
    int64_t move_days, move_keep;
    const char *move_class; /* to this storage class; never NULL, "" when nothing moves */
    int64_t abort_days;     /* since an unfinished multipart upload began */
    bool expired_marker;    /* delete markers that hide nothing any more go */
};

/* Disabled, touches everything, does nothing. */
struct s3_lifecycle_rule s3_lifecycle_rule_new(const char *id);

/* From <Rule>; texts are borrowed from it. False, with the reason in *ret_why (one line), when a
 * number is none, when the filter has what is not known here (nobody could say what the rule
 * touches), or when old versions move more than once. */
bool s3_lifecycle_rule_read(struct arena *a, const struct xml_node *node,
                            struct s3_lifecycle_rule *ret_rule, const char **ret_why);

/* Make a <Rule> that is new or can be read say that, its ID excepted; what is not described here
 * stays in it. Texts are borrowed. With `old_form`, the prefix stands outside a filter if it is the
 * only condition: AWS refuses documents that mix both forms. */
void s3_lifecycle_rule_write(struct arena *a, struct xml_node *node,
                             const struct s3_lifecycle_rule *rule, bool old_form);

/* Elements of the <Rule> that are not described here, as "Expiration/Days, Transition"; "": none.
 */
const char *s3_lifecycle_rule_unknown(struct arena *a, const struct xml_node *node);

/* Whether both are for the same objects. */
bool s3_lifecycle_rule_same_objects(const struct s3_lifecycle_rule *x,
                                    const struct s3_lifecycle_rule *y);

/* How `seen` differs from `wanted`, ID and status left out. */
struct s3_rule_diff s3_lifecycle_rule_compare(struct arena *a,
                                              const struct s3_lifecycle_rule *wanted,
                                              const struct s3_lifecycle_rule *seen);

#endif
