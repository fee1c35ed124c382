#include "schema/raw_set.h"

#include "fixture.h"

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
    assert_true(raw_set_eq(cx->arena, ab, raw_set_with_items(cx->arena, ab, swapped)));
    assert_false(raw_set_eq(cx->arena, ab, ac));
    assert_true(raw_set_eq(cx->arena, raw_set_with_items(cx->arena, ab, twice), ab));
    assert_false(raw_set_eq(cx->arena, ab, raw_set_with_items(cx->arena, ab, twice)));
    assert_true(raw_set_eq(cx->arena, value_null(cx->arena, &type_string),
                           value_null(cx->arena, &type_bool)));
    assert_false(raw_set_eq(cx->arena, value_null(cx->arena, &type_string),
                            value_unknown(cx->arena, &type_string)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(elements_stand_as_core_sends_them),
        TEST(simple_sets_keep_their_order),
        TEST(raw_sets_compare_by_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
