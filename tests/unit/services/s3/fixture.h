/* What a resource or data source of a bucket is called with: a provider block that names a scripted
 * server by the environment, and the bucket `files`. */
#ifndef UNIT_SERVICES_S3_FIXTURE_H
#define UNIT_SERVICES_S3_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/session.h"
#include "base/session_private.h"
#include "clients.h"
#include "http_fixture.h"
#include "notation.h"
#include "schema/model.h"
#include "services/registry.h"
#include "unit.h"

#define SECRET  "a-secret-key-nobody-may-see"
#define TARGET  "/files?versioning"
#define ANSWER  "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define END     "</VersioningConfiguration>"
#define IS(s)   ANSWER "<Status>" s "</Status>" END
#define NO(why) "<Error><Code>" why "</Code><Message>No.</Message></Error>"

struct fixture {
    struct http_server *server;
    struct session *session;
    struct ctx *cx;
    struct call call;
};

static inline int fixture_make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    const struct provider_block *block = &clients_provider_block;
    f->server = http_server_start(&(struct http_server_options){.any_order = false});
    setenv("SEEDBANK_S3_ENDPOINT", http_server_url(f->server), 1);
    setenv("SEEDBANK_S3_ACCESS_KEY", "AKIDEXAMPLE", 1);
    setenv("SEEDBANK_S3_SECRET_KEY", SECRET, 1);
    f->session = session_new();
    f->cx = ctx_new(&(struct ctx_options){.session = f->session});
    void *empty = arena_alloc(f->cx->arena, block->model_size);
    assert_int_equal(block->configure(f->cx, f->session, empty, &f->call.clients), RC_OK);
    *state = f;
    return 0;
}

/* Whatever a test did: no message shows the secret, and the script was followed. */
static inline int fixture_free(void **state)
{
    struct fixture *f = *state;
    http_fixture_hides(f->cx, (const char *const[]){SECRET, NULL});
    http_server_stop(f->server);
    assert_satisfied(f->server);
    ctx_free(f->cx);
    session_free(f->session);
    http_server_free(f->server);
    test_free(f);
    return 0;
}

static inline void fixture_expect(struct fixture *f, struct http_server_step step)
{
    http_server_expect(f->server, &step);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_free)

#endif
