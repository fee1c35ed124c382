#include "s3/s3_copy.h"

#include <string.h>

#include "base/ctx.h"
#include "s3/s3_request.h"

#define SLOWEST     8000 /* bytes a millisecond: what a busy server copies at least */
#define OWN_HEADERS 8    /* at most, beside metadata and settings */

/* "bucket/key?versionId=v", each byte encoded once. */
const char *s3_copy_source(struct arena *a, const struct s3_object *from)
{
    const char *key = sigv4_encode(a, str_of(from->key), true);

    if (from->version_id == NULL) {
        return arena_printf(a, "%s/%s", from->bucket, key);
    }
    return arena_printf(a, "%s/%s?versionId=%s", from->bucket, key,
                        sigv4_encode(a, str_of(from->version_id), false));
}

int64_t s3_copy_extra_ms(uint64_t bytes)
{
    return (int64_t)(bytes / SLOWEST);
}

static size_t write_headers(struct arena *a, const struct s3_copy *c, struct http_header *out)
{
    const char *tags = c->tags ? s3_tags_query(a, c->tags) : "";
    const char *owner = c->from.expected_owner;
    const struct http_header own[OWN_HEADERS] = {
        {"x-amz-copy-source", s3_copy_source(a, &c->from)},
        {"x-amz-source-expected-bucket-owner", owner && *owner ? owner : NULL},
        {"x-amz-copy-source-if-match", c->etag},
        {"x-amz-metadata-directive", c->meta ? "REPLACE" : "COPY"},
        {"x-amz-tagging-directive", c->tags ? "REPLACE" : "COPY"},
        {"x-amz-tagging", *tags ? tags : NULL},
        {"if-match", c->if_match},
        {"if-none-match", c->if_absent ? "*" : NULL},
    };
    size_t n = OWN_HEADERS;

    memcpy(out, own, sizeof(own));
    n += s3_object_info_write_meta(c->meta, out + n);
    n += s3_object_info_write_settings(c->settings, out + n);
    return n;
}

static enum rc check(struct ctx *cx, const struct s3_copy *c)
{
    const struct s3_object *from = &c->from;

    bool one = from->version_id ? *from->version_id != '\0' : c->etag != NULL;

    if (from->key && *from->key && one) {
        return RC_OK;
    }
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot copy object \"%s\" of bucket %s",
                                   from->key ? from->key : "", from->bucket),
                      "Key and version of the source must both be named, or its ETag. Nothing was "
                      "sent.");
}

static enum rc read_reply(struct ctx *cx, const struct s3_request *request,
                          const struct s3_reply *reply, struct s3_written *ret_written)
{
    const char *etag = xml_text(reply->root, "ETag");

    if (etag == NULL || *etag == '\0') {
        return diag_error(
            cx, NULL,
            arena_printf(cx->arena, "Cannot copy onto %s", s3_request_target(cx->arena, request)),
            "The server answered with HTTP %d, but without the new object's ETag: "
            "whether there is one is not known. List the versions of this key.",
            reply->http.status);
    }
    *ret_written = (struct s3_written){
        .version_id = http_header_get(&reply->http, "x-amz-version-id"),
        .etag = s3_object_info_etag(cx->arena, etag),
        .last_modified = xml_text(reply->root, "LastModified"),
        .repeated = reply->http.repeated,
    };
    return RC_OK;
}

enum rc s3_copy(struct ctx *cx, struct s3_client *client, const struct s3_copy *copy,
                struct s3_written *ret_written)
{
    struct http_header *headers =
        arena_array(cx->arena, OWN_HEADERS + s3_object_info_headers(copy->meta), sizeof(*headers));
    struct s3_error error = {.status = 0};
    struct s3_request request = {
        .doing = "copy a version onto",
        .permission = "s3:PutObject (on the source s3:GetObjectVersion, and to carry tags "
                      "s3:GetObjectVersionTagging and s3:PutObjectTagging)",
        .method = "PUT",
        .headers = headers,
        .root = "CopyObjectResult",
        .extra_ms = s3_copy_extra_ms(copy->size),
        .error = &error,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc;

    if (check(cx, copy) != RC_OK) {
        return RC_FAIL;
    }
    if (copy->size > (copy->limit ? copy->limit : S3_COPY_LIMIT)) {
        return s3_copy_parts(cx, client, copy, ret_written);
    }
    if (s3_request_object(cx, &copy->to, &request) != RC_OK) {
        return RC_FAIL;
    }
    request.n_headers = write_headers(cx->arena, copy, headers);
    rc = s3_request_send(cx, client, &request, &reply);
    if (rc == RC_CONFLICT) {
        ret_written->repeated = error.http.repeated;
    }
    return rc == RC_OK ? read_reply(cx, &request, &reply, ret_written) : rc;
}
