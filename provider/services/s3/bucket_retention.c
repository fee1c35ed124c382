/*
 * seedbank_bucket_retention: how long a bucket keeps old versions; one lifecycle rule.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
 */
#include "base/ctx.h"
#include "s3/s3_lifecycle_edit.h"
#include "schema/timeouts.h"
#include "services/s3/bucket_rule.h"
#include "xml/xml.h"

#define MAX_DAYS INT32_MAX

struct expiration {
    struct field_int days, keep;
};

struct transition {
    struct field_int days, keep;
    struct field_string storage_class;
};

struct bucket_retention {
    struct bucket_fields at;
    struct bucket_rule_fields rule;
    struct field_string on_destroy;
    struct field_bool enabled, expired_marker;
    struct field_int size_above, size_below, abort_days, min_window;
    struct field_object expire, move; /* struct expiration, struct transition */
    struct field_object timeouts;
};

#define AT(member) offsetof(struct bucket_retention, member)
static const struct attr_check days_from_0[] = {CHECK_RANGE(0, MAX_DAYS), {0}};
static const struct attr_check days_from_1[] = {CHECK_RANGE(1, MAX_DAYS), {0}};

#define NEWER_ROW(model)                                                                           \
    {                                                                                              \
        .name = "newer_noncurrent_versions", .kind = ATTR_INT, .flags = ATTR_OPTIONAL,             \
        .offset = offsetof(struct model, keep),                                                    \
        .checks = (const struct attr_check[]){CHECK_RANGE(1, 100), {0}},                           \
        .doc = "So many of the newest old versions of an object are left alone. Some servers do "  \
               "not know this; the apply then fails and takes the rule back.",                     \
    }

static const struct attr expiration_attrs[] = {
    {
        .name = "days",
        .kind = ATTR_INT,
        .flags = ATTR_REQUIRED,
        .offset = offsetof(struct expiration, days),
        .checks = days_from_1,
        .doc = "Days after which an old version is deleted, counted from when it was overwritten "
               "or deleted.",
    },
    NEWER_ROW(expiration),
    {0},
};

static const struct attr transition_attrs[] = {
    {
        .name = "days",
        .kind = ATTR_INT,
        .flags = ATTR_REQUIRED,
        .offset = offsetof(struct transition, days),
        .checks = days_from_0,
        .doc = "Days after which an old version is moved, counted as above.",
    },
    NEWER_ROW(transition),
    {
        .name = "storage_class",
        .kind = ATTR_STRING,
        .flags = ATTR_REQUIRED,
        .offset = offsetof(struct transition, storage_class),
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 128), {0}},
        .doc = "Storage class to move to, as the server calls it, such as `GLACIER_IR`.",
    },
    {0},
};

static const struct attr attrs[] = {
    BUCKET_ROWS(struct bucket_retention, at, ATTR_REPLACE),
    BUCKET_RULE_ROWS(struct bucket_retention, rule, "lifecycle"),
    {
        .name = "enabled",
        .kind = ATTR_BOOL,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(enabled),
        .default_text = "true",
        .doc = "Whether the server acts on the rule.",
    },
    {
        .name = "object_size_greater_than",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(size_above),
        .checks = (const struct attr_check[]){CHECK_RANGE(0, INT64_MAX), {0}},
        .doc = "Only objects of more bytes than this.",
    },
    {
        .name = "object_size_less_than",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(size_below),
        .checks = (const struct attr_check[]){CHECK_RANGE(1, INT64_MAX), {0}},
        .doc = "Only objects of fewer bytes than this.",
    },
    {
        .name = "noncurrent_version_expiration",
        .kind = ATTR_OBJECT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(expire),
        .attrs = expiration_attrs,
        .nested_size = sizeof(struct expiration),
        .doc = "When old versions are deleted for good.",
    },
    {
        .name = "noncurrent_version_transition",
        .kind = ATTR_OBJECT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(move),
        .attrs = transition_attrs,
        .nested_size = sizeof(struct transition),
        .doc = "When old versions move to another storage class.",
    },
    {
        .name = "abort_incomplete_multipart_days",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(abort_days),
        .checks = days_from_1,
        .doc = "Days after which the parts of an upload that was never finished are deleted.",
    },
    {
        .name = "expired_object_delete_marker",
        .kind = ATTR_BOOL,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(expired_marker),
        .default_text = "false",
        .doc = "Whether a delete marker goes once no old version is left behind it.",
    },
    {
        .name = "min_recovery_window_days",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL,
        .offset = AT(min_window),
        .checks = days_from_1,
        .doc = "Old versions must stay at least so long: the plan, where it can read the bucket's "
               "rules, and the apply fail if this rule or any other enabled rule of the bucket "
               "deletes them sooner.",
    },
    {
        .name = "on_destroy",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL | ATTR_COMPUTED,
        .offset = AT(on_destroy),
        .default_text = "remove",
        .checks = (const struct attr_check[]){CHECK_ONE_OF("remove", "keep"), {0}},
        .doc = "What destroying this resource does: `remove` takes the rule away, so that nothing "
               "more is deleted by it; `keep` leaves it, also when the resource is replaced.",
    },
    TIMEOUTS_ROW(struct bucket_retention, timeouts),
    {0},
};

/* ---- Model and rule -------------------------------------------------------------------------- */

static int64_t number(struct field_int f)
{
    return f.state == VALUE_KNOWN ? f.v : S3_LIFECYCLE_RULE_NONE;
}

static struct field_int field(int64_t n)
{
    return n == S3_LIFECYCLE_RULE_NONE ? (struct field_int){VALUE_NULL, 0}
                                       : (struct field_int){VALUE_KNOWN, n};
}

static void set_objects(struct arena *a, const struct bucket_retention *m,
                        struct s3_lifecycle_rule *rule)
{
    struct s3_rule_filter filter = bucket_rule_filter(a, &m->rule);
    rule->prefix = filter.prefix;
    rule->tags = filter.tags;
    rule->n_tags = filter.n_tags;
    rule->size_above = number(m->size_above);
    rule->size_below = number(m->size_below);
}

static struct s3_lifecycle_rule rule_of(struct arena *a, const struct bucket_retention *m)
{
    struct s3_lifecycle_rule rule = s3_lifecycle_rule_new(m->rule.id.v);
    const struct expiration *expire = m->expire.v;
    const struct transition *move = m->move.v;
    set_objects(a, m, &rule);
    rule.enabled = m->enabled.v;
    rule.abort_days = number(m->abort_days);
    rule.expired_marker = m->expired_marker.v;
    if (expire) {
        rule.expire_days = number(expire->days);
        rule.expire_keep = number(expire->keep);
    }
    if (move) {
        rule.move_days = number(move->days);
        rule.move_keep = number(move->keep);
        rule.move_class = move->storage_class.v;
    }
    return rule;
}

static struct field_object expiration_of(struct arena *a, const struct s3_lifecycle_rule *rule)
{
    struct expiration *expire = arena_alloc(a, sizeof(*expire));
    *expire = (struct expiration){field(rule->expire_days), field(rule->expire_keep)};
    bool none = expire->days.state == VALUE_NULL && expire->keep.state == VALUE_NULL;
    return none ? (struct field_object){VALUE_NULL, NULL}
                : (struct field_object){VALUE_KNOWN, expire};
}

static struct field_object transition_of(struct arena *a, const struct s3_lifecycle_rule *rule)
{
    struct transition *move = arena_alloc(a, sizeof(*move));
    move->days = field(rule->move_days);
    move->keep = field(rule->move_keep);
    if (!*rule->move_class && move->days.state == VALUE_NULL) {
        return (struct field_object){VALUE_NULL, NULL};
    }
    move->storage_class = (struct field_string){VALUE_KNOWN, rule->move_class};
    return (struct field_object){VALUE_KNOWN, move};
}

static void fill(struct arena *a, struct bucket_retention *m, const struct s3_lifecycle_rule *rule)
{
    bucket_rule_fill(a, &m->rule, &(struct s3_rule_filter){rule->prefix, rule->tags, rule->n_tags});
    m->enabled = (struct field_bool){VALUE_KNOWN, rule->enabled};
    m->size_above = field(rule->size_above);
    m->size_below = field(rule->size_below);
    m->expire = expiration_of(a, rule);
    m->move = transition_of(a, rule);
    m->abort_days = field(rule->abort_days);
    m->expired_marker = (struct field_bool){VALUE_KNOWN, rule->expired_marker};
}

static struct s3_lifecycle_edit edit_of(struct ctx *cx, const struct bucket_retention *m,
                                        const struct s3_lifecycle_rule *wanted)
{
    return (struct s3_lifecycle_edit){
        .id = m->rule.id.v,
        .wanted = wanted,
        .min_window_path = path_attribute(cx->arena, NULL, "min_recovery_window_days"),
        .min_window_days = m->min_window.state == VALUE_KNOWN ? m->min_window.v : 0,
    };
}

static struct bucket_rule named(const struct bucket_retention *m)
{
    return (struct bucket_rule){&s3_lifecycle_kind, "seedbank_bucket_retention", m->at.name.v,
                                m->rule.id.v};
}

/* ---- Create, read, update, remove ------------------------------------------------------------ */

static enum rc put(struct ctx *cx, struct call *call, struct bucket_retention *m, bool create)
{
    struct s3_lifecycle_rule wanted = rule_of(cx->arena, m);
    struct s3_lifecycle_edit edit = edit_of(cx, m, &wanted);
    struct s3_target bucket = {0};
    edit.create = create;
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = s3_lifecycle_edit_run(cx, &bucket, &edit);
    call->changed = edit.changed;
    if (rc == RC_OK) {
        bucket_rule_note_seen(call);
    }
    return bucket_needed(cx, &bucket, rc);
}

static enum rc bucket_retention_create(struct ctx *cx, struct call *call, void *state)
{
    struct bucket_rule rule = named(state);
    enum rc rc = put(cx, call, state, true);
    return rc == RC_CONFLICT ? bucket_rule_in_the_way(cx, &rule) : rc;
}

static enum rc bucket_retention_update(struct ctx *cx, struct call *call, const void *prior,
                                       void *state)
{
    (void)prior;
    enum rc rc = put(cx, call, state, false);
    if (rc != RC_OK) {
        call->changed = false; /* until the server shows it, the former state is the true one */
    }
    return rc;
}

static enum rc bucket_retention_read(struct ctx *cx, struct call *call, void *state)
{
    struct bucket_retention *m = state;
    struct bucket_rule named_rule = named(m);
    struct s3_target bucket = {0};
    struct s3_rules now = {0};
    struct s3_lifecycle_rule rule = {0};
    const char *why = NULL;
    enum rc rc = bucket_target(cx, call, &m->at, &bucket);
    rc = rc == RC_OK ? s3_rules_get_cached(cx, &bucket, &s3_lifecycle_kind, &now) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (now.unsupported) {
        return s3_rules_missing(cx, &bucket, &s3_lifecycle_kind);
    }
    const struct xml_node *node = s3_rules_find(&now, m->rule.id.v);
    if (!node) {
        return bucket_rule_vanished(cx, call, &named_rule, &now);
    }
    if (!s3_lifecycle_rule_read(cx->arena, node, &rule, &why)) {
        return bucket_rule_unreadable(cx, &named_rule, why);
    }
    bucket_rule_holds_more(cx, &named_rule, s3_lifecycle_rule_unknown(cx->arena, node));
    bucket_rule_note_seen(call);
    fill(cx->arena, m, &rule);
    return RC_OK;
}

static enum rc bucket_retention_remove(struct ctx *cx, struct call *call, const void *prior)
{
    const struct bucket_retention *m = prior;
    struct s3_lifecycle_edit edit = edit_of(cx, m, NULL);
    struct s3_target bucket = {0};
    if (str_is(str_of(m->on_destroy.v), "keep")) {
        return RC_OK;
    }
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = s3_lifecycle_edit_run(cx, &bucket, &edit);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* no bucket: no rule */
}

/* ---- Validation and plan --------------------------------------------------------------------- */

static bool is_sized(const struct bucket_retention *m)
{
    return m->size_above.state == VALUE_KNOWN || m->size_below.state == VALUE_KNOWN;
}

/* Null, or a known false. */
static bool is_off(struct field_bool f)
{
    return f.state == VALUE_NULL || (f.state == VALUE_KNOWN && !f.v);
}

/* Both known, and x is not less than y. */
static bool not_less(struct field_int x, struct field_int y)
{
    return x.state == VALUE_KNOWN && y.state == VALUE_KNOWN && x.v >= y.v;
}

static void validate_does_something(struct ctx *cx, const struct bucket_retention *m)
{
    if (m->expire.state == VALUE_NULL && m->move.state == VALUE_NULL &&
        m->abort_days.state == VALUE_NULL && is_off(m->expired_marker)) {
        diag_error(cx, path_attribute(cx->arena, NULL, "noncurrent_version_expiration"),
                   "The rule does nothing",
                   "Give at least one of noncurrent_version_expiration, "
                   "noncurrent_version_transition, abort_incomplete_multipart_days and "
                   "expired_object_delete_marker = true.");
    }
}

static void validate_filter(struct ctx *cx, const struct bucket_retention *m)
{
    if (not_less(m->size_above, m->size_below)) {
        diag_error(cx, path_attribute(cx->arena, NULL, "object_size_less_than"),
                   "No object has such a size",
                   "object_size_less_than must be more than object_size_greater_than.");
    }
    if (m->abort_days.state != VALUE_NULL && (bucket_rule_is_tagged(&m->rule) || is_sized(m))) {
        diag_error(cx, path_attribute(cx->arena, NULL, "abort_incomplete_multipart_days"),
                   "Unfinished uploads have neither tags nor a size",
                   "A rule with tags or object sizes never touches them, and servers refuse it. "
                   "Give abort_incomplete_multipart_days to a rule of its own.");
    }
    if (bucket_rule_is_tagged(&m->rule) && m->expired_marker.state == VALUE_KNOWN &&
        m->expired_marker.v) {
        diag_error(cx, path_attribute(cx->arena, NULL, "expired_object_delete_marker"),
                   "Delete markers have no tags",
                   "A rule with tags never touches them, and servers refuse it. Give "
                   "expired_object_delete_marker to a rule of its own.");
    }
}

static void validate_days(struct ctx *cx, const struct bucket_retention *m)
{
    const struct expiration *expire = m->expire.v;
    const struct transition *move = m->move.v;
    const struct path *path = path_attribute(cx->arena, NULL, "noncurrent_version_expiration");
    path = path_attribute(cx->arena, path, "days");
    if (expire && move && not_less(move->days, expire->days)) {
        diag_error(cx, path, "Old versions would be deleted before they move",
                   "noncurrent_version_expiration.days must be more than "
                   "noncurrent_version_transition.days.");
    }
    bool enabled =
        m->enabled.state == VALUE_NULL || (m->enabled.state == VALUE_KNOWN && m->enabled.v);
    if (expire && enabled && expire->days.state == VALUE_KNOWN &&
        !not_less(expire->days, m->min_window) && m->min_window.state == VALUE_KNOWN) {
        diag_error(cx, path, "Old versions would be deleted too soon",
                   "min_recovery_window_days asks for %lld days, this rule deletes old versions "
                   "after %lld. Raise noncurrent_version_expiration.days, or ask for less.",
                   (long long)m->min_window.v, (long long)expire->days.v);
    }
}

static enum rc bucket_retention_validate(struct ctx *cx, const void *config)
{
    struct diag_point point = diag_point(cx);
    validate_does_something(cx, config);
    validate_filter(cx, config);
    validate_days(cx, config);
    return diag_failed_since(cx, point) ? RC_FAIL : RC_OK;
}

/* Whether the plan tells all that decides how soon this rule deletes. */
static bool is_decided(const struct bucket_retention *m)
{
    const struct expiration *expire = m->expire.v;
    return m->at.name.state == VALUE_KNOWN && m->at.expected_owner.state != VALUE_UNKNOWN &&
           m->rule.id.state == VALUE_KNOWN && m->enabled.state == VALUE_KNOWN &&
           m->expire.state != VALUE_UNKNOWN && (!expire || expire->days.state == VALUE_KNOWN);
}

/* Whether an update makes the rule act on other objects, then told in `wanted`, or act at all. */
static bool acts_elsewhere(struct arena *a, const struct resource_plan *plan,
                           struct s3_lifecycle_rule *wanted)
{
    const struct bucket_retention *m = plan->planned, *prior = plan->prior;
    if (!prior || plan->replace.n > 0 || !bucket_rule_is_known(&m->rule) ||
        m->size_above.state == VALUE_UNKNOWN || m->size_below.state == VALUE_UNKNOWN) {
        return false;
    }
    set_objects(a, m, wanted);
    struct s3_lifecycle_rule before = rule_of(a, prior);
    return !s3_lifecycle_rule_same_objects(&before, wanted) || (wanted->enabled && !before.enabled);
}

/* As far as it can be known now; the apply looks again. What cannot be read now is no error yet. */
static enum rc check_document(struct ctx *cx, struct call *call, const struct resource_plan *plan)
{
    const struct bucket_retention *m = plan->planned;
    const struct expiration *expire = m->expire.v;
    struct s3_lifecycle_rule rule = s3_lifecycle_rule_new(m->rule.id.v);
    struct s3_lifecycle_edit edit = edit_of(cx, m, &rule);
    struct diag_point point = diag_point(cx);
    struct s3_target bucket = {0};
    struct s3_rules now = {0};
    rule.enabled = m->enabled.v;
    rule.expire_days = expire ? expire->days.v : S3_LIFECYCLE_RULE_NONE;
    bool elsewhere = acts_elsewhere(cx->arena, plan, &rule);
    if (!elsewhere && m->min_window.state != VALUE_KNOWN) {
        return RC_OK;
    }
    if (bucket_target(cx, call, &m->at, &bucket) != RC_OK ||
        s3_rules_get_cached(cx, &bucket, &s3_lifecycle_kind, &now) != RC_OK) {
        diag_drop_since(cx, point);
        return ctx_check(cx);
    }
    if (elsewhere && s3_lifecycle_edit_check_more(cx, &bucket, &edit, &now) != RC_OK) {
        return RC_FAIL;
    }
    return s3_lifecycle_edit_check(cx, &bucket, &edit, &now); /* of 0 days where none are asked */
}

static enum rc bucket_retention_plan(struct ctx *cx, struct call *call, struct resource_plan *plan)
{
    const struct bucket_retention *planned = plan->planned, *prior = plan->prior;
    if (prior && plan->replace.n > 0 && str_is(str_of(prior->on_destroy.v), "keep")) {
        struct bucket_rule former = named(prior);
        bucket_rule_stays(cx, &former, "deleting");
    }
    return call->clients && is_decided(planned) ? check_document(cx, call, plan) : RC_OK;
}

const struct resource bucket_retention_resource = {
    .type_name = "seedbank_bucket_retention",
    .summary = "How long a bucket keeps old versions of its objects: one lifecycle rule.",
    .doc = "How long a bucket keeps old versions of its objects: exactly one lifecycle rule, "
           "beside those of others, which stay as they are. Old versions exist only in a bucket "
           "with versioning (`seedbank_bucket_versioning`). Destroying this resource deletes no "
           "object and no version.\n\n"
           "The rule is written disabled first, and enabled when the server shows all that limits "
           "it. S3 keeps all rules in one document without a way to write it only if nobody else "
           "did meanwhile: a rule that another program adds in the moment between reading and "
           "writing is lost, and one that vanishes is found at the next plan. The access key needs "
           "the permissions `s3:GetLifecycleConfiguration` and `s3:PutLifecycleConfiguration`.",
    .attrs = attrs,
    .model_size = sizeof(struct bucket_retention),
    .identity = (const char *const[]){"bucket", "rule_id", NULL},
    .default_timeout_ms = 3 * 60 * 1000,
    .create = bucket_retention_create,
    .read = bucket_retention_read,
    .update = bucket_retention_update,
    .remove = bucket_retention_remove,
    .validate = bucket_retention_validate,
    .plan = bucket_retention_plan,
};
