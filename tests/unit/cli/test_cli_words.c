#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli_words.h"
#include "unit.h"

static void test_numbers(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(cli_words_count(a, 0), "0");
    assert_string_equal(cli_words_count(a, 999), "999");
    assert_string_equal(cli_words_count(a, 1000), "1,000");
    assert_string_equal(cli_words_count(a, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(cli_words_of(a, 1, "object", "objects"), "1 object");
    assert_string_equal(cli_words_of(a, 1234567, "object", "objects"), "1,234,567 objects");
    arena_free(a);
}

static void test_bytes(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(cli_words_bytes(a, 0), "0 bytes");
    assert_string_equal(cli_words_bytes(a, 1), "1 byte");
    assert_string_equal(cli_words_bytes(a, 1023), "1023 bytes");
    assert_string_equal(cli_words_bytes(a, 1024), "1.0 KiB");
    assert_string_equal(cli_words_bytes(a, (UINT64_C(1) << 20) - 1), "1.0 MiB");
    assert_string_equal(cli_words_bytes(a, UINT64_C(5) << 30), "5.0 GiB");
    assert_string_equal(cli_words_bytes(a, UINT64_MAX), "16.0 EiB");
    arena_free(a);
}

static void test_spans(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(cli_words_span(a, -5), "0 s");
    assert_string_equal(cli_words_span(a, 59), "59 s");
    assert_string_equal(cli_words_span(a, 200), "3 min 20 s");
    assert_string_equal(cli_words_span(a, 60), "1 min");
    assert_string_equal(cli_words_span(a, 7500), "2 h 5 min");
    assert_string_equal(cli_words_span(a, 86400), "24 h");
    assert_string_equal(cli_words_span(a, 9 * 86400), "9 days");
    arena_free(a);
}

static void test_a_word_stays_a_word(void **state)
{
    struct arena *a = arena_new();
    struct buf *line = buf_new(a, 100);

    (void)state;
    cli_words_add(line, "apply");
    cli_words_add(line, "a/b-1.plan");
    cli_words_add(line, "a plan");
    cli_words_add(line, "it's");
    cli_words_add(line, "");
    assert_string_equal(line->data, "apply a/b-1.plan 'a plan' 'it'\\''s' ''");
    arena_free(a);
}

static void test_a_key_stays_a_line(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(cli_words_key(a, "a/b c"), "a/b c");
    assert_string_equal(cli_words_key(a, "a\nb\x01\x7f"), "a\\x0ab\\x01\\x7f");
    assert_string_equal(cli_words_key(a, "gr\xc3\xbc\xc3\x9f\xf0\x9f\x8c\xb1"),
                        "gr\xc3\xbc\xc3\x9f\xf0\x9f\x8c\xb1");
    assert_string_equal(cli_words_key(a, "\xff\xc3"), "\\xff\\xc3");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_a_word_stays_a_word),
        cmocka_unit_test(test_a_key_stays_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
