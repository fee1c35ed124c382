/* One request and its reply through curl. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "http/http_private.h"

#define SLICE_MS 100          /* how soon a raised cancel, or a stall, is seen */
#define MOVES    (64u << 10)  /* bytes with which a try earns its time anew */
#define TAKEN_AT (256L << 10) /* bytes that are read at once for a sink */

static bool has_header(const struct http_request *r, const char *name)
{
    size_t i;

    for (i = 0; i < r->n_headers; i++) {
        if (strcasecmp(r->headers[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static struct curl_slist *append(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);

    if (longer == NULL) {
        abort(); /* out of memory */
    }
    return longer;
}

static void free_list(void *list)
{
    curl_slist_free_all(list);
}

/* curl's own Expect and Content-Type are taken out by naming them without a value. */
static struct curl_slist *header_list(struct ctx *cx, const struct http_request *r)
{
    struct curl_slist *list = append(NULL, "Expect:");
    size_t i;

    if (!has_header(r, "Content-Type")) {
        list = append(list, "Content-Type:");
    }
    for (i = 0; i < r->n_headers; i++) {
        list =
            append(list, arena_printf(cx->arena, *r->headers[i].value == '\0' ? "%s;%s" : "%s: %s",
                                      r->headers[i].name, r->headers[i].value));
    }
    return list;
}

static bool takes_body(const char *method)
{
    return strcmp(method, "PUT") == 0 || strcmp(method, "POST") == 0 ||
           strcmp(method, "PATCH") == 0;
}

static void set_request(CURL *easy, const struct http_request *r)
{
    curl_easy_setopt(easy, CURLOPT_URL, r->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    if (strcmp(r->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    if (r->body_len > 0 || takes_body(r->method)) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body_len > 0 ? r->body : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
    /* curl sends again by itself what a kept connection swallowed; a new one it does not doubt. */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, r->retry_safe ? 0L : 1L);
}

/* curl takes these forms too, although its own has a char that is not const. */
static size_t on_header(const char *p, size_t size, size_t n, void *arg)
{
    return http_reply_header(arg, (struct str){p, size * n});
}

static size_t on_body(const char *p, size_t size, size_t n, void *arg)
{
    return http_reply_body(arg, (struct str){p, size * n});
}

static int on_begin(void *arg, char *remote, char *local, int remote_port, int local_port)
{
    struct http_try *t = arg;

    (void)remote, (void)local, (void)remote_port, (void)local_port;
    t->begun++;
    return CURL_PREREQFUNC_OK;
}

static void set_manners(CURL *easy, struct http_try *t)
{
    const struct http_client_options *o = &t->client->options;

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http_client_connect_ms(t->client));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, o->user_agent);
    if (o->direct) {
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    }
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->words);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    if (t->request->sink != NULL) {
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, TAKEN_AT);
    }
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_begin);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
}

/* ---- Waiting ----------------------------------------------------------------------------------
 */

static uint64_t bytes_moved(CURL *easy, const struct http_try *t)
{
    curl_off_t up = 0;
    long head = 0;

    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &head);
    return t->moved + (uint64_t)up + (uint64_t)head;
}

static int64_t now_ms(void)
{
    return clock_system.monotonic_ms(&clock_system); /* the network knows no other */
}

static CURLcode result_of(CURLM *multi)
{
    CURLMsg *m;
    int left;

    m = curl_multi_info_read(multi, &left);
    return m == NULL ? CURLE_FAILED_INIT : m->data.result;
}

/* How far a try has come, and when; in the time that is not the sink's. */
struct headway {
    int64_t moved_ms, earned_ms;
    uint64_t moved, earned;
};

static int64_t own_ms(const struct http_try *t)
{
    return now_ms() - t->taking_ms;
}

/* CURLE_OK: it may go on. */
static CURLcode judge(CURL *easy, struct http_try *t, struct headway *w)
{
    const struct http_client_options *o = &t->client->options;
    uint64_t moved = bytes_moved(easy, t);
    int64_t now = own_ms(t);

    if (moved != w->moved) {
        w->moved = moved;
        w->moved_ms = now;
    }
    if (moved - w->earned >= MOVES) {
        w->earned = moved;
        w->earned_ms = now;
    }
    if (cancel_raised(t->cx->cancel)) {
        t->cause = HTTP_CANCELLED;
    } else if (now - w->moved_ms >= o->stall_timeout_ms + t->request->extra_ms) {
        t->cause = HTTP_STALLED;
    } else if (now - w->earned_ms >= o->request_timeout_ms + t->request->extra_ms) {
        return CURLE_OPERATION_TIMEDOUT;
    }
    return t->cause == HTTP_COMPLETE ? CURLE_OK : CURLE_ABORTED_BY_CALLBACK;
}

/* Until the end, too long a time, or a cancel. */
static CURLcode wait_for_end(struct http_handle *h, struct http_try *t)
{
    struct headway way = {.moved_ms = now_ms(), .earned_ms = now_ms()};
    int running = 0;

    for (;;) {
        if (curl_multi_perform(h->multi, &running) != CURLM_OK) {
            return CURLE_FAILED_INIT;
        }
        if (running == 0) {
            return result_of(h->multi);
        }
        CURLcode late = judge(h->easy, t, &way);
        if (late != CURLE_OK) {
            return late;
        }
        if (curl_multi_poll(h->multi, NULL, 0, SLICE_MS, NULL) != CURLM_OK) {
            return CURLE_FAILED_INIT;
        }
    }
}

/* ---- The end ----------------------------------------------------------------------------------
 */

/* The connection ended early: how far had the reply come? */
static enum http_cause cut(const struct http_try *t)
{
    if (t->head_done) {
        return HTTP_CUT_BODY;
    }
    return t->head_bytes > 0 ? HTTP_CUT_HEAD : HTTP_HUNG_UP;
}

static enum http_cause not_connected(CURL *easy)
{
    long error = 0;

    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    return error == ECONNREFUSED ? HTTP_REFUSED : HTTP_UNREACHABLE;
}

static bool has_no_body(const struct http_try *t)
{
    return strcmp(t->request->method, "HEAD") == 0 || t->response.status == 204 ||
           t->response.status == 304;
}

/* curl calls it a success when the connection ends inside the headers. */
static enum http_cause complete(const struct http_try *t)
{
    if (!t->head_done) {
        return cut(t);
    }
    if (t->response.status < 300 && !t->sized && !has_no_body(t)) {
        return HTTP_UNSIZED;
    }
    return HTTP_COMPLETE;
}

static enum http_cause cause_of(CURLcode code, CURL *easy, const struct http_try *t)
{
    static const struct {
        CURLcode code;
        enum http_cause cause;
    } rows[] = {
        {CURLE_URL_MALFORMAT, HTTP_BAD_URL},
        {CURLE_COULDNT_RESOLVE_HOST, HTTP_NO_NAME},
        {CURLE_COULDNT_RESOLVE_PROXY, HTTP_NO_PROXY},
        {CURLE_PEER_FAILED_VERIFICATION, HTTP_CERTIFICATE},
        {CURLE_SSL_CACERT_BADFILE, HTTP_CA_FILE},
        {CURLE_SSL_CONNECT_ERROR, HTTP_HANDSHAKE},
        {CURLE_WEIRD_SERVER_REPLY, HTTP_NOT_HTTP},
    };
    size_t i;

    if (t->cause != HTTP_COMPLETE) {
        return t->cause; /* a callback or the wait found it */
    }
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].code == code) {
            return rows[i].cause;
        }
    }
    if (code == CURLE_OK || t->enough) {
        return complete(t);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return t->sent ? HTTP_TIMED_OUT : HTTP_CONNECT_TIMED_OUT;
    }
    if (code == CURLE_COULDNT_CONNECT) {
        return not_connected(easy);
    }
    if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
        code == CURLE_PARTIAL_FILE) {
        return cut(t);
    }
    if (code == CURLE_UNSUPPORTED_PROTOCOL) {
        return t->sent ? HTTP_NOT_HTTP : HTTP_BAD_URL;
    }
    return HTTP_OTHER;
}

/* Where no descriptor was left, curl tells only what it could not do without. A pipe takes two: one
 * is the connection's, one that of a file read beside it. */
static bool files_ran_out(void)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno == EMFILE;
    }
    close(ends[0]);
    close(ends[1]);
    return false;
}

static enum http_cause or_no_files(enum http_cause cause)
{
    bool asks = cause == HTTP_NO_NAME || cause == HTTP_NO_PROXY || cause == HTTP_UNREACHABLE ||
                cause == HTTP_CA_FILE;

    return asks && files_ran_out() ? HTTP_NO_FILES : cause;
}

static void run(struct http_handle *h, struct http_try *t)
{
    int64_t start = now_ms();
    long request_bytes = 0;
    CURLcode code;

    if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK) {
        abort(); /* out of memory */
    }
    code = wait_for_end(h, t);
    curl_easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    t->sent = request_bytes > 0;
    t->cause = or_no_files(cause_of(code, h->easy, t));
    t->ms = now_ms() - start;
    t->response.body = buf_str(t->body);
    curl_multi_remove_handle(h->multi, h->easy);
}

void http_try_run(struct http_try *t, struct ctx *cx, struct http_client *client,
                  const struct http_request *request)
{
    const char *origin = http_origin(cx->arena, request->url);
    size_t max = request->max_response > 0 ? request->max_response : HTTP_BODY_MAX;
    struct http_handle *h = http_client_take(client, origin);
    struct curl_slist *headers = header_list(cx, request);

    *t = (struct http_try){.cx = cx, .client = client, .request = request};
    t->body = buf_new(cx->arena, max);
    curl_easy_reset(h->easy);
    set_request(h->easy, request);
    http_trust_set(h->easy, client);
    set_manners(h->easy, t);
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, headers);
    run(h, t);
    curl_easy_reset(h->easy); /* it must not point into a call that has ended */
    free_list(headers);
    http_client_give_back(client, h, origin);
}
