#include "unit.h"

#include "base/arena.h"
#include "base/path.h"

static void test_text(void **state)
{
    struct arena *a = arena_new();
    const struct path *tags = path_attribute(a, path_attribute(a, NULL, "destination"), "tags");

    (void)state;
    assert_string_equal(path_text(a, NULL), "");
    assert_string_equal(path_text(a, tags), "destination.tags");
    assert_string_equal(path_text(a, path_index(a, path_key(a, tags, "a b"), 0)),
                        "destination.tags[\"a b\"][0]");
    assert_string_equal(path_text(a, path_key(a, tags, "a\"\\\nb")),
                        "destination.tags[\"a\\\"\\\\\\nb\"]");
    assert_string_equal(path_text(a, path_attribute(a, path_index(a, NULL, 3), "x")), "[3].x");
    arena_free(a);
}

static void test_equality_and_depth(void **state)
{
    struct arena *a = arena_new();
    const struct path *x = path_attribute(a, NULL, "x");

    (void)state;
    assert_int_equal(path_depth(NULL), 0);
    assert_int_equal(path_depth(path_index(a, x, 1)), 2);
    assert_true(path_eq(NULL, NULL));
    assert_false(path_eq(NULL, x));
    assert_true(path_eq(x, path_attribute(a, NULL, "x")));
    assert_false(path_eq(x, path_key(a, NULL, "x")));
    assert_false(path_eq(path_index(a, x, 1), path_index(a, x, 2)));
    assert_false(path_eq(path_index(a, x, 1), path_index(a, path_attribute(a, NULL, "y"), 1)));
    arena_free(a);
}

static void test_order_is_total(void **state)
{
    struct arena *a = arena_new();
    const struct path *x = path_attribute(a, NULL, "x"), *y = path_attribute(a, NULL, "y");
    const struct path *sorted[] = {
        NULL,
        x,
        path_attribute(a, x, "b"),
        path_key(a, x, "a"),
        path_index(a, x, -1),
        path_index(a, x, 2),
        path_index(a, path_index(a, x, 2), 0),
        path_index(a, x, 10),
        y,
        path_key(a, NULL, "a"),
    };
    size_t i, j;

    (void)state;
    for (i = 0; i < COUNT(sorted); i++) {
        for (j = 0; j < COUNT(sorted); j++) {
            int order = path_cmp(sorted[i], sorted[j]);

            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    arena_free(a);
}

static void test_copy_outlives_its_source(void **state)
{
    struct arena *a = arena_new(), *b = arena_new();
    const struct path *copy = path_copy(a, path_key(b, path_attribute(b, NULL, "tags"), "k"));

    (void)state;
    arena_free(b);
    assert_string_equal(path_text(a, copy), "tags[\"k\"]");
    assert_null(path_copy(a, NULL));
    arena_free(a);
}

static void test_lists_are_sorted_once_each(void **state)
{
    struct arena *a = arena_new();
    const struct path *x = path_attribute(a, NULL, "x");
    struct path_list list = {0};
    static const char *const sorted[] = {"a", "x", "x[2]", "x[10]", "y"};

    (void)state;
    path_list_sort(&list);
    assert_int_equal(list.n, 0);
    path_list_add(a, &list, path_index(a, x, 10));
    path_list_add(a, &list, path_attribute(a, NULL, "y"));
    path_list_add(a, &list, x);
    path_list_add(a, &list, path_index(a, x, 2));
    path_list_add(a, &list, path_attribute(a, NULL, "x"));
    path_list_add(a, &list, path_attribute(a, NULL, "a"));
    path_list_add(a, &list, path_attribute(a, NULL, "y"));
    path_list_sort(&list);
    assert_int_equal(list.n, COUNT(sorted));
    for (size_t i = 0; i < COUNT(sorted); i++) {
        assert_string_equal(path_text(a, list.v[i]), sorted[i]);
    }
    arena_free(a);
}

static void test_lists_grow(void **state)
{
    struct arena *a = arena_new();
    struct path_list list = {0};

    (void)state;
    for (int i = 0; i < 10000; i++) {
        path_list_add(a, &list, path_index(a, NULL, 9999 - i));
    }
    path_list_sort(&list);
    assert_int_equal(list.n, 10000);
    assert_int_equal(list.v[1234]->index, 1234);
    assert_true(arena_footprint(a) < (size_t)4 << 20); /* not a copy for each */
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_equality_and_depth),
        cmocka_unit_test(test_order_is_total),
        cmocka_unit_test(test_copy_outlives_its_source),
        cmocka_unit_test(test_lists_are_sorted_once_each),
        cmocka_unit_test(test_lists_grow),
    };

    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
