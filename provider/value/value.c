#include "value/value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "value/number.h"

static const struct value *make(struct arena *a, struct value content)
{
    struct value *v = arena_alloc(a, sizeof *v);
    *v = content;
    return v;
}

/* ---- Makers ----------------------------------------------------------------------------- */

const struct value *value_null(struct arena *a, const struct type *t)
{
    return make(a, (struct value){.type = t, .state = VALUE_NULL});
}

const struct value *value_unknown(struct arena *a, const struct type *t)
{
    return make(a, (struct value){.type = t, .state = VALUE_UNKNOWN});
}

const struct value *value_unknown_refined(struct arena *a, const struct type *t,
                                          const struct value_refinement *refinement)
{
    return make(a, (struct value){.type = t, .state = VALUE_UNKNOWN, .refinement = refinement});
}

const struct value *value_bool(struct arena *a, bool b)
{
    return make(a, (struct value){.type = &type_bool, .state = VALUE_KNOWN, .boolean = b});
}

const struct value *value_string(struct arena *a, struct str s)
{
    return make(a, (struct value){.type = &type_string, .state = VALUE_KNOWN, .text = s});
}

const struct value *value_text(struct arena *a, const char *s)
{
    return s == NULL ? value_null(a, &type_string) : value_string(a, str_of(s));
}

const struct value *value_canonical(struct arena *a, struct str number)
{
    return make(a, (struct value){.type = &type_number, .state = VALUE_KNOWN, .text = number});
}

const struct value *value_int(struct arena *a, int64_t n)
{
    return value_canonical(a, number_of_i64(a, n));
}

enum rc value_number(struct ctx *cx, struct str text, const struct value **ret_v)
{
    struct str canonical;
    if (!number_canonical(cx->arena, text, &canonical)) {
        return diag_error(cx, NULL, "Not a number",
                          "A decimal number of at most 4096 characters and with an exponent of at "
                          "most 100000 is required.");
    }
    *ret_v = value_canonical(cx->arena, canonical);
    return RC_OK;
}

const struct value *value_list(struct arena *a, const struct type *t,
                               const struct value *const *items, size_t n)
{
    assert(t->kind == TYPE_LIST || (t->kind == TYPE_TUPLE && n == t->n_fields));
    return make(a, (struct value){.type = t, .state = VALUE_KNOWN, .items = items, .n = n});
}

static int by_value(const void *a, const void *b)
{
    const struct value *const *x = a, *const *y = b;
    return value_cmp(*x, *y);
}

const struct value *value_set(struct arena *a, const struct type *t,
                              const struct value *const *items, size_t n)
{
    assert(t->kind == TYPE_SET);
    const struct value **kept = arena_array(a, n, sizeof *kept);
    if (n > 0) {
        memcpy(kept, items, n * sizeof *kept);
        qsort(kept, n, sizeof *kept, by_value);
    }
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool repeated = n_kept > 0 && value_eq(kept[n_kept - 1], kept[i]);
        if (!repeated || !value_is_wholly_known(kept[i])) {
            kept[n_kept++] = kept[i];
        }
    }
    return make(a, (struct value){.type = t, .state = VALUE_KNOWN, .items = kept, .n = n_kept});
}

struct entry {
    struct str key;
    const struct value *item;
    size_t place;
};

static int by_key_then_place(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    return c != 0 ? c : (x->place > y->place) - (x->place < y->place);
}

const struct value *value_map(struct arena *a, const struct type *t, struct value_entries entries)
{
    assert(t->kind == TYPE_MAP);
    size_t n = entries.n, n_kept = 0;
    struct entry *sorted = arena_array(a, n, sizeof *sorted);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = (struct entry){entries.keys[i], entries.items[i], i};
    }
    if (n > 0) {
        qsort(sorted, n, sizeof *sorted, by_key_then_place);
    }
    struct str *keys = arena_array(a, n, sizeof *keys);
    const struct value **items = arena_array(a, n, sizeof(const struct value *));
    for (size_t i = 0; i < n; i++) {
        bool last = i + 1 == n || !str_eq(sorted[i].key, sorted[i + 1].key);
        if (last) {
            keys[n_kept] = sorted[i].key;
            items[n_kept++] = sorted[i].item;
        }
    }
    return make(a, (struct value){
                       .type = t, .state = VALUE_KNOWN, .items = items, .keys = keys, .n = n_kept});
}

const struct value *value_object(struct arena *a, const struct type *t,
                                 const struct value *const *items)
{
    assert(t->kind == TYPE_OBJECT);
    return make(a,
                (struct value){.type = t, .state = VALUE_KNOWN, .items = items, .n = t->n_fields});
}

const struct value *value_object_with(struct arena *a, const struct value *object, const char *name,
                                      const struct value *item)
{
    assert(object->state == VALUE_KNOWN);
    int at = type_field_index(object->type, str_of(name));
    assert(at >= 0);
    const struct value **items = arena_array(a, object->n, sizeof *items);
    memcpy(items, object->items, object->n * sizeof *items);
    items[at] = item;
    return value_object(a, object->type, items);
}

/* ---- Questions -------------------------------------------------------------------------- */

bool value_is_null(const struct value *v)
{
    return v->state == VALUE_NULL;
}

bool value_is_unknown(const struct value *v)
{
    return v->state == VALUE_UNKNOWN;
}

bool value_is_known(const struct value *v)
{
    return v->state == VALUE_KNOWN;
}

bool value_is_wholly_known(const struct value *v)
{
    if (v->state == VALUE_UNKNOWN) {
        return false;
    }
    for (size_t i = 0; i < v->n; i++) {
        if (!value_is_wholly_known(v->items[i])) {
            return false;
        }
    }
    return true;
}

const struct value *value_field(const struct value *object, const char *name)
{
    if (object->state != VALUE_KNOWN || object->type->kind != TYPE_OBJECT) {
        return NULL;
    }
    int at = type_field_index(object->type, str_of(name));
    return at < 0 ? NULL : object->items[at];
}

const struct value *value_element(const struct value *map, struct str key)
{
    if (map->state != VALUE_KNOWN || map->type->kind != TYPE_MAP) {
        return NULL;
    }
    size_t low = 0, high = map->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = str_cmp(key, map->keys[middle]);
        if (c == 0) {
            return map->items[middle];
        }
        if (c < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* The part of a known value that a path's last step names, or NULL. */
static const struct value *step(const struct value *v, const struct path *path)
{
    switch (path->kind) {
    case PATH_ATTRIBUTE:
        return value_field(v, path->name);
    case PATH_KEY:
        return value_element(v, str_of(path->name));
    case PATH_INDEX:
    default:
        break;
    }
    bool indexed = v->type->kind == TYPE_LIST || v->type->kind == TYPE_TUPLE;
    if (!indexed || path->index < 0 || (uint64_t)path->index >= v->n) {
        return NULL;
    }
    return v->items[path->index];
}

enum rc value_at(const struct value *v, const struct path *path, const struct value **ret_v)
{
    if (path == NULL) {
        *ret_v = v;
        return RC_OK;
    }
    const struct value *whole;
    if (value_at(v, path->parent, &whole) != RC_OK || whole->state != VALUE_KNOWN) {
        return RC_NOT_FOUND;
    }
    const struct value *part = step(whole, path);
    if (part == NULL) {
        return RC_NOT_FOUND;
    }
    *ret_v = part;
    return RC_OK;
}
