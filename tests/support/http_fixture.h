/* A scripted server and a client of it in one call scope, with a clock that need not wait. */
#ifndef SUPPORT_HTTP_FIXTURE_H
#define SUPPORT_HTTP_FIXTURE_H

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/session.h"
#include "http/http.h"
#include "http_server.h"
#include "test_clock.h"
#include "test_log.h"

struct http_fixture {
    struct http_server *server;
    struct test_clock clock;
    struct test_log log;
    struct session *session;
    struct cancel *cancel;
    struct ctx *cx;
    struct http_client *client;
};

/* The client trusts the server's CA unless options name another. Frees by http_fixture_free. */
struct http_fixture *http_fixture_new(const struct http_server_options *server,
                                      const struct http_client_options *client);
void http_fixture_free(struct http_fixture *f); /* stops the server */

/* Add a step: that request must come, and gets that reply. */
void http_fixture_expect(struct http_server *server, const char *method, const char *target,
                         struct http_server_reply reply);

/* No message of the call scope shows one of these; the list ends with NULL. */
void http_fixture_hides(const struct ctx *cx, const char *const *secrets);

/* A GET of that target that may be sent again. */
enum rc http_fixture_get(struct http_fixture *f, const char *target,
                         struct http_response *ret_response);
char *http_fixture_url(struct http_fixture *f, const char *target);

#endif
