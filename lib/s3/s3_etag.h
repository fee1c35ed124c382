/*
 * The ETag that a server gives to bytes, worked out as they pass: their MD5, or
 * of an object in parts the MD5 of the parts' MD5s and how many they are. It is
 * no MD5 of the bytes where KMS or a key of the owner's encrypts them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
#ifndef S3_S3_ETAG_H
#define S3_S3_ETAG_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/digest.h"
#include "s3/s3_object_info.h"

struct arena;
struct s3_etag;

#define S3_ETAG_SIZE 64 /* with quotes, the number of parts and NUL */

/* In parts of that size but the last; 0: in one. Lives in the arena. NULL, or false below: OpenSSL
 * refuses MD5. */
struct s3_etag *s3_etag_new(struct arena *a, uint64_t part_size);
bool s3_etag_add(struct s3_etag *e, struct str piece);

/* In place of a whole part's bytes: its MD5. */
bool s3_etag_add_part(struct s3_etag *e, const unsigned char md5[DIGEST_MD5_SIZE]);

/* With its quotes. No bytes in parts are one empty part. */
bool s3_etag_end(struct s3_etag *e, char ret_etag[S3_ETAG_SIZE]);

/* What the ETag of a version says about its bytes. */
enum s3_etag_word {
    S3_ETAG_SILENT,   /* nothing */
    S3_ETAG_CONFIRMS, /* if it is theirs they are right; else the parts may be of unequal sizes */
    S3_ETAG_TELLS,    /* if it is not theirs they are wrong */
};

/* *ret_part_size is what s3_etag_new needs for it. `info` is of a HEAD that asked for part 1: else
 * the size of the parts is guessed, from what tools write. */
enum s3_etag_word s3_etag_word(const struct s3_object_info *info, uint64_t *ret_part_size);

#endif
