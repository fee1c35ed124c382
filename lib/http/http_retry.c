/* When a request is sent again, and how soon. */
#include "base/ctx.h"
#include "http/http_private.h"

#define FIRST_MS         100
#define LONGEST_MS       20000
#define LONGEST_ASKED_MS 60000
#define SILENT_FOR_MS    60000 /* so long one request's silence speaks for the others */

static enum http_verdict verdict_of(int status)
{
    static const struct {
        int status;
        enum http_verdict verdict;
    } rows[] = {
        {429, HTTP_THROTTLED}, {503, HTTP_THROTTLED}, {500, HTTP_PASSING},
        {502, HTTP_PASSING},   {504, HTTP_PASSING},
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].status == status) {
            return rows[i].verdict;
        }
    }
    return HTTP_FINAL;
}

enum http_verdict http_retry_verdict(struct ctx *cx, const struct http_request *request,
                                     const struct http_try *t)
{
    enum http_verdict verdict;

    if (t->cause != HTTP_COMPLETE) {
        return http_error_passes(t->cause) ? HTTP_PASSING : HTTP_FINAL;
    }
    verdict = verdict_of(t->response.status);
    if (verdict == HTTP_FINAL && request->passing != NULL) {
        return request->passing(cx, request->prepare_arg, &t->response);
    }
    return verdict;
}

bool http_retry_wanted(const struct http_request *request, const struct http_try *t)
{
    bool given = request->sink != NULL && t->response.status < 300 && t->body_bytes > 0;

    return t->verdict != HTTP_FINAL && !given && (request->retry_safe || !t->sent);
}

/* RFC 9110, 10.2.3: seconds, or a date. */
static int64_t asked_ms(struct ctx *cx, const struct http_try *t)
{
    const char *value = http_header_get(&t->response, "Retry-After");
    int64_t ms = 0;
    int64_t date;

    if (t->cause != HTTP_COMPLETE || value == NULL) {
        return 0;
    }
    if (str_to_i64(str_of(value), &ms)) {
        if (__builtin_mul_overflow(ms, 1000, &ms)) {
            ms = *value == '-' ? 0 : LONGEST_ASKED_MS;
        }
    } else if (http_date(value, &date)) {
        ms = (date - (int64_t)cx->clock->now(cx->clock).tv_sec) * 1000;
    }
    if (ms < 0) {
        return 0;
    }
    return ms > LONGEST_ASKED_MS ? LONGEST_ASKED_MS : ms;
}

int64_t http_retry_delay_ms(struct ctx *cx, const struct http_try *t, unsigned tries)
{
    int64_t limit = FIRST_MS;

    while (--tries > 0 && limit < LONGEST_MS) {
        limit *= 2;
    }
    return asked_ms(cx, t) + clock_jitter_ms(limit > LONGEST_MS ? LONGEST_MS : limit);
}

unsigned http_retry_allowed(struct ctx *cx, struct http_client *client)
{
    int64_t now = cx->clock->monotonic_ms(cx->clock);
    bool silent;

    pthread_mutex_lock(&client->lock);
    silent = client->silent && now - client->silent_at_ms < SILENT_FOR_MS;
    pthread_mutex_unlock(&client->lock);
    return silent ? 0 : client->options.max_retries;
}

void http_retry_learn(struct ctx *cx, const struct http_try *t)
{
    /* One that stopped in the middle of a body can speak. */
    bool silent = t->body_bytes == 0 && (t->cause == HTTP_STALLED || t->cause == HTTP_TIMED_OUT ||
                                         t->cause == HTTP_CONNECT_TIMED_OUT);
    int64_t now = cx->clock->monotonic_ms(cx->clock);

    if (!silent && t->cause != HTTP_COMPLETE) {
        return;
    }
    pthread_mutex_lock(&t->client->lock);
    t->client->silent = silent;
    t->client->silent_at_ms = now;
    pthread_mutex_unlock(&t->client->lock);
}
