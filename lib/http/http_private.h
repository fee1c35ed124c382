/* What the files http*.c share; for them alone. */
#ifndef HTTP_HTTP_PRIVATE_H
#define HTTP_HTTP_PRIVATE_H

#include <curl/curl.h>
#include <pthread.h>

#include "base/str.h"
#include "http/http.h"
#include "http/http_pace.h"

/* A curl handle that one request uses at a time, with the connections it keeps alive. */
struct http_handle {
    CURLM *multi; /* owns the connections */
    CURL *easy;
    const char *origin; /* the last one it talked to: likely still connected */
    struct http_handle *next;
};

struct http_client {
    struct arena *arena;
    struct http_client_options options;
    const char *ca_file;         /* NULL: none */
    const char *ca_path;         /* NULL: none */
    struct http_pace *pace;      /* NULL: tries begin at once */
    pthread_mutex_t lock;        /* guards the arena, and all below */
    struct x509_store_st *trust; /* NULL: not yet needed */
    struct http_handle *idle;
    bool silent;          /* a request gave up whose last try got no answer, and none came since */
    int64_t silent_at_ms; /* when */
};

/* http_client.c */
struct http_handle *http_client_take(struct http_client *client, const char *origin);
void http_client_give_back(struct http_client *client, struct http_handle *h, const char *origin);
int64_t http_client_connect_ms(const struct http_client *client); /* allowed for connecting */

/* http_trust.c: which certificates the client trusts */
void http_trust_choose(struct http_client *client);
void http_trust_set(CURL *easy, struct http_client *client);
void http_trust_free(struct http_client *client);

/* How a try ended. */
enum http_cause {
    HTTP_COMPLETE,
    HTTP_CANCELLED,
    HTTP_BAD_URL,
    HTTP_NO_NAME,
    HTTP_NO_PROXY,
    HTTP_REFUSED,
    HTTP_UNREACHABLE,
    HTTP_NO_FILES,
    HTTP_CERTIFICATE,
    HTTP_CA_FILE,
    HTTP_HANDSHAKE,
    HTTP_CONNECT_TIMED_OUT,
    HTTP_TIMED_OUT,
    HTTP_STALLED,
    HTTP_HUNG_UP,
    HTTP_CUT_HEAD,
    HTTP_CUT_BODY,
    HTTP_UNSIZED,
    HTTP_HEAD_TOO_LARGE,
    HTTP_BODY_TOO_LARGE,
    HTTP_NOT_HTTP,
    HTTP_NOT_TAKEN, /* by the sink, which says why */
    HTTP_OTHER,
    HTTP_N_CAUSES,
};

#define HTTP_HEAD_MAX (64u << 10) /* bytes of a reply's headers, all together */
#define HTTP_BODY_MAX (1u << 20)  /* where the request names no cap */

/* One try and what came of it. */
struct http_try {
    enum http_cause cause;
    enum http_verdict verdict;
    char words[CURL_ERROR_SIZE]; /* curl's */
    bool sent;                   /* bytes may have reached the server */
    int64_t ms;                  /* how long it took */
    struct http_response response;

    /* While it lasts. */
    struct ctx *cx;
    struct http_client *client;
    const struct http_request *request;
    struct buf *body;
    unsigned begun; /* how often the request was, over one connection after the other */
    size_t head_bytes, headers_cap;
    uint64_t body_bytes; /* of the reply */
    uint64_t moved;      /* bytes so far, both ways */
    enum rc taken;       /* what the sink said last */
    int64_t taking_ms;   /* how long it took over it, all together */
    bool head_done;
    bool sized;  /* the head says how the body ends */
    bool enough; /* the rest of an error's text was not wanted */
    bool spared; /* other tries, as http_retry_allowed says */
};

/* http_try.c: send once, wait for the end. */
void http_try_run(struct http_try *t, struct ctx *cx, struct http_client *client,
                  const struct http_request *request);

/* http_reply.c: header lines, then pieces of the body, as curl hands them over. Returns how many
 * bytes were taken; fewer than came ends the transfer. */
size_t http_reply_header(struct http_try *t, struct str line);
size_t http_reply_body(struct http_try *t, struct str piece);

/* http_retry.c: what came of a try that has ended; whether there is to be another. */
enum http_verdict http_retry_verdict(struct ctx *cx, const struct http_request *request,
                                     const struct http_try *t);
bool http_retry_wanted(const struct http_request *request, const struct http_try *t);
/* How often a request may be repeated: not at all while the server answers nobody. A server that
 * stalls costs minutes for each request; hundreds of them would each wait as long. */
unsigned http_retry_allowed(struct ctx *cx, struct http_client *client);
void http_retry_learn(struct ctx *cx, const struct http_try *t); /* from a request's last try */
int64_t http_retry_delay_ms(struct ctx *cx, const struct http_try *t, unsigned tries);

/* http_error.c */
enum rc http_error_report(struct ctx *cx, const struct http_try *t, unsigned tries);
const char *http_error_cause(enum http_cause cause);
bool http_error_passes(enum http_cause cause); /* another try may succeed */

/* http_log.c */
void http_log_try(struct ctx *cx, const struct http_try *t, unsigned tries);
char *http_log_url(struct arena *a, const char *url); /* secrets in the query blanked */

#endif
