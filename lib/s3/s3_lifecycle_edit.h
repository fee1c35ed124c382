/*
 * Changing exactly one rule of a bucket's lifecycle document, while others change theirs.
 *
 * Under the session's lock of the document: fetch, change the one rule, put, read back until the
 * server shows it. S3 cannot be asked to write only if nobody else did meanwhile. So when the rule
 * has vanished from what is read back, or one that was taken away is there again, it is merged into
 * what is there now and put again, three times in all. A second look half a second later finds what
 * a writer did that had fetched before our put. What remains is our own time between fetch and put:
 * a rule that somebody adds just then is lost, unless that writer looks again too. Rules of others
 * that vanish meanwhile are told, not put back: whoever removed them may have meant it.
 *
 * A server may drop what it does not know. So a rule is first put disabled, and enabled only when
 * all that limits what it touches has come back; if not, what was there before is put back.
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

#endif
