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
    bool named = t->kind == TYPE_OBJECT || t->kind == TYPE_MAP;
    buf_putc(e->out, named ? '{' : '[');
    for (size_t i = 0; i < v->n; i++) {
        struct str name = place_name(v, t, i);
        struct place part = place_part(where, t, i, name);
        if (i > 0) {
            buf_putc(e->out, ',');
        }
        if (named) {
            json_tree_quote(e->out, name);
            buf_putc(e->out, ':');
        }
        if (encode(e, &part, v->items[i], type_part(t, i)) != RC_OK) {
            return RC_FAIL;
        }
    }
    buf_putc(e->out, named ? '}' : ']');
    return RC_OK;
}

static enum rc encode(struct encoder *e, const struct place *where, const struct value *v,
                      const struct type *t)
{
    switch (place_content(v, t)) {
    case PLACE_MISFIT:
        return place_mismatch(e->cx, where, v, t);
    case PLACE_UNKNOWN:
        return place_fault(e->cx, where, "Value is not known",
                           "Only a wholly known value can be stored as JSON. This is a fault of "
                           "the provider: please report it.");
    case PLACE_TYPED:
        return encode_dynamic(e, where, v);
    case PLACE_NULL:
        buf_puts(e->out, "null");
        break;
    case PLACE_BOOL:
        buf_puts(e->out, v->boolean ? "true" : "false");
        break;
    case PLACE_NUMBER:
        buf_append(e->out, v->text.p, v->text.n);
        break;
    case PLACE_STRING:
        json_tree_quote(e->out, v->text);
        break;
    case PLACE_SEQUENCE:
    case PLACE_ENTRIES:
        return encode_items(e, where, v, t);
    }
    return RC_OK;
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
