/* What the list says, done by many threads. */
#include <string.h>

#include "base/cancel.h"
#include "base/crew.h"
#include "base/ctx.h"
#include "base/session.h"
#include "cli/cli_progress.h"
#include "cli/cli_words.h"
#include "s3/s3_lock.h"
#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/ferry.h"
#include "seedbank-bucket/guard.h"
#include "seedbank-bucket/write.h"
#include "json/json_bytes.h"

#define THREADS      64  /* how many requests are in the air is the clients' to find out */
#define MARKERS      100 /* deletions in one request */
#define SHOWN        20  /* of each kind of trouble, on the terminal; --json has all */
#define MAX_FAILURES 100

enum trouble { FAILED, REFUSED, GONE, CONFLICT, INCOMPLETE, UNPROVEN, TROUBLES };

struct carrying {
    struct copy *copy;
    struct ctx *cx; /* its cancel is the hard one: what has begun ends */
    struct crew *crew;
    struct ferry *ferry;
    struct guard guard;
    struct condition condition; /* of delete markers */
    struct write_options write;
    struct cli_progress *progress;

    struct copy_item markers[MARKERS]; /* that wait for one request */
    size_t n_markers;
    struct arena *marked; /* of their texts */

    pthread_mutex_t lock; /* guards all below */
    struct copy_tally tally;
    uint64_t shown[TROUBLES];
    unsigned failures; /* one after the other */
};

/* One item to be copied, or several to be deleted. */
struct job {
    const struct copy_item *items;
    size_t n;
};

/* ---- What became of it -------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    bool fails; /* many of them in a row have one cause */
} troubles[TROUBLES] = {
    [FAILED] = {"failed", true},
    [REFUSED] = {"refused", true},
    [GONE] = {"gone", false},
    [CONFLICT] = {"conflict", false},
    [INCOMPLETE] = {"incomplete", false},
    [UNPROVEN] = {"unproven", false},
};

static void tell(const struct carrying *c, const struct copy_item *item, const char *outcome,
                 const char *why)
{
    struct cli *cli = c->copy->cli;
    json_t *o;

    if (!cli->common.json) {
        return;
    }
    o = json_pack("{s:s, s:s}", "kind", copy_show_kind(item->kind), "outcome", outcome);
    json_bytes_set(o, "name", item->name);
    if (why != NULL) {
        json_bytes_set(o, "why", why);
    }
    cli_event(cli, "result", o);
}

static void show(struct carrying *c, const struct copy_item *item, enum trouble trouble,
                 const char *why)
{
    struct arena *a = arena_new();
    uint64_t nth;

    pthread_mutex_lock(&c->lock);
    nth = ++c->shown[trouble];
    pthread_mutex_unlock(&c->lock);
    if (nth <= SHOWN) {
        cli_say(c->copy->cli, "%s  %s: %s", troubles[trouble].name, cli_words_key(a, item->name),
                why);
    } else if (nth == SHOWN + 1) {
        cli_say(c->copy->cli, "%s  and more; --json lists all", troubles[trouble].name);
    }
    arena_free(a);
}

/* RC_FAIL with a message: so many failed one after the other that going on is pointless. */
static enum rc report_trouble(struct ctx *cx, struct carrying *c, const struct copy_item *item,
                              enum trouble trouble, const char *why)
{
    uint64_t *const counts[TROUBLES] = {
        [FAILED] = &c->tally.failed,
        [REFUSED] = &c->tally.refused,
        [GONE] = &c->tally.gone,
        [CONFLICT] = &c->tally.conflicts,
        [INCOMPLETE] = &c->tally.incomplete,
        [UNPROVEN] = &c->tally.unproven,
    };
    bool hopeless = false;

    pthread_mutex_lock(&c->lock);
    ++*counts[trouble];
    if (troubles[trouble].fails) {
        hopeless = ++c->failures == MAX_FAILURES;
    }
    pthread_mutex_unlock(&c->lock);
    tell(c, item, troubles[trouble].name, why);
    show(c, item, trouble, why);
    if (!hopeless) {
        return RC_OK;
    }
    crew_stop(c->crew);
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "%d keys failed one after the other", MAX_FAILURES),
                      "The last one: %s Nothing more was begun. Mend the cause, then run the same "
                      "command again: it does what is missing.",
                      why);
}

static void report_done(struct carrying *c, const struct copy_item *item, uint64_t size,
                        bool streamed)
{
    pthread_mutex_lock(&c->lock);
    c->tally.done[item->kind].objects++;
    c->tally.done[item->kind].bytes += size;
    c->tally.streamed += streamed ? 1 : 0;
    c->failures = 0;
    pthread_mutex_unlock(&c->lock);
    tell(c, item, "done", NULL);
}

/* ---- Copies ------------------------------------------------------------------------------------
 */

static enum rc report(struct ctx *cx, struct carrying *c, const struct copy_item *item,
                      const struct ferry_result *r)
{
    static const enum trouble kinds[] = {[FERRY_GONE] = GONE,
                                         [FERRY_REFUSED] = REFUSED,
                                         [FERRY_CHANGED] = CONFLICT,
                                         [FERRY_FAILED] = FAILED};
    enum rc rc = RC_OK;

    if (r->outcome != FERRY_DONE) {
        return report_trouble(cx, c, item, kinds[r->outcome], r->why);
    }
    report_done(c, item, r->size, r->streamed);
    if (r->lost != NULL) {
        rc = report_trouble(cx, c, item, INCOMPLETE,
                            arena_printf(cx->arena, "the destination cannot hold: %s", r->lost));
    }
    if (rc == RC_OK && !r->proven) {
        rc = report_trouble(cx, c, item, UNPROVEN,
                            "its ETag does not tell whether it is the same; verify reads it");
    }
    return rc;
}

static enum rc run_copy(struct ctx *cx, struct carrying *c, const struct copy_item *item)
{
    const struct copy *copy = c->copy;
    const struct ferry_load load = {
        .key = place_key(cx->arena, &copy->from_place, item->name),
        .to_key = place_key(cx->arena, &copy->to_place, item->name),
        .there = item->kind == COPY_NEW ? NULL : item->there,
    };
    struct ferry_result r;

    if (!place_key_fits(load.to_key)) {
        return report_trouble(cx, c, item, REFUSED,
                              "its key would be longer than 1,024 bytes in the destination");
    }
    r = ferry_carry(cx, c->ferry, &load);
    return report(cx, c, item, &r);
}

/* ---- Deletions ---------------------------------------------------------------------------------
 */

static enum rc run_markers(struct ctx *cx, struct carrying *c, const struct job *job)
{
    struct write_marker *markers = arena_array(cx->arena, job->n, sizeof *markers);
    struct write_result *results = arena_array(cx->arena, job->n, sizeof *results);
    enum rc rc = RC_OK;

    for (size_t i = 0; i < job->n; i++) {
        markers[i] = (struct write_marker){
            place_key(cx->arena, &c->copy->to_place, job->items[i].name), job->items[i].there};
    }
    write_markers(cx, &c->write, markers, job->n, results);
    for (size_t i = 0; rc == RC_OK && i < job->n; i++) {
        if (results[i].outcome == WRITE_DONE) {
            report_done(c, &job->items[i], job->items[i].size, false);
        } else if (results[i].outcome == WRITE_CHANGED) {
            rc = report_trouble(cx, c, &job->items[i], CONFLICT, results[i].why);
        } else {
            rc = report_trouble(cx, c, &job->items[i], FAILED, results[i].why);
        }
    }
    return rc;
}

/* ---- The crew ----------------------------------------------------------------------------------
 */

static enum rc run_job(struct ctx *cx, void *arg, const void *item)
{
    struct carrying *c = arg;
    const struct job *job = item;
    enum rc rc =
        job->items->kind == COPY_EXTRA ? run_markers(cx, c, job) : run_copy(cx, c, job->items);

    cli_progress_add(c->progress, job->n, job->items->kind == COPY_EXTRA ? 0 : job->items->size);
    return rc;
}

static struct copy_item copy_of_item(struct arena *a, const struct copy_item *item)
{
    struct copy_item i = *item;

    i.name = arena_strdup(a, i.name);
    i.etag = arena_strdup(a, i.etag);
    i.there = arena_strdup(a, i.there);
    return i;
}

static const void *copy_of_job(struct arena *a, const void *arg)
{
    const struct job *job = arg;
    struct job *j = arena_alloc(a, sizeof *j);
    struct copy_item *items = arena_array(a, job->n, sizeof *items);

    for (size_t i = 0; i < job->n; i++) {
        items[i] = copy_of_item(a, &job->items[i]);
    }
    *j = (struct job){items, job->n};
    return j;
}

/* Whatever overwrites or deletes: only where the bucket keeps what was there. */
static enum rc give(struct carrying *c, const struct job *job)
{
    if (job->items->kind != COPY_NEW &&
        guard_check(c->copy->cli, c->copy->cli->cx, &c->guard) != RC_OK) {
        return RC_FAIL;
    }
    return crew_give(c->cx, c->crew, job);
}

static enum rc give_markers(struct carrying *c)
{
    const struct job job = {c->markers, c->n_markers};
    enum rc rc = job.n > 0 ? give(c, &job) : RC_OK;

    c->n_markers = 0;
    arena_free(c->marked);
    c->marked = arena_new();
    return rc;
}

static enum rc give_item(struct carrying *c, const struct copy_item *item)
{
    if (item->kind != COPY_EXTRA) {
        return give(c, &(struct job){item, 1});
    }
    if (!c->copy->settings->delete_extra) {
        return RC_OK;
    }
    c->markers[c->n_markers++] = copy_of_item(c->marked, item);
    return c->n_markers == MARKERS ? give_markers(c) : RC_OK;
}

static enum rc give_all(struct carrying *c)
{
    struct ctx *cx = c->copy->cli->cx;
    struct copy_item item;
    enum rc rc = RC_OK;

    copy_spool_rewind(c->copy);
    while (rc == RC_OK) {
        struct arena_mark mark = arena_mark(cx->arena);
        rc = copy_spool_next(c->copy, &item);
        if (rc == RC_OK) {
            rc = give_item(c, &item);
        }
        arena_rewind(cx->arena, mark);
    }
    return rc == RC_NOT_FOUND ? give_markers(c) : rc;
}

/* ---- From end to end ---------------------------------------------------------------------------
 */

static void hand_over(struct carrying *c)
{
    for (const struct diag *d = c->cx->diags.first; d != NULL; d = d->next) {
        diag_copy(c->copy->cli->cx, d);
    }
}

static struct cli_progress *progress_of(const struct copy *copy)
{
    const struct copy_count *n = copy->counts;
    uint64_t deleted = copy->settings->delete_extra ? n[COPY_EXTRA].objects : 0;

    return cli_progress_begin(
        copy->cli, &(struct cli_progress_options){
                       .doing = "copying",
                       .items = "objects",
                       .total_items = n[COPY_NEW].objects + n[COPY_CHANGED].objects + deleted,
                       .total_bytes = n[COPY_NEW].bytes + n[COPY_CHANGED].bytes});
}

/* Where it cannot be asked, it is tried. */
static bool has_no_lock(struct copy *copy)
{
    struct ctx *cx = copy->cli->cx;
    struct diag_point before = diag_point(cx);
    struct s3_lock lock = {.status = S3_LOCK_ENABLED};
    enum rc rc = s3_lock_get(cx, &copy->to, &lock);

    diag_drop_since(cx, before);
    return rc == RC_OK && lock.status != S3_LOCK_ENABLED;
}

struct ferry_options copy_carry_ferry(struct copy *copy)
{
    return (struct ferry_options){
        .from = copy->from,
        .to = copy->to,
        .one_server = copy->one_server,
        .no_lock = has_no_lock(copy),
        .keep = {copy->settings->storage_class, copy->settings->keep_compliance},
    };
}

enum rc copy_carry(struct copy *copy, struct copy_tally *ret_tally)
{
    struct cli *cli = copy->cli;
    const struct ctx_options lent = {.session = cli->session,
                                     .log = cli->cx->log,
                                     .clock = cli->cx->clock,
                                     .cancel = cli->cancel};
    struct carrying c = {
        .copy = copy,
        .cx = ctx_new(&lent),
        .guard = {.target = &copy->to, .allow_unversioned = copy->settings->allow_unversioned},
        .write = {.target = &copy->to},
        .marked = arena_new(),
    };
    const struct crew_options crew = {
        .threads = THREADS, .stop = cli->stop, .run = run_job, .arg = &c, .copy = copy_of_job};
    const struct ferry_options ferry = copy_carry_ferry(copy);
    enum rc rc, crew_rc;

    c.condition.deletions = s3_client_is_aws(copy->to.client);
    c.write.condition = &c.condition;
    pthread_mutex_init(&c.lock, NULL);
    c.ferry = ferry_new(cli->cx->arena, &ferry);
    c.crew = crew_new(c.cx, &crew);
    c.progress = progress_of(copy);
    rc = give_all(&c);
    crew_rc = crew_end(c.cx, c.crew);
    cli_progress_end(c.progress);
    hand_over(&c);
    *ret_tally = c.tally;
    ret_tally->why_streamed = ferry_why_streamed(c.ferry);
    arena_free(c.marked);
    ctx_free(c.cx);
    pthread_mutex_destroy(&c.lock);
    return rc == RC_OK ? crew_rc : rc;
}
