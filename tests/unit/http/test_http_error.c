/* No complete reply: the message names method, origin, cause and remedy, and never the query. */
#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/redact.h"
#include "http_fixture.h"

static const struct http_server_options plain = {.tls = TEST_TLS_NONE};
static const struct http_client_options hasty = {.request_timeout_ms = 400};
static const struct http_client_options steady = {.request_timeout_ms = 20000};

/* Every such message keeps to the rules. */
static void assert_good_message(struct http_fixture *f, const char *cause)
{
    const struct diag *d = f->cx->diags.last;

    assert_int_equal(f->cx->diags.errors, 1);
    assert_non_null(d);
    if (strstr(d->summary, cause) == NULL) {
        fail_msg("%s | %s", d->summary, d->detail);
    }
    assert_true(strncmp(d->summary, "GET ", 4) == 0);
    assert_non_null(strstr(d->summary, "://"));
    assert_null(strstr(d->summary, "SIGNATURE"));
    assert_null(strstr(d->detail, "SIGNATURE"));
    assert_non_null(strstr(d->detail, "; tried "));
    assert_true(d->detail[strlen(d->detail) - 1] == '.');
}

#define TARGET "/path?X-Amz-Signature=SIGNATURE"

static void fails(const struct http_client_options *client, struct http_server_reply reply,
                  const char *cause)
{
    struct http_fixture *f = http_fixture_new(&plain, client);
    struct http_response r = {.status = 77};

    http_server_expect(f->server, &(struct http_server_step){.reply = reply});
    assert_int_equal(http_fixture_get(f, TARGET, &r), RC_FAIL);
    assert_int_equal(r.status, 77);
    assert_good_message(f, cause);
    assert_diag(f->cx, http_server_url(f->server));
    http_server_stop(f->server);
    assert_satisfied(f->server);
    http_fixture_free(f);
}

static void test_hung_up(void **state)
{
    (void)state;
    fails(&steady, (struct http_server_reply){.fault = HTTP_SERVER_CLOSE},
          "closed or reset before an answer");
    fails(&steady, (struct http_server_reply){.fault = HTTP_SERVER_RESET},
          "closed or reset before an answer");
}

/* Every single byte of the head may be the last: none gives a success, none an empty body. */
static void test_cut_at_each_byte_of_the_head(void **state)
{
    static const char head[] = "HTTP/1.1 200 X\r\nContent-Length: 8\r\n\r\n";
    size_t after;

    (void)state;
    for (after = 1; after < sizeof head - 1; after++) {
        struct http_fixture *f = http_fixture_new(&plain, &steady);
        struct http_response r;

        http_server_expect(f->server,
                           &(struct http_server_step){.reply = {.status_line = "HTTP/1.1 200 X",
                                                                .body = "12345678",
                                                                .fault = HTTP_SERVER_CLOSE,
                                                                .where = HTTP_SERVER_IN_HEAD,
                                                                .after = after}});
        if (http_fixture_get(f, "/", &r) != RC_FAIL) {
            fail_msg("cut after %zu bytes of the head was taken for a reply", after);
        }
        http_fixture_free(f);
    }
}

static void test_cut_in_the_head(void **state)
{
    (void)state;
    fails(&steady,
          (struct http_server_reply){.status_line = "HTTP/1.1 200 X",
                                     .fault = HTTP_SERVER_CLOSE,
                                     .where = HTTP_SERVER_IN_HEAD,
                                     .after = 30},
          "cut inside its headers");
    fails(&steady,
          (struct http_server_reply){.status_line = "HTTP/1.1 200 X",
                                     .fault = HTTP_SERVER_RESET,
                                     .where = HTTP_SERVER_IN_HEAD,
                                     .after = 30},
          "cut inside its headers");
}

static void test_cut_in_the_body(void **state)
{
    size_t after;

    (void)state;
    for (after = 1; after < 8; after++) {
        fails(&steady,
              (struct http_server_reply){.body = "12345678",
                                         .fault = HTTP_SERVER_CLOSE,
                                         .where = HTTP_SERVER_IN_BODY,
                                         .after = after},
              "cut inside its body");
    }
    for (after = 1; after < 18; after++) { /* 3\r\n123\r\n1\r\n4\r\n0\r\n\r\n, but for its end */
        fails(&steady,
              (struct http_server_reply){.body = "1234",
                                         .chunked = 3,
                                         .fault = HTTP_SERVER_CLOSE,
                                         .where = HTTP_SERVER_IN_BODY,
                                         .after = after},
              "cut inside its body");
    }
    fails(&steady,
          (struct http_server_reply){
              .headers = "Content-Length: 80\r\n", .body = "12345678", .close = true},
          "cut inside its body");
}

static void test_a_success_without_an_end(void **state)
{
    (void)state;
    fails(&steady,
          (struct http_server_reply){.status_line = "HTTP/1.1 200 X\r\nConnection: close\r\n\r\nab",
                                     .fault = HTTP_SERVER_CLOSE,
                                     .where = HTTP_SERVER_AT_END},
          "neither its length nor its end");
}

static void test_an_error_without_an_end_is_still_told(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &steady);
    struct http_response r;

    (void)state;
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .reply = {.status_line = "HTTP/1.0 403 X\r\nConnection: close\r\n\r\nno",
                                     .fault = HTTP_SERVER_CLOSE,
                                     .where = HTTP_SERVER_AT_END}});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_int_equal(r.status, 403);
    http_fixture_free(f);
}

static void test_time_out(void **state)
{
    (void)state;
    fails(&hasty, (struct http_server_reply){.fault = HTTP_SERVER_STALL}, "time-out");
    fails(&hasty,
          (struct http_server_reply){
              .body = "123", .fault = HTTP_SERVER_STALL, .where = HTTP_SERVER_IN_BODY},
          "time-out");
    fails(&hasty, (struct http_server_reply){.body = "1234", .drip_ms = 100}, "time-out");
}

/* The kernel takes the connection, but nobody shakes hands. */
static void test_time_out_while_connecting(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct http_fixture *f = http_fixture_new(&plain, &hasty);
    struct http_request q = {.method = "GET"};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t len = sizeof address;
    struct http_response r;

    (void)state;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    q.url = arena_printf(f->cx->arena, "https://127.0.0.1:%u" TARGET, ntohs(address.sin_port));
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_good_message(f, "time-out while connecting");
    assert_diag(f->cx, "400 ms are allowed for connecting");
    close(fd);
    http_fixture_free(f);
}

static void test_stall(void **state)
{
    static const struct http_client_options restless = {.request_timeout_ms = 20000,
                                                        .stall_timeout_ms = 1000};
    struct http_fixture *f = http_fixture_new(&plain, &restless);
    struct http_response r;

    (void)state;
    fails(&restless, (struct http_server_reply){.fault = HTTP_SERVER_STALL}, "stalled");
    fails(&restless,
          (struct http_server_reply){
              .body = "123", .fault = HTTP_SERVER_STALL, .where = HTTP_SERVER_IN_BODY},
          "stalled");
    /* Slow is not stalled: longer than the limit in all, but never silent for so long. */
    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.body = "1234", .drip_ms = 8}});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    http_fixture_free(f);
}

static void test_not_http(void **state)
{
    static const char *const lines[] = {"SSH-2.0-OpenSSH_9.2", "HTTP/9 200 X", "\xFF\xFE\x01",
                                        "220 mail ready", "<html>"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(lines); i++) {
        fails(&steady,
              (struct http_server_reply){.status_line = lines[i], .body = "x", .close = true},
              "not HTTP");
    }
}

static void test_too_large(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &steady);
    struct http_request q = {.method = "GET",
                             .url = http_fixture_url(f, TARGET),
                             .max_response = 10,
                             .retry_safe = true};
    struct http_response r;

    (void)state;
    http_server_expect(f->server, &(struct http_server_step){.reply = {.body = "1234567890"}});
    http_server_expect(f->server, &(struct http_server_step){.reply = {.body = "12345678901"}});
    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.status = 403, .body = "12345678901"}});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    assert_int_equal(r.body.n, 10);
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_good_message(f, "too large");
    assert_diag(f->cx, "HTTP 200 came with more than 10 bytes");
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK); /* the status matters more */
    assert_int_equal(r.status, 403);
    assert_string_equal(r.body.p, "1234567890");
    http_server_stop(f->server);
    assert_satisfied(f->server);
    http_fixture_free(f);
}

static void test_a_megabyte_is_the_usual_cap(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &steady);
    struct http_response r;

    (void)state;
    http_server_expect(f->server, &(struct http_server_step){
                                      .reply = {.body = "0123456789abcdef", .body_repeat = 65536}});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_int_equal(r.body.n, 1 << 20);
    http_fixture_free(f);
    fails(&steady, (struct http_server_reply){.body = "0123456789abcdef", .body_repeat = 65537},
          "too large");
}

static void test_headers_too_large(void **state)
{
    struct arena *a = arena_new();
    struct buf *many = buf_new(a, 200000);

    (void)state;
    while (many->len < 70000) {
        buf_puts(many, "X-Padding: 0123456789012345678901234567890123456789\r\n");
    }
    fails(&steady, (struct http_server_reply){.headers = many->data}, "headers are too large");
    arena_free(a);
}

static void test_refused(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &steady);
    struct http_response r;

    (void)state;
    http_server_stop(f->server);
    assert_int_equal(http_fixture_get(f, TARGET, &r), RC_FAIL);
    assert_good_message(f, "connection refused");
    assert_diag(f->cx, "Nothing listens there");
    http_fixture_free(f);
}

static void test_a_proxy_that_refuses_is_named(void **state)
{
    static const struct {
        const char *variable;
        bool heeded;
    } rows[] = {{"http_proxy", true}, {"ALL_PROXY", true}, {"https_proxy", false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_fixture *f = http_fixture_new(&plain, &steady);
        struct http_response r;
        http_server_stop(f->server);
        setenv(rows[i].variable, http_server_url(f->server), 1);
        assert_int_equal(http_fixture_get(f, TARGET, &r), RC_FAIL);
        unsetenv(rows[i].variable);
        assert_good_message(f, "connection refused");
        assert_int_equal(strstr(f->cx->diags.last->detail, rows[i].variable) != NULL,
                         rows[i].heeded);
        http_fixture_free(f);
    }
}

static void test_addresses_that_are_none(void **state)
{
    static const char *const urls[] = {
        "ftp://user:SIGNATURE@host/x",     "file:///etc/passwd",
        "http://host:notaport/?SIGNATURE", "https://",
        "http:// space/SIGNATURE",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(urls); i++) {
        struct http_fixture *f = http_fixture_new(&plain, &steady);
        struct http_request q = {.method = "GET", .url = urls[i], .retry_safe = true};
        struct http_response r;

        assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
        assert_good_message(f, "not an http or https URL");
        http_fixture_free(f);
    }
}

/* RFC 6761 promises that names under .invalid do not exist. */
static void test_no_such_name(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &steady);
    struct http_request q = {.method = "GET", .url = "http://no-such-host.invalid/"};
    struct http_response r;

    (void)state;
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_good_message(f, "name lookup");
    assert_diag(f->cx, "http://no-such-host.invalid");
    http_fixture_free(f);
}

/* A GET of that URL while so many more files can be opened. */
static void fails_for_want_of_files(const char *url, unsigned room)
{
    struct http_fixture *f = http_fixture_new(&plain, &steady);
    struct http_request q = {.method = "GET", .url = url};
    int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct rlimit limit, tight;
    struct http_response r;
    enum rc rc;

    assert_true(lowest >= 0);
    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    tight = (struct rlimit){(rlim_t)lowest + room, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    rc = http_send(f->cx, f->client, &q, &r);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(rc, RC_FAIL);
    assert_good_message(f, "no more files can be opened");
    assert_diag(f->cx, arena_printf(f->cx->arena, "ulimit -n is %u.", (unsigned)tight.rlim_cur));
    http_fixture_free(f);
}

static void test_no_more_files(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char url[64];

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(url, sizeof url, "https://127.0.0.1:%u" TARGET, ntohs(address.sin_port));
    fails_for_want_of_files(url, 0);
    fails_for_want_of_files(url, 1); /* none for the CA's file */
    fails_for_want_of_files("http://no-such-host.invalid/", 0);
    close(fd);
}

static void *raise_later(void *arg)
{
    usleep(50000);
    cancel_raise(arg);
    return NULL;
}

static void test_cancelled_while_waiting(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &steady);
    int64_t before = clock_system.monotonic_ms(&clock_system);
    struct http_response r;
    pthread_t thread;

    (void)state;
    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.fault = HTTP_SERVER_STALL}});
    assert_int_equal(pthread_create(&thread, NULL, raise_later, f->cancel), 0);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_FAIL);
    pthread_join(thread, NULL);
    assert_true(clock_system.monotonic_ms(&clock_system) - before < 10000);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_diag(f->cx, "interrupted");
    http_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hung_up),
        cmocka_unit_test(test_cut_at_each_byte_of_the_head),
        cmocka_unit_test(test_cut_in_the_head),
        cmocka_unit_test(test_cut_in_the_body),
        cmocka_unit_test(test_a_success_without_an_end),
        cmocka_unit_test(test_an_error_without_an_end_is_still_told),
        cmocka_unit_test(test_time_out),
        cmocka_unit_test(test_time_out_while_connecting),
        cmocka_unit_test(test_stall),
        cmocka_unit_test(test_not_http),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_a_megabyte_is_the_usual_cap),
        cmocka_unit_test(test_headers_too_large),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_a_proxy_that_refuses_is_named),
        cmocka_unit_test(test_addresses_that_are_none),
        cmocka_unit_test(test_no_such_name),
        cmocka_unit_test(test_no_more_files),
        cmocka_unit_test(test_cancelled_while_waiting),
    };

    return cmocka_run_group_tests_name("http_error", tests, NULL, NULL);
}
