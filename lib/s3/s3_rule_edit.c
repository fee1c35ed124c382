#include "s3/s3_rule_edit.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_bucket.h"
#include "s3/s3_client.h"
#include "s3/s3_wait.h"
#include "xml/xml.h"

#define TRIES     3
#define RETRY_MS  2000  /* at most, between two of them */
#define LINGER_MS 400   /* a second look: a writer that fetched before our put has put by then */
#define LAG_MS    10000 /* so late a server shows a put, when nothing depends on it */

struct work {
    struct ctx *cx;
    const struct s3_target *target;
    struct s3_rule_edit *edit;
    const struct s3_rules_kind *document;
    struct s3_rules former; /* before the first change; never written to, nor is `now` */
    struct s3_rules now;    /* as last seen */
    bool resting;           /* the rule was put disabled, to be enabled later */
    bool warned;
};

/* One step: the rule as it is to be put now. */
enum step { REMOVED, DISABLED, AS_WANTED };

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

void s3_rule_edit_merge(struct ctx *cx, const struct s3_rule_edit *edit, struct s3_rules *rules,
                        bool enabled)
{
    struct xml_node *node = s3_rules_find(rules, edit->id);

    if (edit->wanted == NULL) {
        if (node) {
            xml_remove(node);
        }
        return;
    }
    if (node == NULL) {
        node = xml_add(cx->arena, rules->root, "Rule", NULL);
        xml_add(cx->arena, node, "ID", edit->id);
    }
    edit->kind->write(cx, edit, rules, enabled);
}

/* ---- Putting --------------------------------------------------------------------------------- */

/* A put that failed may have been made all the same: only the server can tell. When it does not, it
 * counts as made. */
static bool was_made(const struct work *w)
{
    struct diag_point point = diag_point(w->cx);
    struct s3_rules seen = {.root = NULL};
    enum rc rc = s3_rules_get(w->cx, w->target, w->document, &seen);

    diag_drop_since(w->cx, point);
    return rc == RC_FAIL ||
           (rc == RC_OK && strcmp(text_of(w->cx, s3_rules_find(&seen, w->edit->id)),
                                  text_of(w->cx, s3_rules_find(&w->now, w->edit->id))) != 0);
}

static enum rc put(const struct work *w, const struct s3_rules *next)
{
    enum rc rc = s3_rules_put(w->cx, w->target, w->document, next);

    if (rc == RC_OK) {
        w->edit->changed = true;
    } else if (rc == RC_FAIL && !w->edit->changed) {
        w->edit->changed = was_made(w);
    }
    return rc;
}

/* What stands beside the rules becomes what it was. */
static void restore_head(struct ctx *cx, struct s3_rules *next, const struct s3_rules *former)
{
    struct xml_node *after;

    for (struct xml_node *at = next->root->first; at; at = after) {
        after = at->next;
        if (strcmp(at->name, "Rule") != 0) {
            xml_remove(at);
        }
    }
    for (const struct xml_node *at = former->root->first; at; at = at->next) {
        if (strcmp(at->name, "Rule") != 0) {
            xml_append(next->root, xml_copy(cx->arena, at));
        }
    }
}

/* The server does not keep what limits the rule: take it away again. */
static enum rc take_back(const struct work *w, const char *fields)
{
    struct ctx *cx = w->cx;
    struct s3_rules next = s3_rules_copy(cx->arena, &w->now);
    struct xml_node *ours = s3_rules_find(&next, w->edit->id);
    const struct xml_node *before = s3_rules_find(&w->former, w->edit->id);
    struct diag_point point = diag_point(cx);

    if (ours) {
        xml_remove(ours);
    }
    if (before) {
        xml_append(next.root, xml_copy(cx->arena, before));
    }
    restore_head(cx, &next, &w->former);
    diag_error(cx, NULL,
               arena_printf(cx->arena, "The server %s does not keep %s of %s rules",
                            server(cx, w->target), fields, w->document->name),
               "Rule \"%s\" was written to bucket %s%s and came back without that. It would apply "
               "to more than was asked for, so it was taken back%s. Leave %s out, or use a server "
               "that supports it.",
               w->edit->id, w->target->bucket, w->resting ? ", disabled at first," : "",
               w->resting ? " before it could do anything" : "", fields);
    if (s3_rules_put(cx, w->target, w->document, &next) == RC_OK) {
        w->edit->changed = false;
        return RC_FAIL;
    }
    return diag_wrap(cx, point, "Rule \"%s\" is left %s", w->edit->id,
                     w->resting ? "disabled" : "as it came back");
}

static void warn_dropped(struct work *w, const char *fields)
{
    if (!w->warned) {
        diag_warning(w->cx, NULL,
                     arena_printf(w->cx->arena, "The server %s does not keep %s of %s rules",
                                  server(w->cx, w->target), fields, w->document->name),
                     "Rule \"%s\" of bucket %s came back without that, so the server will not do "
                     "it, and the next plan shows it again. Leave it out of the configuration.",
                     w->edit->id, w->target->bucket);
    }
    w->warned = true;
}

/* ---- Reading back ---------------------------------------------------------------------------- */

/* LACKING: the document is as before the put, and that may be because what is new was dropped. */
enum verdict { SHOWN, STALE, LACKING, DROPPED, REPLACED };

/* What the rule that is there lacks or has; false when it is not there, or not the one put. */
static bool compare(const struct work *w, enum step step, struct s3_rule_diff *ret_diff)
{
    struct s3_rule_seen seen;

    if (step == REMOVED || !s3_rules_find(&w->now, w->edit->id) ||
        !w->edit->kind->compare(w->cx, w->edit, &w->now, &seen)) {
        return false;
    }
    *ret_diff = seen.diff;
    return seen.enabled == (step == AS_WANTED && w->edit->enabled);
}

/* Of w->now, after the rule was put over the document `before`. */
static enum verdict judge(const struct work *w, enum step step, const char *before,
                          struct s3_rule_diff *ret_diff)
{
    bool there = compare(w, step, ret_diff);
    bool gone = s3_rules_find(&w->now, w->edit->id) == NULL;

    if (step == REMOVED ? gone : there && s3_rule_diff_empty(ret_diff)) {
        return SHOWN;
    }
    bool lacks = there && ret_diff->only_missing;
    if (strcmp(text_of(w->cx, w->now.root), before) == 0) {
        return lacks ? LACKING : STALE;
    }
    return lacks ? DROPPED : REPLACED;
}

/* What lacks too little to wait long, or lacks it for long, was dropped. */
static bool is_dropped(const struct work *w, const struct s3_rule_diff *diff,
                       const struct s3_patience *wait, const struct s3_patience *lag)
{
    return s3_wait_over(w->cx, wait) ||
           (*diff->limits == '\0' && (w->warned || s3_wait_over(w->cx, lag)));
}

/* RC_CONFLICT, silently: something else is there than what was put. */
static enum rc watch(struct work *w, enum step step, const char *before)
{
    struct s3_patience wait = s3_wait_begin(w->cx, w->target->timeout_ms / TRIES);
    const struct s3_patience lag = s3_wait_begin(w->cx, LAG_MS);

    for (;;) {
        struct s3_rule_diff diff = s3_rule_diff_new(w->cx->arena);
        enum rc rc = s3_rules_get(w->cx, w->target, w->document, &w->now);
        enum verdict verdict = rc == RC_OK ? judge(w, step, before, &diff) : STALE;
        if (rc == RC_FAIL || (rc == RC_OK && verdict == SHOWN)) {
            return rc;
        }
        if (verdict == LACKING && is_dropped(w, &diff, &wait, &lag)) {
            verdict = DROPPED;
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

static enum rc lost(const struct work *w, enum step step, const struct s3_rules *put)
{
    struct ctx *cx = w->cx;
    struct s3_rule_diff diff = s3_rule_diff_new(cx->arena);
    bool other = compare(w, step, &diff) && !s3_rule_diff_empty(&diff);

    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "The %s rules of bucket %s do not stay as they are written",
                     w->document->name, w->target->bucket),
        "Rule \"%s\" was written to %s %d times, and each time something else was there "
        "afterwards. Written were the rules: %s. Now there are: %s.%s%s%s%s\nAnother program "
        "writes the whole document of this bucket (%s, or a second run of this one). Let only one "
        "of them manage its %s rules, then apply again.",
        w->edit->id, server(cx, w->target), TRIES, s3_rules_ids(cx->arena, put),
        s3_rules_ids(cx->arena, &w->now), other ? " The rule differs in: " : "",
        other ? diff.limits : "", other && *diff.limits && *diff.others ? ", " : "",
        other ? diff.others : "", w->document->other_writers, w->document->name);
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
        diag_warning(cx, NULL,
                     arena_printf(cx->arena, "Some %s rules of bucket %s vanished",
                                  w->document->name, w->target->bucket),
                     "While rule \"%s\" was changed, another program removed the rules %s, or the "
                     "server did not keep them. They were not put back. Now there are: %s.",
                     w->edit->id, s3_rules_ids(cx->arena, &gone), s3_rules_ids(cx->arena, &w->now));
    }
}

/* Put the rule, once, and see it stay. */
static enum rc put_and_watch(struct work *w, enum step step, const struct s3_rules *next)
{
    const char *before = text_of(w->cx, w->now.root);
    bool last = step != DISABLED;
    enum rc rc = put(w, next);

    rc = rc == RC_OK ? watch(w, step, before) : rc;
    if (rc == RC_OK && last) {
        rc = ctx_sleep_ms(w->cx, LINGER_MS / 2 + clock_jitter_ms(LINGER_MS / 2));
        rc = rc == RC_OK ? watch(w, step, before) : rc;
    }
    if (rc == RC_OK && last) {
        warn_vanished(w);
    }
    return rc;
}

/* The same until it stays. */
static enum rc settle(struct work *w, enum step step)
{
    struct s3_rules next = {.root = NULL};

    w->resting = step == DISABLED;
    for (int try = 0; try < TRIES; try++) {
        enum rc rc = RC_OK;
        if (try > 0) {
            rc = ctx_sleep_ms(w->cx, RETRY_MS / 2 + clock_jitter_ms(RETRY_MS / 2));
            rc = rc == RC_OK ? s3_rules_get(w->cx, w->target, w->document, &w->now) : rc;
        }
        if (rc == RC_OK && step != REMOVED) { /* as it is to be, though it may be disabled yet */
            rc = w->edit->kind->check(w->cx, w->target, w->edit, &w->now);
        }
        if (rc == RC_OK) {
            next = s3_rules_copy(w->cx->arena, &w->now);
            s3_rule_edit_merge(w->cx, w->edit, &next, step == AS_WANTED && w->edit->enabled);
            rc = put_and_watch(w, step, &next);
        }
        if (rc != RC_CONFLICT) {
            return rc;
        }
    }
    return lost(w, step, &next);
}

/* ---- The edit -------------------------------------------------------------------------------- */

static enum rc not_understood(const struct work *w, const char *why)
{
    struct ctx *cx = w->cx;

    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot change %s rule \"%s\" of bucket %s",
                                   w->document->name, w->edit->id, w->target->bucket),
                      "The rule that is there cannot be understood: %s. Nothing was changed. "
                      "Choose another ID, or remove that rule first.",
                      why);
}

/* Whether something is to be done at all. A rule that is as wanted but for being disabled is what a
 * create that was killed leaves behind. */
static enum rc consider(const struct work *w, bool *ret_done, bool *ret_works)
{
    struct s3_rule_seen seen = {.enabled = false};

    *ret_done = false;
    if (s3_rules_find(&w->former, w->edit->id)) {
        if (!w->edit->kind->compare(w->cx, w->edit, &w->former, &seen)) {
            return not_understood(w, seen.why);
        }
        bool same = s3_rule_diff_empty(&seen.diff);
        *ret_done = same && seen.enabled == w->edit->enabled;
        if (w->edit->create && !(same && (w->edit->enabled || !seen.enabled) && !seen.more)) {
            return RC_CONFLICT;
        }
    }
    *ret_works = seen.enabled;
    return w->edit->kind->check(w->cx, w->target, w->edit, &w->former);
}

static enum rc set_wanted(struct work *w)
{
    bool done = false, works = false;
    enum rc rc = consider(w, &done, &works);

    if (rc != RC_OK || done) {
        return rc;
    }
    if (w->edit->enabled && (w->edit->kind->may_rest || !works)) {
        rc = settle(w, DISABLED);
    }
    return rc == RC_OK ? settle(w, AS_WANTED) : rc;
}

/* S3 knows a rule by its ID; where two have the same, nobody can tell which is ours. */
static bool is_twice(const struct s3_rules *rules, const char *id)
{
    size_t n = 0;

    for (const struct xml_node *at = xml_child(rules->root, "Rule"); at;
         at = xml_next(at, "Rule")) {
        n += strcmp(s3_rules_id(at), id) == 0;
    }
    return n > 1;
}

static enum rc locked(struct work *w, const char *claim)
{
    enum rc rc = s3_rules_get(w->cx, w->target, w->document, &w->former);

    if (rc != RC_OK) {
        return rc;
    }
    if (is_twice(&w->former, w->edit->id)) {
        return not_understood(w, "the document has two rules of that ID");
    }
    w->now = w->former;
    if (w->edit->wanted && w->former.unsupported) {
        return s3_rules_missing(w->cx, w->target, w->document);
    }
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
    return settle(w, REMOVED);
}

enum rc s3_rule_edit_run(struct ctx *cx, const struct s3_target *target, struct s3_rule_edit *edit)
{
    const struct s3_rules_kind *kind = edit->kind->document;
    const char *claim =
        arena_printf(cx->arena, "%s of bucket %s, rule %s", kind->name, target->bucket, edit->id);
    struct work w = {.cx = cx, .target = target, .edit = edit, .document = kind};
    enum rc rc;

    edit->changed = false;
    if (s3_bucket_begin(cx, target) != RC_OK) {
        return RC_FAIL;
    }
    rc = locked(&w, claim);
    s3_bucket_end(cx, target);
    return rc;
}
