/* Small documents of services, and what only resembles them. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "json/json_flat.h"

static void members_are_text(void **state)
{
    struct arena *a = arena_new();
    const char *why = NULL;
    const struct json_flat *o = json_flat_read(
        a,
        STR_LIT(" {\"s\": \"a\\u00e9\\n\", \"i\": -7, \"e\": \"\", \"n\": null, \"b\": true,"
                " \"r\": 1.5, \"o\": {\"s\": 1}, \"l\": [1]} "),
        &why);

    (void)state;
    assert_non_null(o);
    assert_string_equal(json_flat_text(o, "s"), "a\xc3\xa9\n");
    assert_string_equal(json_flat_text(o, "i"), "-7");
    assert_string_equal(json_flat_text(o, "e"), "");
    for (const char *const *name = (const char *const[]){"n", "b", "r", "o", "l", "S", NULL}; *name;
         name++) {
        assert_null(json_flat_text(o, *name));
    }
    o = json_flat_read(a, STR_LIT("{}"), &why);
    assert_non_null(o);
    assert_null(json_flat_text(o, "s"));
    assert_null(why);
    arena_free(a);
}

static void other_documents_are_refused_unquoted(void **state)
{
    static const char *const rows[] = {
        "",
        " ",
        "hunter2",
        "{\"a\": \"hunter2",
        "{\"a\": hunter2}",
        "{\"a\": \"hunter2\"} x",
        "[\"hunter2\"]",
        "\"hunter2\"",
        "{\"a\": \"hunter2\", \"a\": 1}",
        "{\"a\": \"hunter2\\u0000\"}",
        "{\"a\": \"\xff\"}",
        "<html>hunter2</html>",
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = NULL;
        if (json_flat_read(a, str_of(rows[i]), &why)) {
            fail_msg("accepted %s", rows[i]);
        }
        assert_non_null(why);
        assert_null(strstr(why, "hunter2"));
    }
    arena_free(a);
}

static void size_and_depth_have_an_end(void **state)
{
    struct arena *a = arena_new();
    char *deep = arena_alloc(a, JSON_FLAT_MAX_BYTES + 2);
    const char *why = NULL;

    (void)state;
    memset(deep, '[', JSON_FLAT_MAX_BYTES + 1);
    assert_null(json_flat_read(a, (struct str){deep, JSON_FLAT_MAX_BYTES + 1}, &why));
    assert_string_equal(why, "the document is too large");
    assert_null(json_flat_read(a, (struct str){deep, JSON_FLAT_MAX_BYTES}, &why));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_text),
        cmocka_unit_test(other_documents_are_refused_unquoted),
        cmocka_unit_test(size_and_depth_have_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
