/*
 * Copies that the server makes by itself, of one version onto a key of the same
 * or another bucket that the same client reaches.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 *
 * A repeated try may make a second version of the same content: who must know
 * looks at the versions afterwards. Never through the client's own hands: a
 * server that refuses is not helped by streaming.
 */
#ifndef S3_S3_COPY_H
#define S3_S3_COPY_H

#include "s3/s3.h"
#include "s3/s3_object.h"

struct s3_copy {
    struct s3_object from; /* version_id must be set: "null" is one */
    struct s3_object to;   /* version_id is ignored */
    const char *etag;      /* of the source, as it must still be; NULL: as it is */

    const struct s3_object_meta *meta;         /* instead of the source's; NULL: the source's */
    const struct s3_object_settings *settings; /* a copy carries none by itself; NULL: none */
    /* Instead of the source's tags, as a query: "a=1&b=2", "" for none (s3_tags_query). NULL: the
     * source's. */
    const char *tags;

    /* Conditions on what the key holds now; not all servers know them. NULL, false: none. */
    const char *if_match; /* its ETag */
    bool if_absent;       /* there is nothing, or a delete marker */
};

struct s3_copied {
    const char *version_id;    /* NULL: the bucket is not versioned, or the server does not say */
    const char *etag;          /* with its quotes */
    const char *last_modified; /* RFC 3339, as sent; NULL: not said */
};

/* RC_NOT_FOUND: the source's version, or a bucket, is gone. RC_CONFLICT: a condition does not hold,
 * the source's included. Needs s3:GetObjectVersion and s3:GetObjectVersionTagging on the source,
 * s3:PutObject and s3:PutObjectTagging on the target, and for retention and legal hold
 * s3:PutObjectRetention and s3:PutObjectLegalHold. */
enum rc s3_copy(struct ctx *cx, struct s3_client *client, const struct s3_copy *copy,
                struct s3_copied *ret_copied) RC_MUST_CHECK;

#endif
