/* Scripts as text: each directive reaches the server, and slips are named by their line. */
#include "unit.h"

#include <unistd.h>

#include "base/arena.h"
#include "http_script.h"

static char path[] = "/tmp/seedbank-test-script-XXXXXX";

static const char *read_text(struct http_script *s, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    *s = (struct http_script){.arena = s->arena};
    return http_script_read(s, path);
}

static void test_all_directives(void **state)
{
    struct http_script s = {.arena = arena_new()};
    const struct http_server_step *step;

    (void)state;
    assert_null(read_text(&s, "# a comment\n"
                              "tls self-signed\n"
                              "any-order\n"
                              "limit 500\n"
                              "\n"
                              "step PUT /b?lifecycle\n"
                              "  times 3\n"
                              "  expect Host: 127*\n"
                              "  expect !Expect\n"
                              "  expect-body a\\x41\\n\n"
                              "  status 503\n"
                              "  header Retry-After: 1\n"
                              "  header X-Two: 2\n"
                              "  body a\\\\b\\r\\t\\x00c\n"
                              "  body-repeat 4\n"
                              "  chunked 5\n"
                              "  delay 6\n"
                              "  drip 7\n"
                              "  close\n"
                              "  fault reset body 8\n"
                              "step * *\n"
                              "  times any\n"
                              "  status-line HTTP/1.1 200\\xFF\n"
                              "  fault stall start"));
    assert_int_equal(s.options.tls, TEST_TLS_SELF_SIGNED);
    assert_true(s.options.any_order);
    assert_int_equal(s.options.limit, 500);
    assert_int_equal(s.n_steps, 2);
    step = &s.steps[0];
    assert_string_equal(step->method, "PUT");
    assert_string_equal(step->target, "/b?lifecycle");
    assert_int_equal(step->times, 3);
    assert_string_equal(step->expect[0], "Host: 127*");
    assert_string_equal(step->expect[1], "!Expect");
    assert_null(step->expect[2]);
    assert_string_equal(step->body, "aA\n");
    assert_int_equal(step->reply.status, 503);
    assert_string_equal(step->reply.headers, "Retry-After: 1\r\nX-Two: 2\r\n");
    assert_int_equal(step->reply.body_len, 7);
    assert_memory_equal(step->reply.body, "a\\b\r\t\0c", 7);
    assert_int_equal(step->reply.body_repeat, 4);
    assert_int_equal(step->reply.chunked, 5);
    assert_int_equal(step->reply.delay_ms, 6);
    assert_int_equal(step->reply.drip_ms, 7);
    assert_true(step->reply.close);
    assert_int_equal(step->reply.fault, HTTP_SERVER_RESET);
    assert_int_equal(step->reply.where, HTTP_SERVER_IN_BODY);
    assert_int_equal(step->reply.after, 8);
    step = &s.steps[1];
    assert_null(step->method);
    assert_null(step->target);
    assert_int_equal(step->times, HTTP_SERVER_ANY_TIMES);
    assert_string_equal(step->reply.status_line, "HTTP/1.1 200\xFF");
    assert_int_equal(step->reply.fault, HTTP_SERVER_STALL);
    assert_int_equal(step->reply.where, HTTP_SERVER_AT_START);
    arena_free(s.arena);
}

static void test_a_body_from_a_file(void **state)
{
    struct http_script s = {.arena = arena_new()}, t = {.arena = s.arena};
    char *script = arena_printf(s.arena, "step * *\nbody-file %s\n", path);

    (void)state;
    assert_null(read_text(&s, script));
    assert_null(http_script_read(&t, path));
    assert_string_equal(s.steps[0].reply.body, script);
    assert_int_equal(s.steps[0].reply.body_len, strlen(script));
    arena_free(s.arena);
}

static void test_slips_are_named_by_their_line(void **state)
{
    static const char *const lines[] = {
        "tls best",
        "any-order x",
        "limit 0",
        "limit many",
        "step",
        "step GET",
        "step  /x",
        "times 0",
        "times -1",
        "times x",
        "expect",
        "expect-body \\q",
        "status 99",
        "status 1000",
        "status-line \\x4",
        "body \\",
        "body-file /no/such",
        "body-repeat x",
        "chunked 0",
        "delay -1",
        "drip",
        "close now",
        "fault",
        "fault close",
        "fault cut head",
        "fault reset tail",
        "fault reset head x",
        "header \\z",
        "bodyy x",
    };
    struct http_script s = {.arena = arena_new()};
    const char *wrong;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(lines); i++) {
        wrong = read_text(&s, arena_printf(s.arena, "step GET /\n  %s\nstep * *\n", lines[i]));
        if (wrong == NULL || strstr(wrong, ":2: ") == NULL) {
            fail_msg("\"%s\": %s", lines[i], wrong == NULL ? "taken" : wrong);
        }
    }
    wrong = read_text(&s, "status 200\nstep * *\n"); /* of no step */
    assert_non_null(strstr(wrong, ":1: "));
    assert_non_null(strstr(http_script_read(&s, "/no/such"), "/no/such: cannot be read"));
    arena_free(s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_directives),
        cmocka_unit_test(test_a_body_from_a_file),
        cmocka_unit_test(test_slips_are_named_by_their_line),
    };
    int fd = mkstemp(path), failed;

    if (fd < 0 || close(fd) != 0) {
        return 1;
    }
    failed = cmocka_run_group_tests_name("http_script", tests, NULL, NULL);
    unlink(path);
    return failed;
}
