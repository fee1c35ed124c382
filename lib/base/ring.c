#include "base/ring.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/crew.h"
#include "base/ctx.h"

#define LOOK_MS 100 /* between looks at whether Ctrl-C came */

struct slot {
    struct arena *arena;
    void *item;
    bool done;
};

struct ring {
    struct ring_options options;
    struct crew *crew;
    struct slot *slots;
    size_t first, n;

    pthread_mutex_t lock; /* of what follows, and of each slot's done */
    pthread_cond_t changed;
    bool failed;                /* nothing that was given need come out */
    const struct slot *awaited; /* whose end is to be told; NULL: nobody's */
};

/* ---- On a thread of the crew, to whom the slot belongs until it is done ---------------------- */

static void finish(struct ring *r, struct slot *slot, enum rc rc)
{
    pthread_mutex_lock(&r->lock);
    slot->done = true;
    r->failed = r->failed || rc != RC_OK;
    if (slot == r->awaited || r->failed) {
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
}

static enum rc run(struct ctx *cx, void *arg, const void *item)
{
    struct ring *r = arg;
    struct slot *slot = *(struct slot *const *)item;
    enum rc rc = r->options.run(cx, r->options.arg, slot->arena, slot->item);

    finish(r, slot, rc);
    if (rc != RC_OK) {
        crew_stop(r->crew);
    }
    return rc;
}

static unsigned useful(void *arg)
{
    const struct ring *r = arg;

    return r->options.useful(r->options.arg);
}

static const void *copy_item(struct arena *a, const void *item)
{
    return arena_memdup(a, item, sizeof(struct slot *));
}

/* ---- In and out ------------------------------------------------------------------------------ */

struct ring *ring_new(struct ctx *cx, const struct ring_options *options)
{
    struct ring *r = arena_alloc(cx->arena, sizeof *r);

    r->options = *options;
    r->slots = arena_array(cx->arena, options->slots, sizeof *r->slots);
    pthread_mutex_init(&r->lock, NULL);
    clock_cond_init(&r->changed);
    r->crew = crew_new(cx, &(struct crew_options){.threads = options->threads,
                                                  .queue = options->slots,
                                                  .run = run,
                                                  .arg = r,
                                                  .useful = options->useful ? useful : NULL,
                                                  .copy = copy_item});
    return r;
}

/* Wait until the oldest item is done. RC_FAIL: it never will be; crew_end says why. */
static enum rc wait_for_first(struct ctx *cx, struct ring *r)
{
    const struct slot *slot = &r->slots[r->first];
    bool done, failed;

    pthread_mutex_lock(&r->lock);
    r->awaited = slot;
    while (!slot->done && !r->failed && !cancel_raised(cx->cancel)) {
        struct timespec until = clock_deadline(LOOK_MS);
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    }
    done = slot->done;
    failed = r->failed || (!done && cancel_raised(cx->cancel));
    r->failed = failed;
    r->awaited = NULL;
    pthread_mutex_unlock(&r->lock);
    return failed ? RC_FAIL : RC_OK;
}

static enum rc put_out(struct ctx *cx, struct ring *r)
{
    struct slot *slot = &r->slots[r->first];
    enum rc rc = wait_for_first(cx, r);

    if (rc == RC_OK) {
        rc = r->options.take(cx, r->options.arg, slot->item);
        r->first = (r->first + 1) % r->options.slots;
        r->n--;
    }
    return rc;
}

/* Whether the first item may come out without waiting. */
static bool first_is_done(struct ring *r)
{
    bool done;

    if (r->n == 0) {
        return false;
    }
    pthread_mutex_lock(&r->lock);
    done = r->slots[r->first].done;
    pthread_mutex_unlock(&r->lock);
    return done;
}

static struct slot *put_in(struct ring *r, const void *item, bool work)
{
    struct slot *slot = &r->slots[(r->first + r->n++) % r->options.slots];

    arena_free(slot->arena);
    slot->arena = arena_new();
    slot->item = arena_memdup(slot->arena, item, r->options.size);
    r->options.copy(slot->arena, slot->item);
    slot->done = !work;
    return slot;
}

enum rc ring_give(struct ctx *cx, struct ring *r, const void *item, bool work)
{
    struct slot *slot;
    enum rc rc = RC_OK;

    while (rc == RC_OK && (r->n == r->options.slots || first_is_done(r))) {
        rc = put_out(cx, r);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (r->n == 0 && !work) {
        return r->options.take(cx, r->options.arg, item);
    }
    slot = put_in(r, item, work);
    return work ? crew_give(cx, r->crew, &slot) : RC_OK;
}

/* ---- The end --------------------------------------------------------------------------------- */

/* Nobody waits for an answer any more. */
static void give_up(struct ring *r)
{
    pthread_mutex_lock(&r->lock);
    r->failed = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    crew_stop(r->crew);
}

/* Of messages, the one that came first counts: that work was left undone follows from it. */
static enum rc end_crew(struct ctx *cx, struct ring *r, enum rc rc)
{
    struct diag_point before = diag_point(cx);
    bool said = cx->diags.errors > 0;
    enum rc ended = crew_end(cx, r->crew);

    if (said || rc == RC_NOT_FOUND || rc == RC_CONFLICT) {
        diag_drop_since(cx, before);
        return rc;
    }
    if (rc == RC_FAIL && cx->diags.errors == 0) { /* cancelled, though all that was begun ended */
        rc = ctx_check(cx);
        return rc != RC_OK ? rc
                           : diag_error(cx, NULL, "Some of the work was not done",
                                        "A part of it ended without saying why. Run it again; if "
                                        "it stays, this is a defect of the program.");
    }
    return rc == RC_OK ? ended : rc;
}

enum rc ring_end(struct ctx *cx, struct ring *r, enum rc rc)
{
    while (rc == RC_OK && r->n > 0) {
        rc = put_out(cx, r);
    }
    if (rc != RC_OK) {
        give_up(r);
    }
    rc = end_crew(cx, r, rc);
    for (size_t i = 0; i < r->options.slots; i++) {
        arena_free(r->slots[i].arena);
    }
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    return rc;
}
