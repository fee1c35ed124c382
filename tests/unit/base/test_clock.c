#include "unit.h"

#include "base/arena.h"
#include "base/cancel.h"
#include "base/clock.h"

static void test_rfc3339(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(clock_rfc3339(a, (struct timespec){.tv_sec = 0}), "1970-01-01T00:00:00Z");
    assert_string_equal(clock_rfc3339(a, (struct timespec){1795490178, 999999999}),
                        "2026-11-24T03:16:18Z");
    assert_string_equal(clock_rfc3339(a, (struct timespec){951782400, 0}), "2000-02-29T00:00:00Z");
    assert_int_equal(clock_rfc3339(a, (struct timespec){INT64_MAX, 0})[0], '@');
    arena_free(a);
}

static void test_system_clock_moves_on(void **state)
{
    int64_t before = clock_system.monotonic_ms(&clock_system);
    struct timespec now = clock_system.now(&clock_system);
    int64_t slept;

    (void)state;
    clock_system.sleep_ms(&clock_system, NULL, 20);
    slept = clock_system.monotonic_ms(&clock_system) - before;
    assert_true(slept >= 19 && slept < 5000);
    assert_true(now.tv_sec > 1700000000);
}

static void test_sleep_ends_when_cancelled(void **state)
{
    struct cancel *c = cancel_new(NULL);
    int64_t before = clock_system.monotonic_ms(&clock_system);

    (void)state;
    cancel_raise(c);
    clock_system.sleep_ms(&clock_system, c, 60000);
    assert_true(clock_system.monotonic_ms(&clock_system) - before < 5000);
    cancel_free(c);
}

static void test_deadline_is_monotonic_time(void **state)
{
    static const int64_t waits[] = {0, 1, 999, 1000, 86400001};

    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        int64_t before = clock_system.monotonic_ms(&clock_system);
        struct timespec t = clock_deadline(waits[i]);
        assert_in_range(t.tv_nsec, 0, 999999999);
        assert_in_range(t.tv_sec * 1000 + t.tv_nsec / 1000000 - waits[i], before, before + 10000);
    }
}

static void test_jitter_reaches_both_ends_and_no_further(void **state)
{
    bool seen[4] = {false};

    (void)state;
    assert_int_equal(clock_jitter_ms(0), 0);
    for (int i = 0; i < 1000; i++) {
        int64_t ms = clock_jitter_ms(3);
        assert_in_range(ms, 0, 3);
        seen[ms] = true;
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test(test_system_clock_moves_on),
        cmocka_unit_test(test_deadline_is_monotonic_time),
        cmocka_unit_test(test_sleep_ends_when_cancelled),
        cmocka_unit_test(test_jitter_reaches_both_ends_and_no_further),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
