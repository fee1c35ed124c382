/* Keys of objects in JSON: any byte comes back. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "json/json_bytes.h"
#include "json/json_line.h"

/* Through a line and back. */
static const char *there_and_back(struct arena *a, const char *bytes)
{
    json_t *o = json_object();
    const char *line, *why = NULL;
    const json_t *read;

    json_bytes_set(o, "key", bytes);
    line = json_line(a, o);
    read = json_line_read(a, (struct str){line, strlen(line)}, &why);
    assert_non_null(read);
    return json_bytes_get(a, read, "key");
}

static void test_every_byte_comes_back(void **state)
{
    struct arena *a = arena_new();
    char all[256];

    (void)state;
    for (int c = 1; c < 256; c++) {
        const char one[] = {(char)c, '\0'};
        assert_string_equal(there_and_back(a, one), one);
        all[c - 1] = (char)c;
    }
    all[255] = '\0';
    assert_string_equal(there_and_back(a, all), all);
    assert_string_equal(there_and_back(a, "a/%41/\xc3\xa9/\xf0\x9f\x8c\xb1"),
                        "a/%41/\xc3\xa9/\xf0\x9f\x8c\xb1");
    assert_string_equal(there_and_back(a, ""), "");
    arena_free(a);
}

static void test_the_form_tells_which_it_is(void **state)
{
    struct arena *a = arena_new();
    json_t *plain = json_object(), *encoded = json_object();

    (void)state;
    json_bytes_set(plain, "key", "a b%");
    json_bytes_set(encoded, "key", "a b%\xff");
    assert_string_equal(json_line(a, plain), "{\"key\":\"a b%\"}");
    assert_string_equal(json_line(a, encoded), "{\"key_url\":\"a%20b%25%FF\"}");
    arena_free(a);
}

static void test_what_is_broken_is_refused(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"key\":1}",
        "{\"key\":null}",
        "{\"key_url\":\"%\"}",
        "{\"key_url\":\"%4\"}",
        "{\"key_url\":\"%4g\"}",
        "{\"key_url\":\"%00\"}",
        "{\"key_url\":\"a%0\"}",
        "{\"key_url\":[]}",
    };
    struct arena *a = arena_new();
    json_t *nul = json_object();

    (void)state;
    json_object_set_new(nul, "key", json_stringn("a\0b", 3));
    assert_null(json_bytes_get(a, nul, "key"));
    json_decref(nul);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = NULL;
        const json_t *o = json_line_read(a, (struct str){rows[i], strlen(rows[i])}, &why);
        assert_non_null(o);
        assert_null(json_bytes_get(a, o, "key"));
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_comes_back),
        cmocka_unit_test(test_the_form_tells_which_it_is),
        cmocka_unit_test(test_what_is_broken_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
