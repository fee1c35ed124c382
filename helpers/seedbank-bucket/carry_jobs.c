/* The writes of a batch, cut into requests. */
#include "seedbank-bucket/carry_private.h"

#include "base/crew.h"
#include "base/ctx.h"

const void *carry_jobs_copy(struct arena *a, const void *job)
{
    return arena_memdup(a, job, sizeof(struct job)); /* what it points to is the batch's */
}

unsigned carry_jobs_useful(void *arg)
{
    const struct carry *c = arg;

    return s3_client_window(c->options.write.target->client);
}

/* ---- Cutting --------------------------------------------------------------------------------- */

static enum job_kind kind_of(const struct slot *s)
{
    static const enum job_kind kinds[STEP_KINDS] = {[STEP_REVEAL] = JOB_REMOVALS,
                                                    [STEP_COPY] = JOB_COPY,
                                                    [STEP_HIDE] = JOB_MARKERS,
                                                    [STEP_PURGE] = JOB_REMOVALS};

    return kinds[s->step.kind];
}

/* What it adds to a request that has room for so many deletions. */
static size_t weight(const struct slot *s)
{
    return kind_of(s) == JOB_REMOVALS ? s->before.n_ids : 1;
}

struct cut {
    struct job *jobs;
    size_t n_jobs;
    struct slot **slots; /* those of each job beside one another */
    size_t n_slots;
};

static size_t job_size(const struct batch *b, enum job_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++) {
        const struct slot *s = &b->slots[i];
        n += s->go && kind_of(s) == kind ? weight(s) : 0;
    }
    n /= CARRY_SPREAD;
    n = n > CARRY_JOB_MIN ? n : CARRY_JOB_MIN;
    return n < CARRY_JOB ? n : CARRY_JOB;
}

static void cut(struct batch *b, enum job_kind kind, struct cut *t)
{
    size_t room = 0, size = job_size(b, kind);

    for (size_t i = 0; i < b->n; i++) {
        struct slot *s = &b->slots[i];
        if (!s->go || kind_of(s) != kind) {
            continue;
        }
        if (weight(s) > room || kind == JOB_COPY) {
            t->jobs[t->n_jobs++] =
                (struct job){.batch = b, .kind = kind, .slots = t->slots + t->n_slots};
            room = size;
        }
        t->slots[t->n_slots++] = s;
        t->jobs[t->n_jobs - 1].n++;
        room -= weight(s) < room ? weight(s) : room;
    }
}

enum rc carry_jobs_give(struct carry *c, struct batch *b)
{
    struct cut t = {.jobs = arena_array(b->arena, b->n, sizeof *t.jobs),
                    .slots = arena_array(b->arena, b->n, sizeof(struct slot *))};
    enum rc rc = RC_OK;

    cut(b, JOB_REMOVALS, &t);
    cut(b, JOB_MARKERS, &t);
    cut(b, JOB_COPY, &t);
    atomic_store(&b->left, t.n_jobs);
    if (t.n_jobs == 0) {
        return carry_batch_end(c->cx, b);
    }
    for (size_t i = 0; rc == RC_OK && i < t.n_jobs; i++) {
        rc = guard_check(c->options.cli, c->cx, &c->guard); /* looking, and giving, may take long */
        if (rc == RC_OK) {
            rc = crew_give(c->cx, c->crew, &t.jobs[i]);
        }
    }
    return rc;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* The result outlives the thread's arena; what the server told of it outlives the process. */
static enum rc settle(struct ctx *cx, struct batch *b, struct slot *s, struct write_result r)
{
    struct record made = {.kind = RECORD_MADE};

    pthread_mutex_lock(&b->lock);
    s->result = r;
    s->result.id = arena_strdup_if(b->arena, r.id);
    s->result.modified = arena_strdup_if(b->arena, r.modified);
    s->result.why = arena_strdup_if(b->arena, r.why);
    s->result.lost = arena_strdup_if(b->arena, r.lost);
    pthread_mutex_unlock(&b->lock);
    s->own.retried = r.outcome == WRITE_UNKNOWN || r.repeated;
    if (s->result.id != NULL && str_utf8_valid(str_of(s->result.id))) {
        made.made = &s->result.id;
        made.n_made = 1;
    } else if (s->result.modified != NULL && str_utf8_valid(str_of(s->result.modified))) {
        made.modified = s->result.modified;
    }
    return made.n_made > 0 || made.modified ? carry_record(cx, s, b, made) : RC_OK;
}

/* For s3_copy: which upload is ours, should this process die. */
struct watched {
    struct batch *batch;
    struct slot *slot;
};

static enum rc began(struct ctx *cx, void *arg, const char *upload_id)
{
    const struct watched *w = arg;

    if (!str_utf8_valid(str_of(upload_id))) {
        return RC_OK; /* it could not be named again */
    }
    return carry_record(cx, w->slot, w->batch,
                        (struct record){.kind = RECORD_MADE, .upload = upload_id});
}

static enum rc run_copy(struct ctx *cx, const struct job *job)
{
    struct batch *b = job->batch;
    struct slot *s = job->slots[0];

    struct watched w = {b, s};
    const struct write_copying copying = {&s->step, s->newest, {began, &w}};

    return settle(cx, b, s, write_copy(cx, &b->carry->options.write, &copying));
}

static enum rc settle_all(struct ctx *cx, const struct job *job, const struct write_result *results)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; i < job->n; i++) {
        if (settle(cx, job->batch, job->slots[i], results[i]) != RC_OK) {
            rc = RC_FAIL;
        }
    }
    return rc;
}

static enum rc run_markers(struct ctx *cx, const struct job *job)
{
    struct write_marker *markers = arena_array(cx->arena, job->n, sizeof *markers);
    struct write_result *results = arena_array(cx->arena, job->n, sizeof *results);

    for (size_t i = 0; i < job->n; i++) {
        const char *newest = job->slots[i]->newest;
        markers[i] = (struct write_marker){job->slots[i]->key, newest ? newest : ""};
    }
    write_markers(cx, &job->batch->carry->options.write, markers, job->n, results);
    return settle_all(cx, job, results);
}

static enum rc run_removals(struct ctx *cx, const struct job *job)
{
    struct write_removal *removals = arena_array(cx->arena, job->n, sizeof *removals);
    struct write_result *results = arena_array(cx->arena, job->n, sizeof *results);

    for (size_t i = 0; i < job->n; i++) {
        const struct slot *s = job->slots[i];
        removals[i] = (struct write_removal){s->key, s->before.ids, s->before.n_ids};
    }
    write_removals(cx, &job->batch->carry->options.write, removals, job->n, results);
    for (size_t i = 0; i < job->n; i++) {
        results[i].id = NULL; /* nothing was made */
    }
    return settle_all(cx, job, results);
}

enum rc carry_jobs_run(struct ctx *cx, void *arg, const void *item)
{
    static enum rc (*const runs[])(struct ctx * cx, const struct job *job) = {
        [JOB_COPY] = run_copy, [JOB_MARKERS] = run_markers, [JOB_REMOVALS] = run_removals};
    struct carry *c = arg;
    const struct job *job = item;
    enum rc rc, end = RC_OK;

    for (size_t i = 0; i < job->n; i++) {
        job->slots[i]->ran = true;
    }
    rc = runs[job->kind](cx, job);
    if (atomic_fetch_sub(&job->batch->left, 1) == 1) {
        end = carry_batch_end(cx, job->batch);
    }
    if (rc != RC_OK || end != RC_OK) {
        atomic_store(&c->broken, true);
        crew_stop(c->crew);
        return RC_FAIL;
    }
    return RC_OK;
}
