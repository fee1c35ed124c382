/* One client, many threads: each gets its own answer, connections are kept, none is shared. */
#include "unit.h"

#include <pthread.h>

#include "http_fixture.h"

#define THREADS  10
#define REQUESTS 20

static bool echo(void *arg, const struct http_server_request *request,
                 struct http_server_reply *ret_reply)
{
    atomic_uint *seen = arg;

    /* Every seventh answer fails in some way. */
    switch (atomic_fetch_add(seen, 1) % 21) {
    case 6:
        ret_reply->status = 503;
        break;
    case 13:
        ret_reply->fault = HTTP_SERVER_RESET;
        break;
    case 20:
        ret_reply->fault = HTTP_SERVER_CLOSE;
        ret_reply->where = HTTP_SERVER_IN_BODY;
        break;
    default:
        break;
    }
    ret_reply->body = arena_printf(request->arena, "%s %s", request->target, request->body);
    return true;
}

struct job {
    struct http_fixture *f;
    pthread_t thread;
    int number;
    int wrong;
};

static void *work(void *arg)
{
    struct job *job = arg;
    struct http_fixture *f = job->f;
    int i;

    for (i = 0; i < REQUESTS; i++) {
        struct ctx *cx = ctx_new(&(struct ctx_options){
            .session = f->session, .clock = &f->clock.clock, .log = &f->log.log});
        char *body = arena_printf(cx->arena, "body-%d-%d", job->number, i);
        struct http_request q = {
            .method = "PUT",
            .url = arena_printf(cx->arena, "%s/%d/%d", http_server_url(f->server), job->number, i),
            .body = body,
            .body_len = strlen(body),
            .retry_safe = true};
        struct http_response r;

        if (http_send(cx, f->client, &q, &r) != RC_OK || r.status != 200 ||
            !str_is(r.body, arena_printf(cx->arena, "/%d/%d %s", job->number, i, body))) {
            job->wrong++;
        }
        ctx_free(cx);
    }
    return NULL;
}

static void run(enum test_tls tls)
{
    atomic_uint seen = 0;
    struct http_fixture *f = http_fixture_new(
        &(struct http_server_options){.tls = tls, .handler = echo, .handler_arg = &seen},
        &(struct http_client_options){.max_retries = 12});
    struct job jobs[THREADS];
    int i;

    for (i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){.f = f, .number = i};
        assert_int_equal(pthread_create(&jobs[i].thread, NULL, work, &jobs[i]), 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(jobs[i].thread, NULL);
        assert_int_equal(jobs[i].wrong, 0);
    }
    http_server_stop(f->server);
    assert_satisfied(f->server);
    assert_true(http_server_count(f->server) >= THREADS * REQUESTS);
    /* At most one connection per thread, and one for each that a fault broke. */
    assert_true(http_server_connections(f->server) <= THREADS + http_server_count(f->server) / 10);
    http_fixture_free(f);
}

static void test_plain(void **state)
{
    (void)state;
    run(TEST_TLS_NONE);
}

static void test_tls(void **state)
{
    (void)state;
    run(TEST_TLS_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_tls),
    };

    return cmocka_run_group_tests_name("http_threads", tests, NULL, NULL);
}
