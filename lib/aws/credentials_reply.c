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

/* The end of a set: none is for ever. */
static bool take_end(struct ctx *cx, const char *text, int64_t *ret_expires, const char **ret_why)
{
    struct timespec now = cx->clock->now(cx->clock);
    struct timespec end;

    if (!text || !*text) {
        *ret_expires = 0;
        return true;
    }
    if (!clock_rfc3339_parse(str_of(text), &end)) {
        *ret_why = "the time at which the keys end is malformed";
        return false;
    }
    if (end.tv_sec <= now.tv_sec) {
        *ret_why = arena_printf(cx->arena, "the keys ended at %s and it is %s now; check the clock",
                                clock_rfc3339(cx->arena, end), clock_rfc3339(cx->arena, now));
        return false;
    }
    *ret_expires = (int64_t)end.tv_sec;
    return true;
}

/* A key goes into a header: nothing that could end it, or start another. */
static bool is_line(const char *text)
{
    return text == NULL || text[strcspn(text, "\r\n")] == '\0';
}

bool credentials_reply_take(struct ctx *cx, const struct credentials_reply *reply,
                            struct credentials_set *ret_set, const char **ret_why)
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
    if (!take_end(cx, r->expires, &expires, ret_why)) {
        return false;
    }
    *ret_set = (struct credentials_set){{r->access_key, r->secret_key, token}, expires};
    return true;
}

bool credentials_reply_json(struct ctx *cx, struct str body, const char *token_name,
                            struct credentials_set *ret_set, const char **ret_why)
{
    const char *why = NULL;
    const struct json_flat *o = json_flat_read(cx->arena, body, &why);

    if (o == NULL) {
        *ret_why = arena_printf(cx->arena, "the reply is malformed: %s", why);
        return false;
    }
    return credentials_reply_take(cx,
                                  &(struct credentials_reply){
                                      .access_key = json_flat_text(o, "AccessKeyId"),
                                      .secret_key = json_flat_text(o, "SecretAccessKey"),
                                      .session_token = json_flat_text(o, token_name),
                                      .expires = json_flat_text(o, "Expiration"),
                                  },
                                  ret_set, ret_why);
}
