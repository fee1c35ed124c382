/* The rule of http_pace_rule.h against simulated servers: no threads, no clock, always the same. */
#include "unit.h"

#include <math.h>

#include "http/http_pace_rule.h"

#define MOST   128
#define SECOND INT64_C(1000000)

/* What is simulated: a server of so many places (0: no end of them), each taking a request after
 * the other, behind a limiter (a token bucket, as services have them). */
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
    struct in_air air[MOST]; /* the first to end first */
    unsigned threads;        /* that have always something to send */
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

    if (s->places == 0) {
        return arrives_us + s->works_us;
    }
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

static void add(struct simulation *s, struct in_air a)
{
    unsigned i = s->n++;

    for (; i > 0 && s->air[i - 1].end_us > a.end_us; i--) {
        s->air[i] = s->air[i - 1];
    }
    s->air[i] = a;
}

static void begin(struct simulation *s)
{
    struct server *to = &s->server;
    struct in_air a = {.begun_us = s->now_us, .outcome = HTTP_PACE_PASSED};

    if (!lets_pass(to, s->now_us)) {
        a.outcome = HTTP_PACE_THROTTLED;
        a.end_us = s->now_us + to->on_way_us;
    } else {
        a.outcome = chance(s) < to->fails ? HTTP_PACE_FAILED : HTTP_PACE_PASSED;
        a.end_us = done_us(to, s->now_us + to->on_way_us / 2) + to->on_way_us / 2;
    }
    add(s, a);
    s->begun++;
    s->most = s->n > s->most ? s->n : s->most;
}

static void step_to(struct simulation *s, int64_t us)
{
    s->area += (double)s->n * (double)(us - s->now_us) / 1e6;
    s->now_us = us;
}

static void end_first(struct simulation *s)
{
    struct in_air a = s->air[0];

    step_to(s, a.end_us);
    memmove(s->air, s->air + 1, --s->n * sizeof *s->air);
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
        if (s->n > 0 && s->air[0].end_us <= next) {
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
    s->server.tokens = server.saved_up;
    s->threads = MOST;
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

/* A row of the tables below failed: say by how much. */
static void check(bool good, const char *name, const struct simulation *s, double of_s)
{
    if (!good) {
        print_error("%s: %.0f/s passed, %.2f %% refused, %.1f in the air, rate %.0f\n", name,
                    s->passed / of_s, 100 * share_refused(s), s->area / of_s,
                    http_pace_rule_rate(&s->rule));
    }
    assert_true(good);
}

/* Ten seconds with all that the search costs, and a minute after it. */
static void test_a_limit_is_found_and_kept(void **state)
{
    static const struct {
        const char *name;
        struct server server;
        double begun_with, kept; /* of the limit */
        double refused_first, refused;
    } rows[] = {
        {"500/s", {.limit = 500, .saved_up = 50, .on_way_us = 1000}, 0.95, 0.98, 0.01, 0.005},
        {"20 ms away", {.limit = 500, .saved_up = 50, .on_way_us = 20000}, 0.95, 0.98, 0.01, 0.005},
        {"100 ms", {.limit = 500, .saved_up = 50, .on_way_us = 100000}, 0.85, 0.98, 0.02, 0.005},
        {"none saved", {.limit = 500, .saved_up = 1, .on_way_us = 1000}, 0.80, 0.95, 0.01, 0.005},
        {"a second's",
         {.limit = 500, .saved_up = 500, .on_way_us = 20000},
         0.98,
         0.98,
         0.02,
         0.005},
        {"100/s", {.limit = 100, .saved_up = 10, .on_way_us = 20000}, 0.95, 0.98, 0.02, 0.01},
        {"3500/s", {.limit = 3500, .saved_up = 350, .on_way_us = 20000}, 0.90, 0.98, 0.01, 0.005},
    };
    struct simulation s;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(&s, rows[i].server, adaptive);
        go_on(&s, 10);
        check(s.passed / 10.0 >= rows[i].begun_with * rows[i].server.limit &&
                  share_refused(&s) <= rows[i].refused_first,
              rows[i].name, &s, 10);
        go_on(&s, 60);
        check(s.passed / 60.0 >= rows[i].kept * rows[i].server.limit &&
                  share_refused(&s) <= rows[i].refused,
              rows[i].name, &s, 60);
    }
}

static void test_a_limit_that_changes_is_followed(void **state)
{
    struct simulation s;

    (void)state;
    start(&s, (struct server){.limit = 500, .saved_up = 50, .on_way_us = 20000}, adaptive);
    go_on(&s, 30);
    s.server.limit = 1500;
    go_on(&s, 10);
    check(s.passed >= 500 * 10, "soon after it rose", &s, 10);
    go_on(&s, 30);
    check(s.passed >= 0.97 * 1500 * 30 && share_refused(&s) < 0.01, "after it rose", &s, 30);
    s.server.limit = 200;
    go_on(&s, 10);
    check(s.passed >= 0.95 * 200 * 10 && share_refused(&s) < 0.12, "soon after it fell", &s, 10);
    go_on(&s, 30);
    check(s.passed >= 0.97 * 200 * 30 && share_refused(&s) < 0.01, "after it fell", &s, 30);
    s.server.limit = 0;
    go_on(&s, 60);
    check(s.passed >= 60 * 200, "after it went", &s, 60);
    go_on(&s, 10);
    check(s.passed >= 0.95 * 128 / 0.02 * 10 && s.refused == 0, "long after it went", &s, 10);
}

/* A server that refuses all for a while is asked seldom, and found again when it is back. */
static void test_an_outage(void **state)
{
    struct simulation s;

    (void)state;
    start(&s, (struct server){.limit = 1e-3, .saved_up = 1, .on_way_us = 20000}, adaptive);
    go_on(&s, 30);
    check(s.begun < 400, "out", &s, 30);
    s.server.limit = 500;
    s.server.saved_up = 50;
    go_on(&s, 30);
    go_on(&s, 30);
    check(s.passed >= 0.9 * 500 * 30, "back", &s, 30);
}

/* As many in the air as bring more done, and not many more; none of them throttles. */
static void test_the_window_climbs_while_it_pays(void **state)
{
    static const struct {
        const char *name;
        struct server server;
        double best; /* that the server does in a second, with 128 threads at most */
        double least_air, most_air;
    } rows[] = {
        {"2 places, 1 ms", {.places = 2, .works_us = 1000, .on_way_us = 200}, 2000, 6, 12},
        {"8 places, 4 ms", {.places = 8, .works_us = 4000, .on_way_us = 1000}, 2000, 8, 20},
        {"32 places", {.places = 32, .works_us = 20000, .on_way_us = 30000}, 1600, 75, 100},
        {"no end, 30 ms", {.on_way_us = 30000}, 128 / 0.03, 127, 128.1},
        {"no end, 10 ms", {.on_way_us = 10000}, 128 / 0.01, 120, 128.1},
        {"fails now and again", {.on_way_us = 20000, .fails = 0.001}, 128 / 0.02, 120, 128.1},
    };
    struct simulation s;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(&s, rows[i].server, adaptive);
        go_on(&s, 4);
        check(s.passed >= 0.6 * rows[i].best * 4, rows[i].name, &s, 4);
        go_on(&s, 30);
        check(s.passed >= 0.94 * rows[i].best * 30 && s.area / 30 >= rows[i].least_air &&
                  s.area / 30 <= rows[i].most_air && s.refused == 0,
              rows[i].name, &s, 30);
    }
}

/* Large objects: no reply for seconds is no reason to send fewer at once. */
static void test_slow_requests_are_sent_at_once_too(void **state)
{
    struct simulation s;

    (void)state;
    start(&s, (struct server){.on_way_us = 10 * SECOND}, adaptive);
    go_on(&s, 10);
    check(s.most == 16, "ten seconds each", &s, 10);
    go_on(&s, 300);
    check(s.most == 128, "ten seconds each", &s, 300);
}

static void test_a_failing_server_is_given_less(void **state)
{
    struct simulation s;

    (void)state;
    start(&s, (struct server){.on_way_us = 20000}, adaptive);
    go_on(&s, 10);
    assert_int_equal(s.most, 128);
    s.server.fails = 0.5;
    go_on(&s, 5);
    go_on(&s, 10);
    check(s.most <= 2, "failing", &s, 10);
    s.server.fails = 0;
    go_on(&s, 10);
    assert_int_equal(s.most, 128);
}

/* Who sends little has nothing to find out, and what comes at once after it is still careful. */
static void test_a_pause_is_no_permission(void **state)
{
    struct simulation s;

    (void)state;
    start(&s, (struct server){.limit = 500, .saved_up = 50, .on_way_us = 20000}, adaptive);
    go_on(&s, 20);
    s.threads = 1; /* 50 a second */
    go_on(&s, 60);
    assert_int_equal(s.refused, 0);
    assert_true(http_pace_rule_rate(&s.rule) < 600);
    s.threads = 128;
    go_on(&s, 10);
    check(share_refused(&s) < 0.01 && s.passed > 4800, "after the pause", &s, 10);
}

static void test_bounds_hold_with_and_without_adapting(void **state)
{
    static const struct {
        struct http_pace_options options;
        double passed; /* a second */
        unsigned most;
    } rows[] = {
        {{.max_per_second = 100}, 100, 4},
        {{.max_in_flight = 5}, 250, 5},
        {{.max_in_flight = 5, .max_per_second = 1000}, 250, 5},
        {{.adaptive = true, .max_per_second = 100}, 100, 4},
        {{.adaptive = true, .max_in_flight = 5}, 250, 5},
        {{.adaptive = true, .max_in_flight = 128, .max_per_second = 1}, 1, 1},
        {{0}, 128 * 50, 128},
    };
    struct simulation s;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(&s, (struct server){.on_way_us = 20000}, rows[i].options);
        go_on(&s, 20);
        check(fabs(s.passed / 20.0 - rows[i].passed) <= 0.03 * rows[i].passed + 1 &&
                  s.most <= rows[i].most,
              "a bound", &s, 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_limit_is_found_and_kept),
        cmocka_unit_test(test_a_limit_that_changes_is_followed),
        cmocka_unit_test(test_an_outage),
        cmocka_unit_test(test_the_window_climbs_while_it_pays),
        cmocka_unit_test(test_slow_requests_are_sent_at_once_too),
        cmocka_unit_test(test_a_failing_server_is_given_less),
        cmocka_unit_test(test_a_pause_is_no_permission),
        cmocka_unit_test(test_bounds_hold_with_and_without_adapting),
    };

    return cmocka_run_group_tests_name("http_pace_rule", tests, NULL, NULL);
}
