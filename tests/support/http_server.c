#include "http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http_server_private.h"

/* A test that cannot have its server cannot say anything. */
static void must(bool ok, const char *what)
{
    if (ok) {
        return;
    }
    fprintf(stderr, "http_server: %s: %s\n", what, strerror(errno));
    abort();
}

static int listen_on_loopback(uint16_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(fd >= 0, "socket");
    must(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    must(listen(fd, 128) == 0, "listen");
    must(getsockname(fd, (struct sockaddr *)&address, &len) == 0, "getsockname");
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* Threads of the server take no signals: a write to a client that left must not kill the test, and
 * the program's own signals are for its main thread. */
static void start_thread(pthread_t *thread, void *(*fn)(void *), void *arg)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    must(pthread_create(thread, NULL, fn, arg) == 0, "pthread_create");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void add_connection(struct http_server *s, int fd)
{
    struct connection *c;

    pthread_mutex_lock(&s->lock);
    if (s->stopping) {
        close(fd);
    } else {
        c = arena_alloc(s->arena, sizeof *c);
        *c = (struct connection){
            .server = s, .fd = fd, .number = ++s->n_connections, .next = s->connections};
        s->connections = c;
        start_thread(&c->thread, http_server_converse, c);
    }
    pthread_mutex_unlock(&s->lock);
}

static void *accept_all(void *arg)
{
    struct http_server *s = arg;
    int fd;

    for (;;) {
        fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            add_connection(s, fd);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return NULL; /* shut down by http_server_stop */
        }
    }
}

struct http_server *http_server_start(const struct http_server_options *options)
{
    struct http_server *s = calloc(1, sizeof *s);
    pthread_condattr_t attr;
    uint16_t port;

    must(s != NULL, "calloc");
    s->options = *options;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->stopped, &attr);
    pthread_condattr_destroy(&attr);
    s->arena = arena_new();
    s->wrong = buf_new(s->arena, 1 << 20);
    s->steps_end = &s->steps;
    s->recorded_end = &s->recorded;
    if (options->tls != TEST_TLS_NONE) {
        s->tls = test_tls_new(options->tls);
    }
    s->listener = listen_on_loopback(&port);
    s->url = arena_printf(s->arena, "%s://127.0.0.1:%u", s->tls == NULL ? "http" : "https", port);
    s->running = true;
    start_thread(&s->acceptor, accept_all, s);
    return s;
}

const char *http_server_url(const struct http_server *s)
{
    return s->url;
}

const char *http_server_ca_file(const struct http_server *s)
{
    return s->tls == NULL ? NULL : test_tls_ca_file(s->tls);
}

size_t http_server_count(struct http_server *s)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = s->n_recorded;
    pthread_mutex_unlock(&s->lock);
    return n;
}

const struct http_server_request *http_server_request(struct http_server *s, size_t i)
{
    struct recorded *r;

    pthread_mutex_lock(&s->lock);
    for (r = s->recorded; r != NULL && i > 0; r = r->next) {
        i--;
    }
    pthread_mutex_unlock(&s->lock);
    return r == NULL ? NULL : &r->request;
}

unsigned http_server_connections(struct http_server *s)
{
    unsigned n;

    pthread_mutex_lock(&s->lock);
    n = s->n_connections;
    pthread_mutex_unlock(&s->lock);
    return n;
}

size_t http_server_refused(struct http_server *s)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = s->n_refused;
    pthread_mutex_unlock(&s->lock);
    return n;
}

bool http_server_pause(struct http_server *s, int64_t ms)
{
    struct timespec end = clock_deadline(ms);
    bool stopping;
    int rc = 0;

    pthread_mutex_lock(&s->lock);
    while (!s->stopping && rc != ETIMEDOUT) {
        rc = ms < 0 ? pthread_cond_wait(&s->stopped, &s->lock)
                    : pthread_cond_timedwait(&s->stopped, &s->lock, &end);
    }
    stopping = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return stopping;
}

void http_server_stop(struct http_server *s)
{
    struct connection *c;

    if (!s->running) {
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->stopped);
    for (c = s->connections; c != NULL; c = c->next) {
        if (c->fd >= 0) {
            shutdown(c->fd, SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&s->lock);
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->acceptor, NULL);
    for (c = s->connections; c != NULL; c = c->next) {
        pthread_join(c->thread, NULL);
    }
    close(s->listener);
    s->running = false;
}

void http_server_free(struct http_server *s)
{
    struct recorded *r;

    if (s == NULL) {
        return;
    }
    http_server_stop(s);
    for (r = s->recorded; r != NULL;) {
        struct recorded *next = r->next;

        arena_free(r->request.arena); /* r itself is in it */
        r = next;
    }
    test_tls_free(s->tls);
    arena_free(s->arena);
    pthread_cond_destroy(&s->stopped);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
