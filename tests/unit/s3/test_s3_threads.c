/* Many calls of one client learn the same at once, and keep to one pace. */
#include "fixture.h"

#include <pthread.h>

#define THREADS 8
#define CALLS   6
#define MANY    60
#define GRANTED "<VersioningConfiguration xmlns=\"" S3_NS "\"/>"

/* A server two hours ahead whose bucket is in eu-west-3. */
static bool answer(void *arg, const struct http_server_request *request,
                   struct http_server_reply *ret_reply)
{
    const char *date = http_server_header(request, "x-amz-date");
    const char *authorization = http_server_header(request, "authorization");

    (void)arg;
    if (strcmp(date, "20150830T143600Z") != 0) {
        *ret_reply = (struct http_server_reply){
            .status = 403,
            .headers = "Date: Sun, 30 Aug 2015 14:36:00 GMT\r\n",
            .body = S3_ERROR("RequestTimeTooSkewed", ""),
        };
    } else if (strstr(authorization, "/eu-west-3/") == NULL) {
        *ret_reply = (struct http_server_reply){
            .status = 400,
            .body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region>"
                    "</Error>",
        };
    } else {
        *ret_reply = (struct http_server_reply){.body = GRANTED};
    }
    return true;
}

struct caller {
    struct fixture *f;
    struct s3_client *client;
    unsigned calls, granted;
};

static void *call(void *arg)
{
    struct caller *c = arg;
    struct ctx *cx =
        ctx_new(&(struct ctx_options){.session = c->f->session, .clock = &c->f->clock.clock});
    const struct s3_request r = {
        .doing = "read the versioning of",
        .permission = "s3:GetBucketVersioning",
        .method = "GET",
        .bucket = "files",
        .root = "VersioningConfiguration",
    };

    for (size_t i = 0; i < c->calls; i++) {
        struct s3_reply reply;
        c->granted += s3_request_send(cx, c->client, &r, &reply) == RC_OK;
    }
    ctx_free(cx);
    return NULL;
}

static struct s3_client *new_client(struct fixture *f, struct http_server *server,
                                    struct s3_options options)
{
    struct s3_client *client;

    options.endpoint = http_server_url(server);
    options.region = REGION;
    options.access_key = "AKIDEXAMPLE";
    options.secret_key = SECRET;
    assert_int_equal(s3_client_new(f->cx, f->session, &options, &client), RC_OK);
    return client;
}

/* Every thread makes so many calls, and all are granted. */
static void call_at_once(struct fixture *f, struct s3_client *client, unsigned calls)
{
    struct caller callers[THREADS];
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.f = f, .client = client, .calls = calls};
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].granted, calls);
    }
}

static void what_one_learns_all_know(void **state)
{
    struct fixture *f = *state;
    struct http_server *server =
        http_server_start(&(struct http_server_options){.any_order = true, .handler = answer});
    struct s3_client *client = new_client(f, server, (struct s3_options){0});
    struct caller again = {.f = f, .client = client, .calls = CALLS};
    size_t before;

    call_at_once(f, client, CALLS);
    /* At the most each learnt it by itself; afterwards nobody asks twice. */
    before = http_server_count(server);
    assert_in_range(before, THREADS * CALLS + 2, THREADS * (CALLS + 2));
    call(&again);
    assert_int_equal(again.granted, CALLS);
    assert_int_equal(http_server_count(server), before + CALLS);
    http_server_stop(server);
    assert_satisfied(server);
    http_server_free(server);
}

static int64_t now_ms(void)
{
    return clock_system.monotonic_ms(&clock_system);
}

struct limiter {
    pthread_mutex_t lock;
    int64_t since_ms;
    unsigned passed, refused;
};

/* 300 a second, 30 of them at once; beyond it an error inside a reply that began well. */
static bool slow_down(void *arg, const struct http_server_request *request,
                      struct http_server_reply *ret_reply)
{
    struct limiter *l = arg;

    (void)request;
    pthread_mutex_lock(&l->lock);
    if (l->passed > 30 + (now_ms() - l->since_ms) * 3 / 10) {
        l->refused++;
        ret_reply->body = S3_ERROR("SlowDown", "");
    } else {
        l->passed++;
        ret_reply->body = GRANTED;
    }
    pthread_mutex_unlock(&l->lock);
    return true;
}

static void a_client_adapts_to_slow_down_inside_200(void **state)
{
    struct fixture *f = *state;
    struct limiter limiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .since_ms = now_ms()};
    struct http_server *server = http_server_start(
        &(struct http_server_options){.handler = slow_down, .handler_arg = &limiter});

    call_at_once(f, new_client(f, server, (struct s3_options){.adaptive = true, .max_retries = 20}),
                 MANY);
    assert_int_equal(limiter.passed, THREADS * MANY);
    assert_true(limiter.refused < THREADS * MANY / 8);
    http_server_free(server);
}

static void a_client_keeps_to_its_bound(void **state)
{
    struct fixture *f = *state;
    struct http_server *server = http_server_start(&(struct http_server_options){
        .any_order = true,
        .handler = slow_down,
        .handler_arg = &(struct limiter){.lock = PTHREAD_MUTEX_INITIALIZER}});
    int64_t start = now_ms();

    call_at_once(f, new_client(f, server, (struct s3_options){.max_per_second = 100}), CALLS);
    assert_true(now_ms() - start >= (THREADS * CALLS - 2) * 10);
    http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_one_learns_all_know),
        TEST(a_client_adapts_to_slow_down_inside_200),
        TEST(a_client_keeps_to_its_bound),
    };

    return cmocka_run_group_tests_name("s3_threads", tests, NULL, NULL);
}
