/*
 * One request, one response, over libcurl. All services talk through this: it
 * alone knows about retries, deadlines, size caps, cancellation and what may be
 * logged.
 *
 * Who may use it: lib/aws, lib/s3, lib/k8s and the other service clients.
 *
 * Retries: network errors before or during a reply (resets, time-outs, cut
 * headers or bodies), the statuses 429, 500, 502, 503, 504 and what `passing` says, with full
 * jitter (exponential from 100 ms, at most 20 s), after what Retry-After asks for, up to 60 s; none
 * that would begin at cx->patience_end_ms or later, and none within a minute of a request of the
 * same client that ended in silence (stalled, timed out), until something is answered. Only
 * requests marked `retry_safe` are sent again once bytes may have reached the server, and none of
 * whose reply a sink has taken bytes. What will not
 * mend itself is not tried again: certificates, replies over the cap, servers that do not speak
 * HTTP. A reply whose headers or body were cut is a failure, never a short success; nor is a
 * success that says neither how long it is nor where it ends. Redirects are returned, not followed
 * (a signature names its host). TLS is at least 1.2 and always verified; proxies are taken from the
 * environment (https_proxy, no_proxy ...) as curl does.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

struct ctx;
struct session;
struct http_client;

struct http_client_options {
    const char *ca_file; /* PEM, alone trusted; NULL: SSL_CERT_FILE or the system's, and
                            SSL_CERT_DIR */
    /* One try; 0: 60 s. Connecting may take 10 s of it. What moves goes on: with each 64 KiB,
     * either way, the time begins anew. */
    int64_t request_timeout_ms;
    int64_t stall_timeout_ms; /* no byte either way for so long ends a try; 0: 30 s */
    unsigned max_retries;     /* after the first try */
    const char *user_agent;
    bool direct; /* never through a proxy: for what only this machine or its host may answer */

    /* For clients that many threads use at once: tries wait for their turn, so that the server is
     * given what it takes. Adaptive finds that out: more are sent as long as more gets done, fewer
     * when the server throttles. Bounds hold with it and without it. */
    bool adaptive;
    unsigned max_in_flight; /* 0: no bound; adaptive: 128, or what the limit on open files allows */
    unsigned max_per_second; /* tries begun; 0: no bound */
};

/* Owned by the session and freed with it; thread-safe; keeps connections alive between calls and
 * never uses one connection for two requests at once. Options are copied. */
struct http_client *http_client_new(struct session *session,
                                    const struct http_client_options *options);

struct http_response;

/* What a try came to. */
enum http_verdict {
    HTTP_FINAL,     /* another one would end no better */
    HTTP_PASSING,   /* a failure that another one may not meet */
    HTTP_THROTTLED, /* such a failure, because there were too many requests */
};

struct http_header {
    const char *name; /* as sent; compared without case */
    const char *value;
};

/* Takes the body of a reply of status < 300 piece by piece, so that it is never in memory as a
 * whole; of any other reply the body is a document, and kept as without a sink. Nothing more is
 * read while a call lasts, and its time does not count as the server's. What is taken is not taken
 * back: a request is not tried again after the first byte, the caller asks for the rest. Anything
 * but RC_OK ends the request, and is what http_send returns. */
struct http_sink {
    /* The head of such a reply has come. NULL: does not matter. */
    enum rc (*begin)(struct ctx *cx, void *arg, const struct http_response *head);
    enum rc (*take)(struct ctx *cx, void *arg, struct str piece);
    void *arg;
};

struct http_request {
    const char *method;
    const char *url; /* sent as it is: no dot-segment removal, no re-encoding */
    struct http_header *headers;
    size_t n_headers;
    const void *body; /* NULL: none */
    size_t body_len;
    size_t max_response; /* bytes of body; 0: 1 MiB. More is an error naming the cap; but the text
                            of a status >= 400 is cut there, so that the status is not lost */
    const struct http_sink *sink; /* NULL: the body is kept in memory, up to max_response */
    bool retry_safe;              /* sending it twice does no harm */
    int64_t extra_ms; /* a try, and silence in it, may last so much longer than the client says:
                         what is asked for takes the server time */

    /* Called before each try, so that a signature is never stale: may replace headers (allocate in
     * cx->arena). NULL: nothing to prepare. */
    enum rc (*prepare)(struct ctx *cx, void *arg, struct http_request *request);
    void *prepare_arg;

    /* Whether a complete reply that its status does not give away is a failure that may pass, to be
     * tried again like a 503: S3 says 200 first and fails later. Gets prepare_arg. NULL: none is.
     */
    enum http_verdict (*passing)(struct ctx *cx, void *arg, const struct http_response *response);
};

struct http_response {
    int status;
    struct http_header *headers;
    size_t n_headers;
    struct str body; /* NUL-terminated, in cx->arena */
    unsigned tries;
    bool repeated; /* it may have reached the server more than once: in several tries, or in one on
                      a kept connection that died, which libcurl sends again by itself */
};

/* RC_OK for any complete reply, whatever its status (after retries are used up); RC_FAIL for no
 * complete reply, with a message that names method, origin, cause (name lookup, refused, TLS,
 * time-out, cut after how many bytes ...) and remedy, or when cancelled (seen within 100 ms). */
enum rc http_send(struct ctx *cx, struct http_client *client, struct http_request *request,
                  struct http_response *ret_response) RC_MUST_CHECK;

/* How many requests at once the client's pace allows just now; UINT_MAX: it has none. */
unsigned http_client_window(const struct http_client *client);

/* A date as headers have it (RFC 9110, 5.6.7), to seconds since the epoch. False for NULL, what is
 * no date, and years outside 1970 to 9999. */
bool http_date(const char *text, int64_t *ret_seconds);

/* The first header of that name, or NULL. */
const char *http_header_get(const struct http_response *response, const char *name);

/* Scheme, host and port of a URL, path and query left out, for messages; in the arena. */
struct arena;
char *http_origin(struct arena *a, const char *url);

#endif
