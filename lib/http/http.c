#include "http/http.h"

#include <string.h>
#include <strings.h>

#include "base/ctx.h"
#include "http/http_private.h"

const char *http_header_get(const struct http_response *response, const char *name)
{
    size_t i;

    for (i = 0; i < response->n_headers; i++) {
        if (strcasecmp(response->headers[i].name, name) == 0) {
            return response->headers[i].value;
        }
    }
    return NULL;
}

#define YEAR_10000 INT64_C(253402300800)

bool http_date(const char *text, int64_t *ret_seconds)
{
    time_t date = text == NULL ? -1 : curl_getdate(text, NULL);

    if (date < 0 || (int64_t)date >= YEAR_10000) {
        return false;
    }
    *ret_seconds = (int64_t)date;
    return true;
}

char *http_origin(struct arena *a, const char *url)
{
    const char *scheme_end = strstr(url, "://");
    const char *host = scheme_end == NULL ? url : scheme_end + 3;
    size_t n = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', n); /* what stands before it may be a password */

    if (at != NULL) {
        n -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    return arena_printf(a, "%.*s%.*s", scheme_end == NULL ? 0 : (int)(scheme_end + 3 - url), url,
                        (int)n, host);
}

/* A line break in a name or value would become a header, or a request, of its own. */
static enum rc check_headers(struct ctx *cx, const struct http_request *request)
{
    size_t i;
    const char *p;

    for (i = 0; i < request->n_headers; i++) {
        const struct http_header *h = &request->headers[i];

        for (p = h->value; *p != '\0' && ((unsigned char)*p >= 0x20 || *p == '\t') && *p != 0x7F;) {
            p++;
        }
        if (*p != '\0' || h->name[strcspn(h->name, "\r\n: ")] != '\0') {
            return diag_error(
                cx, NULL,
                arena_printf(cx->arena, "%s %s was not sent", request->method,
                             http_origin(cx->arena, request->url)),
                "The value for the header %s holds a line break or another control character. "
                "Remove it from the setting it comes from.",
                h->name);
        }
    }
    return RC_OK;
}

static enum rc prepare(struct ctx *cx, struct http_request *request)
{
    enum rc rc = ctx_check(cx);

    if (rc == RC_OK && request->prepare != NULL) {
        rc = request->prepare(cx, request->prepare_arg, request);
    }
    return rc == RC_OK ? check_headers(cx, request) : rc;
}

static enum http_pace_outcome outcome_of(const struct http_try *t)
{
    if (t->cause == HTTP_CANCELLED || t->cause == HTTP_NOT_TAKEN) {
        return HTTP_PACE_UNKNOWN;
    }
    if (t->verdict == HTTP_THROTTLED) {
        return HTTP_PACE_THROTTLED;
    }
    return t->cause != HTTP_COMPLETE || t->verdict == HTTP_PASSING ? HTTP_PACE_FAILED
                                                                   : HTTP_PACE_PASSED;
}

/* One try, at the client's pace. RC_FAIL: it was not begun. */
static enum rc run_try(struct ctx *cx, struct http_client *client, struct http_request *request,
                       struct http_try *t)
{
    enum rc rc = prepare(cx, request);
    int64_t begun = 0;

    if (rc == RC_OK && client->pace != NULL) {
        rc = http_pace_begin(cx, client->pace, &begun);
    }
    if (rc != RC_OK) {
        return rc;
    }
    http_try_run(t, cx, client, request);
    t->verdict = http_retry_verdict(cx, request, t);
    if (client->pace != NULL) {
        http_pace_end(client->pace, begun, outcome_of(t));
    }
    return RC_OK;
}

enum rc http_send(struct ctx *cx, struct http_client *client, struct http_request *request,
                  struct http_response *ret_response)
{
    unsigned allowed = http_retry_allowed(cx, client), tries = 0;
    bool repeated = false;
    struct http_try t;
    int64_t delay;
    enum rc rc;

    for (;;) {
        rc = run_try(cx, client, request, &t);
        if (rc != RC_OK) {
            return rc;
        }
        http_log_try(cx, &t, ++tries);
        repeated = repeated || tries > 1 || t.begun > 1;
        if (tries > allowed || !http_retry_wanted(request, &t)) {
            break;
        }
        delay = http_retry_delay_ms(cx, &t, tries);
        if (ctx_is_late(cx, delay)) {
            break;
        }
        rc = ctx_sleep_ms(cx, delay);
        if (rc != RC_OK) {
            return rc;
        }
    }
    if (t.cause == HTTP_NOT_TAKEN) {
        return t.taken;
    }
    t.spared = allowed < client->options.max_retries;
    http_retry_learn(cx, &t);
    if (t.cause != HTTP_COMPLETE) {
        return http_error_report(cx, &t, tries);
    }
    t.response.tries = tries;
    t.response.repeated = repeated;
    *ret_response = t.response;
    return RC_OK;
}
