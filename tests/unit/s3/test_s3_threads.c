/* Many calls of one client learn the same at once. */
#include "fixture.h"

#include <pthread.h>

#define THREADS 8
#define CALLS   6
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
    unsigned granted;
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

    for (size_t i = 0; i < CALLS; i++) {
        struct s3_reply reply;
        c->granted += s3_request_send(cx, c->client, &r, &reply) == RC_OK;
    }
    ctx_free(cx);
    return NULL;
}

static void what_one_learns_all_know(void **state)
{
    struct fixture *f = *state;
    struct http_server *server =
        http_server_start(&(struct http_server_options){.any_order = true, .handler = answer});
    struct caller callers[THREADS];
    pthread_t threads[THREADS];
    struct s3_client *client;
    size_t before;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(server),
                                                        .region = REGION,
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET},
                                   &client),
                     RC_OK);
    for (size_t i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.f = f, .client = client};
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].granted, CALLS);
    }
    /* At the most each learnt it by itself; afterwards nobody asks twice. */
    before = http_server_count(server);
    assert_in_range(before, THREADS * CALLS + 2, THREADS * (CALLS + 2));
    callers[0].granted = 0;
    call(&callers[0]);
    assert_int_equal(callers[0].granted, CALLS);
    assert_int_equal(http_server_count(server), before + CALLS);
    http_server_stop(server);
    assert_satisfied(server);
    http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_one_learns_all_know),
    };

    return cmocka_run_group_tests_name("s3_threads", tests, NULL, NULL);
}
