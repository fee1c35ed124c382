/*
 * Copies that the server makes by itself, of one version onto a key of the same
 * or another bucket that the same client reaches: in one request, or above the
 * size that one may have, in parts of the same size as the source's.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 *
 * A repeated try may make a second version of the same content: who must know
 * looks at the versions afterwards. What it made is named by the answer where
 * the server does so; Ceph (as of 16) does not.
 */
#ifndef S3_S3_COPY_H
#define S3_S3_COPY_H

#include "s3/s3.h"
#include "s3/s3_object_info.h"
#include "s3/s3_tags.h"

struct arena;

#define S3_COPY_LIMIT ((uint64_t)5 << 30) /* bytes that one request copies at most */

/* Told of the upload of a copy in parts before any part is sent, so that it can be given up by who
 * comes after a death. Anything but RC_OK gives it up, and is the result. */
struct s3_copy_watch {
    enum rc (*began)(struct ctx *cx, void *arg, const char *upload_id); /* NULL: nobody */
    void *arg;
};

struct s3_copy {
    struct s3_object from; /* version_id NULL: the newest, and `etag` must say which ("null" is an
                              ID) */
    struct s3_object to;   /* version_id is ignored */
    const char *etag;      /* of the source, as it must still be; NULL: as it is */
    uint64_t size;         /* of the source */
    uint64_t limit;        /* copy in parts what is larger; 0: S3_COPY_LIMIT */

    /* Instead of the source's; NULL: the source's. MinIO does not carry Expires by itself, but
     * takes what it is given; Ceph (as of 16) loses the tags of the source when metadata is given,
     * and takes no others. */
    const struct s3_object_meta *meta;
    const struct s3_object_settings *settings; /* a copy carries none by itself; NULL: none */
    const struct s3_tags *tags;                /* instead of the source's; NULL: the source's */

    /* Conditions on what the key holds now; not all servers know them. NULL, false: none. */
    const char *if_match; /* its ETag */
    bool if_absent;       /* there is nothing, or a delete marker */

    struct s3_copy_watch watch;
};

/* RC_NOT_FOUND: the source's version, or a bucket, is gone. RC_CONFLICT: a condition does not hold,
 * the source's included; ret_written->repeated alone is set: an earlier try may be what broke it. A
 * copy in parts that fails is given up, unless the work was cancelled:
 * s3_multipart_list finds it. Needs s3:GetObjectVersion and s3:GetObjectVersionTagging on the
 * source, s3:PutObject and s3:PutObjectTagging on the target, in parts s3:AbortMultipartUpload and
 * s3:PutObjectVersionTagging, for retention and legal hold s3:PutObjectRetention and
 * s3:PutObjectLegalHold. */
enum rc s3_copy(struct ctx *cx, struct s3_client *client, const struct s3_copy *copy,
                struct s3_written *ret_written) RC_MUST_CHECK;

/* The size of the parts to copy an object of that size in: the source's own, so that the ETags are
 * the same, where it can be used; where it is unknown (0), a usual one that gives as many parts as
 * the source has (0: unknown, or none); else one that fits. */
uint64_t s3_copy_part_size(uint64_t size, uint64_t source_part_size, uint64_t source_parts);

/* Inside lib/s3: the copy in parts, whatever the size. */
enum rc s3_copy_parts(struct ctx *cx, struct s3_client *client, const struct s3_copy *copy,
                      struct s3_written *ret_written) RC_MUST_CHECK;

/* Inside lib/s3: a version as x-amz-copy-source names it; and how much longer than a small request
 * its server may take to copy so many bytes. */
const char *s3_copy_source(struct arena *a, const struct s3_object *from);
int64_t s3_copy_extra_ms(uint64_t bytes);

#endif
