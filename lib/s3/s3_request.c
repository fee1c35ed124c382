#include "s3/s3_request.h"

#include <string.h>
#include <strings.h>

#include "aws/digest.h"
#include "base/ctx.h"
#include "s3/s3_again.h"

#define OWN_HEADERS 3 /* at most, beside the request's and those of the signature */

/* All that a try needs; made once, signed again for each. */
struct attempt {
    const struct s3_request *request;
    struct s3_trial *trial;
    struct sigv4_request sign;
    struct http_header *own; /* beside those the signature adds */
};

char *s3_request_target(struct arena *a, const struct s3_request *request)
{
    if (request->key) {
        return arena_printf(a, "object \"%s\" of bucket %s", request->key, request->bucket);
    }
    return arena_printf(a, "bucket %s", request->bucket);
}

enum rc s3_request_object(struct ctx *cx, const struct s3_object *object,
                          struct s3_request *request)
{
    if (object->key == NULL || object->key[0] == '\0') {
        return diag_error(cx, NULL,
                          arena_printf(cx->arena, "Cannot %s an object of bucket %s without a name",
                                       request->doing, object->bucket),
                          "The object's key is empty; it would mean the bucket itself. Nothing was "
                          "sent.");
    }
    request->bucket = object->bucket;
    request->key = object->key;
    request->expected_owner = object->expected_owner;
    return RC_OK;
}

enum rc s3_request_no_crypto(struct ctx *cx)
{
    return diag_error(cx, NULL, "Cannot sign a request to S3",
                      "OpenSSL refused SHA-256, HMAC or MD5, or the clock shows no valid date. "
                      "Check OpenSSL's configuration (openssl.cnf, FIPS mode) and the clock.");
}

static enum rc sign(struct ctx *cx, void *arg, struct http_request *http)
{
    struct attempt *t = arg;
    struct sigv4_signed s;
    struct http_header *all;

    if (credentials_get(cx, t->trial->client->credentials, &t->trial->keys) != RC_OK) {
        return RC_FAIL;
    }
    t->sign.credentials = &t->trial->keys;
    t->sign.time = s3_again_time(cx, t->trial);
    if (!sigv4_sign(cx->arena, &t->sign, &s)) {
        return s3_request_no_crypto(cx);
    }
    all = arena_array(cx->arena, t->sign.n_headers + s.n_headers, sizeof(*all));
    memcpy(all, t->own, t->sign.n_headers * sizeof(*all));
    memcpy(all + t->sign.n_headers, s.headers, s.n_headers * sizeof(*all));
    http->headers = all;
    http->n_headers = t->sign.n_headers + s.n_headers;
    return RC_OK;
}

static void add_header(struct attempt *t, const char *name, const char *value)
{
    if (name && value) {
        t->own[t->sign.n_headers++] = (struct http_header){name, value};
    }
}

static const char *payload_hash(struct ctx *cx, const struct s3_request *r, bool tls)
{
    char hash[DIGEST_SHA256_HEX_SIZE];

    if (r->unsigned_payload && (tls || r->md5)) {
        return SIGV4_UNSIGNED_PAYLOAD;
    }
    return digest_sha256_hex(r->body, hash) ? arena_strdup(cx->arena, hash) : NULL;
}

static bool content_md5(struct ctx *cx, const struct s3_request *r, const char **ret_text)
{
    unsigned char sum[DIGEST_MD5_SIZE];
    char *text = arena_alloc(cx->arena, DIGEST_MD5_BASE64_SIZE);

    if (!r->content_md5 && !r->md5) {
        return true;
    }
    if (!r->md5 && !digest_md5(r->body, sum)) {
        return false;
    }
    digest_md5_base64(r->md5 ? r->md5 : sum, text);
    *ret_text = text;
    return true;
}

static enum rc prepare(struct ctx *cx, const struct s3_address *at, struct attempt *t)
{
    const struct s3_request *r = t->request;
    const struct s3_place *place = &t->trial->place;
    const char *owner = r->expected_owner && *r->expected_owner ? r->expected_owner : NULL;
    const char *md5 = NULL;

    t->sign.payload_hash = payload_hash(cx, r, strcmp(place->scheme, "https") == 0);
    if (t->sign.payload_hash == NULL || !content_md5(cx, r, &md5)) {
        return s3_request_no_crypto(cx);
    }
    t->own = arena_array(cx->arena, OWN_HEADERS + r->n_headers, sizeof(*t->own));
    add_header(t, "content-type", r->content_type);
    add_header(t, "content-md5", md5);
    add_header(t, "x-amz-expected-bucket-owner", owner);
    for (size_t i = 0; i < r->n_headers; i++) {
        add_header(t, r->headers[i].name, r->headers[i].value);
    }
    t->sign.method = r->method;
    t->sign.host = at->host;
    t->sign.path = at->path;
    t->sign.params = r->params;
    t->sign.n_params = r->n_params;
    t->sign.headers = t->own;
    t->sign.region = place->region;
    t->sign.service = "s3";
    t->sign.flags = SIGV4_S3;
    return RC_OK;
}

/* Before the whole document is read: does it begin with <Error? */
static bool begins_with_error(struct str body)
{
    static const char spaces[] = " \t\r\n";
    const char *p = body.n ? body.p + strspn(body.p, spaces) : "";

    if (str_starts(p, "<?xml")) {
        p += strcspn(p, ">");
        p += *p == '>';
        p += strspn(p, spaces);
    }
    return str_starts(p, "<Error");
}

static enum http_verdict verdict_of(int status, const char *code)
{
    static const struct {
        int status; /* 2: any 2xx */
        const char *code;
        enum http_verdict verdict;
    } rows[] = {
        {2, "InternalError", HTTP_PASSING},
        {2, "SlowDown", HTTP_THROTTLED},
        {2, "ServiceUnavailable", HTTP_THROTTLED},
        {400, "RequestTimeout", HTTP_PASSING},
    };

    for (size_t i = 0; code && i < sizeof(rows) / sizeof(*rows); i++) {
        if ((rows[i].status == status || rows[i].status == status / 100) &&
            strcmp(rows[i].code, code) == 0) {
            return rows[i].verdict;
        }
    }
    return HTTP_FINAL;
}

/* A failure that may pass, though the status does not say so. */
static enum http_verdict passing(struct ctx *cx, void *arg, const struct http_response *http)
{
    const struct attempt *t = arg;
    bool ok = http->status >= 200 && http->status < 300;
    const struct xml_node *root;
    const char *why;

    if ((ok && t->request->content) || !begins_with_error(http->body)) {
        return HTTP_FINAL;
    }
    root = xml_parse(cx->arena, http->body, &why);
    return root && strcmp(root->name, "Error") == 0
               ? verdict_of(http->status, xml_text(root, "Code"))
               : HTTP_FINAL;
}

static enum rc send(struct ctx *cx, struct s3_trial *trial, const struct s3_request *r,
                    struct http_response *ret_http)
{
    const struct s3_client *client = trial->client;
    struct diag_point before = diag_point(cx);
    struct attempt t = {.request = r, .trial = trial};
    struct s3_address at;
    struct http_request http;
    enum rc rc;

    if (s3_client_address(cx, &trial->place, r->bucket, r->key, &at) != RC_OK ||
        prepare(cx, &at, &t) != RC_OK) {
        return RC_FAIL;
    }
    if (credentials_get(cx, client->credentials, &trial->keys) != RC_OK) {
        return diag_wrap(cx, before, "Cannot %s %s", r->doing, s3_request_target(cx->arena, r));
    }
    http = (struct http_request){
        .method = r->method,
        .url = arena_printf(cx->arena, "%s://%s%s", trial->place.scheme, at.host,
                            sigv4_target(cx->arena, &t.sign)),
        .body = r->body.p,
        .body_len = r->body.n,
        .max_response = r->max_response,
        .extra_ms = r->extra_ms,
        .sink = r->sink,
        .retry_safe = true, /* S3 requests name what they make; a repeated delete adds a marker */
        .prepare = sign,
        .prepare_arg = &t,
        .passing = passing,
    };
    rc = http_send(cx, client->http, &http, ret_http);
    if (rc != RC_FAIL) {
        return rc; /* another one is the sink's */
    }
    return diag_wrap(cx, before, "Cannot %s %s%s", r->doing, s3_request_target(cx->arena, r),
                     at.virtual_host && !client->aws
                         ? " (its name was put before the server's; force_path_style or "
                           "--path-style avoids that)"
                         : "");
}

static enum rc not_s3(struct ctx *cx, const struct s3_place *place, const struct s3_request *r,
                      const struct http_response *http, const char *why)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot %s %s", r->doing, s3_request_target(cx->arena, r)),
        "%s to %s://%s was answered with HTTP %d, but not as S3 does: %s. It begins: "
        "\"%s\". Check that the endpoint is an S3 server and that no proxy or login "
        "page answers in its place.",
        r->method, place->scheme, place->host, http->status, why,
        s3_error_line(cx, http->body, 200));
}

static bool has_body(const struct http_response *http)
{
    return strspn(http->body.n ? http->body.p : "", " \t\r\n") < http->body.n;
}

/* A page for browsers that happens to be XML. */
static bool is_web_page(const struct xml_node *root)
{
    return root && strcasecmp(root->name, "html") == 0;
}

/* Read the reply's document. Whether it is a refusal, whatever its status. */
static bool is_refusal(struct ctx *cx, const struct s3_request *r, struct s3_reply *reply,
                       const char **ret_why)
{
    bool ok = reply->http.status >= 200 && reply->http.status < 300;
    struct str document = reply->http.body;

    reply->root = NULL;
    if (ok && (r->content || (r->read && !begins_with_error(document)))) {
        return false;
    }
    if (r->mend) {
        document = xml_mend(cx->arena, document);
    }
    reply->root = xml_parse(cx->arena, document, ret_why);
    return !ok || (reply->root && strcmp(reply->root->name, "Error") == 0);
}

/* A refusal is a result for the caller, or a message. */
static enum rc refused(struct ctx *cx, const struct s3_trial *trial, const struct s3_request *r,
                       const struct s3_error *error)
{
    enum rc rc = s3_error_class(error, r);

    if (r->error) {
        *r->error = *error;
    }
    if (rc == RC_FAIL) {
        return s3_error_report(cx, r, error);
    }
    s3_again_end(trial, r->bucket);
    return rc;
}

/* Success must look like S3's, or a proxy's login page would pass for it. */
static enum rc check_document(struct ctx *cx, const struct s3_place *place,
                              const struct s3_request *r, const struct s3_reply *reply,
                              const char *why)
{
    const struct xml_node *root = reply->root;

    if (r->content) {
        return RC_OK;
    }
    if (r->read) {
        why = r->read(cx, r->read_arg, reply->http.body);
        return why ? not_s3(cx, place, r, &reply->http, why) : RC_OK;
    }
    if (r->root && root == NULL) {
        return not_s3(cx, place, r, &reply->http,
                      arena_printf(cx->arena, "its body is no XML (%s)", why));
    }
    if (r->root && strcmp(root->name, r->root) != 0 &&
        (root->ns == NULL || strcmp(root->ns, S3_REQUEST_NAMESPACE) != 0)) {
        return not_s3(cx, place, r, &reply->http, arena_printf(cx->arena, "no <%s> came", r->root));
    }
    if (!r->root && (is_web_page(root) || (root == NULL && has_body(&reply->http)))) {
        return not_s3(cx, place, r, &reply->http, "a body came where S3 sends none");
    }
    return RC_OK;
}

enum rc s3_request_send(struct ctx *cx, struct s3_client *client, const struct s3_request *request,
                        struct s3_reply *ret_reply)
{
    struct s3_trial trial = s3_again_begin(cx, client, request->bucket);
    struct s3_reply reply = {.root = NULL};
    const char *why = NULL;
    bool repeated = false;
    unsigned repeats = 0; /* of what may have reached the server; a refused request did nothing */

    for (;;) {
        struct s3_error error;
        enum rc rc;

        rc = send(cx, &trial, request, &reply.http);
        if (rc != RC_OK) {
            return rc;
        }
        reply.http.tries += repeats;
        reply.http.repeated = reply.http.repeated || repeated;
        if (!is_refusal(cx, request, &reply, &why)) {
            break;
        }
        error = s3_error_of(cx, &trial, &reply.http, reply.root);
        rc = s3_again(cx, &trial, request, &error);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? refused(cx, &trial, request, &error) : rc;
        }
        repeats = reply.http.tries - 1;
        repeated = reply.http.repeated;
    }
    if (check_document(cx, &trial.place, request, &reply, why) != RC_OK) {
        return RC_FAIL;
    }
    s3_again_end(&trial, request->bucket);
    *ret_reply = reply;
    return RC_OK;
}
