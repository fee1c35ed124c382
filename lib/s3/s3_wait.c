#include "s3/s3_wait.h"

#include "base/ctx.h"

#define FIRST_DELAY_MS 200
#define LAST_DELAY_MS  5000

struct s3_wait s3_wait_begin(const struct ctx *cx, int64_t timeout_ms)
{
    return (struct s3_wait){cx->clock->monotonic_ms(cx->clock) + timeout_ms, FIRST_DELAY_MS};
}

bool s3_wait_over(const struct ctx *cx, const struct s3_wait *wait)
{
    return cx->clock->monotonic_ms(cx->clock) >= wait->deadline_ms;
}

/* Between half and the whole of the delay, so that many waiters do not come back together. */
enum rc s3_wait_pause(struct ctx *cx, struct s3_wait *wait)
{
    int64_t left = wait->deadline_ms - cx->clock->monotonic_ms(cx->clock);
    int64_t ms = wait->delay_ms / 2 + clock_jitter_ms(wait->delay_ms / 2);

    wait->delay_ms = wait->delay_ms * 2 < LAST_DELAY_MS ? wait->delay_ms * 2 : LAST_DELAY_MS;
    return ctx_sleep_ms(cx, ms < left ? ms : left > 0 ? left : 0);
}

enum rc s3_wait_send(struct ctx *cx, struct s3_client *client, const struct s3_request *request,
                     int64_t timeout_ms)
{
    struct s3_wait wait = s3_wait_begin(cx, timeout_ms);
    struct s3_request r = *request;
    struct s3_error error = {.tries = 0};
    struct s3_reply reply;
    enum rc rc;

    r.error = request->error ? request->error : &error;
    while ((rc = s3_request_send(cx, client, &r, &reply)) == RC_CONFLICT) {
        if (s3_wait_over(cx, &wait)) {
            return s3_error_report(cx, client, &r, r.error);
        }
        if (s3_wait_pause(cx, &wait) != RC_OK) {
            return RC_FAIL;
        }
    }
    return rc;
}
