#include "base/arena.h"
#include "base/ctx.h"
#include "value/packed.h"
#include "value/place.h"
#include "value/refinement.h"
#include "value/type.h"
#include "value/value.h"
#include "value/value_msgpack.h"

/* Where a decoded part goes. */
struct target {
    const struct place *where;
    const struct type *type;
    const struct value **ret_v;
};

static enum rc decode(struct ctx *cx, struct target to, const struct packed *item);

static enum rc fault(struct ctx *cx, struct target to, const char *problem)
{
    return place_fault(cx, to.where, "Malformed value",
                       "The host sent a value that does not fit the type %s: %s. This is a fault "
                       "of the host, or it read another schema from this provider.",
                       type_text(cx->arena, to.type), problem);
}

static enum rc wrong_kind(struct ctx *cx, struct target to, const struct packed *item)
{
    return fault(cx, to, packed_kind_text(item->kind));
}

static enum rc decode_unknown(struct ctx *cx, struct target to, const struct packed *item)
{
    const struct value_refinement *refinement = NULL;
    if (item->ext == REFINEMENT_EXT && to.type->kind != TYPE_DYNAMIC) {
        refinement = refinement_decode(cx->arena, item->text, to.type);
    }
    *to.ret_v = value_unknown_refined(cx->arena, to.type, refinement);
    return RC_OK;
}

static enum rc decode_dynamic(struct ctx *cx, struct target to, const struct packed *item)
{
    if (item->kind != PACKED_ARRAY || item->n != 2) {
        return wrong_kind(cx, to, item);
    }
    const struct packed *type = &item->items[0];
    if (type->kind != PACKED_BIN && type->kind != PACKED_STR) {
        return fault(cx, to, "its type is not written as JSON");
    }
    if (type_parse(cx, type->text, &to.type) != RC_OK) {
        return RC_FAIL;
    }
    return decode(cx, to, &item->items[1]);
}

static enum rc decode_array(struct ctx *cx, struct target to, const struct packed *item)
{
    const struct type *t = to.type;
    if (item->kind != PACKED_ARRAY) {
        return wrong_kind(cx, to, item);
    }
    if (t->kind == TYPE_TUPLE && item->n != t->n_fields) {
        return fault(cx, to, "another number of elements");
    }
    const struct value **items = arena_array(cx->arena, item->n, sizeof *items);
    for (size_t i = 0; i < item->n; i++) {
        struct place where = place_part(to.where, t, i, (struct str){NULL, 0});
        if (decode(cx, (struct target){&where, type_part(t, i), &items[i]}, &item->items[i]) !=
            RC_OK) {
            return RC_FAIL;
        }
    }
    *to.ret_v = t->kind == TYPE_SET ? value_set(cx->arena, t, items, item->n)
                                    : value_list(cx->arena, t, items, item->n);
    return RC_OK;
}

static enum rc decode_map(struct ctx *cx, struct target to, const struct packed *item)
{
    if (item->kind != PACKED_MAP) {
        return wrong_kind(cx, to, item);
    }
    const struct value **items = arena_array(cx->arena, item->n, sizeof *items);
    struct str *keys = arena_array(cx->arena, item->n, sizeof *keys);
    for (size_t i = 0; i < item->n; i++) {
        const struct packed *pair = &item->items[2 * i];
        if (pair[0].kind != PACKED_STR || !str_utf8_valid(pair[0].text)) {
            return fault(cx, to, "a key that is not a string of valid UTF-8");
        }
        keys[i] = pair[0].text;
        struct place where = place_part(to.where, to.type, i, keys[i]);
        if (decode(cx, (struct target){&where, to.type->element, &items[i]}, &pair[1]) != RC_OK) {
            return RC_FAIL;
        }
    }
    *to.ret_v = value_map(cx->arena, to.type, (struct value_entries){keys, items, item->n});
    return RC_OK;
}

/* As many entries as attributes, each known and none twice: so none is missing. */
static enum rc decode_object(struct ctx *cx, struct target to, const struct packed *item)
{
    const struct type *t = to.type;
    if (item->kind != PACKED_MAP) {
        return wrong_kind(cx, to, item);
    }
    if (item->n != t->n_fields) {
        return fault(cx, to, "another number of attributes");
    }
    const struct value **items = arena_array(cx->arena, t->n_fields, sizeof *items);
    for (size_t i = 0; i < item->n; i++) {
        const struct packed *pair = &item->items[2 * i];
        int at = pair[0].kind == PACKED_STR ? type_field_index(t, pair[0].text) : -1;
        if (at < 0 || items[at] != NULL) {
            return fault(cx, to, at < 0 ? "an attribute that it lacks" : "an attribute twice");
        }
        struct place where = place_part(to.where, t, (size_t)at, pair[0].text);
        if (decode(cx, (struct target){&where, t->fields[at].type, &items[at]}, &pair[1]) !=
            RC_OK) {
            return RC_FAIL;
        }
    }
    *to.ret_v = value_object(cx->arena, t, items);
    return RC_OK;
}

static enum rc decode_primitive(struct ctx *cx, struct target to, const struct packed *item)
{
    if (to.type->kind == TYPE_BOOL && item->kind == PACKED_BOOL) {
        *to.ret_v = value_bool(cx->arena, item->boolean);
        return RC_OK;
    }
    struct str number;
    if (to.type->kind == TYPE_NUMBER && packed_number(cx->arena, item, &number)) {
        *to.ret_v = value_canonical(cx->arena, number);
        return RC_OK;
    }
    if (to.type->kind == TYPE_STRING && item->kind == PACKED_STR) {
        if (!str_utf8_valid(item->text)) {
            return fault(cx, to, "text that is not valid UTF-8");
        }
        *to.ret_v = value_string(cx->arena, item->text);
        return RC_OK;
    }
    return wrong_kind(cx, to, item);
}

static enum rc decode(struct ctx *cx, struct target to, const struct packed *item)
{
    if (item->kind == PACKED_EXT) {
        return decode_unknown(cx, to, item);
    }
    if (item->kind == PACKED_NIL) {
        *to.ret_v = value_null(cx->arena, to.type);
        return RC_OK;
    }
    switch (to.type->kind) {
    case TYPE_DYNAMIC:
        return decode_dynamic(cx, to, item);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_TUPLE:
        return decode_array(cx, to, item);
    case TYPE_MAP:
        return decode_map(cx, to, item);
    case TYPE_OBJECT:
        return decode_object(cx, to, item);
    case TYPE_BOOL:
    case TYPE_NUMBER:
    case TYPE_STRING:
    default:
        return decode_primitive(cx, to, item);
    }
}

enum rc value_msgpack_decode(struct ctx *cx, struct str bytes, const struct type *t,
                             const struct value **ret_v)
{
    if (bytes.n == 0) {
        *ret_v = value_null(cx->arena, t);
        return RC_OK;
    }
    const struct value *v = NULL;
    struct target to = {.type = t, .ret_v = &v};
    /* The value's texts point into a copy: it outlives the message. */
    struct str rest = {arena_memdup(cx->arena, bytes.p, bytes.n), bytes.n};
    struct packed root;
    const char *problem = packed_parse(cx->arena, &rest, &root);
    if (problem != NULL) {
        return fault(cx, to, problem);
    }
    if (rest.n > 0) {
        return fault(cx, to, "more bytes follow it");
    }
    if (decode(cx, to, &root) != RC_OK) {
        return RC_FAIL;
    }
    *ret_v = v;
    return RC_OK;
}
