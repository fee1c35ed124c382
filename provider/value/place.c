#include "value/place.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "value/type.h"
#include "value/value.h"

struct place place_part(const struct place *whole, const struct type *t, size_t i, struct str name)
{
    switch (t->kind) {
    case TYPE_OBJECT:
        return (struct place){.parent = whole, .kind = PATH_ATTRIBUTE, .name = name};
    case TYPE_MAP:
        return (struct place){.parent = whole, .kind = PATH_KEY, .name = name};
    case TYPE_SET:
        return (struct place){.parent = whole, .in_set = true};
    case TYPE_LIST:
    case TYPE_TUPLE:
    case TYPE_BOOL:
    case TYPE_NUMBER:
    case TYPE_STRING:
    case TYPE_DYNAMIC:
    default:
        return (struct place){.parent = whole, .kind = PATH_INDEX, .index = (int64_t)i};
    }
}

struct str place_name(const struct value *v, const struct type *t, size_t i)
{
    if (t->kind == TYPE_MAP) {
        return v->keys[i];
    }
    return t->kind == TYPE_OBJECT ? str_of(t->fields[i].name) : (struct str){NULL, 0};
}

enum place_content place_content(const struct value *v, const struct type *t)
{
    static const enum place_content contents[] = {
        [TYPE_BOOL] = PLACE_BOOL,      [TYPE_NUMBER] = PLACE_NUMBER,  [TYPE_STRING] = PLACE_STRING,
        [TYPE_DYNAMIC] = PLACE_MISFIT, [TYPE_LIST] = PLACE_SEQUENCE,  [TYPE_SET] = PLACE_SEQUENCE,
        [TYPE_MAP] = PLACE_ENTRIES,    [TYPE_OBJECT] = PLACE_ENTRIES, [TYPE_TUPLE] = PLACE_SEQUENCE,
    };
    if (v == NULL) {
        return PLACE_MISFIT;
    }
    if (v->type->kind != t->kind) {
        return t->kind == TYPE_DYNAMIC ? PLACE_TYPED : PLACE_MISFIT;
    }
    if (v->state != VALUE_KNOWN) {
        return v->state == VALUE_NULL ? PLACE_NULL : PLACE_UNKNOWN;
    }
    bool fixed = t->kind == TYPE_OBJECT || t->kind == TYPE_TUPLE;
    return fixed && v->n != t->n_fields ? PLACE_MISFIT : contents[t->kind];
}

static const struct path *path_of(struct arena *a, const struct place *p, bool *ended)
{
    if (p == NULL) {
        return NULL;
    }
    const struct path *parent = path_of(a, p->parent, ended);
    *ended = *ended || p->in_set;
    if (*ended) {
        return parent;
    }
    switch (p->kind) {
    case PATH_ATTRIBUTE:
        return path_attribute(a, parent, str_dup(a, p->name));
    case PATH_KEY:
        return path_key(a, parent, str_dup(a, p->name));
    case PATH_INDEX:
    default:
        return path_index(a, parent, p->index);
    }
}

enum rc place_fault(struct ctx *cx, const struct place *where, const char *summary,
                    const char *detail_format, ...)
{
    va_list ap;
    va_start(ap, detail_format);
    const char *detail = arena_vprintf(cx->arena, detail_format, ap);
    va_end(ap);
    bool ended = false;
    return diag_error(cx, path_of(cx->arena, where, &ended), summary, "%s", detail);
}

enum rc place_mismatch(struct ctx *cx, const struct place *where, const struct value *v,
                       const struct type *t)
{
    return place_fault(cx, where, "Value does not match the schema",
                       "%s is required here, but the provider made %s. This is a fault of the "
                       "provider: please report it.",
                       type_text(cx->arena, t),
                       v == NULL ? "nothing" : type_text(cx->arena, v->type));
}
