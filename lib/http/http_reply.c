/* A reply as it comes. */
#include <string.h>
#include <strings.h>

#include "base/ctx.h"
#include "http/http_private.h"

#define REFUSED 0

static bool starts_nocase(struct str line, const char *prefix)
{
    size_t n = strlen(prefix);

    return line.n >= n && strncasecmp(line.p, prefix, n) == 0;
}

static struct str trim(struct str s)
{
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]) != NULL) {
        s.n--;
    }
    while (s.n > 0 && (*s.p == ' ' || *s.p == '\t')) {
        s = (struct str){s.p + 1, s.n - 1};
    }
    return s;
}

static void add_header(struct http_try *t, struct str line)
{
    struct arena *a = t->cx->arena;
    struct http_response *r = &t->response;
    const char *colon = memchr(line.p, ':', line.n);
    size_t name_len;

    if (colon == NULL) {
        return;
    }
    if (r->n_headers == t->headers_cap) {
        t->headers_cap = r->n_headers == 0 ? 16 : 2 * r->n_headers;
        r->headers = arena_grow(a, r->headers, r->n_headers * sizeof *r->headers,
                                t->headers_cap * sizeof *r->headers);
    }
    name_len = (size_t)(colon - line.p);
    r->headers[r->n_headers++] = (struct http_header){
        .name = str_dup(a, (struct str){line.p, name_len}),
        .value = str_dup(a, trim((struct str){colon + 1, line.n - name_len - 1})),
    };
    if (starts_nocase(line, "Content-Length:") || starts_nocase(line, "Transfer-Encoding:")) {
        t->sized = true;
    }
}

/* A status line begins a head anew: an interim reply (100 Continue) may come before the final. */
static void begin_head(struct http_try *t, struct str line)
{
    const char *space = memchr(line.p, ' ', line.n);
    uint64_t status = 0;

    t->response.n_headers = 0;
    t->sized = false;
    if (space != NULL && (size_t)(line.p + line.n - space) >= 4) {
        (void)str_to_u64((struct str){space + 1, 3}, &status);
    }
    t->response.status = (int)status;
}

/* ---- The sink ---------------------------------------------------------------------------------
 */

static const struct http_sink *sink_of(const struct http_try *t)
{
    return t->response.status < 300 ? t->request->sink : NULL;
}

static bool took(struct http_try *t, enum rc rc)
{
    t->taken = rc;
    if (rc != RC_OK) {
        t->cause = HTTP_NOT_TAKEN;
    }
    return rc == RC_OK;
}

static bool begin_sink(struct http_try *t)
{
    const struct http_sink *sink = sink_of(t);

    if (sink != NULL && !t->sized && t->response.status != 204) {
        t->cause = HTTP_UNSIZED;
        return false;
    }
    return sink == NULL || sink->begin == NULL ||
           took(t, sink->begin(t->cx, sink->arg, &t->response));
}

static bool fill_sink(struct http_try *t, const struct http_sink *sink, struct str piece)
{
    int64_t start = clock_system.monotonic_ms(&clock_system);
    enum rc rc = sink->take(t->cx, sink->arg, piece);

    t->taking_ms += clock_system.monotonic_ms(&clock_system) - start;
    return took(t, rc);
}

size_t http_reply_header(struct http_try *t, struct str line)
{
    t->moved += line.n;
    t->head_bytes += line.n;
    if (t->head_bytes > HTTP_HEAD_MAX) {
        t->cause = HTTP_HEAD_TOO_LARGE;
        return REFUSED;
    }
    if (t->head_done) { /* a trailer after the last chunk */
        return line.n;
    }
    if (trim(line).n == 0) {
        t->head_done = t->response.status >= 200;
        return t->head_done && !begin_sink(t) ? REFUSED : line.n;
    } else if (starts_nocase(line, "HTTP/")) {
        begin_head(t, line);
    } else {
        add_header(t, line);
    }
    return line.n;
}

size_t http_reply_body(struct http_try *t, struct str piece)
{
    const struct http_sink *sink = sink_of(t);
    size_t room = t->body->max - t->body->len;

    t->moved += piece.n;
    t->body_bytes += piece.n;
    if (sink != NULL) {
        return fill_sink(t, sink, piece) ? piece.n : REFUSED;
    }
    if (buf_append(t->body, piece.p, piece.n)) {
        return piece.n;
    }
    if (t->response.status < 400) {
        t->cause = HTTP_BODY_TOO_LARGE;
        return REFUSED;
    }
    buf_append(t->body, piece.p, room);
    t->enough = true;
    return REFUSED;
}
