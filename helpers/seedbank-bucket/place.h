/*
 * BUCKET[/PREFIX] on the command line: a bucket, or one folder in it, and what
 * is called how in another.
 *
 * PREFIX is a folder: a slash is put at its end where it has none, so that
 * "backup/2024" means the keys below backup/2024/, and a key "a" copied there
 * becomes "backup/2024/a". What comes after it in a key is the key's name, the
 * same in both places.
 */
#ifndef SEEDBANK_BUCKET_PLACE_H
#define SEEDBANK_BUCKET_PLACE_H

#include <stdbool.h>

#include "base/rc.h"

struct arena;
struct cli;
struct ctx;

#define PLACE_DOC "BUCKET, or BUCKET/PREFIX for one folder in it"

struct bucket_place {
    const char *bucket;
    const char *prefix; /* "" for all of it, else ending in a slash */
};

/* In cx->arena. RC_FAIL with a message that names `what` (the argument, or the option): no bucket's
 * name, s3:// before it, or a prefix longer than a key. */
enum rc place_read(struct ctx *cx, const char *what, const char *text,
                   struct bucket_place *ret_place) RC_MUST_CHECK;

/* The same of what was typed: it fails with CLI_USAGE. */
enum rc place_argument(struct cli *cli, const char *what, const char *text,
                       struct bucket_place *ret_place) RC_MUST_CHECK;

/* As it is written on the command line: without the last slash. */
const char *place_text(struct arena *a, const struct bucket_place *place);

/* The key's name in its place; NULL: it is not there, or is the folder itself with no name. */
const char *place_name(const struct bucket_place *place, const char *key);

/* The key of that name there; and what `key` of one place is called in the other, NULL as above.
 * It may be longer than S3 allows: see place_key_fits. */
const char *place_key(struct arena *a, const struct bucket_place *place, const char *name);
const char *place_map(struct arena *a, const struct bucket_place *from,
                      const struct bucket_place *to, const char *key);

/* At most 1,024 bytes ("Object key naming guidelines", S3 User Guide), and no NUL by its type. */
bool place_key_fits(const char *key);

/* One holds keys of the other, where both are at the same server. */
bool place_overlap(const struct bucket_place *x, const struct bucket_place *y);

#endif
