#include "unit.h"

#include "base/arena.h"
#include "base/str.h"

static void test_comparing(void **state)
{
    (void)state;
    assert_true(str_eq(str_of(NULL), STR_LIT("")));
    assert_true(str_is(STR_LIT("seed"), "seed"));
    assert_false(str_is(STR_LIT("seed"), "see"));
    assert_false(str_eq((struct str){"a\0b", 3}, (struct str){"a\0c", 3}));
    assert_true(str_cmp(STR_LIT("a"), STR_LIT("b")) < 0);
    assert_true(str_cmp(STR_LIT("ab"), STR_LIT("a")) > 0);
    assert_true(str_cmp(STR_LIT("a"), STR_LIT("ab")) < 0);
    assert_true(str_cmp(STR_LIT("\x80"), STR_LIT("a")) > 0);
    assert_int_equal(str_cmp(STR_LIT(""), str_of(NULL)), 0);
    assert_true(str_starts("seedbank", "seed"));
    assert_true(str_starts("seed", ""));
    assert_false(str_starts("see", "seed"));
    assert_true(str_ends("seedbank", "bank"));
    assert_true(str_ends("bank", "bank"));
    assert_false(str_ends("nk", "bank"));
}

static void test_dup_is_c_text(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(str_dup(a, (struct str){"seedbank", 4}), "seed");
    assert_string_equal(str_dup(a, (struct str){"a\0b", 3}), "a");
    assert_string_equal(str_dup(a, (struct str){NULL, 0}), "");
    arena_free(a);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        bool i64_ok, u64_ok;
        int64_t i64;
        uint64_t u64;
    } rows[] = {
        {"0", true, true, 0, 0},
        {"42", true, true, 42, 42},
        {"007", true, true, 7, 7},
        {"-1", true, false, -1, 0},
        {"-0", true, false, 0, 0},
        {"9223372036854775807", true, true, INT64_MAX, INT64_MAX},
        {"9223372036854775808", false, true, 0, 9223372036854775808u},
        {"-9223372036854775808", true, false, INT64_MIN, 0},
        {"-9223372036854775809", false, false, 0, 0},
        {"18446744073709551615", false, true, 0, UINT64_MAX},
        {"18446744073709551616", false, false, 0, 0},
        {"99999999999999999999999", false, false, 0, 0},
        {"", false, false, 0, 0},
        {"-", false, false, 0, 0},
        {"+1", false, false, 0, 0},
        {" 1", false, false, 0, 0},
        {"1 ", false, false, 0, 0},
        {"1e3", false, false, 0, 0},
        {"0x10", false, false, 0, 0},
        {"--1", false, false, 0, 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int64_t n = 77;
        uint64_t u = 77;

        assert_int_equal(str_to_i64(str_of(rows[i].text), &n), rows[i].i64_ok);
        assert_true(n == (rows[i].i64_ok ? rows[i].i64 : 77));
        assert_int_equal(str_to_u64(str_of(rows[i].text), &u), rows[i].u64_ok);
        assert_true(u == (rows[i].u64_ok ? rows[i].u64 : 77));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparing),
        cmocka_unit_test(test_dup_is_c_text),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
