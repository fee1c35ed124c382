#include "base/arena.h"
#include "value/value.h"

static const struct value *rebuild(struct arena *a, const struct value *v,
                                   const struct value *const *items)
{
    switch (v->type->kind) {
    case TYPE_LIST:
    case TYPE_TUPLE:
        return value_list(a, v->type, items, v->n);
    case TYPE_SET:
        return value_set(a, v->type, items, v->n);
    case TYPE_MAP:
        return value_map(a, v->type, (struct value_entries){v->keys, items, v->n});
    case TYPE_OBJECT:
        return value_object(a, v->type, items);
    case TYPE_BOOL:
    case TYPE_NUMBER:
    case TYPE_STRING:
    case TYPE_DYNAMIC:
        break;
    }
    return v;
}

const struct value *value_without_unknowns(struct arena *a, const struct value *v)
{
    if (v->state == VALUE_UNKNOWN) {
        return value_null(a, v->type);
    }
    if (value_is_wholly_known(v)) {
        return v;
    }
    const struct value **items = arena_array(a, v->n, sizeof(const struct value *));
    for (size_t i = 0; i < v->n; i++) {
        items[i] = value_without_unknowns(a, v->items[i]);
    }
    return rebuild(a, v, items);
}
