/* Many ask at once: one searches, all get what it found, or its message. */
#include "fixture.h"

#include <pthread.h>

#define SET                                                                                        \
    "{\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"" SECRET "\", \"Token\": \"" TOKEN            \
    "\", \"Expiration\": \"" SOON "\"}"
#define THREADS 12

struct asker {
    struct fixture *f;
    struct credentials *credentials;
    bool found;
};

static void *ask(void *arg)
{
    struct asker *a = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){
        .session = a->f->http->session, .clock = a->f->cx->clock, .log = a->f->cx->log});
    struct sigv4_credentials k;

    a->found = credentials_get(cx, a->credentials, &k) == RC_OK && strcmp(k.access_key, "A") == 0 &&
               strcmp(k.secret_key, SECRET) == 0 && strcmp(k.session_token, TOKEN) == 0;
    if (!a->found && (cx->diags.errors != 1 || !strstr(cx->diags.first->detail, "HTTP 403"))) {
        abort();
    }
    ctx_free(cx);
    return NULL;
}

static void all_ask(struct fixture *f, int status, const char *body)
{
    struct credentials *c;
    struct asker askers[THREADS];
    pthread_t threads[THREADS];

    fixture_set(f, "AWS_CONTAINER_CREDENTIALS_FULL_URI", fixture_url(f, "/creds"));
    http_server_expect(f->server, &(struct http_server_step){
                                      .target = "/creds",
                                      .reply = {.status = status, .body = body, .delay_ms = 200}});
    c = fixture_new(f);
    for (size_t i = 0; i < THREADS; i++) {
        askers[i] = (struct asker){.f = f, .credentials = c};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(askers[i].found, status == 200);
    }
    assert_int_equal(http_server_count(f->server), 1);
}

static void one_search_serves_all(void **state)
{
    all_ask(*state, 200, SET);
}

static void one_failure_is_told_to_all(void **state)
{
    all_ask(*state, 403, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_search_serves_all),
        TEST(one_failure_is_told_to_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
