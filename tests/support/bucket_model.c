#include "bucket_model.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"

#define ROOM     ((size_t)16 << 20)
#define MAX_SKEW 900 /* seconds that a request may be off */
#define SKEW     7200

struct entry {
    const char *key, *id, *content; /* a NULL content: a delete marker */
    int64_t time;
    struct entry *next; /* by key, then newest first */
};

struct bucket_model {
    pthread_mutex_t lock;
    struct arena *arena;
    struct entry *first;
    size_t page;
    int64_t now;
    unsigned ids;
    struct bucket_fault fault;
    unsigned met; /* requests that the fault is about */
};

struct bucket_model *bucket_model_new(size_t page)
{
    struct arena *a = arena_new();
    struct bucket_model *m = arena_alloc(a, sizeof *m);

    *m = (struct bucket_model){.arena = a, .page = page};
    pthread_mutex_init(&m->lock, NULL);
    return m;
}

void bucket_model_free(struct bucket_model *m)
{
    pthread_mutex_destroy(&m->lock);
    arena_free(m->arena);
}

/* ---- What it holds --------------------------------------------------------------------------- */

static struct entry *newest(const struct bucket_model *m, const char *key)
{
    struct entry *e = m->first;

    while (e != NULL && strcmp(e->key, key) != 0) {
        e = e->next;
    }
    return e;
}

static struct entry *find(const struct bucket_model *m, const char *key, const char *id)
{
    struct entry *e = newest(m, key);

    while (e != NULL && strcmp(e->key, key) == 0 && strcmp(e->id, id) != 0) {
        e = e->next;
    }
    return e != NULL && strcmp(e->key, key) == 0 ? e : NULL;
}

static struct entry *add(struct bucket_model *m, const char *key, const char *id,
                         const char *content)
{
    struct entry *e = arena_alloc(m->arena, sizeof *e), **at = &m->first;

    *e = (struct entry){.key = arena_strdup(m->arena, key),
                        .id = id ? id : arena_printf(m->arena, "v%u", ++m->ids),
                        .content = content ? arena_strdup(m->arena, content) : NULL,
                        .time = ++m->now};
    while (*at != NULL && strcmp((*at)->key, key) < 0) {
        at = &(*at)->next;
    }
    e->next = *at;
    *at = e;
    return e;
}

static void drop(struct bucket_model *m, const char *key, const char *id)
{
    const struct entry *gone = find(m, key, id);

    for (struct entry **at = &m->first; gone != NULL && *at != NULL; at = &(*at)->next) {
        if (*at == gone) {
            *at = gone->next;
            return;
        }
    }
}

void bucket_model_write(struct bucket_model *m, const char *key, const char *id,
                        const char *content)
{
    pthread_mutex_lock(&m->lock);
    add(m, key, id, content);
    pthread_mutex_unlock(&m->lock);
}

int64_t bucket_model_now(struct bucket_model *m)
{
    int64_t now;

    pthread_mutex_lock(&m->lock);
    now = BUCKET_MODEL_EPOCH + m->now;
    pthread_mutex_unlock(&m->lock);
    return now;
}

void bucket_model_break(struct bucket_model *m, const struct bucket_fault *fault)
{
    pthread_mutex_lock(&m->lock);
    m->fault = *fault;
    m->met = 0;
    pthread_mutex_unlock(&m->lock);
}

static const char *told(struct bucket_model *m, struct arena *a, bool all)
{
    struct buf *out = buf_new(a, ROOM);
    const char *last = "";

    pthread_mutex_lock(&m->lock);
    for (const struct entry *e = m->first; e != NULL; e = e->next) {
        if (e->content != NULL && (all || strcmp(e->key, last) != 0)) {
            buf_printf(out, "%s%s%s=%s\n", e->key, all ? "/" : "", all ? e->id : "", e->content);
        }
        last = e->key;
    }
    pthread_mutex_unlock(&m->lock);
    return out->data;
}

const char *bucket_model_shows(struct bucket_model *m, struct arena *a)
{
    return told(m, a, false);
}

const char *bucket_model_holds(struct bucket_model *m, struct arena *a)
{
    return told(m, a, true);
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static const char *header_time(struct arena *a, time_t at)
{
    char text[64];
    struct tm tm;
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &tm));
    return arena_strdup(a, text);
}

static const char *list_time(struct arena *a, const struct entry *e)
{
    time_t at = (time_t)(BUCKET_MODEL_EPOCH + e->time);
    char text[64];
    struct tm tm;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", gmtime_r(&at, &tm));
    return arena_strdup(a, text);
}

/* Not MD5; the program compares it alone. */
static const char *etag_of(struct arena *a, const char *content)
{
    unsigned long sum = 5381;

    for (const char *p = content; *p; p++) {
        sum = sum * 33 + (unsigned char)*p;
    }
    return arena_printf(a, "\"%032lx\"", sum);
}

/* The value of a parameter of a query, decoded; NULL: it is not there. */
static const char *parameter(struct arena *a, const char *target, const char *name)
{
    const char *at = strchr(target, '?');
    size_t n = strlen(name);
    char *value, *w;

    for (at = at ? at + 1 : NULL; at != NULL; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL) {
        if (strncmp(at, name, n) == 0 && at[n] == '=') {
            break;
        }
    }
    if (at == NULL) {
        return NULL;
    }
    value = w = arena_strndup(a, at + n + 1, strcspn(at + n + 1, "&"));
    for (const char *r = value; *r; r++) {
        char hex[3] = {r[0] == '%' ? r[1] : '\0', r[1], '\0'};
        if (hex[0] != '\0') {
            hex[1] = r[2];
            *w++ = (char)strtol(hex, NULL, 16);
            r += 2;
        } else {
            *w++ = *r;
        }
    }
    *w = '\0';
    return value;
}

/* The text of the next element of that name at *at, which moves behind it; NULL: there is none. */
static const char *element(struct arena *a, const char **at, const char *name)
{
    const char *open = arena_printf(a, "<%s>", name), *close = arena_printf(a, "</%s>", name);
    const char *from = strstr(*at, open);
    const char *to = from ? strstr(from, close) : NULL;

    if (to == NULL) {
        return NULL;
    }
    *at = to + strlen(close);
    from += strlen(open);
    return arena_strndup(a, from, (size_t)(to - from));
}

/* ---- Requests -------------------------------------------------------------------------------- */

struct asked {
    struct bucket_model *m;
    const struct http_server_request *request;
    struct arena *a;
    const char *key, *version; /* NULL: none */
    enum bucket_fault_kind fault;
};

static struct http_server_reply error(int status, const char *body)
{
    return (struct http_server_reply){.status = status, .body = body};
}

static bool is_behind(const struct entry *e, const char *key_marker, bool past_version)
{
    int order = key_marker ? strcmp(e->key, key_marker) : 1;
    return order > 0 || (order == 0 && past_version);
}

static void list_entry(struct buf *out, struct arena *a, const struct entry *e, bool latest)
{
    buf_printf(out, "<%s><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%s</IsLatest>",
               e->content ? "Version" : "DeleteMarker", e->key, e->id, latest ? "true" : "false");
    buf_printf(out, "<LastModified>%s</LastModified>", list_time(a, e));
    if (e->content != NULL) {
        buf_printf(out, "<ETag>%s</ETag><Size>%zu</Size><StorageClass>STANDARD</StorageClass>",
                   etag_of(a, e->content), strlen(e->content));
    }
    buf_printf(out, "</%s>", e->content ? "Version" : "DeleteMarker");
}

static void list_end(struct buf *out, const struct asked *q, const struct entry *last)
{
    if (last == NULL) {
        buf_puts(out, "<IsTruncated>false</IsTruncated></ListVersionsResult>");
        return;
    }
    buf_puts(out, "<IsTruncated>true</IsTruncated>");
    if (q->fault == BUCKET_FAULT_TURNS_BACK) {
        last = q->m->first;
    }
    if (q->fault != BUCKET_FAULT_NO_MARKER) {
        buf_printf(out,
                   "<NextKeyMarker>%s</NextKeyMarker><NextVersionIdMarker>%s</NextVersionIdMarker>",
                   last->key, last->id);
    }
    buf_puts(out, "</ListVersionsResult>");
}

static struct http_server_reply list(const struct asked *q)
{
    const char *target = q->request->target;
    const char *prefix = parameter(q->a, target, "prefix");
    const char *marker = parameter(q->a, target, "key-marker");
    const char *version = parameter(q->a, target, "version-id-marker");
    const char *max = parameter(q->a, target, "max-keys"), *before = "";
    size_t left = max ? strtoul(max, NULL, 10) : 1000;
    struct buf *out = buf_new(q->a, ROOM);
    const struct entry *last = NULL;
    bool past = false, more = false;

    left = left < q->m->page ? left : q->m->page;
    buf_puts(out, "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                  "<EncodingType>url</EncodingType>");
    for (const struct entry *e = q->m->first; e != NULL && !more; e = e->next) {
        bool latest = strcmp(before, e->key) != 0;
        before = e->key;
        if ((prefix == NULL || strncmp(e->key, prefix, strlen(prefix)) == 0) &&
            is_behind(e, marker, past)) {
            more = left == 0;
            if (!more) {
                list_entry(out, q->a, e, latest);
                last = e;
                left--;
            }
        }
        past = past ||
               (version && marker && strcmp(e->key, marker) == 0 && strcmp(e->id, version) == 0);
    }
    list_end(out, q, more ? last : NULL);
    return (struct http_server_reply){.body = out->data};
}

static struct http_server_reply head(const struct asked *q)
{
    const struct entry *e = q->version ? find(q->m, q->key, q->version) : newest(q->m, q->key);
    struct http_server_reply reply = {.status = 200};

    if (e == NULL || e->content == NULL) {
        return error(404, "<Error><Code>NoSuchVersion</Code><Message>-</Message></Error>");
    }
    reply.headers = arena_printf(q->a, "ETag: %s\r\nLast-Modified: %s\r\nx-amz-version-id: %s\r\n",
                                 etag_of(q->a, e->content),
                                 header_time(q->a, (time_t)(BUCKET_MODEL_EPOCH + e->time)), e->id);
    reply.body = e->content;
    if (strcmp(q->request->method, "HEAD") == 0) {
        reply.headers =
            arena_printf(q->a, "%sContent-Length: %zu\r\n", reply.headers, strlen(e->content));
        reply.body = NULL;
    }
    return reply;
}

static struct http_server_reply copy(const struct asked *q)
{
    const char *source = http_server_header(q->request, "x-amz-copy-source");
    const char *id = source ? parameter(q->a, source, "versionId") : NULL;
    const struct entry *from = id ? find(q->m, q->key, id) : NULL, *made;
    const char *content;

    if (from == NULL || from->content == NULL) {
        return error(404, "<Error><Code>NoSuchVersion</Code><Message>-</Message></Error>");
    }
    content = q->fault == BUCKET_FAULT_CORRUPTS ? "worse than before" : from->content;
    made = q->fault == BUCKET_FAULT_LIES
               ? &(struct entry){.id = "v0", .time = q->m->now + 1, .content = content}
               : add(q->m, q->key, NULL, content);
    return (struct http_server_reply){
        .headers = arena_printf(q->a, "x-amz-version-id: %s\r\n", made->id),
        .body = arena_printf(q->a,
                             "<CopyObjectResult><LastModified>%s</LastModified><ETag>%s</ETag>"
                             "</CopyObjectResult>",
                             list_time(q->a, made), etag_of(q->a, from->content))};
}

static void delete_one(const struct asked *q, struct buf *out, const char *key, const char *id)
{
    bool spares =
        *key == 'a' && (q->fault == BUCKET_FAULT_REFUSES || q->fault == BUCKET_FAULT_IS_SILENT);
    const char *made = id;

    if (spares) {
        if (q->fault == BUCKET_FAULT_REFUSES) {
            buf_printf(out, "<Error><Key>%s</Key>", key);
            if (id != NULL) {
                buf_printf(out, "<VersionId>%s</VersionId>", id);
            }
            buf_puts(out, "<Code>AccessDenied</Code><Message>locked</Message></Error>");
        }
        return;
    }
    buf_printf(out, "<Deleted><Key>%s</Key>", key);
    if (id != NULL) {
        buf_printf(out, "<VersionId>%s</VersionId>", id);
    } else {
        made = q->fault == BUCKET_FAULT_LIES ? "v0" : add(q->m, key, NULL, NULL)->id;
        buf_printf(out,
                   "<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>%s"
                   "</DeleteMarkerVersionId>",
                   made);
    }
    if (id != NULL && q->fault != BUCKET_FAULT_LIES) {
        drop(q->m, key, id);
    }
    buf_puts(out, "</Deleted>");
}

static struct http_server_reply delete_many(const struct asked *q)
{
    struct buf *out = buf_new(q->a, ROOM);
    const char *at = q->request->body, *object;

    buf_puts(out, "<DeleteResult>");
    while ((object = element(q->a, &at, "Object")) != NULL) {
        const char *in = object, *key = element(q->a, &in, "Key");
        in = object;
        delete_one(q, out, key, element(q->a, &in, "VersionId"));
    }
    buf_puts(out, "</DeleteResult>");
    return (struct http_server_reply){.body = out->data};
}

#define NONE(code) "<Error><Code>" code "</Code><Message>-</Message></Error>"

static const struct route {
    const char *method, *part;
    struct http_server_reply (*answer)(const struct asked *q); /* NULL: the reply */
    struct http_server_reply reply;
} routes[] = {
    {"GET",
     "/b?versioning",
     NULL,
     {.body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"}},
    {"GET", "/b?lifecycle", NULL, {.status = 404, .body = NONE("NoSuchLifecycleConfiguration")}},
    {"GET",
     "/b?replication",
     NULL,
     {.status = 404, .body = NONE("ReplicationConfigurationNotFoundError")}},
    {"GET", "&versions", list, {.status = 0}},
    {"POST", "/b?delete", delete_many, {.status = 0}},
    {"HEAD", "/b/", head, {.status = 0}},
    {"GET", "/b/", head, {.status = 0}},
    {"PUT", "/b/", copy, {.status = 0}},
};

/* ---- Faults ---------------------------------------------------------------------------------- */

static bool meets(struct bucket_model *m, const struct http_server_request *r)
{
    const struct bucket_fault *f = &m->fault;
    unsigned nth = f->nth ? f->nth : 1;
    if (f->kind == BUCKET_FAULT_NONE || (f->method && strcmp(f->method, r->method) != 0) ||
        (f->target && strstr(r->target, f->target) == NULL)) {
        return false;
    }
    m->met++;
    return m->met == nth || (f->stays && m->met > nth);
}

/* Whether the request's own time is too far from the server's. */
static bool is_skewed(const struct http_server_request *r, time_t now)
{
    const char *said = http_server_header(r, "x-amz-date");
    struct tm tm = {.tm_sec = 0};

    return said == NULL || strptime(said, "%Y%m%dT%H%M%SZ", &tm) == NULL ||
           labs((long)(timegm(&tm) - now)) > MAX_SKEW;
}

static bool answer(struct asked *q, struct http_server_reply *ret_reply)
{
    const struct http_server_request *r = q->request;

    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(routes[i].method, r->method) == 0 && strstr(r->target, routes[i].part)) {
            *ret_reply = routes[i].answer ? routes[i].answer(q) : routes[i].reply;
            return true;
        }
    }
    return false;
}

static struct http_server_reply with_date(struct arena *a, struct http_server_reply reply,
                                          time_t now)
{
    reply.headers =
        arena_printf(a, "%sDate: %s\r\n", reply.headers ? reply.headers : "", header_time(a, now));
    return reply;
}

bool bucket_model_answer(void *arg, const struct http_server_request *request,
                         struct http_server_reply *ret_reply)
{
    struct bucket_model *m = arg;
    struct arena *a = request->arena;
    struct asked q = {.m = m, .request = request, .a = a};
    struct http_server_reply reply;
    time_t now = time(NULL);
    bool known = true;

    pthread_mutex_lock(&m->lock);
    if (strncmp(request->target, "/b/", 3) == 0) {
        q.key = arena_strndup(a, request->target + 3, strcspn(request->target + 3, "?"));
        q.version = parameter(a, request->target, "versionId");
    }
    q.fault = meets(m, request) ? m->fault.kind : BUCKET_FAULT_NONE;
    now += q.fault == BUCKET_FAULT_SKEWED ? SKEW : 0;
    if (q.fault == BUCKET_FAULT_SKEWED && is_skewed(request, now)) {
        reply = error(403, "<Error><Code>RequestTimeTooSkewed</Code><Message>-</Message></Error>");
    } else if (q.fault == BUCKET_FAULT_INSTEAD) {
        reply = m->fault.reply;
    } else {
        known = answer(&q, &reply);
        reply = q.fault == BUCKET_FAULT_AFTER ? m->fault.reply : reply;
    }
    pthread_mutex_unlock(&m->lock);
    if (known) {
        *ret_reply = with_date(a, reply, now);
    }
    return known;
}
