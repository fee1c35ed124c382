#include "s3/s3_config.h"

#include "base/ctx.h"
#include "s3/s3_request.h"

const struct s3_config_part s3_config_parts[] = {
    {"versioning", "s3:GetBucketVersioning", NULL},
    {"object-lock", "s3:GetBucketObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"},
    {"lifecycle", "s3:GetLifecycleConfiguration", "NoSuchLifecycleConfiguration"},
    {"replication", "s3:GetReplicationConfiguration", "ReplicationConfigurationNotFoundError"},
    {"cors", "s3:GetBucketCORS", "NoSuchCORSConfiguration"},
    {"policy", "s3:GetBucketPolicy", "NoSuchBucketPolicy"},
    {"encryption", "s3:GetEncryptionConfiguration",
     "ServerSideEncryptionConfigurationNotFoundError"},
    {"tagging", "s3:GetBucketTagging", "NoSuchTagSet"},
    {"acl", "s3:GetBucketAcl", NULL},
    {"ownershipControls", "s3:GetBucketOwnershipControls", "OwnershipControlsNotFoundError"},
    {"publicAccessBlock", "s3:GetBucketPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"},
    {"website", "s3:GetBucketWebsite", "NoSuchWebsiteConfiguration"},
    {"logging", "s3:GetBucketLogging", NULL},
    {"notification", "s3:GetBucketNotification", NULL},
    {NULL, NULL, NULL},
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
