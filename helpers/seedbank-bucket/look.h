/*
 * Keys looked up in bulk: what versions they have now. Where the wanted keys lie
 * close together in the bucket one listing serves many of them; where they lie
 * far apart each is asked for by itself, many at the same time. Which is cheaper
 * shows while listing.
 */
#ifndef SEEDBANK_BUCKET_LOOK_H
#define SEEDBANK_BUCKET_LOOK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"
#include "seedbank-bucket/judge.h"

struct arena;
struct ctx;
struct s3_target;

struct look_key {
    const char *key;
    const char *last; /* the ID down to which it is to be seen; NULL: `depth` entries */
    size_t depth;     /* at most so many entries */

    struct judge_entry *entries; /* newest first; none: the key does not exist */
    size_t n, room;
    bool seen; /* enough of it */
};

struct look {
    const struct s3_target *target;
    struct look_key *keys; /* in the order of their bytes, each once */
    size_t n;
    struct arena *into;   /* what is found is kept there; not cx->arena */
    atomic_size_t *apart; /* from one look to the next: how many keys to ask for one by one before a
                             listing is tried; 0 at first. NULL: begin anew */
};

/* RC_NOT_FOUND: no such bucket. */
enum rc look_up(struct ctx *cx, const struct look *look) RC_MUST_CHECK;

#endif
