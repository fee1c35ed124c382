/* An object in one request. */
#include <string.h>

#include "aws/digest.h"
#include "base/ctx.h"
#include "s3/s3_copy.h"
#include "s3/s3_etag.h"
#include "s3/s3_object.h"
#include "s3/s3_request.h"

#define OWN_HEADERS 3

bool s3_object_has(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                   const char *etag, struct s3_written *ret_written)
{
    struct s3_object latest = *object;
    struct diag_point before = diag_point(cx);
    struct s3_object_info info;
    enum rc rc;

    latest.version_id = NULL;
    rc = s3_object_head(cx, client, &latest, NULL, &info);
    diag_drop_since(cx, before);
    if (rc != RC_OK || info.state != S3_OBJECT_PRESENT || strcmp(info.etag, etag) != 0) {
        return false;
    }
    *ret_written =
        (struct s3_written){.version_id = info.version_id, .etag = info.etag, .repeated = true};
    return true;
}

static size_t write_headers(struct arena *a, const struct s3_put *p, struct http_header *out)
{
    const char *tags = p->tags ? s3_tags_query(a, p->tags) : "";
    size_t n = 0;

    out[n++] = (struct http_header){"x-amz-tagging", *tags ? tags : NULL};
    out[n++] = (struct http_header){"if-match", p->if_match};
    out[n++] = (struct http_header){"if-none-match", p->if_absent ? "*" : NULL};
    n += s3_object_info_write_meta(p->meta, out + n);
    return n + s3_object_info_write_settings(p->settings, out + n);
}

static enum rc read_reply(struct ctx *cx, const struct s3_request *request,
                          const struct http_response *http, struct s3_written *ret_written)
{
    const char *etag = http_header_get(http, "etag");

    if (etag == NULL || *etag == '\0') {
        return diag_error(
            cx, NULL,
            arena_printf(cx->arena, "Cannot write %s", s3_request_target(cx->arena, request)),
            "The server answered with HTTP %d, but without the new object's ETag: whether there is "
            "one is not known. List the versions of this key.",
            http->status);
    }
    *ret_written = (struct s3_written){
        .version_id = http_header_get(http, "x-amz-version-id"),
        .etag = s3_object_info_etag(cx->arena, etag),
        .repeated = http->repeated,
    };
    return RC_OK;
}

static const char *etag_of(struct arena *a, const unsigned char md5[DIGEST_MD5_SIZE])
{
    char hex[2 * DIGEST_MD5_SIZE + 1];

    digest_hex(md5, DIGEST_MD5_SIZE, hex);
    return s3_object_info_etag(a, hex);
}

enum rc s3_object_put(struct ctx *cx, struct s3_client *client, const struct s3_put *put,
                      struct s3_written *ret_written)
{
    unsigned char own[DIGEST_MD5_SIZE];
    const unsigned char *md5 = put->md5 ? put->md5 : own;
    struct http_header *headers =
        arena_array(cx->arena, OWN_HEADERS + s3_object_info_headers(put->meta), sizeof(*headers));
    struct s3_error error = {.status = 0};
    struct s3_request request = {
        .doing = "write",
        .permission = "s3:PutObject",
        .method = "PUT",
        .content_type = put->meta ? NULL : "application/octet-stream",
        .headers = headers,
        .body = put->content.p ? put->content : STR_LIT(""),
        .md5 = md5,
        .unsigned_payload = true,
        .extra_ms = s3_copy_extra_ms(put->content.n),
        .error = &error,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc = s3_request_object(cx, &put->to, &request);

    if (rc == RC_OK && !put->md5 && !digest_md5(put->content, own)) {
        rc = s3_request_no_crypto(cx);
    }
    if (rc != RC_OK) {
        return rc;
    }
    request.n_headers = write_headers(cx->arena, put, headers);
    rc = s3_request_send(cx, client, &request, &reply);
    if (rc == RC_CONFLICT && error.http.repeated &&
        s3_object_has(cx, client, &put->to, etag_of(cx->arena, md5), ret_written)) {
        return RC_OK;
    }
    return rc == RC_OK ? read_reply(cx, &request, &reply.http, ret_written) : rc;
}
