/* A batch before its writes, and after them. */
#include "seedbank-bucket/carry_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/journal.h"
#include "cli/cli.h"
#include "cli/cli_words.h"
#include "s3/s3.h"

/* ---- Looking --------------------------------------------------------------------------------- */

static int by_key(const void *x, const void *y)
{
    const struct slot *a = x, *b = y;

    return strcmp(a->step.key, b->step.key);
}

/* The keys of the slots that are wanted now: all before, what ran afterwards. */
static enum rc look(struct ctx *cx, struct batch *b, bool afterwards)
{
    struct look l = {.target = b->carry->options.write.target,
                     .keys = b->keys,
                     .into = b->arena,
                     .apart = &b->carry->apart};
    enum rc rc;

    for (size_t i = 0; i < b->n; i++) {
        struct slot *s = &b->slots[i];
        if (afterwards && !s->ran) {
            continue;
        }
        s->look = &b->keys[l.n++];
        *s->look = (struct look_key){
            .key = s->key, .last = judge_last(&s->step), .depth = judge_depth(&s->step)};
    }
    rc = look_up(cx, &l);
    if (rc == RC_NOT_FOUND) {
        return diag_error(
            cx, NULL, arena_printf(cx->arena, "There is no bucket %s any more", l.target->bucket),
            "It was there a moment ago. The journal tells what was done.");
    }
    return rc;
}

static struct judge_view view_of(const struct slot *s)
{
    return (struct judge_view){s->look->entries, s->look->n};
}

/* Copies of an earlier run, or of a request whose answer was lost, whose ETag does not tell. */
static void compare_unsure(struct ctx *cx, struct batch *b, struct slot *s)
{
    struct judge_view view = view_of(s);
    size_t unsure =
        s->own.begun || s->own.retried ? judge_unsure(&s->step, &view, &s->own) : view.n;

    if (unsure < view.n) {
        s->look->entries[unsure].same =
            write_is_copy(cx, &b->carry->options.write, &s->step, view.entries[unsure].id);
    }
}

/* ---- Taking back ----------------------------------------------------------------------------- */

/* A conflict whose key holds what we made: remove that, by its ID, and what others made stays. The
 * step ends only when it is gone. */
static enum rc take_back(struct ctx *cx, struct batch *b, struct slot *s,
                         const struct judge_result *r)
{
    struct write_removal removal = {s->key, r->ids, r->n_ids};
    struct write_result w;

    write_removals(cx, &b->carry->options.write, &removal, 1, &w);
    if (w.outcome != WRITE_DONE) {
        carry_report_conflict(b, s,
                              arena_printf(cx->arena, "%s; our version %s could not be removed: %s",
                                           r->why, r->ids[0], w.why));
        return RC_OK;
    }
    carry_report_conflict(b, s, r->why);
    return carry_record(cx, s, b, (struct record){.kind = RECORD_LEFT, .why = r->why});
}

static enum rc leave(struct ctx *cx, struct batch *b, struct slot *s, const char *why)
{
    carry_report_conflict(b, s, why);
    return carry_record(cx, s, b, (struct record){.kind = RECORD_LEFT, .why = why});
}

static enum rc done(struct ctx *cx, struct batch *b, struct slot *s, const struct judge_result *r)
{
    struct record record = {.kind = RECORD_DONE, .version = s->before.below};
    const char **made = arena_array(cx->arena, r->n_ids, sizeof *made);
    bool writes = s->step.kind == STEP_COPY || s->step.kind == STEP_HIDE;

    for (size_t i = 0; i < r->n_ids; i++) {
        made[i] = r->ids[i];
    }
    if (writes) {
        record.made = made;
        record.n_made = r->n_ids;
    }
    if (carry_record(cx, s, b, record) != RC_OK) {
        return RC_FAIL;
    }
    if (s->result.lost != NULL) {
        carry_report_lost(b, s, s->result.lost);
    }
    carry_report_done(b, s);
    return RC_OK;
}

/* ---- Before ---------------------------------------------------------------------------------- */

/* Without versions the one to be copied would be written over itself, and lost if that failed. */
static bool is_lossy(const struct carry *c, const struct slot *s)
{
    return c->options.write.source == NULL && !c->guard.enabled && s->step.kind == STEP_COPY &&
           strcmp(s->step.version, S3_NULL_VERSION) == 0;
}

/* What the write's condition is; it was looked at a moment ago. */
static const char *newest_of(const struct slot *s)
{
    return s->look->n > 0 && !s->look->entries[0].marker ? s->look->entries[0].etag : NULL;
}

static enum rc go(struct carry *c, struct batch *b, struct slot *s)
{
    if (c->options.settle) {
        return carry_record(c->cx, s, b, (struct record){.kind = RECORD_LEFT, .why = "withdrawn"});
    }
    if (is_lossy(c, s)) {
        return leave(c->cx, b, s,
                     "the wanted version is \"null\" and the bucket keeps no versions: "
                     "copying would put it at risk");
    }
    s->newest = newest_of(s);
    s->go = true;
    return RC_OK;
}

/* What an earlier run left of a copy in parts does not show, and costs money. */
static void give_up(struct carry *c, const struct slot *s)
{
    struct write_result r = write_give_up(c->cx, &c->options.write, &s->step, s->own.upload);

    if (r.outcome != WRITE_DONE) {
        diag_warning(c->cx, NULL, "An unfinished copy of an earlier run is left",
                     "Upload %s of \"%s\" could not be given up: %s", s->own.upload,
                     cli_words_key(c->cx->arena, s->step.key), r.why);
    }
}

static enum rc judge(struct carry *c, struct batch *b, struct slot *s)
{
    struct judge_view view = view_of(s);

    if (s->state == REPLAY_OPEN) {
        compare_unsure(c->cx, b, s);
    }
    if (s->own.upload != NULL) {
        give_up(c, s);
    }
    s->before = judge_before(b->arena, &s->step, &view, &s->own);
    switch (s->before.verdict) {
    case JUDGE_GO:
        return go(c, b, s);
    case JUDGE_DONE:
        return done(c->cx, b, s, &s->before);
    case JUDGE_TAKE_BACK:
        return take_back(c->cx, b, s, &s->before);
    case JUDGE_CONFLICT:
    case JUDGE_MISSING:
        break;
    }
    return leave(c->cx, b, s, s->before.why);
}

/* One sync for all of them: the last line is the durable one. */
static enum rc write_intents(struct carry *c, struct batch *b)
{
    const struct slot *last = NULL;
    enum rc rc = RC_OK;

    for (size_t i = 0; rc == RC_OK && i < b->n; i++) {
        if (!b->slots[i].go) {
            continue;
        }
        if (last != NULL) {
            rc = carry_record(c->cx, last, b, (struct record){.kind = RECORD_INTENT});
        }
        last = &b->slots[i];
    }
    return rc == RC_OK && last != NULL ? carry_record_intent(c->cx, last, b) : rc;
}

static void know_own(struct carry *c, struct batch *b, struct slot *s)
{
    if (s->state == REPLAY_OPEN) {
        struct replay_step step = {s->number, c->options.undo};
        replay_made(c->options.replay, b->arena, &step, &s->own);
    }
    s->own.replaces =
        !c->guard.enabled && s->step.latest != NULL && strcmp(s->step.latest, S3_NULL_VERSION) == 0;
}

enum rc carry_batch_begin(struct carry *c, struct batch *b)
{
    enum rc rc = guard_check(c->options.cli, c->cx, &c->guard);

    qsort(b->slots, b->n, sizeof *b->slots, by_key);
    b->keys = arena_array(b->arena, b->n, sizeof *b->keys);
    if (rc == RC_OK) {
        rc = look(c->cx, b, false);
    }
    for (size_t i = 0; rc == RC_OK && i < b->n; i++) {
        struct arena_mark mark = arena_mark(c->cx->arena);
        know_own(c, b, &b->slots[i]);
        rc = judge(c, b, &b->slots[i]);
        arena_rewind(c->cx->arena, mark);
    }
    if (rc == RC_OK) {
        rc = write_intents(c, b);
    }
    return rc == RC_OK ? carry_jobs_give(c, b) : rc;
}

/* ---- After ----------------------------------------------------------------------------------- */

static void know_result(struct slot *s)
{
    size_t n = s->own.n_ids;
    const char **ids = s->told;

    if (s->result.id != NULL && n < sizeof s->told / sizeof *s->told) {
        for (size_t i = 0; i < n; i++) {
            ids[i] = s->own.ids[i];
        }
        ids[n] = s->result.id;
        s->own.ids = ids;
        s->own.n_ids = n + 1;
    }
    if (s->result.id == NULL && s->result.modified != NULL) {
        s->own.modified = s->result.modified;
    }
}

static enum rc judge_written(struct ctx *cx, struct batch *b, struct slot *s)
{
    struct judge_view view = view_of(s);
    struct judge_result r;
    const char *why;

    know_result(s);
    s->own.below = s->before.below;
    compare_unsure(cx, b, s);
    r = judge_after(cx->arena, &s->step, &view, &s->own);
    switch (r.verdict) {
    case JUDGE_GO:
    case JUDGE_DONE:
        return done(cx, b, s, &r);
    case JUDGE_TAKE_BACK:
        return take_back(cx, b, s, &r);
    case JUDGE_CONFLICT:
        return leave(cx, b, s, r.why);
    case JUDGE_MISSING:
        break;
    }
    why = s->result.why ? s->result.why : r.why;
    return s->result.outcome == WRITE_GONE || s->result.outcome == WRITE_CHANGED
               ? leave(cx, b, s, why)
               : carry_report_failure(cx, b, s, why);
}

static void release(struct batch *b)
{
    struct carry *c = b->carry;

    arena_free(b->arena);
    pthread_mutex_lock(&c->lock);
    b->arena = NULL;
    b->busy = false;
    pthread_cond_signal(&c->freed);
    pthread_mutex_unlock(&c->lock);
}

enum rc carry_batch_end(struct ctx *cx, struct batch *b)
{
    enum rc rc = look(cx, b, true);

    for (size_t i = 0; rc == RC_OK && i < b->n; i++) {
        struct arena_mark mark = arena_mark(cx->arena);
        rc = b->slots[i].ran ? judge_written(cx, b, &b->slots[i]) : RC_OK;
        arena_rewind(cx->arena, mark);
    }
    release(b);
    return rc;
}
