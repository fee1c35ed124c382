#include "fixture.h"

static void json_round_trips(void **state)
{
    struct ctx *cx = *state;
    static const char *const texts[] = {
        "\"string\"",
        "\"number\"",
        "\"bool\"",
        "\"dynamic\"",
        "[\"list\",\"string\"]",
        "[\"set\",[\"map\",\"number\"]]",
        "[\"object\",{}]",
        "[\"tuple\",[]]",
        "[\"tuple\",[\"string\",\"bool\",[\"list\",\"dynamic\"]]]",
        "[\"object\",{\"a\":\"string\",\"b\":[\"object\",{\"c\":\"bool\"}]}]",
        "[\"object\",{\"a\\\"b\\\\\\u003c\\n\\u2028\":\"string\"}]",
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        assert_string_equal(type_json(cx->arena, type_of(cx, texts[i])), texts[i]);
    }
}

static void fields_are_sorted(void **state)
{
    struct ctx *cx = *state;
    const struct type *t = type_of(cx, " [ \"object\" , {\"b\":\"bool\", \"a\":\"number\"} ] ");
    assert_string_equal(t->fields[0].name, "a");
    assert_int_equal(type_field_index(t, STR_LIT("a")), 0);
    assert_int_equal(type_field_index(t, STR_LIT("b")), 1);
    assert_int_equal(type_field_index(t, STR_LIT("")), -1);
    assert_int_equal(type_field_index(t, STR_LIT("ab")), -1);
    assert_int_equal(type_field_index(t, STR_LIT("b\0")), -1);
    struct type_field reversed[] = {{"b", &type_bool}, {"a", &type_number}};
    assert_true(type_eq(t, type_object(cx->arena, reversed, 2)));
}

static void every_field_of_many_is_found(void **state)
{
    struct ctx *cx = *state;
    struct type_field fields[300];
    for (size_t i = 0; i < LENGTH(fields); i++) {
        fields[i] = (struct type_field){arena_printf(cx->arena, "f%zu", i * 7 % 300), &type_bool};
    }
    const struct type *t = type_object(cx->arena, fields, LENGTH(fields));
    for (size_t i = 0; i < LENGTH(fields); i++) {
        assert_int_equal(type_field_index(t, str_of(t->fields[i].name)), i);
    }
}

static void malformed_types_are_refused(void **state)
{
    struct ctx *cx = *state;
    static const char *const texts[] = {
        "",
        "\"strin\"",
        "\"String\"",
        "1",
        "null",
        "{}",
        "[]",
        "[\"list\"]",
        "[\"list\",\"string\",\"string\"]",
        "[\"bag\",\"string\"]",
        "[[\"list\"],\"string\"]",
        "[\"object\",[]]",
        "[\"object\",{\"a\":\"string\",\"a\":\"bool\"}]",
        "[\"object\",{\"a\\u0000b\":\"string\"}]",
        "[\"tuple\",{}]",
        "[\"tuple\",[\"nothing\"]]",
        "\"string\" \"string\"",
        "\"string",
        "[\"list\",\"string\"",
        "[\"object\",{\"\\udc00\":\"string\"}]",
        "\xff",
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        const struct type *t = NULL;
        size_t errors = cx->diags.errors;
        if (type_parse(cx, str_of(texts[i]), &t) != RC_FAIL) {
            fail_msg("accepted %s", texts[i]);
        }
        assert_int_equal(cx->diags.errors, errors + 1);
        assert_null(t);
    }
}

static void nesting_is_bounded(void **state)
{
    struct ctx *cx = *state;
    static const size_t depths[] = {63, 64, 200, 100000};
    for (size_t i = 0; i < LENGTH(depths); i++) {
        size_t n = depths[i], unit = strlen("[\"list\",");
        char *text = arena_alloc(cx->arena, n * (unit + 1) + 9);
        for (size_t k = 0; k < n; k++) {
            memcpy(text + k * unit, "[\"list\",", unit);
            text[n * unit + 8 + k] = ']';
        }
        memcpy(text + n * unit, "\"string\"", 8);
        const struct type *t;
        assert_int_equal(type_parse(cx, str_of(text), &t), n < 64 ? RC_OK : RC_FAIL);
    }
}

static void order_is_total(void **state)
{
    struct ctx *cx = *state;
    static const char *const texts[] = {
        "\"bool\"",
        "\"number\"",
        "\"string\"",
        "[\"list\",\"bool\"]",
        "[\"list\",\"string\"]",
        "[\"set\",\"bool\"]",
        "[\"object\",{}]",
        "[\"object\",{\"a\":\"bool\"}]",
        "[\"object\",{\"a\":\"number\"}]",
        "[\"object\",{\"b\":\"bool\"}]",
        "[\"tuple\",[]]",
        "[\"tuple\",[\"bool\"]]",
        "[\"tuple\",[\"number\"]]",
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        for (size_t k = 0; k < LENGTH(texts); k++) {
            int c = type_cmp(type_of(cx, texts[i]), type_of(cx, texts[k]));
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
    }
}

static void text_is_for_people(void **state)
{
    struct ctx *cx = *state;
    assert_string_equal(type_text(cx->arena, type_of(cx, "[\"list\",[\"set\",\"string\"]]")),
                        "list of set of string");
    assert_string_equal(type_text(cx->arena, &type_dynamic), "any type");
    assert_string_equal(type_text(cx->arena, type_of(cx, "[\"object\",{\"a\":\"bool\"}]")),
                        "object");
}

RUN_TESTS(TEST(json_round_trips), TEST(fields_are_sorted), TEST(every_field_of_many_is_found),
          TEST(malformed_types_are_refused), TEST(nesting_is_bounded), TEST(order_is_total),
          TEST(text_is_for_people))
