/*
 * Object Lock of a bucket: versions that cannot be deleted before their time, and the default
 * retention that new versions get.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 *
 * Object Lock can be enabled, never disabled. AWS enables it on any versioned bucket; Ceph (as of
 * 16) and MinIO only on a bucket that is being created (s3_bucket_create_locked).
 */
#ifndef S3_S3_LOCK_H
#define S3_S3_LOCK_H

#include "s3/s3.h"

struct arena;

enum s3_lock_status {
    S3_LOCK_UNSUPPORTED, /* the server does not offer Object Lock */
    S3_LOCK_DISABLED,
    S3_LOCK_ENABLED
};

enum s3_lock_mode {
    S3_LOCK_NONE,       /* no default retention: a version is locked only if its writer asks */
    S3_LOCK_GOVERNANCE, /* s3:BypassGovernanceRetention lifts it */
    S3_LOCK_COMPLIANCE, /* nobody lifts it, not the owner of the account either */
};

struct s3_lock {
    enum s3_lock_status status;
    enum s3_lock_mode mode;
    int64_t days, years; /* one of them is 0; both are without default retention */
};

/* "Unsupported", "Disabled", "Enabled". */
const char *s3_lock_status_name(enum s3_lock_status status);

/* "GOVERNANCE", "COMPLIANCE" as S3 spells them; NULL for none. Any other text, and NULL, is none.
 */
const char *s3_lock_mode_name(enum s3_lock_mode mode);
enum s3_lock_mode s3_lock_mode_of(const char *name);

/* "GOVERNANCE for 30 days", "none". */
const char *s3_lock_text(struct arena *a, const struct s3_lock *lock);

/* The same default retention, spelled the same. */
bool s3_lock_same(const struct s3_lock *a, const struct s3_lock *b);

/* `to` would lock new versions for a shorter time than `from`, or in a mode that is easier to lift.
 * Servers differ in what a year is: it counts as 366 days in `from` and as 365 in `to`. */
bool s3_lock_weakens(const struct s3_lock *from, const struct s3_lock *to);

/* RC_OK also where the bucket or the server has no Object Lock. RC_NOT_FOUND: no such bucket. Needs
 * s3:GetBucketObjectLockConfiguration. */
enum rc s3_lock_get(struct ctx *cx, const struct s3_target *target,
                    struct s3_lock *ret_lock) RC_MUST_CHECK;

/* Enable Object Lock where it is not, and set the default retention, or none. A server that does
 * not enable it on this bucket is RC_FAIL, with a message that names the alternative. Tried again
 * while another change of the bucket is under way. Needs s3:PutBucketObjectLockConfiguration. */
enum rc s3_lock_put(struct ctx *cx, const struct s3_target *target,
                    const struct s3_lock *wanted) RC_MUST_CHECK;

/* Poll until the server shows the default retention wanted, as s3_wait.h says. */
enum rc s3_lock_wait(struct ctx *cx, const struct s3_target *target,
                     const struct s3_lock *wanted) RC_MUST_CHECK;

/* The error for a caller that needs Object Lock where it is S3_LOCK_UNSUPPORTED: names the
 * alternative. Returns RC_FAIL. */
enum rc s3_lock_missing(struct ctx *cx, const struct s3_target *target);

#endif
