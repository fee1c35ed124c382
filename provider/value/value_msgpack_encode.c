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
    bool named = t->kind == TYPE_OBJECT || t->kind == TYPE_MAP;
    if (named) {
        msgpack_pack_map(&e->pk, v->n);
    } else {
        msgpack_pack_array(&e->pk, v->n);
    }
    for (size_t i = 0; i < v->n; i++) {
        struct str name = place_name(v, t, i);
        struct place part = place_part(where, t, i, name);
        if (named) {
            pack_text(&e->pk, name);
        }
        if (encode(e, &part, v->items[i], type_part(t, i)) != RC_OK) {
            return RC_FAIL;
        }
    }
    return RC_OK;
}

static enum rc encode(struct encoder *e, const struct place *where, const struct value *v,
                      const struct type *t)
{
    switch (place_content(v, t)) {
    case PLACE_MISFIT:
        return place_mismatch(e->cx, where, v, t);
    case PLACE_TYPED:
        return encode_dynamic(e, where, v);
    case PLACE_NULL:
        msgpack_pack_nil(&e->pk);
        break;
    case PLACE_UNKNOWN:
        encode_unknown(e, v);
        break;
    case PLACE_BOOL:
        pack_bool(&e->pk, v->boolean);
        break;
    case PLACE_NUMBER:
        pack_number(&e->pk, v->text);
        break;
    case PLACE_STRING:
        pack_text(&e->pk, v->text);
        break;
    case PLACE_SEQUENCE:
    case PLACE_ENTRIES:
        return encode_items(e, where, v, t);
    }
    return RC_OK;
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
