/* What debuggers see of the traffic. Secrets by place are blanked here; the session's known secrets
 * are blanked wherever they stand, by log_event. */
#include <string.h>
#include <strings.h>

#include "base/ctx.h"
#include "base/log.h"
#include "http/http_private.h"

#define BLANK     "(redacted)"
#define URL_MAX   8192u
#define HEADS_MAX 4096u

/* Headers and query parameters with one of these in their names hold a secret: Authorization,
 * Set-Cookie, X-Amz-Security-Token, X-Amz-Signature, X-Amz-Credential, X-Vault-Token, api_key ...
 */
static bool is_secret_name(struct arena *a, struct str name)
{
    static const char *const parts[] = {"auth",   "cookie",   "token",   "signature", "credential",
                                        "secret", "password", "api-key", "api_key",   "apikey"};
    const char *text = str_dup(a, name);
    size_t i;

    for (i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcasestr(text, parts[i]) != NULL) {
            return true;
        }
    }
    return false;
}

char *http_log_url(struct arena *a, const char *url)
{
    struct buf *b = buf_new(a, URL_MAX);
    const char *origin = http_origin(a, url);
    const char *host = strstr(url, "://");
    const char *p = host == NULL ? url : host + 3;
    size_t n;

    p += strcspn(p, "/?#");
    n = strcspn(p, "?#");
    buf_puts(b, origin);
    buf_append(b, p, n);
    for (p += n; *p != '\0'; p += n) {
        size_t name = 1 + strcspn(p + 1, "=&#");

        n = 1 + strcspn(p + 1, "&#");
        if (name < n && is_secret_name(a, (struct str){p + 1, name - 1})) {
            buf_printf(b, "%.*s=" BLANK, (int)name, p);
        } else {
            buf_append(b, p, n);
        }
    }
    return b->data;
}

static const char *headers_text(struct arena *a, const struct http_header *headers, size_t n)
{
    struct buf *b = buf_new(a, HEADS_MAX);
    size_t i;

    for (i = 0; i < n; i++) {
        buf_printf(b, "%s%s: %s", i > 0 ? "; " : "", headers[i].name,
                   is_secret_name(a, str_of(headers[i].name)) ? BLANK : headers[i].value);
    }
    return b->data;
}

/* By what name the service's own log knows the request. */
static const char *request_id(const struct http_response *r)
{
    static const char *const names[] = {"x-amz-request-id", "x-amzn-requestid", "x-request-id"};
    const char *id = NULL;
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names && id == NULL; i++) {
        id = http_header_get(r, names[i]);
    }
    return id == NULL ? "" : id;
}

void http_log_try(struct ctx *cx, const struct http_try *t, unsigned tries)
{
    struct arena *a = cx->arena;
    const struct http_request *q = t->request;
    const struct http_response *r = &t->response;

    if (!log_wanted(cx, LOG_DEBUG)) {
        return;
    }
    log_event(cx, LOG_DEBUG, "http", http_error_cause(t->cause), "method", q->method, "url",
              http_log_url(a, q->url), "status", arena_printf(a, "%d", r->status), "try",
              arena_printf(a, "%u", tries), "ms", arena_printf(a, "%lld", (long long)t->ms),
              "request_id", request_id(r), NULL);
    if (!log_wanted(cx, LOG_TRACE)) {
        return;
    }
    log_event(cx, LOG_TRACE, "http", "headers", "sent", headers_text(a, q->headers, q->n_headers),
              "received", headers_text(a, r->headers, r->n_headers), NULL);
}
