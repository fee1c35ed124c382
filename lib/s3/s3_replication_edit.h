/*
 * Changing exactly one rule of a bucket's replication document, as s3_rule_edit.h says, and the
 * role of the document with it. A rule that works is never put disabled in between: what is written
 * in that moment would not be copied, and nothing would copy it later.
 */
#ifndef S3_S3_REPLICATION_EDIT_H
#define S3_S3_REPLICATION_EDIT_H

#include "s3/s3_replication.h"
#include "s3/s3_replication_rule.h"

struct path;

struct s3_replication_edit {
    const char *id;
    const struct s3_replication_rule *wanted;
    const char *role;  /* of the whole document; "": the one that it has, or none */
    bool replace_role; /* also for the rules of others */
    bool create;       /* RC_CONFLICT, silently, when a rule of that ID says something else */
    struct {
        const struct path *bucket, *destination, *role, *priority;
    } at; /* the settings that say so, for messages; or NULL */

    bool changed; /* out: the server's document was changed, or may have been */
};

/* RC_NOT_FOUND: no such bucket. Refuses, before anything is put: a bucket without versioning; a
 * destination without it, or that does not exist, where this client can see it (on the same
 * server); another role than the document's while it has other rules, unless replace_role says so;
 * none on AWS; a priority that another rule has. As s3_rule_edit_run otherwise. Needs
 * s3:GetBucketVersioning too. */
enum rc s3_replication_edit_run(struct ctx *cx, const struct s3_target *target,
                                struct s3_replication_edit *edit) RC_MUST_CHECK;

/* Whether the bucket holds anything (a version or a delete marker) that begins so: replication
 * rules do not copy what was written before them. RC_NOT_FOUND: no such bucket. One short listing;
 * needs s3:ListBucketVersions. */
enum rc s3_replication_edit_finds(struct ctx *cx, const struct s3_target *target,
                                  const char *prefix, bool *ret_any) RC_MUST_CHECK;

#endif
