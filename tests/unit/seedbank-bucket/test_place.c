/* BUCKET[/PREFIX], and what a key of one place is called in another. */
#include "unit.h"

#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "seedbank-bucket/place.h"

static int begin(void **state)
{
    *state = ctx_new(&(struct ctx_options){.clock = NULL});
    return 0;
}

static int end(void **state)
{
    ctx_free(*state);
    return 0;
}

static void test_read(void **state)
{
    static const struct {
        const char *text, *bucket, *prefix, *shown;
    } rows[] = {
        {"files", "files", "", "files"},
        {"files/", "files", "", "files"},
        {"files/a", "files", "a/", "files/a"},
        {"files/a/", "files", "a/", "files/a"},
        {"files/a/b c", "files", "a/b c/", "files/a/b c"},
        {"files//", "files", "/", "files//"},
        {"files//a", "files", "/a/", "files//a"},
        {"files/a//", "files", "a//", "files/a//"},
        {"tenant:Files_1/..", "tenant:Files_1", "../", "tenant:Files_1/.."},
    };
    struct ctx *cx = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bucket_place p, again;
        assert_int_equal(place_read(cx, "SRC", rows[i].text, &p), RC_OK);
        assert_string_equal(p.bucket, rows[i].bucket);
        assert_string_equal(p.prefix, rows[i].prefix);
        assert_string_equal(place_text(cx->arena, &p), rows[i].shown);
        assert_int_equal(place_read(cx, "SRC", place_text(cx->arena, &p), &again), RC_OK);
        assert_string_equal(again.prefix, p.prefix);
    }
}

static void test_what_is_no_place_is_refused(void **state)
{
    static const char *const rows[] = {"", "/a", "s3://files/a", "..", "fi les/a", "./a"};
    struct ctx *cx = *state;
    char text[1100] = "files/";

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bucket_place p = {.bucket = NULL};
        struct diag_point before = diag_point(cx);
        assert_int_equal(place_read(cx, "DST", rows[i], &p), RC_FAIL);
        assert_diag(cx, "DST is not BUCKET or BUCKET/PREFIX");
        assert_null(p.bucket);
        diag_drop_since(cx, before);
    }
    assert_int_equal(place_read(cx, "DST", "s3://files/a", &(struct bucket_place){.bucket = NULL}),
                     RC_FAIL);
    assert_diag(cx, "Leave out s3://: files/a.");
    memset(text + strlen(text), 'k', 1024);
    assert_int_equal(place_read(cx, "DST", text, &(struct bucket_place){.bucket = NULL}), RC_FAIL);
    text[strlen("files/") + 1023] = '\0';
    assert_int_equal(place_read(cx, "DST", text, &(struct bucket_place){.bucket = NULL}), RC_OK);
}

static void test_names(void **state)
{
    static const struct bucket_place all = {"one", ""}, folder = {"two", "x/y/"};
    static const struct {
        const struct bucket_place *from, *to;
        const char *key, *mapped; /* NULL: none */
    } rows[] = {
        {&all, &folder, "a", "x/y/a"},        {&folder, &all, "x/y/a", "a"},
        {&folder, &all, "x/y/", NULL},        {&folder, &all, "x/ya", NULL},
        {&folder, &all, "x/y//", "/"},        {&all, &all, "a//b", "a//b"},
        {&folder, &folder, "x/y/z", "x/y/z"}, {&all, &folder, "", NULL},
        {&folder, &all, "z", NULL},
    };
    struct ctx *cx = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *mapped = place_map(cx->arena, rows[i].from, rows[i].to, rows[i].key);
        if (rows[i].mapped == NULL) {
            assert_null(mapped);
            continue;
        }
        assert_string_equal(mapped, rows[i].mapped);
        assert_string_equal(place_map(cx->arena, rows[i].to, rows[i].from, mapped), rows[i].key);
    }
}

static void test_fits(void **state)
{
    char key[1026];

    (void)state;
    memset(key, 'k', 1025);
    key[1025] = '\0';
    assert_false(place_key_fits(key));
    key[1024] = '\0';
    assert_true(place_key_fits(key));
}

static void test_overlap(void **state)
{
    static const struct {
        struct bucket_place x, y;
        bool overlap;
    } rows[] = {
        {{"a", ""}, {"a", ""}, true},       {{"a", ""}, {"b", ""}, false},
        {{"a", "x/"}, {"a", ""}, true},     {{"a", "x/"}, {"a", "y/"}, false},
        {{"a", "x/"}, {"a", "x/y/"}, true}, {{"a", "x/"}, {"a", "xy/"}, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(place_overlap(&rows[i].x, &rows[i].y), rows[i].overlap);
        assert_int_equal(place_overlap(&rows[i].y, &rows[i].x), rows[i].overlap);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read, begin, end),
        cmocka_unit_test_setup_teardown(test_what_is_no_place_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_names, begin, end),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
