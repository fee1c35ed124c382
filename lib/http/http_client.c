/* The handles of a client. */
#include <limits.h>
#include <string.h>

#include "base/ctx.h"
#include "base/session.h"
#include "http/http_private.h"

#define MAX_KEPT_CONNECTIONS 4L /* per handle: buckets may have a host each */

#define CONNECT_MS 10000

static void init_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        abort(); /* out of memory, or no TLS */
    }
}

static const char *copy(struct arena *a, const char *s)
{
    return s == NULL ? NULL : arena_strdup(a, s);
}

static void client_free(void *object)
{
    struct http_client *c = object;
    struct http_handle *h;

    for (h = c->idle; h != NULL; h = h->next) {
        curl_easy_cleanup(h->easy);
        curl_multi_cleanup(h->multi);
    }
    http_pace_free(c->pace);
    http_trust_free(c);
    pthread_mutex_destroy(&c->lock);
    arena_free(c->arena);
}

static struct http_pace *new_pace(struct arena *a, const struct http_client_options *o)
{
    struct http_pace_options pace = {o->adaptive, o->max_in_flight, o->max_per_second};

    return o->adaptive || o->max_in_flight > 0 || o->max_per_second > 0 ? http_pace_new(a, &pace)
                                                                        : NULL;
}

struct http_client *http_client_new(struct session *session,
                                    const struct http_client_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct arena *a = arena_new();
    struct http_client *c = arena_alloc(a, sizeof *c);

    pthread_once(&once, init_curl);
    c->arena = a;
    c->options = *options;
    c->options.user_agent = copy(a, options->user_agent);
    c->options.ca_file = copy(a, options->ca_file);
    if (c->options.request_timeout_ms == 0) {
        c->options.request_timeout_ms = 60000;
    }
    if (c->options.stall_timeout_ms == 0) {
        c->options.stall_timeout_ms = 30000;
    }
    http_trust_choose(c);
    c->pace = new_pace(a, options);
    pthread_mutex_init(&c->lock, NULL);
    session_own(session, c, client_free);
    return c;
}

int64_t http_client_connect_ms(const struct http_client *c)
{
    return c->options.request_timeout_ms < CONNECT_MS ? c->options.request_timeout_ms : CONNECT_MS;
}

unsigned http_client_window(const struct http_client *c)
{
    return c->pace != NULL ? http_pace_window(c->pace) : UINT_MAX;
}

/* The idle handle that last talked to that origin, else any, else NULL. */
static struct http_handle *take_idle(struct http_client *c, const char *origin)
{
    struct http_handle **at = &c->idle, *h;

    while (*at != NULL && strcmp((*at)->origin, origin) != 0) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        at = &c->idle;
    }
    h = *at;
    if (h != NULL) {
        *at = h->next;
    }
    return h;
}

struct http_handle *http_client_take(struct http_client *c, const char *origin)
{
    struct http_handle *h;

    pthread_mutex_lock(&c->lock);
    h = take_idle(c, origin);
    if (h == NULL) {
        h = arena_alloc(c->arena, sizeof *h);
    }
    pthread_mutex_unlock(&c->lock);
    if (h->easy != NULL) {
        return h;
    }
    h->multi = curl_multi_init();
    h->easy = curl_easy_init();
    if (h->multi == NULL || h->easy == NULL) {
        abort(); /* out of memory */
    }
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, MAX_KEPT_CONNECTIONS);
    return h;
}

void http_client_give_back(struct http_client *c, struct http_handle *h, const char *origin)
{
    pthread_mutex_lock(&c->lock);
    if (h->origin == NULL || strcmp(h->origin, origin) != 0) {
        h->origin = arena_strdup(c->arena, origin);
    }
    h->next = c->idle;
    c->idle = h;
    pthread_mutex_unlock(&c->lock);
}
