#include "base/clock.h"

#include <sys/random.h>

#include "base/arena.h"
#include "base/cancel.h"

static struct timespec system_now(const struct clock *c)
{
    struct timespec t;

    (void)c;
    clock_gettime(CLOCK_REALTIME, &t);
    return t;
}

static int64_t system_monotonic_ms(const struct clock *c)
{
    struct timespec t;

    (void)c;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void system_sleep_ms(const struct clock *c, struct cancel *cancel, int64_t ms)
{
    (void)c;
    (void)cancel_wait_ms(cancel, ms);
}

const struct clock clock_system = {
    .now = system_now,
    .monotonic_ms = system_monotonic_ms,
    .sleep_ms = system_sleep_ms,
};

struct timespec clock_deadline(int64_t ms)
{
    int64_t end = system_monotonic_ms(NULL) + ms;

    return (struct timespec){.tv_sec = end / 1000, .tv_nsec = end % 1000 * 1000000};
}

void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

int64_t clock_jitter_ms(int64_t limit_ms)
{
    uint64_t random = 0;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        return limit_ms;
    }
    return (int64_t)(random % ((uint64_t)limit_ms + 1));
}

char *clock_rfc3339(struct arena *a, struct timespec t)
{
    struct tm tm;
    char text[64];

    if (gmtime_r(&t.tv_sec, &tm) == NULL) { /* a year that does not fit an int */
        return arena_printf(a, "@%lld", (long long)t.tv_sec);
    }
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return arena_strdup(a, text);
}
