/*
 * Versioning of a bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
 */
#ifndef S3_S3_VERSIONING_H
#define S3_S3_VERSIONING_H

#include <stdbool.h>
#include <stdint.h>

#include "s3/s3.h"

/* S3 can go from any of them to Enabled and Suspended, never back to Disabled. */
enum s3_versioning_status {
    S3_VERSIONING_DISABLED,
    S3_VERSIONING_ENABLED,
    S3_VERSIONING_SUSPENDED
};

struct s3_versioning {
    enum s3_versioning_status status;
    bool mfa_delete; /* deleting a version needs the owner's second factor */
    int64_t date; /* the server's clock when it said so, in seconds since the epoch; 0: not sent */
};

/* "Disabled", "Enabled", "Suspended", as S3 and the configuration spell them. */
const char *s3_versioning_status_name(enum s3_versioning_status status);

/* "Enabled" or "Disabled". */
const char *s3_versioning_mfa_delete_name(bool mfa_delete);

/* Any other text, and NULL, is Disabled. */
enum s3_versioning_status s3_versioning_status_of(const char *name);

/* RC_NOT_FOUND: no such bucket. RC_CONFLICT, silently, with target->may_be_denied only: the server
 * has no versioning (Cloudflare R2). Needs s3:GetBucketVersioning, in any case. */
enum rc s3_versioning_get(struct ctx *cx, const struct s3_target *target,
                          struct s3_versioning *ret_versioning) RC_MUST_CHECK;

/* Ask for Enabled or Suspended, again and again while another change of the bucket is under way.
 * Needs s3:PutBucketVersioning. */
enum rc s3_versioning_put(struct ctx *cx, const struct s3_target *target,
                          enum s3_versioning_status wanted) RC_MUST_CHECK;

/* Poll until the server shows the state wanted. Stale answers and "no such bucket" are waited out
 * (s3_wait.h); RC_FAIL at the time-out says what was seen last. */
enum rc s3_versioning_wait(struct ctx *cx, const struct s3_target *target,
                           enum s3_versioning_status wanted,
                           struct s3_versioning *ret_seen) RC_MUST_CHECK;

#endif
