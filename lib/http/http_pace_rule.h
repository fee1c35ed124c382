/*
 * Inside lib/http: the rule by which a client finds out how much a server takes, as arithmetic
 * without threads or clock; http_pace.h is how it is used.
 *
 * Two things bind: a window (tries in the air) and a rate (tries begun in a second).
 *
 * The window climbs as long as more in the air brings more done; where it brings only longer waits,
 * it turns back, and then keeps trying the neighbourhood. What is compared is the throughput, not
 * the latency: requests of one client differ in what they take, a copy grows with its object, so
 * that no latency is known to be the server's best. When many tries fail, it is halved.
 *
 * The rate doubles with each beat (a few latencies) until the server refuses a try for the first
 * time, then follows a cubic curve between refusals as TCP CUBIC (RFC 9438) does for windows: it
 * begins somewhat below what the server let pass, comes back to it slowly, rests there, and leaves
 * it ever faster. It grows only while it is what binds. Refusals of tries that were begun before
 * the last cut say nothing new.
 */
#ifndef HTTP_HTTP_PACE_RULE_H
#define HTTP_HTTP_PACE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/http_pace.h"

#define HTTP_PACE_RULE_WAIT INT64_MAX

/* Times are in microseconds of a clock that never goes back. */
struct http_pace_rule {
    bool adaptive;
    double max_window, max_rate;

    double window;
    unsigned in_flight;
    struct { /* of the window: one size is measured, then judged */
        int64_t since_us;
        unsigned skip; /* ends of tries begun before it */
        unsigned done, failed;
        double full_s; /* of that time in which the window bound */
        double last_score, step;
        bool turned;
    } epoch;

    unsigned cuts;
    double peak; /* what the server let pass at the last cut */
    double age;  /* beats since then, or the beginning, in which the rate bound */
    enum { BY_NOTHING, BY_WINDOW, BY_RATE } bound; /* since it was asked last */
    double tokens;
    int64_t refilled_us;
    int64_t cut_us;

    double latency; /* seconds, smoothed; 0: not known */
    double passed;  /* tries that ended well, those long ago counting little */
    int64_t first_us, passed_us;
};

void http_pace_rule_init(struct http_pace_rule *r, const struct http_pace_options *options,
                         int64_t now_us);

/* 0: the try is begun. Else how long to wait before asking again, HTTP_PACE_RULE_WAIT: until
 * another one ends. */
int64_t http_pace_rule_ask(struct http_pace_rule *r, int64_t now_us);

void http_pace_rule_end(struct http_pace_rule *r, int64_t now_us, int64_t begun_us,
                        enum http_pace_outcome outcome);

/* Tries per second that may be begun now. */
double http_pace_rule_rate(const struct http_pace_rule *r);

#endif
