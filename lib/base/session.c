#include "base/session.h"

#include <pthread.h>

#include "base/ctx.h"
#include "base/mem.h"
#include "base/session_private.h"

struct owned {
    void *object;
    void (*free_fn)(void *object);
    struct owned *next;
};

struct session *session_new(void)
{
    struct session *s = mem_new(sizeof *s);

    pthread_mutex_init(&s->lock, NULL);
    clock_cond_init(&s->changed);
    s->redact = redact_new();
    return s;
}

void session_free(struct session *s)
{
    if (s == NULL) {
        return;
    }
    while (s->owned != NULL) {
        struct owned *o = s->owned;

        s->owned = o->next;
        o->free_fn(o->object);
        mem_free(o, sizeof *o);
    }
    session_locks_free(s);
    session_cache_free(s);
    session_claims_free(s);
    redact_free(s->redact);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    mem_free(s, sizeof *s);
}

struct redact *session_redact(struct session *s)
{
    return s->redact;
}

void session_own(struct session *s, void *object, void (*free_fn)(void *object))
{
    struct owned *o = mem_new(sizeof *o);

    *o = (struct owned){.object = object, .free_fn = free_fn};
    pthread_mutex_lock(&s->lock);
    o->next = s->owned;
    s->owned = o;
    pthread_mutex_unlock(&s->lock);
}

enum rc session_wait(struct ctx *cx)
{
    struct session *s = cx->session;
    struct timespec slice = clock_deadline(SESSION_SLICE_MS);

    pthread_cond_timedwait(&s->changed, &s->lock, &slice);
    return ctx_check(cx);
}
