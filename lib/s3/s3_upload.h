/*
 * Bytes in, object out, in memory that does not depend on how many they are:
 * small ones in one request, more of them in parts, which threads of its own
 * send while more is taken. Nothing shows before s3_upload_end.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
#ifndef S3_S3_UPLOAD_H
#define S3_S3_UPLOAD_H

#include "base/str.h"
#include "s3/s3.h"
#include "s3/s3_copy.h"
#include "s3/s3_etag.h"
#include "s3/s3_object_info.h"
#include "s3/s3_tags.h"

#define S3_UPLOAD_PART   ((uint64_t)8 << 20)
#define S3_UPLOAD_MEMORY ((uint64_t)64 << 20)

struct s3_upload;

/* Texts and what is pointed to are borrowed until the upload has ended. */
struct s3_upload_options {
    struct s3_client *client;
    struct s3_object to; /* version_id is ignored */

    const struct s3_object_meta *meta;         /* NULL: none */
    const struct s3_object_settings *settings; /* NULL: none */
    const struct s3_tags *tags;                /* NULL: none */

    const char *if_match; /* as struct s3_copy has them */
    bool if_absent;
    struct s3_copy_watch watch; /* of the upload in parts, where there is one */

    uint64_t size;      /* if it is known: more or fewer bytes are an error; 0: not known */
    uint64_t part_size; /* what is not larger goes in one request; 0: S3_UPLOAD_PART, or what a
                           known size needs. Of all parts together 10,000 at most */
    bool in_parts;      /* what is not larger, too: as one part */
    uint64_t memory;    /* that parts may take, one at least; 0: S3_UPLOAD_MEMORY */
    bool sha256;        /* of all bytes is wanted */
    const char *etag;   /* that they must have, written so: else nothing is; NULL: any */
};

struct s3_uploaded {
    struct s3_written written;
    uint64_t size;
    char sha256[DIGEST_SHA256_HEX_SIZE]; /* "" where it is not wanted */
    char etag[S3_ETAG_SIZE];             /* of the bytes, written so */
    bool proven; /* it is the server's, too; false where a server's ETags do not tell: KMS */
};

/* Nothing is sent yet. Must be ended or abandoned, which frees it. */
struct s3_upload *s3_upload_new(const struct s3_upload_options *options);

/* Waits while the parts under way take the memory. What is not RC_OK is to be abandoned. */
enum rc s3_upload_add(struct ctx *cx, struct s3_upload *u, struct str piece) RC_MUST_CHECK;

/* Make the object. RC_CONFLICT: a condition does not hold. RC_NOT_FOUND: there is no such bucket.
 * Ended in any case: what fails is given up, unless the work was cancelled (s3_multipart_list finds
 * it). Where the answer got lost, the object is looked at: its ETag tells whether it is this. An
 * ETag that is not that of the bytes, and could be, is RC_FAIL: then the message names the version
 * that is there. Needs s3:PutObject, in parts s3:AbortMultipartUpload, for tags s3:PutObjectTagging
 * and s3:PutObjectVersionTagging, for retention and legal hold s3:PutObjectRetention and
 * s3:PutObjectLegalHold; where the ETag does not tell, s3:GetObject. */
enum rc s3_upload_end(struct ctx *cx, struct s3_upload *u,
                      struct s3_uploaded *ret_uploaded) RC_MUST_CHECK;

/* Nothing is left of it, as far as the server can be told. NULL is allowed. */
void s3_upload_abandon(struct ctx *cx, struct s3_upload *u);

#endif
