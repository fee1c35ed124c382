/*
 * Changing exactly one rule of a bucket's lifecycle document, as s3_rule_edit.h says.
 */
#ifndef S3_S3_LIFECYCLE_EDIT_H
#define S3_S3_LIFECYCLE_EDIT_H

#include "s3/s3.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_lifecycle_rule.h"

struct path;

struct s3_lifecycle_edit {
    const char *id;
    const struct s3_lifecycle_rule *wanted; /* NULL: the rule goes */
    bool create;             /* RC_CONFLICT, silently, when a rule of that ID says something else */
    int64_t min_window_days; /* no enabled rule may delete old versions sooner; 0: any may */
    const struct path *min_window_path; /* the setting that says so, for messages; or NULL */

    bool changed; /* out: the server's document was changed, or may have been */
};

/* RC_NOT_FOUND: no such bucket. Nothing is put when the rule is as wanted, or gone, already. A rule
 * that create or update took charge of is not taken away again in the same session: a resource may
 * be replaced by another one of that ID, the new one first. */
enum rc s3_lifecycle_edit_run(struct ctx *cx, const struct s3_target *target,
                              struct s3_lifecycle_edit *edit) RC_MUST_CHECK;

/* RC_FAIL, with a message, when an enabled rule of the document, once the wanted rule is in it,
 * deletes old versions before edit->min_window_days. */
enum rc s3_lifecycle_edit_check(struct ctx *cx, const struct s3_target *target,
                                const struct s3_lifecycle_edit *edit,
                                const struct s3_rules *now) RC_MUST_CHECK;

/* RC_FAIL, with a message, when the document's rule of that ID holds an action that nobody here
 * describes, and the wanted rule would make it act on other objects or enable it. Only the update
 * of a rule may come to that: create refuses such a rule. */
enum rc s3_lifecycle_edit_check_more(struct ctx *cx, const struct s3_target *target,
                                     const struct s3_lifecycle_edit *edit,
                                     const struct s3_rules *now) RC_MUST_CHECK;

#endif
