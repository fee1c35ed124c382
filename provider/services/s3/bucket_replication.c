/*
 * seedbank_bucket_replication: copies of what is written to a bucket; one replication rule.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
 */
#include "base/ctx.h"
#include "s3/s3_replication_edit.h"
#include "schema/timeouts.h"
#include "services/s3/bucket_rule.h"

struct destination {
    struct field_string bucket, account, storage_class, kms_key;
    struct field_bool owner_override, replication_time, metrics;
};

struct bucket_replication {
    struct bucket_fields at;
    struct bucket_rule_fields rule;
    struct field_string role, status, on_destroy;
    struct field_int priority;
    struct field_object destination; /* struct destination */
    struct field_bool delete_markers, replica_modifications, replace_role;
    struct field_object timeouts;
};

#define AT(member)   offsetof(struct bucket_replication, member)
#define INTO(member) offsetof(struct destination, member)
#define LONG_TEXT                                                                                  \
    (const struct attr_check[])                                                                    \
    {                                                                                              \
        CHECK_LENGTH(1, 2048),                                                                     \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

#define SWITCH_ROW(name_text, at, says)                                                            \
    {                                                                                              \
        .name = (name_text), .kind = ATTR_BOOL, .flags = ATTR_OPTIONAL | ATTR_COMPUTED,            \
        .offset = (at), .default_text = "false", .doc = (says),                                    \
    }

/* arn:partition:service:region:account:resource, of which the last may hold colons too. */
static const char *arn_fault(struct arena *a, struct str name)
{
    size_t colons = 0;
    (void)a;
    for (size_t i = 0; i < name.n; i++) {
        colons += name.p[i] == ':';
    }
    if (name.n < 4 || memcmp(name.p, "arn:", 4) != 0) {
        return "does not begin with \"arn:\"";
    }
    if (colons < 5) {
        return "has too few parts";
    }
    return name.p[name.n - 1] == ':' ? "names nothing" : NULL;
}

#define BUCKET_ARN "an ARN: `arn:aws:s3:::NAME` for a bucket, or, on MinIO, that of a remote target"
#define ROLE_ARN   "an ARN such as `arn:aws:iam::123456789012:role/NAME`"

static const struct attr destination_attrs[] = {
    {
        .name = "bucket",
        .kind = ATTR_STRING,
        .flags = ATTR_REQUIRED,
        .offset = INTO(bucket),
        .checks =
            (const struct attr_check[]){
                CHECK_NAME("the ARN of a destination", arn_fault, BUCKET_ARN), {0}},
        .doc = "Where copies go: `arn:aws:s3:::NAME` on AWS and Ceph. On MinIO the ARN of a remote "
               "target, which its own tool makes (`mc replicate add --disable`) and shows (`mc "
               "replicate ls --json`). The bucket there needs versioning.",
    },
    {
        .name = "account",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL,
        .offset = INTO(account),
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 128), {0}},
        .doc = "Account ID that owns the destination, where it is another one.",
    },
    SWITCH_ROW("owner_override", INTO(owner_override),
               "Whether copies belong to `account`, so that whoever gets hold of the source's "
               "account cannot touch them."),
    {
        .name = "storage_class",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL,
        .offset = INTO(storage_class),
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 128), {0}},
        .doc = "Storage class of the copies, as the server calls it, such as `GLACIER_IR`; that of "
               "the object when left out.",
    },
    {
        .name = "replica_kms_key_id",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL,
        .offset = INTO(kms_key),
        .checks = LONG_TEXT,
        .doc = "ARN of the KMS key that copies are encrypted with. Given, objects that are "
               "encrypted with SSE-KMS are copied too; left out, AWS passes over them.",
    },
    SWITCH_ROW("replication_time", INTO(replication_time),
               "Whether AWS warrants that copies are there within 15 minutes (Replication Time "
               "Control, which costs extra). Needs `metrics`."),
    SWITCH_ROW("metrics", INTO(metrics), "Whether AWS measures how far the copies lag behind."),
    {0},
};

static const struct attr attrs[] = {
    BUCKET_ROWS(struct bucket_replication, at, ATTR_REPLACE),
    BUCKET_RULE_ROWS(struct bucket_replication, rule, "replication"),
    {
        .name = "role",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED | ATTR_KEEP,
        .offset = AT(role),
        .checks = (const struct attr_check[]){CHECK_NAME("a role", arn_fault, ROLE_ARN), {0}},
        .doc = "ARN of the IAM role that AWS copies as. One role belongs to all replication rules "
               "of a bucket; left out, the one that is there stays. Leave it out on MinIO and "
               "Ceph, which need none.",
    },
    SWITCH_ROW("replace_role", AT(replace_role),
               "Whether `role` takes the place of another one that rules of others rely on. "
               "Without it, that is refused."),
    {
        .name = "priority",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(priority),
        .default_text = "1",
        .checks = (const struct attr_check[]){CHECK_RANGE(0, INT32_MAX), {0}},
        .doc = "Each rule of a bucket has another. Of two rules with the same destination, the one "
               "with the higher number counts.",
    },
    {
        .name = "status",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(status),
        .default_text = "Enabled",
        .checks = (const struct attr_check[]){CHECK_ONE_OF("Enabled", "Disabled"), {0}},
        .doc = "Whether the server acts on the rule. What is written while it is `Disabled` is not "
               "copied later.",
    },
    {
        .name = "destination",
        .kind = ATTR_OBJECT,
        .flags = ATTR_REQUIRED,
        .offset = AT(destination),
        .attrs = destination_attrs,
        .nested_size = sizeof(struct destination),
        .doc = "Where copies go, and how they lie there.",
    },
    SWITCH_ROW("delete_marker_replication", AT(delete_markers),
               "Whether deleting an object deletes its copy too (by a delete marker: old versions "
               "stay). Off, the copy outlives a deletion, which is what a backup is for."),
    SWITCH_ROW("replica_modifications", AT(replica_modifications),
               "Whether changes of metadata of objects that are themselves copies are copied back: "
               "for two buckets that replicate into each other."),
    {
        .name = "on_destroy",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(on_destroy),
        .default_text = "remove",
        .checks = (const struct attr_check[]){CHECK_ONE_OF("remove", "keep"), {0}},
        .doc = "What destroying this resource does: `remove` takes the rule away, so that nothing "
               "more is copied by it (copies stay); `keep` leaves it, also when the resource is "
               "replaced.",
    },
    TIMEOUTS_ROW(struct bucket_replication, timeouts),
    {0},
};

/* ---- Model and rule -------------------------------------------------------------------------- */

static const char *text(struct field_string f)
{
    return f.v ? f.v : "";
}

static struct field_string field(const char *s)
{
    return *s ? (struct field_string){VALUE_KNOWN, s} : (struct field_string){VALUE_NULL, NULL};
}

static struct field_bool flag(bool b)
{
    return (struct field_bool){VALUE_KNOWN, b};
}

static struct s3_replication_rule rule_of(struct arena *a, const struct bucket_replication *m)
{
    const struct destination *to = m->destination.v;
    return (struct s3_replication_rule){
        .id = m->rule.id.v,
        .enabled = str_is(str_of(m->status.v), "Enabled"),
        .priority = m->priority.v,
        .filter = bucket_rule_filter(a, &m->rule),
        .bucket = text(to->bucket),
        .account = text(to->account),
        .storage_class = text(to->storage_class),
        .kms_key = text(to->kms_key),
        .owner_override = to->owner_override.v,
        .replication_time = to->replication_time.v,
        .metrics = to->metrics.v,
        .delete_markers = m->delete_markers.v,
        .replica_modifications = m->replica_modifications.v,
    };
}

static void fill(struct arena *a, struct bucket_replication *m,
                 const struct s3_replication_rule *rule)
{
    struct destination *to = arena_alloc(a, sizeof(*to));
    *to = (struct destination){
        .bucket = field(rule->bucket),
        .account = field(rule->account),
        .storage_class = field(rule->storage_class),
        .kms_key = field(rule->kms_key),
        .owner_override = flag(rule->owner_override),
        .replication_time = flag(rule->replication_time),
        .metrics = flag(rule->metrics),
    };
    bucket_rule_fill(a, &m->rule, &rule->filter);
    m->destination = (struct field_object){VALUE_KNOWN, to};
    m->priority = rule->priority == S3_REPLICATION_RULE_NONE
                      ? (struct field_int){VALUE_NULL, 0}
                      : (struct field_int){VALUE_KNOWN, rule->priority};
    m->status = field(rule->enabled ? "Enabled" : "Disabled");
    m->delete_markers = flag(rule->delete_markers);
    m->replica_modifications = flag(rule->replica_modifications);
}

static struct bucket_rule named(const struct bucket_replication *m)
{
    return (struct bucket_rule){&s3_replication_kind, "seedbank_bucket_replication", m->at.name.v,
                                m->rule.id.v};
}

/* ---- Create, read, update, remove ------------------------------------------------------------ */

/* A role that was left out is the document's. */
static enum rc learn_role(struct ctx *cx, const struct s3_target *bucket,
                          struct bucket_replication *m)
{
    struct s3_rules now = {0};
    if (m->role.state != VALUE_UNKNOWN) {
        return RC_OK;
    }
    m->role = (struct field_string){VALUE_NULL, NULL};
    enum rc rc = s3_rules_get_cached(cx, bucket, &s3_replication_kind, &now);
    if (rc == RC_OK) {
        m->role = field(s3_replication_role(&now));
    }
    return rc;
}

static enum rc put(struct ctx *cx, struct call *call, struct bucket_replication *m, bool create)
{
    const struct path *to = path_attribute(cx->arena, NULL, "destination");
    struct s3_replication_rule wanted = rule_of(cx->arena, m);
    struct s3_target bucket = {0};
    struct s3_replication_edit edit = {
        .id = m->rule.id.v,
        .wanted = &wanted,
        .role = text(m->role),
        .replace_role = m->replace_role.v,
        .create = create,
        .at = {.bucket = path_attribute(cx->arena, NULL, "bucket"),
               .destination = path_attribute(cx->arena, to, "bucket"),
               .role = path_attribute(cx->arena, NULL, "role"),
               .priority = path_attribute(cx->arena, NULL, "priority")},
    };
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = s3_replication_edit_run(cx, &bucket, &edit);
    call->changed = edit.changed;
    if (rc == RC_OK) {
        bucket_rule_note_seen(call);
        rc = learn_role(cx, &bucket, m);
    } else if (m->role.state == VALUE_UNKNOWN) {
        m->role = (struct field_string){VALUE_NULL, NULL};
    }
    return bucket_needed(cx, &bucket, rc);
}

/* As far as it can be told: a key that may not list is no reason to fail now that the rule is
 * there. */
static enum rc warn_of_the_old(struct ctx *cx, struct call *call,
                               const struct bucket_replication *m)
{
    struct diag_point point = diag_point(cx);
    struct s3_target bucket = {0};
    bool any = false;
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK ||
        s3_replication_edit_finds(cx, &bucket, m->rule.prefix.v, &any) != RC_OK) {
        diag_drop_since(cx, point);
        return ctx_check(cx);
    }
    if (any) {
        diag_warning(
            cx, path_attribute(cx->arena, NULL, "bucket"),
            arena_printf(cx->arena, "Objects that bucket %s already holds are not replicated",
                         m->at.name.v),
            "Rule \"%s\" copies what is written from now on. What was there before is copied by: "
            "S3 Batch Replication on AWS; mc replicate resync start on MinIO (its rule must allow "
            "existing-objects: mc replicate update), or mc mirror; rclone copy or mc mirror "
            "elsewhere.",
            m->rule.id.v);
    }
    return RC_OK;
}

static enum rc bucket_replication_create(struct ctx *cx, struct call *call, void *state)
{
    struct bucket_replication *m = state;
    struct bucket_rule rule = named(m);
    enum rc rc = put(cx, call, m, true);
    if (rc == RC_CONFLICT) {
        return bucket_rule_in_the_way(cx, &rule);
    }
    if (rc == RC_OK && call->changed && str_is(str_of(m->status.v), "Enabled")) {
        return warn_of_the_old(cx, call, m);
    }
    return rc;
}

static enum rc bucket_replication_update(struct ctx *cx, struct call *call, const void *prior,
                                         void *state)
{
    (void)prior;
    enum rc rc = put(cx, call, state, false);
    if (rc != RC_OK) {
        call->changed = false; /* until the server shows it, the former state is the true one */
    }
    return rc;
}

static enum rc bucket_replication_read(struct ctx *cx, struct call *call, void *state)
{
    struct bucket_replication *m = state;
    struct bucket_rule named_rule = named(m);
    struct s3_target bucket = {0};
    struct s3_rules now = {0};
    struct s3_replication_rule rule;
    const char *why = NULL;
    enum rc rc = bucket_target(cx, call, &m->at, &bucket);
    rc = rc == RC_OK ? s3_rules_get_cached(cx, &bucket, &s3_replication_kind, &now) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (now.unsupported) {
        return s3_rules_missing(cx, &bucket, &s3_replication_kind);
    }
    const struct xml_node *node = s3_rules_find(&now, m->rule.id.v);
    if (!node) {
        return bucket_rule_vanished(cx, call, &named_rule, &now);
    }
    if (!s3_replication_rule_read(cx->arena, node, &rule, &why)) {
        return bucket_rule_unreadable(cx, &named_rule, why);
    }
    bucket_rule_holds_more(cx, &named_rule, s3_replication_rule_unknown(cx->arena, node));
    bucket_rule_note_seen(call);
    fill(cx->arena, m, &rule);
    m->role = field(s3_replication_role(&now));
    return RC_OK;
}

static enum rc bucket_replication_remove(struct ctx *cx, struct call *call, const void *prior)
{
    const struct bucket_replication *m = prior;
    struct s3_replication_edit edit = {.id = m->rule.id.v, .role = ""};
    struct s3_target bucket = {0};
    if (str_is(str_of(m->on_destroy.v), "keep")) {
        return RC_OK;
    }
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = s3_replication_edit_run(cx, &bucket, &edit);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* no bucket: no rule */
}

/* ---- Validation and plan --------------------------------------------------------------------- */

static bool is_on(struct field_bool f)
{
    return f.state == VALUE_KNOWN && f.v;
}

/* Null, or a known false. */
static bool is_off(struct field_bool f)
{
    return f.state == VALUE_NULL || (f.state == VALUE_KNOWN && !f.v);
}

static const struct path *in_destination(struct ctx *cx, const char *name)
{
    return path_attribute(cx->arena, path_attribute(cx->arena, NULL, "destination"), name);
}

static void validate_destination(struct ctx *cx, const struct bucket_replication *m,
                                 const struct destination *to)
{
    const char *own = m->at.name.v ? arena_printf(cx->arena, ":s3:::%s", m->at.name.v) : NULL;
    if (own && to->bucket.v && str_ends(to->bucket.v, own)) {
        diag_error(cx, in_destination(cx, "bucket"), "A bucket cannot be copied into itself",
                   "destination.bucket must be another bucket than bucket.");
    }
    if (is_on(to->owner_override) && to->account.state == VALUE_NULL) {
        diag_error(cx, in_destination(cx, "account"), "The new owner of the copies is not named",
                   "destination.owner_override = true needs destination.account, the ID of the "
                   "account that copies will belong to.");
    }
    if (is_on(to->replication_time) && is_off(to->metrics)) {
        diag_error(cx, in_destination(cx, "metrics"), "Replication time control needs metrics",
                   "Set destination.metrics = true, or leave destination.replication_time out.");
    }
}

static enum rc bucket_replication_validate(struct ctx *cx, const void *config)
{
    const struct bucket_replication *m = config;
    struct diag_point point = diag_point(cx);
    if (m->destination.state == VALUE_KNOWN) {
        validate_destination(cx, m, m->destination.v);
    }
    if (bucket_rule_is_tagged(&m->rule) && is_on(m->delete_markers)) {
        diag_error(cx, path_attribute(cx->arena, NULL, "delete_marker_replication"),
                   "Delete markers have no tags",
                   "A rule with tags never copies them, and servers refuse it. Give "
                   "delete_marker_replication to a rule without tags.");
    }
    if (is_on(m->replace_role) && m->role.state == VALUE_NULL) {
        diag_error(cx, path_attribute(cx->arena, NULL, "role"), "There is no role to set",
                   "replace_role = true needs role.");
    }
    return diag_failed_since(cx, point) ? RC_FAIL : RC_OK;
}

static enum rc bucket_replication_plan(struct ctx *cx, struct call *call,
                                       struct resource_plan *plan)
{
    const struct bucket_replication *prior = plan->prior;
    (void)call;
    if (prior && plan->replace.n > 0 && str_is(str_of(prior->on_destroy.v), "keep")) {
        struct bucket_rule former = named(prior);
        bucket_rule_stays(cx, &former, "copying");
    }
    return RC_OK;
}

const struct resource bucket_replication_resource = {
    .type_name = "seedbank_bucket_replication",
    .summary = "Copies of what is written to a bucket, made by the server: one replication rule.",
    .doc = "Copies of what is written to a bucket, made by the server itself: exactly one "
           "replication rule, beside those of others, which stay as they are. Both buckets need "
           "versioning (`seedbank_bucket_versioning`); the apply refuses a bucket without it, and "
           "a destination where it can see that. Destroying this resource deletes no object and "
           "no copy.\n\n"
           "Objects that are in the bucket already are not copied: creating the rule warns of "
           "them and names what copies them. Not every server replicates: DigitalOcean Spaces "
           "does not; MinIO does so to MinIO, with a remote target that its own tool sets up; "
           "Ceph does so between zones of one zonegroup with a sync policy, and keeps neither "
           "`role` nor `delete_marker_replication`. The apply then says what there is instead.\n\n"
           "S3 keeps all rules in one document without a way to write it only if nobody else did "
           "meanwhile: a rule that another program adds in the moment between reading and writing "
           "is lost, and one that vanishes is found at the next plan. The access key needs the "
           "permissions `s3:GetReplicationConfiguration`, `s3:PutReplicationConfiguration`, "
           "`s3:GetBucketVersioning` and, on AWS, `iam:PassRole` for the role; "
           "`s3:ListBucketVersions` for the warning about what is there already.",
    .attrs = attrs,
    .model_size = sizeof(struct bucket_replication),
    .identity = (const char *const[]){"bucket", "rule_id", NULL},
    .default_timeout_ms = 3 * 60 * 1000,
    .create = bucket_replication_create,
    .read = bucket_replication_read,
    .update = bucket_replication_update,
    .remove = bucket_replication_remove,
    .validate = bucket_replication_validate,
    .plan = bucket_replication_plan,
};
