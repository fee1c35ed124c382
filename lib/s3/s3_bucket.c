#include "s3/s3_bucket.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_request.h"

/* AWS wants every region but its first named in the body; other servers know only their own names,
 * and none is their default. */
static struct str location(struct arena *a, const struct s3_client *client)
{
    struct xml_node *root;
    struct buf *body;

    if (!client->aws || strcmp(client->region, "us-east-1") == 0) {
        return (struct str){NULL, 0};
    }
    root = xml_new(a, "CreateBucketConfiguration", S3_REQUEST_NAMESPACE);
    body = buf_new(a, 1024);
    xml_add(a, root, "LocationConstraint", client->region);
    xml_write(body, root);
    return buf_str(body);
}

static enum rc create(struct ctx *cx, struct s3_client *client, const char *bucket,
                      bool object_lock)
{
    const struct http_header lock = {"x-amz-bucket-object-lock-enabled",
                                     object_lock ? "true" : NULL};
    struct s3_error error = {.tries = 0};
    struct s3_reply reply;
    struct s3_request request = {
        .doing = "create",
        .permission = "s3:CreateBucket",
        .method = "PUT",
        .bucket = bucket,
        .body = location(cx->arena, client),
        .headers = &lock,
        .n_headers = 1,
        .error = &error,
    };
    enum rc rc;

    request.content_type = request.body.n ? "application/xml" : NULL;
    rc = s3_request_send(cx, client, &request, &reply);
    /* A repeated try that finds the bucket ours: the first one made it, its answer was lost. */
    if (rc == RC_CONFLICT && error.tries > 1 &&
        strcmp(error.code, "BucketAlreadyOwnedByYou") == 0) {
        return RC_OK;
    }
    return rc;
}

enum rc s3_bucket_create(struct ctx *cx, struct s3_client *client, const char *bucket)
{
    return create(cx, client, bucket, false);
}

enum rc s3_bucket_create_locked(struct ctx *cx, struct s3_client *client, const char *bucket)
{
    return create(cx, client, bucket, true);
}

enum rc s3_bucket_head(struct ctx *cx, struct s3_client *client, const char *bucket)
{
    const struct s3_request request = {
        .doing = "look at",
        .permission = "s3:ListBucket",
        .method = "HEAD",
        .bucket = bucket,
    };
    struct s3_reply reply;

    return s3_request_send(cx, client, &request, &reply);
}

enum rc s3_bucket_missing(struct ctx *cx, const struct s3_target *target, const struct path *path)
{
    const struct s3_client *client = target->client;

    return diag_error(cx, path, arena_printf(cx->arena, "Bucket %s does not exist", target->bucket),
                      "The S3 server %s://%s, asked in region %s, knows no bucket of that name. "
                      "Create it first, or check the name, the endpoint and the region.",
                      client->scheme, client->host, client->region);
}

static const char *turn(struct ctx *cx, const struct s3_target *target)
{
    return arena_printf(cx->arena, "settings of bucket %s", target->bucket);
}

enum rc s3_bucket_begin(struct ctx *cx, const struct s3_target *target)
{
    return session_lock(cx, turn(cx, target));
}

void s3_bucket_end(struct ctx *cx, const struct s3_target *target)
{
    session_unlock(cx, turn(cx, target));
}

enum rc s3_bucket_delete(struct ctx *cx, struct s3_client *client, const char *bucket)
{
    const struct s3_request request = {
        .doing = "delete",
        .permission = "s3:DeleteBucket",
        .method = "DELETE",
        .bucket = bucket,
    };
    struct s3_reply reply;

    return s3_request_send(cx, client, &request, &reply);
}
