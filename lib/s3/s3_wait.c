#include "s3/s3_wait.h"

#include "base/ctx.h"

#define FIRST_DELAY_MS 200
#define LAST_DELAY_MS  5000

struct s3_patience s3_wait_begin(const struct ctx *cx, int64_t timeout_ms)
{
    return (struct s3_patience){cx->clock->monotonic_ms(cx->clock) + timeout_ms, FIRST_DELAY_MS};
}

bool s3_wait_over(const struct ctx *cx, const struct s3_patience *patience)
{
    return cx->clock->monotonic_ms(cx->clock) >= patience->deadline_ms;
}

/* Between half and the whole of the delay, so that many waiters do not come back together. */
enum rc s3_wait_pause(struct ctx *cx, struct s3_patience *patience)
{
    int64_t left = patience->deadline_ms - cx->clock->monotonic_ms(cx->clock);
    int64_t ms = patience->delay_ms / 2 + clock_jitter_ms(patience->delay_ms / 2);

    patience->delay_ms =
        patience->delay_ms * 2 < LAST_DELAY_MS ? patience->delay_ms * 2 : LAST_DELAY_MS;
    return ctx_sleep_ms(cx, ms < left ? ms : left > 0 ? left : 0);
}

enum rc s3_wait_put(struct ctx *cx, const struct s3_target *target,
                    const struct s3_request *request)
{
    struct s3_patience patience = s3_wait_begin(cx, target->timeout_ms);
    struct s3_request r = *request;
    struct s3_error error = {.tries = 0};
    struct s3_reply reply;
    enum rc rc;

    r.error = request->error ? request->error : &error;
    while ((rc = s3_request_send(cx, target->client, &r, &reply)) == RC_CONFLICT) {
        if (s3_wait_over(cx, &patience)) {
            return s3_error_report(cx, &r, r.error);
        }
        if (s3_wait_pause(cx, &patience) != RC_OK) {
            return RC_FAIL;
        }
    }
    return rc;
}

/* The settings took no effect in time: say what was there instead. */
static enum rc timed_out(struct ctx *cx, const struct s3_target *target, const char *wanted,
                         const char *seen)
{
    return diag_error(
        cx, NULL, arena_printf(cx->arena, "Bucket %s does not show %s", target->bucket, wanted),
        "The server %s://%s accepted the change, but after %lld s it still answered: %s. It may "
        "take longer (AWS says up to 15 minutes after versioning was first enabled), or another "
        "program sets it back. Read the state again later; a longer time-out can be given.",
        target->client->scheme, target->client->host, (long long)(target->timeout_ms / 1000), seen);
}

enum rc s3_wait_shown(struct ctx *cx, const struct s3_target *target, const struct s3_wait *wait)
{
    struct s3_patience patience = s3_wait_begin(cx, target->timeout_ms);

    for (;;) {
        struct arena_mark mark = arena_mark(cx->arena);
        bool shown = false;
        enum rc rc = wait->look(cx, target, wait->arg, &shown);
        arena_rewind(cx->arena, mark);
        if (rc == RC_FAIL || (rc == RC_OK && shown)) {
            return rc;
        }
        if (s3_wait_over(cx, &patience)) {
            return timed_out(cx, target, wait->wanted,
                             rc == RC_OK ? wait->seen(cx, wait->arg) : "no such bucket");
        }
        if (s3_wait_pause(cx, &patience) != RC_OK) {
            return RC_FAIL;
        }
    }
}
