/*
 * The replication document of a bucket: its rules, and one role for all of them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html
 *
 * Needs s3:GetReplicationConfiguration and s3:PutReplicationConfiguration. Who lacks the operation:
 * DigitalOcean Spaces; Ceph, for writing, unless the zonegroup has a sync policy.
 */
#ifndef S3_S3_REPLICATION_H
#define S3_S3_REPLICATION_H

#include "s3/s3_rules.h"

extern const struct s3_rules_kind s3_replication_kind;

/* The role that AWS replicates as; "" when the document has none. */
const char *s3_replication_role(const struct s3_rules *replication);

/* Make it say so; "" takes it away. The text is borrowed. */
void s3_replication_set_role(struct arena *a, struct s3_rules *replication, const char *role);

#endif
