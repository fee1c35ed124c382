/* A clock whose hands only move when told, or by sleeping on it. Thread-safe. */
#ifndef SUPPORT_TEST_CLOCK_H
#define SUPPORT_TEST_CLOCK_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/clock.h"

#define TEST_CLOCK_SLEEPS 64

struct test_clock {
    struct clock clock;
    _Atomic int64_t epoch_ms;     /* what `now` says */
    _Atomic int64_t monotonic_ms; /* starts at 0 */
    atomic_size_t n_sleeps;
    _Atomic int64_t sleeps[TEST_CLOCK_SLEEPS]; /* the first ones asked for, in milliseconds */
};

void test_clock_init(struct test_clock *t, int64_t epoch_ms);
void test_clock_advance(struct test_clock *t, int64_t ms);

#endif
