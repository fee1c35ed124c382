#include "services/s3/bucket_rule.h"

#include "s3/s3_rule_edit.h"
#include "schema/private_state.h"

#define SEEN "rule_seen" /* private state: without the rule, it vanished */

/* ---- Fields ---------------------------------------------------------------------------------- */

struct s3_rule_filter bucket_rule_filter(struct arena *a, const struct bucket_rule_fields *rule)
{
    struct s3_rule_tag *tags = arena_array(a, rule->tags.n, sizeof(*tags));
    for (size_t i = 0; i < rule->tags.n; i++) {
        tags[i] = (struct s3_rule_tag){rule->tags.keys[i], rule->tags.v[i]};
    }
    return (struct s3_rule_filter){field_text_of(rule->prefix), tags, rule->tags.n};
}

struct field_string_map bucket_rule_tags(struct arena *a, const struct s3_rule_filter *filter)
{
    size_t n = filter->n_tags;
    const char **keys = arena_array(a, n, sizeof(*keys));
    const char **values = arena_array(a, n, sizeof(*values));
    for (size_t i = 0; i < n; i++) {
        keys[i] = filter->tags[i].key;
        values[i] = filter->tags[i].value;
    }
    return n ? (struct field_string_map){VALUE_KNOWN, keys, values, n}
             : (struct field_string_map){.state = VALUE_NULL};
}

void bucket_rule_fill(struct arena *a, struct bucket_rule_fields *rule,
                      const struct s3_rule_filter *filter)
{
    if (*filter->prefix || *field_text_of(rule->prefix)) {
        rule->prefix = field_text(filter->prefix);
    }
    if (filter->n_tags || rule->tags.n) {
        rule->tags = bucket_rule_tags(a, filter);
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

/* ---- What is said ---------------------------------------------------------------------------- */

static const struct path *at_id(struct ctx *cx)
{
    return path_attribute(cx->arena, NULL, "rule_id");
}

static enum rc in_the_way(struct ctx *cx, const struct bucket_rule_kind *kind,
                          const struct bucket_rule_fields *rule)
{
    return diag_error(
        cx, at_id(cx),
        arena_printf(cx->arena, "Bucket %s has another %s rule \"%s\" already", rule->at.name.v,
                     kind->document->name, rule->id.v),
        "It says something else than this configuration, and may belong to another program. "
        "Nothing was changed. To manage it here, import it, then apply:\n"
        "  terraform import %s.NAME '%s/%s'\n"
        "Otherwise choose another rule_id.",
        kind->type_name, rule->at.name.v, rule->id.v);
}

/* A warning if it was seen before. */
static enum rc vanished(struct ctx *cx, const struct call *call,
                        const struct bucket_rule_kind *kind, const struct bucket_rule_fields *rule,
                        const struct s3_rules *now)
{
    if (private_state_get(call->private, SEEN)) {
        diag_warning(
            cx, at_id(cx),
            arena_printf(cx->arena, "Another program replaced the %s rules of bucket %s",
                         kind->document->name, rule->at.name.v),
            "Rule \"%s\" is not there any more. Rules that are there now: %s. S3 keeps all rules "
            "in one document, and some tools write it as a whole: %s, a console, a script. Let "
            "only one of them manage the rules of this bucket, or the next one takes this rule "
            "away again. So does the end of a resource that has the same rule_id.",
            rule->id.v, s3_rules_ids(cx->arena, now), kind->document->other_writers);
    }
    return RC_NOT_FOUND;
}

static enum rc unreadable(struct ctx *cx, const struct bucket_rule_kind *kind,
                          const struct bucket_rule_fields *rule, const char *why)
{
    return diag_error(cx, at_id(cx),
                      arena_printf(cx->arena, "Cannot read %s rule \"%s\" of bucket %s",
                                   kind->document->name, rule->id.v, rule->at.name.v),
                      "The rule cannot be understood: %s. Another program wrote it. Mend or "
                      "remove it there; once it is gone, the next plan creates it again.",
                      why);
}

static void warn_of_more(struct ctx *cx, const struct bucket_rule_kind *kind,
                         const struct bucket_rule_fields *rule, const char *more)
{
    if (*more) {
        diag_warning(cx, at_id(cx),
                     arena_printf(cx->arena, "The %s rule \"%s\" of bucket %s does more",
                                  kind->document->name, rule->id.v, rule->at.name.v),
                     "It also holds %s, which this resource does not manage: plans do not show it, "
                     "and it stays as it is. Give it a rule of its own.",
                     more);
    }
}

/* ---- Create, read, update, remove ------------------------------------------------------------ */

static enum rc put(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                   struct bucket_rule_fields *rule, bool create)
{
    struct s3_target bucket = {0};
    if (bucket_target(cx, call, &rule->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = kind->put(cx, &bucket, create, rule, &call->changed);
    if (rc == RC_OK) {
        private_state_set(call->private, SEEN, "yes");
    }
    return bucket_needed(cx, &bucket, rc);
}

enum rc bucket_rule_create(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                           void *state)
{
    enum rc rc = put(cx, call, kind, state, true);
    return rc == RC_CONFLICT ? in_the_way(cx, kind, state) : rc;
}

enum rc bucket_rule_update(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                           void *state)
{
    enum rc rc = put(cx, call, kind, state, false);
    if (rc != RC_OK) {
        call->changed = false; /* until the server shows it, the former state is the true one */
    }
    return rc;
}

enum rc bucket_rule_read(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                         void *state)
{
    const struct bucket_rule_fields *rule = state;
    struct s3_target bucket = {0};
    struct s3_rules now = {0};
    const char *why = NULL;
    enum rc rc = bucket_target(cx, call, &rule->at, &bucket);
    rc = rc == RC_OK ? s3_rules_get_cached(cx, &bucket, kind->document, &now) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (now.unsupported) {
        return s3_rules_missing(cx, &bucket, kind->document);
    }
    const struct xml_node *node = s3_rules_find(&now, rule->id.v);
    if (!node) {
        return vanished(cx, call, kind, rule, &now);
    }
    if (!kind->fill(cx->arena, &now, node, state, &why)) {
        return unreadable(cx, kind, rule, why);
    }
    warn_of_more(cx, kind, rule, kind->unknown(cx->arena, node));
    private_state_set(call->private, SEEN, "yes");
    return RC_OK;
}

enum rc bucket_rule_remove(struct ctx *cx, struct call *call, const struct bucket_rule_kind *kind,
                           const void *prior)
{
    const struct bucket_rule_fields *rule = prior;
    struct s3_target bucket = {0};
    if (str_is(str_of(rule->on_destroy.v), "keep")) {
        return RC_OK;
    }
    if (bucket_target(cx, call, &rule->at, &bucket) != RC_OK) {
        return RC_FAIL;
    }
    enum rc rc = s3_rule_edit_remove(cx, &bucket, kind->document, rule->id.v);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* no bucket: no rule */
}

void bucket_rule_plan(struct ctx *cx, const struct bucket_rule_kind *kind,
                      const struct resource_plan *plan)
{
    const struct bucket_rule_fields *prior = plan->prior;
    if (prior && plan->replace.n > 0 && str_is(str_of(prior->on_destroy.v), "keep")) {
        diag_warning(cx, path_attribute(cx->arena, NULL, "on_destroy"),
                     arena_printf(cx->arena, "The former %s rule stays", kind->document->name),
                     "The resource is replaced, and on_destroy = \"keep\" leaves rule \"%s\" of "
                     "bucket %s behind: it goes on %s as it says. Apply on_destroy = \"remove\" "
                     "first if it is to go.",
                     prior->id.v, prior->at.name.v, kind->goes_on);
    }
}
