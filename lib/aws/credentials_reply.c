/* What services answer: sets with an end. */
#include "aws/credentials_private.h"

#include <string.h>

#include "base/cancel.h"
#include "base/redact.h"
#include "base/session.h"
#include "json/json_flat.h"

enum rc credentials_reply_ask(struct ctx *cx, struct http_client *client,
                              struct http_request *request, struct http_response *ret_response,
                              const char **ret_why)
{
    struct diag_point before = diag_point(cx);
    const struct diag *said;

    if (http_send(cx, client, request, ret_response) == RC_OK) {
        return RC_OK;
    }
    said = before.last ? before.last->next : cx->diags.first;
    if (cancel_raised(cx->cancel)) {
        return RC_FAIL;
    }
    *ret_why = arena_strdup(cx->arena, said ? said->summary : "no reply came");
    diag_drop_since(cx, before);
    return RC_NOT_FOUND;
}

/* n digits; -1 where there are others. */
static int digits(const char **at, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') {
            return -1;
        }
        value = 10 * value + (c - '0');
    }
    *at += n;
    return value;
}

static bool one_of(const char **at, const char *allowed)
{
    if (**at == '\0' || strchr(allowed, **at) == NULL) {
        return false;
    }
    ++*at;
    return true;
}

/* "Z", or hours and minutes east of Greenwich. */
static bool take_offset(const char **at, int64_t *ret_seconds)
{
    char sign = **at;
    int hours, minutes;

    if (one_of(at, "Zz")) {
        *ret_seconds = 0;
        return true;
    }
    if (!one_of(at, "+-") || (hours = digits(at, 2)) < 0) {
        return false;
    }
    one_of(at, ":");
    minutes = digits(at, 2);
    *ret_seconds = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return minutes >= 0 && hours < 24 && minutes < 60;
}

static bool is_clock_time(const struct tm *t)
{
    return t->tm_mon >= 0 && t->tm_mon < 12 && t->tm_mday >= 1 && t->tm_mday <= 31 &&
           t->tm_hour >= 0 && t->tm_hour < 24 && t->tm_min >= 0 && t->tm_min < 60 &&
           t->tm_sec >= 0 && t->tm_sec <= 60;
}

static bool take_date(const char **at, struct tm *t)
{
    return (t->tm_year = digits(at, 4) - 1900) >= 70 && one_of(at, "-") &&
           (t->tm_mon = digits(at, 2) - 1) >= 0 && one_of(at, "-") &&
           (t->tm_mday = digits(at, 2)) >= 0;
}

static bool take_clock_time(const char **at, struct tm *t)
{
    bool ok = (t->tm_hour = digits(at, 2)) >= 0 && one_of(at, ":") &&
              (t->tm_min = digits(at, 2)) >= 0 && one_of(at, ":") &&
              (t->tm_sec = digits(at, 2)) >= 0;

    if (ok && one_of(at, ".")) {
        *at += strspn(*at, "0123456789");
    }
    return ok && is_clock_time(t);
}

bool credentials_reply_time(const char *text, int64_t *ret_seconds)
{
    struct tm t = {0};
    const char *p = text;
    int64_t offset;

    if (!take_date(&p, &t) || !one_of(&p, "Tt ") || !take_clock_time(&p, &t) ||
        !take_offset(&p, &offset) || *p != '\0') {
        return false;
    }
    *ret_seconds = (int64_t)timegm(&t) - offset;
    return true;
}

/* The end of a set: none is for ever. */
static bool take_end(struct ctx *cx, const struct credentials_search *s, const char *text,
                     int64_t *ret_expires, const char **ret_why)
{
    struct timespec now = cx->clock->now(cx->clock);

    now.tv_sec += (time_t)credentials_offset(s->of);
    if (!text || !*text) {
        *ret_expires = 0;
        return true;
    }
    if (!credentials_reply_time(text, ret_expires)) {
        *ret_why = "the time at which the keys end is malformed";
        return false;
    }
    if (*ret_expires <= (int64_t)now.tv_sec) {
        *ret_why = arena_printf(cx->arena, "the keys ended at %s and it is %s now; check the clock",
                                clock_rfc3339(cx->arena, (struct timespec){.tv_sec = *ret_expires}),
                                clock_rfc3339(cx->arena, now));
        return false;
    }
    return true;
}

/* A key goes into a header: nothing that could end it, or start another. */
static bool is_line(const char *text)
{
    return text == NULL || text[strcspn(text, "\r\n")] == '\0';
}

bool credentials_reply_take(struct ctx *cx, const struct credentials_search *s,
                            const struct credentials_reply *reply, struct credentials_set *ret_set,
                            const char **ret_why)
{
    const struct credentials_reply *r = reply;
    const char *token = r->session_token && *r->session_token ? r->session_token : NULL;
    int64_t expires;

    redact_add(session_redact(cx->session), r->secret_key);
    redact_add(session_redact(cx->session), token);
    if (!r->access_key || !*r->access_key || !r->secret_key || !*r->secret_key) {
        *ret_why = "the reply lacks one or both keys";
        return false;
    }
    if (!is_line(r->access_key) || !is_line(r->secret_key) || !is_line(token)) {
        *ret_why = "a key in the reply has a line break";
        return false;
    }
    if (!take_end(cx, s, r->expires, &expires, ret_why)) {
        return false;
    }
    *ret_set = (struct credentials_set){{r->access_key, r->secret_key, token}, expires};
    return true;
}

bool credentials_reply_json(struct ctx *cx, const struct credentials_search *s, struct str body,
                            const char *token_name, struct credentials_set *ret_set,
                            const char **ret_why)
{
    const char *why = NULL;
    const struct json_flat *o = json_flat_read(cx->arena, body, &why);

    if (o == NULL) {
        *ret_why = arena_printf(cx->arena, "the reply is malformed: %s", why);
        return false;
    }
    return credentials_reply_take(cx, s,
                                  &(struct credentials_reply){
                                      .access_key = json_flat_text(o, "AccessKeyId"),
                                      .secret_key = json_flat_text(o, "SecretAccessKey"),
                                      .session_token = json_flat_text(o, token_name),
                                      .expires = json_flat_text(o, "Expiration"),
                                  },
                                  ret_set, ret_why);
}
