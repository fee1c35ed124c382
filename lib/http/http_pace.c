#include "http/http_pace.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "http/http_pace_rule.h"

#define MOST_IN_FLIGHT 128    /* beyond it, another machine is of more use than another thread */
#define FILES_OF_A_TRY 4      /* a connection, what curl wakes itself with, and one to spare */
#define SLICE_US       100000 /* how soon a raised cancel is seen */

/* A try that waits for its turn, on its thread's stack. */
struct waiter {
    pthread_cond_t turn;
    int64_t begun; /* 0: not yet */
    struct waiter *next;
};

/* The tries that wait do so in a line. Who ends a try gives its place to the head of it, which is
 * all that is woken; the head itself asks the rule when time is what it waits for. */
struct http_pace {
    pthread_mutex_t lock; /* guards all below */
    struct waiter *first, *last;
    struct http_pace_rule rule;
    atomic_uint window; /* of the rule; without the lock */
};

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t); /* the network knows no other */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void note_window(struct http_pace *p)
{
    double window = p->rule.window;

    atomic_store(&p->window, window < UINT_MAX ? (unsigned)window : UINT_MAX);
}

static unsigned files_allow(unsigned wanted)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur / FILES_OF_A_TRY >= wanted) {
        return wanted;
    }
    return files.rlim_cur < FILES_OF_A_TRY ? 1 : (unsigned)(files.rlim_cur / FILES_OF_A_TRY);
}

struct http_pace *http_pace_new(struct arena *a, const struct http_pace_options *options)
{
    struct http_pace *p = arena_alloc(a, sizeof *p);
    struct http_pace_options o = *options;

    if (o.adaptive) {
        o.max_in_flight = files_allow(o.max_in_flight > 0 ? o.max_in_flight : MOST_IN_FLIGHT);
    }
    pthread_mutex_init(&p->lock, NULL);
    http_pace_rule_init(&p->rule, &o, now_us());
    note_window(p);
    return p;
}

void http_pace_free(struct http_pace *p)
{
    if (p != NULL) {
        pthread_mutex_destroy(&p->lock);
    }
}

/* ---- The line, with the lock held -------------------------------------------------------------
 */

static void stand_last(struct http_pace *p, struct waiter *w)
{
    if (p->first == NULL) {
        p->first = w;
    } else {
        p->last->next = w;
    }
    p->last = w;
}

static void leave(struct http_pace *p, const struct waiter *w)
{
    struct waiter **at = &p->first, *before = NULL;

    for (; *at != w; at = &(*at)->next) {
        before = *at;
    }
    *at = w->next;
    p->last = p->last == w ? before : p->last;
}

/* Whose turn it is begins, and is woken. So is the one behind them where it has to mind the time:
 * how long it must wait is returned, HTTP_PACE_RULE_WAIT when it will be told. */
static int64_t let_in(struct http_pace *p)
{
    int64_t wait = 0;

    while (p->first != NULL && wait == 0) {
        struct waiter *w = p->first;
        int64_t now = now_us();

        wait = http_pace_rule_ask(&p->rule, now);
        if (wait == 0) {
            leave(p, w);
            w->begun = now;
        }
        if (wait != HTTP_PACE_RULE_WAIT) {
            pthread_cond_signal(&w->turn);
        }
    }
    return wait;
}

static void wait_us(struct http_pace *p, struct waiter *w, int64_t us)
{
    int64_t end = now_us() + (us < SLICE_US ? us : SLICE_US);
    struct timespec t = {.tv_sec = end / 1000000, .tv_nsec = end % 1000000 * 1000};

    pthread_cond_timedwait(&w->turn, &p->lock, &t);
}

/* ---- A try ------------------------------------------------------------------------------------
 */

enum rc http_pace_begin(struct ctx *cx, struct http_pace *p, int64_t *ret_begun)
{
    struct waiter w = {.begun = 0};

    clock_cond_init(&w.turn);
    pthread_mutex_lock(&p->lock);
    stand_last(p, &w);
    while (w.begun == 0 && !cancel_raised(cx->cancel)) {
        int64_t wait = p->first == &w ? let_in(p) : SLICE_US;
        if (w.begun == 0) {
            wait_us(p, &w, wait);
        }
    }
    if (w.begun == 0) {
        leave(p, &w);
        if (p->first != NULL) {
            pthread_cond_signal(&p->first->turn); /* it may be cancelled too */
        }
    }
    pthread_mutex_unlock(&p->lock);
    pthread_cond_destroy(&w.turn);
    *ret_begun = w.begun;
    return w.begun != 0 ? RC_OK : ctx_check(cx);
}

void http_pace_end(struct http_pace *p, int64_t begun, enum http_pace_outcome outcome)
{
    pthread_mutex_lock(&p->lock);
    http_pace_rule_end(&p->rule, now_us(), begun, outcome);
    note_window(p);
    let_in(p);
    pthread_mutex_unlock(&p->lock);
}

unsigned http_pace_window(const struct http_pace *p)
{
    return atomic_load(&p->window);
}
