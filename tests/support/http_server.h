/*
 * A scripted HTTP server for tests: in threads of this process, on a free
 * loopback port, plain or TLS, with keep-alive.
 *
 * Steps say which request must come next and what it is answered; a request that
 * fits no step is answered 400 and held against the client, and so is a step left
 * over: http_server_wrong tells. Each step can misbehave: close, reset or stall
 * at any byte, drip, lie about the length, speak nonsense.
 *
 * For concurrent tests: any_order lets a request match any open step, and a
 * handler answers what no step matches.
 */
#ifndef SUPPORT_HTTP_SERVER_H
#define SUPPORT_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "test_tls.h"

struct arena;
struct http_server;

enum http_server_fault {
    HTTP_SERVER_NO_FAULT,
    HTTP_SERVER_CLOSE, /* hang up */
    HTTP_SERVER_RESET, /* a TCP reset */
    HTTP_SERVER_STALL, /* say nothing more until the server stops */
};
enum http_server_where {
    HTTP_SERVER_AT_START, /* before any byte of the reply */
    HTTP_SERVER_IN_HEAD,
    HTTP_SERVER_IN_BODY,
    HTTP_SERVER_AT_END, /* after the whole reply */
};

struct http_server_reply {
    int status;              /* 0: 200 */
    const char *status_line; /* without line end, in place of the one made from status */
    const char *headers;     /* whole lines with their "\r\n"; NULL: none. Content-Length or
                                Transfer-Encoding is added unless one is here. */
    const char *body;        /* NULL: empty */
    size_t body_len;         /* 0: strlen(body) */
    size_t body_repeat;      /* the body is sent that many times; 0: once */
    size_t chunked;          /* bytes per chunk; 0: not chunked */
    int64_t delay_ms;        /* before the first byte */
    int64_t drip_ms;         /* between two bytes; 0: all at once */
    bool close;              /* say "Connection: close" and do it */
    enum http_server_fault fault;
    enum http_server_where where;
    size_t after; /* bytes of that part (head, or body as on the wire) sent before the fault;
                     0: half of them */
};

#define HTTP_SERVER_EXPECTATIONS 6
#define HTTP_SERVER_ANY_TIMES    UINT32_MAX /* also never */

struct http_server_step {
    const char *method; /* NULL: any */
    const char *target; /* path and query as on the wire; a final '*' takes any rest; NULL: any */
    /* "Name: value" must be there (a final '*' takes any rest), "!Name" must not. */
    const char *expect[HTTP_SERVER_EXPECTATIONS];
    const char *body; /* exactly; NULL: any */
    uint32_t times;   /* 0: once */
    struct http_server_reply reply;
};

/* A request as it came. */
struct http_server_request {
    const char *method, *target;
    const char *head; /* all of it, to the empty line */
    const char *body; /* NUL-terminated; chunks put together */
    size_t body_len;
    unsigned connection; /* 1 for the first one accepted */
    struct arena *arena; /* for what a handler makes; lives as long as the server */
};

struct http_server_options {
    enum test_tls tls; /* TEST_TLS_NONE: plain */
    bool any_order;
    uint32_t
        limit; /* requests per second, of which a tenth may come at once; what comes beyond
                  that is answered 503 as S3 does (SlowDown), whatever the steps say. 0: none */
    /* Called in the connection's thread, from many at once. False: unexpected after all. */
    bool (*handler)(void *arg, const struct http_server_request *request,
                    struct http_server_reply *ret_reply);
    void *handler_arg;
};

struct http_server *http_server_start(const struct http_server_options *options);

/* Add a step; texts are copied. Also while running. */
void http_server_expect(struct http_server *s, const struct http_server_step *step);

const char *http_server_url(const struct http_server *s);     /* http://127.0.0.1:port */
const char *http_server_ca_file(const struct http_server *s); /* PEM; NULL when plain */

/* What came, in the order of arrival; valid until http_server_free. While requests may still come,
 * only the first three are safe. */
size_t http_server_count(struct http_server *s);
unsigned http_server_connections(struct http_server *s);
size_t http_server_refused(struct http_server *s); /* by the limit */
const struct http_server_request *http_server_request(struct http_server *s, size_t i);

/* The value of a request's header, or NULL; in the request's arena. */
const char *http_server_header(const struct http_server_request *request, const char *name);

/* Hang up all connections, end all threads, close the port. */
void http_server_stop(struct http_server *s);

/* What was unexpected or left over, one line each, or NULL. */
const char *http_server_wrong(struct http_server *s);

void http_server_free(struct http_server *s);

#endif
