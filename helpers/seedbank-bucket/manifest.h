/*
 * A manifest: what a bucket, or a folder of it, held when it was verified. Lines in a
 * sealed file (sealed.h): the head, one object a line in the order of their keys, and
 * the end with how many there are.
 */
#ifndef SEEDBANK_BUCKET_MANIFEST_H
#define SEEDBANK_BUCKET_MANIFEST_H

#include <stdint.h>

#include "base/rc.h"
#include "cli/cli.h"
#include "seedbank-bucket/place.h"

struct ctx;
struct manifest_reader;
struct manifest_writer;

struct manifest_head {
    const char *endpoint; /* scheme and host */
    struct bucket_place place;
    const char *made;                    /* when, by the server's clock, RFC 3339 */
    struct cli_texts prefixes, excludes; /* of names in the place: nothing else is in it */
};

struct manifest_object {
    const char *key;
    const char *version; /* NULL: it has none, because the bucket has no versions */
    const char *sha256;  /* in hex */
    uint64_t size;
};

struct manifest_totals {
    uint64_t objects, bytes;
};

/* As sealed_create says: there is no file before its end was written, and none is replaced. */
enum rc manifest_create(struct ctx *cx, const char *path, const struct manifest_head *head,
                        struct manifest_writer **ret_writer) RC_MUST_CHECK;
enum rc manifest_add(struct ctx *cx, struct manifest_writer *w,
                     const struct manifest_object *object) RC_MUST_CHECK;
enum rc manifest_end(struct ctx *cx, struct manifest_writer *w,
                     struct manifest_totals *ret_totals) RC_MUST_CHECK;

/* As sealed_open. */
enum rc manifest_open(struct ctx *cx, const char *path, struct manifest_head *ret_head,
                      struct manifest_reader **ret_reader) RC_MUST_CHECK;

/* RC_NOT_FOUND after the last one. In cx->arena. */
enum rc manifest_next(struct ctx *cx, struct manifest_reader *r,
                      struct manifest_object *ret_object) RC_MUST_CHECK;

#endif
