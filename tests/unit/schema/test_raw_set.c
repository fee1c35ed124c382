#include "schema/raw_set.h"

#include "base/buf.h"
#include "fixture.h"
#include "schema/raw_set_number.h"
#include "value/number.h"

/* Expectations are what Go prints for new(big.Float).SetPrec(512).Parse(text). */
static void numbers_are_written_as_go_writes_them(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *number, *text;
    } cases[] = {
        {"0", "0"},
        {"7", "7"},
        {"-7", "-7"},
        {"100", "100"},
        {"1234567890", "1234567890"},
        {"9999999999", "9999999999"},
        {"99999999994", "9.999999999e+10"},
        {"99999999999", "1e+11"},
        {"12345678901", "1.23456789e+10"},
        {"1e400", "1e+400"},
        {"3.141592653589793", "3.141592654"},
        {"1234567890.5", "1234567890"},
        {"1234567891.5", "1234567892"},
        {"0.5", "0.5"},
        {"-0.00025", "-0.00025"},
        {"0.0001", "0.0001"},
        {"0.00001", "1e-05"},
        {"0.0000123456789012", "1.23456789e-05"},
        {"0.1000000000004", "0.1"},
        {"123.456", "123.456"},
        {"1e-300", "1e-300"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str canonical;
        struct buf *key = buf_new(cx->arena, 64);
        assert_true(number_canonical(cx->arena, str_of(cases[i].number), &canonical));
        raw_set_number(key, canonical);
        assert_string_equal(key->data, cases[i].text);
    }
}

static const struct type *element_type(struct ctx *cx, const struct type *t)
{
    const struct type_field fields[] = {{"a", t}, {"b", &type_string}};
    return type_set(cx->arena, type_object(cx->arena, fields, COUNT(fields)));
}

static void assert_order(struct ctx *cx, const struct type *t, const char *wanted)
{
    const struct value *set = notation_value(cx->arena, element_type(cx, t), wanted);
    const char *got = notation_text(cx->arena, raw_set_order(cx->arena, set));
    assert_string_equal(got, wanted);
}

static void elements_stand_as_core_sends_them(void **state)
{
    struct ctx *cx = *state;
    assert_order(cx, &type_string, "[{a=a!} {a=a} {a=b} {a=?} {} ? null]");
    assert_order(cx, &type_string, "[{a=a b=y} {a=a b=z} {a=a b=?} {a=a}]");
    assert_order(cx, &type_string, "[{a=\\} {a=a} {a=a\"} {a=b}]");
    assert_order(cx, &type_number, "[{a=-1} {a=100} {a=10} {a=9} {a=?} {}]");
    assert_order(cx, &type_bool, "[{a=?} {a=false} {a=true} {}]");
    assert_order(cx, &type_list_of_string, "[{a=[x y]} {a=[x]} {a=[y]} {a=[]} {}]");
    assert_order(cx, &type_set_of_string, "[{a=[x y]} {a=[y]} {a=[]}]");
    assert_order(cx, &type_map_of_string, "[{a={k=v}} {a={k=w}} {a={}} {}]");
}

static void simple_sets_keep_their_order(void **state)
{
    struct ctx *cx = *state;
    const struct value *set = notation_value(cx->arena, &type_set_of_string, "[b a c]");
    assert_ptr_equal(raw_set_order(cx->arena, set), set);
    const struct value *unknown = value_unknown(cx->arena, &type_set_of_string);
    assert_ptr_equal(raw_set_order(cx->arena, unknown), unknown);
}

static void raw_sets_compare_by_content(void **state)
{
    struct ctx *cx = *state;
    const struct type *t = element_type(cx, &type_string);
    const struct value *ab = notation_value(cx->arena, t, "[{a=a} {a=b}]");
    const struct value *ac = notation_value(cx->arena, t, "[{a=a} {a=c}]");
    const struct value *swapped[] = {ab->items[1], ab->items[0]};
    const struct value *twice[] = {ab->items[0], ab->items[0]};
    assert_true(raw_set_eq(ab, raw_set_with_items(cx->arena, ab, swapped)));
    assert_false(raw_set_eq(ab, ac));
    assert_true(raw_set_eq(raw_set_with_items(cx->arena, ab, twice), ab));
    assert_false(raw_set_eq(ab, raw_set_with_items(cx->arena, ab, twice)));
    assert_true(raw_set_eq(value_null(cx->arena, &type_string), value_null(cx->arena, &type_bool)));
    assert_false(
        raw_set_eq(value_null(cx->arena, &type_string), value_unknown(cx->arena, &type_string)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_written_as_go_writes_them),
        TEST(elements_stand_as_core_sends_them),
        TEST(simple_sets_keep_their_order),
        TEST(raw_sets_compare_by_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
