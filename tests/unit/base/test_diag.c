#include "unit.h"

#include "base/ctx.h"
#include "base/redact.h"
#include "base/session.h"
#include "base/str.h"

static int setup(void **state)
{
    struct session *s = session_new();

    redact_add(session_redact(s), "hunter2hunter2");
    *state = ctx_new(&(struct ctx_options){.session = s});
    return 0;
}

static int teardown(void **state)
{
    struct ctx *cx = *state;
    struct session *s = cx->session;

    ctx_free(cx);
    session_free(s);
    return 0;
}

static void test_errors_and_warnings_are_counted_in_order(void **state)
{
    struct ctx *cx = *state;

    assert_int_equal(diag_error(cx, NULL, "first", "%s", ""), RC_FAIL);
    diag_warning(cx, path_attribute(cx->arena, NULL, "bucket"), "second", "code %d", 403);
    assert_int_equal(cx->diags.errors, 1);
    assert_int_equal(cx->diags.warnings, 1);
    assert_string_equal(cx->diags.first->summary, "first");
    assert_string_equal(cx->diags.first->detail, "");
    assert_int_equal(cx->diags.first->severity, DIAG_ERROR);
    assert_ptr_equal(cx->diags.first->next, cx->diags.last);
    assert_string_equal(cx->diags.last->detail, "code 403");
    assert_int_equal(cx->diags.last->severity, DIAG_WARNING);
    assert_string_equal(path_text(cx->arena, cx->diags.last->path), "bucket");
}

static void test_texts_are_clean_bounded_and_redacted(void **state)
{
    struct ctx *cx = *state;
    char *huge = arena_alloc(cx->arena, 1000001);
    const struct diag *d;

    memset(huge, 'x', 1000000);
    diag_error(cx, NULL, huge, "%s", huge);
    d = cx->diags.last;
    assert_true(strlen(d->summary) <= 400);
    assert_true(strlen(d->detail) <= 8192);
    diag_error(cx, NULL, "key hunter2hunter2\nwas\r\xFFrefused", "it is hunter2hunter2");
    d = cx->diags.last;
    assert_string_equal(d->summary, "key (redacted) was \xEF\xBF\xBDrefused");
    assert_string_equal(d->detail, "it is (redacted)");
}

static void test_a_secret_across_the_bound_does_not_leak(void **state)
{
    struct ctx *cx = *state;
    char text[401] = "";

    memset(text, 'x', 390);
    memcpy(text + 390, "hunter2hunter2", 10);
    diag_error(cx, NULL, arena_printf(cx->arena, "%.390shunter2hunter2", text), "%s", "");
    assert_null(strstr(cx->diags.last->summary, "hunter"));
}

static void test_wrap_and_path_since(void **state)
{
    struct ctx *cx = *state;
    struct diag_point point;

    diag_error(cx, NULL, "before", "%s", "");
    point = diag_point(cx);
    assert_false(diag_failed_since(cx, point));
    assert_int_equal(diag_wrap(cx, point, "nothing"), RC_FAIL);
    diag_warning(cx, NULL, "one", "%s", "");
    assert_false(diag_failed_since(cx, point));
    diag_error(cx, path_attribute(cx->arena, NULL, "own"), "two", "%s", "");
    assert_true(diag_failed_since(cx, point));
    assert_int_equal(diag_wrap(cx, point, "bucket %s", "hunter2hunter2"), RC_FAIL);
    diag_path_since(cx, point, path_attribute(cx->arena, NULL, "given"));
    assert_string_equal(cx->diags.first->summary, "before");
    assert_null(cx->diags.first->path);
    assert_string_equal(cx->diags.first->next->summary, "bucket (redacted): one");
    assert_string_equal(cx->diags.last->summary, "bucket (redacted): two");
    assert_string_equal(path_text(cx->arena, cx->diags.first->next->path), "given");
    assert_string_equal(path_text(cx->arena, cx->diags.last->path), "own");
}

static void test_dropped_messages_were_never_there(void **state)
{
    struct ctx *cx = *state;
    struct diag_point start = diag_point(cx), later;

    diag_warning(cx, NULL, "kept", "%s", "");
    later = diag_point(cx);
    diag_error(cx, NULL, "dropped", "%s", "");
    diag_warning(cx, NULL, "dropped too", "%s", "");
    diag_drop_since(cx, later);
    assert_int_equal(cx->diags.errors, 0);
    assert_int_equal(cx->diags.warnings, 1);
    diag_error(cx, NULL, "next", "%s", "");
    assert_string_equal(cx->diags.first->next->summary, "next");
    assert_null(cx->diags.first->next->next);
    diag_drop_since(cx, start);
    assert_null(cx->diags.first);
    assert_int_equal(cx->diags.errors + cx->diags.warnings, 0);
    diag_drop_since(cx, diag_point(cx));
    diag_error(cx, NULL, "first", "%s", "");
    assert_ptr_equal(cx->diags.first, cx->diags.last);
}

static void test_messages_outlive_a_rewind(void **state)
{
    struct ctx *cx = *state;
    struct arena_mark m = arena_mark(cx->arena);

    diag_error(cx, path_attribute(cx->arena, NULL, arena_strdup(cx->arena, "bucket")),
               arena_strdup(cx->arena, "short-lived"), "%s", arena_strdup(cx->arena, "detail"));
    arena_rewind(cx->arena, m);
    memset(arena_alloc(cx->arena, 3000), 0xAA, 3000);
    assert_string_equal(cx->diags.first->summary, "short-lived");
    assert_string_equal(cx->diags.first->detail, "detail");
    assert_string_equal(path_text(cx->arena, cx->diags.first->path), "bucket");
}

/* ESC [ and its one-character form, U+009B, begin what a terminal obeys. */
static void test_nothing_a_terminal_obeys(void **state)
{
    struct ctx *cx = *state;

    diag_error(cx, NULL,
               "a\x1b[31mb\tc\r\nd\x7f\xc2\x9b"
               "2J",
               "%s", "e\x1b]0;x\x07\n\tf\rg \xc2\x85\xc2\xa0\xc3\x85 \xc2\x80");
    assert_string_equal(cx->diags.first->summary, "a [31mb c  d   2J");
    assert_string_equal(cx->diags.first->detail, "e ]0;x \n\tf g   \xc2\xa0\xc3\x85   ");
    diag_wrap(cx, (struct diag_point){NULL}, "x\x1b");
    assert_string_equal(cx->diags.first->summary, "x : a [31mb c  d   2J");
}

static void test_as_one_line_and_by_status(void **state)
{
    struct ctx *cx = *state;
    struct diag_point before;

    diag_error(cx, NULL, "first", "stays");
    diag_set_status(cx, 503);
    before = diag_point(cx);
    assert_null(diag_line_since(cx, before));
    assert_int_equal(diag_status_since(cx, before), 0);
    diag_error(cx, NULL, "one", "1\n2");
    diag_set_status(cx, 501);
    diag_warning(cx, NULL, "two", "%s", "3");
    assert_int_equal(diag_status_since(cx, before), 501);
    assert_string_equal(diag_line_since(cx, before), "one: 1 2 two: 3");
    assert_int_equal(diag_status_since(cx, before), 0);
    assert_int_equal(cx->diags.errors, 1);
    assert_int_equal(cx->diags.warnings, 0);
    assert_string_equal(cx->diags.last->summary, "first");
}

static void test_without_a_session(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});

    (void)state;
    diag_error(cx, NULL, "plain", "%s", "");
    assert_string_equal(cx->diags.first->summary, "plain");
    ctx_free(cx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_errors_and_warnings_are_counted_in_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_texts_are_clean_bounded_and_redacted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_secret_across_the_bound_does_not_leak, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_wrap_and_path_since, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dropped_messages_were_never_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_messages_outlive_a_rewind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_a_terminal_obeys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_as_one_line_and_by_status, setup, teardown),
        cmocka_unit_test(test_without_a_session),
    };

    return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
