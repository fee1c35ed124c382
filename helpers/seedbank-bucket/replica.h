/*
 * Which keys are replicated to another bucket. Removing a delete marker is not:
 * the replica would go on hiding what was revealed here. A copy is.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
#ifndef SEEDBANK_BUCKET_REPLICA_H
#define SEEDBANK_BUCKET_REPLICA_H

#include <stdbool.h>

#include "s3/s3.h"
#include "s3/s3_rules.h"

struct replica;

/* In cx->arena. RC_NOT_FOUND: no such bucket. Without the permission s3:GetReplicationConfiguration
 * there is a warning, and no rule. */
enum rc replica_get(struct ctx *cx, const struct s3_target *target,
                    struct replica **ret_replica) RC_MUST_CHECK;

/* The same from rules that were read already; texts are borrowed. */
struct replica *replica_new(struct arena *a, const struct s3_rules *replication);

/* A rule that is in force and may be for that key; NULL: there is none. A condition on tags, which
 * a listing does not show, is taken for met. */
const char *replica_rule(const struct replica *r, const char *key);

#endif
