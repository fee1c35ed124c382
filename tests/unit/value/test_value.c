#include "fixture.h"

static void sets_are_sorted_and_distinct(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct value **items =
        ITEMS(cx, value_text(a, "b"), value_text(a, NULL), value_text(a, "a"), value_text(a, "ab"),
              value_text(a, "b"), value_unknown(a, &type_string), value_unknown(a, &type_string));
    const struct value *v = value_set(a, &type_set_of_string, items, 7);
    assert_int_equal(v->n, 6);
    assert_str(v->items[0]->text, "a");
    assert_str(v->items[1]->text, "ab");
    assert_str(v->items[2]->text, "b");
    assert_true(value_is_unknown(v->items[3]));
    assert_true(value_is_unknown(v->items[4])); /* two unknowns may turn out to differ */
    assert_true(value_is_null(v->items[5]));
    assert_int_equal(value_set(a, &type_set_of_string, NULL, 0)->n, 0);
}

static void sets_of_numbers_go_by_size(void **state)
{
    struct ctx *cx = *state;
    const struct value **items = ITEMS(cx, number_of(cx, "10"), number_of(cx, "9"),
                                       number_of(cx, "1e1"), number_of(cx, "-1"));
    const struct value *v = value_set(cx->arena, type_set(cx->arena, &type_number), items, 4);
    assert_int_equal(v->n, 3);
    assert_str(v->items[0]->text, "-1");
    assert_str(v->items[2]->text, "10");
}

static void maps_are_sorted_and_the_last_key_stays(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    struct str keys[] = {STR_LIT("b"), STR_LIT("a"), STR_LIT("b"), STR_LIT("")};
    const struct value **items =
        ITEMS(cx, value_text(a, "1"), value_text(a, "2"), value_text(a, "3"), value_text(a, "4"));
    const struct value *v =
        value_map(a, &type_map_of_string, (struct value_entries){keys, items, 4});
    assert_int_equal(v->n, 3);
    assert_str(v->keys[0], "");
    assert_str(value_element(v, STR_LIT("b"))->text, "3");
    assert_str(value_element(v, STR_LIT("a"))->text, "2");
    assert_null(value_element(v, STR_LIT("c")));
    assert_null(value_element(value_null(a, &type_map_of_string), STR_LIT("a")));
    assert_int_equal(value_map(a, &type_map_of_string, (struct value_entries){NULL, NULL, 0})->n,
                     0);
}

static const struct value *sample(struct ctx *cx)
{
    struct arena *a = cx->arena;
    const struct type *t =
        type_of(cx, "[\"object\",{\"list\":[\"list\",[\"object\",{\"x\":\"string\"}]],"
                    "\"map\":[\"map\",\"string\"],\"set\":[\"set\",\"string\"],\"n\":\"number\"}]");
    const struct value *inner =
        value_object(a, t->fields[0].type->element, ITEMS(cx, value_text(a, "deep")));
    struct str key = STR_LIT("k");
    return value_object(
        a, t,
        ITEMS(cx, value_list(a, t->fields[0].type, ITEMS(cx, inner), 1),
              value_map(a, &type_map_of_string,
                        (struct value_entries){&key, ITEMS(cx, value_text(a, "v")), 1}),
              value_unknown(a, &type_number),
              value_set(a, &type_set_of_string, ITEMS(cx, value_text(a, "e")), 1)));
}

static void paths_lead_to_parts(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct value *v = sample(cx), *got;
    const struct path *list = path_attribute(a, NULL, "list");
    assert_int_equal(value_at(v, NULL, &got), RC_OK);
    assert_ptr_equal(got, v);
    assert_int_equal(value_at(v, path_attribute(a, path_index(a, list, 0), "x"), &got), RC_OK);
    assert_str(got->text, "deep");
    assert_int_equal(value_at(v, path_key(a, path_attribute(a, NULL, "map"), "k"), &got), RC_OK);
    assert_str(got->text, "v");
    const struct path *nowhere[] = {
        path_attribute(a, NULL, "absent"),
        path_index(a, list, 1),
        path_index(a, list, -1),
        path_attribute(a, list, "x"),
        path_key(a, list, "x"),
        path_key(a, path_attribute(a, NULL, "map"), "absent"),
        path_index(a, path_attribute(a, NULL, "set"), 0),
        path_index(a, path_attribute(a, NULL, "n"), 0),
        path_attribute(a, path_attribute(a, NULL, "absent"), "x"),
    };
    for (size_t i = 0; i < LENGTH(nowhere); i++) {
        got = NULL;
        assert_int_equal(value_at(v, nowhere[i], &got), RC_NOT_FOUND);
        assert_null(got);
    }
    assert_int_equal(cx->diags.errors, 0);
}

static void fields_are_read_and_replaced(void **state)
{
    struct ctx *cx = *state;
    const struct value *v = sample(cx);
    const struct value *w = value_object_with(cx->arena, v, "n", value_int(cx->arena, 5));
    assert_str(value_field(w, "n")->text, "5");
    assert_true(value_is_unknown(value_field(v, "n")));
    assert_ptr_equal(value_field(w, "map"), value_field(v, "map"));
    assert_null(value_field(v, "absent"));
    assert_null(value_field(value_null(cx->arena, v->type), "n"));
    assert_false(value_is_wholly_known(v));
    assert_true(value_is_wholly_known(w));
    assert_true(value_is_known(v));
    assert_false(value_eq(v, w));
    assert_true(value_eq(v, sample(cx)));
}

static void order_is_total(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct type *list = type_list(a, &type_string), *numbers = type_list(a, &type_number);
    const struct value *rows[] = {
        value_bool(a, false),
        value_bool(a, true),
        number_of(cx, "-2"),
        number_of(cx, "9"),
        number_of(cx, "10"),
        value_text(a, ""),
        value_text(a, "a"),
        value_text(a, "a\x01"),
        value_text(a, "b"),
        value_list(a, numbers, NULL, 0),
        value_list(a, list, NULL, 0),
        value_list(a, list, ITEMS(cx, value_text(a, "a")), 1),
        value_list(a, list, ITEMS(cx, value_text(a, "a"), value_text(a, "a")), 2),
        value_list(a, list, ITEMS(cx, value_text(a, "b")), 1),
        value_list(a, list, ITEMS(cx, value_text(a, NULL)), 1),
        value_unknown(a, &type_bool),
        value_unknown(a, list),
        value_null(a, &type_bool),
        value_null(a, &type_dynamic),
        value_null(a, list),
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        for (size_t k = 0; k < LENGTH(rows); k++) {
            int c = value_cmp(rows[i], rows[k]);
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
            assert_int_equal(value_eq(rows[i], rows[k]), i == k);
        }
    }
}

/* 30,000 elements in any order take n log n: minutes, if it were quadratic under valgrind. */
static void large_sets_and_maps_are_made(void **state)
{
    struct ctx *cx = *state;
    enum { N = 30000 };
    const struct value **items = arena_array(cx->arena, N, sizeof *items);
    struct str *keys = arena_array(cx->arena, N, sizeof *keys);
    for (size_t i = 0; i < N; i++) {
        char *text = arena_printf(cx->arena, "%zu", i * 7919 % N);
        items[i] = value_text(cx->arena, text);
        keys[i] = str_of(text);
    }
    const struct value *set = value_set(cx->arena, &type_set_of_string, items, N);
    assert_int_equal(set->n, N);
    const struct value *map =
        value_map(cx->arena, &type_map_of_string, (struct value_entries){keys, items, N});
    for (size_t i = 0; i < N; i++) {
        assert_ptr_equal(value_element(map, keys[i]), items[i]);
    }
}

static void numbers_are_checked(void **state)
{
    struct ctx *cx = *state;
    const struct value *v = NULL;
    assert_int_equal(value_number(cx, STR_LIT("1.50"), &v), RC_OK);
    assert_str(v->text, "1.5");
    v = NULL;
    assert_int_equal(value_number(cx, STR_LIT("many"), &v), RC_FAIL);
    assert_null(v);
    assert_int_equal(cx->diags.errors, 1);
}

static void descriptions_are_readable_and_bounded(void **state)
{
    struct ctx *cx = *state;
    assert_string_equal(value_describe(cx->arena, sample(cx)),
                        "{list = [{x = \"deep\"}], map = {\"k\" = \"v\"}, n = (known after apply), "
                        "set = [\"e\"]}");
    assert_string_equal(value_describe(cx->arena, value_text(cx->arena, "a\"\\\n")),
                        "\"a\\\"\\\\\\u000a\"");
    assert_string_equal(value_describe(cx->arena, value_bool(cx->arena, true)), "true");
    assert_string_equal(value_describe(cx->arena, value_null(cx->arena, &type_bool)), "null");
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    assert_true(strlen(value_describe(cx->arena, value_text(cx->arena, text))) < 260);
}

static void conforming_values_pass(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct value *v = sample(cx);
    assert_int_equal(value_conforms(cx, v, v->type), RC_OK);
    assert_int_equal(value_conforms(cx, v, &type_dynamic), RC_OK);
    assert_int_equal(value_conforms(cx, value_null(a, v->type), v->type), RC_OK);
    assert_int_equal(value_conforms(cx, value_null(a, &type_dynamic), &type_dynamic), RC_OK);
    const struct type *open = type_of(cx, "[\"object\",{\"a\":\"dynamic\"}]");
    const struct type *closed = type_of(cx, "[\"object\",{\"a\":\"string\"}]");
    const struct value *closed_value = value_object(a, closed, ITEMS(cx, value_text(a, "x")));
    assert_int_equal(value_conforms(cx, closed_value, open), RC_OK);
    assert_int_equal(value_conforms(cx, value_unknown(a, closed), open), RC_OK);
    assert_int_equal(cx->diags.errors, 0);
}

static void other_values_are_named(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct type *list = type_of(cx, "[\"list\",\"string\"]");
    const struct type *object = type_of(cx, "[\"object\",{\"a\":\"string\"}]");
    const struct type *renamed = type_of(cx, "[\"object\",{\"b\":\"string\"}]");
    const struct type *wider = type_of(cx, "[\"object\",{\"a\":\"string\",\"b\":\"string\"}]");
    const struct type *outer = type_of(cx, "[\"object\",{\"o\":[\"list\",[\"map\",\"string\"]]}]");
    const struct type *inner = outer->fields[0].type;
    struct str key = STR_LIT("k"), bad_key = STR_LIT("\xff");
    const struct value *number = value_int(a, 1);
    const struct value *map =
        value_map(a, inner->element, (struct value_entries){&key, ITEMS(cx, number), 1});
    const struct value *bad_map = value_map(
        a, &type_map_of_string, (struct value_entries){&bad_key, ITEMS(cx, value_text(a, "x")), 1});
    struct value raw_number = *number;
    raw_number.text = STR_LIT("1.0");
    const struct {
        const struct value *v;
        const struct type *t;
        const char *path;
    } rows[] = {
        {number, &type_string, ""},
        {NULL, &type_string, ""},
        {value_text(a, "\xff"), &type_string, ""},
        {&raw_number, &type_number, ""},
        {value_null(a, &type_bool), &type_string, ""},
        {value_null(a, &type_dynamic), &type_string, ""},
        {value_unknown(a, list), &type_set_of_string, ""},
        {value_list(a, type_list(a, &type_bool), NULL, 0), list, ""},
        {value_list(a, list, ITEMS(cx, value_text(a, "x"), number), 2), list, "[1]"},
        {value_object(a, object, ITEMS(cx, number)), object, "a"},
        {value_object(a, object, ITEMS(cx, NULL)), object, "a"},
        {value_object(a, renamed, ITEMS(cx, value_text(a, "x"))), object, ""},
        {value_object(a, object, ITEMS(cx, value_text(a, "x"))), wider, ""},
        {value_null(a, renamed), object, ""},
        {bad_map, &type_map_of_string, NULL},
        {value_object(a, outer, ITEMS(cx, value_list(a, inner, ITEMS(cx, map), 1))), outer,
         "o[0][\"k\"]"},
        {value_set(a, &type_set_of_string, ITEMS(cx, number), 1), &type_set_of_string, ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(value_conforms(cx, rows[i].v, rows[i].t), RC_FAIL);
        assert_int_equal(cx->diags.errors, i + 1);
        if (rows[i].path != NULL) {
            assert_string_equal(path_text(a, cx->diags.last->path), rows[i].path);
        }
    }
}

RUN_TESTS(TEST(sets_are_sorted_and_distinct), TEST(sets_of_numbers_go_by_size),
          TEST(maps_are_sorted_and_the_last_key_stays), TEST(paths_lead_to_parts),
          TEST(fields_are_read_and_replaced), TEST(order_is_total),
          TEST(large_sets_and_maps_are_made), TEST(numbers_are_checked),
          TEST(descriptions_are_readable_and_bounded), TEST(conforming_values_pass),
          TEST(other_values_are_named))
