#include "plugin/workers.h"

#include <errno.h>
#include <pthread.h>

#include "base/arena.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "plugin/crash.h"

struct workers {
    struct arena *arena;
    pthread_mutex_t lock;
    pthread_cond_t work, idle;
    struct job *first, *last; /* waiting and running, oldest first */
    unsigned waiting;         /* not started */
    unsigned active;          /* submitted and not done */
    unsigned free_threads;
    unsigned threads, max;
    bool ending;
    pthread_t thread[];
};

struct workers *workers_new(unsigned max)
{
    struct arena *a = arena_new();
    struct workers *w = arena_alloc(a, sizeof *w + max * sizeof(pthread_t));
    w->arena = a;
    w->max = max;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->work, NULL);
    clock_cond_init(&w->idle);
    return w;
}

static void append(struct workers *w, struct job *job)
{
    job->next = NULL;
    job->previous = w->last;
    if (w->last) {
        w->last->next = job;
    } else {
        w->first = job;
    }
    w->last = job;
}

static void take_out(struct workers *w, struct job *job)
{
    if (job->previous) {
        job->previous->next = job->next;
    } else {
        w->first = job->next;
    }
    if (job->next) {
        job->next->previous = job->previous;
    } else {
        w->last = job->previous;
    }
}

/* The oldest job that waits; there is one. */
static struct job *start_oldest(struct workers *w)
{
    struct job *job = w->first;
    while (job->started) {
        job = job->next;
    }
    job->started = true;
    w->waiting--;
    return job;
}

/* Called with the lock held, which is given up while the job runs. */
static void run_one(struct workers *w)
{
    struct job *job = start_oldest(w);
    w->free_threads--;
    pthread_mutex_unlock(&w->lock);
    job->run(job);
    pthread_mutex_lock(&w->lock);
    take_out(w, job);
    pthread_mutex_unlock(&w->lock);
    job->done(job);
    pthread_mutex_lock(&w->lock);
    w->free_threads++;
    if (--w->active == 0) {
        pthread_cond_broadcast(&w->idle);
    }
}

static void *work(void *arg)
{
    struct workers *w = arg;
    crash_watch_thread();
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->waiting == 0 && !w->ending) {
            pthread_cond_wait(&w->work, &w->lock);
        }
        if (w->waiting == 0) {
            break;
        }
        run_one(w);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Not under the lock, which the new thread wants first of all. False if the job was left to nobody.
 */
static bool start_thread(struct workers *w, unsigned i, struct job *job)
{
    if (pthread_create(&w->thread[i], NULL, work, w) == 0) {
        return true;
    }
    pthread_mutex_lock(&w->lock);
    w->free_threads--;
    bool left = --w->threads == 0;
    if (left) {
        take_out(w, job);
        w->waiting--;
        w->active--;
    }
    pthread_mutex_unlock(&w->lock);
    return !left;
}

bool workers_submit(struct workers *w, struct job *job)
{
    pthread_mutex_lock(&w->lock);
    bool more = w->free_threads <= w->waiting && w->threads < w->max;
    unsigned i = w->threads;
    if (more) {
        w->threads++;
        w->free_threads++;
    }
    job->started = false;
    append(w, job);
    w->waiting++;
    w->active++;
    pthread_mutex_unlock(&w->lock);
    if (more) {
        return start_thread(w, i, job);
    }
    /* Not under the lock, as above. */
    pthread_cond_signal(&w->work);
    return true;
}

void workers_cancel(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    for (struct job *job = w->first; job; job = job->next) {
        cancel_raise(job->cancel);
    }
    pthread_mutex_unlock(&w->lock);
}

bool workers_wait_idle(struct workers *w, int64_t ms)
{
    struct timespec end = clock_deadline(ms);
    pthread_mutex_lock(&w->lock);
    int rc = 0;
    while (w->active > 0 && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&w->idle, &w->lock, &end);
    }
    bool idle = w->active == 0;
    pthread_mutex_unlock(&w->lock);
    return idle;
}

void workers_free(struct workers *w)
{
    workers_cancel(w);
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->work);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->threads; i++) {
        pthread_join(w->thread[i], NULL);
    }
    pthread_cond_destroy(&w->work);
    pthread_cond_destroy(&w->idle);
    pthread_mutex_destroy(&w->lock);
    arena_free(w->arena);
}
