/* The lock of each remote document. */
#include <stdbool.h>

#include "base/ctx.h"
#include "base/mem.h"
#include "base/session_private.h"

struct held_document {
    char *name;
    struct held_document *next;
};

static struct held_document **find(struct session *s, const char *name)
{
    struct held_document **at = &s->held;

    while (*at != NULL && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    return at;
}

static void release(struct held_document **at)
{
    struct held_document *h = *at;

    *at = h->next;
    mem_strfree(h->name);
    mem_free(h, sizeof *h);
}

enum rc session_lock(struct ctx *cx, const char *document)
{
    struct session *s = cx->session;
    enum rc rc = ctx_check(cx);

    if (rc != RC_OK) {
        return rc;
    }
    pthread_mutex_lock(&s->lock);
    while (rc == RC_OK && *find(s, document) != NULL) {
        rc = session_wait(cx);
    }
    if (rc == RC_OK) {
        struct held_document *h = mem_new(sizeof *h);

        *h = (struct held_document){.name = mem_strdup(document), .next = s->held};
        s->held = h;
    }
    pthread_mutex_unlock(&s->lock);
    return rc;
}

void session_unlock(struct ctx *cx, const char *document)
{
    struct session *s = cx->session;
    struct held_document **at;

    pthread_mutex_lock(&s->lock);
    at = find(s, document);
    if (*at == NULL) {
        abort(); /* unlocking what nobody locked would let two writers in */
    }
    release(at);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void session_locks_free(struct session *s)
{
    while (s->held != NULL) {
        release(&s->held);
    }
}
