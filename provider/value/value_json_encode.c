#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "value/json_tree.h"
#include "value/place.h"
#include "value/type.h"
#include "value/value.h"
#include "value/value_json.h"

enum { SIZE_MAX_BYTES = 256 << 20 };

struct encoder {
    struct ctx *cx;
    struct buf *out;
};

static enum rc encode(struct encoder *e, const struct place *where, const struct value *v,
                      const struct type *t);

static enum rc encode_dynamic(struct encoder *e, const struct place *where, const struct value *v)
{
    buf_puts(e->out, "{\"value\":");
    if (encode(e, where, v, v->type) != RC_OK) {
        return RC_FAIL;
    }
    buf_puts(e->out, ",\"type\":");
    buf_puts(e->out, type_json(e->cx->arena, v->type));
    buf_putc(e->out, '}');
    return RC_OK;
}

static enum rc encode_items(struct encoder *e, const struct place *where, const struct value *v,
                            const struct type *t)
{
    bool fixed = t->kind == TYPE_OBJECT || t->kind == TYPE_TUPLE;
    bool named = t->kind == TYPE_OBJECT || t->kind == TYPE_MAP;
    buf_putc(e->out, named ? '{' : '[');
    for (size_t i = 0; i < v->n; i++) {
        struct str key = {NULL, 0};
        if (i > 0) {
            buf_putc(e->out, ',');
        }
        if (named) {
            key = t->kind == TYPE_MAP ? v->keys[i] : str_of(t->fields[i].name);
            json_tree_quote(e->out, key);
            buf_putc(e->out, ':');
        }
        struct place part = place_part(where, t, i, key);
        if (encode(e, &part, v->items[i], fixed ? t->fields[i].type : t->element) != RC_OK) {
            return RC_FAIL;
        }
    }
    buf_putc(e->out, named ? '}' : ']');
    return RC_OK;
}

static enum rc encode_known(struct encoder *e, const struct place *where, const struct value *v,
                            const struct type *t)
{
    switch (t->kind) {
    case TYPE_BOOL:
        buf_puts(e->out, v->boolean ? "true" : "false");
        return RC_OK;
    case TYPE_NUMBER:
        buf_append(e->out, v->text.p, v->text.n);
        return RC_OK;
    case TYPE_STRING:
        json_tree_quote(e->out, v->text);
        return RC_OK;
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_MAP:
    case TYPE_OBJECT:
    case TYPE_TUPLE:
    case TYPE_DYNAMIC:
    default:
        return encode_items(e, where, v, t);
    }
}

static enum rc encode(struct encoder *e, const struct place *where, const struct value *v,
                      const struct type *t)
{
    if (v != NULL && v->state == VALUE_UNKNOWN) {
        return place_fault(e->cx, where, "Value is not known",
                           "Only a wholly known value can be stored as JSON. This is a fault of "
                           "the provider: please report it.");
    }
    if (v != NULL && t->kind == TYPE_DYNAMIC && v->type->kind != TYPE_DYNAMIC) {
        return encode_dynamic(e, where, v);
    }
    if (v == NULL || !value_fits(v, t)) {
        return place_mismatch(e->cx, where, v, t);
    }
    if (v->state == VALUE_NULL) {
        buf_puts(e->out, "null");
        return RC_OK;
    }
    return encode_known(e, where, v, t);
}

enum rc value_json_encode(struct ctx *cx, const struct value *v, const struct type *t,
                          struct str *ret_text)
{
    struct encoder e = {cx, buf_new(cx->arena, SIZE_MAX_BYTES)};
    if (encode(&e, NULL, v, t) != RC_OK) {
        return RC_FAIL;
    }
    if (e.out->full) {
        return place_fault(cx, NULL, "Value is too large", "Its JSON is larger than %d MiB.",
                           SIZE_MAX_BYTES >> 20);
    }
    *ret_text = buf_str(e.out);
    return RC_OK;
}
