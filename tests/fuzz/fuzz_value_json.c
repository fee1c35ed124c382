/* Whatever is read conforms, can be written, and reads back as the same value. */
#include "fuzz_value.h"
#include "value/value_json.h"

void fuzz_value(struct ctx *cx, const struct type *t, struct str input)
{
    const struct value *v, *again;
    struct str text, twice;
    if (value_json_decode(cx, input, t, VALUE_JSON_REFUSE_EXTRAS, &v) != RC_OK) {
        must(cx->diags.errors > 0);
        if (value_json_decode(cx, input, t, VALUE_JSON_IGNORE_EXTRAS, &v) == RC_OK) {
            must(value_conforms(cx, v, t) == RC_OK);
        }
        return;
    }
    must(value_conforms(cx, v, t) == RC_OK);
    must(value_json_encode(cx, v, t, &text) == RC_OK);
    must(value_json_decode(cx, text, t, VALUE_JSON_REFUSE_EXTRAS, &again) == RC_OK);
    must(value_eq(v, again));
    must(value_json_encode(cx, again, t, &twice) == RC_OK);
    must(str_eq(text, twice));
    must(cx->diags.errors == 0);
}
