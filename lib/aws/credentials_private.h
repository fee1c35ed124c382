/* What the files credentials*.c share; for them and their tests alone. */
#ifndef AWS_CREDENTIALS_PRIVATE_H
#define AWS_CREDENTIALS_PRIVATE_H

#include <pthread.h>

#include "aws/credentials.h"
#include "base/ctx.h"
#include "http/http.h"

struct buf;

struct credentials_set {
    struct sigv4_credentials keys;
    int64_t expires; /* seconds since the epoch; 0: never */
};

struct credentials {
    struct arena *arena;
    struct credentials_options options;
    enum credentials_place place;
    struct http_client *http;  /* to STS */
    struct http_client *local; /* to what answers this machine only */
    const char *document;      /* the name of the session's lock while a set is sought */
    pthread_mutex_t lock;      /* guards all below */
    struct arena *kept;        /* owns the set; NULL: none yet */
    struct credentials_set set;
    int64_t renew; /* when to seek again, in seconds since the epoch; 0: never */
    int64_t
        no_others_until_ms; /* of the monotonic clock: the set was refused, and is all there is */
    struct {
        struct arena *arena; /* owns the texts; NULL: the last search did not fail */
        const char *summary, *detail;
        int64_t until_ms; /* of the monotonic clock */
    } failure;
};

/* One walk through the sources. */
struct credentials_search {
    const struct credentials *of;
    const char *source; /* the one being looked at, in words */
    struct buf *notes;  /* a line per source that did not serve */
};

/* A source: RC_OK with a set; RC_NOT_FOUND with a note (credentials_absent) where it is not set up;
 * RC_FAIL with a message where it is, but fails. */
enum rc credentials_env_given(struct ctx *cx, struct credentials_search *s,
                              struct credentials_set *ret_set);
enum rc credentials_env_own(struct ctx *cx, struct credentials_search *s,
                            struct credentials_set *ret_set);
enum rc credentials_env_spaces(struct ctx *cx, struct credentials_search *s,
                               struct credentials_set *ret_set);
enum rc credentials_env_aws(struct ctx *cx, struct credentials_search *s,
                            struct credentials_set *ret_set);

/* The value of a variable; NULL when unset or empty. */
const char *credentials_env_get(const struct credentials_search *s, const char *name);

/* Keys and what they are called, in the order access, secret, token. RC_NOT_FOUND, silently, where
 * there are none; RC_FAIL for half a set, and for a blank around a key. */
struct credentials_half {
    const char *values[3]; /* NULL: absent */
    const char *names[3];
};
enum rc credentials_env_whole(struct ctx *cx, const struct credentials_half *h,
                              struct credentials_set *ret_set);

/* Note why the source does not serve, and return RC_NOT_FOUND. */
enum rc credentials_absent(struct ctx *cx, struct credentials_search *s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add the error "Cannot get S3 credentials from <source>", and return RC_FAIL. */
enum rc credentials_failed(struct ctx *cx, const struct credentials_search *s, const char *format,
                           ...) __attribute__((format(printf, 3, 4)));

/* ---- credentials_reply.c: what services answer ---- */

/* RC_NOT_FOUND: no reply came, *ret_why says why and no message was added; RC_FAIL: cancelled. */
enum rc credentials_reply_ask(struct ctx *cx, struct http_client *client,
                              struct http_request *request, struct http_response *ret_response,
                              const char **ret_why);

/* The texts of a set as it came; NULL: absent. */
struct credentials_reply {
    const char *access_key, *secret_key, *session_token, *expires;
};

/* Make them known to the redaction and take them over. False with the reason (which quotes nothing)
 * for half a set, a malformed time, or one that has passed. */
bool credentials_reply_take(struct ctx *cx, const struct credentials_reply *reply,
                            struct credentials_set *ret_set, const char **ret_why);

/* From a JSON object whose token member has that name. */
bool credentials_reply_json(struct ctx *cx, struct str body, const char *token_name,
                            struct credentials_set *ret_set, const char **ret_why);

/* ---- credentials_container.c, credentials_imds.c: only for AWS ---- */

enum rc credentials_container(struct ctx *cx, struct credentials_search *s,
                              struct credentials_set *ret_set);
enum rc credentials_container_url(struct ctx *cx, struct credentials_search *s,
                                  const char **ret_url);
bool credentials_container_allows(const char *url); /* as the full URI */

enum rc credentials_imds(struct ctx *cx, struct credentials_search *s,
                         struct credentials_set *ret_set);

/* ---- credentials_sts.c, credentials_web_identity.c ---- */

/* What STS is asked for. */
struct credentials_role {
    const char *arn;
    const char *session_name;             /* NULL: seedbank */
    const char *external_id;              /* NULL: none */
    const char *duration;                 /* seconds, in decimal; NULL: the role's */
    const char *web_identity;             /* a token; NULL: asked for with keys */
    const struct sigv4_credentials *keys; /* NULL: asked for with a token */
};
/* RC_OK or RC_FAIL, since a role that was asked for is meant. By keys, for a server that is not
 * AWS's, only where a variable names the STS. */
enum rc credentials_sts(struct ctx *cx, const struct credentials_search *s,
                        const struct credentials_role *role, struct credentials_set *ret_set);

enum rc credentials_web_identity(struct ctx *cx, struct credentials_search *s,
                                 struct credentials_set *ret_set);
/* The same for a role and a file that are named elsewhere; RC_OK or RC_FAIL. */
enum rc credentials_web_identity_role(struct ctx *cx, const struct credentials_search *s,
                                      const struct credentials_role *role, const char *token_file,
                                      struct credentials_set *ret_set);

/* ---- credentials_config.c, credentials_process.c: the shared files ---- */

enum rc credentials_config_named(struct ctx *cx, struct credentials_search *s,
                                 struct credentials_set *ret_set);
enum rc credentials_config(struct ctx *cx, struct credentials_search *s,
                           struct credentials_set *ret_set);

/* RC_OK or RC_FAIL. */
enum rc credentials_process(struct ctx *cx, const struct credentials_search *s, const char *command,
                            struct credentials_set *ret_set);
/* Into words, ended by NULL: quotes and backslashes as a shell reads them. False for an empty
 * command, an open quote, or more words than anybody writes. */
bool credentials_process_split(struct arena *a, const char *command, const char *const **ret_argv);

/* ---- credentials_assume.c: a role among the settings ---- */

/* With a token: RC_NOT_FOUND, silently, where the settings name no token file. */
enum rc credentials_assume_by_token(struct ctx *cx, struct credentials_search *s,
                                    struct credentials_set *ret_set);
/* With the keys found, which it returns as they are where the settings name no role. */
enum rc credentials_assume_by_keys(struct ctx *cx, struct credentials_search *s,
                                   const struct credentials_set *found,
                                   struct credentials_set *ret_set);

#endif
