#include "unit.h"

#include "base/arena.h"
#include "base/str.h"

#define BAD  "\xEF\xBF\xBD"
#define DOTS "\xE2\x80\xA6"

/* Invalid sequences, and what each becomes: one replacement per byte that starts no character. */
static const struct {
    struct str text;
    const char *clean;
} invalid[] = {
    {STR_INIT("\x80"), BAD},
    {STR_INIT("a\xFFz"), "a" BAD "z"},
    {STR_INIT("\xC0\x80"), BAD BAD},         /* overlong NUL */
    {STR_INIT("\xC1\xBF"), BAD BAD},         /* overlong */
    {STR_INIT("\xE0\x9F\xBF"), BAD BAD BAD}, /* overlong */
    {STR_INIT("\xF0\x8F\xBF\xBF"), BAD BAD BAD BAD},
    {STR_INIT("\xED\xA0\x80"), BAD BAD BAD},         /* a surrogate */
    {STR_INIT("\xF4\x90\x80\x80"), BAD BAD BAD BAD}, /* over U+10FFFF */
    {STR_INIT("\xF5\x80\x80\x80"), BAD BAD BAD BAD},
    {STR_INIT("\xC3"), BAD}, /* cut */
    {STR_INIT("\xE2\x82"), BAD BAD},
    {STR_INIT("\xF0\x9F\x8C"), BAD BAD BAD},
    {STR_INIT("\xE2\x82z"), BAD BAD "z"},
    {STR_INIT("\xF0\x9F\x8Cz"), BAD BAD BAD "z"},
};

static const struct str valid[] = {
    STR_INIT(""),
    STR_INIT("seed"),
    STR_INIT("a\0b"),
    STR_INIT("\x7F"),
    STR_INIT("\xC2\x80"),
    STR_INIT("\xDF\xBF"),
    STR_INIT("\xE0\xA0\x80"),
    STR_INIT("\xED\x9F\xBF"),
    STR_INIT("\xEE\x80\x80"),
    STR_INIT("\xEF\xBF\xBF"),
    STR_INIT("\xF0\x90\x80\x80"),
    STR_INIT("\xF4\x8F\xBF\xBF"),
};

static void test_valid_text(void **state)
{
    struct arena *a = arena_new();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(valid); i++) {
        assert_true(str_utf8_valid(valid[i]));
        if (memchr(valid[i].p, 0, valid[i].n) == NULL) {
            assert_string_equal(str_utf8_clean(a, valid[i], 100), valid[i].p);
        }
    }
    assert_true(str_utf8_valid((struct str){NULL, 0}));
    arena_free(a);
}

static void test_invalid_text(void **state)
{
    struct arena *a = arena_new();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(invalid); i++) {
        assert_false(str_utf8_valid(invalid[i].text));
        assert_string_equal(str_utf8_clean(a, invalid[i].text, 100), invalid[i].clean);
    }
    arena_free(a);
}

static void test_nul_is_replaced(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(str_utf8_clean(a, (struct str){"a\0b", 3}, 100), "a" BAD "b");
    assert_string_equal(str_utf8_clean(a, (struct str){NULL, 0}, 100), "");
    arena_free(a);
}

static void test_cuts_on_a_character_with_an_ellipsis(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(str_utf8_clean(a, STR_LIT("12345678"), 8), "12345678");
    assert_string_equal(str_utf8_clean(a, STR_LIT("123456789"), 8), "12345" DOTS);
    assert_string_equal(str_utf8_clean(a,
                                       STR_LIT("1234\xC3\xA9"
                                               "789"),
                                       8),
                        "1234" DOTS);
    assert_string_equal(str_utf8_clean(a, STR_LIT("1234"), 3), DOTS);
    assert_string_equal(str_utf8_clean(a, STR_LIT("\xFF\xFF\xFF"), 8), BAD DOTS);
    arena_free(a);
}

/* Whatever the bytes: the result is valid, within the bound, and cleaning it again changes
 * nothing. */
static void test_random_bytes(void **state)
{
    struct arena *a = arena_new();
    struct arena_mark m = arena_mark(a);
    uint32_t seed = 12345;
    char bytes[24];
    size_t i, max;
    int round;

    (void)state;
    for (round = 0; round < 20000; round++) {
        struct str s = {bytes, 0};
        char *clean;

        seed = seed * 1664525 + 1013904223;
        s.n = (seed >> 8) % sizeof bytes;
        max = 3 + (seed >> 16) % 24;
        for (i = 0; i < s.n; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
        }
        clean = str_utf8_clean(a, s, max);
        assert_true(strlen(clean) <= max);
        assert_true(str_utf8_valid(str_of(clean)));
        assert_string_equal(str_utf8_clean(a, str_of(clean), max), clean);
        arena_rewind(a, m);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_text),
        cmocka_unit_test(test_invalid_text),
        cmocka_unit_test(test_nul_is_replaced),
        cmocka_unit_test(test_cuts_on_a_character_with_an_ellipsis),
        cmocka_unit_test(test_random_bytes),
    };

    return cmocka_run_group_tests_name("str_utf8", tests, NULL, NULL);
}
