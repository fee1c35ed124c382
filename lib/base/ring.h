/*
 * Ring: items that are done at once by threads (crew.h) and come out in the order in
 * which they went in. Giving, ending and taking out belong to the thread that made it;
 * memory is that of the items under way, of which there are never more than `slots`.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct arena;
struct ctx;
struct ring;

struct ring_options {
    unsigned threads; /* at most; at least 1 */
    size_t slots;     /* items under way at most; at least 1 */
    size_t size;      /* of an item */

    /* What the item points to, which was copied as it is, into that arena. */
    void (*copy)(struct arena *a, void *item);

    /* One item, on any thread, with a ctx of that thread. It may be changed; what it is to point to
     * then lives in its arena, because cx->arena is rewound. RC_FAIL ends the work. */
    enum rc (*run)(struct ctx *cx, void *arg, struct arena *a, void *item);

    /* The oldest item, done. What it returns other than RC_OK ends the work. */
    enum rc (*take)(struct ctx *cx, void *arg, const void *item);
    unsigned (*useful)(void *arg); /* as crew_options has it; NULL is allowed */
    void *arg;
};

/* Must be ended. Options are copied. The ctx lends what crew_new says. */
struct ring *ring_new(struct ctx *cx, const struct ring_options *options);

/* The item is copied. Without `work` it comes out as it went in. Waits while all slots are taken.
 * What a `take` returned other than RC_OK is returned. */
enum rc ring_give(struct ctx *cx, struct ring *r, const void *item, bool work) RC_MUST_CHECK;

/* Wait for what is under way and give it out, unless rc says that all was in vain. Returns rc, or
 * what went wrong since. */
enum rc ring_end(struct ctx *cx, struct ring *r, enum rc rc) RC_MUST_CHECK;

#endif
