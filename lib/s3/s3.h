/*
 * The client of one S3 server: AWS, DigitalOcean Spaces, Ceph RGW, MinIO and
 * others. Requests live in the files beside this one, one per kind of thing.
 *
 * Every function here that talks to a server may return RC_NOT_FOUND (the
 * server itself said that the bucket, key or version does not exist) and
 * RC_CONFLICT (it exists already, or another change is under way), both
 * silently; any other refusal is RC_FAIL with a message that names bucket,
 * server, HTTP status, S3's code, request id and the remedy.
 */
#ifndef S3_S3_H
#define S3_S3_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

/* The version ID of what is written while versioning is not enabled: it replaces the one before. */
#define S3_NULL_VERSION "null"

struct credentials_assume;
struct credentials_environment;
struct ctx;
struct s3_client;
struct session;

struct s3_options {
    const char *endpoint; /* http(s)://host[:port]; NULL: AWS in the given region */
    /* That requests are signed for, until the server says where a bucket is. NULL: for AWS what
     * AWS_REGION or AWS_DEFAULT_REGION say; else us-east-1. */
    const char *region;
    /* Keys, or the name of a profile that has some; without either they are sought as
     * aws/credentials.h says, when the first request is made. */
    const char *access_key;
    const char *secret_key;
    const char *session_token; /* NULL: none */
    const char *profile;
    /* How the variables of its set begin, those of the environment that give endpoint, region and
     * keys: "SEEDBANK_DST_S3"; NULL: SEEDBANK_S3. Such another set stands alone: it takes nothing
     * of SEEDBANK_S3_*, nor an endpoint from AWS's variables. */
    const char *variables;
    const struct credentials_assume *assume; /* a role; NULL: none */
    bool endpoint_from_aws_variables;        /* AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL gave it */
    const struct credentials_environment *environment; /* borrowed; NULL: the process's */
    const char *ca_file;                               /* PEM; NULL: the system's */
    /* Bucket in the path even where it could be in the host name. Without it, the path is used when
     * the server's name cannot carry another label (an IP address, localhost, a name without dots),
     * when the bucket's name is no host name, and over TLS when it has dots. */
    bool force_path_style;
    unsigned max_retries;       /* after the first try */
    int64_t request_timeout_ms; /* of one try; 0: http's default */
    /* For a client that many threads use at once; as struct http_client_options has them. */
    bool adaptive;
    unsigned max_per_second; /* 0: no bound */
};

/* A bucket, as requests about its settings address it. Texts and client are borrowed. */
struct s3_target {
    struct s3_client *client;
    const char *bucket;
    const char *expected_owner; /* account ID; NULL or "": any */
    int64_t timeout_ms;         /* of each wait for a change to be taken, and to show */
    bool may_be_denied;         /* to read a setting: AccessDenied is RC_CONFLICT then, silently */
};

/* Endpoint and region, where they are not given, from the environment: SEEDBANK_S3_ENDPOINT, then
 * AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL; SEEDBANK_S3_REGION; of another set, its own two alone.
 * An empty variable is none. For programs, before s3_client_new. */
void s3_options_complete(struct s3_options *options);

/* An object, as requests about it address it. Texts are borrowed. */
struct s3_object {
    const char *bucket;
    const char *key;            /* any text without NUL, exactly as stored: "a//b", "..", "a b" */
    const char *version_id;     /* NULL: the latest; what is written has none yet */
    const char *expected_owner; /* account ID; NULL or "": any */
};

/* Nothing is sent. Owned by the session, thread-safe; options are copied; the secrets are made
 * known to the session's redaction. RC_FAIL when endpoint or region is malformed. */
enum rc s3_client_new(struct ctx *cx, struct session *session, const struct s3_options *options,
                      struct s3_client **ret_client) RC_MUST_CHECK;

/* Scheme, host and port of the endpoint, in the arena; and the region that requests are signed for
 * until the server says another. */
struct arena;
const char *s3_client_url(struct arena *a, const struct s3_client *client);
const char *s3_client_region(const struct s3_client *client);

/* How many requests at once are sent just now: for crew_options.useful. */
unsigned s3_client_window(const struct s3_client *client);

/* The endpoint is Amazon's own. */
bool s3_client_is_aws(const struct s3_client *client);

#endif
