/*
 * The lifecycle document of a bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html
 *
 * Needs s3:GetLifecycleConfiguration and s3:PutLifecycleConfiguration.
 */
#ifndef S3_S3_LIFECYCLE_H
#define S3_S3_LIFECYCLE_H

#include "s3/s3_rules.h"

extern const struct s3_rules_kind s3_lifecycle_kind;

/* How soon an old version of an object in a versioned bucket may be deleted by an enabled rule, and
 * by which. S3_LIFECYCLE_RULE_NONE (s3_lifecycle_rule.h): by none. What cannot be understood counts
 * as at once. */
struct s3_lifecycle_window {
    int64_t days;
    const char *rule_id;
};
struct s3_lifecycle_window s3_lifecycle_window_of(const struct s3_rules *lifecycle);

/* The same of one <Rule>, whatever the objects that it is for. */
struct s3_lifecycle_window s3_lifecycle_window_of_rule(const struct xml_node *rule);

#endif
