/*
 * What the fuzzers of sealed files have in common: each input is judged as it is, and
 * once more with the sum that it should have, since no fuzzer finds that.
 */
#ifndef FUZZ_FUZZ_SEALED_H
#define FUZZ_FUZZ_SEALED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/digest.h"
#include "base/arena.h"
#include "base/buf.h"

#define MAX_INPUT 65536
#define SUM       "\"sha256\":\""

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* Up to the last place where a sum may stand, then the right one. */
static inline struct str with_sum(struct arena *a, struct str content)
{
    struct buf *out = buf_new(a, (size_t)2 * MAX_INPUT);
    char sum[DIGEST_SHA256_HEX_SIZE];
    size_t n = content.n;

    while (n > 0 &&
           (n < strlen(SUM) || memcmp(content.p + n - strlen(SUM), SUM, strlen(SUM)) != 0)) {
        n--;
    }
    must(digest_sha256_hex((struct str){content.p, n}, sum));
    buf_append(out, content.p, n);
    buf_puts(out, sum);
    buf_puts(out, "\"}\n");
    return buf_str(out);
}

static inline void judge_both(struct str content, void (*judge)(struct str content))
{
    struct arena *a = arena_new();

    if (content.n <= MAX_INPUT) {
        judge(content);
        judge(with_sum(a, content));
    }
    arena_free(a);
}

#endif
