/*
 * The catalogue of what a server can do wrong, against every call of lib/s3 (fixture_calls.h).
 *
 * Each fault is met twice by each call. Once, with a good server afterwards: where another try can
 * help, the work goes on and nothing is said. And always: one message names what was asked, bucket,
 * server, cause and remedy (of a refusal: the permission). Never does a message hold a secret, is
 * it long or no UTF-8, does a call try more often than it may, or take longer than it was given.
 *
 * The calls meet one fault side by side, each with a server and a session of its own, so that a
 * time-out is waited for once.
 */
#include "fixture_calls.h"

#include <pthread.h>
#include <time.h>

#define MAX_RETRIES 1
#define MAX_REAL_MS 120000 /* of one call among all, on a slow machine, under a sanitizer */
#define MAX_SAID    4000   /* bytes */
#define TRY_MS      1000   /* request_timeout where a server stalls */
#define LONG_TEXT   "much ado about nothing, and the key is " SECRET " "
#define MB_OF_TEXT  ((size_t)1 << 20) / (sizeof(LONG_TEXT) - 1)
#define WEB_PAGE                                                                                   \
    "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>Log in " SECRET "</body></html>"
#define CHECK_SERVER "Check that the endpoint is an S3 server"
#define ALL(x)                                                                                     \
    {                                                                                              \
        x, x, x, x                                                                                 \
    }

enum outcome { STOPS, GOES_ON, ABSENT };
enum place { SCRIPTED, NOBODY_LISTENS, NO_SUCH_HOST };

struct fault {
    const char *name;
    enum place place;
    enum test_tls tls;
    struct http_server_reply reply;
    bool passes;                      /* another try may help */
    enum outcome outcome[CALL_KINDS]; /* of a fault that stays */
    const char *cause, * or, *remedy; /* or: the cause in other words; no remedy: the permission */
    int64_t timeout_ms;               /* of one try; 0: the default */
    int64_t asked_ms;                 /* the server asks to be left alone for so long */
};

/* Order of kinds: document, plain, content, head. */
static const struct fault faults[] = {
    {.name = "503 SlowDown with Retry-After",
     .reply = {.status = 503,
               .headers = "Retry-After: 7\r\n",
               .body = S3_ERROR("SlowDown", "Reduce your rate, " SECRET)},
     .passes = true,
     .cause = "HTTP 503",
     .remedy = "max_retries",
     .asked_ms = 7000},
    {.name = "500 without a word",
     .reply = {.status = 500},
     .passes = true,
     .cause = "HTTP 500 after 2 tries",
     .remedy = "max_retries"},
    {.name = "502 of a proxy",
     .reply = {.status = 502, .body = "<html><body>Bad Gateway " TOKEN "<br></body></html>"},
     .passes = true,
     .cause = "HTTP 502 after 2 tries",
     .remedy = "Try again later"},
    {.name = "connection reset",
     .reply = {.fault = HTTP_SERVER_RESET, .where = HTTP_SERVER_AT_START},
     .passes = true,
     .cause = "closed or reset before an answer",
     .remedy = "try again later and look into its logs"},
    {.name = "headers cut short",
     .reply = {.body = "x", .fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_IN_HEAD},
     .passes = true,
     .cause = "cut inside its headers",
     .remedy = "try again later"},
    {.name = "body cut short under its right length",
     .reply = {.body = GOOD_VERSIONING, .fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_IN_BODY},
     .passes = true,
     .outcome = {STOPS, STOPS, STOPS, GOES_ON},
     .cause = "cut inside its body",
     .remedy = "try again later"},
    {.name = "stall before the answer",
     .reply = {.fault = HTTP_SERVER_STALL, .where = HTTP_SERVER_AT_START},
     .passes = true,
     .cause = ": time-out",
     .remedy = "request_timeout",
     .timeout_ms = TRY_MS},
    {.name = "stall inside the body",
     .reply = {.body = GOOD_VERSIONING, .fault = HTTP_SERVER_STALL, .where = HTTP_SERVER_IN_BODY},
     .passes = true,
     .outcome = {STOPS, STOPS, STOPS, GOES_ON},
     .cause = ": time-out",
     .remedy = "request_timeout",
     .timeout_ms = TRY_MS},
    {.name = "connection refused",
     .place = NOBODY_LISTENS,
     .cause = "connection refused",
     .remedy = "check host and port of the endpoint"},
    {.name = "no such host",
     .place = NO_SUCH_HOST,
     .cause = "name lookup found no such host",
     .or = "time-out while connecting",
     .remedy = "the endpoint",
     .timeout_ms = TRY_MS},
    {.name = "certificate that nobody vouches for",
     .tls = TEST_TLS_SELF_SIGNED,
     .cause = "its TLS certificate is not trusted",
     .remedy = "ca_file"},
    {.name = "TLS of yesterday",
     .tls = TEST_TLS_OLD_VERSION,
     .cause = "the TLS handshake failed",
     .remedy = "TLS 1.2 or later"},
    {.name = "not HTTP",
     .reply = {.status_line = "SSH-2.0-OpenSSH_9.2"},
     .cause = "the answer is not HTTP",
     .remedy = "check scheme and port"},
    {.name = "malformed XML",
     .reply = {.body = "<VersioningConfiguration><Status>" SECRET "</Sta"},
     .outcome = {STOPS, STOPS, GOES_ON, GOES_ON},
     .cause = "HTTP 200, but not as S3 does",
     .remedy = CHECK_SERVER},
    {.name = "another root element",
     .reply = {.body = WEB_PAGE},
     .outcome = {STOPS, STOPS, GOES_ON, GOES_ON},
     .cause = "HTTP 200, but not as S3 does",
     .remedy = CHECK_SERVER},
    {.name = "empty body",
     .outcome = {STOPS, GOES_ON, GOES_ON, GOES_ON},
     .cause = "HTTP 200, but not as S3 does",
     .remedy = CHECK_SERVER},
    {.name = "200 with an error that passes",
     .reply = {.body = S3_ERROR("InternalError", "try " SECRET)},
     .passes = true,
     .outcome = {STOPS, STOPS, GOES_ON, GOES_ON},
     .cause = "InternalError",
     .remedy = "Try again later"},
    {.name = "200 with an error that stays",
     .reply = {.body = S3_ERROR("AccessDenied", "not with " SECRET)},
     .outcome = {STOPS, STOPS, GOES_ON, GOES_ON},
     .cause = "AccessDenied"},
    {.name = "a megabyte of error text",
     .reply = {.status = 400, .body = LONG_TEXT, .body_repeat = MB_OF_TEXT},
     .cause = "HTTP 400",
     .remedy = "See the server's documentation"},
    {.name = "invalid UTF-8 in the error",
     .reply = {.status = 400, .body = "<Error><Code>B\xff</Code><Message>\xc3 " SECRET "\xe2\x82"},
     .cause = "HTTP 400",
     .remedy = "See the server's documentation"},
    {.name = "403 AccessDenied",
     .reply = {.status = 403, .body = S3_ERROR("AccessDenied", "not with " SECRET)},
     .cause = "HTTP 403"},
    {.name = "403 without a word", .reply = {.status = 403}, .cause = "HTTP 403"},
    {.name = "404 NoSuchBucket",
     .reply = {.status = 404, .body = S3_ERROR("NoSuchBucket", "no")},
     .outcome = ALL(ABSENT),
     .cause = "no such bucket",
     .remedy = "Read the state again later"},
    {.name = "404 that S3 did not say",
     .reply = {.status = 404, .body = "<html><body>no such site<br></body></html>"},
     .outcome = {STOPS, STOPS, STOPS, ABSENT},
     .cause = "HTTP 404",
     .remedy = CHECK_SERVER},
};

/* One call against one fault. */
struct cell {
    const struct call *call;
    const struct fault *fault;
    unsigned times; /* that the server does wrong */

    pthread_t thread;
    pthread_mutex_t lock; /* of the next three: one connection after the other, each a thread */
    unsigned met, asked;
    const char *shown;
    struct fixture f;
    char wrong[600]; /* "" when all was right */
};

/* Whatever becomes of it, content begins as such; and what was cut is given from where it was. */
static void give_content(const struct cell *c, const struct http_server_request *request,
                         struct http_server_reply *reply)
{
    const char *range = http_server_header(request, "Range");
    size_t n = reply->body ? strlen(reply->body) : 0, from;

    if (reply->status != 0) {
        return;
    }
    reply->headers = c->call->good.headers;
    if (range) {
        reply->body = c->fault->reply.body;
        n = strlen(reply->body);
        from = strtoul(strchr(range, '=') + 1, NULL, 10);
        reply->status = 206;
        reply->headers = arena_printf(request->arena, "%sContent-Range: bytes %zu-%zu/%zu\r\n",
                                      reply->headers, from, n - 1, n);
        reply->body += from;
    }
}

static bool answer(void *arg, const struct http_server_request *request,
                   struct http_server_reply *ret_reply)
{
    struct cell *c = arg;
    const struct call *call = c->call;

    pthread_mutex_lock(&c->lock);
    if (strcmp(request->method, call->method) == 0) {
        c->asked++;
        if (call->first && c->asked == 1) {
            *ret_reply = (struct http_server_reply){.body = call->first};
        } else if (c->met < c->times) {
            c->met++;
            *ret_reply = c->fault->reply;
            if (c->fault->outcome[call->kind] != GOES_ON) {
                goto out;
            }
        } else {
            *ret_reply = call->good;
        }
        if (call->kind == CALL_HEAD && call->good.headers) { /* nor has the good one a body */
            *ret_reply = call->good;
        }
        ret_reply->headers = call->good.headers; /* what goes on has its headers right */
    }
    if (strcmp(request->method, "PUT") == 0) {
        c->shown = request->body;
    } else if (strcmp(request->method, "DELETE") == 0) {
        c->shown = NULL;
    } else if (strcmp(request->method, "GET") == 0 && !ret_reply->body) {
        *ret_reply = c->shown ? (struct http_server_reply){.body = c->shown}
                              : (struct http_server_reply){.status = 404, .body = NO_RULES};
    }
out:
    if (call->kind == CALL_CONTENT) {
        give_content(c, request, ret_reply);
    }
    pthread_mutex_unlock(&c->lock);
    return true;
}

static int64_t real_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The first thing that is wrong is kept. */
static void check(struct cell *c, bool right, const char *what)
{
    const struct diag *d = c->f.cx->diags.last;

    if (!right && c->wrong[0] == '\0') {
        snprintf(c->wrong, sizeof(c->wrong), "%s, %s: %s; last message: %.300s: %.200s",
                 c->call->name, c->times == 1 ? "once" : "always", what, d ? d->summary : "none",
                 d ? d->detail : "");
    }
}

static const char *endpoint_of(struct cell *c)
{
    const char *url = http_server_url(c->f.server);

    if (c->fault->place == NOBODY_LISTENS) {
        http_server_stop(c->f.server);
    }
    return c->fault->place == NO_SUCH_HOST ? "http://no-such-host.invalid" : url;
}

static void make(struct cell *c)
{
    struct fixture *f = &c->f;

    f->server = http_server_start(&(struct http_server_options){
        .tls = c->fault->tls, .any_order = true, .handler = answer, .handler_arg = c});
    f->session = session_new();
    test_clock_init(&f->clock, EPOCH_MS);
    f->cx = ctx_new(&(struct ctx_options){.session = f->session, .clock = &f->clock.clock});
    if (s3_client_new(f->cx, f->session,
                      &(struct s3_options){.endpoint = endpoint_of(c),
                                           .region = REGION,
                                           .access_key = "AKIDEXAMPLE",
                                           .secret_key = SECRET,
                                           .session_token = TOKEN,
                                           .force_path_style = true,
                                           .max_retries = MAX_RETRIES,
                                           .request_timeout_ms = c->fault->timeout_ms},
                      &f->client) != RC_OK) {
        abort();
    }
}

static bool says(const struct diag *d, const char *text)
{
    return strstr(d->summary, text) || strstr(d->detail, text);
}

/* Of any message, whatever it is about. */
static void check_manners(struct cell *c, const struct diag *d)
{
    check(c, !says(d, SECRET) && !says(d, TOKEN), "a secret is shown");
    check(c, str_utf8_valid(str_of(d->summary)) && str_utf8_valid(str_of(d->detail)), "not UTF-8");
    check(c, strlen(d->summary) + strlen(d->detail) < MAX_SAID, "too long");
}

/* The one message of a call that stopped. */
static void check_message(struct cell *c, const struct diag *d, bool absent)
{
    const struct fault *fault = c->fault;
    const char *server = strstr(endpoint_of(c), "//") + 2;

    check(c, says(d, "bucket files") || says(d, "Bucket files"), "the bucket is not named");
    check(c, says(d, server), "the server is not named");
    check(c, says(d, fault->cause) || (fault->or &&says(d, fault->or)), "the cause is not named");
    check(c, says(d, fault->remedy ? fault->remedy : c->call->permission), "no remedy");
    if (c->met > 0 && !absent) { /* without a connection, the first request of several stops it */
        const char *doing = arena_printf(c->f.cx->arena, "Cannot %s ", c->call->doing);
        check(c, strncmp(d->summary, doing, strlen(doing)) == 0, "what was asked is not named");
    }
}

static void check_clock(struct cell *c)
{
    int64_t asked = c->fault->asked_ms;

    check(c, c->met == 0 || !c->fault->passes || c->f.clock.monotonic_ms >= asked,
          "the server asked for more time than it got");
}

/* libcurl itself asks once more when a connection that it kept open ends without a byte. */
static unsigned tries_allowed(const struct cell *c)
{
    bool no_byte = c->fault->reply.fault == HTTP_SERVER_RESET;

    return (c->fault->passes ? MAX_RETRIES + 1U : 1U) + (no_byte ? 1U : 0U);
}

static void check_cell(struct cell *c, enum rc rc)
{
    const struct diags *all = &c->f.cx->diags;
    enum outcome stays = c->fault->outcome[c->call->kind];
    bool waits = stays == ABSENT && c->call->patience != CALL_HASTY;
    bool absent = waits && c->call->patience == CALL_WAITS_THEN_STOPS;
    bool met = c->fault->place != SCRIPTED || c->fault->tls || c->met > 0;
    enum outcome outcome = absent ? STOPS : stays;

    if (c->times == 1 && (c->fault->passes || waits)) {
        outcome = GOES_ON;
    }
    for (const struct diag *d = all->first; d; d = d->next) {
        check_manners(c, d);
    }
    check(c, met, "the fault was never met");
    check(c, rc == (enum rc[]){RC_FAIL, RC_OK, RC_NOT_FOUND}[outcome], "another result");
    check(c, all->errors == (outcome == STOPS ? 1U : 0U) && all->warnings == 0,
          "not the one message");
    if (outcome == STOPS && all->last) {
        check_message(c, all->last, absent);
    }
    check(c, stays != STOPS || c->met <= tries_allowed(c), "too many tries");
    check_clock(c);
}

static void *run_cell(void *arg)
{
    struct cell *c = arg;
    struct s3_target target = {.bucket = "files", .timeout_ms = 30000};
    int64_t start = real_ms();
    enum rc rc;

    make(c);
    target.client = c->f.client;
    rc = c->call->run(c->f.cx, &target);
    check(c, real_ms() - start < MAX_REAL_MS, "it took too long");
    http_server_stop(c->f.server);
    check_cell(c, rc);
    ctx_free(c->f.cx);
    session_free(c->f.session);
    http_server_free(c->f.server);
    return NULL;
}

/* All calls at once. A fault that no other try can help is met "always" alone. */
static size_t run_row(const struct fault *fault, unsigned times)
{
    struct cell *cells = test_calloc(COUNT(calls), sizeof(*cells));
    size_t wrong = 0;

    for (size_t i = 0; i < COUNT(calls); i++) {
        struct cell *c = &cells[i];
        c->call = &calls[i];
        c->fault = fault;
        c->times = times;
        c->shown = calls[i].shows;
        assert_int_equal(pthread_mutex_init(&c->lock, NULL), 0);
        assert_int_equal(pthread_create(&c->thread, NULL, run_cell, c), 0);
    }
    for (size_t i = 0; i < COUNT(calls); i++) {
        pthread_join(cells[i].thread, NULL);
        pthread_mutex_destroy(&cells[i].lock);
        if (cells[i].wrong[0] != '\0') {
            print_error("%s\n", cells[i].wrong);
            wrong++;
        }
    }
    test_free(cells);
    return wrong;
}

static void every_call_meets_it(void **state)
{
    const struct fault *fault = *state;
    size_t wrong = run_row(fault, UINT32_MAX);

    if (fault->passes || fault->outcome[CALL_DOCUMENT] == ABSENT) {
        wrong += run_row(fault, 1);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(faults)];

    for (size_t i = 0; i < COUNT(faults); i++) {
        tests[i] = (struct CMUnitTest){
            .name = faults[i].name,
            .test_func = every_call_meets_it,
            .initial_state = (void *)(uintptr_t)&faults[i],
        };
    }
    return cmocka_run_group_tests_name("every call meets", tests, NULL, NULL);
}
