/*
 * The bucket that a replication rule copies to, as far as it can be seen from here: it may be in
 * another account or on another server, or beyond this key's permissions.
 */
#ifndef S3_S3_REPLICATION_DESTINATION_H
#define S3_S3_REPLICATION_DESTINATION_H

#include "s3/s3_replication_rule.h"
#include "s3/s3_versioning.h"

struct s3_replication_destination {
    const char *bucket; /* its name; NULL: it cannot be seen, and the rest says nothing */
    bool exists;
    enum s3_versioning_status status; /* replication needs Enabled */
};

/* role: of the document, "" when it has none. RC_FAIL only when the call was cancelled. Needs
 * s3:GetBucketVersioning for that bucket. */
enum rc s3_replication_destination_look(
    struct ctx *cx, const struct s3_target *source, const struct s3_replication_rule *rule,
    const char *role, struct s3_replication_destination *ret_destination) RC_MUST_CHECK;

/* It is seen, and nothing can be copied there. */
bool s3_replication_destination_is_unfit(const struct s3_replication_destination *destination);

#endif
