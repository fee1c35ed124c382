/*
 * Inside lib/s3: a change of a bucket's settings, from the request until the server shows it.
 */
#ifndef S3_S3_WAIT_H
#define S3_S3_WAIT_H

#include "s3/s3.h"
#include "s3/s3_request.h"

/* Delays that double, with jitter, and end with a deadline. */
struct s3_patience {
    int64_t deadline_ms, delay_ms;
};

struct s3_patience s3_wait_begin(const struct ctx *cx, int64_t timeout_ms);
bool s3_wait_over(const struct ctx *cx, const struct s3_patience *patience);

/* Sleep, never beyond the deadline; RC_FAIL when cancelled. */
enum rc s3_wait_pause(struct ctx *cx, struct s3_patience *patience) RC_MUST_CHECK;

/* Send a request that changes a setting, again and again while another change of the bucket is
 * under way, for at most target->timeout_ms: then RC_FAIL with the server's words. RC_NOT_FOUND
 * leaves them in request->error, if that is given. */
enum rc s3_wait_put(struct ctx *cx, const struct s3_target *target,
                    const struct s3_request *request) RC_MUST_CHECK;

/* What a change should come to. */
struct s3_wait {
    const char *wanted; /* "versioning Enabled" */
    /* One look at the server, kept in arg: true when it shows what is wanted. */
    enum rc (*look)(struct ctx *cx, const struct s3_target *target, void *arg, bool *ret_shown);
    const char *(*seen)(struct ctx *cx, const void *arg); /* the last look in words */
    void *arg;
};

/* Look until the server shows it, with delays that double. Stale answers and "no such bucket" are
 * waited out (AWS documents both after versioning was first enabled, for up to 15 minutes); RC_FAIL
 * after target->timeout_ms says what was seen last. */
enum rc s3_wait_shown(struct ctx *cx, const struct s3_target *target,
                      const struct s3_wait *wait) RC_MUST_CHECK;

#endif
