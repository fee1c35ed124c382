#include "unit.h"

#include "base/str.h"

/* Values as Go's time.ParseDuration gives them, cut to whole milliseconds. */
static const struct {
    const char *text;
    int64_t ms;
} good[] = {
    {"0", 0},
    {"+0", 0},
    {"0s", 0},
    {"300ms", 300},
    {"1.5s", 1500},
    {"24h", 86400000},
    {"1h30m", 5400000},
    {"24h0m0s", 86400000},
    {"+5s", 5000},
    {".5s", 500},
    {"1.s", 1000},
    {"1h.5m", 3630000},
    {"1s1s", 2000},
    {"1m1h", 3660000},
    {"1500us", 1},
    {"1500\xC2\xB5s", 1},
    {"1500\xCE\xBCs", 1},
    {"1999999ns", 1},
    {"999999ns", 0},
    {"0.0005h", 1800},
    {"0.100000000000000000000h", 360000},
    {"0.000000000000000001s", 0},
    {"2540400h", 9145440000000},
};
static const char *const bad[] = {
    "",         "3",    "-1s",  "-0",    "s",         ".s",    "1",
    "1x",       "1 s",  " 1s",  "1s ",   "1ss",       "1d",    "1S",
    "+",        "++1s", "1.5",  "1..5s", "1,5s",      "1h30",  "9999999999999999999999s",
    "2600000h", "0x1s", "1e3s", "infs",  "\xC2\xB5s", "1h-1m",
};

static void test_good(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(good); i++) {
        int64_t ms = -1;

        if (!str_to_duration_ms(str_of(good[i].text), &ms) || ms != good[i].ms) {
            fail_msg("%s gave %lld", good[i].text, (long long)ms);
        }
    }
}

static void test_bad_leaves_the_output_alone(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad); i++) {
        int64_t ms = -1;

        if (str_to_duration_ms(str_of(bad[i]), &ms) || ms != -1) {
            fail_msg("\"%s\" was taken as %lld", bad[i], (long long)ms);
        }
    }
    assert_false(str_to_duration_ms((struct str){"1s\0", 3}, &(int64_t){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad_leaves_the_output_alone),
    };

    return cmocka_run_group_tests_name("str_duration", tests, NULL, NULL);
}
