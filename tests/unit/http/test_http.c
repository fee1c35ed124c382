/* What goes out, and what comes back, when all is well. */
#include "unit.h"

#include <unistd.h>

#include "http_fixture.h"

static const struct http_server_options plain = {.tls = TEST_TLS_NONE};
static const struct http_client_options defaults = {.user_agent = "seedbank-test/1"};

static int setup(void **state)
{
    *state = http_fixture_new(&plain, &defaults);
    return 0;
}

static int teardown(void **state)
{
    http_fixture_free(*state);
    return 0;
}

static void test_a_reply_is_handed_over_whole(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "GET",
                           .target = "/bucket?versioning",
                           .expect = {"User-Agent: seedbank-test/1", "!Expect", "!Content-Type",
                                      "!Content-Length", "Host: 127.0.0.1:*", "!Authorization"},
                           .reply = {.status = 404,
                                     .headers = "X-One:  padded \t\r\nx-two:\r\nX-ONE: again\r\n",
                                     .body = "a\0b",
                                     .body_len = 3}});
    assert_int_equal(http_fixture_get(f, "/bucket?versioning", &r), RC_OK);
    assert_int_equal(r.status, 404);
    assert_int_equal(r.tries, 1);
    assert_string_equal(http_header_get(&r, "X-One"), "padded");
    assert_string_equal(http_header_get(&r, "X-TWO"), "");
    assert_null(http_header_get(&r, "X-Three"));
    assert_int_equal(r.n_headers, 4);
    assert_true(str_eq(r.body, (struct str){"a\0b", 3}));
    assert_int_equal(r.body.p[3], 0);
    http_server_stop(f->server);
    assert_satisfied(f->server);
}

static void test_the_target_is_sent_as_it_is(void **state)
{
    static const char *const targets[] = {
        "/a/../b/./c",  "//double//",         "/%2e%2E/%7Ex?marker=a%2Bb+c&prefix=",
        "/?versioning", "/a=b&c;d,e:@!$'()*", "/x?a=%00&b=?/..",
    };
    struct http_fixture *f = *state;
    struct http_response r;
    size_t i;

    for (i = 0; i < COUNT(targets); i++) {
        http_server_expect(f->server, &(struct http_server_step){0});
        assert_int_equal(http_fixture_get(f, targets[i], &r), RC_OK);
    }
    http_server_stop(f->server);
    assert_satisfied(f->server);
    for (i = 0; i < COUNT(targets); i++) {
        assert_string_equal(http_server_request(f->server, i)->target, targets[i]);
    }
    assert_int_equal(http_server_connections(f->server), 1); /* kept alive */
}

static void test_methods_and_bodies(void **state)
{
    static const struct {
        const char *method, *body, *length; /* NULL length: no such header */
    } rows[] = {
        {"GET", NULL, NULL},          {"DELETE", NULL, NULL}, {"PUT", NULL, "0"},
        {"PUT", "<a/>", "4"},         {"POST", "", "0"},      {"POST", "x=1", "3"},
        {"DELETE", "{\"a\":1}", "7"}, {"PATCH", "[]", "2"},   {"GET", "{}", "2"},
        {"HEAD", NULL, NULL},
    };
    struct http_fixture *f = *state;
    struct http_response r;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct http_request q = {.method = rows[i].method,
                                 .url = http_fixture_url(f, "/x"),
                                 .body = rows[i].body,
                                 .body_len = rows[i].body == NULL ? 0 : strlen(rows[i].body)};

        http_server_expect(
            f->server, &(struct http_server_step){.method = rows[i].method,
                                                  .body = rows[i].body == NULL ? "" : rows[i].body,
                                                  .expect = {"!Content-Type", "!Expect"},
                                                  .reply = {.body = "ok"}});
        assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
        assert_int_equal(r.body.n, strcmp(rows[i].method, "HEAD") == 0 ? 0 : 2);
    }
    http_server_stop(f->server);
    assert_satisfied(f->server);
    for (i = 0; i < COUNT(rows); i++) {
        const char *length =
            http_server_header(http_server_request(f->server, i), "Content-Length");

        if (rows[i].length == NULL) {
            assert_null(length);
        } else {
            assert_string_equal(length, rows[i].length);
        }
    }
}

static void test_headers_are_sent(void **state)
{
    struct http_header headers[] = {{"content-type", "application/xml"}, {"x-empty", ""}};
    struct http_fixture *f = *state;
    struct http_response r;
    struct http_request q = {.method = "PUT",
                             .url = http_fixture_url(f, "/x"),
                             .headers = headers,
                             .n_headers = COUNT(headers)};

    http_server_expect(f->server, &(struct http_server_step){
                                      .expect = {"Content-Type: application/xml", "X-Empty: "}});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    http_server_stop(f->server);
    assert_satisfied(f->server);
}

static void test_a_header_cannot_smuggle_another(void **state)
{
    struct http_header bad[] = {
        {"x-owner", "1\r\nX-Evil: 1"}, {"x owner", "1"},  {"x:owner", "1"},
        {"x-owner", "\x01"},           {"x\nowner", "1"}, {"x-owner", "\x7F"}};
    struct http_fixture *f = *state;
    struct http_response r;
    size_t i;

    for (i = 0; i < COUNT(bad); i++) {
        struct http_request q = {
            .method = "GET", .url = http_fixture_url(f, "/x"), .headers = &bad[i], .n_headers = 1};

        assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    }
    assert_int_equal(f->cx->diags.errors, COUNT(bad));
    assert_diag(f->cx, "x-owner holds a line break");
    assert_int_equal(http_server_count(f->server), 0);
}

static void test_redirects_are_returned(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .reply = {.status = 301, .headers = "Location: /elsewhere\r\n"}});
    assert_int_equal(http_fixture_get(f, "/x", &r), RC_OK);
    assert_int_equal(r.status, 301);
    assert_string_equal(http_header_get(&r, "location"), "/elsewhere");
    http_server_stop(f->server);
    assert_satisfied(f->server);
}

static void test_chunks_trailers_drip_and_interim_replies(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.body = "abcdefghij", .chunked = 3}});
    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.body = "slow", .drip_ms = 1}});
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .reply = {.status_line = "HTTP/1.1 103 Hints\r\nX-Hint: 1\r\n\r\n"
                                                    "HTTP/1.1 201 Made",
                                     .body = "z"}});
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .reply = {.status_line = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "1\r\nt\r\n0\r\nX-Trailer: 1",
                      .headers = "Content-Length: 0\r\n"}});
    assert_int_equal(http_fixture_get(f, "/chunks", &r), RC_OK);
    assert_string_equal(r.body.p, "abcdefghij");
    assert_int_equal(http_fixture_get(f, "/drip", &r), RC_OK);
    assert_string_equal(r.body.p, "slow");
    assert_int_equal(http_fixture_get(f, "/interim", &r), RC_OK);
    assert_int_equal(r.status, 201);
    assert_null(http_header_get(&r, "X-Hint"));
    assert_int_equal(http_fixture_get(f, "/trailer", &r), RC_OK);
    assert_string_equal(r.body.p, "t");
    http_server_stop(f->server);
    assert_satisfied(f->server);
}

static void test_replies_without_a_body(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    http_server_expect(f->server, &(struct http_server_step){.reply = {.status = 204}});
    http_server_expect(f->server, &(struct http_server_step){.reply = {.status = 304}});
    http_server_expect(f->server, &(struct http_server_step){.reply = {.status = 200}});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_int_equal(r.body.n, 0);
    assert_string_equal(r.body.p, "");
    http_server_stop(f->server);
    assert_satisfied(f->server);
}

/* Without a retry: a connection that the server has given up meanwhile is no failure. */
static void test_a_connection_closed_while_idle(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .times = 3, .reply = {.fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_AT_END}});
    assert_int_equal(http_fixture_get(f, "/1", &r), RC_OK);
    usleep(50000);
    assert_int_equal(http_fixture_get(f, "/2", &r), RC_OK);
    usleep(50000);
    assert_int_equal(http_fixture_get(f, "/3", &r), RC_OK);
    http_server_stop(f->server);
    assert_satisfied(f->server);
    assert_int_equal(http_server_connections(f->server), 3);
}

static void test_proxies_come_from_the_environment(void **state)
{
    struct http_fixture *f = *state;
    struct http_request q = {.method = "GET", .url = "http://no-such-host.invalid/a/../b?c"};
    struct http_response r;

    http_server_expect(f->server, &(struct http_server_step){.target = q.url});
    http_server_expect(f->server, &(struct http_server_step){.target = "/direct"});
    setenv("http_proxy", http_server_url(f->server), 1);
    setenv("no_proxy", "127.0.0.1", 1);
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    assert_int_equal(http_fixture_get(f, "/direct", &r), RC_OK);
    q.url = http_server_url(f->server);
    setenv("http_proxy", "http://no-such-proxy.invalid", 1);
    unsetenv("no_proxy");
    http_server_expect(f->server, &(struct http_server_step){.target = "/"});
    f->client = http_client_new(f->session, &(struct http_client_options){.direct = true});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    unsetenv("http_proxy");
    unsetenv("no_proxy");
    http_server_stop(f->server);
    assert_satisfied(f->server);
}

static void test_origin(void **state)
{
    static const char *const rows[][2] = {
        {"https://s3.example:9000/b/k?x=1", "https://s3.example:9000"},
        {"http://user:secret@host/", "http://host"},
        {"http://us@er:sec@host", "http://host"},
        {"https://host?x=/a@b", "https://host"},
        {"https://host#@x", "https://host"},
        {"https://[::1]:9000/x", "https://[::1]:9000"},
        {"host/path", "host"},
        {"", ""},
    };
    struct arena *a = arena_new();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        assert_string_equal(http_origin(a, rows[i][0]), rows[i][1]);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_reply_is_handed_over_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_target_is_sent_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(test_methods_and_bodies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers_are_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_header_cannot_smuggle_another, setup, teardown),
        cmocka_unit_test_setup_teardown(test_redirects_are_returned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_chunks_trailers_drip_and_interim_replies, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_replies_without_a_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_connection_closed_while_idle, setup, teardown),
        cmocka_unit_test_setup_teardown(test_proxies_come_from_the_environment, setup, teardown),
        cmocka_unit_test(test_origin),
    };

    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
