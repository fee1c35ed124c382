/*
 * Every version and delete marker of a bucket, in the server's order: by key, and
 * newest first within one. Pulled entry by entry, so that two listings can be
 * merged.
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
    const char *until;          /* end with the versions of this key; NULL: at the end */
    const char *expected_owner; /* account ID; NULL or "": any */
    unsigned page_size;         /* 0: 1000, the most that servers give */
    bool live;                  /* for s3_list_live.h */
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
    bool marker; /* a delete marker */
    /* Of a copy whose history is known; no listing says so. */
    bool null_origin; /* its source had no ID */
    bool gone;        /* it was there once, and is not any more */
};

struct s3_list;

/* Nothing is sent. In cx->arena; the options' texts must live as long. */
struct s3_list *s3_list_new(struct ctx *cx, struct s3_client *client,
                            const struct s3_list_options *options);

/* The next entry, which lives until the next call; NULL: there is no more. A page is read to its
 * end before its first entry is given, and one page is held at a time, however many there are.
 * RC_NOT_FOUND: no such bucket. A listing that cannot be read to its end is RC_FAIL, never a short
 * success, and stays so. Needs s3:ListBucketVersions. */
enum rc s3_list_next(struct ctx *cx, struct s3_list *list,
                     const struct s3_list_entry **ret_entry) RC_MUST_CHECK;

/* Bytes held for the page at hand; for tests. */
size_t s3_list_footprint(const struct s3_list *list);

/* Whether a key in a listing of those that begin with `key` is that key itself: as it is, but
 * mended (see xml_mend), or encoded, which not all servers say. */
bool s3_list_is_key(struct arena *a, const char *listed, const char *key);

#endif
