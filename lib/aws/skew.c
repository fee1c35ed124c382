#include "aws/skew.h"

#include <string.h>

#include "http/http.h"

/* A difference of the clocks that explains a refusal which names the time, and one that may be the
 * reason of a refusal which does not (servers allow 15 minutes). */
#define SAID_S    10
#define GUESSED_S 300

static bool is_one_of(const char *code, const char *const *codes)
{
    while (*codes && strcmp(*codes, code) != 0) {
        codes++;
    }
    return *codes != NULL;
}

/* The least difference that explains it; 0: it has nothing to do with time. */
static int64_t looked_for(int status, const char *code)
{
    static const char *const said[] = {"RequestTimeTooSkewed", "RequestExpired",
                                       "RequestInTheFuture", NULL};
    static const char *const guessed[] = {"SignatureDoesNotMatch", "", NULL};

    if (is_one_of(code, said)) {
        return SAID_S;
    }
    return status == 403 && is_one_of(code, guessed) ? GUESSED_S : 0;
}

bool skew_may_explain(int status, const char *code)
{
    return looked_for(status, code) > 0;
}

bool skew_find(const struct skew_refusal *refusal, int64_t *ret_ahead_s)
{
    int64_t least = looked_for(refusal->status, refusal->code), server, ahead;

    if (least == 0 || !http_date(refusal->date, &server)) {
        return false;
    }
    ahead = server - refusal->now;
    if (ahead < least && -ahead < least) {
        return false;
    }
    *ret_ahead_s = ahead;
    return true;
}
