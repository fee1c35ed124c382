/*
 * Inside lib/http: how many tries of one client are in the air, and how fast they begin. Found out
 * by itself (http_pace_rule.h says how), so that many threads may send as fast as they can and the
 * server gets what it takes; or bound by settings, or both.
 */
#ifndef HTTP_HTTP_PACE_H
#define HTTP_HTTP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;
struct ctx;
struct http_pace;

struct http_pace_options {
    bool adaptive;
    unsigned max_in_flight;  /* 0: no bound */
    unsigned max_per_second; /* 0: no bound */
};

enum http_pace_outcome {
    HTTP_PACE_PASSED,    /* the server did what it was asked, or refused it for what it is */
    HTTP_PACE_THROTTLED, /* refused because there were too many */
    HTTP_PACE_FAILED,    /* no reply, or an error of the server */
    HTTP_PACE_UNKNOWN,   /* it ended for a reason of ours */
};

/* In the arena; needs http_pace_free. Adaptive, the window is also bound by what the limit on open
 * files allows. */
struct http_pace *http_pace_new(struct arena *a, const struct http_pace_options *options);
void http_pace_free(struct http_pace *pace); /* NULL is allowed */

/* Wait until one more try may begin. RC_FAIL when cancelled: it is not begun. */
enum rc http_pace_begin(struct ctx *cx, struct http_pace *pace, int64_t *ret_begun) RC_MUST_CHECK;
void http_pace_end(struct http_pace *pace, int64_t begun, enum http_pace_outcome outcome);

/* How many tries may be in the air just now; UINT_MAX: no bound. */
unsigned http_pace_window(const struct http_pace *pace);

#endif
