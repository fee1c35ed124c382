/*
 * Single objects, whole and in memory. Large ones will stream; these are the
 * simple calls for small things.
 */
#ifndef S3_S3_OBJECT_H
#define S3_S3_OBJECT_H

#include <stddef.h>

#include "base/str.h"
#include "s3/s3.h"

struct s3_object {
    const char *bucket;
    const char *key;            /* any text without NUL, exactly as stored: "a//b", "..", "a b" */
    const char *version_id;     /* NULL: the latest; for get and delete */
    const char *expected_owner; /* account ID; NULL or "": any */
};

/* *ret_version_id is NULL where the bucket is not versioned or the server does not say. */
enum rc s3_object_put(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                      struct str content, const char **ret_version_id) RC_MUST_CHECK;

/* At most max bytes (more is an error); RC_NOT_FOUND also when the latest is a delete marker. */
enum rc s3_object_get(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                      size_t max, struct str *ret_content) RC_MUST_CHECK;

/* Without version: in a versioned bucket this adds a delete marker. With one: that version is gone
 * for good. Deleting what is not there is RC_OK, as S3 has it. */
enum rc s3_object_delete(struct ctx *cx, struct s3_client *client,
                         const struct s3_object *object) RC_MUST_CHECK;

#endif
