#include "base/crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/cancel.h"
#include "base/ctx.h"

/* Enough for libcurl, OpenSSL and the resolver; only what is touched costs memory. */
#define STACK_BYTES (512u << 10)

/* How soon a giver that waits for room notices a cancel. */
#define SLICE_MS 50

/* A place for one item, in the arena that holds the item too. */
struct slot {
    struct arena *arena;
    struct arena_mark empty;
    const void *item;
    struct slot *next;
};

/* What is kept of the items' messages. */
struct said {
    struct ctx *cx;          /* its diags are not yet handed over */
    size_t errors, warnings; /* kept so far, handed over or not */
    size_t more_errors, more_warnings;
};

struct crew {
    struct arena *arena;
    struct crew_options options;
    struct ctx_options lent;
    int64_t patience_end_ms;
    struct cancel *stop;

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t work, room;
    struct slot *first, *last; /* waiting, oldest first */
    struct slot *unused;
    size_t waiting;
    unsigned threads, idle, running;
    bool ending;
    bool told; /* the giver knows that the crew was stopped */
    size_t failed;
    struct said said;
    pthread_t thread[];
};

struct crew *crew_new(struct ctx *cx, const struct crew_options *options)
{
    struct arena *a = arena_new();
    struct crew *c = arena_alloc(a, sizeof *c + options->threads * sizeof(pthread_t));

    c->arena = a;
    c->options = *options;
    if (c->options.queue == 0) {
        c->options.queue = options->threads;
    }
    c->lent = (struct ctx_options){
        .session = cx->session, .log = cx->log, .clock = cx->clock, .cancel = cx->cancel};
    c->patience_end_ms = cx->patience_end_ms;
    c->stop = cancel_new(options->stop);
    c->said.cx = ctx_new(&c->lent);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->work, NULL);
    clock_cond_init(&c->room);
    return c;
}

static bool is_stopped(const struct crew *c)
{
    return cancel_raised(c->stop) || cancel_raised(c->lent.cancel);
}

void crew_stop(struct crew *c)
{
    cancel_raise(c->stop);
}

/* ---- Messages, with the lock held -------------------------------------------------------------
 */

static bool is_said(const struct said *s, const struct diag *d)
{
    const struct diag *old;

    for (old = s->cx->diags.first; old != NULL; old = old->next) {
        if (strcmp(old->summary, d->summary) == 0 && strcmp(old->detail, d->detail) == 0) {
            return true;
        }
    }
    return false;
}

static void keep(struct said *s, const struct diag *d)
{
    bool error = d->severity == DIAG_ERROR;
    size_t *kept = error ? &s->errors : &s->warnings;

    if (is_said(s, d)) {
        return;
    }
    if (*kept < CREW_SHOWN) {
        ++*kept;
        diag_copy(s->cx, d);
    } else {
        ++*(error ? &s->more_errors : &s->more_warnings);
    }
}

/* A cancel makes every item fail that was under way, which is not worth a message each. */
static void gather(struct crew *c, struct ctx *cx)
{
    const struct diag *d;

    for (d = cx->diags.first; d != NULL && !cancel_raised(c->lent.cancel); d = d->next) {
        keep(&c->said, d);
    }
    diag_clear(cx);
}

static void hand_over(struct ctx *cx, struct crew *c)
{
    const struct diag *d;

    for (d = c->said.cx->diags.first; d != NULL; d = d->next) {
        diag_copy(cx, d);
    }
    diag_clear(c->said.cx);
}

/* Where an item stopped the crew, its errors say why: they come when it ends. */
static enum rc say_stopped(struct ctx *cx, struct crew *c)
{
    bool by_item = !cancel_raised(c->options.stop) && !cancel_raised(c->lent.cancel);

    if (c->told) {
        return RC_FAIL;
    }
    c->told = true;
    while (by_item && c->running > 0) {
        pthread_cond_wait(&c->room, &c->lock);
    }
    hand_over(cx, c);
    if (by_item && c->said.errors > 0) {
        return RC_FAIL;
    }
    return diag_error(cx, NULL, "interrupted",
                      "The work was told to stop before it was done. Run it again to go on.");
}

static void say_more(struct ctx *cx, const struct said *s)
{
    if (s->more_errors > 0) {
        diag_error(cx, NULL, arena_printf(cx->arena, "and %zu more errors", s->more_errors),
                   "Of all errors, the first %d are shown above.", CREW_SHOWN);
    }
    if (s->more_warnings > 0) {
        diag_warning(cx, NULL, arena_printf(cx->arena, "and %zu more warnings", s->more_warnings),
                     "Of all warnings, the first %d are shown above.", CREW_SHOWN);
    }
}

/* ---- Threads ----------------------------------------------------------------------------------
 */

static void *work(void *arg);

/* Lock held. */
static void start_thread(struct crew *c)
{
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (pthread_create(&c->thread[c->threads], &attributes, work, c) == 0) {
        c->threads++;
    }
    pthread_attr_destroy(&attributes);
}

/* Lock held. */
static bool may_run(const struct crew *c)
{
    return c->options.useful == NULL || c->running == 0 ||
           c->running < c->options.useful(c->options.arg);
}

/* Whether an idle thread is to be woken for one of so many items; where there is none, one is
 * started. Lock held. */
static bool calls(struct crew *c, size_t items)
{
    bool wanted = items > 0 && may_run(c);

    if (wanted && items > c->idle && c->threads < c->options.threads) {
        start_thread(c);
    }
    return wanted && c->idle > 0;
}

/* The oldest item, as soon as there is one; NULL when there will be none. Lock held. */
static struct slot *take_oldest(struct crew *c)
{
    struct slot *slot;

    c->idle++;
    while ((c->waiting > 0 ? !may_run(c) : !c->ending) && !is_stopped(c)) {
        pthread_cond_wait(&c->work, &c->lock);
    }
    c->idle--;
    if (c->waiting == 0 || is_stopped(c)) {
        return NULL;
    }
    slot = c->first;
    c->first = slot->next;
    c->waiting--;
    c->running++;
    if (c->waiting == c->options.queue / 2) {
        pthread_cond_broadcast(&c->room);
    }
    if (calls(c, c->waiting)) {
        pthread_cond_signal(&c->work);
    }
    return slot;
}

static void *work(void *arg)
{
    struct crew *c = arg;
    struct ctx *cx = ctx_new(&c->lent);
    struct arena_mark empty = arena_mark(cx->arena);
    struct slot *slot;
    enum rc rc;

    cx->patience_end_ms = c->patience_end_ms;
    pthread_mutex_lock(&c->lock);
    while ((slot = take_oldest(c)) != NULL) {
        pthread_mutex_unlock(&c->lock);
        rc = c->options.run(cx, c->options.arg, slot->item);
        arena_rewind(cx->arena, empty);
        arena_rewind(slot->arena, slot->empty);
        pthread_mutex_lock(&c->lock);
        slot->next = c->unused;
        c->unused = slot;
        c->failed += rc == RC_FAIL;
        gather(c, cx);
        c->running--;
        if (is_stopped(c)) {
            pthread_cond_broadcast(&c->room);
        }
    }
    pthread_cond_broadcast(&c->work); /* what ends this thread ends the idle ones */
    pthread_mutex_unlock(&c->lock);
    ctx_free(cx);
    return NULL;
}

/* ---- Giving -----------------------------------------------------------------------------------
 */

static struct slot *new_slot(void)
{
    struct arena *a = arena_new();
    struct slot *slot = arena_alloc(a, sizeof *slot);

    slot->arena = a;
    slot->empty = arena_mark(a);
    return slot;
}

static void free_slots(struct slot *slot)
{
    while (slot != NULL) {
        struct slot *next = slot->next;

        arena_free(slot->arena);
        slot = next;
    }
}

/* A place for an item, once there is room, and whether to wake a thread for it; NULL with a message
 * when there will be none. Lock held. */
static struct slot *take_place(struct ctx *cx, struct crew *c, bool *ret_wake)
{
    struct slot *slot;

    while (c->waiting >= c->options.queue && !is_stopped(c)) {
        struct timespec slice = clock_deadline(SLICE_MS);

        pthread_cond_timedwait(&c->room, &c->lock, &slice);
    }
    if (is_stopped(c)) {
        say_stopped(cx, c);
        return NULL;
    }
    *ret_wake = calls(c, c->waiting + 1);
    if (c->threads == 0) {
        diag_error(cx, NULL, "Cannot start a thread",
                   "The system refused one. Check the limits on processes and memory (ulimit -u, "
                   "ulimit -v, the container's) of the user who runs this.");
        return NULL;
    }
    slot = c->unused;
    if (slot == NULL) {
        return new_slot();
    }
    c->unused = slot->next;
    return slot;
}

enum rc crew_give(struct ctx *cx, struct crew *c, const void *item)
{
    struct slot *slot;
    bool wake = false;

    pthread_mutex_lock(&c->lock);
    slot = take_place(cx, c, &wake);
    if (slot != NULL) {
        slot->item = c->options.copy(slot->arena, item);
        slot->next = NULL;
        if (c->waiting++ == 0) {
            c->first = slot;
        } else {
            c->last->next = slot;
        }
        c->last = slot;
    }
    pthread_mutex_unlock(&c->lock);
    /* Not under the lock, which the thread that wakes wants first of all. */
    if (wake) {
        pthread_cond_signal(&c->work);
    }
    return slot != NULL ? RC_OK : RC_FAIL;
}

enum rc crew_end(struct ctx *cx, struct crew *c)
{
    enum rc rc;
    unsigned i;

    pthread_mutex_lock(&c->lock);
    c->ending = true;
    pthread_cond_broadcast(&c->work);
    for (i = 0; i < c->threads; i++) { /* those that run may start more */
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread[i], NULL);
        pthread_mutex_lock(&c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    hand_over(cx, c);
    say_more(cx, &c->said);
    rc = c->failed > 0 || c->told ? RC_FAIL : RC_OK;
    if (c->waiting > 0 || (c->failed > 0 && cancel_raised(c->lent.cancel))) {
        rc = say_stopped(cx, c);
    }
    free_slots(c->waiting > 0 ? c->first : NULL);
    free_slots(c->unused);
    ctx_free(c->said.cx);
    cancel_free(c->stop);
    pthread_cond_destroy(&c->work);
    pthread_cond_destroy(&c->room);
    pthread_mutex_destroy(&c->lock);
    arena_free(c->arena);
    return rc;
}
