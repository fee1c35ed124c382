/* The rule of http_pace_rule.h against simulated servers: no threads, no clock, always the same. */
#include "unit.h"

#include <math.h>

#include "http/http_pace_rule.h"

#define MOST   1024
#define SECOND INT64_C(1000000)

/* What is simulated: a server of so many places, each taking a request after the other, behind a
 * limiter (a token bucket, as services have them). */
struct server {
    double limit;      /* requests per second; 0: none */
    double saved_up;   /* requests that it lets pass at once after a pause */
    unsigned places;   /* worked on at once; the others wait in line */
    int64_t works_us;  /* each */
    int64_t on_way_us; /* there and back, together */
    double fails;      /* of 1: ends without a reply */

    double tokens;
    int64_t filled_us;
    int64_t free_us[MOST]; /* when each place has done its last request */
};

struct in_air {
    int64_t begun_us, end_us;
    enum http_pace_outcome outcome;
};

struct simulation {
    struct server server;
    struct http_pace_rule rule;
    struct in_air air[MOST];
    unsigned threads; /* that have always something to send; 0: 128 */
    int64_t now_us;
    unsigned n, seed;

    unsigned begun, passed, refused, most;
    double area; /* of what was in the air over time, in second-tries */
};

static bool lets_pass(struct server *s, int64_t now_us)
{
    s->tokens += (double)(now_us - s->filled_us) / 1e6 * s->limit;
    s->filled_us = now_us;
    s->tokens = fmin(s->tokens, fmax(1, s->saved_up));
    if (s->limit <= 0) {
        return true;
    }
    if (s->tokens < 1) {
        return false;
    }
    s->tokens -= 1;
    return true;
}

/* When the next free place has done it. */
static int64_t done_us(struct server *s, int64_t arrives_us)
{
    unsigned i, best = 0;

    for (i = 1; i < s->places; i++) {
        best = s->free_us[i] < s->free_us[best] ? i : best;
    }
    s->free_us[best] =
        (s->free_us[best] > arrives_us ? s->free_us[best] : arrives_us) + s->works_us;
    return s->free_us[best];
}

static double chance(struct simulation *s)
{
    s->seed = s->seed * 1103515245u + 12345u;
    return (double)(s->seed >> 8) / (1 << 24);
}

static void begin(struct simulation *s)
{
    struct server *to = &s->server;
    struct in_air *a = &s->air[s->n++];

    s->begun++;
    s->most = s->n > s->most ? s->n : s->most;
    *a = (struct in_air){.begun_us = s->now_us, .outcome = HTTP_PACE_PASSED};
    if (!lets_pass(to, s->now_us)) {
        a->outcome = HTTP_PACE_THROTTLED;
        a->end_us = s->now_us + to->on_way_us;
        return;
    }
    if (chance(s) < to->fails) {
        a->outcome = HTTP_PACE_FAILED;
    }
    a->end_us = done_us(to, s->now_us + to->on_way_us / 2) + to->on_way_us / 2;
}

static unsigned first_to_end(const struct simulation *s)
{
    unsigned i, first = 0;

    for (i = 1; i < s->n; i++) {
        first = s->air[i].end_us < s->air[first].end_us ? i : first;
    }
    return first;
}

static void step_to(struct simulation *s, int64_t us)
{
    s->area += (double)s->n * (double)(us - s->now_us) / 1e6;
    s->now_us = us;
}

static void end_first(struct simulation *s)
{
    unsigned i = first_to_end(s);
    struct in_air a = s->air[i];

    step_to(s, a.end_us);
    s->air[i] = s->air[--s->n];
    s->passed += a.outcome == HTTP_PACE_PASSED;
    s->refused += a.outcome == HTTP_PACE_THROTTLED;
    http_pace_rule_end(&s->rule, s->now_us, a.begun_us, a.outcome);
}

/* Go on for so long; the counts are of that time. */
static void go_on(struct simulation *s, double for_s)
{
    int64_t end_us = s->now_us + (int64_t)(for_s * 1e6);

    s->begun = s->passed = s->refused = s->most = 0;
    s->area = 0;
    while (s->now_us < end_us) {
        int64_t wait = HTTP_PACE_RULE_WAIT, next = end_us;

        while (s->n < s->threads && (wait = http_pace_rule_ask(&s->rule, s->now_us)) == 0) {
            begin(s);
        }
        if (wait < end_us - s->now_us) {
            next = s->now_us + wait;
        }
        if (s->n > 0 && s->air[first_to_end(s)].end_us <= next) {
            end_first(s);
        } else {
            step_to(s, next);
        }
    }
}

static void start(struct simulation *s, struct server server, struct http_pace_options options)
{
    memset(s, 0, sizeof *s);
    s->server = server;
    s->server.places = server.places > 0 ? server.places : MOST;
    s->server.tokens = server.saved_up;
    s->threads = 128;
    s->seed = 1;
    s->now_us = 5 * SECOND;
    s->server.filled_us = s->now_us;
    http_pace_rule_init(&s->rule, &options, s->now_us);
}

static const struct http_pace_options adaptive = {.adaptive = true, .max_in_flight = 128};

static double share_refused(const struct simulation *s)
{
    return (double)s->refused / fmax(1, s->passed + s->refused);
}

static void show(const char *name, const struct simulation *s, double of_s)
{
    print_message("%-28s %7.0f/s passed, %5.2f %% refused, %5.1f in the air, rate %.0f\n", name,
                  s->passed / of_s, 100 * share_refused(s), s->area / of_s,
                  http_pace_rule_rate(&s->rule));
}

static void test_limits_are_found_and_kept(void **state)
{
    static const struct {
        const char *name;
        struct server server;
    } rows[] = {
        {"500/s, at once", {.limit = 500, .saved_up = 1, .on_way_us = 1000}},
        {"500/s, 50 saved, 1 ms", {.limit = 500, .saved_up = 50, .on_way_us = 1000}},
        {"500/s, 50 saved, 20 ms", {.limit = 500, .saved_up = 50, .on_way_us = 20000}},
        {"500/s, 50 saved, 100 ms", {.limit = 500, .saved_up = 50, .on_way_us = 100000}},
        {"500/s, 500 saved, 20 ms", {.limit = 500, .saved_up = 500, .on_way_us = 20000}},
        {"100/s, 10 saved, 20 ms", {.limit = 100, .saved_up = 10, .on_way_us = 20000}},
        {"3500/s, 350 saved, 20 ms", {.limit = 3500, .saved_up = 350, .on_way_us = 20000}},
    };
    struct simulation s;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(&s, rows[i].server, adaptive);
        go_on(&s, 4);
        show(rows[i].name, &s, 4);
        go_on(&s, 16);
        show(rows[i].name, &s, 16);
        go_on(&s, 100);
        show(rows[i].name, &s, 100);
    }
}

static void test_windows(void **state)
{
    static const struct {
        const char *name;
        struct server server;
    } rows[] = {
        {"2 places, 1 ms", {.places = 2, .works_us = 1000, .on_way_us = 200}},
        {"8 places, 4 ms, way 1 ms", {.places = 8, .works_us = 4000, .on_way_us = 1000}},
        {"32 places, 20 ms, way 30", {.places = 32, .works_us = 20000, .on_way_us = 30000}},
        {"endless, 30 ms", {.on_way_us = 30000}},
        {"endless, 10 s", {.on_way_us = 10000000}},
        {"endless, .3 ms", {.on_way_us = 300}},
        {"fails 1 %", {.places = 64, .works_us = 20000, .fails = 0.001}},
    };
    struct simulation s;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(&s, rows[i].server, adaptive);
        go_on(&s, 2);
        show(rows[i].name, &s, 2);
        go_on(&s, 18);
        show(rows[i].name, &s, 18);
        go_on(&s, 100);
        show(rows[i].name, &s, 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_are_found_and_kept),
        cmocka_unit_test(test_windows),
    };

    return cmocka_run_group_tests_name("http_pace_rule", tests, NULL, NULL);
}
