/*
 * Every version and delete marker of a bucket, in the server's order: by key,
 * and newest first within one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
#ifndef S3_S3_LIST_H
#define S3_S3_LIST_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "s3/s3.h"

struct arena;

struct s3_list_options {
    const char *bucket;
    const char *prefix;         /* NULL: all keys */
    const char *start_after;    /* begin behind all versions of this key; NULL, "": at the start */
    const char *expected_owner; /* account ID; NULL or "": any */
    unsigned page_size;         /* 0: 1000, the most that servers give */
};

struct s3_list_entry {
    const char *key;           /* decoded; may hold any byte but NUL */
    const char *version_id;    /* "null" for one written without versioning */
    const char *etag;          /* with its quotes; "" for a delete marker */
    const char *last_modified; /* as sent, RFC 3339 */
    struct timespec modified;  /* the same; servers give milliseconds at most, AWS seconds */
    const char *storage_class; /* "" when not said */
    uint64_t size;
    bool latest;
    bool marker;      /* a delete marker */
    bool null_origin; /* of a copy whose history is known: its source had no ID. No listing says so
                       */
};

/* Called for each entry, which lives until the call returns; what it allocates in cx->arena is gone
 * with the page. A page is read to its end before its first entry is visited. Anything but RC_OK
 * ends the listing with that result. */
struct s3_list_visitor {
    enum rc (*visit)(struct ctx *cx, void *arg, const struct s3_list_entry *entry);
    void *arg;
};

/* One page is held at a time, however many entries there are. RC_NOT_FOUND: no such bucket. A
 * listing that could not be read to its end is RC_FAIL, never a short success. Needs
 * s3:ListBucketVersions. */
enum rc s3_list_versions(struct ctx *cx, struct s3_client *client,
                         const struct s3_list_options *options,
                         struct s3_list_visitor visitor) RC_MUST_CHECK;

/* Whether a key in a listing of those that begin with `key` is that key itself: as it is, but
 * mended (see xml_mend), or encoded, which not all servers say. */
bool s3_list_is_key(struct arena *a, const char *listed, const char *key);

#endif
