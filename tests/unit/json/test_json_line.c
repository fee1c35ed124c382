/* An object as a line. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "json/json_line.h"

static void test_one_line_in_the_order_of_its_members(void **state)
{
    struct arena *a = arena_new();
    json_t *o = json_pack("{s:s, s:i, s:[i, i]}", "z", "two\nlines", "a", 1, "list", 1, 2);

    (void)state;
    assert_string_equal(json_line(a, o), "{\"z\":\"two\\nlines\",\"a\":1,\"list\":[1,2]}");
    arena_free(a);
}

static void test_what_is_no_object_has_a_reason(void **state)
{
    static const char *const rows[] = {
        "",      "{", "[]", "1", "\"a\"", "null", "{} x", "{\"a\":1,\"a\":2}", "{\"a\":\"\xff\"}",
        "{a:1}",
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = NULL;
        assert_null(json_line_read(a, (struct str){rows[i], strlen(rows[i])}, &why));
        assert_non_null(why);
        assert_true(str_utf8_valid(str_of(why)));
    }
    arena_free(a);
}

static void test_it_goes_with_the_arena(void **state)
{
    struct arena *a = arena_new();
    struct arena_mark mark = arena_mark(a);
    const char *why = NULL;

    (void)state;
    for (int i = 0; i < 100; i++) {
        const json_t *o = json_line_read(a, STR_LIT("{\"a\":{\"b\":[1,2,3]}}"), &why);
        assert_non_null(o);
        assert_int_equal(json_array_size(json_object_get(json_object_get(o, "a"), "b")), 3);
        arena_rewind(a, mark);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_line_in_the_order_of_its_members),
        cmocka_unit_test(test_what_is_no_object_has_a_reason),
        cmocka_unit_test(test_it_goes_with_the_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
