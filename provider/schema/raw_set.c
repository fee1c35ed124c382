#include "schema/raw_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "schema/raw_set_index.h"
#include "value/number.h"

/* A key is a few times the size of its element, which core bounds. */
#define KEY_MAX ((size_t)1 << 30)

struct ranked {
    const struct value *v;
    struct str key;
    size_t place; /* keeps equal keys in their order */
};

static void append_key(struct arena *a, struct buf *key, const struct value *v);

/* ---- go-cty's hash text -----------------------------------------------------------------------
 */

/* Go's %q. Rare characters that Go takes for unprintable (beyond Latin-1) stay as they are. */
static void append_quoted(struct buf *key, struct str s)
{
    static const char named[] = "\a\b\t\n\v\f\r"; /* 7 to 13 */
    static const char letters[] = "abtnvfr";
    buf_putc(key, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *name = c ? strchr(named, c) : NULL;
        if (c == '"' || c == '\\') {
            buf_printf(key, "\\%c", c);
        } else if (name) {
            buf_printf(key, "\\%c", letters[name - named]);
        } else if (c < ' ' || c == 0x7f) {
            buf_printf(key, "\\x%02x", c);
        } else {
            buf_putc(key, (char)c);
        }
    }
    buf_putc(key, '"');
}

static void append_text(struct buf *key, struct str s)
{
    buf_append(key, s.p, s.n);
}

static void append_items(struct arena *a, struct buf *key, const struct value *v,
                         const char *brackets)
{
    buf_putc(key, brackets[0]);
    for (size_t i = 0; i < v->n; i++) {
        if (v->keys) {
            append_quoted(key, v->keys[i]);
            buf_putc(key, ':');
        }
        append_key(a, key, v->items[i]);
        buf_putc(key, ';');
    }
    buf_putc(key, brackets[1]);
}

static void append_key(struct arena *a, struct buf *key, const struct value *v)
{
    if (!value_is_known(v)) {
        buf_putc(key, value_is_null(v) ? '~' : '?');
        return;
    }
    switch (v->type->kind) {
    case TYPE_BOOL:
        buf_putc(key, v->boolean ? 'T' : 'F');
        break;
    case TYPE_NUMBER:
        append_text(key, number_brief(a, v->text));
        break;
    case TYPE_STRING:
        append_quoted(key, v->text);
        break;
    case TYPE_LIST:
        append_items(a, key, v, "[]");
        break;
    case TYPE_SET:
        append_items(a, key, raw_set_order(a, v), "[]");
        break;
    case TYPE_MAP:
        append_items(a, key, v, "{}");
        break;
    case TYPE_OBJECT:
    case TYPE_TUPLE:
        append_items(a, key, v, "<>");
        break;
    case TYPE_DYNAMIC:
        break; /* a known value has a type */
    }
}

/* ---- Order ------------------------------------------------------------------------------------
 */

static int rank_of(const struct value *v)
{
    return value_is_known(v) ? 0 : value_is_unknown(v) ? 1 : 2;
}

static int ranked_cmp(const void *x, const void *y)
{
    const struct ranked *a = x;
    const struct ranked *b = y;
    int rank = rank_of(a->v) - rank_of(b->v);
    if (rank != 0) {
        return rank;
    }
    size_t n = a->key.n < b->key.n ? a->key.n : b->key.n;
    int order = n > 0 ? memcmp(a->key.p, b->key.p, n) : 0;
    if (order != 0) {
        return order;
    }
    if (a->key.n != b->key.n) {
        return a->key.n < b->key.n ? -1 : 1;
    }
    return a->place < b->place ? -1 : 1;
}

const struct value *raw_set_order(struct arena *a, const struct value *set)
{
    /* Simple values have an order of their own, which value_set gives them. */
    enum type_kind kind = set->type->element->kind;
    if (!value_is_known(set) || set->n < 2 || kind == TYPE_STRING || kind == TYPE_NUMBER ||
        kind == TYPE_BOOL) {
        return set;
    }
    struct ranked *ranked = arena_array(a, set->n, sizeof(*ranked));
    for (size_t i = 0; i < set->n; i++) {
        struct buf *key = buf_new(a, KEY_MAX);
        append_key(a, key, set->items[i]);
        ranked[i] = (struct ranked){set->items[i], buf_str(key), i};
    }
    qsort(ranked, set->n, sizeof(*ranked), ranked_cmp);
    const struct value **items = arena_array(a, set->n, sizeof(const struct value *));
    for (size_t i = 0; i < set->n; i++) {
        items[i] = ranked[i].v;
    }
    return raw_set_with_items(a, set, items);
}

/* ---- Equality ---------------------------------------------------------------------------------
 */

static bool is_in(struct arena *a, const struct value *v, const struct value *set,
                  const struct raw_set_index *index)
{
    size_t i = raw_set_index_first(index, raw_set_index_hash(v));
    while (i < set->n && !raw_set_eq(a, v, set->items[i])) {
        i = raw_set_index_next(index, i);
    }
    return i < set->n;
}

/* Each element of x from place i on is somewhere in y. */
static bool rest_is_in(struct arena *a, const struct value *x, size_t i, const struct value *y)
{
    struct arena_mark mark = arena_mark(a);
    struct raw_set_index index = raw_set_index_of(a, y);
    while (i < x->n && is_in(a, x->items[i], y, &index)) {
        i++;
    }
    arena_rewind(a, mark);
    return i == x->n;
}

static bool items_eq(struct arena *a, const struct value *x, const struct value *y)
{
    for (size_t i = 0; i < x->n; i++) {
        if (x->type->kind == TYPE_MAP && !str_eq(x->keys[i], y->keys[i])) {
            return false;
        }
        if (!raw_set_eq(a, x->items[i], y->items[i])) {
            /* Equal sets mostly stand in the same order; only the others are worth an index. */
            return x->type->kind == TYPE_SET && rest_is_in(a, x, i, y);
        }
    }
    return true;
}

bool raw_set_eq(struct arena *a, const struct value *x, const struct value *y)
{
    if (x == y) {
        return true;
    }
    if (!value_is_known(x) || !value_is_known(y)) {
        return x->state == y->state;
    }
    if (x->type->kind < TYPE_LIST) {
        return value_eq(x, y);
    }
    return type_eq(x->type, y->type) && x->n == y->n && items_eq(a, x, y);
}

const struct value *raw_set_with_items(struct arena *a, const struct value *v,
                                       const struct value *const *items)
{
    struct value *out = arena_memdup(a, v, sizeof(*v));
    out->items = items;
    return out;
}
