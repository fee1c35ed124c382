#include "schema/private_state.h"

#include "fixture.h"

static struct private_state *parsed(struct ctx *cx, const char *text)
{
    return private_state_parse(cx, str_of(text));
}

static void assert_bytes(struct ctx *cx, const struct private_state *p, const char *wanted)
{
    struct str bytes = private_state_bytes(cx, p);
    assert_true(str_is(bytes, wanted));
}

static void notes_come_back(void **state)
{
    struct ctx *cx = *state;
    struct private_state *p = parsed(cx, "");
    private_state_set(p, "b", "2 \"quoted\" \xc3\xa4");
    private_state_set(p, "a", "1");
    struct str bytes = private_state_bytes(cx, p);
    assert_true(str_is(bytes, "{\"a\":\"1\",\"b\":\"2 \\\"quoted\\\" \xc3\xa4\"}"));
    struct private_state *again = private_state_parse(cx, bytes);
    assert_string_equal(private_state_get(again, "a"), "1");
    assert_string_equal(private_state_get(again, "b"), "2 \"quoted\" \xc3\xa4");
    assert_null(private_state_get(again, "c"));
    assert_null(cx->diags.first);
}

static void notes_change_and_go(void **state)
{
    struct ctx *cx = *state;
    struct private_state *p = parsed(cx, "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}");
    const char *before = private_state_get(p, "a");
    private_state_set(p, "a", "9");
    assert_string_equal(before, "1");
    assert_string_equal(private_state_get(p, "a"), "9");
    private_state_unset(p, "b");
    private_state_unset(p, "b");
    assert_bytes(cx, p, "{\"a\":\"9\",\"c\":\"3\"}");
    private_state_unset(p, "c");
    private_state_unset(p, "a");
    assert_int_equal(private_state_bytes(cx, p).n, 0);
}

static void the_callers_text_is_copied(void **state)
{
    struct ctx *cx = *state;
    struct private_state *p = parsed(cx, "");
    char key[] = "key";
    char value[] = "value";
    private_state_set(p, key, value);
    key[0] = value[0] = 'X';
    assert_string_equal(private_state_get(p, "key"), "value");
}

static void a_value_that_is_not_utf8_is_mended(void **state)
{
    struct ctx *cx = *state;
    struct private_state *p = parsed(cx, "");
    private_state_set(p, "a", "x\xff");
    assert_bytes(cx, p, "{\"a\":\"x\xef\xbf\xbd\"}");
}

static void what_does_not_parse_is_empty_with_a_warning(void **state)
{
    struct ctx *cx = *state;
    static const char *const texts[] = {
        "x",
        "[]",
        "null",
        "{\"a\":1}",
        "{\"a\":\"1\",\"b\":null}",
        "{\"a\":\"1\"",
        "{\"a\":\"1\"}x",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct private_state *p = parsed(cx, texts[i]);
        assert_null(private_state_get(p, "a"));
        assert_int_equal(private_state_bytes(cx, p).n, 0);
        assert_int_equal(cx->diags.warnings, i + 1);
        private_state_set(p, "a", "2");
        assert_bytes(cx, p, "{\"a\":\"2\"}");
    }
    assert_int_equal(cx->diags.errors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(notes_come_back),
        TEST(notes_change_and_go),
        TEST(the_callers_text_is_copied),
        TEST(a_value_that_is_not_utf8_is_mended),
        TEST(what_does_not_parse_is_empty_with_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
