#include "s3/s3_again.h"

#include <string.h>

#include "aws/skew.h"
#include "base/ctx.h"
#include "base/log.h"
#include "s3/s3_client.h"
#include "s3/s3_redirect.h"
#include "s3/s3_request.h"

#define MAX_MOVES 4

struct s3_trial s3_again_begin(struct ctx *cx, struct s3_client *client, const char *bucket)
{
    return (struct s3_trial){
        .client = client,
        .place = s3_known_place(cx->arena, client, bucket),
    };
}

time_t s3_again_time(const struct ctx *cx, struct s3_trial *trial)
{
    if (!trial->clock_set) {
        trial->offset_s = credentials_offset(trial->client->credentials);
    }
    return cx->clock->now(cx->clock).tv_sec + (time_t)trial->offset_s;
}

void s3_again_end(const struct s3_trial *trial, const char *bucket)
{
    if (trial->clock_set) {
        credentials_keep_offset(trial->client->credentials, trial->offset_s);
    }
    if (trial->moves > 0 && !trial->passing) {
        s3_known_keep_place(trial->client->known, bucket, &trial->place);
    }
}

/* ---- The clock --------------------------------------------------------------------------------
 */

static enum rc set_clock(struct ctx *cx, struct s3_trial *t, const struct s3_error *e)
{
    struct skew_refusal refusal = {e->status, e->code, e->date,
                                   cx->clock->now(cx->clock).tv_sec + t->offset_s};
    int64_t ahead;

    if (t->clock_set || !skew_find(&refusal, &ahead)) {
        return RC_NOT_FOUND;
    }
    t->offset_s += ahead;
    t->clock_set = true;
    log_event(cx, LOG_DEBUG, "s3", "signing with the server's time", "server", t->place.host,
              "seconds", arena_printf(cx->arena, "%lld", (long long)t->offset_s), NULL);
    return RC_OK;
}

/* ---- The keys ---------------------------------------------------------------------------------
 */

static enum rc renew_keys(struct ctx *cx, struct s3_trial *t, const struct s3_request *r,
                          const struct s3_error *e)
{
    struct diag_point before = diag_point(cx);
    enum rc rc;

    if (t->keys_renewed || t->keys.session_token == NULL) {
        return RC_NOT_FOUND;
    }
    rc = credentials_renew(cx, t->client->credentials, &t->keys);
    if (rc == RC_FAIL) {
        return diag_wrap(cx, before, "Cannot %s %s, since the server refused the keys (%s)",
                         r->doing, s3_request_target(cx->arena, r), e->code);
    }
    t->keys_renewed = rc == RC_OK;
    return rc;
}

/* ---- The place --------------------------------------------------------------------------------
 */

static enum rc move(struct ctx *cx, struct s3_trial *t, const struct s3_request *r,
                    const struct s3_error *e)
{
    struct s3_place to;
    enum rc rc = RC_NOT_FOUND;

    if (t->moves < MAX_MOVES) {
        rc = s3_redirect_place(cx, t, r, e, &to);
    }
    if (rc == RC_OK) {
        t->place = to;
        t->moves++;
        t->passing = t->passing || e->status == 307;
        log_event(cx, LOG_DEBUG, "s3", "the bucket is elsewhere", "bucket", r->bucket, "server",
                  to.host, "region", to.region, NULL);
    }
    return rc;
}

enum rc s3_again(struct ctx *cx, struct s3_trial *trial, const struct s3_request *request,
                 const struct s3_error *error)
{
    static const char *const of_keys[] = {"ExpiredToken", "ExpiredTokenException", "InvalidToken"};

    for (size_t i = 0; i < sizeof(of_keys) / sizeof(*of_keys); i++) {
        if (strcmp(error->code, of_keys[i]) == 0) {
            return renew_keys(cx, trial, request, error);
        }
    }
    return skew_may_explain(error->status, error->code) ? set_clock(cx, trial, error)
                                                        : move(cx, trial, request, error);
}
