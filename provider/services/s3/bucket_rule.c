#include "services/s3/bucket_rule.h"

#include "schema/private_state.h"

#define SEEN "rule_seen" /* private state */

struct s3_rule_filter bucket_rule_filter(struct arena *a, const struct bucket_rule_fields *rule)
{
    struct s3_rule_tag *tags = arena_array(a, rule->tags.n, sizeof(*tags));
    for (size_t i = 0; i < rule->tags.n; i++) {
        tags[i] = (struct s3_rule_tag){rule->tags.keys[i], rule->tags.v[i]};
    }
    return (struct s3_rule_filter){rule->prefix.v ? rule->prefix.v : "", tags, rule->tags.n};
}

struct field_string_map bucket_rule_tags(struct arena *a, const struct s3_rule_tag *tags, size_t n)
{
    const char **keys = arena_array(a, n, sizeof(*keys));
    const char **values = arena_array(a, n, sizeof(*values));
    for (size_t i = 0; i < n; i++) {
        keys[i] = tags[i].key;
        values[i] = tags[i].value;
    }
    return (struct field_string_map){VALUE_KNOWN, keys, values, n};
}

void bucket_rule_fill(struct arena *a, struct bucket_rule_fields *rule,
                      const struct s3_rule_filter *filter)
{
    bool had_prefix = rule->prefix.v && *rule->prefix.v;
    if (*filter->prefix) {
        rule->prefix = (struct field_string){VALUE_KNOWN, filter->prefix};
    } else if (had_prefix) {
        rule->prefix = (struct field_string){VALUE_NULL, NULL};
    }
    if (filter->n_tags) {
        rule->tags = bucket_rule_tags(a, filter->tags, filter->n_tags);
    } else if (rule->tags.n) {
        rule->tags = (struct field_string_map){.state = VALUE_NULL};
    }
}

bool bucket_rule_is_known(const struct bucket_rule_fields *rule)
{
    size_t i = 0;
    while (i < rule->tags.n && rule->tags.v[i]) {
        i++;
    }
    return rule->prefix.state != VALUE_UNKNOWN && rule->tags.state != VALUE_UNKNOWN &&
           i == rule->tags.n;
}

bool bucket_rule_is_tagged(const struct bucket_rule_fields *rule)
{
    return rule->tags.state == VALUE_KNOWN && rule->tags.n > 0;
}

static const struct path *at_id(struct ctx *cx)
{
    return path_attribute(cx->arena, NULL, "rule_id");
}

enum rc bucket_rule_in_the_way(struct ctx *cx, const struct bucket_rule *rule)
{
    return diag_error(
        cx, at_id(cx),
        arena_printf(cx->arena, "Bucket %s has another %s rule \"%s\" already", rule->bucket,
                     rule->kind->name, rule->id),
        "It says something else than this configuration, and may belong to another program. "
        "Nothing was changed. To manage it here, import it, then apply:\n"
        "  terraform import %s.NAME '%s/%s'\n"
        "Otherwise choose another rule_id.",
        rule->type_name, rule->bucket, rule->id);
}

void bucket_rule_note_seen(const struct call *call)
{
    private_state_set(call->private, SEEN, "yes");
}

enum rc bucket_rule_vanished(struct ctx *cx, const struct call *call,
                             const struct bucket_rule *rule, const struct s3_rules *now)
{
    if (private_state_get(call->private, SEEN)) {
        diag_warning(
            cx, at_id(cx),
            arena_printf(cx->arena, "Another program replaced the %s rules of bucket %s",
                         rule->kind->name, rule->bucket),
            "Rule \"%s\" is not there any more. Rules that are there now: %s. S3 keeps all rules "
            "in one document, and some tools write it as a whole: %s, a console, a script. Let "
            "only one of them manage the rules of this bucket, or the next one takes this rule "
            "away again.",
            rule->id, s3_rules_ids(cx->arena, now), rule->kind->other_writers);
    }
    return RC_NOT_FOUND;
}

enum rc bucket_rule_unreadable(struct ctx *cx, const struct bucket_rule *rule, const char *why)
{
    return diag_error(cx, at_id(cx),
                      arena_printf(cx->arena, "Cannot read %s rule \"%s\" of bucket %s",
                                   rule->kind->name, rule->id, rule->bucket),
                      "The rule cannot be understood: %s. Another program wrote it. Mend or "
                      "remove it there; once it is gone, the next plan creates it again.",
                      why);
}

void bucket_rule_holds_more(struct ctx *cx, const struct bucket_rule *rule, const char *more)
{
    if (*more) {
        diag_warning(cx, at_id(cx),
                     arena_printf(cx->arena, "The %s rule \"%s\" of bucket %s does more",
                                  rule->kind->name, rule->id, rule->bucket),
                     "It also holds %s, which this resource does not manage: plans do not show it, "
                     "and it stays as it is. Give it a rule of its own.",
                     more);
    }
}

void bucket_rule_stays(struct ctx *cx, const struct bucket_rule *rule, const char *goes_on)
{
    diag_warning(cx, path_attribute(cx->arena, NULL, "on_destroy"),
                 arena_printf(cx->arena, "The former %s rule stays", rule->kind->name),
                 "The resource is replaced, and on_destroy = \"keep\" leaves rule \"%s\" of "
                 "bucket %s behind: it goes on %s as it says. Apply on_destroy = \"remove\" first "
                 "if it is to go.",
                 rule->id, rule->bucket, goes_on);
}
