/*
 * What is missing from a bucket's protection: a table of checks over what its server told.
 */
#ifndef SERVICES_S3_BUCKET_FINDINGS_H
#define SERVICES_S3_BUCKET_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "s3/s3_lifecycle.h"
#include "s3/s3_lock.h"
#include "s3/s3_replication.h"
#include "s3/s3_replication_destination.h"
#include "schema/attr.h"

struct arena;

/* Whether a document could be read. */
enum bucket_told { BUCKET_TOLD, BUCKET_LACKS_API, BUCKET_DENIED };

struct bucket_facts {
    const char *bucket;
    bool aws; /* the server is AWS's */
    struct s3_versioning versioning;
    enum bucket_told versioning_told, lock_told, lifecycle_told, replication_told;
    struct s3_lock lock;                    /* these three, and versioning: when told */
    struct s3_rules lifecycle, replication; /* a root without rules otherwise */
    bool holds_objects;                     /* known, and some */
    /* Of the first enabled replication rule that copies to where nothing can be copied. */
    struct s3_replication_destination unfit; /* without a bucket: none is known */
    const char *unfit_rule_id;
};

struct bucket_finding {
    struct field_string severity, message, remedy;
};

/* All of them, most severe first. */
struct field_objects bucket_findings(struct arena *a, const struct bucket_facts *facts);

/* How many days what is overwritten or deleted now can be brought back; S3_LIFECYCLE_RULE_NONE:
 * until somebody deletes it, as far as the rules are told. */
int64_t bucket_findings_window_days(const struct bucket_facts *facts);

#endif
