/* What the log shows, and what it must never show. */
#include "unit.h"

#include "base/redact.h"
#include "http/http_private.h"
#include "http_fixture.h"

static void test_urls(void **state)
{
    static const char *const rows[][2] = {
        {"https://h/p", "https://h/p"},
        {"https://h:1/p/q?versioning", "https://h:1/p/q?versioning"},
        {"https://h?x=1&prefix=a/b", "https://h?x=1&prefix=a/b"},
        {"https://u:p@h/p?X-Amz-Signature=abc&x=1", "https://h/p?X-Amz-Signature=(redacted)&x=1"},
        {"https://h/p?x=1&x-amz-credential=a%2Fb", "https://h/p?x=1&x-amz-credential=(redacted)"},
        {"https://h/p?X-Amz-Security-Token=a=b=c&y",
         "https://h/p?X-Amz-Security-Token=(redacted)&y"},
        {"https://h/p?token=&password=x#token=y",
         "https://h/p?token=(redacted)&password=(redacted)#token=(redacted)"},
        {"https://h/token=5/p?token", "https://h/token=5/p?token"},
        {"https://h/p?&&=&a==b", "https://h/p?&&=&a==b"},
    };
    struct arena *a = arena_new();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        assert_string_equal(http_log_url(a, rows[i][0]), rows[i][1]);
    }
    arena_free(a);
}

static void test_a_try_is_told_without_its_secrets(void **state)
{
    struct http_header headers[] = {
        {"Authorization", "AWS4-HMAC-SHA256 SECRET1"},
        {"x-amz-security-token", "SECRET2"},
        {"x-amz-date", "20261124T031618Z"},
        {"Cookie", "SECRET3"},
        {"X-Note", "the key is hunter2hunter2"},
    };
    struct http_fixture *f = http_fixture_new(&(struct http_server_options){0},
                                              &(struct http_client_options){.max_retries = 1});
    struct http_request q = {.method = "GET",
                             .url = http_fixture_url(f, "/b?X-Amz-Signature=SECRET4&marker=m"),
                             .headers = headers,
                             .n_headers = COUNT(headers),
                             .retry_safe = true};
    struct http_response r;

    (void)state;
    redact_add(session_redact(f->session), "hunter2hunter2");
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .reply = {.status = 503, .headers = "x-amz-request-id: tx1\r\n"}});
    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.headers = "Set-Cookie: SECRET5\r\n"
                                                                       "X-Good: shown\r\n"}});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    assert_null(strstr(f->log.text, "SECRET"));
    assert_null(strstr(f->log.text, "hunter2"));
    assert_true(test_log_has(&f->log, "debug http: complete method=GET url=http://127.0.0.1:"));
    assert_true(
        test_log_has(&f->log, "/b?X-Amz-Signature=(redacted)&marker=m status=503 try=1 ms="));
    assert_true(test_log_has(&f->log, "request_id=tx1"));
    assert_true(test_log_has(&f->log, "status=200 try=2 ms="));
    assert_true(test_log_has(&f->log,
                             "Authorization: (redacted); x-amz-security-token: (redacted); "
                             "x-amz-date: 20261124T031618Z; Cookie: (redacted); X-Note: the "
                             "key is (redacted)"));
    assert_true(test_log_has(&f->log, "Set-Cookie: (redacted); X-Good: shown"));
    http_fixture_free(f);
}

static void test_failures_are_told_too(void **state)
{
    struct http_fixture *f =
        http_fixture_new(&(struct http_server_options){0}, &(struct http_client_options){0});
    struct http_response r;

    (void)state;
    http_server_stop(f->server);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_FAIL);
    assert_true(test_log_has(&f->log, "debug http: connection refused method=GET url="));
    http_fixture_free(f);
}

static void test_nothing_at_a_higher_level(void **state)
{
    struct http_fixture *f =
        http_fixture_new(&(struct http_server_options){0}, &(struct http_client_options){0});
    struct http_response r;

    (void)state;
    f->log.log.level = LOG_INFO;
    http_server_expect(f->server, &(struct http_server_step){0});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_string_equal(f->log.text, "");
    http_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_a_try_is_told_without_its_secrets),
        cmocka_unit_test(test_failures_are_told_too),
        cmocka_unit_test(test_nothing_at_a_higher_level),
    };

    return cmocka_run_group_tests_name("http_log", tests, NULL, NULL);
}
