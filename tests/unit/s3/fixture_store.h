/* A server that keeps one object to be read and one key to be written, as S3 does, and fails where
 * it is told. Its ETags are MD5s. */
#ifndef UNIT_S3_FIXTURE_STORE_H
#define UNIT_S3_FIXTURE_STORE_H

#include <pthread.h>
#include <stdlib.h>

#include "fixture.h"
#include "s3/s3_etag.h"

#define STORE_PARTS 64
#define STORE_DATE  "Last-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"

struct store {
    pthread_mutex_t lock; /* of all: each connection is a thread */
    struct arena *arena;

    /* Key "from". */
    struct str source;
    const char *source_etag;

    /* Key "to". */
    struct str target;
    const char *target_etag, *target_tags; /* NULL: none */
    unsigned written;
    const char *lies; /* the ETag that it answers in place of the right one; NULL: none */
    const char *seal; /* x-amz-server-side-encryption; NULL: none */
    bool forgets_tags;

    bool open; /* an upload */
    const char *tags;
    struct str parts[STORE_PARTS + 1];
    unsigned n_parts, aborted;

    unsigned asked, fault_at, faults; /* from which request on, and how many meet it */
    struct http_server_reply fault;
    bool done_first; /* what was asked is done, and its answer is lost */
    char only[8];    /* method that is counted; "": all */
};

static inline const char *store_etag(struct store *s, const struct str *parts, unsigned n)
{
    char *etag = arena_alloc(s->arena, S3_ETAG_SIZE);
    struct s3_etag *e = s3_etag_new(s->arena, n ? 1 : 0);
    unsigned char sum[DIGEST_MD5_SIZE];

    if (n == 0) {
        s3_etag_add(e, parts[0]);
    }
    for (unsigned i = 0; i < n; i++) {
        digest_md5(parts[i], sum);
        s3_etag_add_part(e, sum);
    }
    s3_etag_end(e, etag);
    return etag;
}

static inline struct str store_keep(struct store *s, const struct http_server_request *r)
{
    return (struct str){arena_memdup(s->arena, r->body, r->body_len + 1), r->body_len};
}

static inline struct http_server_reply store_no(struct store *s, int status, const char *code)
{
    return (struct http_server_reply){
        .status = status, .body = arena_printf(s->arena, "<Error><Code>%s</Code></Error>", code)};
}

static inline struct http_server_reply store_show(struct store *s,
                                                  const struct http_server_request *r,
                                                  struct str bytes, const char *etag)
{
    const char *range = http_server_header(r, "Range");
    const char *match = http_server_header(r, "If-Match");
    size_t from = range ? strtoul(strchr(range, '=') + 1, NULL, 10) : 0;
    struct http_server_reply reply = {.body = bytes.p + from, .body_len = bytes.n - from};

    if (match && strcmp(match, etag) != 0) {
        return store_no(s, 412, "PreconditionFailed");
    }
    reply.headers = arena_printf(s->arena, "ETag: %s\r\n" STORE_DATE "x-amz-version-id: v%u\r\n",
                                 etag, s->written);
    if (s->seal) {
        reply.headers = arena_printf(s->arena, "%sx-amz-server-side-encryption: %s\r\n",
                                     reply.headers, s->seal);
    }
    if (range) {
        reply.status = 206;
        reply.headers = arena_printf(s->arena, "%sContent-Range: bytes %zu-%zu/%zu\r\n",
                                     reply.headers, from, bytes.n - 1, bytes.n);
    }
    return reply;
}

/* Conditions of a write. */
static inline bool store_allows(const struct store *s, const struct http_server_request *r)
{
    const char *match = http_server_header(r, "If-Match");

    return !(http_server_header(r, "If-None-Match") && s->target_etag) &&
           !(match && (!s->target_etag || strcmp(match, s->target_etag) != 0));
}

static inline void store_set(struct store *s, struct str bytes, const char *etag, const char *tags)
{
    s->target = bytes;
    s->target_etag = s->lies ? s->lies : etag;
    s->target_tags = tags;
    s->written++;
}

static inline struct http_server_reply store_put(struct store *s,
                                                 const struct http_server_request *r)
{
    struct str bytes = store_keep(s, r);
    const char *tags = http_server_header(r, "x-amz-tagging");

    if (!store_allows(s, r)) {
        return store_no(s, 412, "PreconditionFailed");
    }
    store_set(s, bytes, store_etag(s, &bytes, 0), tags ? arena_strdup(s->arena, tags) : NULL);
    return (struct http_server_reply){
        .headers = arena_printf(s->arena, "ETag: %s\r\nx-amz-version-id: v%u\r\n", s->target_etag,
                                s->written)};
}

static inline struct http_server_reply store_part(struct store *s,
                                                  const struct http_server_request *r)
{
    unsigned n = (unsigned)strtoul(strstr(r->target, "partNumber=") + 11, NULL, 10);

    if (!s->open || n < 1 || n > STORE_PARTS) {
        return store_no(s, 404, "NoSuchUpload");
    }
    s->parts[n - 1] = store_keep(s, r);
    s->n_parts = n > s->n_parts ? n : s->n_parts;
    return (struct http_server_reply){
        .headers = arena_printf(s->arena, "ETag: %s\r\n", store_etag(s, &s->parts[n - 1], 0))};
}

static inline struct http_server_reply store_complete(struct store *s,
                                                      const struct http_server_request *r)
{
    struct buf *all = buf_new(s->arena, (size_t)64 << 20);

    if (!s->open) {
        return store_no(s, 404, "NoSuchUpload");
    }
    if (!store_allows(s, r)) {
        return store_no(s, 412, "PreconditionFailed");
    }
    for (unsigned i = 0; i < s->n_parts; i++) {
        buf_append(all, s->parts[i].p, s->parts[i].n);
    }
    store_set(s, buf_str(all), store_etag(s, s->parts, s->n_parts),
              s->forgets_tags ? NULL : s->tags);
    s->open = false;
    return (struct http_server_reply){
        .headers = arena_printf(s->arena, "x-amz-version-id: v%u\r\n", s->written),
        .body = arena_printf(s->arena,
                             "<CompleteMultipartUploadResult><ETag>%s</ETag>"
                             "</CompleteMultipartUploadResult>",
                             s->target_etag)};
}

static inline struct http_server_reply store_begin(struct store *s,
                                                   const struct http_server_request *r)
{
    const char *tags = http_server_header(r, "x-amz-tagging");

    s->open = true;
    s->n_parts = 0;
    s->tags = tags ? arena_strdup(s->arena, tags) : NULL;
    return (struct http_server_reply){.body =
                                          "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                                          "</InitiateMultipartUploadResult>"};
}

static inline struct http_server_reply store_tagging(struct store *s,
                                                     const struct http_server_request *r)
{
    if (strcmp(r->method, "PUT") == 0) {
        s->target_tags = "put";
        return (struct http_server_reply){.status = 200};
    }
    return (struct http_server_reply){
        .body = s->target_tags ? "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet>"
                                 "</Tagging>"
                               : "<Tagging><TagSet/></Tagging>"};
}

static inline struct http_server_reply store_do(struct store *s,
                                                const struct http_server_request *r)
{
    bool from = str_starts(r->target, "/files/from");

    if (strstr(r->target, "tagging")) {
        return store_tagging(s, r);
    }
    if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0) {
        if (!from && !s->target_etag) {
            return store_no(s, 404, "NoSuchKey");
        }
        return from ? store_show(s, r, s->source, s->source_etag)
                    : store_show(s, r, s->target, s->target_etag);
    }
    if (strcmp(r->method, "DELETE") == 0) {
        s->aborted++;
        s->open = false;
        return (struct http_server_reply){.status = 204};
    }
    if (strcmp(r->method, "POST") == 0) {
        return strstr(r->target, "uploads") ? store_begin(s, r) : store_complete(s, r);
    }
    return strstr(r->target, "partNumber") ? store_part(s, r) : store_put(s, r);
}

static inline bool store_answer(void *arg, const struct http_server_request *request,
                                struct http_server_reply *ret_reply)
{
    struct store *s = arg;
    bool fails;

    pthread_mutex_lock(&s->lock);
    s->asked += s->only[0] == '\0' || strcmp(s->only, request->method) == 0;
    fails = s->fault_at > 0 && s->asked >= s->fault_at && s->asked - s->fault_at < s->faults &&
            (s->only[0] == '\0' || strcmp(s->only, request->method) == 0);
    if (!fails || s->done_first) {
        *ret_reply = store_do(s, request);
    }
    if (fails && s->done_first) {
        ret_reply->fault = s->fault.fault;
        ret_reply->where = s->fault.where;
    } else if (fails) {
        *ret_reply = s->fault;
    }
    pthread_mutex_unlock(&s->lock);
    return true;
}

struct store_fixture {
    struct fixture f;
    struct store store;
};

static inline struct store_fixture *store_new(unsigned max_retries)
{
    struct store_fixture *x = test_calloc(1, sizeof(*x));
    struct fixture *f = &x->f;

    pthread_mutex_init(&x->store.lock, NULL);
    x->store.arena = arena_new();
    x->store.faults = UINT32_MAX;
    f->server = http_server_start(&(struct http_server_options){
        .any_order = true, .handler = store_answer, .handler_arg = &x->store});
    f->session = session_new();
    test_clock_init(&f->clock, EPOCH_MS);
    f->cx = ctx_new(&(struct ctx_options){.session = f->session, .clock = &f->clock.clock});
    f->client = fixture_client(f, max_retries);
    return x;
}

static inline void store_free(struct store_fixture *x)
{
    http_fixture_hides(x->f.cx, (const char *const[]){SECRET, TOKEN, NULL});
    http_server_stop(x->f.server);
    ctx_free(x->f.cx);
    session_free(x->f.session);
    http_server_free(x->f.server);
    arena_free(x->store.arena);
    pthread_mutex_destroy(&x->store.lock);
    test_free(x);
}

/* Bytes that differ from place to place. */
static inline struct str store_bytes(struct store *s, size_t n)
{
    char *p = arena_alloc(s->arena, n + 1);

    for (size_t i = 0; i < n; i++) {
        p[i] = (char)('!' + (i * 2654435761u >> 11) % 90);
    }
    return (struct str){p, n};
}

#endif
