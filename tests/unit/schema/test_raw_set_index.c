#include "schema/raw_set_index.h"

#include "fixture.h"
#include "schema/raw_set.h"

static void equal_values_have_one_hash(void **state)
{
    static const char *const texts[] = {
        "null",      "?",       "{}",        "{s=a}",     "{s=b}",     "{s=ab}",
        "{n=1}",     "{n=1.0}", "{n=10}",    "{b=true}",  "{b=false}", "{l=[a b]}",
        "{l=[b a]}", "{l=[]}",  "{t=[a b]}", "{t=[b a]}", "{t=[a c]}", "{m={k=v}}",
        "{m={v=k}}", "{m={}}",  "{s=?}",     "{s=a n=1}",
    };
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct type_field fields[] = {
        {"s", &type_string},         {"n", &type_number},        {"b", &type_bool},
        {"l", &type_list_of_string}, {"t", &type_set_of_string}, {"m", &type_map_of_string},
    };
    const struct type *t = type_object(a, fields, COUNT(fields));
    size_t told_apart = 0;
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t k = 0; k < COUNT(texts); k++) {
            const struct value *x = notation_value(a, t, texts[i]);
            const struct value *y = notation_value(a, t, texts[k]);
            bool one_hash = raw_set_index_hash(x) == raw_set_index_hash(y);
            if (raw_set_eq(a, x, y) && !one_hash) {
                fail_msg("%s and %s are equal, their hashes are not", texts[i], texts[k]);
            }
            told_apart += !one_hash;
        }
    }
    assert_true(told_apart > COUNT(texts) * COUNT(texts) * 9 / 10);
}

static void repeated_elements_do_not_change_the_hash(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct value *x = value_text(a, "x"), *y = value_text(a, "y");
    const struct value *set = notation_value(a, &type_set_of_string, "[x y z]");
    const struct value *xxy[] = {x, x, y}, *xyy[] = {y, y, x};
    const struct value *some = raw_set_with_items(a, set, xxy);
    const struct value *other = raw_set_with_items(a, set, xyy);
    assert_true(raw_set_eq(a, some, other));
    assert_true(raw_set_index_hash(some) == raw_set_index_hash(other));
}

static void places_come_in_rising_order(void **state)
{
    struct ctx *cx = *state;
    static const uint64_t hashes[] = {7, 8, 7, 15, 7, 8, 1};
    struct raw_set_index x = raw_set_index_new(cx->arena, hashes, COUNT(hashes));
    static const struct {
        uint64_t hash;
        size_t places[4];
    } rows[] = {
        {7, {0, 2, 4, 7}}, {8, {1, 5, 7, 7}}, {15, {3, 7, 7, 7}},
        {1, {6, 7, 7, 7}}, {9, {7, 7, 7, 7}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t place = raw_set_index_first(&x, rows[i].hash);
        for (size_t k = 0; k < COUNT(rows[i].places); k++) {
            assert_int_equal(place, rows[i].places[k]);
            place = place < COUNT(hashes) ? raw_set_index_next(&x, place) : place;
        }
    }
    struct raw_set_index none = raw_set_index_new(cx->arena, NULL, 0);
    assert_int_equal(raw_set_index_first(&none, 7), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_values_have_one_hash),
        TEST(repeated_elements_do_not_change_the_hash),
        TEST(places_come_in_rising_order),
    };
    return cmocka_run_group_tests_name("raw_set_index", tests, NULL, NULL);
}
