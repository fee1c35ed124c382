/*
 * The threads that run calls. A thread is started when a job arrives and all others are busy, up to
 * the maximum; what does not fit waits in line. Jobs belong to the caller.
 */
#ifndef PLUGIN_WORKERS_H
#define PLUGIN_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

struct cancel;
struct workers;

struct job {
    void (*run)(struct job *job);  /* on a worker's thread */
    void (*done)(struct job *job); /* after it, last touch: may free the job */
    struct cancel *cancel;         /* raised by workers_cancel */
    struct job *next, *previous;   /* used by the workers */
    bool started;
};

struct workers *workers_new(unsigned max);

/* Cancel, wait for every job, end the threads. Hangs with a job that does: ask workers_wait_idle.
 */
void workers_free(struct workers *w);

/* By one thread at a time. False if the system refuses the first thread; the job is then not run.
 */
bool workers_submit(struct workers *w, struct job *job);

/* Raise the cancel of every job that waits or runs now; later jobs are not touched. */
void workers_cancel(struct workers *w);

/* True as soon as no job waits or runs, false after ms. */
bool workers_wait_idle(struct workers *w, int64_t ms);

#endif
