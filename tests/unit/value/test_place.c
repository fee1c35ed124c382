#include "fixture.h"

#include "value/place.h"

static void a_writer_learns_what_stands_in_a_place(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct type *object = type_of(cx, "[\"object\",{\"x\":\"string\",\"y\":\"string\"}]");
    const struct type *narrow = type_of(cx, "[\"object\",{\"x\":\"string\"}]");
    const struct type *pair = type_of(cx, "[\"tuple\",[\"string\",\"string\"]]");
    const struct value *text = value_text(a, "x");
    const struct value **items = ITEMS(cx, text, text);
    const struct {
        const struct value *v;
        const struct type *t;
        enum place_content content;
    } rows[] = {
        {NULL, &type_string, PLACE_MISFIT},
        {text, &type_bool, PLACE_MISFIT},
        {text, &type_dynamic, PLACE_TYPED},
        {value_null(a, &type_string), &type_dynamic, PLACE_TYPED},
        {value_null(a, &type_dynamic), &type_dynamic, PLACE_NULL},
        {value_null(a, &type_dynamic), &type_string, PLACE_MISFIT},
        {value_null(a, object), object, PLACE_NULL},
        {value_null(a, narrow), object, PLACE_NULL},
        {value_unknown(a, &type_string), &type_string, PLACE_UNKNOWN},
        {value_unknown(a, &type_string), &type_number, PLACE_MISFIT},
        {value_bool(a, false), &type_bool, PLACE_BOOL},
        {value_int(a, 7), &type_number, PLACE_NUMBER},
        {text, &type_string, PLACE_STRING},
        {value_list(a, &type_list_of_string, items, 2), &type_list_of_string, PLACE_SEQUENCE},
        {value_list(a, &type_list_of_string, items, 2), &type_set_of_string, PLACE_MISFIT},
        {value_set(a, &type_set_of_string, items, 2), &type_set_of_string, PLACE_SEQUENCE},
        {value_list(a, pair, items, 2), pair, PLACE_SEQUENCE},
        {value_map(a, &type_map_of_string, (struct value_entries){NULL, NULL, 0}),
         &type_map_of_string, PLACE_ENTRIES},
        {value_object(a, object, items), object, PLACE_ENTRIES},
        {value_object(a, narrow, items), object, PLACE_MISFIT},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        if (place_content(rows[i].v, rows[i].t) != rows[i].content) {
            fail_msg("row %zu: %d", i, (int)place_content(rows[i].v, rows[i].t));
        }
    }
}

static void parts_are_called_by_their_names(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct value **items = ITEMS(cx, value_text(a, "1"), value_text(a, "2"));
    struct str keys[] = {STR_LIT("k"), STR_LIT("l")};
    const struct value *map =
        value_map(a, &type_map_of_string, (struct value_entries){keys, items, 2});
    const struct value *object =
        value_object(a, type_of(cx, "[\"object\",{\"x\":\"string\",\"y\":\"string\"}]"), items);
    const struct value *list = value_list(a, &type_list_of_string, items, 2);
    assert_str(place_name(map, map->type, 1), "l");
    assert_str(place_name(object, object->type, 0), "x");
    assert_int_equal(place_name(list, list->type, 1).n, 0);
}

RUN_TESTS(TEST(a_writer_learns_what_stands_in_a_place), TEST(parts_are_called_by_their_names))
