/* The guard before a value is sent: core ends the run, or crashes, on one that does not conform. */
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "value/number.h"
#include "value/place.h"
#include "value/type.h"
#include "value/value.h"

static enum rc fault(struct ctx *cx, const struct place *where, const char *problem)
{
    return place_fault(cx, where, "Value does not match the schema",
                       "The provider made %s. This is a fault of the provider: please report it.",
                       problem);
}

/* May a null or unknown of type t stand where `wanted` is? */
static bool type_fits(const struct type *t, const struct type *wanted)
{
    if (wanted->kind == TYPE_DYNAMIC || t == wanted) {
        return true;
    }
    if (t->kind != wanted->kind || t->n_fields != wanted->n_fields) {
        return false;
    }
    if (t->element != NULL) {
        return type_fits(t->element, wanted->element);
    }
    for (size_t i = 0; i < t->n_fields; i++) {
        bool same_name =
            t->kind == TYPE_TUPLE || strcmp(t->fields[i].name, wanted->fields[i].name) == 0;
        if (!same_name || !type_fits(t->fields[i].type, wanted->fields[i].type)) {
            return false;
        }
    }
    return true;
}

static enum rc check(struct ctx *cx, const struct place *where, const struct value *v,
                     const struct type *t);

static enum rc check_items(struct ctx *cx, const struct place *where, const struct value *v,
                           const struct type *t)
{
    bool fixed = t->kind == TYPE_OBJECT || t->kind == TYPE_TUPLE;
    if (fixed && (v->n != t->n_fields || v->type->n_fields != t->n_fields)) {
        return place_mismatch(cx, where, v, t);
    }
    for (size_t i = 0; i < v->n; i++) {
        if (t->kind == TYPE_OBJECT && v->type != t &&
            strcmp(v->type->fields[i].name, t->fields[i].name) != 0) {
            return fault(cx, where,
                         arena_printf(cx->arena, "an object with %s in place of %s",
                                      v->type->fields[i].name, t->fields[i].name));
        }
        struct str name = place_name(v, t, i);
        struct place part = place_part(where, t, i, name);
        if (t->kind == TYPE_MAP && !str_utf8_valid(name)) {
            return fault(cx, where, "a key that is not valid UTF-8");
        }
        if (check(cx, &part, v->items[i], type_part(t, i)) != RC_OK) {
            return RC_FAIL;
        }
    }
    return RC_OK;
}

static enum rc check_known(struct ctx *cx, const struct place *where, const struct value *v,
                           const struct type *t)
{
    /* Of an empty collection only the type can be wrong. */
    if (v->type->kind != t->kind || (v->n == 0 && !type_fits(v->type, t))) {
        return place_mismatch(cx, where, v, t);
    }
    if (t->kind == TYPE_BOOL) {
        return RC_OK;
    }
    if (t->kind == TYPE_STRING) {
        return str_utf8_valid(v->text) ? RC_OK : fault(cx, where, "text that is not valid UTF-8");
    }
    if (t->kind == TYPE_NUMBER) {
        return number_is_canonical(v->text)
                   ? RC_OK
                   : fault(cx, where, "a number that is not in canonical form");
    }
    return check_items(cx, where, v, t);
}

static enum rc check(struct ctx *cx, const struct place *where, const struct value *v,
                     const struct type *t)
{
    if (v == NULL) {
        return place_mismatch(cx, where, v, t);
    }
    if (v->state != VALUE_KNOWN) {
        return type_fits(v->type, t) ? RC_OK : place_mismatch(cx, where, v, t);
    }
    if (v->type->kind == TYPE_DYNAMIC) {
        return fault(cx, where, "a value whose type is undecided");
    }
    return check_known(cx, where, v, t->kind == TYPE_DYNAMIC ? v->type : t);
}

enum rc value_conforms(struct ctx *cx, const struct value *v, const struct type *t)
{
    return check(cx, NULL, v, t);
}
