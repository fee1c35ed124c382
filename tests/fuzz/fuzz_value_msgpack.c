/* Whatever is read conforms, can be written, and reads back as the same value. */
#include "fuzz_value.h"
#include "value/value_msgpack.h"

void fuzz_value(struct ctx *cx, const struct type *t, struct str input)
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
