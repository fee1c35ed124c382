#include "s3/s3_object.h"

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_object_read.h"
#include "s3/s3_request.h"

/* Fill in what all three have in common; the rest is the caller's. */
static enum rc send(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                    const struct s3_request *own, struct s3_reply *ret_reply)
{
    struct sigv4_param version = {"versionId", object->version_id};
    struct s3_request request = *own;

    if (s3_request_object(cx, object, &request) != RC_OK) {
        return RC_FAIL;
    }
    request.params = &version;
    request.n_params = object->version_id ? 1 : 0;
    return s3_request_send(cx, client, &request, ret_reply);
}

struct content {
    const struct s3_object *object;
    struct buf *bytes;
};

static enum rc take(struct ctx *cx, void *arg, struct str piece)
{
    const struct content *c = arg;

    if (buf_append(c->bytes, piece.p, piece.n)) {
        return RC_OK;
    }
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot read object \"%s\" of bucket %s",
                                   c->object->key, c->object->bucket),
                      "It is larger than the %zu bytes that are read here.", c->bytes->max);
}

enum rc s3_object_get(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                      size_t max, struct str *ret_content)
{
    const struct s3_read read = {.from = *object};
    struct content content = {object, buf_new(cx->arena, max)};
    struct s3_object_info info;
    enum rc rc = s3_object_read(cx, client, &read, (struct s3_sink){take, &content}, &info);

    if (rc == RC_OK) {
        *ret_content = buf_str(content.bytes);
    }
    return rc;
}

/* The lock of a version is refused by the same code as a missing permission. */
static const struct s3_refusal version_refusals[] = {
    {"AccessDenied", RC_FAIL,
     "Either the version is locked (Object Lock) and stays until its time is over, or the access "
     "key needs the permission s3:DeleteObjectVersion. Check the retention of the version, and the "
     "policies of the key and of the bucket."},
    {NULL, 0, NULL},
};

enum rc s3_object_delete(struct ctx *cx, struct s3_client *client, const struct s3_object *object)
{
    const struct s3_request request = {
        .doing = "delete",
        .permission = object->version_id ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
        .method = "DELETE",
        .refusals = object->version_id ? version_refusals : NULL,
    };
    struct s3_reply reply = {.root = NULL};

    return send(cx, client, object, &request, &reply);
}
