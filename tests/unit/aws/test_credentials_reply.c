/* Times, and sets that are none. */
#include "aws/credentials_private.h"
#include "fixture.h"

static void times_are_utc_or_have_an_offset(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: malformed */
    } rows[] = {
        {"2026-11-24T03:16:18Z", 1795490178},
        {"2026-11-24T03:16:18.123456Z", 1795490178},
        {"2026-11-24T03:16:18+00:00", 1795490178},
        {"2026-11-24T04:46:18+01:30", 1795490178},
        {"2026-11-23T22:16:18-0500", 1795490178},
        {"1970-01-01T00:00:00Z", 0},
        {"2100-02-28T23:59:60Z", 4107542400},
        {"", -1},
        {"2026-11-24", -1},
        {"2026-11-24T03:16:18", -1},
        {"2026-11-24T03:16Z", -1},
        {"2026-13-24T03:16:18Z", -1},
        {"2026-00-24T03:16:18Z", -1},
        {"2026-11-00T03:16:18Z", -1},
        {"2026-11-24T24:16:18Z", -1},
        {"2026-11-24T03:60:18Z", -1},
        {"2026-11-24T03:16:18Zx", -1},
        {"2026-11-24T03:16:18+1", -1},
        {"2026-11-24T03:16:18+24:00", -1},
        {"1969-11-24T03:16:18Z", -1},
        {"1795490178", -1},
        {"never", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = -1;
        bool ok = credentials_reply_time(rows[i].text, &got);
        if (ok != (rows[i].seconds >= 0) || got != rows[i].seconds) {
            fail_msg("%s: %lld", rows[i].text, (long long)got);
        }
    }
}

static void sets_must_be_whole_and_alive(void **state)
{
    static const struct {
        struct credentials_reply reply;
        const char *why; /* NULL: good */
    } rows[] = {
        {{"A", SECRET, TOKEN, SOON}, NULL},
        {{"A", SECRET, "", ""}, NULL},
        {{"A", SECRET, NULL, NULL}, NULL},
        {{NULL, SECRET, TOKEN, SOON}, "lacks"},
        {{"", SECRET, TOKEN, SOON}, "lacks"},
        {{"A", NULL, TOKEN, SOON}, "lacks"},
        {{"A", "", TOKEN, SOON}, "lacks"},
        {{"A", SECRET, TOKEN, "2026-11-24T03:16:18Z"}, "check the clock"},
        {{"A", SECRET, TOKEN, "soon"}, "malformed"},
        {{"A\r\nx: y", SECRET, TOKEN, SOON}, "line break"},
        {{"A", SECRET "\n", TOKEN, SOON}, "line break"},
        {{"A", SECRET, "\r" TOKEN, SOON}, "line break"},
    };
    struct fixture *f = *state;
    const struct credentials_search s = {.of = fixture_new(f)};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct credentials_set set = {.expires = -1};
        const char *why = "accepted", *wanted = rows[i].why ? rows[i].why : "accepted";
        bool ok = credentials_reply_take(f->cx, &s, &rows[i].reply, &set, &why);
        if (ok != (rows[i].why == NULL) || !strstr(why, wanted)) {
            fail_msg("row %zu: %s", i, why);
        }
        if (!ok) {
            assert_int_equal(set.expires, -1);
            assert_null(strstr(why, SECRET));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_utc_or_have_an_offset),
        TEST(sets_must_be_whole_and_alive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
