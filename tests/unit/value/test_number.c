#include <float.h>
#include <math.h>

#include "fixture.h"
#include "value/number.h"

static char *zeros(struct ctx *cx, const char *before, size_t n, const char *after)
{
    char *text = arena_alloc(cx->arena, strlen(before) + n + strlen(after) + 1);
    memcpy(text, before, strlen(before));
    memset(text + strlen(before), '0', n);
    memcpy(text + strlen(before) + n, after, strlen(after));
    return text;
}

static void canonical_form(void **state)
{
    struct ctx *cx = *state;
    const struct {
        const char *text, *wanted;
    } rows[] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.000e5", "0"},
        {"007", "7"},
        {"1", "1"},
        {"-1", "-1"},
        {"1.0", "1"},
        {"1.50", "1.5"},
        {"0.1", "0.1"},
        {"-0.10", "-0.1"},
        {"1e2", "100"},
        {"1E+2", "100"},
        {"1.25e1", "12.5"},
        {"12.5e-3", "0.0125"},
        {"0.001e3", "1"},
        {"0.00120e1", "0.012"},
        {"1200e-2", "12"},
        {"18446744073709551616", "18446744073709551616"},
        {"1e20", "100000000000000000000"},
        {"1e511", zeros(cx, "1", 511, "")},
        {"1e512", "1e512"},
        {"-12e600", "-1.2e601"},
        {"1e-511", zeros(cx, "0.", 510, "1")},
        {"1e-512", "1e-512"},
        {"1e-100000", "1e-100000"},
        {"1e100000", "1e100000"},
        {"10e99999", "1e100000"},
        {"0.1e100001", "1e100000"},
        {"0e99999", "0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct str got, again;
        assert_true(number_canonical(cx->arena, str_of(rows[i].text), &got));
        assert_str(got, rows[i].wanted);
        assert_true(number_is_canonical(got));
        assert_true(number_canonical(cx->arena, got, &again));
        assert_true(str_eq(got, again));
        assert_int_equal(number_is_canonical(str_of(rows[i].text)),
                         strcmp(rows[i].text, rows[i].wanted) == 0);
    }
}

static void malformed_numbers_are_refused(void **state)
{
    struct ctx *cx = *state;
    const char *const texts[] = {
        "",
        "-",
        "+1",
        ".5",
        "5.",
        "1e",
        "1e+",
        "1 ",
        " 1",
        "0x10",
        "1_000",
        "1,5",
        "NaN",
        "Infinity",
        "inf",
        "1e1.5",
        "--1",
        "1-",
        "1e100001",
        "1e-100001",
        "1e99999999999999999999",
        "1.e5",
        "e5",
        "\xd9\xa1",
        "1e5e5",
        zeros(cx, "1", 4096, ""),
        zeros(cx, "1", 4094, "1"),
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct str got = {NULL, 0};
        if (number_canonical(cx->arena, str_of(texts[i]), &got)) {
            fail_msg("accepted \"%s\"", texts[i]);
        }
        assert_null(got.p);
    }
    struct str nul = {"1\0", 2}, got;
    assert_false(number_canonical(cx->arena, nul, &got));
}

static void order(void **state)
{
    struct ctx *cx = *state;
    const char *const texts[] = {
        "-1e600", "-10",     "-9.5",  "-9",     "-0.1",
        "-0.09",  "-1e-600", "0",     "1e-600", "0.01",
        "0.09",   "0.1",     "0.11",  "1",      "1.5",
        "2",      "9",       "9.5",   "10",     "18446744073709551616",
        "1e512",  "1.1e512", "1e513",
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        for (size_t k = 0; k < LENGTH(texts); k++) {
            int c = number_cmp(str_of(texts[i]), str_of(texts[k]));
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
    }
    (void)cx;
}

static void integers(void **state)
{
    struct ctx *cx = *state;
    const struct {
        const char *text;
        bool fits;
        int64_t n;
    } rows[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"1.5", false, 0},
        {"1e600", false, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        int64_t n = 77;
        assert_int_equal(number_to_i64(str_of(rows[i].text), &n), rows[i].fits);
        assert_true(n == (rows[i].fits ? rows[i].n : 77));
    }
    assert_str(number_of_i64(cx->arena, INT64_MIN), "-9223372036854775808");
    assert_str(number_of_u64(cx->arena, UINT64_MAX), "18446744073709551615");
    assert_true(number_is_whole(STR_LIT("0")));
    assert_true(number_is_whole(STR_LIT("1e600")));
    assert_false(number_is_whole(STR_LIT("1.5")));
    assert_false(number_is_whole(STR_LIT("1e-600")));
}

static void doubles_are_exact(void **state)
{
    struct ctx *cx = *state;
    const double exact[] = {0.5,
                            -0.5,
                            1.5,
                            0.1,
                            1e20,
                            1e-5,
                            3.0,
                            DBL_MAX,
                            DBL_MIN,
                            -DBL_MIN,
                            DBL_TRUE_MIN,
                            DBL_EPSILON,
                            1.0 - DBL_EPSILON,
                            123456789.123456789};
    for (size_t i = 0; i < LENGTH(exact); i++) {
        struct str text = number_of_double(cx->arena, exact[i]);
        double back = 0;
        assert_true(number_is_canonical(text));
        assert_true(number_to_double(text, &back));
        assert_memory_equal(&back, &exact[i], sizeof back);
    }
    assert_str(number_of_double(cx->arena, 0.5), "0.5");
    assert_str(number_of_double(cx->arena, -0.0), "0");
    assert_str(number_of_double(cx->arena, 0.1),
               "0.1000000000000000055511151231257827021181583404541015625");
    const char *const inexact[] = {"0.1",
                                   "0.3",
                                   "1e-400",
                                   "1e600",
                                   "0.15",
                                   "9007199254740993",
                                   "0.10000000000000000555111512312578",
                                   "0.25000000000000000000000000000000000005"};
    for (size_t i = 0; i < LENGTH(inexact); i++) {
        double d = 7;
        assert_false(number_to_double(str_of(inexact[i]), &d));
        assert_true(d == 7);
    }
}

static void brief_form(void **state)
{
    struct ctx *cx = *state;
    const struct {
        const char *text, *wanted;
    } rows[] = {
        {"0", "0"},
        {"-1", "-1"},
        {"100", "100"},
        {"0.5", "0.5"},
        {"9999999999", "9999999999"},
        {"10000000000", "1e+10"},
        {"18446744073709551615", "1.844674407e+19"},
        {"-3.141592653589793238", "-3.141592654"},
        {"0.0001", "0.0001"},
        {"0.00001", "1e-05"},
        {"1.0000000005", "1"},
        {"1.0000000015", "1.000000002"},
        {"1.000000000500000000001", "1.000000001"},
        {"99999999999", "1e+11"},
        {"0.99999999999", "1"},
        {"99999999994", "9.999999999e+10"},
        {"12345678901", "1.23456789e+10"},
        {"1234567890.5", "1234567890"},
        {"1234567891.5", "1234567892"},
        {"-0.00025", "-0.00025"},
        {"0.0000123456789012", "1.23456789e-05"},
        {"0.1000000000004", "0.1"},
        {"123.456", "123.456"},
        {"1e400", "1e+400"},
        {"-1e-400", "-1e-400"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct str canonical;
        assert_true(number_canonical(cx->arena, str_of(rows[i].text), &canonical));
        assert_str(number_brief(cx->arena, canonical), rows[i].wanted);
    }
}

RUN_TESTS(TEST(canonical_form), TEST(malformed_numbers_are_refused), TEST(order), TEST(brief_form),
          TEST(integers), TEST(doubles_are_exact))
