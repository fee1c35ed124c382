#include "s3/s3_lifecycle_edit.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_client.h"
#include "s3/s3_wait.h"
#include "xml/xml.h"

#define TRIES       3
#define RETRY_MS    2000 /* at most, between two of them */
#define LINGER_MS   400  /* a second look: a writer that fetched before our put has put by then */
#define OTHER_TOOLS "aws_s3_bucket_lifecycle_configuration, digitalocean_spaces_bucket"

struct work {
    struct ctx *cx;
    const struct s3_target *target;
    struct s3_lifecycle_edit *edit;
    struct s3_rules former; /* before the first change; never written to, nor is `now` */
    struct s3_rules now;    /* as last seen */
    bool warned;
};

static const char *server(struct ctx *cx, const struct s3_target *target)
{
    return arena_printf(cx->arena, "%s://%s", target->client->scheme, target->client->host);
}

static const char *text_of(struct ctx *cx, const struct xml_node *node)
{
    struct buf *text = buf_new(cx->arena, XML_MAX_BYTES);

    if (node) {
        xml_write(text, node);
    }
    return text->data;
}

/* ---- Merging --------------------------------------------------------------------------------- */

/* The same rule: of that ID, or, without one, of that content. */
static bool holds(struct ctx *cx, const struct s3_rules *lifecycle, const struct xml_node *rule)
{
    const char *id = xml_text(rule, "ID");

    if (id && *id) {
        return s3_rules_find(lifecycle, id) != NULL;
    }
    for (const struct xml_node *at = xml_child(lifecycle->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        if (strcmp(text_of(cx, at), text_of(cx, rule)) == 0) {
            return true;
        }
    }
    return false;
}

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

static void set_rule(struct ctx *cx, struct s3_rules *lifecycle, const char *id,
                     const struct s3_lifecycle_rule *rule)
{
    struct xml_node *node = s3_rules_find(lifecycle, id);

    if (rule == NULL) {
        if (node) {
            xml_remove(node);
        }
        return;
    }
    if (node == NULL) {
        node = xml_add(cx->arena, lifecycle->root, "Rule", NULL);
        xml_add(cx->arena, node, "ID", id);
    }
    s3_lifecycle_rule_write(cx->arena, node, rule, is_old_form(lifecycle, node));
}

enum rc s3_lifecycle_edit_check(struct ctx *cx, const struct s3_target *target,
                                const struct s3_lifecycle_edit *edit, const struct s3_rules *now)
{
    struct s3_rules next = s3_rules_copy(cx->arena, now);
    struct s3_lifecycle_window window;

    set_rule(cx, &next, edit->id, edit->wanted);
    window = s3_lifecycle_window_of(&next);
    if (window.days == S3_LIFECYCLE_RULE_NONE || window.days >= edit->min_window_days) {
        return RC_OK;
    }
    return diag_error(
        cx, edit->min_window_path,
        arena_printf(cx->arena, "Old versions in bucket %s would be deleted too soon",
                     target->bucket),
        "min_recovery_window_days asks for %lld days, but lifecycle rule \"%s\" of the bucket "
        "deletes old versions after %lld. %s Raise the days of that rule, disable "
        "it, or ask for a shorter window. The bucket's rules are: %s.",
        (long long)edit->min_window_days, window.rule_id, (long long)window.days,
        edit->changed ? "The new rule is written, but left disabled." : "Nothing was changed.",
        s3_rules_ids(cx->arena, &next));
}

/* ---- Putting --------------------------------------------------------------------------------- */

/* A put that failed may have been made all the same: only the server can tell. When it does not, it
 * counts as made. */
static bool was_made(const struct work *w)
{
    struct diag_point point = diag_point(w->cx);
    struct s3_rules seen = {NULL};
    enum rc rc = s3_rules_get(w->cx, w->target, &s3_lifecycle_kind, &seen);

    diag_drop_since(w->cx, point);
    return rc == RC_FAIL ||
           (rc == RC_OK && strcmp(text_of(w->cx, s3_rules_find(&seen, w->edit->id)),
                                  text_of(w->cx, s3_rules_find(&w->now, w->edit->id))) != 0);
}

static enum rc put(const struct work *w, const struct s3_rules *next)
{
    enum rc rc = s3_rules_put(w->cx, w->target, &s3_lifecycle_kind, next);

    if (rc == RC_OK) {
        w->edit->changed = true;
    } else if (rc == RC_FAIL && !w->edit->changed) {
        w->edit->changed = was_made(w);
    }
    return rc;
}

/* The server does not keep what limits the rule: take it away again. */
static enum rc take_back(const struct work *w, const char *fields)
{
    struct ctx *cx = w->cx;
    struct s3_rules next = s3_rules_copy(cx->arena, &w->now);
    const struct xml_node *before = s3_rules_find(&w->former, w->edit->id);
    struct diag_point point = diag_point(cx);

    set_rule(cx, &next, w->edit->id, NULL);
    if (before) {
        xml_append(next.root, xml_copy(cx->arena, before));
    }
    diag_error(cx, NULL,
               arena_printf(cx->arena, "The server %s does not keep %s of lifecycle rules",
                            server(cx, w->target), fields),
               "Rule \"%s\" was written to bucket %s, disabled at first, and came back without "
               "that. It would apply to more than was asked for, so it was taken back before it "
               "could delete anything. Leave %s out, or use a server that supports it.",
               w->edit->id, w->target->bucket, fields);
    if (s3_rules_put(cx, w->target, &s3_lifecycle_kind, &next) == RC_OK) {
        w->edit->changed = false;
        return RC_FAIL;
    }
    return diag_wrap(cx, point, "Rule \"%s\" is left disabled", w->edit->id);
}

static void warn_dropped(struct work *w, const char *fields)
{
    if (!w->warned) {
        diag_warning(w->cx, NULL,
                     arena_printf(w->cx->arena, "The server %s does not keep %s of lifecycle rules",
                                  server(w->cx, w->target), fields),
                     "Rule \"%s\" of bucket %s came back without that, so the server will not do "
                     "it, and the next plan shows it again. Leave it out of the configuration.",
                     w->edit->id, w->target->bucket);
    }
    w->warned = true;
}

/* ---- Reading back ---------------------------------------------------------------------------- */

enum verdict { SHOWN, STALE, DROPPED, REPLACED };

/* What the rule that is there lacks or has; false when it is not there, or not the one put. */
static bool compare(const struct work *w, const struct s3_lifecycle_rule *rule,
                    struct s3_rule_diff *ret_diff)
{
    const struct xml_node *node = s3_rules_find(&w->now, w->edit->id);
    struct s3_lifecycle_rule seen;
    const char *why;

    if (node == NULL || !s3_lifecycle_rule_read(w->cx->arena, node, &seen, &why)) {
        return false;
    }
    *ret_diff = s3_lifecycle_rule_compare(w->cx->arena, rule, &seen);
    return seen.enabled == rule->enabled;
}

/* Of w->now, after the rule was put over the document `before`. */
static enum verdict judge(const struct work *w, const struct s3_lifecycle_rule *rule,
                          const char *before, struct s3_rule_diff *ret_diff)
{
    bool there = rule && compare(w, rule, ret_diff);
    bool gone = s3_rules_find(&w->now, w->edit->id) == NULL;

    if (rule ? there && !*ret_diff->limits && !*ret_diff->others : gone) {
        return SHOWN;
    }
    if (strcmp(text_of(w->cx, w->now.root), before) == 0) {
        return STALE;
    }
    return there && ret_diff->only_missing ? DROPPED : REPLACED;
}

/* RC_CONFLICT, silently: something else is there than what was put. */
static enum rc watch(struct work *w, const struct s3_lifecycle_rule *rule, const char *before)
{
    struct s3_patience wait = s3_wait_begin(w->cx, w->target->timeout_ms / TRIES);

    for (;;) {
        struct s3_rule_diff diff = {"", "", false};
        enum rc rc = s3_rules_get(w->cx, w->target, &s3_lifecycle_kind, &w->now);
        enum verdict verdict = rc == RC_OK ? judge(w, rule, before, &diff) : STALE;
        if (rc == RC_FAIL || (rc == RC_OK && verdict == SHOWN)) {
            return rc;
        }
        if (verdict == DROPPED && *diff.limits) {
            return take_back(w, diff.limits);
        }
        if (verdict == DROPPED) {
            warn_dropped(w, diff.others);
            return RC_OK;
        }
        if (verdict == REPLACED || s3_wait_over(w->cx, &wait)) {
            return rc == RC_NOT_FOUND ? rc : RC_CONFLICT;
        }
        if (s3_wait_pause(w->cx, &wait) != RC_OK) {
            return RC_FAIL;
        }
    }
}

static enum rc lost(const struct work *w, const struct s3_lifecycle_rule *rule,
                    const struct s3_rules *put)
{
    struct ctx *cx = w->cx;
    struct s3_rule_diff diff = {"", "", false};
    bool other = rule && compare(w, rule, &diff) && (*diff.limits || *diff.others);

    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Lifecycle rules of bucket %s do not stay as they are written",
                     w->target->bucket),
        "Rule \"%s\" was written to %s %d times, and each time something else was there "
        "afterwards. Written were the rules: %s. Now there are: %s.%s%s%s%s\nAnother program "
        "writes "
        "the whole document of this bucket (" OTHER_TOOLS ", or a second run of this one). Let "
        "only one of them manage its lifecycle rules, then apply again.",
        w->edit->id, server(cx, w->target), TRIES, s3_rules_ids(cx->arena, put),
        s3_rules_ids(cx->arena, &w->now), other ? " The rule differs in: " : "",
        other ? diff.limits : "", other && *diff.limits && *diff.others ? ", " : "",
        other ? diff.others : "");
}

/* Rules of others that were fetched and are not there any more. We put them all: somebody took them
 * away meanwhile, and putting them back would undo that. */
static void warn_vanished(const struct work *w)
{
    struct ctx *cx = w->cx;
    struct s3_rules gone = s3_rules_copy(cx->arena, &w->former);
    struct xml_node *next;

    for (struct xml_node *at = xml_child(gone.root, "Rule"); at; at = next) {
        next = xml_next(at, "Rule");
        if (at == s3_rules_find(&gone, w->edit->id) || holds(cx, &w->now, at)) {
            xml_remove(at);
        }
    }
    if (xml_child(gone.root, "Rule")) {
        diag_warning(
            cx, NULL,
            arena_printf(cx->arena, "Lifecycle rules of bucket %s vanished", w->target->bucket),
            "While rule \"%s\" was changed, another program removed the rules %s, or the "
            "server did not keep them. They were not put back. Now there are: %s.",
            w->edit->id, s3_rules_ids(cx->arena, &gone), s3_rules_ids(cx->arena, &w->now));
    }
}

/* Put the rule (NULL: no rule), once, and see it stay. */
static enum rc put_and_watch(struct work *w, const struct s3_lifecycle_rule *rule, bool last,
                             const struct s3_rules *next)
{
    const char *before = text_of(w->cx, w->now.root);
    enum rc rc = put(w, next);

    rc = rc == RC_OK ? watch(w, rule, before) : rc;
    if (rc == RC_OK && last) {
        rc = ctx_sleep_ms(w->cx, LINGER_MS / 2 + clock_jitter_ms(LINGER_MS / 2));
        rc = rc == RC_OK ? watch(w, rule, before) : rc;
    }
    if (rc == RC_OK && last) {
        warn_vanished(w);
    }
    return rc;
}

/* The same until it stays; `last`: nothing else is to be put after it. */
static enum rc settle(struct work *w, const struct s3_lifecycle_rule *rule, bool last)
{
    struct s3_rules next = {NULL};

    for (int try = 0; try < TRIES; try++) {
        enum rc rc = RC_OK;
        if (try > 0) {
            rc = ctx_sleep_ms(w->cx, RETRY_MS / 2 + clock_jitter_ms(RETRY_MS / 2));
            rc = rc == RC_OK ? s3_rules_get(w->cx, w->target, &s3_lifecycle_kind, &w->now) : rc;
        }
        if (rc == RC_OK && rule) { /* the rule as it is to be, though it may be disabled yet */
            rc = s3_lifecycle_edit_check(w->cx, w->target, w->edit, &w->now);
        }
        if (rc == RC_OK) {
            next = s3_rules_copy(w->cx->arena, &w->now);
            set_rule(w->cx, &next, w->edit->id, rule);
            rc = put_and_watch(w, rule, last, &next);
        }
        if (rc != RC_CONFLICT) {
            return rc;
        }
    }
    return lost(w, rule, &next);
}

/* ---- The edit -------------------------------------------------------------------------------- */

/* Whether something is to be done at all. A rule that is as wanted but for being disabled is what a
 * create that was killed leaves behind. */
static enum rc consider(const struct work *w, bool *ret_done)
{
    struct ctx *cx = w->cx;
    const struct s3_lifecycle_rule *wanted = w->edit->wanted;
    const struct xml_node *node = s3_rules_find(&w->former, w->edit->id);
    struct s3_lifecycle_rule seen;
    const char *why = NULL;

    *ret_done = false;
    if (node && !s3_lifecycle_rule_read(cx->arena, node, &seen, &why)) {
        return diag_error(cx, NULL,
                          arena_printf(cx->arena,
                                       "Cannot change lifecycle rule \"%s\" of bucket %s",
                                       w->edit->id, w->target->bucket),
                          "The rule that is there cannot be understood: %s. Nothing was changed. "
                          "Choose another ID, or remove that rule first.",
                          why);
    }
    if (node) {
        struct s3_rule_diff diff = s3_lifecycle_rule_compare(cx->arena, wanted, &seen);
        bool same = !*diff.limits && !*diff.others;
        *ret_done = same && seen.enabled == wanted->enabled;
        bool ours = same && (wanted->enabled || !seen.enabled) &&
                    *s3_lifecycle_rule_unknown(cx->arena, node) == '\0';
        if (w->edit->create && !ours) {
            return RC_CONFLICT;
        }
    }
    return s3_lifecycle_edit_check(cx, w->target, w->edit, &w->former);
}

static enum rc set_wanted(struct work *w)
{
    struct s3_lifecycle_rule at_first = *w->edit->wanted;
    bool done = false;
    enum rc rc = consider(w, &done);

    if (rc != RC_OK || done) {
        return rc;
    }
    at_first.enabled = false;
    rc = w->edit->wanted->enabled ? settle(w, &at_first, false) : RC_OK;
    return rc == RC_OK ? settle(w, w->edit->wanted, true) : rc;
}

static enum rc locked(struct work *w, const char *claim)
{
    enum rc rc = s3_rules_get(w->cx, w->target, &s3_lifecycle_kind, &w->former);

    if (rc != RC_OK) {
        return rc;
    }
    if (w->former.unsupported) {
        return w->edit->wanted ? s3_rules_missing(w->cx, w->target, &s3_lifecycle_kind) : RC_OK;
    }
    w->now = w->former;
    if (w->edit->wanted) {
        rc = set_wanted(w);
        if (rc == RC_OK || w->edit->changed) {
            session_claim(w->cx, claim);
        }
        return rc;
    }
    if (session_is_claimed(w->cx, claim) || !s3_rules_find(&w->now, w->edit->id)) {
        return RC_OK;
    }
    return settle(w, NULL, true);
}

enum rc s3_lifecycle_edit_run(struct ctx *cx, const struct s3_target *target,
                              struct s3_lifecycle_edit *edit)
{
    const char *document = arena_printf(cx->arena, "lifecycle of bucket %s", target->bucket);
    const char *claim = arena_printf(cx->arena, "%s, rule %s", document, edit->id);
    struct work w = {.cx = cx, .target = target, .edit = edit};
    enum rc rc;

    edit->changed = false;
    if (session_lock(cx, document) != RC_OK) {
        return RC_FAIL;
    }
    rc = locked(&w, claim);
    session_unlock(cx, document);
    return rc;
}
