/* What calls of this session rely on. */
#include "base/ctx.h"
#include "base/mem.h"
#include "base/session_private.h"

struct claim {
    char *name;
    struct claim *next;
};

static bool is_claimed(const struct session *s, const char *document)
{
    const struct claim *c = s->claims;

    while (c != NULL && strcmp(c->name, document) != 0) {
        c = c->next;
    }
    return c != NULL;
}

void session_claim(struct ctx *cx, const char *document)
{
    struct session *s = cx->session;

    pthread_mutex_lock(&s->lock);
    if (!is_claimed(s, document)) {
        struct claim *c = mem_new(sizeof *c);

        *c = (struct claim){.name = mem_strdup(document), .next = s->claims};
        s->claims = c;
    }
    pthread_mutex_unlock(&s->lock);
}

bool session_is_claimed(struct ctx *cx, const char *document)
{
    struct session *s = cx->session;
    bool found;

    pthread_mutex_lock(&s->lock);
    found = is_claimed(s, document);
    pthread_mutex_unlock(&s->lock);
    return found;
}

void session_claims_free(struct session *s)
{
    while (s->claims != NULL) {
        struct claim *c = s->claims;

        s->claims = c->next;
        mem_strfree(c->name);
        mem_free(c, sizeof *c);
    }
}
