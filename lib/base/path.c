#include "base/path.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

static const struct path *extend(struct arena *a, struct path step)
{
    return arena_memdup(a, &step, sizeof step);
}

const struct path *path_attribute(struct arena *a, const struct path *parent, const char *name)
{
    return extend(a, (struct path){parent, PATH_ATTRIBUTE, arena_strdup(a, name), 0});
}

const struct path *path_key(struct arena *a, const struct path *parent, const char *key)
{
    return extend(a, (struct path){parent, PATH_KEY, arena_strdup(a, key), 0});
}

const struct path *path_index(struct arena *a, const struct path *parent, int64_t index)
{
    return extend(a, (struct path){parent, PATH_INDEX, NULL, index});
}

const struct path *path_copy(struct arena *a, const struct path *p)
{
    struct path step;

    if (p == NULL) {
        return NULL;
    }
    step = *p;
    step.parent = path_copy(a, p->parent);
    if (p->name != NULL) {
        step.name = arena_strdup(a, p->name);
    }
    return extend(a, step);
}

size_t path_depth(const struct path *p)
{
    size_t n = 0;

    for (; p != NULL; p = p->parent) {
        n++;
    }
    return n;
}

static int step_cmp(const struct path *a, const struct path *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    if (a->kind == PATH_INDEX) {
        return (a->index > b->index) - (a->index < b->index);
    }
    return strcmp(a->name, b->name);
}

/* Of two paths of the same depth, by the outermost step that differs. */
static int same_depth_cmp(const struct path *a, const struct path *b)
{
    int order;

    if (a == b || a == NULL || b == NULL) {
        return 0;
    }
    order = same_depth_cmp(a->parent, b->parent);
    return order != 0 ? order : step_cmp(a, b);
}

int path_cmp(const struct path *a, const struct path *b)
{
    size_t a_depth = path_depth(a), b_depth = path_depth(b);
    size_t i;
    int order;

    for (i = a_depth; i > b_depth; i--) {
        a = a->parent;
    }
    for (i = b_depth; i > a_depth; i--) {
        b = b->parent;
    }
    order = same_depth_cmp(a, b);
    return order != 0 ? order : (a_depth > b_depth) - (a_depth < b_depth);
}

bool path_eq(const struct path *a, const struct path *b)
{
    return path_cmp(a, b) == 0;
}

void path_list_add(struct arena *a, struct path_list *list, const struct path *p)
{
    size_t size = sizeof(struct path *);

    if (list->n == list->room) {
        list->room = list->room > 0 ? 2 * list->room : 8;
        list->v = arena_grow(a, list->v, list->n * size, list->room * size);
    }
    list->v[list->n++] = p;
}

static int by_order(const void *a, const void *b)
{
    const struct path *const *x = a, *const *y = b;

    return path_cmp(*x, *y);
}

void path_list_sort(struct path_list *list)
{
    size_t kept = 0;

    if (list->n > 0) {
        qsort(list->v, list->n, sizeof(struct path *), by_order);
    }
    for (size_t i = 0; i < list->n; i++) {
        if (kept == 0 || !path_eq(list->v[kept - 1], list->v[i])) {
            list->v[kept++] = list->v[i];
        }
    }
    list->n = kept;
}

static void put_quoted(struct buf *b, const char *s)
{
    buf_putc(b, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\') {
            buf_putc(b, '\\');
        }
        if (*s == '\n') {
            buf_puts(b, "\\n");
        } else {
            buf_putc(b, *s);
        }
    }
    buf_putc(b, '"');
}

static void put_path(struct buf *b, const struct path *p)
{
    if (p == NULL) {
        return;
    }
    put_path(b, p->parent);
    if (p->kind == PATH_INDEX) {
        buf_printf(b, "[%" PRId64 "]", p->index);
    } else if (p->kind == PATH_KEY) {
        buf_putc(b, '[');
        put_quoted(b, p->name);
        buf_putc(b, ']');
    } else {
        buf_printf(b, "%s%s", b->len > 0 ? "." : "", p->name);
    }
}

char *path_text(struct arena *a, const struct path *p)
{
    struct buf *b = buf_new(a, SIZE_MAX / 2);

    put_path(b, p);
    return b->data;
}
