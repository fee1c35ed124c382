/*
 * AWS Signature Version 4, in request headers or in a URL (presigned).
 *
 * Pure: the answer depends on the arguments alone, nothing is sent or logged.
 * Keys derived on the way are wiped before the call returns.
 *
 * Paths and parameters are given decoded, exactly as the service will
 * understand them; sigv4_target makes the text that goes on the wire from the
 * same values, so what is sent and what is signed cannot differ.
 *
 * Sources: "Create a signed AWS API request" (IAM User Guide) and "Signature
 * Calculations for the Authorization Header" and "Authenticating Requests: Using
 * Query Parameters" (Amazon S3 API Reference); tested against the signing test
 * suite of awslabs/aws-c-auth and botocore (tests/vectors/sigv4, tests/vectors/presign).
 */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/str.h"
#include "http/http.h"

struct arena;

struct sigv4_credentials {
    const char *access_key;
    const char *secret_key;
    const char *session_token; /* NULL or "": none */
};

struct sigv4_param {
    const char *name;
    const char *value; /* NULL: sent as `name`, signed as `name=` */
};

/* How services differ. S3 keeps "a//b" and "..", and signs the path as sent; all others sign a
 * normalised path whose encoding is encoded again. */
enum sigv4_flags {
    SIGV4_NORMALISE_PATH = 1,
    SIGV4_DOUBLE_ENCODE = 2,
    SIGV4_CONTENT_SHA256 = 4, /* adds and signs x-amz-content-sha256 */
    SIGV4_S3 = SIGV4_CONTENT_SHA256,
    SIGV4_OTHERS = SIGV4_NORMALISE_PATH | SIGV4_DOUBLE_ENCODE,
};

/* Instead of a hash: the body is not covered by the signature. */
#define SIGV4_UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"

struct sigv4_request {
    const char *method;
    const char *host; /* as sent: with the port unless it is the scheme's own */
    const char *path; /* decoded, starts with '/' */
    const struct sigv4_param *params;
    size_t n_params;
    const struct http_header *headers; /* all are signed but those that proxies change */
    size_t n_headers;
    const char *payload_hash; /* hex SHA-256, or SIGV4_UNSIGNED_PAYLOAD; NULL: hash `body` */
    struct str body;
    const struct sigv4_credentials *credentials;
    const char *region;
    const char *service;
    time_t time;
    unsigned flags; /* of enum sigv4_flags */
};

#define SIGV4_MAX_HEADERS 5

struct sigv4_signed {
    /* To add to the request: host, x-amz-date, x-amz-content-sha256, x-amz-security-token (the
     * last two where they apply), authorization. */
    struct http_header headers[SIGV4_MAX_HEADERS];
    size_t n_headers;
    const char *canonical_request; /* these two explain a refused signature */
    const char *string_to_sign;
};

/* False only when OpenSSL refuses SHA-256 or HMAC. All results live in the arena. */
bool sigv4_sign(struct arena *a, const struct sigv4_request *request,
                struct sigv4_signed *ret_signed);

#define SIGV4_PRESIGN_MAX_S 604800u /* seven days: services accept no longer life */

struct sigv4_presigned {
    const char *target; /* "/path?query" as it must be sent, with the signature */
    const char *canonical_request;
    const char *string_to_sign;
};

/* The same for a URL that holds its signature and is good from `time` for so many seconds, 1 to
 * SIGV4_PRESIGN_MAX_S. Whoever uses it must send the request's headers as they are here, and no
 * other secret is needed: the URL is one itself. With SIGV4_CONTENT_SHA256 and no payload_hash,
 * any body is accepted. The session token of temporary keys is in the URL, and ends it early. */
bool sigv4_presign(struct arena *a, const struct sigv4_request *request, unsigned expires_s,
                   struct sigv4_presigned *ret_presigned);

/* Each byte but the unreserved ones of RFC 3986, and '/' where asked, as %XX. */
char *sigv4_encode(struct arena *a, struct str text, bool keep_slash);

/* "/path?query" as it must be sent: each byte encoded once, parameters sorted. */
char *sigv4_target(struct arena *a, const struct sigv4_request *request);

#endif
