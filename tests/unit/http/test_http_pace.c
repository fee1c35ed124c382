/* The pace of a client, with threads and a server: what test_http_pace_rule.c cannot see. */
#include "unit.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http_fixture.h"

#define THREADS 24

static atomic_int in_air, most_in_air;

/* Answers after 10 ms, and counts how many are at it. */
static bool count(void *arg, const struct http_server_request *request,
                  struct http_server_reply *ret_reply)
{
    int n = atomic_fetch_add(&in_air, 1) + 1, most = atomic_load(&most_in_air);

    (void)arg;
    (void)request;
    while (n > most && !atomic_compare_exchange_weak(&most_in_air, &most, n)) {
    }
    usleep(10000);
    atomic_fetch_sub(&in_air, 1);
    ret_reply->body = "done";
    return true;
}

struct sender {
    struct http_fixture *f;
    pthread_t thread;
    unsigned requests;
    unsigned done, tries;
};

static enum http_verdict slowed(struct ctx *cx, void *arg, const struct http_response *response)
{
    (void)cx;
    (void)arg;
    return strcmp(response->body.p, "slow down") == 0 ? HTTP_THROTTLED : HTTP_FINAL;
}

static void *send_all(void *arg)
{
    struct sender *s = arg;
    struct http_fixture *f = s->f;
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = f->session, .cancel = f->cancel});
    unsigned i;

    for (i = 0; i < s->requests; i++) {
        struct http_request q = {.method = "GET",
                                 .url = arena_printf(cx->arena, "%s/", http_server_url(f->server)),
                                 .retry_safe = true,
                                 .passing = slowed};
        struct http_response r;

        if (http_send(cx, f->client, &q, &r) != RC_OK) {
            break;
        }
        s->tries += r.tries;
        s->done += r.status == 200 && slowed(cx, NULL, &r) == HTTP_FINAL;
    }
    ctx_free(cx);
    return NULL;
}

static struct http_fixture *begin(const struct http_client_options *client,
                                  const struct http_server_options *server,
                                  struct sender senders[THREADS], unsigned each)
{
    struct http_fixture *f = http_fixture_new(server, client);
    int i;

    atomic_store(&most_in_air, 0);
    for (i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){.f = f, .requests = each};
        assert_int_equal(pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
    }
    return f;
}

/* How many tries there were; *ret_done is how many requests ended well. */
static unsigned end(struct sender senders[THREADS], unsigned *ret_done)
{
    unsigned tries = 0;
    int i;

    *ret_done = 0;
    for (i = 0; i < THREADS; i++) {
        pthread_join(senders[i].thread, NULL);
        *ret_done += senders[i].done;
        tries += senders[i].tries;
    }
    return tries;
}

static int64_t now_ms(void)
{
    return clock_system.monotonic_ms(&clock_system);
}

static const struct http_server_options counting = {.handler = count};

static void test_no_more_in_the_air_than_allowed(void **state)
{
    static const struct http_client_options rows[] = {{.max_in_flight = 3},
                                                      {.adaptive = true, .max_in_flight = 3}};
    struct sender senders[THREADS];
    unsigned done;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_fixture *f = begin(&rows[i], &counting, senders, 4);

        assert_int_equal(end(senders, &done), THREADS * 4);
        assert_int_equal(done, THREADS * 4);
        assert_true(atomic_load(&most_in_air) <= 3);
        http_fixture_free(f);
    }
}

static void test_no_more_a_second_than_allowed(void **state)
{
    struct sender senders[THREADS];
    int64_t start = now_ms();
    struct http_fixture *f =
        begin(&(struct http_client_options){.max_per_second = 100}, &counting, senders, 2);
    unsigned done;

    (void)state;
    end(senders, &done);
    assert_int_equal(done, THREADS * 2);
    assert_true(now_ms() - start >= (THREADS * 2 - 2) * 10);
    http_fixture_free(f);
}

static void test_the_limit_on_open_files_bounds_the_window(void **state)
{
    struct rlimit limit, few;
    struct sender senders[THREADS];
    struct http_fixture *f;
    unsigned done;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    few = limit;
    few.rlim_cur = 16;
    setrlimit(RLIMIT_NOFILE, &few); /* as the client finds it when it is made */
    f = begin(&(struct http_client_options){.adaptive = true}, &counting, senders, 0);
    setrlimit(RLIMIT_NOFILE, &limit);
    end(senders, &done);
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){.f = f, .requests = 4};
        assert_int_equal(pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
    }
    end(senders, &done);
    assert_int_equal(done, THREADS * 4);
    assert_true(atomic_load(&most_in_air) <= 4);
    http_fixture_free(f);
}

static void test_who_waits_for_its_turn_heeds_a_cancel(void **state)
{
    struct sender senders[THREADS];
    int64_t start = now_ms();
    struct http_fixture *f =
        begin(&(struct http_client_options){.max_per_second = 1}, &counting, senders, 1);
    unsigned done;

    (void)state;
    usleep(50000);
    cancel_raise(f->cancel);
    end(senders, &done);
    assert_true(done <= 1);
    assert_true(now_ms() - start < 15000); /* and not a second for each */
    http_fixture_free(f);
}

/* A tenth of a second's worth at once, then 400 a second; also where it is said inside a 200. */
static void test_a_throttling_server_refuses_few(void **state)
{
    struct sender senders[THREADS];
    struct http_fixture *f =
        begin(&(struct http_client_options){.adaptive = true, .max_retries = 9},
              &(struct http_server_options){.limit = 400, .handler = count}, senders, 25);
    unsigned done, tries = end(senders, &done);

    (void)state;
    assert_int_equal(done, THREADS * 25);
    assert_int_equal(tries, done + http_server_refused(f->server));
    assert_true(http_server_refused(f->server) <= done / 10); /* without a pace: several for each */
    http_fixture_free(f);
}

struct limiter {
    pthread_mutex_t lock;
    int64_t since_ms;
    unsigned passed, refused;
};

/* 300 a second, and says so as S3 does in the middle of a reply that began well. */
static bool limit_inside_200(void *arg, const struct http_server_request *request,
                             struct http_server_reply *ret_reply)
{
    struct limiter *l = arg;

    (void)request;
    pthread_mutex_lock(&l->lock);
    ret_reply->body = "done";
    if (l->passed > 30 + (now_ms() - l->since_ms) * 3 / 10) {
        l->refused++;
        ret_reply->body = "slow down";
    } else {
        l->passed++;
    }
    pthread_mutex_unlock(&l->lock);
    return true;
}

static void test_throttling_is_also_what_the_caller_calls_so(void **state)
{
    struct limiter limiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .since_ms = now_ms()};
    struct sender senders[THREADS];
    struct http_fixture *f =
        begin(&(struct http_client_options){.adaptive = true, .max_retries = 9},
              &(struct http_server_options){.handler = limit_inside_200, .handler_arg = &limiter},
              senders, 20);
    unsigned done;

    (void)state;
    end(senders, &done);
    assert_int_equal(done, THREADS * 20);
    assert_true(limiter.refused <= done / 8);
    http_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_more_in_the_air_than_allowed),
        cmocka_unit_test(test_no_more_a_second_than_allowed),
        cmocka_unit_test(test_the_limit_on_open_files_bounds_the_window),
        cmocka_unit_test(test_who_waits_for_its_turn_heeds_a_cancel),
        cmocka_unit_test(test_a_throttling_server_refuses_few),
        cmocka_unit_test(test_throttling_is_also_what_the_caller_calls_so),
    };

    return cmocka_run_group_tests_name("http_pace", tests, NULL, NULL);
}
