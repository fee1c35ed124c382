#include "http_forward.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/session.h"
#include "http/http.h"

#define MAX_HEADERS 64
#define MAX_BODY    ((size_t)64 << 20)

struct http_forward {
    const char *upstream;
    size_t hold;
    FILE *log;
    struct session *session;
    struct http_client *client;
    pthread_mutex_t lock; /* of count and log */
    size_t count;
};

struct http_forward *http_forward_new(const char *upstream, size_t hold, FILE *log)
{
    struct http_forward *f = calloc(1, sizeof *f);

    if (f == NULL || pthread_mutex_init(&f->lock, NULL) != 0) {
        abort();
    }
    f->upstream = upstream;
    f->hold = hold;
    f->log = log;
    f->session = session_new();
    f->client = http_client_new(f->session, &(struct http_client_options){.direct = true});
    return f;
}

void http_forward_free(struct http_forward *f)
{
    if (f != NULL) {
        session_free(f->session);
        pthread_mutex_destroy(&f->lock);
        free(f);
    }
}

static bool is_held(struct http_forward *f, const struct http_server_request *r)
{
    bool held;

    pthread_mutex_lock(&f->lock);
    held = ++f->count == f->hold;
    if (fprintf(f->log, "%s%s %s\n", held ? "held " : "", r->method, r->target) < 0 ||
        fflush(f->log) != 0) {
        abort();
    }
    pthread_mutex_unlock(&f->lock);
    return held;
}

/* Either side's client and server make these themselves. */
static bool is_of_the_connection(const char *name)
{
    return strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0 ||
           strcasecmp(name, "Connection") == 0;
}

/* Host stays as it is: it is signed. */
static size_t headers_of(struct arena *a, const char *head, struct http_header *headers)
{
    size_t n = 0;
    const char *line = strstr(head, "\r\n");

    while (line != NULL && strncmp(line, "\r\n\r\n", 4) != 0 && n < MAX_HEADERS) {
        const char *name = line + 2, *end = strstr(name, "\r\n");
        const char *colon = memchr(name, ':', end == NULL ? strlen(name) : (size_t)(end - name));
        if (end == NULL || colon == NULL) {
            break;
        }
        headers[n].name = arena_strndup(a, name, (size_t)(colon - name));
        colon += 1 + strspn(colon + 1, " ");
        headers[n].value = arena_strndup(a, colon, (size_t)(end - colon));
        n += is_of_the_connection(headers[n].name) ? 0 : 1;
        line = end;
    }
    return n;
}

static const char *text_of(struct arena *a, const struct http_response *response)
{
    const char *text = "";

    for (size_t i = 0; i < response->n_headers; i++) {
        if (!is_of_the_connection(response->headers[i].name)) {
            text = arena_printf(a, "%s%s: %s\r\n", text, response->headers[i].name,
                                response->headers[i].value);
        }
    }
    return text;
}

static void pass_on(struct http_forward *f, const struct http_server_request *r,
                    struct http_server_reply *ret_reply)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = f->session});
    struct http_header headers[MAX_HEADERS];
    struct http_response response;
    struct http_request request = {
        .method = r->method,
        .url = arena_printf(cx->arena, "%s%s", f->upstream, r->target),
        .headers = headers,
        .n_headers = headers_of(cx->arena, r->head, headers),
        .body = r->body_len > 0 ? r->body : NULL,
        .body_len = r->body_len,
        .max_response = MAX_BODY,
    };

    if (http_send(cx, f->client, &request, &response) == RC_OK) {
        *ret_reply = (struct http_server_reply){
            .status = response.status,
            .headers = arena_strdup(r->arena, text_of(cx->arena, &response)),
            .body =
                arena_strndup(r->arena, response.body.n ? response.body.p : "", response.body.n),
            .body_len = response.body.n,
        };
    } else {
        *ret_reply = (struct http_server_reply){
            .status = 599, .body = arena_strdup(r->arena, cx->diags.first->summary)};
    }
    ctx_free(cx);
}

bool http_forward_answer(void *forward, const struct http_server_request *request,
                         struct http_server_reply *ret_reply)
{
    struct http_forward *f = forward;

    if (is_held(f, request)) {
        *ret_reply = (struct http_server_reply){.fault = HTTP_SERVER_STALL};
    } else {
        pass_on(f, request, ret_reply);
    }
    return true;
}
