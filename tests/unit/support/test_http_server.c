/* The scripted server must tell on clients: seen through a client of bare sockets. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "http_server.h"

static int dial(struct http_server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    uint64_t port;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(str_to_u64(str_of(strrchr(http_server_url(s), ':') + 1), &port));
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Say that, and collect what comes until the server hangs up, resets (then -1), or `until` came. */
static ssize_t talk(int fd, const char *words, char *answer, const char *until)
{
    size_t len = 0;
    ssize_t n;

    assert_int_equal(send(fd, words, strlen(words), MSG_NOSIGNAL), strlen(words));
    answer[0] = '\0';
    while ((n = recv(fd, answer + len, 4095 - len, 0)) > 0) {
        len += (size_t)n;
        answer[len] = '\0';
        if (until != NULL && strstr(answer, until) != NULL) {
            return (ssize_t)len;
        }
    }
    return n < 0 ? -1 : (ssize_t)len;
}

static void test_keep_alive_serves_steps_in_order(void **state)
{
    struct http_server *s = http_server_start(&(struct http_server_options){0});
    char answer[4096];
    int fd = dial(s);

    (void)state;
    http_server_expect(
        s, &(struct http_server_step){.method = "GET", .target = "/a?b", .reply = {.body = "one"}});
    http_server_expect(s, &(struct http_server_step){.method = "PUT",
                                                     .body = "hello",
                                                     .expect = {"X-Seed: b*", "!X-Other"},
                                                     .times = 2,
                                                     .reply = {.status = 503, .body = "two"}});
    assert_true(talk(fd, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n", answer, "one") > 0);
    assert_non_null(strstr(answer, "HTTP/1.1 200 "));
    assert_true(talk(fd, "PUT /c HTTP/1.1\r\nX-Seed: bank\r\nContent-Length: 5\r\n\r\nhello",
                     answer, "two") > 0);
    assert_non_null(strstr(answer, "HTTP/1.1 503 "));
    assert_true(talk(fd,
                     "PUT /c HTTP/1.1\r\nx-seed: b\r\nTransfer-Encoding: chunked\r\n"
                     "Connection: close\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
                     answer, NULL) > 0);
    close(fd);
    http_server_stop(s);
    assert_satisfied(s);
    assert_int_equal(http_server_count(s), 3);
    assert_int_equal(http_server_connections(s), 1);
    assert_string_equal(http_server_request(s, 2)->body, "hello");
    assert_string_equal(http_server_header(http_server_request(s, 2), "X-SEED"), "b");
    assert_null(http_server_header(http_server_request(s, 2), "X-S"));
    assert_null(http_server_request(s, 3));
    http_server_free(s);
}

static void test_unexpected_and_left_over_are_told(void **state)
{
    struct http_server *s = http_server_start(&(struct http_server_options){0});
    char answer[4096];
    int fd = dial(s);

    (void)state;
    http_server_expect(s, &(struct http_server_step){.method = "PUT", .target = "/x"});
    http_server_expect(s, &(struct http_server_step){.times = HTTP_SERVER_ANY_TIMES});
    assert_true(talk(fd, "GET /a HTTP/1.1\r\n\r\n", answer, "unexpected") > 0);
    assert_true(talk(fd, "rubbish\r\n\r\n", answer, NULL) == 0);
    close(fd);
    http_server_stop(s);
    assert_non_null(http_server_wrong(s));
    assert_non_null(strstr(http_server_wrong(s), "unexpected: GET /a (wanted: PUT)"));
    assert_non_null(strstr(http_server_wrong(s), "malformed or cut request: rubbish"));
    assert_non_null(strstr(http_server_wrong(s), "left over: PUT /x (served 0 of 1)"));
    assert_null(strstr(http_server_wrong(s), "left over: any"));
    http_server_free(s);
}

static void test_any_order_and_storms(void **state)
{
    struct http_server *s = http_server_start(&(struct http_server_options){.any_order = true});
    char answer[4096];
    int fd = dial(s);

    (void)state;
    http_server_expect(s, &(struct http_server_step){.target = "/a", .reply = {.body = "A1"}});
    http_server_expect(s, &(struct http_server_step){.target = "/b", .reply = {.body = "B"}});
    http_server_expect(s, &(struct http_server_step){.target = "/a", .reply = {.body = "A2"}});
    assert_true(talk(fd, "GET /b HTTP/1.1\r\n\r\n", answer, "B") > 0);
    assert_true(talk(fd, "GET /a HTTP/1.1\r\n\r\n", answer, "A1") > 0);
    assert_true(talk(fd, "GET /a HTTP/1.1\r\n\r\n", answer, "A2") > 0);
    close(fd);
    http_server_stop(s);
    assert_satisfied(s);
    http_server_free(s);
}

/* A tenth at once, and after a second's pause of theirs no more than that either. */
static void test_beyond_the_limit_it_is_throttled_as_s3_does(void **state)
{
    struct http_server *s = http_server_start(&(struct http_server_options){.limit = 20});
    char answer[4096];
    int fd = dial(s), i;

    (void)state;
    http_server_expect(
        s, &(struct http_server_step){.times = HTTP_SERVER_ANY_TIMES, .reply = {.body = "served"}});
    for (i = 0; i < 2; i++) {
        assert_true(talk(fd, "GET / HTTP/1.1\r\n\r\n", answer, "served") > 0);
    }
    assert_true(talk(fd, "GET / HTTP/1.1\r\n\r\n", answer, "</Error>") > 0);
    assert_non_null(strstr(answer, "503"));
    assert_non_null(strstr(answer, "<Code>SlowDown</Code>"));
    usleep(60000);
    assert_true(talk(fd, "GET / HTTP/1.1\r\n\r\n", answer, "served") > 0);
    close(fd);
    http_server_stop(s);
    assert_int_equal(http_server_refused(s), 1);
    assert_satisfied(s);
    http_server_free(s);
}

static void test_faults(void **state)
{
    static const struct {
        struct http_server_reply reply;
        const char *answer; /* NULL: a reset */
    } rows[] = {
        {{.body = "12345678", .fault = HTTP_SERVER_CLOSE}, ""},
        {{.body = "12345678", .fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_IN_HEAD, .after = 9},
         "HTTP/1.1 "},
        {{.status_line = "HTTP/1.1 200 X",
          .body = "12345678",
          .fault = HTTP_SERVER_CLOSE,
          .where = HTTP_SERVER_IN_BODY,
          .after = 3},
         "HTTP/1.1 200 X\r\nContent-Length: 8\r\n\r\n123"},
        {{.status_line = "HTTP/1.1 200 X",
          .headers = "Content-Length: 80\r\n",
          .body = "12345678",
          .close = true},
         "HTTP/1.1 200 X\r\nContent-Length: 80\r\nConnection: close\r\n\r\n12345678"},
        {{.status_line = "SSH-2.0-hello",
          .body = "ab",
          .chunked = 1,
          .drip_ms = 1,
          .fault = HTTP_SERVER_CLOSE,
          .where = HTTP_SERVER_AT_END},
         "SSH-2.0-hello\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"},
        {{.body = "x", .fault = HTTP_SERVER_RESET}, NULL},
    };
    char answer[4096];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct http_server *s = http_server_start(&(struct http_server_options){0});
        int fd = dial(s);
        ssize_t n;

        http_server_expect(s, &(struct http_server_step){.reply = rows[i].reply});
        n = talk(fd, "GET / HTTP/1.1\r\n\r\n", answer, NULL);
        if (rows[i].answer != NULL) {
            assert_string_equal(answer, rows[i].answer);
        } else {
            assert_true(n < 0 && errno == ECONNRESET);
        }
        close(fd);
        http_server_stop(s);
        assert_satisfied(s);
        http_server_free(s);
    }
}

static void test_a_stalled_server_stops(void **state)
{
    struct http_server *s = http_server_start(&(struct http_server_options){0});
    static const char words[] = "GET / HTTP/1.1\r\n\r\n";
    int fd = dial(s), idle = dial(s);

    (void)state;
    http_server_expect(s, &(struct http_server_step){.reply = {.fault = HTTP_SERVER_STALL}});
    assert_true(send(fd, words, sizeof words - 1, 0) > 0);
    while (http_server_count(s) == 0) {
        usleep(1000);
    }
    http_server_stop(s);
    assert_satisfied(s);
    close(fd);
    close(idle);
    http_server_free(s);
    http_server_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keep_alive_serves_steps_in_order),
        cmocka_unit_test(test_unexpected_and_left_over_are_told),
        cmocka_unit_test(test_any_order_and_storms),
        cmocka_unit_test(test_beyond_the_limit_it_is_throttled_as_s3_does),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_a_stalled_server_stops),
    };

    return cmocka_run_group_tests_name("http_server", tests, NULL, NULL);
}
