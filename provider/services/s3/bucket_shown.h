/*
 * The rules of a bucket's documents as seedbank_bucket_protection shows them: all of them, whoever
 * made them.
 */
#ifndef SERVICES_S3_BUCKET_SHOWN_H
#define SERVICES_S3_BUCKET_SHOWN_H

#include "s3/s3_rules.h"
#include "schema/attr.h"

struct arena;

/* A computed row whose attribute is called as the member is. */
#define BUCKET_SHOWN(model, member, kind_of_it, text)                                              \
    {                                                                                              \
        .name = #member, .kind = (kind_of_it), .flags = ATTR_COMPUTED,                             \
        .offset = offsetof(struct model, member), .doc = (text),                                   \
    }

/* The same with a table of its own. */
#define BUCKET_SHOWN_NESTED(model, member, kind_of_it, rows, size, text)                           \
    {                                                                                              \
        .name = #member, .kind = (kind_of_it), .flags = ATTR_COMPUTED,                             \
        .offset = offsetof(struct model, member), .attrs = (rows), .nested_size = (size),          \
        .doc = (text),                                                                             \
    }

struct bucket_shown_lifecycle_rule {
    struct field_string id, prefix, noncurrent_version_transition_storage_class, other_actions,
        unreadable;
    struct field_bool enabled, expired_object_delete_marker;
    struct field_string_map tags;
    struct field_int object_size_greater_than, object_size_less_than,
        noncurrent_version_expiration_days, noncurrent_version_expiration_newer_versions,
        noncurrent_version_transition_days, abort_incomplete_multipart_days;
};

extern const struct attr bucket_shown_lifecycle_attrs[];
struct field_objects bucket_shown_lifecycle(struct arena *a, const struct s3_rules *lifecycle);

struct bucket_shown_replication_rule {
    struct field_string id, status, prefix, destination_bucket, destination_account,
        destination_storage_class, replica_kms_key_id, other_actions, unreadable;
    struct field_int priority;
    struct field_string_map tags;
    struct field_bool owner_override, replication_time, metrics, delete_marker_replication,
        replica_modifications;
};

extern const struct attr bucket_shown_replication_attrs[];
struct field_objects bucket_shown_replication(struct arena *a, const struct s3_rules *replication);

#endif
