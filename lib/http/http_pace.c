#include "http/http_pace.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "http/http_pace_rule.h"

#define MOST_IN_FLIGHT 128    /* beyond it, another machine is of more use than another thread */
#define FILES_OF_A_TRY 4      /* a connection, what curl wakes itself with, and one to spare */
#define SLICE_US       100000 /* how soon a raised cancel is seen */

/* The tries that wait do so in a line: its head alone asks the rule, and wakes the next. */
struct http_pace {
    pthread_mutex_t lock;
    pthread_cond_t next, ended;
    bool has_head;
    struct http_pace_rule rule;
};

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t); /* the network knows no other */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void wait_us(struct http_pace *p, pthread_cond_t *cond, int64_t us)
{
    int64_t end = now_us() + us;
    struct timespec t = {.tv_sec = end / 1000000, .tv_nsec = end % 1000000 * 1000};

    pthread_cond_timedwait(cond, &p->lock, &t);
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
    clock_cond_init(&p->next);
    clock_cond_init(&p->ended);
    http_pace_rule_init(&p->rule, &o, now_us());
    return p;
}

void http_pace_free(struct http_pace *p)
{
    if (p != NULL) {
        pthread_cond_destroy(&p->next);
        pthread_cond_destroy(&p->ended);
        pthread_mutex_destroy(&p->lock);
    }
}

/* With the lock held, at the head of the line. */
static bool wait_for_leave(struct ctx *cx, struct http_pace *p, int64_t *ret_begun)
{
    while (!cancel_raised(cx->cancel)) {
        int64_t now = now_us(), wait = http_pace_rule_ask(&p->rule, now);

        if (wait == 0) {
            *ret_begun = now;
            return true;
        }
        wait_us(p, &p->ended, wait < SLICE_US ? wait : SLICE_US);
    }
    return false;
}

enum rc http_pace_begin(struct ctx *cx, struct http_pace *p, int64_t *ret_begun)
{
    bool begun = false;

    pthread_mutex_lock(&p->lock);
    while (p->has_head && !cancel_raised(cx->cancel)) {
        wait_us(p, &p->next, SLICE_US);
    }
    if (!p->has_head) {
        p->has_head = true;
        begun = wait_for_leave(cx, p, ret_begun);
        p->has_head = false;
    }
    pthread_mutex_unlock(&p->lock);
    pthread_cond_signal(&p->next);
    return begun ? RC_OK : ctx_check(cx);
}

void http_pace_end(struct http_pace *p, int64_t begun, enum http_pace_outcome outcome)
{
    pthread_mutex_lock(&p->lock);
    http_pace_rule_end(&p->rule, now_us(), begun, outcome);
    pthread_mutex_unlock(&p->lock);
    pthread_cond_signal(&p->ended);
}
