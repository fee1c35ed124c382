/*
 * Inside lib/s3: what a client knows, and where a bucket is reached.
 */
#ifndef S3_S3_CLIENT_H
#define S3_S3_CLIENT_H

#include <stdbool.h>

#include "aws/credentials.h"
#include "s3/s3.h"
#include "s3/s3_known.h"

struct arena;
struct http_client;

struct s3_client {
    struct arena *arena;
    struct http_client *http;
    const char *scheme; /* "http" or "https" */
    const char *host;   /* with the port unless it is the scheme's own */
    const char *region;
    struct credentials *credentials; /* owned by the session */
    struct s3_known *known;
    const char *variables; /* how those of its set begin: SEEDBANK_S3 */
    bool aws;              /* the endpoint is Amazon's */
    bool path_style;
    unsigned max_retries; /* after the first try */
};

struct s3_address {
    const char *host;
    const char *path; /* decoded, starts with '/' */
    bool virtual_host;
};

/* RC_FAIL for a name that cannot be a bucket's. A NULL key is the bucket itself. */
enum rc s3_client_address(struct ctx *cx, const struct s3_place *place, const char *bucket,
                          const char *key, struct s3_address *ret_address) RC_MUST_CHECK;

/* Scheme and host (as struct s3_place has them) of http(s)://host[:port][/]. False: malformed. */
bool s3_client_origin(struct arena *a, const char *url, const char **ret_scheme,
                      const char **ret_host);

const char *s3_client_aws_host(struct arena *a, const char *region);
bool s3_client_is_region(const char *text);

#endif
