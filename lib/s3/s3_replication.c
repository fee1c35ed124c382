#include "s3/s3_replication.h"

#include "s3/s3_request.h"
#include "s3/s3_rule.h"

#define ALTERNATIVE                                                                                \
    "DigitalOcean Spaces has no replication. Ceph takes rules only where an administrator has "    \
    "given the zonegroup a sync policy (radosgw-admin sync group create, sync group flow create, " \
    "sync group pipe create, period update --commit). Without it, copy the bucket on a schedule "  \
    "to another server or region, with rclone sync or mc mirror, and keep old versions there."

static const struct sigv4_param replication_param[] = {{"replication", NULL}};

static const struct s3_refusal get_refusals[] = {
    {"ReplicationConfigurationNotFoundError", RC_NOT_FOUND, NULL},
    {"MethodNotAllowed", RC_NOT_FOUND, NULL},
    {"NotImplemented", RC_NOT_FOUND, NULL},
    {"405", RC_NOT_FOUND, NULL},
    {"501", RC_NOT_FOUND, NULL},
    {NULL, RC_FAIL, NULL},
};

static const struct s3_refusal put_refusals[] = {
    {"ReplicationConfigurationNotFoundError", RC_NOT_FOUND, NULL},
    {"MethodNotAllowed", RC_FAIL, "The server does not replicate this bucket. " ALTERNATIVE},
    {"NotImplemented", RC_FAIL, "The server has no replication. " ALTERNATIVE},
    {"405", RC_FAIL, "The server does not replicate this bucket. " ALTERNATIVE},
    {"501", RC_FAIL, "The server has no replication. " ALTERNATIVE},
    {NULL, RC_FAIL, NULL},
};

const struct s3_rules_kind s3_replication_kind = {
    .name = "replication",
    .root = "ReplicationConfiguration",
    .param = replication_param,
    .get_permission = "s3:GetReplicationConfiguration",
    .put_permission = "s3:PutReplicationConfiguration (and iam:PassRole on AWS)",
    .absent = "ReplicationConfigurationNotFoundError",
    .get_refusals = get_refusals,
    .put_refusals = put_refusals,
    .alternative = ALTERNATIVE,
    .other_writers = "aws_s3_bucket_replication_configuration, mc replicate",
};

const char *s3_replication_role(const struct s3_rules *replication)
{
    return s3_rule_text(replication->root, "Role");
}

void s3_replication_set_role(struct arena *a, struct s3_rules *replication, const char *role)
{
    struct xml_node *node = xml_child(replication->root, "Role");

    if (node) {
        xml_remove(node);
    }
    if (*role) {
        xml_add(a, replication->root, "Role", role);
    }
}
