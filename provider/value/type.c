#include "value/type.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

const struct type type_bool = {.kind = TYPE_BOOL};
const struct type type_number = {.kind = TYPE_NUMBER};
const struct type type_string = {.kind = TYPE_STRING};
const struct type type_dynamic = {.kind = TYPE_DYNAMIC};
const struct type type_list_of_string = {.kind = TYPE_LIST, .element = &type_string};
const struct type type_set_of_string = {.kind = TYPE_SET, .element = &type_string};
const struct type type_map_of_string = {.kind = TYPE_MAP, .element = &type_string};

static const struct type *collection(struct arena *a, enum type_kind kind,
                                     const struct type *element)
{
    struct type *t = arena_alloc(a, sizeof *t);
    *t = (struct type){.kind = kind, .element = element};
    return t;
}

const struct type *type_list(struct arena *a, const struct type *element)
{
    return collection(a, TYPE_LIST, element);
}

const struct type *type_set(struct arena *a, const struct type *element)
{
    return collection(a, TYPE_SET, element);
}

const struct type *type_map(struct arena *a, const struct type *element)
{
    return collection(a, TYPE_MAP, element);
}

static int by_name(const void *a, const void *b)
{
    const struct type_field *x = a, *y = b;
    return strcmp(x->name, y->name);
}

const struct type *type_object(struct arena *a, const struct type_field *fields, size_t n)
{
    struct type_field *sorted = arena_array(a, n, sizeof *sorted);
    if (n > 0) {
        memcpy(sorted, fields, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, by_name);
    }
    struct type *t = arena_alloc(a, sizeof *t);
    *t = (struct type){.kind = TYPE_OBJECT, .fields = sorted, .n_fields = n};
    return t;
}

const struct type *type_tuple(struct arena *a, const struct type *const *elements, size_t n)
{
    struct type_field *fields = arena_array(a, n, sizeof *fields);
    for (size_t i = 0; i < n; i++) {
        fields[i].type = elements[i];
    }
    struct type *t = arena_alloc(a, sizeof *t);
    *t = (struct type){.kind = TYPE_TUPLE, .fields = fields, .n_fields = n};
    return t;
}

static int compare_fields(const struct type *a, const struct type *b)
{
    if (a->n_fields != b->n_fields) {
        return a->n_fields < b->n_fields ? -1 : 1;
    }
    for (size_t i = 0; i < a->n_fields; i++) {
        int c = a->kind == TYPE_OBJECT ? strcmp(a->fields[i].name, b->fields[i].name) : 0;
        if (c == 0) {
            c = type_cmp(a->fields[i].type, b->fields[i].type);
        }
        if (c != 0) {
            return c;
        }
    }
    return 0;
}

int type_cmp(const struct type *a, const struct type *b)
{
    if (a == b) {
        return 0;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    switch (a->kind) {
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_MAP:
        return type_cmp(a->element, b->element);
    case TYPE_OBJECT:
    case TYPE_TUPLE:
        return compare_fields(a, b);
    case TYPE_BOOL:
    case TYPE_NUMBER:
    case TYPE_STRING:
    case TYPE_DYNAMIC:
    default:
        return 0;
    }
}

bool type_eq(const struct type *a, const struct type *b)
{
    return type_cmp(a, b) == 0;
}

int type_field_index(const struct type *object, struct str name)
{
    assert(object->kind == TYPE_OBJECT);
    size_t low = 0, high = object->n_fields;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = str_cmp(name, str_of(object->fields[middle].name));
        if (c == 0) {
            return (int)middle;
        }
        if (c < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return -1;
}

const struct type *type_part(const struct type *t, size_t i)
{
    return t->n_fields > 0 ? t->fields[i].type : t->element;
}

static const char *kind_text(enum type_kind kind)
{
    static const char *const names[] = {
        [TYPE_BOOL] = "bool",        [TYPE_NUMBER] = "number", [TYPE_STRING] = "string",
        [TYPE_DYNAMIC] = "any type", [TYPE_LIST] = "list",     [TYPE_SET] = "set",
        [TYPE_MAP] = "map",          [TYPE_OBJECT] = "object", [TYPE_TUPLE] = "tuple",
    };
    return names[kind];
}

char *type_text(struct arena *a, const struct type *t)
{
    const char *name = kind_text(t->kind);
    return t->element == NULL ? arena_strdup(a, name)
                              : arena_printf(a, "%s of %s", name, type_text(a, t->element));
}
