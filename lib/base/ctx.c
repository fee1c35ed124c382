#include "base/ctx.h"

#include "base/cancel.h"

struct ctx *ctx_new(const struct ctx_options *options)
{
    struct arena *a = arena_new();
    struct ctx *cx = arena_alloc(a, sizeof *cx);

    cx->arena = a;
    cx->session = options->session;
    cx->log = options->log;
    cx->clock = options->clock != NULL ? options->clock : &clock_system;
    cx->cancel = options->cancel;
    return cx;
}

void ctx_free(struct ctx *cx)
{
    if (cx == NULL) {
        return;
    }
    arena_free(cx->diags.arena);
    arena_free(cx->arena);
}

enum rc ctx_check(struct ctx *cx)
{
    if (!cancel_raised(cx->cancel)) {
        return RC_OK;
    }
    return diag_error(cx, NULL, "interrupted",
                      "The work was told to stop before it was done. Run it again to go on.");
}

enum rc ctx_sleep_ms(struct ctx *cx, int64_t ms)
{
    cx->clock->sleep_ms(cx->clock, cx->cancel, ms);
    return ctx_check(cx);
}

bool ctx_is_late(const struct ctx *cx, int64_t ms)
{
    return cx->patience_end_ms != 0 &&
           cx->clock->monotonic_ms(cx->clock) + ms >= cx->patience_end_ms;
}
