/*
 * One rule of a bucket's replication document. What else a rule holds is kept, not described.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
 *
 * A rule with neither <Filter> nor <Priority> is of the first version of the schema: it copies
 * delete markers. Rules are always written in the second, which needs Priority, Filter and
 * DeleteMarkerReplication. Ceph (as of 16) leaves an empty filter out of what it shows.
 * ReplicaModifications is written in any case: MinIO takes its absence for Enabled.
 */
#ifndef S3_S3_REPLICATION_RULE_H
#define S3_S3_REPLICATION_RULE_H

#include <stdint.h>

#include "s3/s3_rule.h"

#define S3_REPLICATION_RULE_NONE (-1) /* of the priority: not given */

struct s3_replication_rule {
    const char *id;
    bool enabled;
    int64_t priority;             /* of two rules with one destination, the higher wins */
    struct s3_rule_filter filter; /* what is copied */
    /* Where to, and how it lies there; never NULL, "": not said. */
    const char *bucket; /* ARN of a bucket, or of a remote target (MinIO) */
    const char *account;
    const char *storage_class;
    const char *kms_key;   /* key for the copies; objects under SSE-KMS are copied if it is given */
    bool owner_override;   /* copies belong to `account` */
    bool replication_time; /* within 15 minutes, as AWS warrants */
    bool metrics;
    /* What else is copied. */
    bool delete_markers;
    bool markers_implied;       /* read: by the first version of the schema, not by a word */
    bool replica_modifications; /* changes made to copies that came from the destination */
};

/* Disabled, copies everything to nowhere. */
struct s3_replication_rule s3_replication_rule_new(const char *id);

/* From <Rule>; texts are borrowed from it. False, with the reason in *ret_why (one line), when the
 * filter has what is not known here (nobody could say what is copied), or a number is none, or not
 * one that S3 knows. */
bool s3_replication_rule_read(struct arena *a, const struct xml_node *node,
                              struct s3_replication_rule *ret_rule, const char **ret_why);

/* Make a <Rule> that is new or can be read say that, its ID excepted; what is not described here
 * stays in it. Texts are borrowed. */
void s3_replication_rule_write(struct arena *a, struct xml_node *node,
                               const struct s3_replication_rule *rule);

/* Elements of the <Rule> that are not described here and not switched off, as
 * "ExistingObjectReplication/Status"; "": none. */
const char *s3_replication_rule_unknown(struct arena *a, const struct xml_node *node);

/* How `seen` differs from `wanted`, ID and status left out. */
struct s3_rule_diff s3_replication_rule_compare(struct arena *a,
                                                const struct s3_replication_rule *wanted,
                                                const struct s3_replication_rule *seen);

#endif
