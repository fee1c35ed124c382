#include "s3/s3_presign.h"

#include <string.h>

#include "base/ctx.h"
#include "base/redact.h"
#include "base/session.h"
#include "s3/s3_again.h"
#include "s3/s3_client.h"

/* Why not, or NULL. */
static const char *fault(const struct s3_object *o, const struct s3_presign_options *p)
{
    bool put = strcmp(p->method, "PUT") == 0;

    if (!put && strcmp(p->method, "GET") != 0 && strcmp(p->method, "HEAD") != 0) {
        return "The method must be GET, HEAD or PUT.";
    }
    if (p->expires_s < 1 || p->expires_s > SIGV4_PRESIGN_MAX_S) {
        return "It must hold for at least 1 second and at most 7 days (604800 seconds): servers "
               "accept no other.";
    }
    if (o->key == NULL || o->key[0] == '\0') {
        return "The object's key is empty; it would mean the bucket itself.";
    }
    return put && o->version_id ? "A version that exists cannot be written." : NULL;
}

static enum rc refuse(struct ctx *cx, const struct s3_object *o, const char *why)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot make a URL for object \"%s\" of bucket %s",
                                   o->key ? o->key : "", o->bucket),
                      "%s", why);
}

/* The object's owner is checked by a header, which whoever uses the URL must send, too. */
static void add_headers(struct ctx *cx, const struct s3_object *o,
                        const struct s3_presign_options *p, struct sigv4_request *sign)
{
    struct http_header *all = arena_array(cx->arena, p->n_headers + 1, sizeof(*all));
    size_t n = 0;

    for (; n < p->n_headers; n++) {
        all[n] = p->headers[n];
    }
    if (o->expected_owner && *o->expected_owner) {
        all[n++] = (struct http_header){"x-amz-expected-bucket-owner", o->expected_owner};
    }
    sign->headers = all;
    sign->n_headers = n;
}

enum rc s3_presign(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                   const struct s3_presign_options *options, const char **ret_url)
{
    struct s3_trial trial = s3_again_begin(cx, client, object->bucket);
    struct sigv4_param version = {"versionId", object->version_id};
    const char *why = fault(object, options);
    struct sigv4_presigned presigned;
    struct sigv4_request sign;
    struct s3_address at;

    if (why) {
        return refuse(cx, object, why);
    }
    if (s3_client_address(cx, &trial.place, object->bucket, object->key, &at) != RC_OK ||
        credentials_get(cx, client->credentials, &trial.keys) != RC_OK) {
        return RC_FAIL;
    }
    sign = (struct sigv4_request){
        .method = options->method,
        .host = at.host,
        .path = at.path,
        .params = &version,
        .n_params = object->version_id ? 1 : 0,
        .credentials = &trial.keys,
        .region = trial.place.region,
        .service = "s3",
        .time = s3_again_time(cx, &trial),
        .flags = SIGV4_S3,
    };
    add_headers(cx, object, options, &sign);
    if (!sigv4_presign(cx->arena, &sign, (unsigned)options->expires_s, &presigned)) {
        return refuse(cx, object,
                      "OpenSSL refused SHA-256 or HMAC, or the clock shows no valid "
                      "date. Check OpenSSL's configuration (openssl.cnf, FIPS mode) "
                      "and the clock.");
    }
    redact_add(session_redact(cx->session), strrchr(presigned.target, '=') + 1);
    *ret_url = arena_printf(cx->arena, "%s://%s%s", trial.place.scheme, at.host, presigned.target);
    return RC_OK;
}
