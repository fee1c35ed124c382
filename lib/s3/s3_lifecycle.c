#include "s3/s3_lifecycle.h"

#include <string.h>

#include "base/str.h"
#include "s3/s3_lifecycle_rule.h"
#include "s3/s3_request.h"

static const struct sigv4_param lifecycle_param[] = {{"lifecycle", NULL}};

static const struct s3_refusal get_refusals[] = {
    {"MethodNotAllowed", RC_NOT_FOUND, NULL},
    {"NotImplemented", RC_NOT_FOUND, NULL},
    {NULL, RC_FAIL, NULL},
};

/* Whole documents are refused for one rule. What MinIO says of a rule that does nothing of what it
 * knows, and of a storage class that is no tier of its own: seen on its version of 2026-02-12. */
#define UNKNOWN_SETTING                                                                            \
    "Nothing was changed. So answers a server that does not know one of the rule's settings: "     \
    "MinIO does not know abort_incomplete_multipart_days, and refuses a rule of nothing else. "    \
    "Leave out what the server's documentation does not list."

static const struct s3_refusal put_refusals[] = {
    {"InvalidArgument", RC_FAIL, UNKNOWN_SETTING},
    {"MalformedXML", RC_FAIL, UNKNOWN_SETTING},
    {"InvalidStorageClass", RC_FAIL,
     "Nothing was changed. The server has no storage class of the name that "
     "noncurrent_version_transition.storage_class gives. On MinIO that is the name of a tier (mc "
     "ilm tier add), on Ceph one of the zone's placement."},
    {NULL, RC_FAIL, NULL},
};

const struct s3_rules_kind s3_lifecycle_kind = {
    .name = "lifecycle",
    .root = "LifecycleConfiguration",
    .param = lifecycle_param,
    .get_permission = "s3:GetLifecycleConfiguration",
    .put_permission = "s3:PutLifecycleConfiguration",
    .absent = "NoSuchLifecycleConfiguration",
    .header = "x-amz-transition-default-minimum-object-size",
    .get_refusals = get_refusals,
    .put_refusals = put_refusals,
    .alternative = "Old versions stay until something deletes them: run a job that does, or move "
                   "the bucket to a server that has lifecycle rules.",
    .other_writers = "aws_s3_bucket_lifecycle_configuration, digitalocean_spaces_bucket",
};

/* What deletes old versions. The last two are MinIO's own. */
static const struct deletion {
    const char *part, *days;
    const char *only_if; /* an element that must say "true"; NULL: always */
} deletions[] = {
    {"NoncurrentVersionExpiration", "NoncurrentDays", NULL},
    {"Expiration", "Days", "ExpiredObjectAllVersions"},
    {"DelMarkerExpiration", "Days", NULL},
};

static int64_t days_of(const struct xml_node *rule, const struct deletion *d)
{
    const struct xml_node *part = xml_child(rule, d->part);
    const char *condition = d->only_if ? xml_text(part, d->only_if) : "true";
    const char *text = xml_text(part, d->days);
    int64_t days = 0;

    if (part == NULL || condition == NULL || strcmp(condition, "true") != 0) {
        return S3_LIFECYCLE_RULE_NONE;
    }
    return text && str_to_i64(str_of(text), &days) && days > 0 ? days : 0;
}

/* The shorter of two. */
static struct s3_lifecycle_window shorter(struct s3_lifecycle_window x,
                                          struct s3_lifecycle_window y)
{
    bool first =
        y.days == S3_LIFECYCLE_RULE_NONE || (x.days != S3_LIFECYCLE_RULE_NONE && x.days <= y.days);

    return first ? x : y;
}

struct s3_lifecycle_window s3_lifecycle_window_of_rule(const struct xml_node *rule)
{
    struct s3_lifecycle_window window = {S3_LIFECYCLE_RULE_NONE, NULL};

    for (size_t i = 0; i < sizeof(deletions) / sizeof(*deletions) && s3_rules_enabled(rule); i++) {
        int64_t days = days_of(rule, &deletions[i]);
        window = shorter(window, (struct s3_lifecycle_window){days, s3_rules_id(rule)});
    }
    return window;
}

struct s3_lifecycle_window s3_lifecycle_window_of(const struct s3_rules *lifecycle)
{
    struct s3_lifecycle_window window = {S3_LIFECYCLE_RULE_NONE, NULL};

    for (const struct xml_node *rule = xml_child(lifecycle->root, "Rule"); rule;
         rule = xml_next(rule, "Rule")) {
        window = shorter(window, s3_lifecycle_window_of_rule(rule));
    }
    return window;
}
