#include <stdio.h>

#include "fixture.h"
#include "value/value_json.h"

static const struct value *decoded(struct ctx *cx, const char *text, const char *type)
{
    const struct value *v;
    if (value_json_decode(cx, str_of(text), type_of(cx, type), VALUE_JSON_REFUSE_EXTRAS, &v) !=
        RC_OK) {
        fail_msg("%s", cx->diags.last->detail);
    }
    return v;
}

static char *encoded(struct ctx *cx, const struct value *v, const char *type)
{
    struct str text;
    assert_int_equal(value_json_encode(cx, v, type_of(cx, type), &text), RC_OK);
    return arena_strndup(cx->arena, text.p, text.n);
}

static void texts_are_made_canonical(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *type, *text, *wanted;
    } rows[] = {
        {"\"number\"", " 1.50 ", "1.5"},
        {"\"number\"", "1E2", "100"},
        {"\"number\"", "0.1000000000000000000000000000000000000001",
         "0.1000000000000000000000000000000000000001"},
        {"\"number\"", "\"12\"", "12"},
        {"\"string\"", "12.50", "\"12.50\""},
        {"\"string\"", "true", "\"true\""},
        {"\"bool\"", "\"true\"", "true"},
        {"\"bool\"", "\"0\"", "false"},
        {"\"string\"", "\"\\u00e9\\ud83c\\udf31\\u0000\\/\"",
         "\"\xc3\xa9\xf0\x9f\x8c\xb1\\u0000/\""},
        {"[\"map\",\"string\"]", "{\"b\":\"1\",\"a\":\"2\",\"b\":\"3\"}",
         "{\"a\":\"2\",\"b\":\"3\"}"},
        {"[\"set\",\"number\"]", "[2,1.0,1,\"2\"]", "[1,2]"},
        {"[\"object\",{\"a\":\"bool\",\"b\":\"string\"}]", "{\"b\":\"x\",\"b\":\"y\"}",
         "{\"a\":null,\"b\":\"y\"}"},
        {"\"dynamic\"", "{\"type\":\"string\",\"value\":\"x\"}",
         "{\"value\":\"x\",\"type\":\"string\"}"},
        {"\"dynamic\"",
         "{\"type\":[\"list\",\"dynamic\"],\"value\":[{\"value\":1,\"type\":"
         "\"number\"}]}",
         "{\"value\":[{\"value\":1,\"type\":\"number\"}],\"type\":[\"list\",\"dynamic\"]}"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct value *v = decoded(cx, rows[i].text, rows[i].type);
        assert_string_equal(encoded(cx, v, rows[i].type), rows[i].wanted);
    }
}

static void malformed_texts_are_refused(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *type, *text;
    } rows[] = {
        {"\"string\"", ""},
        {"\"string\"", " "},
        {"\"string\"", "\"x"},
        {"\"string\"", "\"x\" 1"},
        {"\"string\"", "\"\xff\""},
        {"\"string\"", "\"\\udc00\""},
        {"\"string\"", "\"\\x\""},
        {"\"string\"", "[]"},
        {"\"string\"", "{}"},
        {"\"number\"", "0x10"},
        {"\"number\"", "01"},
        {"\"number\"", "NaN"},
        {"\"number\"", "true"},
        {"\"number\"", "\"\""},
        {"\"number\"", "\"1 \""},
        {"\"number\"", "1e999999"},
        {"\"bool\"", "1"},
        {"\"bool\"", "\"yes\""},
        {"[\"list\",\"string\"]", "{}"},
        {"[\"list\",\"string\"]", "[\"a\",]"},
        {"[\"list\",\"string\"]", "[\"a\""},
        {"[\"list\",\"string\"]", "[[]]"},
        {"[\"map\",\"string\"]", "[]"},
        {"[\"map\",\"string\"]", "{\"a\":{}}"},
        {"[\"map\",\"string\"]", "{1:\"a\"}"},
        {"[\"tuple\",[\"string\"]]", "[]"},
        {"[\"tuple\",[\"string\"]]", "[\"a\",\"b\"]"},
        {"[\"object\",{\"a\":\"string\"}]", "[]"},
        {"[\"object\",{\"a\":\"string\"}]", "{\"b\":\"x\"}"},
        {"[\"object\",{\"a\":\"string\"}]", "{\"a\":[]}"},
        {"\"dynamic\"", "\"x\""},
        {"\"dynamic\"", "{\"value\":\"x\"}"},
        {"\"dynamic\"", "{\"type\":\"string\"}"},
        {"\"dynamic\"", "{\"type\":\"strung\",\"value\":\"x\"}"},
        {"\"dynamic\"", "{\"type\":\"string\",\"value\":\"x\",\"more\":1}"},
        {"\"string\"", "// comment\n\"x\""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct value *v = NULL;
        size_t errors = cx->diags.errors;
        enum rc rc = value_json_decode(cx, str_of(rows[i].text), type_of(cx, rows[i].type),
                                       VALUE_JSON_REFUSE_EXTRAS, &v);
        if (rc != RC_FAIL) {
            fail_msg("accepted %s", rows[i].text);
        }
        assert_int_equal(cx->diags.errors, errors + 1);
        assert_null(v);
    }
}

/* State of another schema version: attributes gone and attributes new, at any depth. */
static void extras_are_ignored_when_asked(void **state)
{
    struct ctx *cx = *state;
    const struct type *t =
        type_of(cx, "[\"list\",[\"object\",{\"kept\":\"string\",\"new\":\"number\"}]]");
    const struct value *v;
    static const char text[] = "[{\"gone\":{\"deep\":[1,{}]},\"kept\":\"x\"}]";
    assert_int_equal(value_json_decode(cx, STR_LIT(text), t, VALUE_JSON_IGNORE_EXTRAS, &v), RC_OK);
    assert_str(value_field(v->items[0], "kept")->text, "x");
    assert_true(value_is_null(value_field(v->items[0], "new")));
    assert_int_equal(value_json_decode(cx, STR_LIT(text), t, VALUE_JSON_REFUSE_EXTRAS, &v),
                     RC_FAIL);
    assert_string_equal(path_text(cx->arena, cx->diags.last->path), "[0]");
    assert_non_null(strstr(cx->diags.last->detail, "gone"));
}

static void nesting_is_bounded(void **state)
{
    struct ctx *cx = *state;
    static const size_t depths[] = {128, 129, 1000000};
    const struct type *t = type_of(cx, "[\"object\",{}]");
    for (size_t i = 0; i < LENGTH(depths); i++) {
        size_t n = depths[i];
        char *text = arena_alloc(cx->arena, 6 * n + 6);
        memcpy(text, "{\"x\":", 5);
        memset(text + 5, '[', n - 1);
        memset(text + 5 + n - 1, ']', n - 1);
        text[5 + 2 * (n - 1)] = '}';
        const struct value *v;
        assert_int_equal(value_json_decode(cx, str_of(text), t, VALUE_JSON_IGNORE_EXTRAS, &v),
                         n <= 128 ? RC_OK : RC_FAIL);
    }
    assert_non_null(strstr(cx->diags.last->detail, "too deeply"));
}

static void unknown_is_not_stored(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct value *v = value_list(
        a, &type_list_of_string, ITEMS(cx, value_text(a, "x"), value_unknown(a, &type_string)), 2);
    struct str text = {NULL, 0};
    assert_int_equal(value_json_encode(cx, v, &type_list_of_string, &text), RC_FAIL);
    assert_string_equal(path_text(a, cx->diags.last->path), "[1]");
    assert_null(text.p);
    assert_int_equal(value_json_encode(cx, value_int(a, 1), &type_string, &text), RC_FAIL);
    assert_int_equal(value_json_encode(cx, NULL, &type_string, &text), RC_FAIL);
}

/* A message must not show what stands in the state. */
static void messages_hold_no_content(void **state)
{
    struct ctx *cx = *state;
    const struct value *v;
    assert_int_equal(value_json_decode(cx, STR_LIT("{\"a\":\"hunter2\" oops}"),
                                       type_of(cx, "[\"object\",{\"a\":\"string\"}]"),
                                       VALUE_JSON_REFUSE_EXTRAS, &v),
                     RC_FAIL);
    assert_null(strstr(cx->diags.last->detail, "hunter2"));
}

static void many_items_take_linear_time(void **state)
{
    struct ctx *cx = *state;
    enum { N = 50000 };
    size_t size = 0;
    char *text = arena_alloc(cx->arena, N * 20 + 2);
    for (size_t i = 0; i < N; i++) {
        size += (size_t)snprintf(text + size, 20, "%c\"k%zu\":%zu", i == 0 ? '{' : ',', i, i);
    }
    text[size++] = '}';
    const struct value *v;
    assert_int_equal(value_json_decode(cx, (struct str){text, size},
                                       type_of(cx, "[\"map\",\"number\"]"),
                                       VALUE_JSON_REFUSE_EXTRAS, &v),
                     RC_OK);
    assert_int_equal(v->n, N);
    assert_str(value_element(v, STR_LIT("k49999"))->text, "49999");
}

RUN_TESTS(TEST(texts_are_made_canonical), TEST(malformed_texts_are_refused),
          TEST(extras_are_ignored_when_asked), TEST(nesting_is_bounded),
          TEST(unknown_is_not_stored), TEST(messages_hold_no_content),
          TEST(many_items_take_linear_time))
