/* A bucket "b" on a scripted server, as the parts of seedbank-bucket reach it. */
#ifndef UNIT_SEEDBANK_BUCKET_FIXTURE_H
#define UNIT_SEEDBANK_BUCKET_FIXTURE_H

#include "unit.h"

#include "base/ctx.h"
#include "base/session.h"
#include "http_server.h"
#include "s3/s3.h"

struct place {
    struct http_server *server;
    struct session *session;
    struct ctx *cx;
    struct s3_target target;
};

/* `cancel` is the ctx's; NULL: none. */
static inline void place_begin(struct place *p, const struct http_server_options *options,
                               struct cancel *cancel)
{
    p->server = http_server_start(options);
    p->session = session_new();
    p->cx = ctx_new(&(struct ctx_options){.session = p->session, .cancel = cancel});
    p->target.bucket = "b";
    assert_int_equal(s3_client_new(p->cx, p->session,
                                   &(struct s3_options){.endpoint = http_server_url(p->server),
                                                        .access_key = "some-access-key",
                                                        .secret_key = "some-secret-key"},
                                   &p->target.client),
                     RC_OK);
}

/* The server got what it was told to expect, and nothing else. */
static inline void place_end(struct place *p)
{
    http_server_stop(p->server);
    assert_satisfied(p->server);
    ctx_free(p->cx);
    session_free(p->session);
    http_server_free(p->server);
}

#endif
