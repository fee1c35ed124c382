/* The listing, key by key, into a plan. */
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/history.h"
#include "seedbank-bucket/past.h"
#include "seedbank-bucket/plan_private.h"
#include "seedbank-bucket/reach.h"
#include "seedbank-bucket/replica.h"
#include "seedbank-bucket/walk.h"

/* ---- Each key -------------------------------------------------------------------------------- */

static bool has_gap(void *arg, const char *key)
{
    const struct planning *p = arg;

    return p->gap_before || (!(p->history && history_knows(p->history, key)) &&
                             guarantee_has_gap(p->guarantee, key, p->result->at));
}

static bool keeps_markers(void *arg, const char *key)
{
    const struct planning *p = arg;
    const char *rule = replica_rule(p->replica, key);

    if (rule != NULL && !p->settings->keep_history && p->result->replica_rule == NULL) {
        p->result->replica_rule = rule;
    }
    return rule != NULL || p->settings->keep_history || p->versioning.mfa_delete;
}

static void keep_shown(struct planning *p, int kind, const struct step *step)
{
    struct plan_shown *shown = &p->result->shown[kind];
    struct step s = *step;

    s.n_newer = 0; /* they are not shown, and may be many */
    if (shown->n < PLAN_SHOWN) {
        shown->steps[shown->n++] = step_copy(p->kept, &s);
    }
}

static void count(struct plan_count *c, uint64_t bytes)
{
    c->objects++;
    c->bytes += bytes;
}

/* A step, once it is known whether it can be carried out. */
static enum rc take(struct ctx *cx, void *arg, const struct step *step)
{
    struct planning *p = arg;
    struct plan_totals *t = &p->result->totals;

    count(&t->steps[step->kind], step->size);
    t->doubtful += step->kind == STEP_COPY && step->why != NULL;
    keep_shown(p, (int)step->kind, step);
    return plan_file_add(cx, p->writer, step);
}

/* Without versioning a copy of a version without an ID over itself would be its end. */
static void spare_null_source(const struct planning *p, struct step *step)
{
    if (p->to == NULL && p->versioning.status != S3_VERSIONING_ENABLED && step->kind == STEP_COPY &&
        strcmp(step->version, S3_NULL_VERSION) == 0) {
        step->kind = STEP_UNREACHABLE;
        step->why = "it has no version ID, and versioning is not enabled: the copy would overwrite "
                    "its own source";
    }
}

/* Of what a delete marker hides: when it came. */
static void count_deletion(struct plan_result *r, int64_t at)
{
    r->first = r->first == 0 || at < r->first ? at : r->first;
    r->last = at > r->last ? at : r->last;
}

void plan_list_newer(struct planning *p, const struct step *step, uint64_t bytes)
{
    count(&p->result->totals.newer, bytes);
    keep_shown(p, PLAN_NEWER, step);
}

static enum rc take_end(struct ctx *cx, struct planning *p, struct past_end end)
{
    struct plan_result *r = p->result;
    enum rc rc = p->there ? plan_target_meet(p, past_key(p->past), &end) : RC_OK;

    if (rc != RC_OK) {
        return rc;
    }
    if (end.multipart_near && r->multipart_near++ == 0) {
        r->multipart_key = arena_strdup(p->kept, past_key(p->past));
    }
    if (end.verdict == PAST_UNCHANGED) {
        count(&r->totals.unchanged, end.bytes);
    } else if (end.verdict == PAST_NEWER) {
        plan_list_newer(p, &end.step, end.bytes);
    }
    if (end.verdict != PAST_STEP) {
        return RC_OK;
    }
    r->kept_markers += end.kept_markers;
    count_deletion(r, end.newest);
    spare_null_source(p, &end.step);
    guarantee_look(p->guarantee, &end);
    return reach_give(cx, p->reach, &end.step);
}

static enum rc end_key(struct ctx *cx, struct planning *p)
{
    struct arena_mark mark = arena_mark(cx->arena);
    enum rc rc = take_end(cx, p, past_end(p->past));

    arena_rewind(cx->arena, mark);
    return rc;
}

static enum rc take_key(struct planning *p, struct walk *w, const char *key)
{
    const struct s3_list_entry *e;
    enum rc rc;

    past_begin(p->past, key);
    while ((rc = walk_entry(w, &e)) == RC_OK && e != NULL) {
        past_add(p->past, e);
    }
    if (rc == RC_OK && !p->settings->undelete) {
        past_doubt(p->past, walk_doubt(w, p->result->at));
        p->doubts += walk_doubt(w, p->result->at) != NULL;
    }
    return rc == RC_OK ? end_key(p->cli->cx, p) : rc;
}

/* ---- One pass over the listing --------------------------------------------------------------- */

static enum rc list(struct planning *p)
{
    struct walk *w = walk_new(&(struct walk_options){.cli = p->cli,
                                                     .target = p->target,
                                                     .prefixes = p->prefixes,
                                                     .excludes = p->excludes,
                                                     .history = p->history,
                                                     .doing = "listing"});
    const char *key;
    enum rc rc;

    while ((rc = walk_key(w, &key)) == RC_OK && key != NULL) {
        rc = take_key(p, w, key);
        if (rc != RC_OK) {
            break;
        }
    }
    p->entries = walk_entries(w);
    if (rc == RC_OK && p->there != NULL) {
        rc = plan_target_end(p);
    }
    walk_end(w);
    return rc;
}

static void forget_pass(struct planning *p)
{
    struct plan_result *r = p->result;

    r->totals = (struct plan_totals){.doubtful = 0};
    memset(r->shown, 0, sizeof r->shown);
    r->multipart_near = r->kept_markers = 0;
    r->first = r->last = 0;
    r->multipart_key = r->replica_rule = NULL;
    p->entries = p->doubts = 0;
}

enum rc plan_list(struct planning *p)
{
    struct cli *cli = p->cli;
    const struct past_options options = {
        .at = p->result->at,
        .hide_newer = p->settings->hide_newer,
        .purge_newer = p->settings->purge_newer,
        .undelete = p->settings->undelete,
        .since = p->result->since,
        .elsewhere = p->to != NULL,
        .ask = {has_gap, keeps_markers, p},
    };
    enum rc rc;

    forget_pass(p);
    rc = plan_file_create(cli->cx, p->result->path, &p->result->head, &p->writer);
    if (rc != RC_OK) {
        return rc;
    }
    plan_target_begin(p);
    p->past = past_new(cli->cx->arena, &options);
    p->reach = reach_new(
        cli->cx, &(struct reach_options){
                     .target = p->target, .ask = !p->settings->no_probe, .take = take, .arg = p});
    return reach_end(cli->cx, p->reach, list(p));
}
