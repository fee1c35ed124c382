#include "s3/s3_again.h"

#include <string.h>

#include "base/ctx.h"
#include "base/log.h"
#include "s3/s3_client.h"
#include "s3/s3_redirect.h"
#include "s3/s3_request.h"

#define MAX_MOVES 4

/* A difference of the clocks that explains a refusal which names the time, and one that may be the
 * reason of a refusal which does not (servers allow 15 minutes). */
#define SAID_S    10
#define GUESSED_S 300

struct s3_trial s3_again_begin(struct ctx *cx, struct s3_client *client, const char *bucket)
{
    return (struct s3_trial){
        .client = client,
        .place = s3_known_place(cx->arena, client, bucket),
        .offset_s = s3_known_offset(client->known),
    };
}

void s3_again_end(const struct s3_trial *trial, const char *bucket)
{
    if (trial->clock_set) {
        s3_known_keep_offset(trial->client->known, trial->offset_s);
    }
    if (trial->moves > 0 && !trial->passing) {
        s3_known_keep_place(trial->client->known, bucket, &trial->place);
    }
}

static bool is_one_of(const char *code, const char *const *codes)
{
    while (*codes && strcmp(*codes, code) != 0) {
        codes++;
    }
    return *codes != NULL;
}

/* ---- The clock --------------------------------------------------------------------------------
 */

/* The least difference that explains the refusal; 0: it has nothing to do with time. A refused HEAD
 * has no code. */
static int64_t skew_looked_for(const struct s3_error *e)
{
    static const char *const said[] = {"RequestTimeTooSkewed", "RequestExpired",
                                       "RequestInTheFuture", NULL};
    static const char *const guessed[] = {"SignatureDoesNotMatch", "", NULL};

    if (is_one_of(e->code, said)) {
        return SAID_S;
    }
    return e->status == 403 && is_one_of(e->code, guessed) ? GUESSED_S : 0;
}

static enum rc set_clock(struct ctx *cx, struct s3_trial *t, const struct s3_error *e,
                         int64_t looked_for)
{
    int64_t now = (int64_t)cx->clock->now(cx->clock).tv_sec;
    int64_t server, apart;

    if (t->clock_set || !http_date(e->date, &server)) {
        return RC_NOT_FOUND;
    }
    apart = server - (now + t->offset_s);
    if (apart < looked_for && -apart < looked_for) {
        return RC_NOT_FOUND;
    }
    t->offset_s = server - now;
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
    static const char *const of_keys[] = {"ExpiredToken", "ExpiredTokenException", "InvalidToken",
                                          NULL};
    int64_t skew = skew_looked_for(error);

    if (is_one_of(error->code, of_keys)) {
        return renew_keys(cx, trial, request, error);
    }
    return skew > 0 ? set_clock(cx, trial, error, skew) : move(cx, trial, request, error);
}
