/* A body that is taken as it comes. */
#include "unit.h"

#include <unistd.h>

#include "http_fixture.h"

#define BYTES "0123456789abcdef"

static const struct http_server_options plain = {.tls = TEST_TLS_NONE};
static const struct http_client_options patient = {.max_retries = 2, .request_timeout_ms = 20000};

/* What takes, and what it saw. */
struct taker {
    struct buf *taken;
    int begun, status;
    const char *about; /* the header X-About of the last head */
    enum rc begins;    /* as what `begin` answers */
    size_t most;       /* bytes, then it answers `then`; 0: any number */
    enum rc then;
    int64_t slow_ms; /* each piece takes it so long */
};

static enum rc begin(struct ctx *cx, void *arg, const struct http_response *head)
{
    struct taker *t = arg;

    (void)cx;
    t->begun++;
    t->status = head->status;
    t->about = http_header_get(head, "X-About");
    assert_int_equal(t->taken->len, 0);
    return t->begins;
}

static enum rc take(struct ctx *cx, void *arg, struct str piece)
{
    struct taker *t = arg;

    assert_true(piece.n > 0);
    assert_true(buf_append(t->taken, piece.p, piece.n));
    if (t->slow_ms > 0) {
        usleep((useconds_t)t->slow_ms * 1000);
    }
    if (t->most == 0 || t->taken->len < t->most) {
        return RC_OK;
    }
    return t->then == RC_FAIL ? diag_error(cx, NULL, "enough", "It is enough.") : t->then;
}

static enum rc fetch(struct http_fixture *f, struct taker *t, struct http_response *ret_response)
{
    const struct http_sink sink = {begin, take, t};
    struct http_request q = {.method = "GET",
                             .url = http_fixture_url(f, "/x"),
                             .retry_safe = true,
                             .max_response = 100,
                             .sink = &sink};

    t->taken = buf_new(f->cx->arena, (size_t)64 << 20);
    return http_send(f->cx, f->client, &q, ret_response);
}

static void satisfied(struct http_fixture *f)
{
    http_server_stop(f->server);
    assert_satisfied(f->server);
    http_fixture_free(f);
}

static void expect(struct http_fixture *f, struct http_server_reply reply)
{
    http_server_expect(f->server, &(struct http_server_step){.reply = reply});
}

static void test_all_bytes_come_in_order(void **state)
{
    static const struct http_server_reply replies[] = {
        {.body = BYTES, .body_repeat = 100000, .headers = "X-About: this\r\n"},
        {.status = 206, .body = BYTES, .body_repeat = 70001, .headers = "X-About: this\r\n"},
        {.body = BYTES, .body_repeat = 50000, .chunked = 777, .headers = "X-About: this\r\n"},
        {.body = "", .headers = "X-About: this\r\n"},
    };
    struct http_fixture *f = http_fixture_new(&plain, &patient);

    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct taker t = {0};
        struct http_response r;
        size_t n = replies[i].body_repeat * strlen(BYTES);
        expect(f, replies[i]);
        assert_int_equal(fetch(f, &t, &r), RC_OK);
        assert_int_equal(t.begun, 1);
        assert_int_equal(t.status, r.status);
        assert_string_equal(t.about, "this");
        assert_int_equal(t.taken->len, n);
        assert_int_equal(r.body.n, 0);
        for (size_t at = 0; at < n; at += strlen(BYTES)) {
            assert_memory_equal(t.taken->data + at, BYTES, strlen(BYTES));
        }
    }
    satisfied(f);
}

/* A refusal's document is no content. */
static void test_only_a_success_is_taken(void **state)
{
    static const int statuses[] = {301, 304, 404, 412, 416};
    struct http_fixture *f = http_fixture_new(&plain, &patient);
    struct taker t = {0};
    struct http_response r;

    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        expect(f, (struct http_server_reply){.status = statuses[i], .body = "why"});
        assert_int_equal(fetch(f, &t, &r), RC_OK);
        assert_int_equal(r.status, statuses[i]);
        assert_true(statuses[i] == 304 || str_is(r.body, "why"));
    }
    assert_int_equal(t.begun, 0);
    assert_int_equal(t.taken->len, 0);
    /* What passes is tried again, as without a sink. */
    expect(f, (struct http_server_reply){.status = 503, .body = "busy"});
    expect(f, (struct http_server_reply){.fault = HTTP_SERVER_RESET, .where = HTTP_SERVER_IN_HEAD});
    expect(f, (struct http_server_reply){.body = BYTES});
    assert_int_equal(fetch(f, &t, &r), RC_OK);
    assert_string_equal(t.taken->data, BYTES);
    assert_int_equal(r.tries, 3);
    satisfied(f);
}

/* Cut after any byte: what was taken is a beginning of it, and never asked for again. */
static void test_a_cut_says_how_far_it_came(void **state)
{
    static const enum http_server_fault faults[] = {HTTP_SERVER_CLOSE, HTTP_SERVER_RESET};

    (void)state;
    for (size_t i = 0; i < 2 * (strlen(BYTES) - 1); i++) {
        struct http_fixture *f = http_fixture_new(&plain, &patient);
        struct taker t = {0};
        struct http_response r;
        size_t n = 1 + i / 2;
        expect(f, (struct http_server_reply){.body = BYTES,
                                             .fault = faults[i % 2],
                                             .where = HTTP_SERVER_IN_BODY,
                                             .after = n});
        if (i % 2) { /* a reset may overtake what was sent before it: then it is tried again */
            http_server_expect(f->server, &(struct http_server_step){.times = HTTP_SERVER_ANY_TIMES,
                                                                     .reply = {.status = 403}});
        }
        enum rc rc = fetch(f, &t, &r);
        assert_true(t.taken->len <= n);
        assert_memory_equal(t.taken->data, BYTES, t.taken->len);
        if (rc == RC_FAIL) {
            assert_diag(f->cx, "the reply was cut inside its body");
            assert_diag(f->cx, arena_printf(f->cx->arena, "%zu bytes of its body had come of 16.",
                                            t.taken->len));
            assert_diag(f->cx, "tried 1 time,");
        }
        assert_true(rc == RC_FAIL || (i % 2 == 1 && t.taken->len == 0 && r.status == 403));
        assert_true(i % 2 == 1 || t.taken->len == n);
        satisfied(f);
    }
}

static void test_a_stall_ends_it(void **state)
{
    static const struct http_client_options restless = {
        .max_retries = 2, .request_timeout_ms = 20000, .stall_timeout_ms = 400};
    struct http_fixture *f = http_fixture_new(&plain, &restless);
    struct taker t = {0};
    struct http_response r;

    (void)state;
    expect(f, (struct http_server_reply){.body = BYTES,
                                         .body_repeat = 20000,
                                         .fault = HTTP_SERVER_STALL,
                                         .where = HTTP_SERVER_IN_BODY,
                                         .after = 200000});
    assert_int_equal(fetch(f, &t, &r), RC_FAIL);
    assert_int_equal(t.taken->len, 200000);
    assert_diag(f->cx, "stalled");
    assert_diag(f->cx, "200000 bytes of its body had come of 320000. 400 ms passed in silence");
    satisfied(f);
}

/* It moves, if not fast: longer than a try may take is no reason to end it, but a trickle is. */
static void test_what_moves_goes_on(void **state)
{
    static const struct http_client_options hasty = {.request_timeout_ms = 500};
    struct http_fixture *f = http_fixture_new(&plain, &hasty);
    struct taker t = {.slow_ms = 10};
    struct http_response r;

    (void)state;
    expect(f, (struct http_server_reply){.body = BYTES, .body_repeat = 100000}); /* 1 s to take */
    assert_int_equal(fetch(f, &t, &r), RC_OK);
    assert_int_equal(t.taken->len, 1600000);
    t = (struct taker){.slow_ms = 900}; /* one piece: the time is not the server's */
    expect(f, (struct http_server_reply){.body = BYTES, .body_repeat = 2});
    assert_int_equal(fetch(f, &t, &r), RC_OK);
    t = (struct taker){0};
    expect(f, (struct http_server_reply){.body = BYTES, .body_repeat = 20, .drip_ms = 5});
    assert_int_equal(fetch(f, &t, &r), RC_FAIL);
    assert_diag(f->cx, ": time-out");
    assert_diag(f->cx, "500 ms are allowed for one try");
    assert_true(t.taken->len > 0);
    satisfied(f);
}

static void test_its_result_is_the_request_s(void **state)
{
    static const struct {
        struct taker taker;
        size_t taken;
    } rows[] = {
        {{.begins = RC_CONFLICT}, 0},
        {{.begins = RC_NOT_FOUND}, 0},
        {{.most = 1, .then = RC_CONFLICT}, 1},
        {{.most = 1, .then = RC_FAIL}, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_fixture *f = http_fixture_new(&plain, &patient);
        struct taker t = rows[i].taker;
        struct http_response r = {.status = 77};
        enum rc wanted = t.begins != RC_OK ? t.begins : t.then;
        expect(f, (struct http_server_reply){.body = BYTES, .body_repeat = 100000});
        assert_int_equal(fetch(f, &t, &r), wanted);
        assert_int_equal(r.status, 77);
        assert_int_equal(t.taken->len > 0, rows[i].taken > 0);
        assert_int_equal(f->cx->diags.errors, wanted == RC_FAIL ? 1 : 0);
        satisfied(f);
    }
}

/* Without a length, the end could be a cut. */
static void test_what_has_no_end_is_not_taken(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &patient);
    struct taker t = {0};
    struct http_response r;

    (void)state;
    expect(f, (struct http_server_reply){
                  .headers = "X-No: Content-Length: 3\r\n", .body = BYTES, .close = true});
    assert_int_equal(fetch(f, &t, &r), RC_FAIL);
    assert_diag(f->cx, "neither its length nor its end");
    assert_int_equal(t.taken->len, 0);
    satisfied(f);
}

static void test_a_cancel_ends_it(void **state)
{
    struct http_fixture *f = http_fixture_new(&plain, &patient);
    struct taker t = {0};
    struct http_response r;

    (void)state;
    cancel_raise(f->cancel);
    assert_int_equal(fetch(f, &t, &r), RC_FAIL);
    assert_diag(f->cx, "interrupted");
    http_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_bytes_come_in_order),
        cmocka_unit_test(test_only_a_success_is_taken),
        cmocka_unit_test(test_a_cut_says_how_far_it_came),
        cmocka_unit_test(test_a_stall_ends_it),
        cmocka_unit_test(test_what_moves_goes_on),
        cmocka_unit_test(test_its_result_is_the_request_s),
        cmocka_unit_test(test_what_has_no_end_is_not_taken),
        cmocka_unit_test(test_a_cancel_ends_it),
    };

    return cmocka_run_group_tests_name("http_sink", tests, NULL, NULL);
}
