#include "s3/s3_request.h"

#include <string.h>
#include <strings.h>

#include "aws/digest.h"
#include "base/ctx.h"

#define MAX_OWN_HEADERS 4

/* All that a try needs; made once, signed again for each. */
struct attempt {
    struct s3_client *client;
    struct sigv4_credentials keys; /* of this try: they are renewed in mid-run */
    struct sigv4_request sign;
    struct http_header own[MAX_OWN_HEADERS]; /* beside those the signature adds */
};

char *s3_request_target(struct arena *a, const struct s3_request *request)
{
    if (request->key) {
        return arena_printf(a, "object \"%s\" of bucket %s", request->key, request->bucket);
    }
    return arena_printf(a, "bucket %s", request->bucket);
}

static enum rc no_crypto(struct ctx *cx)
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

    if (credentials_get(cx, t->client->credentials, &t->keys) != RC_OK) {
        return RC_FAIL;
    }
    t->sign.credentials = &t->keys;
    t->sign.time = cx->clock->now(cx->clock).tv_sec;
    if (!sigv4_sign(cx->arena, &t->sign, &s)) {
        return no_crypto(cx);
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
    if (value && *value) {
        t->own[t->sign.n_headers++] = (struct http_header){name, value};
    }
}

static enum rc prepare(struct ctx *cx, const struct s3_request *r, const struct s3_address *at,
                       struct attempt *t)
{
    char hash[DIGEST_SHA256_HEX_SIZE], md5[DIGEST_MD5_BASE64_SIZE] = "";

    if (!digest_sha256_hex(r->body, hash) || (r->content_md5 && !digest_md5_base64(r->body, md5))) {
        return no_crypto(cx);
    }
    add_header(t, "content-type", r->content_type);
    add_header(t, "content-md5", arena_strdup(cx->arena, md5));
    add_header(t, "x-amz-bucket-object-lock-enabled", r->object_lock ? "true" : NULL);
    add_header(t, "x-amz-expected-bucket-owner", r->expected_owner);
    add_header(t, r->setting.name, r->setting.value);
    t->sign.method = r->method;
    t->sign.host = at->host;
    t->sign.path = at->path;
    t->sign.params = r->params;
    t->sign.n_params = r->n_params;
    t->sign.headers = t->own;
    t->sign.payload_hash = arena_strdup(cx->arena, hash);
    t->sign.region = t->client->region;
    t->sign.service = "s3";
    t->sign.flags = SIGV4_S3;
    return RC_OK;
}

static enum rc send(struct ctx *cx, struct s3_client *client, const struct s3_request *r,
                    struct http_response *ret_http)
{
    struct diag_point before = diag_point(cx);
    struct attempt t = {.client = client};
    struct s3_address at;
    struct http_request http;

    if (s3_client_address(cx, client, r->bucket, r->key, &at) != RC_OK ||
        prepare(cx, r, &at, &t) != RC_OK) {
        return RC_FAIL;
    }
    if (credentials_get(cx, client->credentials, &t.keys) != RC_OK) {
        return diag_wrap(cx, before, "Cannot %s %s", r->doing, s3_request_target(cx->arena, r));
    }
    http = (struct http_request){
        .method = r->method,
        .url = arena_printf(cx->arena, "%s://%s%s", client->scheme, at.host,
                            sigv4_target(cx->arena, &t.sign)),
        .body = r->body.p,
        .body_len = r->body.n,
        .max_response = r->max_response,
        .retry_safe = true, /* S3 requests name what they make; a repeated delete adds a marker */
        .prepare = sign,
        .prepare_arg = &t,
    };
    if (http_send(cx, client->http, &http, ret_http) == RC_OK) {
        return RC_OK;
    }
    return diag_wrap(cx, before, "Cannot %s %s%s", r->doing, s3_request_target(cx->arena, r),
                     at.virtual_host && !client->aws
                         ? " (its name was put before the server's; force_path_style avoids that)"
                         : "");
}

static enum rc not_s3(struct ctx *cx, const struct s3_client *client, const struct s3_request *r,
                      const struct http_response *http, const char *why)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot %s %s", r->doing, s3_request_target(cx->arena, r)),
        "%s to %s://%s was answered with HTTP %d, but not as S3 does: %s. It begins: "
        "\"%s\". Check that the endpoint is an S3 server and that no proxy or login "
        "page answers in its place.",
        r->method, client->scheme, client->host, http->status, why,
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

static bool is_error(const struct xml_node *root)
{
    return root && strcmp(root->name, "Error") == 0;
}

/* A refusal is a result for the caller, or a message. */
static enum rc refused(struct ctx *cx, const struct s3_client *client, const struct s3_request *r,
                       const struct s3_reply *reply)
{
    struct s3_error error = s3_error_of(cx, &reply->http, reply->root);
    enum rc rc = s3_error_class(&error, r);

    if (rc == RC_FAIL) {
        return s3_error_report(cx, client, r, &error);
    }
    if (r->error) {
        *r->error = error;
    }
    return rc;
}

/* Success must look like S3's, or a proxy's login page would pass for it. */
static enum rc check_document(struct ctx *cx, const struct s3_client *client,
                              const struct s3_request *r, const struct s3_reply *reply,
                              const char *why)
{
    const struct xml_node *root = reply->root;

    if (r->root && root == NULL) {
        return not_s3(cx, client, r, &reply->http,
                      arena_printf(cx->arena, "its body is no XML (%s)", why));
    }
    if (r->root && strcmp(root->name, r->root) != 0 &&
        (root->ns == NULL || strcmp(root->ns, S3_REQUEST_NAMESPACE) != 0)) {
        return not_s3(cx, client, r, &reply->http,
                      arena_printf(cx->arena, "no <%s> came", r->root));
    }
    if (!r->root && (is_web_page(root) || (root == NULL && has_body(&reply->http)))) {
        return not_s3(cx, client, r, &reply->http, "a body came where S3 sends none");
    }
    return RC_OK;
}

enum rc s3_request_send(struct ctx *cx, struct s3_client *client, const struct s3_request *request,
                        struct s3_reply *ret_reply)
{
    struct s3_reply reply = {.root = NULL};
    const char *why = NULL;
    struct str document;
    bool ok;

    if (send(cx, client, request, &reply.http) != RC_OK) {
        return RC_FAIL;
    }
    ok = reply.http.status >= 200 && reply.http.status < 300;
    if (!ok || !request->content) {
        document = request->mend ? xml_mend(cx->arena, reply.http.body) : reply.http.body;
        reply.root = xml_parse(cx->arena, document, &why);
        if (!ok || is_error(reply.root)) {
            return refused(cx, client, request, &reply);
        }
        if (check_document(cx, client, request, &reply, why) != RC_OK) {
            return RC_FAIL;
        }
    }
    *ret_reply = reply;
    return RC_OK;
}
