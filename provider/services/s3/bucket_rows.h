/*
 * The rows that everything about one bucket begins with, so that a bucket is named in the same way
 * everywhere. For the tables of resources and data sources in this folder.
 */
#ifndef SERVICES_S3_BUCKET_ROWS_H
#define SERVICES_S3_BUCKET_ROWS_H

#include "schema/checks.h"

/* `bucket`, in a struct field_string; more_flags: ATTR_REPLACE in a resource, 0 in a data source.
 * AWS has names of up to 255 bytes from before 2018. */
#define BUCKET_ROW(model, member, more_flags)                                                      \
    {                                                                                              \
        .name = "bucket", .kind = ATTR_STRING, .flags = ATTR_REQUIRED | (more_flags),              \
        .offset = offsetof(model, member),                                                         \
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 255), {0}},                          \
        .doc = "Name of the bucket. It must exist: it is never created or deleted here.",          \
    }

/* `expected_bucket_owner`, in a struct field_string. */
#define BUCKET_OWNER_ROW(model, member)                                                            \
    {                                                                                              \
        .name = "expected_bucket_owner", .kind = ATTR_STRING, .flags = ATTR_OPTIONAL,              \
        .offset = offsetof(model, member),                                                         \
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 128), {0}},                          \
        .doc = "Account ID that must own the bucket; requests fail when another one does.",        \
    }

#endif
