#include "s3/s3_versioning.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_wait.h"

static const char *const names[] = {
    [S3_VERSIONING_DISABLED] = "Disabled",
    [S3_VERSIONING_ENABLED] = "Enabled",
    [S3_VERSIONING_SUSPENDED] = "Suspended",
};

static const struct sigv4_param versioning_param[] = {{"versioning", NULL}};

const char *s3_versioning_status_name(enum s3_versioning_status status)
{
    return names[status];
}

const char *s3_versioning_mfa_delete_name(bool mfa_delete)
{
    return names[mfa_delete ? S3_VERSIONING_ENABLED : S3_VERSIONING_DISABLED];
}

enum s3_versioning_status s3_versioning_status_of(const char *name)
{
    if (name && strcmp(name, names[S3_VERSIONING_ENABLED]) == 0) {
        return S3_VERSIONING_ENABLED;
    }
    if (name && strcmp(name, names[S3_VERSIONING_SUSPENDED]) == 0) {
        return S3_VERSIONING_SUSPENDED;
    }
    return S3_VERSIONING_DISABLED;
}

/* A status of tomorrow must not read as "never set". */
static enum rc read_status(struct ctx *cx, const char *bucket, const struct s3_reply *reply,
                           struct s3_versioning *ret_versioning)
{
    const struct xml_node *root = reply->root;
    const char *status = xml_text(root, "Status");
    const char *mfa = xml_text(root, "MfaDelete");

    if (mfa == NULL) {
        mfa = xml_text(root, "MFADelete"); /* as some servers spell it */
    }
    if (status && *status && s3_versioning_status_of(status) == S3_VERSIONING_DISABLED &&
        strcmp(status, names[S3_VERSIONING_DISABLED]) != 0) {
        return diag_error(
            cx, NULL, arena_printf(cx->arena, "Cannot read the versioning of bucket %s", bucket),
            "The server answered with the unknown status \"%s\"; Enabled and "
            "Suspended are known. A newer version may know it.",
            s3_error_line(cx, str_of(status), 100));
    }
    ret_versioning->status = s3_versioning_status_of(status);
    ret_versioning->mfa_delete = mfa && strcmp(mfa, "Enabled") == 0;
    if (!http_date(http_header_get(&reply->http, "date"), &ret_versioning->date)) {
        ret_versioning->date = 0;
    }
    return RC_OK;
}

static const struct s3_refusal unsupported[] = {
    {"MethodNotAllowed", RC_CONFLICT, NULL},
    {"NotImplemented", RC_CONFLICT, NULL},
    {NULL, RC_FAIL, NULL},
};

enum rc s3_versioning_get(struct ctx *cx, const struct s3_target *target,
                          struct s3_versioning *ret_versioning)
{
    const struct s3_request request = {
        .doing = "read the versioning of",
        .permission = "s3:GetBucketVersioning",
        .method = "GET",
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = versioning_param,
        .n_params = 1,
        .root = "VersioningConfiguration",
        .refusals = target->may_be_denied ? unsupported : NULL,
    };
    struct s3_reply reply;
    enum rc rc = s3_request_send(cx, target->client, &request, &reply);

    return rc == RC_OK ? read_status(cx, target->bucket, &reply, ret_versioning) : rc;
}

static struct s3_request put_request(struct arena *a, const struct s3_target *target,
                                     enum s3_versioning_status wanted)
{
    struct xml_node *root = xml_new(a, "VersioningConfiguration", S3_REQUEST_NAMESPACE);
    struct buf *body = buf_new(a, 1024);

    xml_add(a, root, "Status", names[wanted]);
    xml_write(body, root);
    return (struct s3_request){
        .doing = wanted == S3_VERSIONING_ENABLED ? "enable versioning of" : "suspend versioning of",
        .permission = "s3:PutBucketVersioning",
        .method = "PUT",
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = versioning_param,
        .n_params = 1,
        .content_type = "application/xml",
        .content_md5 = true,
        .body = buf_str(body),
    };
}

/* S3 has no request for it: asking is a mistake of the caller. */
static enum rc check_wanted(struct ctx *cx, const char *bucket, enum s3_versioning_status wanted)
{
    if (wanted != S3_VERSIONING_DISABLED) {
        return RC_OK;
    }
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot disable versioning of bucket %s", bucket),
                      "S3 can enable and suspend versioning, not take it away. Ask for Suspended.");
}

struct watch {
    enum s3_versioning_status wanted;
    struct s3_versioning now;
};

static enum rc look(struct ctx *cx, const struct s3_target *target, void *arg, bool *ret_shown)
{
    struct watch *w = arg;
    enum rc rc = s3_versioning_get(cx, target, &w->now);

    *ret_shown = rc == RC_OK && w->now.status == w->wanted;
    return rc;
}

static const char *seen(struct ctx *cx, const void *arg)
{
    const struct watch *w = arg;

    (void)cx;
    return names[w->now.status];
}

enum rc s3_versioning_wait(struct ctx *cx, const struct s3_target *target,
                           enum s3_versioning_status wanted, struct s3_versioning *ret_seen)
{
    struct watch watch = {.wanted = wanted};
    enum rc rc = s3_wait_shown(
        cx, target,
        &(struct s3_wait){.wanted = arena_printf(cx->arena, "versioning %s", names[wanted]),
                          .look = look,
                          .seen = seen,
                          .arg = &watch});

    if (rc == RC_OK) {
        *ret_seen = watch.now;
    }
    return rc;
}

enum rc s3_versioning_put(struct ctx *cx, const struct s3_target *target,
                          enum s3_versioning_status wanted)
{
    struct s3_request request;

    if (check_wanted(cx, target->bucket, wanted) != RC_OK) {
        return RC_FAIL;
    }
    request = put_request(cx->arena, target, wanted);
    return s3_wait_put(cx, target, &request);
}
