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

/* ---- Keys that the server refused ---- */

#define SET_OF(key)                                                                                \
    "{\"AccessKeyId\": \"" key "\", \"SecretAccessKey\": \"" SECRET "\", \"Token\": \"" TOKEN      \
    "\", \"Expiration\": \"" SOON "\"}"

struct renewer {
    struct fixture *f;
    struct credentials *credentials;
    const struct sigv4_credentials *refused;
    enum rc rc;
};

static void *renew(void *arg)
{
    struct renewer *r = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){
        .session = r->f->http->session, .clock = r->f->cx->clock, .log = r->f->cx->log});

    r->rc = credentials_renew(cx, r->credentials, r->refused);
    if (cx->diags.errors != (r->rc == RC_FAIL)) {
        abort();
    }
    ctx_free(cx);
    return NULL;
}

/* Many had the same keys refused; one asks the source, which answers so. */
static void all_renew(struct fixture *f, int status, const char *body, enum rc rc)
{
    struct sigv4_credentials refused;
    struct renewer renewers[THREADS];
    pthread_t threads[THREADS];
    struct credentials *c;

    fixture_set(f, "AWS_CONTAINER_CREDENTIALS_FULL_URI", fixture_url(f, "/creds"));
    fixture_expect(f, "GET", "/creds", 200, SET_OF("FIRST"));
    http_server_expect(f->server, &(struct http_server_step){
                                      .target = "/creds",
                                      .reply = {.status = status, .body = body, .delay_ms = 200}});
    c = fixture_new(f);
    assert_int_equal(credentials_get(f->cx, c, &refused), RC_OK);
    for (size_t i = 0; i < THREADS; i++) {
        renewers[i] = (struct renewer){.f = f, .credentials = c, .refused = &refused};
        assert_int_equal(pthread_create(&threads[i], NULL, renew, &renewers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(renewers[i].rc, rc);
    }
    assert_int_equal(http_server_count(f->server), 2);
    assert_string_equal(fixture_keys_of(f, c),
                        rc == RC_OK ? "SECOND/" SECRET "/" TOKEN : "FIRST/" SECRET "/" TOKEN);
}

static void one_renewal_serves_all(void **state)
{
    all_renew(*state, 200, SET_OF("SECOND"), RC_OK);
}

static void that_there_are_no_others_is_told_to_all(void **state)
{
    all_renew(*state, 200, SET_OF("FIRST"), RC_NOT_FOUND);
}

static void a_renewal_that_fails_is_told_to_all(void **state)
{
    all_renew(*state, 403, "", RC_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_search_serves_all),
        TEST(one_failure_is_told_to_all),
        TEST(one_renewal_serves_all),
        TEST(that_there_are_no_others_is_told_to_all),
        TEST(a_renewal_that_fails_is_told_to_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
