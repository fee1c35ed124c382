/* History manifests as objects of the bucket that holds the copy. */
#ifndef SEEDBANK_BUCKET_HISTORY_STORE_H
#define SEEDBANK_BUCKET_HISTORY_STORE_H

#include <stddef.h>
#include <stdio.h>

#include "base/rc.h"

struct ctx;
struct s3_target;

/* One that is there now. */
struct history_object {
    const char *key, *version_id, *etag;
    const char *copy_prefix; /* that it speaks of, by its name; NULL: the name does not tell */
};

struct history_objects {
    struct history_object *items;
    size_t n, room;
};

/* In cx->arena. RC_NOT_FOUND: no such bucket. What else lies in that folder is RC_FAIL: only this
 * program writes there. */
enum rc history_store_list(struct ctx *cx, const struct s3_target *target,
                           struct history_objects *ret_objects) RC_MUST_CHECK;

/* Its bytes, in a file without a name that goes with cx->arena. */
enum rc history_store_get(struct ctx *cx, const struct s3_target *target,
                          const struct history_object *object, FILE **ret_file) RC_MUST_CHECK;

/* The file from its first byte as that key. */
enum rc history_store_put(struct ctx *cx, const struct s3_target *target, const char *key,
                          FILE *file) RC_MUST_CHECK;

#endif
