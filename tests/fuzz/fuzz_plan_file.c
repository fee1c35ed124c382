/*
 * A plan that is read to its end is a plan: its steps, written anew under the
 * same head, are read the same. Anything else is refused with one message. The
 * input is taken as it is, and once more with the sum that it should have, since
 * no fuzzer finds that.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "fuzz_sealed.h"
#include "seedbank-bucket/plan_file.h"
#include "json/json_line.h"

static const char *file_of(struct ctx *cx, const char *name, struct str content)
{
    const char *path = arena_printf(cx->arena, "/tmp/fuzz-%s-%d.plan", name, (int)getpid());
    FILE *file = fopen(path, "we");

    must(file != NULL && fwrite(content.p, 1, content.n, file) == content.n);
    must(fclose(file) == 0);
    return path;
}

/* All steps as lines; NULL: it is refused. */
static const char *read_plan(struct ctx *cx, const char *path, struct plan_head *ret_head,
                             struct plan_totals *ret_totals)
{
    struct buf *lines = buf_new(cx->arena, (size_t)16 << 20);
    struct plan_reader *r;
    struct step s;
    enum rc rc = plan_file_open(cx, path, ret_head, ret_totals, &r);

    while (rc == RC_OK && (rc = plan_file_next(cx, r, &s)) == RC_OK) {
        buf_puts(lines, json_line(cx->arena, step_to_json(&s)));
        buf_putc(lines, '\n');
    }
    must(rc == RC_NOT_FOUND || (rc == RC_FAIL && cx->diags.errors == 1));
    return rc == RC_FAIL ? NULL : lines->data;
}

static void write_again(struct ctx *cx, const char *path, const struct plan_head *head,
                        const struct plan_totals *totals, const char *copy)
{
    struct plan_head h;
    struct plan_totals t;
    struct plan_reader *r;
    struct plan_writer *w;
    struct step s;

    must(plan_file_open(cx, path, &h, &t, &r) == RC_OK);
    if (plan_file_create(cx, copy, head, &w) != RC_OK) {
        abort();
    }
    while (plan_file_next(cx, r, &s) == RC_OK) {
        must(plan_file_add(cx, w, &s) == RC_OK);
    }
    must(plan_file_end(cx, w, totals) == RC_OK);
}

static void judge(struct str content)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = NULL});
    const char *path = file_of(cx, "in", content);
    const char *copy = arena_printf(cx->arena, "/tmp/fuzz-out-%d.plan", (int)getpid());
    struct plan_head head, again;
    struct plan_totals totals, totals_again;
    const char *steps = read_plan(cx, path, &head, &totals);

    unlink(copy);
    if (steps != NULL) {
        const char *same;
        write_again(cx, path, &head, &totals, copy);
        same = read_plan(cx, copy, &again, &totals_again);
        must(same != NULL && strcmp(same, steps) == 0);
        must(memcmp(&totals, &totals_again, sizeof totals) == 0);
        must(strcmp(head.bucket, again.bucket) == 0 && strcmp(head.at, again.at) == 0);
    }
    unlink(copy);
    unlink(path);
    ctx_free(cx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    judge_both((struct str){(const char *)data, size}, judge);
    return 0;
}
