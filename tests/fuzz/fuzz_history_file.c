/*
 * A history manifest that is read to its end is one: its lines, written anew under
 * the same head, are read the same. Anything else is refused with one message. The
 * input is taken as it is, and once more with the sum that it should have, since no
 * fuzzer finds that.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "fuzz_sealed.h"
#include "seedbank-bucket/history_file.h"

#define MAX_LINES 4096

struct manifest {
    struct history_head head;
    struct history_line lines[MAX_LINES];
    size_t n;
};

/* False: it is refused. */
static bool read_manifest(struct ctx *cx, FILE *file, struct manifest *ret)
{
    struct history_totals totals;
    struct history_reader *r;
    enum rc rc = history_file_read(cx, "the input", file, &ret->head, &totals, &r);

    ret->n = 0;
    while (rc == RC_OK && ret->n < MAX_LINES &&
           (rc = history_file_next(cx, r, &ret->lines[ret->n])) == RC_OK) {
        ret->n++;
    }
    must(rc == RC_NOT_FOUND || rc == RC_OK || (rc == RC_FAIL && cx->diags.errors == 1));
    return rc == RC_NOT_FOUND;
}

static bool same_text(const char *x, const char *y)
{
    return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

static bool same_line(const struct history_line *x, const struct history_line *y)
{
    return same_text(x->key, y->key) && x->place == y->place && same_text(x->version, y->version) &&
           same_text(x->modified, y->modified) && same_text(x->again, y->again) &&
           x->marker == y->marker && x->size == y->size && same_text(x->etag, y->etag) &&
           same_text(x->destination, y->destination) && same_text(x->sha256, y->sha256) &&
           same_text(x->why, y->why);
}

static FILE *written(struct ctx *cx, const struct manifest *m)
{
    struct history_writer *w;
    struct history_totals totals;
    FILE *file;

    must(history_file_begin(cx, "the copy", &m->head, &w) == RC_OK);
    for (size_t i = 0; i < m->n; i++) {
        must(history_file_add(cx, w, &m->lines[i]) == RC_OK);
    }
    must(history_file_end(cx, w, &totals, &file) == RC_OK);
    return file;
}

static void judge(struct str content)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = NULL});
    struct manifest *m = arena_alloc(cx->arena, sizeof *m);
    struct manifest *again = arena_alloc(cx->arena, sizeof *again);
    FILE *file = tmpfile();

    must(file != NULL && fwrite(content.p, 1, content.n, file) == content.n);
    if (read_manifest(cx, file, m)) {
        must(read_manifest(cx, written(cx, m), again) && again->n == m->n);
        for (size_t i = 0; i < m->n; i++) {
            must(same_line(&m->lines[i], &again->lines[i]));
        }
        must(same_text(m->head.made, again->head.made) &&
             same_text(m->head.prefix, again->head.prefix));
    }
    fclose(file);
    ctx_free(cx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    judge_both((struct str){(const char *)data, size}, judge);
    return 0;
}
