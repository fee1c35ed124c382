#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "value/pack.h"
#include "value/place.h"
#include "value/refinement.h"
#include "value/type.h"
#include "value/value.h"
#include "value/value_msgpack.h"

/* The largest message that any host reads is larger; no state comes near it. */
enum { SIZE_MAX_BYTES = 256 << 20 };

struct encoder {
    struct ctx *cx;
    struct buf *out;
    struct msgpack_packer pk;
};

static enum rc encode(struct encoder *e, const struct place *where, const struct value *v,
                      const struct type *t);

static void encode_unknown(struct encoder *e, const struct value *v)
{
    if (v->refinement != NULL) {
        struct buf *payload = buf_new(e->cx->arena, REFINEMENT_SIZE_MAX);
        refinement_encode(payload, v->refinement, v->type);
        if (payload->len > 0 && !payload->full) {
            pack_ext(&e->pk, REFINEMENT_EXT, buf_str(payload));
            return;
        }
    }
    pack_ext(&e->pk, 0, (struct str){"", 1});
}

static enum rc encode_dynamic(struct encoder *e, const struct place *where, const struct value *v)
{
    msgpack_pack_array(&e->pk, 2);
    pack_bytes(&e->pk, str_of(type_json(e->cx->arena, v->type)));
    return encode(e, where, v, v->type);
}

static enum rc encode_items(struct encoder *e, const struct place *where, const struct value *v,
                            const struct type *t)
{
    bool fixed = t->kind == TYPE_OBJECT || t->kind == TYPE_TUPLE;
    if (t->kind == TYPE_MAP || t->kind == TYPE_OBJECT) {
        msgpack_pack_map(&e->pk, v->n);
    } else {
        msgpack_pack_array(&e->pk, v->n);
    }
    for (size_t i = 0; i < v->n; i++) {
        struct str key = {NULL, 0};
        if (t->kind == TYPE_MAP) {
            key = v->keys[i];
            pack_text(&e->pk, key);
        } else if (t->kind == TYPE_OBJECT) {
            pack_text(&e->pk, str_of(t->fields[i].name));
        }
        struct place part = place_part(where, t, i, key);
        if (encode(e, &part, v->items[i], fixed ? t->fields[i].type : t->element) != RC_OK) {
            return RC_FAIL;
        }
    }
    return RC_OK;
}

static enum rc encode_known(struct encoder *e, const struct place *where, const struct value *v,
                            const struct type *t)
{
    switch (t->kind) {
    case TYPE_BOOL:
        if (v->boolean) {
            msgpack_pack_true(&e->pk);
        } else {
            msgpack_pack_false(&e->pk);
        }
        return RC_OK;
    case TYPE_NUMBER:
        pack_number(&e->pk, v->text);
        return RC_OK;
    case TYPE_STRING:
        pack_text(&e->pk, v->text);
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
    if (v != NULL && t->kind == TYPE_DYNAMIC && v->type->kind != TYPE_DYNAMIC) {
        return encode_dynamic(e, where, v);
    }
    if (v == NULL || !value_fits(v, t)) {
        return place_mismatch(e->cx, where, v, t);
    }
    if (v->state == VALUE_NULL) {
        msgpack_pack_nil(&e->pk);
        return RC_OK;
    }
    if (v->state == VALUE_UNKNOWN) {
        encode_unknown(e, v);
        return RC_OK;
    }
    return encode_known(e, where, v, t);
}

enum rc value_msgpack_encode(struct ctx *cx, const struct value *v, const struct type *t,
                             struct str *ret_bytes)
{
    struct buf *out = buf_new(cx->arena, SIZE_MAX_BYTES);
    struct encoder e = {.cx = cx, .out = out, .pk = pack_into(out)};
    if (encode(&e, NULL, v, t) != RC_OK) {
        return RC_FAIL;
    }
    if (out->full) {
        return place_fault(cx, NULL, "Value is too large",
                           "The answer would be larger than %d MiB, more than the host reads.",
                           SIZE_MAX_BYTES >> 20);
    }
    *ret_bytes = buf_str(out);
    return RC_OK;
}
