#include "schema/private_state.h"

#include <jansson.h>
#include <string.h>

#include "base/ctx.h"

/* Core stores these bytes beside every instance; notes are a few words. */
#define BYTES_MAX ((size_t)1 << 20)

struct note {
    const char *key, *value;
    struct note *next;
};

struct private_state {
    struct arena *arena;
    struct note *first;
};

static void release(void *arg)
{
    json_decref(arg);
}

/* False when it is not an object of texts; what was taken over until then stays. */
static bool take_over(struct private_state *p, json_t *json)
{
    const char *key;
    json_t *value;
    if (!json_is_object(json)) {
        return false;
    }
    json_object_foreach(json, key, value)
    {
        if (!json_is_string(value)) {
            return false;
        }
        private_state_set(p, key, json_string_value(value));
    }
    return true;
}

struct private_state *private_state_parse(struct ctx *cx, struct str bytes)
{
    struct private_state *p = arena_alloc(cx->arena, sizeof(*p));
    p->arena = cx->arena;
    if (bytes.n == 0) {
        return p;
    }
    json_t *json =
        bytes.n <= BYTES_MAX ? json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!take_over(p, json)) {
        p->first = NULL;
        diag_warning(cx, NULL, "The provider's private notes of this resource are unreadable",
                     "They are kept in the state and were damaged, or written by something else. "
                     "They are taken as empty, and written anew by the next apply.");
    }
    json_decref(json);
    return p;
}

/* The link that points to the note of that key, or to the end. */
static struct note **find(struct private_state *p, const char *key)
{
    struct note **at = &p->first;
    while (*at && strcmp((*at)->key, key) != 0) {
        at = &(*at)->next;
    }
    return at;
}

const char *private_state_get(const struct private_state *p, const char *key)
{
    for (const struct note *note = p->first; note; note = note->next) {
        if (strcmp(note->key, key) == 0) {
            return note->value;
        }
    }
    return NULL;
}

void private_state_set(struct private_state *p, const char *key, const char *value)
{
    struct note **at = find(p, key);
    if (!*at) {
        *at = arena_alloc(p->arena, sizeof(**at));
        (*at)->key = arena_strdup(p->arena, key);
    }
    /* What a service answered need not be UTF-8, JSON must. */
    (*at)->value = str_utf8_clean(p->arena, str_of(value), BYTES_MAX);
}

void private_state_unset(struct private_state *p, const char *key)
{
    struct note **at = find(p, key);
    if (*at) {
        *at = (*at)->next;
    }
}

struct str private_state_bytes(struct ctx *cx, const struct private_state *p)
{
    if (!p->first) {
        return (struct str){NULL, 0};
    }
    json_t *json = json_object();
    arena_defer(cx->arena, release, json);
    for (const struct note *note = p->first; note; note = note->next) {
        json_object_set_new(json, note->key, json_string(note->value));
    }
    size_t flags = JSON_COMPACT | JSON_SORT_KEYS; /* a plan must give the same bytes each time */
    size_t n = json_dumpb(json, NULL, 0, flags);
    char *bytes = arena_alloc(cx->arena, n);
    json_dumpb(json, bytes, n, flags);
    return (struct str){bytes, n};
}
