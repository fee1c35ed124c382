/*
 * Inside lib/s3: what a refusal means and what to do about it.
 *
 * A refusal is a reply whose document is <Error>, whatever its status (copying
 * answers 200 first and fails later), or any status outside 2xx.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
#ifndef S3_S3_ERROR_H
#define S3_S3_ERROR_H

#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"
#include "http/http.h"
#include "s3/s3_known.h"

struct ctx;
struct s3_request;
struct s3_trial;
struct xml_node;

struct s3_error {
    int status;
    const char *code;       /* "" when the reply had none */
    const char *message;    /* one bounded line, may be "" */
    const char *request_id; /* "" when unknown */
    const char *region;     /* where the server says the bucket is; "" when it does not say */
    const char *date;       /* the server's clock, as sent; "" when not sent */
    const char *endpoint;   /* the host a redirect names in its document; "" when none */
    const char *location;   /* the same in a header */
    unsigned tries;
    struct http_response http; /* the reply as it came: what its headers say beside */

    /* How it was asked. */
    struct s3_place place;
    const char *variables; /* as struct s3_client has it */
    bool aws;
    unsigned moves; /* see struct s3_trial */
    bool clock_set;
};

/* What a refusal means to one request, where that is not what it means to most. */
struct s3_refusal {
    const char *code;   /* NULL ends a table */
    enum rc class;      /* RC_NOT_FOUND or RC_CONFLICT: silent, a result; RC_FAIL: a message */
    const char *remedy; /* of the message */
};

/* Read it from a reply to that trial; `root` is the reply's document or NULL. */
struct s3_error s3_error_of(struct ctx *cx, const struct s3_trial *trial,
                            const struct http_response *http, const struct xml_node *root);

/* RC_NOT_FOUND, RC_CONFLICT or RC_FAIL; adds no message. Only the server's own word makes a thing
 * absent: a bare 404 may come from a proxy (to HEAD, which has no body, it is all there is). */
enum rc s3_error_class(const struct s3_error *error, const struct s3_request *request);

/* What the person can do about it, in a sentence or two. */
const char *s3_error_remedy(struct ctx *cx, const struct s3_request *request,
                            const struct s3_error *error);

/* Add the message, and return RC_FAIL. */
enum rc s3_error_report(struct ctx *cx, const struct s3_request *request,
                        const struct s3_error *error);

/* A server's text as one line of at most max bytes: secrets blanked, tags dropped, white space
 * collapsed. */
char *s3_error_line(struct ctx *cx, struct str text, size_t max);

#endif
