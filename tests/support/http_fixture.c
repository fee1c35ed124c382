#include "http_fixture.h"

#include <string.h>

#include "unit.h"

/* Whoever runs the tests may have a proxy, or a CA of its own. */
static void forget_environment(void)
{
    static const char *const names[] = {"http_proxy",    "https_proxy",  "all_proxy",
                                        "no_proxy",      "HTTPS_PROXY",  "ALL_PROXY",
                                        "SSL_CERT_FILE", "SSL_CERT_DIR", "NO_PROXY"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++) {
        unsetenv(names[i]);
    }
}

struct http_fixture *http_fixture_new(const struct http_server_options *server,
                                      const struct http_client_options *client)
{
    struct http_fixture *f = calloc(1, sizeof *f);
    struct http_client_options options = *client;

    if (f == NULL) {
        abort();
    }
    forget_environment();
    f->server = http_server_start(server);
    test_clock_init(&f->clock, 1795490178000); /* 2026-11-24T03:16:18Z */
    test_log_init(&f->log, LOG_TRACE);
    f->session = session_new();
    f->cancel = cancel_new(NULL);
    f->cx = ctx_new(&(struct ctx_options){
        .session = f->session, .clock = &f->clock.clock, .log = &f->log.log, .cancel = f->cancel});
    if (options.ca_file == NULL) {
        options.ca_file = http_server_ca_file(f->server);
    }
    f->client = http_client_new(f->session, &options);
    return f;
}

void http_fixture_free(struct http_fixture *f)
{
    ctx_free(f->cx);
    session_free(f->session);
    cancel_free(f->cancel);
    test_log_free(&f->log);
    http_server_free(f->server);
    free(f);
}

void http_fixture_expect(struct http_server *server, const char *method, const char *target,
                         struct http_server_reply reply)
{
    http_server_expect(
        server, &(struct http_server_step){.method = method, .target = target, .reply = reply});
}

void http_fixture_hides(const struct ctx *cx, const char *const *secrets)
{
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        for (const char *const *secret = secrets; *secret; secret++) {
            assert_null(strstr(d->summary, *secret));
            assert_null(strstr(d->detail, *secret));
        }
    }
}

char *http_fixture_url(struct http_fixture *f, const char *target)
{
    return arena_printf(f->cx->arena, "%s%s", http_server_url(f->server), target);
}

enum rc http_fixture_get(struct http_fixture *f, const char *target,
                         struct http_response *ret_response)
{
    struct http_request request = {
        .method = "GET", .url = http_fixture_url(f, target), .retry_safe = true};

    return http_send(f->cx, f->client, &request, ret_response);
}
