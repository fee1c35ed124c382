/* Whatever is read conforms, can be written, and reads back as the same value. */
#include "fuzz_value.h"
#include "value/value_msgpack.h"

static void check(struct ctx *cx, const struct type *t, struct str input)
{
    const struct value *v, *again;
    struct str bytes, twice;
    if (value_msgpack_decode(cx, input, t, &v) != RC_OK) {
        must(cx->diags.errors > 0);
        return;
    }
    must(value_conforms(cx, v, t) == RC_OK);
    must(value_msgpack_encode(cx, v, t, &bytes) == RC_OK);
    must(value_msgpack_decode(cx, bytes, t, &again) == RC_OK);
    must(value_eq(v, again));
    must(value_msgpack_encode(cx, again, t, &twice) == RC_OK);
    must(str_eq(bytes, twice));
    must(cx->diags.errors == 0);
    (void)value_describe(cx->arena, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    const struct type *t;
    struct str rest;
    if (split(cx, data, size, &t, &rest)) {
        check(cx, t, rest);
    }
    ctx_free(cx);
    return 0;
}
