/*
 * What S3 keeps beside an object's bytes: read from the headers of a reply, and
 * written as the headers of a request that makes an object.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 *
 * Two kinds of it: a server-side copy carries the metadata by itself, or
 * replaces all of it; settings it never carries, they must be given each time.
 * Texts are as the server sent them, byte for byte, and in the arena.
 */
#ifndef S3_S3_OBJECT_INFO_H
#define S3_S3_OBJECT_INFO_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "http/http.h"

struct arena;

/* NULL: not there. */
struct s3_object_meta {
    const char *content_type, *content_encoding, *content_disposition, *content_language;
    const char *cache_control, *expires;
    const struct http_header *user; /* x-amz-meta-..., whole names, in the server's order */
    size_t n_user;
};

/* NULL: not there, which means the bucket's default where there is one. */
struct s3_object_settings {
    const char *storage_class; /* NULL: STANDARD */
    const char *website_redirect;
    const char *encryption;   /* "AES256", "aws:kms", "aws:kms:dsse" */
    const char *kms_key_id;   /* of the last two */
    const char *bucket_key;   /* "true": S3 Bucket Key is used with it */
    const char *lock_mode;    /* "GOVERNANCE", "COMPLIANCE" */
    const char *retain_until; /* RFC 3339; together with lock_mode */
    const char *legal_hold;   /* "ON", "OFF" */
};

enum s3_object_state {
    S3_OBJECT_PRESENT,
    S3_OBJECT_MARKER,    /* it is a delete marker: of the rest, version_id and the times are set */
    S3_OBJECT_NEEDS_KEY, /* encrypted with a key that only its owner has (SSE-C): nothing is set */
};

/* As base64; a composite checksum ends in "-<parts>". NULL: not there, or not asked for. */
struct s3_object_checksums {
    const char *crc32, *crc32c, *crc64nvme, *sha1, *sha256;
    const char *type; /* "FULL_OBJECT", "COMPOSITE" */
};

struct s3_object_info {
    enum s3_object_state state;
    const char *version_id;    /* NULL: the bucket is not versioned, or the server does not say */
    const char *etag;          /* with its quotes */
    const char *last_modified; /* as sent */
    int64_t modified;          /* the same in seconds since the epoch; 0: not sent */
    uint64_t size;             /* of the whole object */
    uint64_t part_size;        /* of the part asked for; 0: none was, or the server cannot tell */
    uint64_t parts;            /* of a multipart object; 0: it was written in one */
    struct s3_object_meta meta;
    struct s3_object_settings settings;
    struct s3_object_checksums checksums;
    /* These two say 0 also where the key may not know. Tags: needs permission to read tags;
     * metadata that no header can hold, and that therefore is in no list above. */
    uint64_t tags, missing_meta;
    const char *archive; /* "ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS" of intelligent tiering */
    const char *restore; /* of an archived object: ongoing-request="false", ... */
    const char *sse_c;   /* algorithm, where the caller's own key encrypts it */
    const char *replication_status; /* PENDING, COMPLETED, FAILED, REPLICA */
};

/* What a server says of a version that it has just made. */
struct s3_written {
    const char *version_id;    /* NULL: the bucket is not versioned, or the server does not say */
    const char *etag;          /* with its quotes */
    const char *last_modified; /* RFC 3339, as sent; NULL: not said */
    bool repeated; /* it was asked for more than once: there may be another version of it */
};

/* From the headers of a successful HEAD or GET. False, and nothing read: they lack what every S3
 * server sends (ETag, Last-Modified as a date, Content-Length), so that it is none. */
bool s3_object_info_read(struct arena *a, const struct http_response *http,
                         struct s3_object_info *ret_info);

/* A storage class whose objects must be restored before they can be read; NULL is none. */
bool s3_object_info_is_archive(const char *storage_class);

/* It lies in an archive and must be restored there before it can be read or copied. */
bool s3_object_info_archived(const struct s3_object_info *info);

/* The parts that an ETag speaks of, as in "9b2cf535f27731c974343645a3985328-3"; 0: none. */
uint64_t s3_object_info_etag_parts(const char *etag);

/* With its quotes, which some servers leave out in documents. */
const char *s3_object_info_etag(struct arena *a, const char *etag);

/* Room that the two below need in `out`. */
size_t s3_object_info_headers(const struct s3_object_meta *meta);

/* As headers of a request; return how many were written. NULL writes none. */
size_t s3_object_info_write_meta(const struct s3_object_meta *meta, struct http_header *out);
size_t s3_object_info_write_settings(const struct s3_object_settings *settings,
                                     struct http_header *out);

#endif
