/*
 * What the fuzzers of values share. An input is a type as JSON on the first line,
 * then the encoded value.
 */
#ifndef FUZZ_FUZZ_VALUE_H
#define FUZZ_FUZZ_VALUE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "value/type.h"
#include "value/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a fuzzer does with such an input. */
void fuzz_value(struct ctx *cx, const struct type *t, struct str input);

/* Wrong here means a finding: the fuzzer keeps the input. */
static inline void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static inline bool split(struct ctx *cx, const uint8_t *data, size_t size,
                         const struct type **ret_t, struct str *ret_rest)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    if (end == NULL) {
        return false;
    }
    size_t n = (size_t)(end - data);
    *ret_rest = (struct str){(const char *)end + 1, size - n - 1};
    return type_parse(cx, (struct str){(const char *)data, n}, ret_t) == RC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    const struct type *t;
    struct str rest;
    if (split(cx, data, size, &t, &rest)) {
        fuzz_value(cx, t, rest);
    }
    ctx_free(cx);
    return 0;
}

#endif
