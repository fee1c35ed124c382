/*
 * Moments: a point in time as people write it and as listings have it. In
 * nanoseconds since the epoch, UTC; from 1970 into 2262, which those can hold.
 */
#ifndef SEEDBANK_BUCKET_MOMENT_H
#define SEEDBANK_BUCKET_MOMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct arena;

#define MOMENT_SECOND INT64_C(1000000000)
#define MOMENT_DAY    (86400 * MOMENT_SECOND)

/* What lies beyond them is the last of them. */
int64_t moment_of(struct timespec time);

/* RFC 3339, as "2026-11-24T03:16:18.5+01:00". */
bool moment_read(const char *text, int64_t *ret_moment);

/* What --at takes: the same; or so long before `now`, as "2h ago", "3d ago", "1d12h30m ago", with
 * weeks (w), days (d) and what Go's durations have. */
bool moment_read_at(const char *text, int64_t now, int64_t *ret_moment);

/* RFC 3339 in UTC, with a fraction where there is one: 2026-11-24T02:16:18.5Z. */
const char *moment_text(struct arena *a, int64_t moment);

/* The same for a file's name: 20261124T021618.5Z. */
const char *moment_name(struct arena *a, int64_t moment);

#endif
