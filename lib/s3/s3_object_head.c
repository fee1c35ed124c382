/* One version's headers. Refusals of HEAD have no body: what they mean is told by headers, or asked
 * with a GET of one byte. */
#include <string.h>

#include "base/ctx.h"
#include "s3/s3_object.h"
#include "s3/s3_request.h"

#define MAX_HEADERS 2
#define MAX_PARAMS  2

/* "It is a delete marker" (405, to HEAD with its version), and "this needs more of the request". */
static const struct s3_refusal refusals[] = {
    {"405", RC_CONFLICT, NULL},
    {"400", RC_CONFLICT, NULL},
    {NULL, RC_FAIL, NULL},
};
static const struct s3_refusal refusals_denied[] = {
    {"405", RC_CONFLICT, NULL},
    {"400", RC_CONFLICT, NULL},
    {"403", RC_CONFLICT, NULL},
    {NULL, RC_FAIL, NULL},
};

static bool is_true(const char *text)
{
    return text && strcmp(text, "true") == 0;
}

static bool read_marker(const struct http_response *http, const struct s3_object *object,
                        struct s3_object_info *ret_info)
{
    const char *version = http_header_get(http, "x-amz-version-id");
    struct s3_object_info info = {.state = S3_OBJECT_MARKER};

    if (!is_true(http_header_get(http, "x-amz-delete-marker"))) {
        return false;
    }
    info.version_id = version ? version : object->version_id;
    info.last_modified = http_header_get(http, "last-modified");
    if (!http_date(info.last_modified, &info.modified)) {
        info.last_modified = NULL;
    }
    *ret_info = info;
    return true;
}

/* As AWS and MinIO say it, and as Ceph does. Both codes have other meanings, too. */
static const struct s3_refusal no_key[] = {
    {"InvalidRequest", RC_CONFLICT, NULL},
    {"InvalidArgument", RC_CONFLICT, NULL},
    {NULL, RC_FAIL, NULL},
};

/* HEAD was answered 400, as for a version that its owner's key encrypts, and for other reasons,
 * too: the refusal of a GET says which. RC_CONFLICT: a key is needed. RC_NOT_FOUND: GET knows no
 * reason.
 */
static enum rc ask_why(struct ctx *cx, struct s3_client *client, const struct s3_request *head)
{
    const struct http_header first_byte = {"range", "bytes=0-0"};
    struct s3_request get = *head;
    struct s3_error error = {.status = 0};
    struct s3_reply reply;
    enum rc rc;

    get.method = "GET";
    get.content = true;
    get.headers = &first_byte;
    get.n_headers = 1;
    get.refusals = no_key;
    get.error = &error;
    rc = s3_request_send(cx, client, &get, &reply);
    if (rc != RC_CONFLICT) {
        return rc == RC_FAIL ? RC_FAIL : RC_NOT_FOUND;
    }
    if (strcasestr(error.message, "encrypt")) {
        return RC_CONFLICT;
    }
    get.refusals = NULL;
    return s3_error_report(cx, &get, &error);
}

static enum rc refused(struct ctx *cx, struct s3_client *client, const struct s3_request *head,
                       const struct s3_error *error, struct s3_object_info *ret_info)
{
    struct s3_request plain = *head;
    enum rc rc = RC_NOT_FOUND;

    if (error->status == 403) {
        return RC_CONFLICT;
    }
    if (error->status == 400) {
        rc = ask_why(cx, client, head);
    }
    if (rc == RC_CONFLICT) {
        *ret_info = (struct s3_object_info){.state = S3_OBJECT_NEEDS_KEY};
        return RC_OK;
    }
    plain.refusals = NULL;
    return rc == RC_FAIL ? RC_FAIL : s3_error_report(cx, &plain, error);
}

static enum rc answered(struct ctx *cx, const struct s3_request *request,
                        const struct http_response *http, struct s3_object_info *ret_info)
{
    if (s3_object_info_read(cx->arena, http, ret_info)) {
        return RC_OK;
    }
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot look at %s", s3_request_target(cx->arena, request)),
        "HEAD was answered with HTTP %d, but not as S3 does: without ETag, Last-Modified or "
        "Content-Length. Check that the endpoint is an S3 server and that no proxy or login page "
        "answers in its place.",
        http->status);
}

/* The version, and the part of it. */
static size_t which(struct arena *a, const struct s3_object *object,
                    const struct s3_head_options *options, struct sigv4_param *params)
{
    size_t n = 0;

    if (object->version_id) {
        params[n++] = (struct sigv4_param){"versionId", object->version_id};
    }
    if (options && options->part > 0) {
        params[n++] = (struct sigv4_param){"partNumber", arena_printf(a, "%u", options->part)};
    }
    return n;
}

enum rc s3_object_head(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                       const struct s3_head_options *options, struct s3_object_info *ret_info)
{
    const struct http_header checksums = {"x-amz-checksum-mode", "ENABLED"};
    struct sigv4_param params[MAX_PARAMS];
    struct s3_error error = {.status = 0};
    struct s3_request request = {
        .doing = "look at",
        .permission = object->version_id ? "s3:GetObjectVersion" : "s3:GetObject",
        .method = "HEAD",
        .params = params,
        .headers = &checksums,
        .n_headers = options && options->checksums ? 1 : 0,
        .refusals = options && options->may_be_denied ? refusals_denied : refusals,
        .error = &error,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc;

    request.n_params = which(cx->arena, object, options, params);
    if (s3_request_object(cx, object, &request) != RC_OK) {
        return RC_FAIL;
    }
    rc = s3_request_send(cx, client, &request, &reply);
    if (rc == RC_OK) {
        return answered(cx, &request, &reply.http, ret_info);
    }
    if (rc != RC_FAIL && read_marker(&error.http, object, ret_info)) {
        return RC_OK;
    }
    return rc == RC_CONFLICT ? refused(cx, client, &request, &error, ret_info) : rc;
}
