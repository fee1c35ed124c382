/*
 * Time, injected so that tests need not wait. `now` is seconds and nanoseconds
 * since the epoch, UTC; `monotonic_ms` never goes back. Sleeping belongs to
 * cancel.h, because every wait can be cancelled.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/str.h"

struct arena;
struct cancel;

struct clock {
    struct timespec (*now)(const struct clock *c);
    int64_t (*monotonic_ms)(const struct clock *c);
    /* Wait that long or until cancelled; a test clock only moves its hands. */
    void (*sleep_ms)(const struct clock *c, struct cancel *cancel, int64_t ms);
    void *state; /* of a test clock */
};

extern const struct clock clock_system;

/* The system's monotonic time in so many ms, and a condition whose timed waits take it: deadlines
 * must not jump when somebody sets the clock. */
struct timespec clock_deadline(int64_t ms);
void clock_cond_init(pthread_cond_t *cond);

/* A random time from 0 to limit_ms (0 or more), both included: what failed together must not come
 * back together. The limit itself when the system has no random bytes to give. */
int64_t clock_jitter_ms(int64_t limit_ms);

/* 2026-11-24T03:16:18Z */
char *clock_rfc3339(struct arena *a, struct timespec t);

/* The same read, as RFC 3339 has it and its users write it: with a fraction of a second, an offset
 * from UTC, its colon left out, t, z and a space for T and Z. False: it is no such time, or before
 * 1970. A leap second is the first of the next minute. */
bool clock_rfc3339_parse(struct str text, struct timespec *ret_time);

#endif
