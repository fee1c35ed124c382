#include "seedbank-bucket/guarantee.h"

#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_lifecycle_rule.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/past.h"
#include "xml/xml.h"

#define NONE      S3_LIFECYCLE_RULE_NONE
#define SOON_DAYS 7
#define FAR_DAYS  (200 * 366) /* more are as good as never, and would not fit */

struct rule {
    const char *id, *prefix;
    int64_t old_days;     /* after which old versions go; NONE: they do not */
    int64_t current_days; /* after which a current version is hidden by a delete marker; or NONE */
    uint64_t due, again, soon; /* of what was looked at: see guarantee_warn */
};

struct guarantee {
    struct rule *rules;
    size_t n;
    int64_t now;
    bool denied; /* nobody knows */
};

/* ---- Reading --------------------------------------------------------------------------------- */

/* A date is as many days as are left until then. */
static int64_t current_days(const struct xml_node *node, int64_t now)
{
    const struct xml_node *part = xml_child(node, "Expiration");
    const char *days = xml_text(part, "Days"), *date = xml_text(part, "Date");
    int64_t n;

    if (days != NULL) {
        return str_to_i64(str_of(days), &n) && n > 0 ? n : 0;
    }
    if (date != NULL) {
        return moment_read(date, &n) && n > now ? (n - now) / MOMENT_DAY : 0;
    }
    return NONE;
}

static int64_t near(int64_t days)
{
    return days > FAR_DAYS ? NONE : days;
}

/* What cannot be understood counts as: all keys. */
static struct rule rule_of(struct arena *a, const struct xml_node *node, int64_t now)
{
    struct s3_lifecycle_rule read;
    const char *why = NULL;
    bool known = s3_lifecycle_rule_read(a, node, &read, &why);

    return (struct rule){
        .id = s3_rules_id(node),
        .prefix = known ? read.filter.prefix : "",
        .old_days = near(s3_lifecycle_window_of_rule(node).days),
        .current_days = near(current_days(node, now)),
    };
}

struct guarantee *guarantee_new(struct arena *a, const struct s3_rules *lifecycle, int64_t now)
{
    struct guarantee *g = arena_alloc(a, sizeof *g);
    size_t n = 0;

    for (const struct xml_node *node = xml_child(lifecycle->root, "Rule"); node != NULL;
         node = xml_next(node, "Rule")) {
        n++;
    }
    g->now = now;
    g->rules = arena_array(a, n, sizeof *g->rules);
    for (const struct xml_node *node = xml_child(lifecycle->root, "Rule"); node != NULL;
         node = xml_next(node, "Rule")) {
        if (s3_rules_enabled(node)) {
            g->rules[g->n++] = rule_of(a, node, now);
        }
    }
    return g;
}

enum rc guarantee_get(struct ctx *cx, const struct s3_target *target, int64_t now,
                      struct guarantee **ret_guarantee)
{
    struct s3_target asked = *target;
    struct s3_rules rules = {.root = NULL};
    enum rc rc;

    asked.may_be_denied = true;
    rc = s3_rules_get(cx, &asked, &s3_lifecycle_kind, &rules);
    if (rc != RC_OK && rc != RC_CONFLICT) {
        return rc;
    }
    *ret_guarantee = guarantee_new(cx->arena, &rules, now);
    (*ret_guarantee)->denied = rc == RC_CONFLICT;
    return RC_OK;
}

/* ---- How far back ---------------------------------------------------------------------------- */

static int64_t since(const struct guarantee *g, const struct rule *rule)
{
    int64_t span = rule->old_days * MOMENT_DAY;

    return rule->old_days == NONE || span > g->now ? 0 : g->now - span;
}

/* Some key may begin with both. */
static bool meets(const struct rule *rule, const struct cli_texts *prefixes)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        if (str_starts(prefixes->items[i], rule->prefix) ||
            str_starts(rule->prefix, prefixes->items[i])) {
            return true;
        }
    }
    return prefixes->n == 0;
}

int64_t guarantee_since(const struct guarantee *g, const struct cli_texts *prefixes,
                        const char **ret_rule)
{
    int64_t latest = 0;

    *ret_rule = NULL;
    if (g->denied) {
        return g->now;
    }
    for (size_t i = 0; i < g->n; i++) {
        if (meets(&g->rules[i], prefixes) && since(g, &g->rules[i]) > latest) {
            latest = since(g, &g->rules[i]);
            *ret_rule = g->rules[i].id;
        }
    }
    return latest;
}

bool guarantee_has_gap(const struct guarantee *g, const char *key, int64_t at)
{
    for (size_t i = 0; i < g->n; i++) {
        if (str_starts(key, g->rules[i].prefix) && since(g, &g->rules[i]) > at) {
            return true;
        }
    }
    return g->denied;
}

/* ---- What rules would do --------------------------------------------------------------------- */

/* The server's time has no fraction. */
static bool within_a_day(const struct guarantee *g, int64_t from, int64_t days)
{
    return days != NONE && from + (days - 1) * MOMENT_DAY < g->now + MOMENT_SECOND;
}

void guarantee_look(struct guarantee *g, const struct past_end *end)
{
    enum step_kind kind = end->step.kind;
    bool wanted = kind == STEP_REVEAL || kind == STEP_COPY || kind == STEP_PURGE;

    if (end->verdict != PAST_STEP) {
        return;
    }
    for (size_t i = 0; i < g->n; i++) {
        struct rule *rule = &g->rules[i];
        if (!str_starts(end->step.key, rule->prefix)) {
            continue;
        }
        rule->due += wanted && end->superseded > 0 && /* elsewhere it may be the newest */
                     within_a_day(g, end->superseded, rule->old_days);
        /* A copy is new again; what is revealed is as old as it was. */
        rule->again += (kind == STEP_REVEAL || kind == STEP_PURGE) &&
                       within_a_day(g, end->modified, rule->current_days);
        rule->soon += !end->elsewhere && (kind == STEP_COPY || kind == STEP_HIDE) &&
                      rule->old_days != NONE && rule->old_days <= SOON_DAYS;
    }
}

static void warn(struct ctx *cx, const struct rule *rule, uint64_t n, const char *what)
{
    if (n > 0) {
        diag_warning(cx, NULL,
                     arena_printf(cx->arena, "The lifecycle rule \"%s\" %s", rule->id, what),
                     "It concerns %s. Disable the rule until the restore is done and verified.",
                     cli_words_of(cx->arena, n, "object of this plan", "objects of this plan"));
    }
}

void guarantee_warn(struct ctx *cx, const struct guarantee *g)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct rule *rule = &g->rules[i];
        const char *span = cli_words_of(
            cx->arena, (uint64_t)(rule->old_days > 0 ? rule->old_days : 0), "day", "days");
        warn(cx, rule, rule->due, "may remove versions that this plan needs within a day");
        warn(cx, rule, rule->again, "will hide again within a day what this plan reveals");
        warn(cx, rule, rule->soon,
             arena_printf(cx->arena,
                          "removes what this plan hides after %s: from then on it cannot be undone",
                          span));
    }
}
