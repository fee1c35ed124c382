/*
 * Buckets themselves: what the demo, tests and restores into a new bucket need; and whose turn it
 * is to change the settings of one.
 */
#ifndef S3_S3_BUCKET_H
#define S3_S3_BUCKET_H

#include "s3/s3.h"

struct path;

/* RC_CONFLICT: a bucket of that name exists already (AWS outside us-east-1, and other customers'
 * buckets; some servers take the creation of one's own bucket as done). */
enum rc s3_bucket_create(struct ctx *cx, struct s3_client *client,
                         const char *bucket) RC_MUST_CHECK;

/* The same, with Object Lock (s3_lock.h), which brings versioning and cannot be taken away. */
enum rc s3_bucket_create_locked(struct ctx *cx, struct s3_client *client,
                                const char *bucket) RC_MUST_CHECK;

/* RC_NOT_FOUND: no such bucket. Any other bucket that may be seen is RC_OK. */
enum rc s3_bucket_head(struct ctx *cx, struct s3_client *client, const char *bucket) RC_MUST_CHECK;

/* The error for a caller that needs the bucket which a request found missing (RC_NOT_FOUND): names
 * bucket and server. At `path` (NULL: none), the setting that named it. Returns RC_FAIL. */
enum rc s3_bucket_missing(struct ctx *cx, const struct s3_target *target, const struct path *path);

/* Wait until no other change of any setting of the bucket is under way in this session; RC_FAIL
 * when cancelled while waiting. One after the other, because MinIO keeps all settings of a bucket
 * in one file that it reads, changes and writes without a lock (cmd/bucket-metadata-sys.go, version
 * of 2026-02-12): of two that are put at once, say versioning and a lifecycle, one may be lost. */
enum rc s3_bucket_begin(struct ctx *cx, const struct s3_target *target) RC_MUST_CHECK;
void s3_bucket_end(struct ctx *cx, const struct s3_target *target);

/* RC_NOT_FOUND: no such bucket. One that is not empty is RC_FAIL: this never deletes objects. */
enum rc s3_bucket_delete(struct ctx *cx, struct s3_client *client,
                         const char *bucket) RC_MUST_CHECK;

#endif
