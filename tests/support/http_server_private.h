/* What the files http_server*.c share; for them alone. */
#ifndef SUPPORT_HTTP_SERVER_PRIVATE_H
#define SUPPORT_HTTP_SERVER_PRIVATE_H

#include <openssl/ssl.h>
#include <pthread.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http_server.h"

struct step {
    struct http_server_step want;
    uint32_t served;
    struct step *next;
};

struct recorded {
    struct http_server_request request;
    struct recorded *next;
};

struct connection {
    struct http_server *server;
    pthread_t thread;
    int fd; /* -1 once closed; changed under the server's lock */
    SSL *ssl;
    unsigned number;
    struct connection *next;
};

struct http_server {
    struct http_server_options options;
    char *url;
    struct test_tls_files *tls;
    int listener;
    pthread_t acceptor;
    bool running;

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t stopped;
    bool stopping;
    struct connection *connections;
    unsigned n_connections;
    struct arena *arena; /* of steps and complaints */
    struct step *steps, **steps_end;
    struct recorded *recorded, **recorded_end;
    size_t n_recorded, n_refused;
    double saved_up; /* requests that the limit lets pass at once */
    struct timespec filled;
    struct buf *wrong;
};

/* http_server_wire.c: one connection, until either side hangs up. */
void *http_server_converse(void *connection);

/* http_server_script.c: what this request is answered; remembers it. */
struct http_server_reply http_server_answer(struct http_server *s, struct recorded *r);
void http_server_complain(struct http_server *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Wait that long (-1: for ever) or until the server stops; true when it stops. */
bool http_server_pause(struct http_server *s, int64_t ms);

#endif
