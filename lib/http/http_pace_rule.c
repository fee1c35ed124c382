#include "http/http_pace_rule.h"

#include <math.h>

#define NO_BOUND ((double)INFINITY)

/* Chosen with the simulations of tests/unit/http/test_http_pace_rule.c, which state what must hold
 * of them together. Seconds, tries, and tries per second. */
static const struct {
    double first_window; /* what every tool dares */
    double least_window; /* that is tried to see whether less would do: what is gained below it is
                            lost in noise */
    double climb, probe; /* factors from one window to the next: before the first turn, after it */
    double climb_s, probe_s; /* each is measured for at least so long */
    double dear;    /* a window twice as large must bring 2^dear as much, or it only adds waiting */
    double slack;   /* with the same window, so much less is noise */
    double failing; /* more of the tries than this, and the window is halved */
    double first_rate; /* most services take more; left behind within a second where they do */
    double beat_least, beat_most,
        beat_latencies;                /* a refusal must be heard before much has grown */
    double near_least, near_latencies; /* the same of a server nearby, until it refuses: shorter */
    double recovery;                   /* beats from a cut to what was let pass before it */
    double first_recovery;             /* the same after the first cut, which tells least */
    double cut;       /* of what was let pass, on a refusal: small, as they come one by one */
    double first_cut; /* and once more at the first, when the rate was still doubling, and what the
                         server had saved up passed too */
    double least_rate;
    double burst_s;  /* so much may be made up for at once after a thread woke late */
    double memory_s; /* of what was let pass */
} use = {
    .first_window = 16,
    .least_window = 8,
    .climb = 1.5,
    .probe = 1.2,
    .climb_s = 0.1,
    .probe_s = 0.5,
    .dear = 0.1,
    .slack = 0.2,
    .failing = 0.1,
    .first_rate = 400,
    .beat_least = 0.1,
    .beat_most = 1,
    .beat_latencies = 4,
    .near_least = 0.03,
    .near_latencies = 20,
    .recovery = 10,
    .first_recovery = 3,
    .cut = 0.1,
    .first_cut = 0.45,
    .least_rate = 5,
    .burst_s = 0.01,
    .memory_s = 0.25,
};

static double seconds(int64_t from_us, int64_t to_us)
{
    return (double)(to_us - from_us) / 1e6;
}

/* ---- Rate -------------------------------------------------------------------------------------
 */

static double beat(const struct http_pace_rule *r)
{
    double near = fmax(use.near_least, use.near_latencies * r->latency);
    double least = r->cuts == 0 && r->latency > 0 ? fmin(near, use.beat_least) : use.beat_least;

    return fmax(least, fmin(use.beat_most, use.beat_latencies * r->latency));
}

double http_pace_rule_rate(const struct http_pace_rule *r)
{
    double x = r->age / (r->cuts > 1 ? use.recovery : use.first_recovery) - 1;
    double rate = NO_BOUND;

    if (r->adaptive) {
        rate = r->cuts > 0 ? r->peak * (1 + use.cut * x * x * x) : use.first_rate * exp2(r->age);
        rate = fmax(rate, use.least_rate);
    }
    return fmin(rate, r->max_rate);
}

/* Tries per second that ended well of late. */
static double let_pass(const struct http_pace_rule *r, int64_t now_us)
{
    double kept = exp(-seconds(r->passed_us, now_us) / use.memory_s);
    double whole = 1 - exp(-seconds(r->first_us, now_us) / use.memory_s);

    return r->passed * kept / (use.memory_s * fmax(whole, 1e-3));
}

static void note_passed(struct http_pace_rule *r, int64_t now_us, double took)
{
    r->passed = r->passed * exp(-seconds(r->passed_us, now_us) / use.memory_s) + 1;
    r->passed_us = now_us;
    r->latency += (took - r->latency) * (r->latency > 0 ? 0.125 : 1);
}

static void cut_rate(struct http_pace_rule *r, int64_t now_us)
{
    double passed = fmin(http_pace_rule_rate(r), let_pass(r, now_us));

    if (r->cuts++ == 0) {
        passed *= 1 - use.first_cut;
    }
    r->peak = fmax(passed, use.least_rate);
    r->age = 0;
    r->tokens = 0;
    r->cut_us = now_us;
}

static void refill(struct http_pace_rule *r, int64_t now_us)
{
    double passed = seconds(r->refilled_us, now_us);
    double rate = http_pace_rule_rate(r);

    if (r->bound == BY_RATE) {
        r->age += fmin(passed, use.beat_least) / beat(r);
    } else if (r->bound == BY_WINDOW) {
        r->epoch.full_s += passed;
    }
    r->bound = BY_NOTHING;
    r->tokens = fmin(r->tokens + passed * rate, fmax(1, rate * use.burst_s));
    r->refilled_us = now_us;
}

/* ---- Window -----------------------------------------------------------------------------------
 */

static void measure_anew(struct http_pace_rule *r, int64_t now_us)
{
    r->epoch.since_us = now_us;
    r->epoch.skip = r->in_flight;
    r->epoch.done = r->epoch.failed = 0;
    r->epoch.full_s = 0;
}

/* The next size in that direction, a whole number. */
static void step_on(struct http_pace_rule *r)
{
    double next = r->window * r->epoch.step;

    next = r->epoch.step > 1 ? ceil(next) : floor(next);
    r->window = fmax(1, fmin(next, r->max_window));
}

/* Was this size better than the last one? If not, turn. */
static void judge(struct http_pace_rule *r, int64_t now_us)
{
    double score = r->epoch.done / seconds(r->epoch.since_us, now_us) / pow(r->window, use.dear);
    bool up = r->epoch.step > 1, at_end = up && r->window >= r->max_window;

    if (score < r->epoch.last_score * (at_end ? 1 - use.slack : 1) ||
        (!up && r->window <= use.least_window)) {
        r->epoch.step = up ? 1 / use.probe : use.probe;
        r->epoch.turned = true;
    }
    r->epoch.last_score = score;
    step_on(r);
}

static void begin_climb(struct http_pace_rule *r, double window)
{
    r->window = fmax(1, fmin(floor(window), r->max_window));
    r->epoch.step = use.climb;
    r->epoch.turned = false;
    r->epoch.last_score = 0;
}

static void note_end(struct http_pace_rule *r, int64_t now_us, bool failed)
{
    double least_s = r->epoch.turned ? use.probe_s : use.climb_s;
    double ended, took_s;

    if (r->epoch.skip > 0) {
        r->epoch.skip--;
        r->epoch.since_us = now_us;
        r->epoch.full_s = 0;
        return;
    }
    r->epoch.done += !failed;
    r->epoch.failed += failed;
    ended = r->epoch.done + r->epoch.failed;
    took_s = seconds(r->epoch.since_us, now_us);
    if (ended < r->window || took_s < least_s) {
        return;
    }
    if (r->epoch.failed > use.failing * ended) {
        begin_climb(r, r->window / 2);
    } else if (r->epoch.full_s >= took_s / 2) { /* else the window was not what bound */
        judge(r, now_us);
    }
    measure_anew(r, now_us);
}

/* ---- Both -------------------------------------------------------------------------------------
 */

void http_pace_rule_init(struct http_pace_rule *r, const struct http_pace_options *options,
                         int64_t now_us)
{
    *r = (struct http_pace_rule){
        .adaptive = options->adaptive,
        .max_window = options->max_in_flight > 0 ? (double)options->max_in_flight : NO_BOUND,
        .max_rate = options->max_per_second > 0 ? (double)options->max_per_second : NO_BOUND,
        .refilled_us = now_us,
        .first_us = now_us,
        .passed_us = now_us,
        .cut_us = now_us,
    };
    begin_climb(r, options->adaptive ? use.first_window : r->max_window);
    r->epoch.since_us = now_us;
}

int64_t http_pace_rule_ask(struct http_pace_rule *r, int64_t now_us)
{
    double rate;

    refill(r, now_us);
    if (r->in_flight >= r->window) {
        r->bound = BY_WINDOW;
        return HTTP_PACE_RULE_WAIT;
    }
    rate = http_pace_rule_rate(r);
    if (r->tokens < 1 && rate < NO_BOUND) {
        r->bound = BY_RATE;
        return (int64_t)ceil((1 - r->tokens) / rate * 1e6);
    }
    r->tokens -= rate < NO_BOUND ? 1 : 0;
    r->in_flight++;
    return 0;
}

void http_pace_rule_end(struct http_pace_rule *r, int64_t now_us, int64_t begun_us,
                        enum http_pace_outcome outcome)
{
    r->in_flight--;
    if (!r->adaptive) {
        return;
    }
    if (outcome == HTTP_PACE_PASSED) {
        note_passed(r, now_us, seconds(begun_us, now_us));
    }
    if (outcome == HTTP_PACE_PASSED || outcome == HTTP_PACE_FAILED) {
        note_end(r, now_us, outcome == HTTP_PACE_FAILED);
    } else if (outcome == HTTP_PACE_THROTTLED && begun_us >= r->cut_us) {
        cut_rate(r, now_us);
        measure_anew(r, now_us);
    }
}
