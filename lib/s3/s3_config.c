#include "s3/s3_config.h"

#include "base/ctx.h"
#include "s3/s3_request.h"
#include "s3/s3_wait.h"

const struct s3_config_part s3_config_parts[] = {
    {"versioning", "s3:GetBucketVersioning", NULL, "s3:PutBucketVersioning"},
    {"object-lock", "s3:GetBucketObjectLockConfiguration", "ObjectLockConfigurationNotFoundError",
     "s3:PutBucketObjectLockConfiguration"},
    {"lifecycle", "s3:GetLifecycleConfiguration", "NoSuchLifecycleConfiguration",
     "s3:PutLifecycleConfiguration"},
    {"replication", "s3:GetReplicationConfiguration", "ReplicationConfigurationNotFoundError",
     "s3:PutReplicationConfiguration"},
    {"cors", "s3:GetBucketCORS", "NoSuchCORSConfiguration", "s3:PutBucketCORS"},
    {"policy", "s3:GetBucketPolicy", "NoSuchBucketPolicy", "s3:PutBucketPolicy"},
    {"encryption", "s3:GetEncryptionConfiguration",
     "ServerSideEncryptionConfigurationNotFoundError", "s3:PutEncryptionConfiguration"},
    {"tagging", "s3:GetBucketTagging", "NoSuchTagSet", "s3:PutBucketTagging"},
    {"acl", "s3:GetBucketAcl", NULL, "s3:PutBucketAcl"},
    {"ownershipControls", "s3:GetBucketOwnershipControls", "OwnershipControlsNotFoundError",
     "s3:PutBucketOwnershipControls"},
    {"publicAccessBlock", "s3:GetBucketPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration",
     "s3:PutBucketPublicAccessBlock"},
    {"website", "s3:GetBucketWebsite", "NoSuchWebsiteConfiguration", "s3:PutBucketWebsite"},
    {"logging", "s3:GetBucketLogging", NULL, "s3:PutBucketLogging"},
    {"notification", "s3:GetBucketNotification", NULL, "s3:PutBucketNotification"},
    {NULL, NULL, NULL, NULL},
};

enum rc s3_config_get(struct ctx *cx, const struct s3_target *target,
                      const struct s3_config_part *part, struct str *ret_document)
{
    const struct sigv4_param param = {part->name, NULL};
    /* What servers say of a setting that they do not have. */
    const struct s3_refusal none[] = {
        {"MethodNotAllowed", RC_NOT_FOUND, NULL},
        {"NotImplemented", RC_NOT_FOUND, NULL},
        {"NoSuchConfiguration", RC_NOT_FOUND, NULL},
        {part->absent, RC_NOT_FOUND, NULL},
        {NULL, RC_FAIL, NULL},
    };
    const struct s3_request request = {
        .doing = arena_printf(cx->arena, "read the setting %s of", part->name),
        .permission = part->permission,
        .method = "GET",
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = &param,
        .n_params = 1,
        .content = true,
        .max_response = XML_MAX_BYTES,
        .refusals = none,
        .may_be_denied = target->may_be_denied,
    };
    struct s3_reply reply = {.root = NULL};
    const char *why;
    const struct xml_node *root;
    enum rc rc = s3_request_send(cx, target->client, &request, &reply);

    if (rc != RC_OK) {
        return rc;
    }
    /* A server that does not know the query answers it as a listing, or with nothing. */
    root = xml_parse(cx->arena, reply.http.body, &why);
    if (reply.http.body.n == 0 || (root && str_is(str_of(root->name), "ListBucketResult"))) {
        return RC_NOT_FOUND;
    }
    *ret_document = reply.http.body;
    return RC_OK;
}

/* A policy is JSON. */
static const char *type_of(struct str document)
{
    struct str text = xml_trim(document);

    return text.n > 0 && text.p[0] == '{' ? "application/json" : "application/xml";
}

enum rc s3_config_put(struct ctx *cx, const struct s3_target *target,
                      const struct s3_config_part *part, struct str document)
{
    static const struct s3_refusal none[] = {
        {"MethodNotAllowed", RC_NOT_FOUND, NULL},
        {"NotImplemented", RC_NOT_FOUND, NULL},
        {NULL, RC_FAIL, NULL},
    };
    const struct sigv4_param param = {part->name, NULL};
    const struct s3_request request = {
        .doing = arena_printf(cx->arena, "put the setting %s of", part->name),
        .permission = part->put_permission,
        .method = "PUT",
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = &param,
        .n_params = 1,
        .content_type = type_of(document),
        .body = document,
        .content_md5 = true,
        .refusals = none,
    };

    return s3_wait_put(cx, target, &request);
}
