/*
 * URLs that grant one request on one object to whoever has them, without keys:
 * for curl, a browser, a job in a cluster.
 *
 * Source: "Authenticating Requests: Using Query Parameters" (Amazon S3 API
 * Reference).
 */
#ifndef S3_S3_PRESIGN_H
#define S3_S3_PRESIGN_H

#include <stddef.h>

#include "http/http.h"
#include "s3/s3_object.h"

struct s3_presign_options {
    const char *method;                /* GET, HEAD or PUT */
    int64_t expires_s;                 /* from now; 1 second to 7 days */
    const struct http_header *headers; /* to be sent with the request exactly so, and signed */
    size_t n_headers;
};

/* The URL, in cx->arena. Nothing is sent: a bucket that is elsewhere is known to be if another
 * request found out. The URL is a secret: its signature is made known to the session's redaction.
 * Made with temporary keys, it ends with them, though it may claim more. An expected_owner is one
 * more header to send (x-amz-expected-bucket-owner). RC_FAIL for another method, a time out of
 * bounds, an object without a name, and a PUT of a version. */
enum rc s3_presign(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                   const struct s3_presign_options *options, const char **ret_url) RC_MUST_CHECK;

#endif
