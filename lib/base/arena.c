#include "base/arena.h"

#include <stdint.h>

#include "base/mem.h"

/* Under AddressSanitizer each allocation gets a chunk of its own and exactly its size, so that an
 * overrun by one byte, and a use after a rewind, is seen. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_EACH
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ONE_EACH
#endif

#ifdef ONE_EACH
static const size_t chunk_first = 0, chunk_largest = 0;
#else
/* With its header and malloc's, the first is just under a page. */
static const size_t chunk_first = 4032, chunk_largest = 65472;
#endif

#define ALIGNMENT _Alignof(max_align_t)

struct chunk {
    struct chunk *below;
    size_t cap, used;
    max_align_t data[];
};

struct deferred {
    struct deferred *below;
    void (*fn)(void *arg);
    void *arg;
};

struct arena {
    struct chunk *top;
    struct deferred *deferred;
    size_t footprint;
};

static char *chunk_bytes(struct chunk *c)
{
    return (char *)c->data;
}

static void push_chunk(struct arena *a, size_t least)
{
    size_t cap = a->top == NULL ? chunk_first : 2 * a->top->cap;
    struct chunk *c;

    if (cap > chunk_largest) {
        cap = chunk_largest;
    }
    if (cap < chunk_first) {
        cap = chunk_first;
    }
    if (cap < least) {
        cap = least;
    }
    c = mem_new(mem_add(sizeof *c, cap));
    c->cap = cap;
    c->below = a->top;
    a->top = c;
    a->footprint += sizeof *c + cap;
}

static void pop_chunk(struct arena *a)
{
    struct chunk *c = a->top;

    a->top = c->below;
    a->footprint -= sizeof *c + c->cap;
    mem_free(c, sizeof *c + c->used);
}

struct arena *arena_new(void)
{
    return mem_new(sizeof(struct arena));
}

void arena_free(struct arena *a)
{
    if (a == NULL) {
        return;
    }
    arena_rewind(a, (struct arena_mark){0});
    mem_free(a, sizeof *a);
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t at = 0;

    if (size == 0) {
        size = 1;
    }
    if (a->top != NULL) {
        at = mem_add(a->top->used, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    if (a->top == NULL || at > a->top->cap || size > a->top->cap - at) {
        push_chunk(a, size);
        at = 0;
    }
    a->top->used = at + size;
    return chunk_bytes(a->top) + at;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    return arena_alloc(a, mem_mul(n, size));
}

void *arena_grow(struct arena *a, const void *old, size_t old_size, size_t new_size)
{
    struct chunk *c = a->top;
    void *p;

    if (c != NULL && old != NULL && old_size > 0 && new_size >= old_size) {
        char *end = chunk_bytes(c) + c->used;

        if ((const char *)old + old_size == end && new_size - old_size <= c->cap - c->used) {
            c->used += new_size - old_size;
            return end - old_size;
        }
    }
    p = arena_alloc(a, new_size);
    if (old != NULL && old_size > 0) {
        memcpy(p, old, old_size < new_size ? old_size : new_size);
    }
    return p;
}

void *arena_memdup(struct arena *a, const void *p, size_t n)
{
    void *copy = arena_alloc(a, n);

    if (n > 0) {
        memcpy(copy, p, n);
    }
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_memdup(a, s, strlen(s) + 1);
}

char *arena_strdup_if(struct arena *a, const char *s)
{
    return s != NULL ? arena_strdup(a, s) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *copy = arena_alloc(a, mem_add(len, 1));

    memcpy(copy, s, len);
    return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list ap;
    char *s;

    va_start(ap, format);
    s = arena_vprintf(a, format, ap);
    va_end(ap);
    return s;
}

char *arena_vprintf(struct arena *a, const char *format, va_list ap)
{
    va_list again;
    char *s;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, format, ap);
    if (n < 0) { /* a text over INT_MAX, or a wide character that cannot be written */
        abort();
    }
    s = arena_alloc(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, format, again);
    va_end(again);
    return s;
}

void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg)
{
    struct deferred *d = arena_alloc(a, sizeof *d);

    *d = (struct deferred){.below = a->deferred, .fn = fn, .arg = arg};
    a->deferred = d;
}

static void free_within(void *arena)
{
    arena_free(arena);
}

struct arena *arena_within(struct arena *owner)
{
    struct arena *a = arena_new();

    arena_defer(owner, free_within, a);
    return a;
}

struct arena_mark arena_mark(struct arena *a)
{
    return (struct arena_mark){
        .chunk = a->top, .used = a->top == NULL ? 0 : a->top->used, .deferred = a->deferred};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    while (a->deferred != m.deferred) {
        struct deferred *d = a->deferred;

        a->deferred = d->below;
        d->fn(d->arg);
    }
    while (a->top != m.chunk) {
        pop_chunk(a);
    }
    if (a->top != NULL) {
        explicit_bzero(chunk_bytes(a->top) + m.used, a->top->used - m.used);
        a->top->used = m.used;
    }
}

size_t arena_footprint(const struct arena *a)
{
    return sizeof *a + a->footprint;
}
