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

static void test_rfc3339_is_read(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t s;
        long ns;
    } rows[] = {
        {"1970-01-01T00:00:00Z", true, 0, 0},
        {"2015-08-30T12:36:00.000Z", true, 1440938160, 0},
        {"2026-11-24T03:16:18.123Z", true, 1795490178, 123000000},
        {"2026-11-24T03:16:18.123456789Z", true, 1795490178, 123456789},
        {"2026-11-24T04:16:18.5+01:00", true, 1795490178, 500000000},
        {"2026-11-23T23:46:18-03:30", true, 1795490178, 0},
        {"2000-02-29T23:59:59Z", true, 951868799, 0},
        {"2024-02-29T00:00:00Z", true, 1709164800, 0},
        {"9999-12-31T23:59:59Z", true, 253402300799, 0},
        {"1970-01-01T00:30:00+01:00", true, -1800, 0},
        {"2100-02-28T23:59:60Z", true, 4107542400, 0},
        {"2026-11-24t03:16:18z", true, 1795490178, 0},
        {"2026-11-24 03:16:18.1234567899Z", true, 1795490178, 123456789},
        {"2026-11-23T22:16:18-0500", true, 1795490178, 0},
        {"2026-01-01T00:00:61Z", false, 0, 0},
        {"2026-01-01T00:00:00+01000", false, 0, 0},
        {"2026-01-01T00:00:00+01:000", false, 0, 0},
        {"2026-01-01T00:00:00+1", false, 0, 0},
        {"2026-01-01", false, 0, 0},
        {"2026-01-01T00:00Z", false, 0, 0},
        {"1795490178", false, 0, 0},
        {"2100-02-29T00:00:00Z", false, 0, 0},
        {"2023-02-29T00:00:00Z", false, 0, 0},
        {"2026-13-01T00:00:00Z", false, 0, 0},
        {"2026-00-01T00:00:00Z", false, 0, 0},
        {"2026-04-31T00:00:00Z", false, 0, 0},
        {"2026-01-00T00:00:00Z", false, 0, 0},
        {"2026-01-01T24:00:00Z", false, 0, 0},
        {"2026-01-01T00:60:00Z", false, 0, 0},
        {"1969-12-31T23:59:59Z", false, 0, 0},
        {"2026-01-01T00:00:00", false, 0, 0},
        {"2026-01-01T00:00:00.Z", false, 0, 0},
        {"2026-01-01T00:00:00+01", false, 0, 0},
        {"2026-01-01T00:00:00+24:00", false, 0, 0},
        {"2026-01-01T00:00:00+01:60", false, 0, 0},
        {"2026-01-01T00:00:00ZZ", false, 0, 0},
        {"2026-1-01T00:00:00.00Z", false, 0, 0},
        {"20260101T000000000000Z", false, 0, 0},
        {"+026-01-01T00:00:00Z", false, 0, 0},
        {"Sun, 30 Aug 2015 12:36:00 GMT", false, 0, 0},
        {"", false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct timespec t = {-1, -1};
        bool good = clock_rfc3339_parse(str_of(rows[i].text), &t);
        if (good != rows[i].good ||
            (good ? t.tv_sec != rows[i].s || t.tv_nsec != rows[i].ns : t.tv_sec != -1)) {
            fail_msg("%s: %lld.%09ld", rows[i].text, (long long)t.tv_sec, t.tv_nsec);
        }
    }
}

/* Every day of some centuries, against the C library. */
static void test_rfc3339_is_read_as_it_is_written(void **state)
{
    (void)state;
    for (int64_t s = 0; s < INT64_C(8000000000); s += 86400 + 3661) {
        struct arena *a = arena_new();
        struct timespec t;
        assert_true(
            clock_rfc3339_parse(str_of(clock_rfc3339(a, (struct timespec){.tv_sec = s})), &t));
        assert_int_equal(t.tv_sec, s);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test(test_rfc3339_is_read),
        cmocka_unit_test(test_rfc3339_is_read_as_it_is_written),
        cmocka_unit_test(test_system_clock_moves_on),
        cmocka_unit_test(test_deadline_is_monotonic_time),
        cmocka_unit_test(test_sleep_ends_when_cancelled),
        cmocka_unit_test(test_jitter_reaches_both_ends_and_no_further),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
