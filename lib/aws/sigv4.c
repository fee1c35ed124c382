#include "aws/sigv4.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/digest.h"
#include "base/arena.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

/* One parameter or header in its canonical spelling; `order` keeps repeated names as given. */
struct pair {
    const char *name;
    const char *value;
    bool bare; /* a parameter without '=' on the wire */
    size_t order;
};

static bool unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

char *sigv4_encode(struct arena *a, struct str text, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_array(a, text.n + 1, 3);
    char *w = out;

    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (unreserved(c) || (keep_slash && c == '/')) {
            *w++ = (char)c;
        } else {
            *w++ = '%';
            *w++ = digits[c >> 4];
            *w++ = digits[c & 0x0f];
        }
    }
    *w = '\0';
    return out;
}

/* Join with a separator in linear time; the canonical forms are all made of joins. */
static char *join(struct arena *a, const char *const *parts, size_t n, const char *separator)
{
    size_t gap = strlen(separator);
    size_t total = 1;
    char *out, *w;

    for (size_t i = 0; i < n; i++) {
        total += strlen(parts[i]) + gap;
    }
    w = out = arena_alloc(a, total);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(parts[i]);
        if (i > 0) {
            memcpy(w, separator, gap);
            w += gap;
        }
        memcpy(w, parts[i], len);
        w += len;
    }
    *w = '\0';
    return out;
}

/* Drop empty and "." segments and apply "..", as all services but S3 do before they verify. */
static char *normalise_path(struct arena *a, const char *path)
{
    size_t len = strlen(path);
    const char **kept = arena_array(a, len + 1, sizeof(*kept));
    size_t n = 0;

    for (const char *p = path; *p;) {
        size_t seg = strcspn(p, "/");
        bool dot = seg == 1 && p[0] == '.';
        bool up = seg == 2 && p[0] == '.' && p[1] == '.';
        if (up && n > 0) {
            n--;
        } else if (seg > 0 && !dot && !up) {
            kept[n++] = arena_strndup(a, p, seg);
        }
        p += seg;
        p += *p == '/';
    }
    bool slash_at_end = n > 0 && len > 0 && path[len - 1] == '/';
    return arena_printf(a, "/%s%s", join(a, kept, n, "/"), slash_at_end ? "/" : "");
}

static const char *wire_path(struct arena *a, const struct sigv4_request *r)
{
    return sigv4_encode(a, str_of(r->path), true);
}

static const char *canonical_path(struct arena *a, const struct sigv4_request *r)
{
    const char *path = r->path;

    if (r->flags & SIGV4_NORMALISE_PATH) {
        path = normalise_path(a, path);
    }
    path = sigv4_encode(a, str_of(path), true);
    if (r->flags & SIGV4_DOUBLE_ENCODE) {
        path = sigv4_encode(a, str_of(path), true);
    }
    return path;
}

static int by_name_and_value(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    int c = strcmp(a->name, b->name);

    return c ? c : strcmp(a->value, b->value);
}

static int by_name_as_given(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    int c = strcmp(a->name, b->name);

    return c ? c : (a->order > b->order) - (a->order < b->order);
}

static char *query(struct arena *a, const struct sigv4_request *r, bool for_wire)
{
    struct pair *pairs = arena_array(a, r->n_params, sizeof(*pairs));
    const char **parts = arena_array(a, r->n_params, sizeof(*parts));

    for (size_t i = 0; i < r->n_params; i++) {
        pairs[i].name = sigv4_encode(a, str_of(r->params[i].name), false);
        pairs[i].value = sigv4_encode(a, str_of(r->params[i].value), false);
        pairs[i].bare = r->params[i].value == NULL;
    }
    qsort(pairs, r->n_params, sizeof(*pairs), by_name_and_value);
    for (size_t i = 0; i < r->n_params; i++) {
        bool bare = pairs[i].bare && for_wire;
        parts[i] = arena_printf(a, "%s%s%s", pairs[i].name, bare ? "" : "=", pairs[i].value);
    }
    return join(a, parts, r->n_params, "&");
}

char *sigv4_target(struct arena *a, const struct sigv4_request *request)
{
    const char *q = query(a, request, true);

    return arena_printf(a, "%s%s%s", wire_path(a, request), *q ? "?" : "", q);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Trim, and make one space of every run of white space. */
static char *collapse(struct arena *a, const char *value)
{
    char *out = arena_alloc(a, strlen(value) + 1);
    char *w = out;

    for (const char *p = value; *p; p++) {
        if (!is_space(*p)) {
            *w++ = *p;
        } else if (w > out && w[-1] != ' ') {
            *w++ = ' ';
        }
    }
    if (w > out && w[-1] == ' ') {
        w--;
    }
    *w = '\0';
    return out;
}

static char *lower(struct arena *a, const char *name)
{
    char *out = arena_strdup(a, name);

    for (char *p = out; *p; p++) {
        if (*p >= 'A' && *p <= 'Z') {
            *p = (char)(*p - 'A' + 'a');
        }
    }
    return out;
}

/* Headers that proxies and client libraries change, and those that this file adds itself. */
static bool never_signed(const char *name)
{
    static const char *const names[] = {
        "authorization",        "connection",           "expect",     "host",
        "transfer-encoding",    "user-agent",           "x-amz-date", "x-amzn-trace-id",
        "x-amz-content-sha256", "x-amz-security-token",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The canonical headers (a line each) and their names joined by ';'. */
struct header_block {
    const char *lines;
    const char *names;
};

static struct header_block header_block(struct arena *a, const struct sigv4_request *r,
                                        const struct sigv4_signed *added)
{
    struct pair *pairs = arena_array(a, r->n_headers + SIGV4_MAX_HEADERS, sizeof(*pairs));
    const char **lines, **names;
    size_t n = 0, n_names = 0;

    for (size_t i = 0; i < r->n_headers; i++) {
        const char *name = lower(a, r->headers[i].name);
        if (!never_signed(name)) {
            pairs[n++] = (struct pair){name, collapse(a, r->headers[i].value), false, i};
        }
    }
    for (size_t i = 0; i < added->n_headers; i++) {
        pairs[n++] = (struct pair){added->headers[i].name, collapse(a, added->headers[i].value),
                                   false, r->n_headers + i};
    }
    qsort(pairs, n, sizeof(*pairs), by_name_as_given);

    /* Three parts a header: "name:" or ",", the value, and a line end once the name changes. */
    lines = arena_array(a, 3 * n, sizeof(*lines));
    names = arena_array(a, n, sizeof(*names));
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && strcmp(pairs[i].name, pairs[i - 1].name) == 0;
        bool last = i + 1 == n || strcmp(pairs[i].name, pairs[i + 1].name) != 0;
        if (!again) {
            names[n_names++] = pairs[i].name;
        }
        lines[3 * i] = again ? "," : arena_printf(a, "%s:", pairs[i].name);
        lines[3 * i + 1] = pairs[i].value;
        lines[3 * i + 2] = last ? "\n" : "";
    }
    return (struct header_block){join(a, lines, 3 * n, ""), join(a, names, n_names, ";")};
}

static void add(struct sigv4_signed *s, const char *name, const char *value)
{
    s->headers[s->n_headers++] = (struct http_header){name, value};
}

/* Five HMACs in a chain, from the secret key to the signature. */
static bool signature(struct arena *a, const struct sigv4_request *r, const char *date,
                      const char *to_sign, char ret_hex[DIGEST_SHA256_HEX_SIZE])
{
    const char *const steps[] = {date, r->region, r->service, "aws4_request", to_sign};
    unsigned char mac[2][DIGEST_SHA256_SIZE];
    char *start = arena_printf(a, "AWS4%s", r->credentials->secret_key);
    size_t start_len = strlen(start);
    struct str key = {start, start_len};
    bool ok = true;

    for (size_t i = 0; ok && i < sizeof(steps) / sizeof(*steps); i++) {
        ok = digest_hmac_sha256(key, str_of(steps[i]), mac[i % 2]);
        key = (struct str){(const char *)mac[i % 2], DIGEST_SHA256_SIZE};
    }
    if (ok) {
        digest_hex(mac[0], DIGEST_SHA256_SIZE, ret_hex);
    }
    OPENSSL_cleanse(mac, sizeof(mac));
    OPENSSL_cleanse(start, start_len);
    return ok;
}

/* What signatures in headers and in a URL have in common. */
struct scope {
    const char *stamp; /* 20150830T123600Z */
    const char *date;  /* 20150830 */
    const char *text;  /* date/region/service/aws4_request */
};

static bool scope_of(struct arena *a, const struct sigv4_request *r, struct scope *ret_scope)
{
    char stamp[sizeof("20150830T123600Z")];
    struct scope s;
    struct tm tm;

    if (gmtime_r(&r->time, &tm) == NULL ||
        strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0) {
        return false;
    }
    s.stamp = arena_strdup(a, stamp);
    s.date = arena_strndup(a, stamp, 8);
    s.text = arena_printf(a, "%s/%s/%s/aws4_request", s.date, r->region, r->service);
    *ret_scope = s;
    return true;
}

static const char *payload_of(struct arena *a, const struct sigv4_request *r)
{
    char hash[DIGEST_SHA256_HEX_SIZE];

    if (r->payload_hash) {
        return r->payload_hash;
    }
    return digest_sha256_hex(r->body, hash) ? arena_strdup(a, hash) : NULL;
}

/* The three texts, one made from the other; payload_hash must be there. */
struct texts {
    const char *canonical_request;
    const char *string_to_sign;
    char signature[DIGEST_SHA256_HEX_SIZE];
};

static bool texts_of(struct arena *a, const struct sigv4_request *r, const struct scope *scope,
                     const struct header_block *headers, struct texts *ret_texts)
{
    char hash[DIGEST_SHA256_HEX_SIZE];
    struct texts *t = ret_texts;

    t->canonical_request =
        join(a,
             (const char *const[]){r->method, canonical_path(a, r), query(a, r, false),
                                   headers->lines, headers->names, r->payload_hash},
             6, "\n");
    if (!digest_sha256_hex(str_of(t->canonical_request), hash)) {
        return false;
    }
    t->string_to_sign =
        arena_printf(a, "%s\n%s\n%s\n%s", ALGORITHM, scope->stamp, scope->text, hash);
    return signature(a, r, scope->date, t->string_to_sign, t->signature);
}

bool sigv4_sign(struct arena *a, const struct sigv4_request *request,
                struct sigv4_signed *ret_signed)
{
    const struct sigv4_credentials *c = request->credentials;
    struct sigv4_signed s = {.n_headers = 0};
    struct sigv4_request r = *request;
    struct header_block headers;
    struct scope scope;
    struct texts texts;

    r.payload_hash = payload_of(a, request);
    if (r.payload_hash == NULL || !scope_of(a, &r, &scope)) {
        return false;
    }
    add(&s, "host", r.host);
    add(&s, "x-amz-date", scope.stamp);
    if (r.flags & SIGV4_CONTENT_SHA256) {
        add(&s, "x-amz-content-sha256", r.payload_hash);
    }
    if (c->session_token && *c->session_token) {
        add(&s, "x-amz-security-token", c->session_token);
    }
    headers = header_block(a, &r, &s);
    if (!texts_of(a, &r, &scope, &headers, &texts)) {
        return false;
    }
    s.canonical_request = texts.canonical_request;
    s.string_to_sign = texts.string_to_sign;
    add(&s, "authorization",
        arena_printf(a, "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s", ALGORITHM,
                     c->access_key, scope.text, headers.names, texts.signature));
    *ret_signed = s;
    return true;
}

#define PRESIGN_PARAMS 6

bool sigv4_presign(struct arena *a, const struct sigv4_request *request, unsigned expires_s,
                   struct sigv4_presigned *ret_presigned)
{
    const struct sigv4_credentials *c = request->credentials;
    struct sigv4_param *params =
        arena_array(a, request->n_params + PRESIGN_PARAMS, sizeof(*params));
    struct sigv4_signed host = {.n_headers = 0};
    struct sigv4_request r = *request;
    struct header_block headers;
    struct scope scope;
    struct texts texts;
    size_t n = 0;

    r.payload_hash = r.payload_hash == NULL && (r.flags & SIGV4_CONTENT_SHA256)
                         ? SIGV4_UNSIGNED_PAYLOAD
                         : payload_of(a, request);
    if (r.payload_hash == NULL || !scope_of(a, &r, &scope)) {
        return false;
    }
    add(&host, "host", r.host);
    headers = header_block(a, &r, &host);
    for (; n < r.n_params; n++) {
        params[n] = r.params[n];
    }
    params[n++] = (struct sigv4_param){"X-Amz-Algorithm", ALGORITHM};
    params[n++] = (struct sigv4_param){"X-Amz-Credential",
                                       arena_printf(a, "%s/%s", c->access_key, scope.text)};
    params[n++] = (struct sigv4_param){"X-Amz-Date", scope.stamp};
    params[n++] = (struct sigv4_param){"X-Amz-Expires", arena_printf(a, "%u", expires_s)};
    params[n++] = (struct sigv4_param){"X-Amz-SignedHeaders", headers.names};
    if (c->session_token && *c->session_token) {
        params[n++] = (struct sigv4_param){"X-Amz-Security-Token", c->session_token};
    }
    r.params = params;
    r.n_params = n;
    if (!texts_of(a, &r, &scope, &headers, &texts)) {
        return false;
    }
    *ret_presigned = (struct sigv4_presigned){
        arena_printf(a, "%s&X-Amz-Signature=%s", sigv4_target(a, &r), texts.signature),
        texts.canonical_request, texts.string_to_sign};
    return true;
}
