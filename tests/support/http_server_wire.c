/* The bytes of one connection: requests in, replies out, and the faults. */
#include <openssl/err.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "http_server_private.h"

#define HEAD_MAX      65536u
#define TLS_HANDSHAKE 0x16 /* a client that speaks TLS to a plain port begins so */
#define BODY_MAX      (64u << 20)

/* ---- Bytes ------------------------------------------------------------------------------------
 */

static ssize_t receive(struct connection *c, void *p, size_t n)
{
    return c->ssl == NULL ? recv(c->fd, p, n, 0) : SSL_read(c->ssl, p, (int)n);
}

static bool send_all(struct connection *c, const char *p, size_t n)
{
    while (n > 0) {
        size_t some = n > 65536 ? 65536 : n;
        ssize_t sent =
            c->ssl == NULL ? send(c->fd, p, some, MSG_NOSIGNAL) : SSL_write(c->ssl, p, (int)some);

        if (sent <= 0) {
            return false;
        }
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool send_paced(struct connection *c, const char *p, size_t n, int64_t drip_ms)
{
    if (drip_ms == 0) {
        return send_all(c, p, n);
    }
    for (; n > 0; n--, p++) {
        if (!send_all(c, p, 1) || http_server_pause(c->server, drip_ms)) {
            return false;
        }
    }
    return true;
}

/* ---- Requests ---------------------------------------------------------------------------------
 */

/* Byte by byte, so that nothing of the next request is taken. */
static bool read_line(struct connection *c, struct buf *b)
{
    char byte;

    do {
        if (receive(c, &byte, 1) != 1 || !buf_putc(b, byte)) {
            return false;
        }
    } while (byte != '\n' && byte != TLS_HANDSHAKE);
    return true;
}

static bool read_head(struct connection *c, struct buf *b)
{
    size_t start;

    do {
        start = b->len;
        if (!read_line(c, b) || b->data[0] == TLS_HANDSHAKE) {
            return false;
        }
    } while (b->len - start > 2 || b->len == start);
    return true;
}

static bool read_bytes(struct connection *c, struct buf *b, uint64_t n)
{
    char block[16384];

    while (n > 0) {
        ssize_t got = receive(c, block, n < sizeof block ? (size_t)n : sizeof block);

        if (got <= 0 || !buf_append(b, block, (size_t)got)) {
            return false;
        }
        n -= (uint64_t)got;
    }
    return true;
}

static bool read_chunks(struct connection *c, struct buf *body)
{
    struct arena *a = arena_new();
    struct buf *line = buf_new(a, HEAD_MAX);
    unsigned long size;
    bool ok;

    do {
        buf_truncate(line, 0);
        ok = read_line(c, line);
        size = strtoul(line->data, NULL, 16);
        ok = ok && read_bytes(c, body, size);
        buf_truncate(line, 0);
        ok = ok && read_line(c, line);
    } while (ok && size > 0);
    arena_free(a);
    return ok;
}

static bool read_body(struct connection *c, struct http_server_request *r, struct buf *b)
{
    const char *length = http_server_header(r, "Content-Length");
    uint64_t n = 0;

    if (http_server_header(r, "Transfer-Encoding") != NULL) {
        return read_chunks(c, b);
    }
    return length == NULL || (str_to_u64(str_of(length), &n) && read_bytes(c, b, n));
}

/* NULL when the client left or sent no request that can be understood; the latter is held against
 * it. */
static struct recorded *read_request(struct connection *c)
{
    struct arena *a = arena_new();
    struct recorded *r = arena_alloc(a, sizeof *r);
    struct buf *head = buf_new(a, HEAD_MAX), *body = buf_new(a, BODY_MAX);
    const char *space, *target;

    r->request.arena = a;
    r->request.connection = c->number;
    if (!read_head(c, head)) {
        if (head->len > 0 && !http_server_pause(c->server, 0)) {
            http_server_complain(c->server, "cut in the head of a request: %.200s", head->data);
        }
        arena_free(a);
        return NULL;
    }
    r->request.head = head->data;
    space = strchr(head->data, ' ');
    target = space == NULL ? NULL : strchr(space + 1, ' ');
    if (target == NULL || !str_starts(target, " HTTP/1.1\r\n") ||
        !read_body(c, &r->request, body)) {
        http_server_complain(c->server, "malformed or cut request: %.200s", head->data);
        arena_free(a);
        return NULL;
    }
    r->request.method = arena_strndup(a, head->data, (size_t)(space - head->data));
    r->request.target = arena_strndup(a, space + 1, (size_t)(target - space - 1));
    r->request.body = body->data;
    r->request.body_len = body->len;
    return r;
}

/* ---- Replies ----------------------------------------------------------------------------------
 */

static void put_body(struct buf *out, const struct http_server_reply *reply)
{
    size_t len = reply->body_len > 0 || reply->body == NULL ? reply->body_len : strlen(reply->body);
    size_t times = reply->body_repeat > 0 ? reply->body_repeat : 1;

    while (times-- > 0) {
        buf_append(out, reply->body, len);
    }
}

static void put_chunks(struct buf *out, struct str body, size_t size)
{
    size_t at, n;

    for (at = 0; at < body.n; at += n) {
        n = body.n - at < size ? body.n - at : size;
        buf_printf(out, "%zx\r\n", n);
        buf_append(out, body.p + at, n);
        buf_puts(out, "\r\n");
    }
    buf_puts(out, "0\r\n\r\n");
}

static void put_head(struct buf *out, const struct http_server_reply *reply, size_t body_len)
{
    const char *headers = reply->headers == NULL ? "" : reply->headers;
    int status = reply->status == 0 ? 200 : reply->status;

    if (reply->status_line != NULL) {
        buf_printf(out, "%s\r\n", reply->status_line);
    } else {
        buf_printf(out, "HTTP/1.1 %d %s\r\n", status, status < 400 ? "Fine" : "Trouble");
    }
    buf_puts(out, headers);
    if (reply->close) {
        buf_puts(out, "Connection: close\r\n");
    }
    if (reply->chunked > 0) {
        buf_puts(out, "Transfer-Encoding: chunked\r\n");
    } else if (strcasestr(headers, "Content-Length:") == NULL && status != 204 && status != 304) {
        buf_printf(out, "Content-Length: %zu\r\n", body_len);
    }
    buf_puts(out, "\r\n");
}

/* How many bytes of the reply go out before the fault. */
static size_t sent_before_fault(const struct http_server_reply *reply, size_t head, size_t all)
{
    size_t from = reply->where == HTTP_SERVER_IN_BODY ? head : 0;
    size_t to = reply->where == HTTP_SERVER_IN_BODY ? all : head;

    if (reply->fault == HTTP_SERVER_NO_FAULT || reply->where == HTTP_SERVER_AT_END) {
        return all;
    }
    if (reply->where == HTTP_SERVER_AT_START) {
        return 0;
    }
    if (reply->after == 0) {
        return from + (to - from) / 2;
    }
    return reply->after > to - from ? to : from + reply->after;
}

/* True when the conversation may go on. */
static bool misbehave(struct connection *c, enum http_server_fault fault)
{
    static const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    if (fault == HTTP_SERVER_STALL) {
        http_server_pause(c->server, -1);
    }
    if (fault == HTTP_SERVER_RESET) {
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    return fault == HTTP_SERVER_NO_FAULT;
}

static bool send_reply_from(struct arena *a, struct connection *c, const char *method,
                            const struct http_server_reply *reply)
{
    struct buf *out = buf_new(a, BODY_MAX), *body = buf_new(a, BODY_MAX);
    size_t head;

    if (reply->delay_ms > 0 && http_server_pause(c->server, reply->delay_ms)) {
        return false;
    }
    put_body(body, reply);
    put_head(out, reply, body->len);
    head = out->len;
    if (strcmp(method, "HEAD") == 0) {
        ; /* the head alone */
    } else if (reply->chunked > 0) {
        put_chunks(out, buf_str(body), reply->chunked);
    } else {
        buf_append(out, body->data, body->len);
    }
    return send_paced(c, out->data, sent_before_fault(reply, head, out->len), reply->drip_ms) &&
           misbehave(c, reply->fault) && !reply->close;
}

static bool send_reply(struct connection *c, const char *method,
                       const struct http_server_reply *reply)
{
    struct arena *a = arena_new();
    bool more = send_reply_from(a, c, method, reply);

    arena_free(a);
    return more;
}

/* ---- The conversation -------------------------------------------------------------------------
 */

static bool shake_hands(struct connection *c)
{
    if (c->server->tls == NULL) {
        return true;
    }
    c->ssl = SSL_new(test_tls_server(c->server->tls));
    return c->ssl != NULL && SSL_set_fd(c->ssl, c->fd) == 1 && SSL_accept(c->ssl) == 1;
}

static void hang_up(struct connection *c, bool orderly)
{
    if (c->ssl != NULL && orderly) {
        SSL_shutdown(c->ssl);
    }
    SSL_free(c->ssl);
    ERR_clear_error();
    pthread_mutex_lock(&c->server->lock);
    close(c->fd);
    c->fd = -1;
    pthread_mutex_unlock(&c->server->lock);
}

void *http_server_converse(void *connection)
{
    struct connection *c = connection;
    bool orderly = false, more = shake_hands(c);

    while (more) {
        struct recorded *r = read_request(c);
        struct http_server_reply reply;
        const char *wish;

        if (r == NULL) {
            break;
        }
        wish = http_server_header(&r->request, "Connection");
        reply = http_server_answer(c->server, r);
        more = send_reply(c, r->request.method, &reply) &&
               (wish == NULL || strcasecmp(wish, "close") != 0);
        orderly = reply.close;
    }
    hang_up(c, orderly);
    return NULL;
}
