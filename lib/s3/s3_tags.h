/*
 * The tags of one version.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
 */
#ifndef S3_S3_TAGS_H
#define S3_S3_TAGS_H

#include <stddef.h>

#include "s3/s3.h"

struct arena;

struct s3_tag {
    const char *key, *value;
};

struct s3_tags {
    const struct s3_tag *list; /* in the server's order */
    size_t n;
};

/* None is RC_OK, too. RC_NOT_FOUND: no such bucket, key or version. Needs s3:GetObjectTagging, of a
 * version s3:GetObjectVersionTagging. */
enum rc s3_tags_get(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                    struct s3_tags *ret_tags) RC_MUST_CHECK;

/* In place of those it has. Needs s3:PutObjectTagging, of a version s3:PutObjectVersionTagging; to
 * leave it none, s3:DeleteObjectTagging, s3:DeleteObjectVersionTagging. */
enum rc s3_tags_put(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                    const struct s3_tags *tags) RC_MUST_CHECK;

/* See to it that a version has those tags that it was to be made with: Ceph (as of 16) forgets them
 * where it is made of parts. No tags are no request. */
enum rc s3_tags_keep(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                     const struct s3_tags *tags) RC_MUST_CHECK;

/* As requests that make an object have them: "a=1&b%20c=2"; "" for none. */
const char *s3_tags_query(struct arena *a, const struct s3_tags *tags);

#endif
