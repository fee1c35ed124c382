/*
 * Changing exactly one rule of a document of rules (s3_rules.h), while others change theirs.
 *
 * Alone with the bucket's settings in this session: fetch, change the one rule, put, read back
 * until the server shows it. S3 cannot be asked to write only if nobody else did meanwhile. So when
 * the rule has vanished from what is read back, or one that was taken away is there again, it is
 * merged into what is there now and put again, three times in all. A second look half a second
 * later finds what a writer did that had fetched before our put. What remains is our own time
 * between fetch and put: a rule that somebody adds just then is lost, unless that writer looks
 * again too. Rules of others that vanish meanwhile are told, not put back: whoever removed them may
 * have meant it.
 *
 * A server may drop what it does not know. So a rule is first put disabled, and enabled only when
 * all that limits what it touches has come back; if not, what was there before is put back. A rule
 * that stays enabled throughout looks the same on a server that lags and on one that dropped what
 * is new: then it counts as dropped after a while.
 */
#ifndef S3_S3_RULE_EDIT_H
#define S3_S3_RULE_EDIT_H

#include "s3/s3_rule.h"
#include "s3/s3_rules.h"

struct s3_rule_edit;

/* The rule that is there, beside the one wanted. */
struct s3_rule_seen {
    struct s3_rule_diff diff; /* ID and status left out */
    bool enabled;
    bool more;       /* it holds what is not described */
    const char *why; /* where it cannot be understood: one line */
};

/* What one kind of rule is to an edit. */
struct s3_rule_edit_kind {
    const struct s3_rules_kind *document;
    /* A rule that works may rest for a moment: it is put disabled at first in any case. If not,
     * then only as long as none of that ID is enabled. */
    bool may_rest;
    /* Make the rule of edit->id, which is in the document and new or understood, say what is
     * wanted. */
    void (*write)(struct ctx *cx, const struct s3_rule_edit *edit, struct s3_rules *rules,
                  bool enabled);
    /* Compare the rule of edit->id, which is in the document; false: it cannot be understood. */
    bool (*compare)(struct ctx *cx, const struct s3_rule_edit *edit, const struct s3_rules *now,
                    struct s3_rule_seen *ret_seen);
    /* RC_FAIL, with a message, when the wanted rule must not be merged into this document. */
    enum rc (*check)(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rule_edit *edit, const struct s3_rules *now);
};

struct s3_rule_edit {
    const struct s3_rule_edit_kind *kind;
    const char *id;
    const void *wanted; /* for the kind's functions; NULL: the rule goes */
    bool enabled;       /* the wanted rule is */
    bool create;        /* RC_CONFLICT, silently, when a rule of that ID says something else */

    bool changed; /* out: the server's document was changed, or may have been */
};

/* RC_NOT_FOUND: no such bucket. Nothing is put when the rule is as wanted, or gone, already. A rule
 * that create or update took charge of is not taken away again in the same session: a resource may
 * be replaced by another one of that ID, the new one first. Nor is it changed again: then two
 * resources have that ID, and RC_FAIL says so. */
enum rc s3_rule_edit_run(struct ctx *cx, const struct s3_target *target,
                         struct s3_rule_edit *edit) RC_MUST_CHECK;

/* Merge the wanted rule into a document, or take it out. */
void s3_rule_edit_merge(struct ctx *cx, const struct s3_rule_edit *edit, struct s3_rules *rules,
                        bool enabled);

#endif
