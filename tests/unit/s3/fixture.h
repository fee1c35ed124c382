/* A client of a scripted server, with a clock that does not wait. */
#ifndef UNIT_S3_FIXTURE_H
#define UNIT_S3_FIXTURE_H

#include <string.h>

#include "base/ctx.h"
#include "base/session.h"
#include "base/session_private.h"
#include "http_fixture.h"
#include "s3/s3_request.h"
#include "test_clock.h"
#include "unit.h"

#define SECRET    "a-secret-key-nobody-may-see"
#define TOKEN     "a-session-token-nobody-may-see"
#define REGION    "eu-test-1"
#define EPOCH_MS  INT64_C(1440938160000) /* 2015-08-30T12:36:00Z */
#define S3_NS     "http://s3.amazonaws.com/doc/2006-03-01/"
#define XML(body) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" body

#define S3_ERROR(code, message)                                                                    \
    XML("<Error><Code>" code "</Code><Message>" message                                            \
        "</Message><RequestId>req-1</RequestId></Error>")

struct fixture {
    struct http_server *server;
    struct session *session;
    struct test_clock clock;
    struct ctx *cx;
    struct s3_client *client;
};

static inline struct s3_client *fixture_client(struct fixture *f, unsigned max_retries)
{
    struct s3_client *client;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(f->server),
                                                        .region = REGION,
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET,
                                                        .session_token = TOKEN,
                                                        .max_retries = max_retries},
                                   &client),
                     RC_OK);
    return client;
}

static inline int fixture_make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));

    f->server = http_server_start(&(struct http_server_options){.any_order = false});
    f->session = session_new();
    test_clock_init(&f->clock, EPOCH_MS);
    f->cx = ctx_new(&(struct ctx_options){.session = f->session, .clock = &f->clock.clock});
    f->client = fixture_client(f, 0);
    *state = f;
    return 0;
}

/* Whatever a test did: no message shows a secret, and the script was followed. */
static inline int fixture_free(void **state)
{
    struct fixture *f = *state;

    http_fixture_hides(f->cx, (const char *const[]){SECRET, TOKEN, NULL});
    http_server_stop(f->server);
    assert_satisfied(f->server);
    ctx_free(f->cx);
    session_free(f->session);
    http_server_free(f->server);
    test_free(f);
    return 0;
}

static inline void fixture_expect(struct fixture *f, const char *method, const char *target,
                                  int status, const char *body)
{
    http_fixture_expect(f->server, method, target,
                        (struct http_server_reply){.status = status, .body = body});
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_free)

#endif
