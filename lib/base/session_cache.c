/* The cache of remote documents: one fetch at a time per document. */
#include <stdbool.h>

#include "base/ctx.h"
#include "base/mem.h"
#include "base/session_private.h"

#define MAX_AGE_MS 10000

struct cached_document {
    char *name;
    char *body; /* len bytes and a NUL; NULL: none kept */
    size_t len;
    enum rc rc;         /* RC_OK or RC_NOT_FOUND, when kept */
    bool kept;          /* the answer may be used until it is too old */
    bool fetching;      /* somebody asks the server now */
    bool forgotten;     /* a write came between that asking and its answer */
    int64_t fetched_ms; /* when the asking began: the answer may be as old as that */
    struct cached_document *next;
};

static struct cached_document **find(struct session *s, const char *name)
{
    struct cached_document **at = &s->cached;

    while (*at != NULL && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    return at;
}

static void drop_answer(struct cached_document *d)
{
    if (d->body != NULL) {
        mem_free(d->body, d->len + 1);
    }
    d->body = NULL;
    d->len = 0;
    d->kept = false;
}

static void remove_document(struct cached_document **at)
{
    struct cached_document *d = *at;

    *at = d->next;
    drop_answer(d);
    mem_strfree(d->name);
    mem_free(d, sizeof *d);
}

static bool is_fresh(const struct cached_document *d, int64_t now_ms)
{
    return d->kept && now_ms - d->fetched_ms < MAX_AGE_MS;
}

static void remove_stale(struct session *s, int64_t now_ms)
{
    struct cached_document **at = &s->cached;

    while (*at != NULL) {
        if ((*at)->fetching || is_fresh(*at, now_ms)) {
            at = &(*at)->next;
        } else {
            remove_document(at);
        }
    }
}

static struct cached_document *add(struct session *s, const char *name)
{
    struct cached_document *d = mem_new(sizeof *d);

    *d = (struct cached_document){.name = mem_strdup(name), .next = s->cached};
    s->cached = d;
    return d;
}

static void keep_answer(struct cached_document *d, enum rc rc, struct session_document answer)
{
    if (d->forgotten || (rc != RC_OK && rc != RC_NOT_FOUND)) {
        return;
    }
    d->rc = rc;
    d->kept = true;
    if (rc != RC_OK) {
        return;
    }
    d->len = answer.len;
    d->body = mem_new(mem_add(answer.len, 1));
    if (answer.len > 0) {
        memcpy(d->body, answer.body, answer.len);
    }
}

static enum rc copy_answer(struct ctx *cx, const struct cached_document *d,
                           struct session_document *ret_body)
{
    if (d->rc == RC_OK) {
        *ret_body = (struct session_document){arena_memdup(cx->arena, d->body, d->len + 1), d->len};
    }
    return d->rc;
}

/* The caller holds the session's lock; it is released while the server is asked. */
static enum rc ask(struct ctx *cx, struct cached_document *d, struct session_fetch fetch,
                   struct session_document *ret_body)
{
    struct session *s = cx->session;
    struct session_document answer = {NULL, 0};
    enum rc rc;

    drop_answer(d);
    d->fetching = true;
    d->forgotten = false;
    d->fetched_ms = cx->clock->monotonic_ms(cx->clock);
    pthread_mutex_unlock(&s->lock);
    rc = fetch.run(cx, fetch.arg, &answer);
    pthread_mutex_lock(&s->lock);
    d->fetching = false;
    keep_answer(d, rc, answer);
    pthread_cond_broadcast(&s->changed);
    if (rc == RC_OK) {
        *ret_body = answer;
    }
    return rc;
}

enum rc session_cached(struct ctx *cx, const char *document, struct session_fetch fetch,
                       struct session_document *ret_body)
{
    struct session *s = cx->session;
    struct cached_document *d;
    enum rc rc = RC_OK;

    pthread_mutex_lock(&s->lock);
    while ((d = *find(s, document)) != NULL && d->fetching && rc == RC_OK) {
        rc = session_wait(cx);
    }
    if (rc != RC_OK) {
        pthread_mutex_unlock(&s->lock);
        return rc;
    }
    remove_stale(s, cx->clock->monotonic_ms(cx->clock));
    d = *find(s, document);
    if (d != NULL) {
        rc = copy_answer(cx, d, ret_body);
    } else {
        rc = ask(cx, add(s, document), fetch, ret_body);
    }
    pthread_mutex_unlock(&s->lock);
    return rc;
}

void session_forget(struct ctx *cx, const char *document)
{
    struct session *s = cx->session;
    struct cached_document **at;

    pthread_mutex_lock(&s->lock);
    at = find(s, document);
    if (*at != NULL && (*at)->fetching) {
        (*at)->forgotten = true;
    } else if (*at != NULL) {
        remove_document(at);
    }
    pthread_mutex_unlock(&s->lock);
}

void session_cache_free(struct session *s)
{
    while (s->cached != NULL) {
        remove_document(&s->cached);
    }
}
