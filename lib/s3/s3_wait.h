/*
 * Inside lib/s3: patience with a server that takes a setting later, or shows it later. Delays
 * double, with jitter, and end with a deadline.
 */
#ifndef S3_S3_WAIT_H
#define S3_S3_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "s3/s3_request.h"

struct s3_wait {
    int64_t deadline_ms, delay_ms;
};

struct s3_wait s3_wait_begin(const struct ctx *cx, int64_t timeout_ms);
bool s3_wait_over(const struct ctx *cx, const struct s3_wait *wait);

/* Sleep, never beyond the deadline; RC_FAIL when cancelled. */
enum rc s3_wait_pause(struct ctx *cx, struct s3_wait *wait) RC_MUST_CHECK;

/* Send a change, again and again while another change of the bucket is under way, for at most
 * timeout_ms: then RC_FAIL with the server's words. RC_NOT_FOUND leaves them in request->error, if
 * that is given. */
enum rc s3_wait_send(struct ctx *cx, struct s3_client *client, const struct s3_request *request,
                     int64_t timeout_ms) RC_MUST_CHECK;

#endif
