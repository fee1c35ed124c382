#include "base/buf.h"

#include "base/arena.h"
#include "base/mem.h"

#define FIRST_CAP 240u

/* The storage is not the arena's own, so that a buffer grown inside a loop survives the rewinds
 * there, and growing leaves nothing behind. */
static void free_storage(void *arg)
{
    struct buf *b = arg;

    mem_free(b->data, b->cap + 1);
    b->data = NULL;
}

struct buf *buf_new(struct arena *a, size_t max)
{
    struct buf *b = arena_alloc(a, sizeof *b);

    b->max = max;
    b->cap = max < FIRST_CAP ? max : FIRST_CAP;
    b->data = mem_new(b->cap + 1);
    arena_defer(a, free_storage, b);
    return b;
}

static bool reserve(struct buf *b, size_t n)
{
    size_t cap = b->cap;
    char *data;

    if (n > b->max - b->len) {
        b->full = true;
        return false;
    }
    if (n <= b->cap - b->len) {
        return true;
    }
    while (cap < b->len + n) {
        cap = cap > b->max / 2 ? b->max : cap * 2;
    }
    data = mem_new(mem_add(cap, 1));
    memcpy(data, b->data, b->len);
    mem_free(b->data, b->cap + 1);
    b->data = data;
    b->cap = cap;
    return true;
}

bool buf_append(struct buf *b, const void *p, size_t n)
{
    if (!reserve(b, n)) {
        return false;
    }
    if (n > 0) {
        memcpy(b->data + b->len, p, n);
    }
    b->len += n;
    b->data[b->len] = '\0';
    return true;
}

bool buf_puts(struct buf *b, const char *s)
{
    return buf_append(b, s, strlen(s));
}

bool buf_putc(struct buf *b, char c)
{
    return buf_append(b, &c, 1);
}

bool buf_printf(struct buf *b, const char *format, ...)
{
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (n < 0) {
        abort();
    }
    if (!reserve(b, (size_t)n)) {
        return false;
    }
    va_start(ap, format);
    vsnprintf(b->data + b->len, (size_t)n + 1, format, ap);
    va_end(ap);
    b->len += (size_t)n;
    return true;
}

void buf_truncate(struct buf *b, size_t len)
{
    explicit_bzero(b->data + len, b->len - len);
    b->len = len;
    b->full = false;
}

struct str buf_str(const struct buf *b)
{
    return (struct str){b->data, b->len};
}
