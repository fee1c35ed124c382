/*
 * Inside lib/s3: a refusal that says how to ask so that it is granted, and the
 * asking again: signed with the server's time, for the bucket's region and
 * where it is (s3_redirect.h), or with fresh keys.
 */
#ifndef S3_S3_AGAIN_H
#define S3_S3_AGAIN_H

#include <time.h>

#include "aws/sigv4.h"
#include "base/rc.h"
#include "s3/s3_known.h"

struct ctx;
struct s3_error;
struct s3_request;

/* One request, from try to try: what the next is signed with, and what was changed for it. */
struct s3_trial {
    struct s3_client *client;
    struct s3_place place;
    int64_t offset_s;              /* of the server's clock from this machine's */
    struct sigv4_credentials keys; /* of the last try: they are renewed in mid-run */
    unsigned moves;                /* how often the place was changed */
    bool passing;                  /* a 307 was followed: true for this request alone */
    bool clock_set;
    bool keys_renewed;
};

/* With what the client knows. */
struct s3_trial s3_again_begin(struct ctx *cx, struct s3_client *client, const char *bucket);

/* The time to sign the next try with, once its keys are there: asking for them may have taught the
 * server's. */
time_t s3_again_time(const struct ctx *cx, struct s3_trial *trial);

/* RC_OK: the trial was changed, ask again. RC_NOT_FOUND: the refusal teaches nothing new, it is the
 * answer. RC_FAIL with a message: what it asks for is not done, or fresh keys cannot be had. Each
 * thing is changed once, the place four times, so that this ends. */
enum rc s3_again(struct ctx *cx, struct s3_trial *trial, const struct s3_request *request,
                 const struct s3_error *error) RC_MUST_CHECK;

/* The server took the request: what was changed is true, and kept for later calls. */
void s3_again_end(const struct s3_trial *trial, const char *bucket);

#endif
