/*
 * What everything about one bucket has in common, so that each resource and data source in this
 * folder needs only its own rows and calls: how the bucket is named, how it is reached, and what is
 * said when it does not exist.
 */
#ifndef SERVICES_S3_BUCKET_H
#define SERVICES_S3_BUCKET_H

#include "base/ctx.h"
#include "s3/s3.h"
#include "s3/s3_name.h"
#include "schema/checks.h"
#include "schema/resource.h"

/* The fields of those rows: a member of every model. */
struct bucket_fields {
    struct field_string name, expected_owner;
};

/* The rows of the model's member `at`; more_flags: ATTR_REPLACE in a resource, else 0. */
#define BUCKET_ROWS(model, at, more_flags)                                                         \
    {                                                                                              \
        .name = "bucket",                                                                          \
        .kind = ATTR_STRING,                                                                       \
        .flags = ATTR_REQUIRED | (more_flags),                                                     \
        .offset = offsetof(model, at.name),                                                        \
        .checks =                                                                                  \
            (const struct attr_check[]){CHECK_NAME("a bucket name", s3_name_fault, S3_NAME_RULE),  \
                                        {0}},                                                      \
        .doc = "Name of the bucket. It must exist: it is never created or deleted here.",          \
    },                                                                                             \
    {                                                                                              \
        .name = "expected_bucket_owner", .kind = ATTR_STRING, .flags = ATTR_OPTIONAL,              \
        .offset = offsetof(model, at.expected_owner),                                              \
        .checks =                                                                                  \
            (const struct attr_check[]){                                                           \
                CHECK_LENGTH(1, 128), CHECK_TEXT(s3_name_header_fault, S3_NAME_HEADER_RULE), {0}}, \
        .doc = "Account ID that must own the bucket; requests fail when another one does.",        \
    }

/* How requests of this call address the bucket. RC_FAIL when there is no client to send them. */
enum rc bucket_target(struct ctx *cx, const struct call *call, const struct bucket_fields *at,
                      struct s3_target *ret_target) RC_MUST_CHECK;

/* The same, alone with the bucket until s3_bucket_end. */
enum rc bucket_begin(struct ctx *cx, const struct call *call, const struct bucket_fields *at,
                     struct s3_target *ret_target) RC_MUST_CHECK;

/* What session_claim knows that setting of the bucket ("versioning") by: a resource may take charge
 * of it in the run that destroys another (create_before_destroy, a new name without `moved`). */
const char *bucket_setting(struct ctx *cx, const struct s3_target *target, const char *setting);

/* After a change that failed, with messages since `before`: it may have been made all the same, and
 * only the server can tell. found: RC_OK it was made, and those messages are dropped; RC_NOT_FOUND
 * it was not; RC_FAIL the server does not tell, which counts as made, so that a created object is
 * never lost. Sets call->changed; returns RC_OK or RC_FAIL. */
enum rc bucket_change_failed(struct ctx *cx, struct call *call, struct diag_point before,
                             enum rc found) RC_MUST_CHECK;

/* What a callback that needs the bucket returns for rc: RC_NOT_FOUND becomes the error that the
 * bucket does not exist, anything else stays. */
enum rc bucket_needed(struct ctx *cx, const struct s3_target *target, enum rc rc) RC_MUST_CHECK;

#endif
