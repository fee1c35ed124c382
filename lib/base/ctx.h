/*
 * Ctx: the scope of one call (an RPC, a helper's command, a thread of its crew). Made and freed in
 * few places of a program, never shared between threads, passed first to every
 * function that can fail, allocate for long, wait or log.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"

struct cancel;
struct log;
struct session;

struct ctx {
    struct arena *arena;
    struct diags diags;
    struct session *session;   /* borrowed; NULL before configuration */
    const struct log *log;     /* borrowed; NULL: no logging */
    const struct clock *clock; /* borrowed */
    struct cancel *cancel;     /* borrowed; NULL: cannot be cancelled */
    int64_t patience_end_ms;   /* of clock->monotonic_ms: from then on, nothing is tried again. 0:
                                  as often as the clients' settings say */
};

struct ctx_options {
    struct session *session;
    const struct log *log;
    const struct clock *clock; /* NULL: clock_system */
    struct cancel *cancel;
};

struct ctx *ctx_new(const struct ctx_options *options);
void ctx_free(struct ctx *cx);

/* RC_FAIL with the message "interrupted" when cancelled, else RC_OK; ask before each remote step.
 */
enum rc ctx_check(struct ctx *cx) RC_MUST_CHECK;

/* Sleep through cx->clock; RC_FAIL when cancelled. */
enum rc ctx_sleep_ms(struct ctx *cx, int64_t ms) RC_MUST_CHECK;

/* Whether ms from now it is too late to try something again. */
bool ctx_is_late(const struct ctx *cx, int64_t ms);

#endif
