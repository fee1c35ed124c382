/*
 * Crew: many items of one kind, done at once by threads, for a command that reads what is to be
 * done from a file or a listing. Who gives the items has one ctx, and every thread one of its own
 * that shares session, log, clock and cancel with it.
 *
 * A thread is started when an item waits and all others are busy. Where the queue is full, giving
 * waits until it is half empty: memory does not depend on how many items there are, and who gives
 * is not woken for each. Results come in no order; a tally is the caller's, under a lock of its
 * own.
 *
 * Two ways to end early. The cancel of the ctx is heeded by what an item waits for: it fails. The
 * stop (of the options, or crew_stop) lets end what has begun and begins nothing more.
 *
 * (plugin/workers.h runs the calls of a server: each is its own owner of memory, cancel and reply,
 * none may ever wait for room, and nothing is gathered. One mechanism for both would be two behind
 * one name.)
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stddef.h>

#include "base/rc.h"

struct arena;
struct cancel;
struct ctx;
struct crew;

#define CREW_SHOWN 20 /* messages of either severity that are kept; the others are counted */

struct crew_options {
    unsigned threads;    /* at most; at least 1 */
    size_t queue;        /* items that may wait for a thread; 0: as many as threads */
    struct cancel *stop; /* borrowed; NULL: none */

    /* One item, on any thread. cx->arena is rewound after it, the item lives as long. RC_FAIL (with
     * messages in cx->diags) is remembered, and does not keep the other items from being done. */
    enum rc (*run)(struct ctx *cx, void *arg, const void *item);
    void *arg;

    /* How many items at once are of use just now, so that no thread is woken to wait; at least 1.
     * NULL: as many as there are threads. */
    unsigned (*useful)(void *arg);

    /* The item with all that it points to, in that arena. */
    const void *(*copy)(struct arena *a, const void *item);
};

/* The ctx lends session, log, clock, cancel and patience until crew_end. Options are copied. */
struct crew *crew_new(struct ctx *cx, const struct crew_options *options);

/* Have a copy of the item done; waits while the queue is full. RC_FAIL when the crew was stopped or
 * cancelled (with what the items' messages were so far, or "interrupted"), or when the system
 * refuses the first thread: then the item is not done. For any thread but the crew's own. */
enum rc crew_give(struct ctx *cx, struct crew *crew, const void *item) RC_MUST_CHECK;

/* Begin nothing more. Thread-safe; also from run, when its failure makes all others pointless. */
void crew_stop(struct crew *crew);

/* Wait for all items, end the threads, free the crew and add what the items said to cx->diags: the
 * first CREW_SHOWN errors and warnings, each text once, then how many more there were. RC_OK: every
 * item given was done and none failed. Items that were never begun make it RC_FAIL. */
enum rc crew_end(struct ctx *cx, struct crew *crew);

#endif
