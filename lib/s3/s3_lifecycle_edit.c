#include "s3/s3_lifecycle_edit.h"

#include "base/ctx.h"
#include "s3/s3_rule_edit.h"
#include "xml/xml.h"

/* Others' rules have their prefix outside of a filter, and none has a filter. */
static bool is_old_form(const struct s3_rules *lifecycle, const struct xml_node *ours)
{
    bool old = false;

    for (const struct xml_node *at = xml_child(lifecycle->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        if (at != ours && xml_child(at, "Filter")) {
            return false;
        }
        old = old || (at != ours && xml_child(at, "Prefix"));
    }
    return old;
}

static void write_rule(struct ctx *cx, const struct s3_rule_edit *edit, struct s3_rules *rules,
                       bool enabled)
{
    const struct s3_lifecycle_edit *own = edit->wanted;
    struct xml_node *node = s3_rules_find(rules, edit->id);
    struct s3_lifecycle_rule rule = *own->wanted;

    rule.enabled = enabled;
    s3_lifecycle_rule_write(cx->arena, node, &rule, is_old_form(rules, node));
}

static bool compare(struct ctx *cx, const struct s3_rule_edit *edit, const struct s3_rules *now,
                    struct s3_rule_seen *ret_seen)
{
    const struct s3_lifecycle_edit *own = edit->wanted;
    const struct xml_node *node = s3_rules_find(now, edit->id);
    struct s3_lifecycle_rule there;

    if (!s3_lifecycle_rule_read(cx->arena, node, &there, &ret_seen->why)) {
        return false;
    }
    ret_seen->diff = s3_lifecycle_rule_compare(cx->arena, own->wanted, &there);
    ret_seen->enabled = there.enabled;
    ret_seen->more = *s3_lifecycle_rule_unknown(cx->arena, node) != '\0';
    return true;
}

/* What a rule holds beside what is described here stays in it, and may delete objects: then it must
 * not come to do so elsewhere. A rule that was put already rests, and is enabled again. */
static enum rc check_more(struct ctx *cx, const struct s3_target *target,
                          const struct s3_rule_edit *edit, const struct s3_rules *now)
{
    const struct s3_lifecycle_rule *wanted =
        ((const struct s3_lifecycle_edit *)edit->wanted)->wanted;
    const struct xml_node *node = s3_rules_find(now, edit->id);
    const char *more = node ? s3_lifecycle_rule_unknown(cx->arena, node) : "";
    struct s3_lifecycle_rule there;
    const char *why;

    if (*more == '\0' || !s3_lifecycle_rule_read(cx->arena, node, &there, &why)) {
        return RC_OK;
    }
    bool same = s3_lifecycle_rule_same_objects(wanted, &there);
    if (same && (there.enabled || !wanted->enabled || edit->changed)) {
        return RC_OK;
    }
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena,
                     "Lifecycle rule \"%s\" of bucket %s would do more than is asked for", edit->id,
                     target->bucket),
        "It also holds %s, which is not managed here and stays in it: %s. %s Give that a rule of "
        "its own and take it out of this one, with the program that wrote it; then apply again.",
        more,
        same ? "enabled, the rule would do that too"
             : "for other objects than now, the rule would do that to those too",
        edit->changed ? "The rule was left as it is." : "Nothing was changed.");
}

static enum rc check_window(struct ctx *cx, const struct s3_target *target,
                            const struct s3_rule_edit *edit, const struct s3_rules *now)
{
    const struct s3_lifecycle_edit *own = edit->wanted;
    struct s3_rules next = s3_rules_copy(cx->arena, now);
    struct s3_lifecycle_window window;

    s3_rule_edit_merge(cx, edit, &next, edit->enabled);
    window = s3_lifecycle_window_of(&next);
    if (window.days == S3_LIFECYCLE_RULE_NONE || window.days >= own->min_window_days) {
        return RC_OK;
    }
    return diag_error(
        cx, own->min_window_path,
        arena_printf(cx->arena, "Old versions in bucket %s would be deleted too soon",
                     target->bucket),
        "min_recovery_window_days asks for %lld days, but lifecycle rule \"%s\" of the bucket "
        "deletes old versions after %lld. %s Raise the days of that rule, disable "
        "it, or ask for a shorter window. The bucket's rules are: %s.",
        (long long)own->min_window_days, window.rule_id, (long long)window.days,
        edit->changed ? "The new rule is written, but left disabled." : "Nothing was changed.",
        s3_rules_ids(cx->arena, &next));
}

/* A rule that goes deletes nothing. */
static enum rc check(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rule_edit *edit, const struct s3_rules *now)
{
    enum rc rc = edit->wanted ? check_more(cx, target, edit, now) : RC_OK;

    return edit->wanted && rc == RC_OK ? check_window(cx, target, edit, now) : rc;
}

static const struct s3_rule_edit_kind kind = {
    .document = &s3_lifecycle_kind,
    .may_rest = true, /* what is to be deleted can wait */
    .write = write_rule,
    .compare = compare,
    .check = check,
};

static struct s3_rule_edit edit_of(const struct s3_lifecycle_edit *own)
{
    return (struct s3_rule_edit){
        .kind = &kind,
        .id = own->id,
        .wanted = own->wanted ? own : NULL,
        .enabled = own->wanted && own->wanted->enabled,
        .create = own->create,
    };
}

enum rc s3_lifecycle_edit_run(struct ctx *cx, const struct s3_target *target,
                              struct s3_lifecycle_edit *edit)
{
    struct s3_rule_edit generic = edit_of(edit);
    enum rc rc = s3_rule_edit_run(cx, target, &generic);

    edit->changed = generic.changed;
    return rc;
}

enum rc s3_lifecycle_edit_check(struct ctx *cx, const struct s3_target *target,
                                const struct s3_lifecycle_edit *edit, const struct s3_rules *now)
{
    struct s3_rule_edit generic = edit_of(edit);

    return generic.wanted ? check_window(cx, target, &generic, now) : RC_OK;
}

enum rc s3_lifecycle_edit_check_more(struct ctx *cx, const struct s3_target *target,
                                     const struct s3_lifecycle_edit *edit,
                                     const struct s3_rules *now)
{
    struct s3_rule_edit generic = edit_of(edit);

    return generic.wanted ? check_more(cx, target, &generic, now) : RC_OK;
}
