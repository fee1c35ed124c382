/*
 * The content of a version, piece by piece into a sink, in memory that does not
 * depend on its size. A connection that is cut, or stalls, is gone on from where
 * it was, with the same ETag as the condition: the sink gets each byte once, in
 * order, and all of one and the same content.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
#ifndef S3_S3_OBJECT_READ_H
#define S3_S3_OBJECT_READ_H

#include "base/str.h"
#include "s3/s3.h"
#include "s3/s3_object_info.h"

struct s3_sink {
    /* The piece lives as long as the call. Nothing more is read meanwhile. Anything but RC_OK ends
     * the reading, and is its result. */
    enum rc (*take)(struct ctx *cx, void *arg, struct str piece);
    void *arg;
};

struct s3_read {
    struct s3_object from;
    const char *etag; /* as it must be; NULL: any */
    uint64_t first;   /* byte */
    uint64_t n;       /* bytes, as far as there are so many; 0: to the end */
};

/* *ret_info is of the whole object, as s3_object_head without options gives it. RC_NOT_FOUND: no
 * such key or version, or the latest is a delete marker. RC_CONFLICT: it has another ETag, or
 * became another while it was read. Whatever is returned, the sink may have taken bytes. A cut is
 * gone on from as often as the client tries things again, counted anew with each MiB. Needs
 * s3:GetObject, of a version s3:GetObjectVersion. */
enum rc s3_object_read(struct ctx *cx, struct s3_client *client, const struct s3_read *read,
                       struct s3_sink sink, struct s3_object_info *ret_info) RC_MUST_CHECK;

#endif
