#include "s3/s3_replication_edit.h"

#include <string.h>

#include "base/ctx.h"
#include "s3/s3_client.h"
#include "s3/s3_list.h"
#include "s3/s3_replication_destination.h"
#include "s3/s3_rule_edit.h"
#include "s3/s3_versioning.h"
#include "xml/xml.h"

/* ---- The rule and the role ------------------------------------------------------------------- */

static void write_rule(struct ctx *cx, const struct s3_rule_edit *edit, struct s3_rules *rules,
                       bool enabled)
{
    const struct s3_replication_edit *own = edit->wanted;
    struct s3_replication_rule rule = *own->wanted;

    rule.enabled = enabled;
    s3_replication_rule_write(cx->arena, s3_rules_find(rules, edit->id), &rule);
    if (*own->role) {
        s3_replication_set_role(cx->arena, rules, own->role);
    }
}

static bool compare(struct ctx *cx, const struct s3_rule_edit *edit, const struct s3_rules *now,
                    struct s3_rule_seen *ret_seen)
{
    const struct s3_replication_edit *own = edit->wanted;
    const struct xml_node *node = s3_rules_find(now, edit->id);
    const char *role = s3_replication_role(now);
    struct s3_replication_rule there;

    if (!s3_replication_rule_read(cx->arena, node, &there, &ret_seen->why)) {
        return false;
    }
    ret_seen->diff = s3_replication_rule_compare(cx->arena, own->wanted, &there);
    if (*own->role && strcmp(own->role, role) != 0) {
        s3_rule_diff_add(&ret_seen->diff, false, "role", *role == '\0');
    }
    ret_seen->enabled = there.enabled;
    ret_seen->more = *s3_replication_rule_unknown(cx->arena, node) != '\0';
    return true;
}

/* The document without our rule. */
static struct s3_rules others_of(struct arena *a, const struct s3_rules *now, const char *id)
{
    struct s3_rules others = s3_rules_copy(a, now);
    struct xml_node *ours = s3_rules_find(&others, id);

    if (ours) {
        xml_remove(ours);
    }
    return others;
}

static enum rc check_role(struct ctx *cx, const struct s3_target *target,
                          const struct s3_replication_edit *edit, const struct s3_rules *now)
{
    const char *role = s3_replication_role(now);
    struct s3_rules others = others_of(cx->arena, now, edit->id);

    if (target->client->aws && !*edit->role && !*role) {
        return diag_error(
            cx, edit->at.role,
            arena_printf(cx->arena, "Replication of bucket %s needs a role", target->bucket),
            "AWS copies objects as an IAM role, and the bucket's replication document has none. "
            "Set role to the ARN of a role that S3 may assume, and that may read this bucket and "
            "write to the destination. Nothing was changed.");
    }
    if (!*edit->role || edit->replace_role || strcmp(edit->role, role) == 0 ||
        !xml_child(others.root, "Rule")) {
        return RC_OK;
    }
    return diag_error(
        cx, edit->at.role,
        arena_printf(cx->arena, "Other replication rules of bucket %s use another role",
                     target->bucket),
        "One role belongs to all replication rules of a bucket. It is %s%s%s, and the rules %s "
        "rely on it; this configuration wants \"%s\". Nothing was changed. Leave role out to use "
        "the one that is there, or, if the new one may do all that these rules need, set "
        "replace_role = true.",
        *role ? "\"" : "", *role ? role : "none", *role ? "\"" : "",
        s3_rules_ids(cx->arena, &others), edit->role);
}

static enum rc check_priority(struct ctx *cx, const struct s3_target *target,
                              const struct s3_replication_edit *edit, const struct s3_rules *now)
{
    const char *wanted = arena_printf(cx->arena, "%lld", (long long)edit->wanted->priority);

    for (const struct xml_node *at = xml_child(now->root, "Rule"); at; at = xml_next(at, "Rule")) {
        if (strcmp(s3_rules_id(at), edit->id) != 0 &&
            strcmp(s3_rule_text(at, "Priority"), wanted) == 0) {
            return diag_error(
                cx, edit->at.priority,
                arena_printf(cx->arena, "Another replication rule of bucket %s has priority %s",
                             target->bucket, wanted),
                "No two rules of a bucket may have the same, and \"%s\" has it. Nothing was "
                "changed. Choose another: of two rules that copy to one destination, the one with "
                "the higher number counts.",
                s3_rules_id(at));
        }
    }
    return RC_OK;
}

static enum rc check(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rule_edit *edit, const struct s3_rules *now)
{
    const struct s3_replication_edit *own = edit->wanted;
    enum rc rc = check_role(cx, target, own, now);

    return rc == RC_OK ? check_priority(cx, target, own, now) : rc;
}

static const struct s3_rule_edit_kind kind = {
    .document = &s3_replication_kind,
    .write = write_rule,
    .compare = compare,
    .check = check,
};

/* ---- The two buckets ------------------------------------------------------------------------- */

static enum rc no_versioning(struct ctx *cx, const struct path *path, const char *bucket,
                             enum s3_versioning_status status)
{
    return diag_error(
        cx, path, arena_printf(cx->arena, "Bucket %s does not have versioning Enabled", bucket),
        "Replication needs versioning on both sides, and it is %s here. Nothing was changed. "
        "Declare a seedbank_bucket_versioning of that bucket and name it in depends_on.",
        s3_versioning_status_name(status));
}

static enum rc no_destination(struct ctx *cx, const struct s3_replication_edit *edit,
                              const char *bucket, const struct s3_client *client)
{
    return diag_error(
        cx, edit->at.destination,
        arena_printf(cx->arena, "Destination bucket %s does not exist", bucket),
        "The server %s://%s knows no bucket of that name, so it cannot copy objects there. Nothing "
        "was changed. Create it first, with versioning, or check the ARN. On MinIO, "
        "destination.bucket is the ARN of a remote target, which mc replicate add --disable makes "
        "and mc replicate ls --json shows.",
        client->scheme, client->host);
}

/* One that cannot be seen is no error. One that does not exist is: some gateways (Ceph 16) end when
 * they are given a rule for it. */
static enum rc check_destination(struct ctx *cx, const struct s3_target *source,
                                 const struct s3_replication_edit *edit)
{
    struct s3_replication_destination there = {.bucket = NULL};
    enum rc rc = s3_replication_destination_look(cx, source, edit->wanted, edit->role, &there);

    if (rc != RC_OK || !s3_replication_destination_is_unfit(&there)) {
        return rc;
    }
    return there.exists ? no_versioning(cx, edit->at.destination, there.bucket, there.status)
                        : no_destination(cx, edit, there.bucket, source->client);
}

static enum rc check_buckets(struct ctx *cx, const struct s3_target *target,
                             const struct s3_replication_edit *edit)
{
    struct s3_versioning now;
    enum rc rc = s3_versioning_get(cx, target, &now);

    if (rc == RC_OK && now.status != S3_VERSIONING_ENABLED) {
        return no_versioning(cx, edit->at.bucket, target->bucket, now.status);
    }
    return rc == RC_OK ? check_destination(cx, target, edit) : rc;
}

enum rc s3_replication_edit_finds(struct ctx *cx, const struct s3_target *target,
                                  const char *prefix, bool *ret_any)
{
    const struct s3_list_options options = {
        .bucket = target->bucket,
        .prefix = prefix,
        .expected_owner = target->expected_owner,
        .page_size = 1,
    };
    const struct s3_list_entry *first;
    enum rc rc = s3_list_next(cx, s3_list_new(cx, target->client, &options), &first);

    *ret_any = first != NULL;
    return rc;
}

/* ---- The edit -------------------------------------------------------------------------------- */

enum rc s3_replication_edit_run(struct ctx *cx, const struct s3_target *target,
                                struct s3_replication_edit *edit)
{
    struct s3_rule_edit generic = {
        .kind = &kind,
        .id = edit->id,
        .wanted = edit,
        .enabled = edit->wanted->enabled,
        .create = edit->create,
    };
    enum rc rc = check_buckets(cx, target, edit);

    rc = rc == RC_OK ? s3_rule_edit_run(cx, target, &generic) : rc;
    edit->changed = generic.changed;
    return rc;
}
