/*
 * Objects written in parts: what is too large for one request, and copies above
 * what one copy may have.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 *
 * Nothing of an object shows before s3_multipart_complete; what is neither
 * completed nor aborted is stored, and paid for, until somebody aborts it. What
 * the object is to have beside its bytes is said at the beginning: parts carry
 * none of it.
 */
#ifndef S3_S3_MULTIPART_H
#define S3_S3_MULTIPART_H

#include "aws/digest.h"
#include "s3/s3.h"
#include "s3/s3_object_info.h"
#include "s3/s3_tags.h"

/* https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
#define S3_MULTIPART_MAX_PARTS 10000u
#define S3_MULTIPART_MIN_PART  ((uint64_t)5 << 20) /* of every part but the last */
#define S3_MULTIPART_MAX_PART  ((uint64_t)5 << 30)

struct s3_multipart {
    struct s3_client *client;
    struct s3_object object; /* version_id is ignored */
    const char *upload_id;
};

struct s3_multipart_options {
    const struct s3_object_meta *meta;         /* NULL: none */
    const struct s3_object_settings *settings; /* NULL: none */
    const struct s3_tags *tags;                /* NULL: none. Ceph (as of 16) takes none here. */
};

/* Begin one, and set upload->upload_id. A repeated try may leave an upload that nobody knows of:
 * s3_multipart_list finds it. Needs s3:PutObject, for tags s3:PutObjectTagging, for retention and
 * legal hold s3:PutObjectRetention, s3:PutObjectLegalHold. */
enum rc s3_multipart_create(struct ctx *cx, struct s3_multipart *upload,
                            const struct s3_multipart_options *options) RC_MUST_CHECK;

struct s3_part {
    unsigned number;                    /* from 1 */
    const char *etag;                   /* with its quotes */
    unsigned char md5[DIGEST_MD5_SIZE]; /* of what was sent; a copy has none */
};

/* Write part ret_part->number, which may be written again as often as is wanted; sets the rest of
 * it. RC_NOT_FOUND: there is no such upload (any more). Needs s3:PutObject. */
enum rc s3_multipart_put(struct ctx *cx, const struct s3_multipart *upload, struct str content,
                         struct s3_part *part) RC_MUST_CHECK;

struct s3_multipart_range {
    struct s3_object from; /* version_id must be set */
    const char *etag;      /* of the source, as it must still be; NULL: as it is */
    uint64_t first, n;     /* bytes of the source; n at least 1 */
};

/* The same from a piece of a version. RC_CONFLICT: the source is another. Needs s3:PutObject and on
 * the source s3:GetObjectVersion. */
enum rc s3_multipart_copy(struct ctx *cx, const struct s3_multipart *upload,
                          const struct s3_multipart_range *range,
                          struct s3_part *part) RC_MUST_CHECK;

struct s3_multipart_end {
    const struct s3_part *parts; /* by number, upwards */
    size_t n_parts;
    const char *if_match; /* as struct s3_copy has them */
    bool if_absent;
    const char *etag; /* that the object must get; NULL: not known */
};

/* Make the object of its parts. Where the answer lacks the ETag (Ceph), the new version is looked
 * at. RC_NOT_FOUND: there is no such upload: aborted, or completed before
 * (by an earlier try whose answer was lost). RC_CONFLICT: a condition does not hold. Both mean also
 * that an earlier try did it, whose answer was lost: if the ETag is known that the object gets, and
 * the latest version has it, it is RC_OK. */
enum rc s3_multipart_complete(struct ctx *cx, const struct s3_multipart *upload,
                              const struct s3_multipart_end *end,
                              struct s3_written *ret_written) RC_MUST_CHECK;

/* Give up an upload and its parts; RC_OK also where there is none. Needs s3:AbortMultipartUpload.
 */
enum rc s3_multipart_abort(struct ctx *cx, const struct s3_multipart *upload) RC_MUST_CHECK;

/* The same as the last resort: what cannot be given up (the work was cancelled, too) is a warning
 * that says where it is. */
void s3_multipart_give_up(struct ctx *cx, const struct s3_multipart *upload);

/* Add the message that the server knows no such upload, and return RC_FAIL. */
enum rc s3_multipart_gone(struct ctx *cx, const struct s3_multipart *upload);

struct s3_multipart_unfinished {
    const char *upload_id;
    const char *initiated; /* RFC 3339, as sent; NULL: not said */
    struct s3_multipart_unfinished *next;
};

/* All unfinished uploads of that key. Needs s3:ListBucketMultipartUploads. */
enum rc s3_multipart_list(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                          struct s3_multipart_unfinished **ret_list) RC_MUST_CHECK;

#endif
