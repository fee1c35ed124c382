/* Replication documents. */
#ifndef UNIT_S3_FIXTURE_REPLICATION_H
#define UNIT_S3_FIXTURE_REPLICATION_H

#include "fixture_rules.h"
#include "s3/s3_replication_edit.h"

#define TARGET "/files?replication"
#define DOC(body)                                                                                  \
    "<ReplicationConfiguration xmlns=\"" S3_NS "\">" body "</ReplicationConfiguration>"
#define NO_RULES S3_ERROR("ReplicationConfigurationNotFoundError", "none")

const struct s3_rules_kind *const fixture_kind = &s3_replication_kind;

#endif
