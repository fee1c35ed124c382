/* Times as people and servers write them. */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "seedbank-bucket/moment.h"

#define S MOMENT_SECOND

static void test_rfc3339(void **state)
{
    static const struct {
        const char *text;
        int64_t moment;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T01:00:00+01:00", 0},
        {"2026-11-24T03:16:18Z", INT64_C(1795490178) * S},
        {"2026-11-24T04:16:18+01:00", INT64_C(1795490178) * S},
        {"2026-11-24 04:16:18+0100", INT64_C(1795490178) * S}, /* as people write it */
        {"2026-11-23T21:46:18-05:30", INT64_C(1795490178) * S},
        {"2026-11-24T03:16:18.123456789Z", INT64_C(1795490178) * S + 123456789},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800) * S},
        {"2000-02-29T12:00:00Z", INT64_C(951825600) * S},
        {"2261-12-31T23:59:59Z", INT64_C(9214646399) * S},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t moment = -1;
        assert_true(moment_read(rows[i].text, &moment));
        assert_int_equal(moment, rows[i].moment);
    }
}

static void test_what_is_no_time_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "2026",
        "2026-11-24",
        "2026-11-24T03:16:18", /* whose hour? */
        "2026-11-24T03:16Z",
        "2026-11-24T03:16:18.Z",
        "2026-11-24T03:16:18Z ",
        " 2026-11-24T03:16:18Z",
        "2026-11-24T03:16:18+1:00",
        "2026-11-24T03:16:18+24:00",
        "2026-11-24T24:00:00Z",
        "2026-11-24T03:60:00Z",
        "2026-11-24T03:16:61Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01", /* before the epoch */
        "2263-01-01T00:00:00Z",
        "+026-11-24T03:16:18Z",
        "2026-11-24T03:16:18,5Z",
    };
    int64_t moment = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_false(moment_read(rows[i], &moment));
        assert_false(moment_read_at(rows[i], INT64_MAX, &moment));
    }
    assert_int_equal(moment, 7);
}

/* Against the C library, one day after the other. */
static void test_every_day_of_the_calendar(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (int64_t day = 0; day < 106000; day += 7) {
        time_t t = (time_t)(day * 86400 + day % 86400);
        char text[64];
        struct tm tm;
        int64_t moment = -1;
        gmtime_r(&t, &tm);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
        assert_true(moment_read(text, &moment));
        assert_int_equal(moment, (int64_t)t * S);
        assert_string_equal(moment_text(a, moment), text);
    }
    arena_free(a);
}

static void test_times_of_a_listing(void **state)
{
    (void)state;
    assert_int_equal(moment_of((struct timespec){.tv_sec = 7, .tv_nsec = 9}), 7 * S + 9);
    assert_int_equal(moment_of((struct timespec){.tv_sec = INT64_MAX / 2}), INT64_MAX);
}

static void test_so_long_ago(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"0s ago", 0},         {"2h ago", 7200},         {"2hago", 7200},
        {"90m ago", 5400},     {"3d ago", 259200},       {"1w ago", 604800},
        {"1w2d  ago", 777600}, {"1d12h30m ago", 131400}, {"1.5h ago", 5400},
    };
    static const char *const none[] = {
        "ago",
        " ago",
        "2h",
        "2 ago",
        "2y ago",
        "-2h ago",
        "2h ago ",
        "d ago",
        "2h3d ago",
        "h ago",
        "1000000d ago",
        "999999w ago",
        "2h agoago",
        "2d-1h ago",
        "1d 2h ago",
        "yesterday",
        "99999999999999999999d ago",
    };
    const int64_t now = INT64_C(1795490178) * S;
    int64_t moment = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(moment_read_at(rows[i].text, now, &moment));
        assert_int_equal(moment, now - rows[i].seconds * S);
    }
    moment = 7;
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_false(moment_read_at(none[i], now, &moment));
    }
    assert_false(moment_read_at("2h ago", S, &moment)); /* before the epoch */
    assert_int_equal(moment, 7);
}

static void test_texts(void **state)
{
    struct arena *a = arena_new();
    const int64_t second = INT64_C(1795490178) * S;

    (void)state;
    assert_string_equal(moment_text(a, second), "2026-11-24T03:16:18Z");
    assert_string_equal(moment_text(a, second + S / 2), "2026-11-24T03:16:18.5Z");
    assert_string_equal(moment_text(a, second + 1), "2026-11-24T03:16:18.000000001Z");
    assert_string_equal(moment_name(a, second), "20261124T031618Z");
    assert_string_equal(moment_name(a, second + S / 4), "20261124T031618.25Z");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test(test_what_is_no_time_is_refused),
        cmocka_unit_test(test_every_day_of_the_calendar),
        cmocka_unit_test(test_times_of_a_listing),
        cmocka_unit_test(test_so_long_ago),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
