/*
 * The lifecycle document of a bucket: all its rules, which S3 reads and writes only as a whole.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html
 */
#ifndef S3_S3_LIFECYCLE_H
#define S3_S3_LIFECYCLE_H

#include "s3/s3.h"

struct arena;
struct xml_node;

struct s3_lifecycle {
    struct xml_node *root; /* <LifecycleConfiguration>, in cx->arena; a bucket without rules has one
                              without children */
    const char *move_minimum; /* the setting beside the body, x-amz-transition-default-minimum-
                                 object-size; NULL: the server has none */
};

/* RC_NOT_FOUND: no such bucket. Needs s3:GetLifecycleConfiguration. */
enum rc s3_lifecycle_get(struct ctx *cx, const struct s3_target *target,
                         struct s3_lifecycle *ret_lifecycle) RC_MUST_CHECK;

/* The same through the session's cache: for refresh and plan, never before a put. */
enum rc s3_lifecycle_get_cached(struct ctx *cx, const struct s3_target *target,
                                struct s3_lifecycle *ret_lifecycle) RC_MUST_CHECK;

/* Write the whole document; one without rules is deleted. Tried again while another change of the
 * bucket is under way. RC_NOT_FOUND: no such bucket. Needs s3:PutLifecycleConfiguration. */
enum rc s3_lifecycle_put(struct ctx *cx, const struct s3_target *target,
                         const struct s3_lifecycle *lifecycle) RC_MUST_CHECK;

/* A copy whose rules can be changed. */
struct s3_lifecycle s3_lifecycle_copy(struct arena *a, const struct s3_lifecycle *lifecycle);

/* The <Rule> of that ID, or NULL. */
struct xml_node *s3_lifecycle_find(const struct s3_lifecycle *lifecycle, const char *id);

/* For messages: the IDs of all rules, quoted, comma-separated; or "none". */
const char *s3_lifecycle_ids(struct arena *a, const struct s3_lifecycle *lifecycle);

/* How soon an old version of an object in a versioned bucket may be deleted by an enabled rule, and
 * by which. S3_LIFECYCLE_RULE_NONE (s3_lifecycle_rule.h): by none. What cannot be understood counts
 * as at once. */
struct s3_lifecycle_window {
    int64_t days;
    const char *rule_id;
};
struct s3_lifecycle_window s3_lifecycle_window_of(const struct s3_lifecycle *lifecycle);

#endif
