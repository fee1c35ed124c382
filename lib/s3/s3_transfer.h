/*
 * One version from one server to another, through this process: for buckets
 * that no server-side copy joins. In memory that does not depend on its size.
 *
 * Its bytes are held against the source's ETag as they pass, before anything
 * shows at the target; what arrived, against the target's.
 */
#ifndef S3_S3_TRANSFER_H
#define S3_S3_TRANSFER_H

#include "s3/s3.h"
#include "s3/s3_copy.h"
#include "s3/s3_upload.h"

#define S3_TRANSFER_MAX_PART ((uint64_t)64 << 20)

struct s3_transfer {
    struct s3_client *source;
    struct s3_object from;
    const char *etag; /* of the source, as it must still be; NULL: as it is */
    /* Of the source, as s3_object_head with part 1 gives it; NULL: it is asked for. */
    const struct s3_object_info *info;

    struct s3_client *target;
    struct s3_object to; /* version_id is ignored */
    /* All that it is to have beside its bytes; NULL: none. */
    const struct s3_object_meta *meta;
    const struct s3_object_settings *settings;
    const struct s3_tags *tags;
    const char *if_match; /* as struct s3_copy has them, of the target */
    bool if_absent;
    struct s3_copy_watch watch; /* as struct s3_copy has it */

    uint64_t memory; /* as struct s3_upload_options has it */
    bool sha256;     /* is wanted */
};

struct s3_transferred {
    struct s3_written written;
    uint64_t size;
    char sha256[DIGEST_SHA256_HEX_SIZE]; /* "" where it is not wanted */
    /* The bytes are proven to be the source's, and the target to have them. The first is false
     * where the source's ETag does not tell: KMS, and parts of unequal or unknown sizes. */
    bool read_proven, write_proven;
};

/* Parts of the source's size, so that the ETags are the same, where it has parts of at most
 * S3_TRANSFER_MAX_PART; what it has in one is written in one up to that size. RC_NOT_FOUND: the
 * source's version (or a delete marker is there), or a bucket, is gone. RC_CONFLICT: a condition
 * does not hold, the source's included. Bytes that are not those of the source's ETag are RC_FAIL.
 * What is given up, and the permissions: as s3_object_read and s3_upload_end say. */
enum rc s3_transfer(struct ctx *cx, const struct s3_transfer *transfer,
                    struct s3_transferred *ret_transferred) RC_MUST_CHECK;

#endif
