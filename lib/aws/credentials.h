/*
 * Which keys requests to one S3 server are signed with, found when first needed
 * and renewed before they end.
 *
 * A credential is one set from one source; half a set is an error. The sources,
 * in order:
 *   1. the settings given: keys, or a profile by name
 *   2. SEEDBANK_S3_ACCESS_KEY, _SECRET_KEY, _SESSION_TOKEN, or those of another set: one that talks
 *      to two servers has a set of variables for each
 *   3. by server (credentials_place):
 *      Spaces: SPACES_ACCESS_KEY_ID, SPACES_SECRET_ACCESS_KEY
 *      AWS:    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; web identity
 *              (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN) through STS; the shared configuration
 *              and credentials files; the endpoint of a container (ECS, EKS Pod Identity); the
 *              metadata of an EC2 instance (IMDSv2)
 *      other:  the AWS_* keys, if the endpoint itself came from AWS_ENDPOINT_URL_S3 or
 *              AWS_ENDPOINT_URL
 * Where the settings name a role, the keys found ask STS for those of the role, or a token does;
 * for a server that is not AWS's only from the STS that AWS_ENDPOINT_URL_STS names. Keys that AWS
 * makes for a machine or a job (web identity, container, instance) never go to a server that is not
 * AWS's. A source that is set up but fails ends the search: going on would use another identity
 * than the one meant. When nothing fits, the message lists every source and why it did not serve.
 * Nothing here prints or logs a key, a token or what a server sent.
 *
 * Sources: "Credential providers" and "Service-specific endpoints" in the AWS SDKs and Tools
 * Reference Guide; names of variables as there.
 */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/sigv4.h"
#include "base/rc.h"

struct ctx;
struct session;
struct credentials;

enum credentials_place {
    CREDENTIALS_AWS = 1,    /* under amazonaws.com or amazonaws.com.cn */
    CREDENTIALS_SPACES = 2, /* under digitaloceanspaces.com */
    CREDENTIALS_OTHER = 4,
};

#define CREDENTIALS_VARIABLES "SEEDBANK_S3"

/* Judged by the labels of the host name, case and a port aside. */
enum credentials_place credentials_place(const char *host);

/* Whether host is domain or a name below it, by labels; case and ports aside. */
bool credentials_is_under(const char *host, const char *domain);

/* Where variables come from: getenv, or a test's table. */
struct credentials_environment {
    const char *(*get)(const struct credentials_environment *e, const char *name); /* NULL: unset */
    const void *state;
};

/* A role to take on. NULL or "": not set. */
struct credentials_assume {
    const char *role_arn;     /* not set: none, and nothing else may be */
    const char *session_name; /* not set: seedbank */
    const char *external_id;
    const char *duration; /* seconds, in decimal; not set: an hour */
    /* Whose content proves who asks; not set: the keys found do. For AWS only. */
    const char *web_identity_token_file;
};

struct credentials_options {
    const char *host;               /* the S3 server's, with or without port */
    const char *region;             /* whose STS is asked; NULL: us-east-1 */
    struct sigv4_credentials given; /* keys among the settings */
    const char *profile;            /* named in the settings; NULL: none */
    const char *variables; /* how those of source 2 begin: "SEEDBANK_DST_S3"; NULL: SEEDBANK_S3 */
    struct credentials_assume assume; /* a role among the settings */
    bool endpoint_from_aws_variables; /* AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL gave the host */
    const struct credentials_environment *environment; /* borrowed; NULL: the process's */
    unsigned max_retries;                              /* of requests to STS */
    int64_t timeout_ms; /* of one request, or of a credential process; 0: 60 s, for a container's
                           endpoint and instance metadata 2 s at most */
};

/* Nothing is looked at yet. Owned by the session, thread-safe; options are copied. */
struct credentials *credentials_new(struct session *session,
                                    const struct credentials_options *options);

/* The keys to sign with now, in cx->arena. Found or renewed by one caller while others wait; known
 * to the session's redaction. cx->session must be that of credentials_new. */
enum rc credentials_get(struct ctx *cx, struct credentials *c,
                        struct sigv4_credentials *ret_keys) RC_MUST_CHECK;

/* The server refused these keys, whatever time they claim to hold: seek others, of which
 * credentials_get then tells. RC_OK: there are others, or somebody found them meanwhile;
 * RC_NOT_FOUND: their source has the same ones still (it is asked again for them after 10 s at the
 * soonest); RC_FAIL with a message: the search failed. One caller searches while others wait. */
enum rc credentials_renew(struct ctx *cx, struct credentials *c,
                          const struct sigv4_credentials *refused) RC_MUST_CHECK;

/* Seconds by which the server's clock is ahead of this machine's; 0 until something else is kept,
 * which a granted request has proven. S3 and STS are asked with it, and the end of keys is judged
 * by it. Thread-safe. */
int64_t credentials_offset(struct credentials *c);
void credentials_keep_offset(struct credentials *c, int64_t offset_s);

#endif
