/* When a request is sent again, how soon, and when not. */
#include "unit.h"

#include "http_fixture.h"

static const struct http_server_options plain = {.tls = TEST_TLS_NONE};
static const struct http_client_options patient = {.max_retries = 4, .request_timeout_ms = 20000};

static int setup(void **state)
{
    *state = http_fixture_new(&plain, &patient);
    return 0;
}

static int teardown(void **state)
{
    http_fixture_free(*state);
    return 0;
}

static void expect(struct http_fixture *f, struct http_server_reply reply)
{
    http_server_expect(f->server, &(struct http_server_step){.reply = reply});
}

static void finish(struct http_fixture *f)
{
    http_server_stop(f->server);
    assert_satisfied(f->server);
}

static void test_passing_statuses_are_tried_again(void **state)
{
    static const int statuses[] = {429, 500, 502, 503, 504};
    struct http_fixture *f = *state;
    struct http_response r;
    size_t i;

    for (i = 0; i < COUNT(statuses); i++) {
        expect(f, (struct http_server_reply){.status = statuses[i]});
        expect(f, (struct http_server_reply){.body = "at last"});
        assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
        assert_int_equal(r.status, 200);
        assert_int_equal(r.tries, 2);
        assert_string_equal(r.body.p, "at last");
    }
    finish(f);
    assert_int_equal(f->cx->diags.errors + f->cx->diags.warnings, 0);
}

/* The caller's word counts for what the status does not give away. */
static enum http_verdict is_busy(struct ctx *cx, void *arg, const struct http_response *response)
{
    unsigned *asked = arg;

    (void)cx;
    ++*asked;
    return strcmp(response->body.p, "busy") == 0 ? HTTP_PASSING : HTTP_FINAL;
}

static void test_what_the_caller_calls_passing_is_tried_again(void **state)
{
    struct http_fixture *f = *state;
    unsigned asked = 0;
    struct http_request q = {.method = "GET",
                             .url = http_fixture_url(f, "/"),
                             .retry_safe = true,
                             .passing = is_busy,
                             .prepare_arg = &asked};
    struct http_response r;

    expect(f, (struct http_server_reply){.body = "busy"});
    expect(f, (struct http_server_reply){.status = 400, .body = "busy"});
    expect(f, (struct http_server_reply){.status = 503});
    expect(f, (struct http_server_reply){.body = "done"});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    assert_string_equal(r.body.p, "done");
    assert_int_equal(r.tries, 4);
    assert_int_equal(asked, 3);
    q.retry_safe = false;
    expect(f, (struct http_server_reply){.body = "busy"});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    assert_int_equal(r.tries, 1);
    finish(f);
}

static void test_dates(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } rows[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
        {"Sat, 01 Jan 10000 00:00:00 GMT", -1},
        {"Wed, 31 Dec 1969 23:59:58 GMT", -1},
        {"yesterday", -1},
        {"", -1},
        {NULL, -1},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t seconds = -1;
        assert_int_equal(http_date(rows[i].text, &seconds), rows[i].seconds >= 0);
        assert_int_equal(seconds, rows[i].seconds);
    }
}

static void test_other_statuses_are_not(void **state)
{
    static const int statuses[] = {301, 400, 403, 404, 408, 409, 412, 501, 505};
    struct http_fixture *f = *state;
    struct http_response r;
    size_t i;

    for (i = 0; i < COUNT(statuses); i++) {
        expect(f, (struct http_server_reply){.status = statuses[i]});
        assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
        assert_int_equal(r.status, statuses[i]);
        assert_int_equal(r.tries, 1);
    }
    finish(f);
}

static void test_the_last_reply_is_returned_when_retries_are_used_up(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    http_server_expect(f->server, &(struct http_server_step){
                                      .times = 5, .reply = {.status = 503, .body = "SlowDown"}});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_int_equal(r.status, 503);
    assert_int_equal(r.tries, 5);
    assert_string_equal(r.body.p, "SlowDown");
    finish(f);
}

static void test_broken_replies_are_tried_again(void **state)
{
    static const enum http_server_fault faults[] = {HTTP_SERVER_CLOSE, HTTP_SERVER_RESET};
    static const enum http_server_where places[] = {HTTP_SERVER_AT_START, HTTP_SERVER_IN_HEAD,
                                                    HTTP_SERVER_IN_BODY};
    struct http_fixture *f = *state;
    struct http_response r;
    size_t i, k, chunked;

    for (i = 0; i < COUNT(faults); i++) {
        for (k = 0; k < COUNT(places); k++) {
            for (chunked = 0; chunked < 2; chunked++) {
                expect(f, (struct http_server_reply){.body = "12345678",
                                                     .chunked = chunked * 3,
                                                     .fault = faults[i],
                                                     .where = places[k]});
                expect(f, (struct http_server_reply){.body = "whole", .close = true});
                assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
                assert_int_equal(r.tries, 2);
                assert_string_equal(r.body.p, "whole");
            }
        }
    }
    finish(f);
}

static struct http_request unsafe(struct http_fixture *f)
{
    return (struct http_request){
        .method = "POST", .url = http_fixture_url(f, "/once"), .body = "x", .body_len = 1};
}

static void test_unsafe_requests_are_sent_once(void **state)
{
    struct http_fixture *f = *state;
    struct http_request q = unsafe(f);
    struct http_response r = {.status = 77};

    expect(f, (struct http_server_reply){.status = 503});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_OK);
    assert_int_equal(r.tries, 1);
    expect(f, (struct http_server_reply){.fault = HTTP_SERVER_CLOSE});
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_int_equal(r.status, 503); /* untouched */
    finish(f);
}

/* A kept connection that the server closes at the next request: curl alone would send it again. */
static void test_unsafe_requests_are_sent_once_also_after_keep_alive(void **state)
{
    struct http_fixture *f = *state;
    struct http_request q = unsafe(f);
    struct http_response r;

    expect(f, (struct http_server_reply){.body = "keeps the connection"});
    expect(f, (struct http_server_reply){.fault = HTTP_SERVER_CLOSE});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    finish(f);
    assert_int_equal(http_server_count(f->server), 2);
}

/* The same with one that may be sent again: it is, in one try or in two, and told. */
static void test_what_was_sent_again_is_told(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    expect(f, (struct http_server_reply){.body = "keeps the connection"});
    expect(f, (struct http_server_reply){.fault = HTTP_SERVER_CLOSE});
    expect(f, (struct http_server_reply){.body = "at last"});
    expect(f, (struct http_server_reply){.status = 503});
    expect(f, (struct http_server_reply){.body = "a second try"});
    expect(f, (struct http_server_reply){.body = "once"});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_false(r.repeated);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_string_equal(r.body.p, "at last");
    assert_true(r.repeated);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_string_equal(r.body.p, "a second try");
    assert_true(r.repeated);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    assert_false(r.repeated);
    finish(f);
}

/* What never reached a server may be sent again, whatever it is. */
static void test_unsafe_requests_are_repeated_when_nothing_was_sent(void **state)
{
    struct http_fixture *f = *state;
    struct http_request q = unsafe(f);
    struct http_response r;

    http_server_stop(f->server);
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_int_equal(atomic_load(&f->clock.n_sleeps), 4);
    assert_diag(f->cx, "connection refused");
    assert_diag(f->cx, "tried 5 times");
}

static void test_delays_grow_with_full_jitter(void **state)
{
    static const int64_t limits[] = {100, 200, 400, 800};
    int64_t least = INT64_MAX, most = 0;
    struct http_fixture *f = *state;
    struct http_response r;
    int round;
    size_t i;

    for (round = 0; round < 12; round++) {
        http_server_expect(f->server,
                           &(struct http_server_step){.times = 5, .reply = {.status = 500}});
        assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
        assert_int_equal(atomic_load(&f->clock.n_sleeps), (round + 1) * 4);
    }
    for (i = 0; i < 48; i++) {
        int64_t slept = atomic_load(&f->clock.sleeps[i]);

        assert_true(slept >= 0 && slept <= limits[i % 4]);
        if (i % 4 == 3 && slept < least) {
            least = slept;
        }
        if (i % 4 == 3 && slept > most) {
            most = slept;
        }
    }
    assert_true(most - least > 100); /* fails once in 10^9 runs */
    finish(f);
}

static void test_delays_stay_under_twenty_seconds(void **state)
{
    struct http_fixture *f =
        http_fixture_new(&plain, &(struct http_client_options){.max_retries = 60});
    struct http_response r;
    int64_t most = 0;
    size_t i;

    (void)state;
    http_server_expect(f->server,
                       &(struct http_server_step){.times = 61, .reply = {.status = 500}});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    for (i = 0; i < 60; i++) {
        assert_true(atomic_load(&f->clock.sleeps[i]) <= 20000);
        if (atomic_load(&f->clock.sleeps[i]) > most) {
            most = atomic_load(&f->clock.sleeps[i]);
        }
    }
    assert_true(most > 10000);
    finish(f);
    http_fixture_free(f);
}

static void test_retry_after(void **state)
{
    static const struct {
        const char *header;
        int64_t least, most; /* with the first jitter of 100 ms */
    } rows[] = {
        {"Retry-After: 7\r\n", 7000, 7100},
        {"retry-after: 60\r\n", 60000, 60100},
        {"Retry-After: 3600\r\n", 60000, 60100},
        {"Retry-After: 9223372036854775807\r\n", 60000, 60100},
        {"Retry-After: 99999999999999999999999\r\n", 0, 100},
        {"Retry-After: 0\r\n", 0, 100},
        {"Retry-After: -5\r\n", 0, 100},
        {"Retry-After: -9223372036854775807\r\n", 0, 100},
        {"Retry-After: soon\r\n", 0, 100},
        {"Retry-After:\r\n", 0, 100},
        {"Retry-After: Tue, 24 Nov 2026 03:16:48 GMT\r\n", 30000, 30100},
        {"Retry-After: Wed, 25 Nov 2026 03:16:48 GMT\r\n", 60000, 60100},
        {"Retry-After: Mon, 23 Nov 2026 03:16:48 GMT\r\n", 0, 100},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct http_fixture *f = http_fixture_new(&plain, &patient);
        struct http_response r;
        int64_t slept;

        expect(f, (struct http_server_reply){.status = 503, .headers = rows[i].header});
        expect(f, (struct http_server_reply){.status = 200});
        assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
        slept = atomic_load(&f->clock.sleeps[0]);
        if (slept < rows[i].least || slept > rows[i].most) {
            fail_msg("%s gave %lld ms", rows[i].header, (long long)slept);
        }
        finish(f);
        http_fixture_free(f);
    }
}

/* What would begin too late is not begun; the reply at hand is the answer. */
static void test_no_retry_after_the_end_of_patience(void **state)
{
    static const struct {
        int64_t patience_ms;
        unsigned tries;
    } rows[] = {{0, 3}, {30000, 3}, {9000, 2}, {5000, 1}, {1, 1}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct http_fixture *f = http_fixture_new(&plain, &patient);
        struct http_response r;
        unsigned n;

        for (n = 1; n <= rows[i].tries; n++) {
            expect(f, (struct http_server_reply){.status = n == 3 ? 200 : 503,
                                                 .headers = "Retry-After: 6\r\n"});
        }
        if (rows[i].patience_ms > 0) {
            f->cx->patience_end_ms = f->cx->clock->monotonic_ms(f->cx->clock) + rows[i].patience_ms;
        }
        assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
        assert_int_equal(r.tries, rows[i].tries);
        assert_int_equal(r.status, rows[i].tries == 3 ? 200 : 503);
        finish(f);
        http_fixture_free(f);
    }
}

static enum rc sign(struct ctx *cx, void *arg, struct http_request *request)
{
    int *calls = arg;
    struct http_header *h = arena_alloc(cx->arena, sizeof *h);

    if (++*calls == 4) {
        return diag_error(cx, NULL, "no key", "%s", "");
    }
    *h = (struct http_header){"x-try", arena_printf(cx->arena, "%d", *calls)};
    request->headers = h;
    request->n_headers = 1;
    return RC_OK;
}

static void test_each_try_is_prepared_anew(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;
    int calls = 0, i;
    struct http_request q = {.method = "GET",
                             .url = http_fixture_url(f, "/"),
                             .retry_safe = true,
                             .prepare = sign,
                             .prepare_arg = &calls};

    for (i = 1; i <= 3; i++) {
        http_server_expect(f->server, &(struct http_server_step){
                                          .expect = {arena_printf(f->cx->arena, "x-try: %d", i)},
                                          .reply = {.status = 500}});
    }
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_int_equal(calls, 4);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_diag(f->cx, "no key");
    finish(f);
}

static void test_cancelled_between_tries(void **state)
{
    struct http_fixture *f = *state;
    struct http_response r;

    cancel_raise(f->cancel);
    assert_int_equal(http_fixture_get(f, "/", &r), RC_FAIL);
    assert_diag(f->cx, "interrupted");
    assert_int_equal(http_server_count(f->server), 0);
}

/* Each of hundreds of requests would wait for minutes. */
static void test_silence_is_waited_out_once(void **state)
{
    static const struct http_client_options hasty = {.max_retries = 1, .request_timeout_ms = 1000};
    static const struct http_server_reply silence = {.fault = HTTP_SERVER_STALL};
    struct http_fixture *f = http_fixture_new(&plain, &hasty);
    struct http_response r;

    (void)state;
    http_server_expect(f->server, &(struct http_server_step){.times = 3, .reply = silence});
    assert_int_equal(http_fixture_get(f, "/a", &r), RC_FAIL);
    assert_diag(f->cx, "tried 2 times");
    assert_int_equal(http_fixture_get(f, "/b", &r), RC_FAIL);
    assert_diag(f->cx, "tried 1 time, ");
    assert_diag(f->cx, "Another request got no answer a moment ago");
    f->clock.monotonic_ms += 60000;
    http_server_expect(f->server, &(struct http_server_step){.times = 2, .reply = silence});
    assert_int_equal(http_fixture_get(f, "/c", &r), RC_FAIL);
    http_server_expect(f->server, &(struct http_server_step){.reply = {.status = 403}});
    assert_int_equal(http_fixture_get(f, "/d", &r), RC_OK);
    http_server_expect(f->server, &(struct http_server_step){.reply = silence});
    http_server_expect(f->server, &(struct http_server_step){.reply = {.status = 200}});
    assert_int_equal(http_fixture_get(f, "/e", &r), RC_OK); /* it had answered: patience again */
    http_server_stop(f->server);
    assert_satisfied(f->server);
    http_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_passing_statuses_are_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_the_caller_calls_passing_is_tried_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_statuses_are_not, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_last_reply_is_returned_when_retries_are_used_up,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_replies_are_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unsafe_requests_are_sent_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_was_sent_again_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unsafe_requests_are_sent_once_also_after_keep_alive,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_unsafe_requests_are_repeated_when_nothing_was_sent,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_delays_grow_with_full_jitter, setup, teardown),
        cmocka_unit_test(test_delays_stay_under_twenty_seconds),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_no_retry_after_the_end_of_patience),
        cmocka_unit_test_setup_teardown(test_each_try_is_prepared_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cancelled_between_tries, setup, teardown),
        cmocka_unit_test(test_silence_is_waited_out_once),
    };

    return cmocka_run_group_tests_name("http_retry", tests, NULL, NULL);
}
