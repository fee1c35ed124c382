/*
 * A refusal that says how far this machine's clock is off, so that what was refused can be signed
 * again with the server's time.
 *
 * Sources: "Error responses" in the Amazon S3 API Reference, "Common errors" in the AWS STS API
 * Reference; what AWS SDKs take as a sign of clock skew.
 */
#ifndef AWS_SKEW_H
#define AWS_SKEW_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a refusal of that HTTP status and code may be for the time of the signature. A refused
 * HEAD has no code, "". */
bool skew_may_explain(int status, const char *code);

struct skew_refusal {
    int status;
    const char *code, *date; /* the Date header; NULL: not sent */
    int64_t now;             /* seconds since the epoch, by the clock that it was signed with */
};

/* How many seconds the server is ahead of that clock. False when the refusal has other reasons, or
 * the server's time does not explain it. */
bool skew_find(const struct skew_refusal *refusal, int64_t *ret_ahead_s);

#endif
