/*
 * How one version is carried from a bucket to another one, at the same server or at
 * another, with all that belongs to it: its bytes, proven as they pass, metadata,
 * tags, encryption, storage class, retention and legal hold. What the destination
 * cannot hold is left out and named.
 *
 * Where both sides are one server, the server copies by itself. Whether it does is
 * found out once, by the first version: one that refuses (DigitalOcean does, across
 * regions and between the clusters of one region) is not asked again, and the bytes
 * go through this process.
 *
 * Nothing here adds a message to cx->diags, because one version that fails does not
 * end the work. Thread-safe.
 */
#ifndef SEEDBANK_BUCKET_FERRY_H
#define SEEDBANK_BUCKET_FERRY_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/digest.h"
#include "s3/s3.h"
#include "s3/s3_copy.h"
#include "seedbank-bucket/keep.h"

struct arena;
struct ctx;
struct ferry;

#define FERRY_MEMORY ((uint64_t)256 << 20)

struct ferry_options {
    struct s3_target from, to;
    bool one_server; /* the destination's keys may read the source there */
    bool no_lock;    /* the destination has no Object Lock */
    struct keep_options keep;
    uint64_t memory; /* that all versions under way may take; 0: FERRY_MEMORY */
};

struct ferry_load {
    const char *key;
    const char *version; /* NULL: the newest, whatever it is by now */
    const char *etag;    /* that it must still have; NULL: any */
    const char *to_key;
    /* ETag that the destination's key shows; NULL: nothing is there, or a delete marker. "": any.
     * What somebody else made of it meanwhile is left as it is, where the server minds conditions.
     */
    const char *there;
    struct s3_copy_watch watch; /* as struct s3_copy has it */
    bool sha256;                /* of the bytes is wanted: they go through this process */
};

enum ferry_outcome {
    FERRY_DONE,
    FERRY_GONE,    /* the source has no such version (any more) */
    FERRY_REFUSED, /* nobody can copy it as things stand: an archive, SSE-C */
    FERRY_CHANGED, /* somebody else wrote the destination's key */
    FERRY_FAILED,
};

struct ferry_result {
    enum ferry_outcome outcome;
    struct s3_written written; /* what was made */
    uint64_t size;
    bool proven;   /* its bytes are the source's: proven as they were written */
    bool streamed; /* through this process */
    const char
        *lost;       /* what the destination cannot hold: "tags, storage class"; NULL: it has all */
    const char *why; /* of what was not done: cause and remedy; NULL otherwise */
    char sha256[DIGEST_SHA256_HEX_SIZE]; /* "" where it is not known */
};

/* In the arena, which must outlive its threads. */
struct ferry *ferry_new(struct arena *a, const struct ferry_options *options);

/* Waits while others take the memory. All texts in cx->arena. */
struct ferry_result ferry_carry(struct ctx *cx, struct ferry *f, const struct ferry_load *load);

/* The server was asked, and does copy by itself. */
bool ferry_copies(const struct ferry *f);

/* Why the server does not copy by itself though both sides are there; NULL: it does, or was not
 * asked. Once all threads have ended. */
const char *ferry_why_streamed(const struct ferry *f);

#endif
