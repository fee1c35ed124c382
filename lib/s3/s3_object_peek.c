/* Whether a version's content can be had, at the price of one byte. */
#include <string.h>

#include "base/ctx.h"
#include "s3/s3_object.h"
#include "s3/s3_request.h"

#define MAX_RESPONSE ((size_t)64 << 10) /* of a refusal; the byte is one */
#define EMPTY        "InvalidRange"     /* an object of no bytes has no first one */

static const struct s3_refusal refusals[] = {
    {EMPTY, RC_CONFLICT, NULL},
    {"AccessDenied", RC_CONFLICT, NULL},
    {"InvalidObjectState", RC_CONFLICT, NULL}, /* it lies in an archive */
    {"KMS.AccessDeniedException", RC_CONFLICT, NULL},
    {"KMS.DisabledException", RC_CONFLICT, NULL},
    {"KMS.InvalidKeyUsageException", RC_CONFLICT, NULL},
    {"KMS.InvalidStateException", RC_CONFLICT, NULL},
    {"KMS.KMSInvalidStateException", RC_CONFLICT, NULL},
    {"KMS.KeyUnavailableException", RC_CONFLICT, NULL},
    {"KMS.NotFoundException", RC_CONFLICT, NULL},
    {NULL, RC_FAIL, NULL},
};

enum rc s3_object_peek(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                       const char **ret_why)
{
    const struct http_header first_byte = {"range", "bytes=0-0"};
    const struct sigv4_param params[] = {{"versionId", object->version_id}};
    struct s3_error error = {.code = ""};
    struct s3_request request = {
        .doing = "read",
        .permission = object->version_id ? "s3:GetObjectVersion" : "s3:GetObject",
        .method = "GET",
        .params = params,
        .n_params = object->version_id ? 1 : 0,
        .headers = &first_byte,
        .n_headers = 1,
        .content = true,
        .max_response = MAX_RESPONSE,
        .refusals = refusals,
        .error = &error,
    };
    struct s3_reply reply;
    enum rc rc = s3_request_object(cx, object, &request);

    if (rc == RC_OK) {
        rc = s3_request_send(cx, client, &request, &reply);
    }
    if (rc == RC_CONFLICT && strcmp(error.code, EMPTY) == 0) {
        return RC_OK;
    }
    if (rc == RC_CONFLICT) {
        *ret_why =
            arena_printf(cx->arena, "%s (HTTP %d %s)", error.message, error.status, error.code);
    }
    return rc;
}
