#include "test_clock.h"

static struct timespec test_now(const struct clock *c)
{
    struct test_clock *t = c->state;
    int64_t ms = atomic_load(&t->epoch_ms);

    return (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
}

static int64_t test_monotonic_ms(const struct clock *c)
{
    struct test_clock *t = c->state;

    return atomic_load(&t->monotonic_ms);
}

static void test_sleep_ms(const struct clock *c, struct cancel *cancel, int64_t ms)
{
    struct test_clock *t = c->state;
    size_t i = atomic_fetch_add(&t->n_sleeps, 1);

    (void)cancel;
    if (i < TEST_CLOCK_SLEEPS) {
        atomic_store(&t->sleeps[i], ms);
    }
    test_clock_advance(t, ms);
}

void test_clock_init(struct test_clock *t, int64_t epoch_ms)
{
    memset(t, 0, sizeof *t);
    t->clock = (struct clock){
        .now = test_now,
        .monotonic_ms = test_monotonic_ms,
        .sleep_ms = test_sleep_ms,
        .state = t,
    };
    atomic_store(&t->epoch_ms, epoch_ms);
}

void test_clock_advance(struct test_clock *t, int64_t ms)
{
    atomic_fetch_add(&t->epoch_ms, ms);
    atomic_fetch_add(&t->monotonic_ms, ms);
}
