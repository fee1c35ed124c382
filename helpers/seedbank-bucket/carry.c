#include "seedbank-bucket/carry.h"

#include <string.h>

#include "base/crew.h"
#include "base/ctx.h"
#include "base/session.h"
#include "cli/cli.h"
#include "cli/cli_progress.h"
#include "seedbank-bucket/carry_private.h"
#include "seedbank-bucket/ferry.h"

#define SLICE_MS 50 /* how soon a stop is noticed while a batch is waited for */

static void init_batches(struct carry *c)
{
    for (size_t i = 0; i < CARRY_BATCHES; i++) {
        c->batches[i].carry = c;
        pthread_mutex_init(&c->batches[i].lock, NULL);
    }
}

struct carry *carry_new(const struct carry_options *o)
{
    struct cli *cli = o->cli;
    struct carry *c = arena_alloc(cli->cx->arena, sizeof *c);
    struct ctx_options lent = {.session = cli->session,
                               .log = cli->cx->log,
                               .clock = cli->cx->clock,
                               .cancel = cli->cancel};
    struct crew_options crew = {.threads = CARRY_THREADS,
                                .queue = CARRY_QUEUE,
                                .stop = cli->stop,
                                .run = carry_jobs_run,
                                .arg = c,
                                .useful = carry_jobs_useful,
                                .copy = carry_jobs_copy};
    struct cli_progress_options progress = {
        .doing = o->doing, .items = "objects", .total_items = o->total, .total_bytes = 0};

    c->options = *o;
    c->options.write.condition = &c->condition;
    if (o->write.source != NULL) {
        c->options.write.ferry = ferry_new(
            arena_within(cli->cx->arena),
            &(struct ferry_options){.from = *o->write.source,
                                    .to = *o->write.target,
                                    .one_server = true,
                                    .keep = {o->write.storage_class, o->write.keep_compliance}});
    }
    c->condition.deletions = s3_client_is_aws(o->write.target->client);
    c->cx = ctx_new(&lent);
    c->guard.target = o->write.target;
    c->guard.allow_unversioned = o->allow_unversioned;
    c->crew = crew_new(c->cx, &crew);
    c->progress = cli_progress_begin(cli, &progress);
    pthread_mutex_init(&c->lock, NULL);
    clock_cond_init(&c->freed);
    init_batches(c);
    return c;
}

/* ---- Batches --------------------------------------------------------------------------------- */

static struct batch *find_free(struct carry *c)
{
    for (size_t i = 0; i < CARRY_BATCHES; i++) {
        if (!c->batches[i].busy) {
            return &c->batches[i];
        }
    }
    return NULL;
}

static bool is_over(struct carry *c)
{
    return atomic_load(&c->broken) || cli_is_stopping(c->options.cli);
}

/* Small at first, so that writing begins soon, and at the end, so that little is left to be read
 * back when the last write is done. */
static size_t batch_size(const struct carry *c)
{
    uint64_t left = c->options.total > c->given ? c->options.total - c->given : 0;
    uint64_t n = c->given < left / 2 ? c->given : left / 2;

    n = n > CARRY_LEAST ? n : CARRY_LEAST;
    return n < CARRY_BATCH ? (size_t)n : CARRY_BATCH;
}

/* RC_FAIL: nothing more may be begun. */
static enum rc take_free(struct carry *c, struct batch **ret_batch)
{
    struct batch *b = NULL;

    pthread_mutex_lock(&c->lock);
    while (!is_over(c) && (b = find_free(c)) == NULL) {
        struct timespec slice = clock_deadline(SLICE_MS);
        pthread_cond_timedwait(&c->freed, &c->lock, &slice);
    }
    if (b != NULL) {
        b->busy = true;
    }
    pthread_mutex_unlock(&c->lock);
    if (b == NULL) {
        return RC_FAIL;
    }
    b->arena = arena_new();
    b->full = batch_size(c);
    b->slots = arena_array(b->arena, b->full, sizeof *b->slots);
    b->n = b->ids = 0;
    atomic_store(&b->left, 0);
    *ret_batch = b;
    return RC_OK;
}

static enum rc begin(struct carry *c)
{
    struct batch *b = c->filling;
    enum rc rc = RC_FAIL;

    c->filling = NULL;
    if (!is_over(c)) {
        rc = carry_batch_begin(c, b);
    }
    if (rc != RC_OK) {
        atomic_store(&c->broken, true);
    }
    return rc;
}

enum rc carry_give(struct carry *c, const struct step *step, uint64_t number)
{
    enum replay_state state = replay_state(c->options.replay, c->options.undo, number);
    struct batch *b;
    struct slot *s;

    if (step_is_idle(step->kind)) {
        c->tally.idle++;
        return RC_OK;
    }
    if (state == REPLAY_DONE || state == REPLAY_LEFT ||
        (c->options.settle && state != REPLAY_OPEN)) {
        return RC_OK;
    }
    if (c->filling == NULL && take_free(c, &c->filling) != RC_OK) {
        return RC_FAIL;
    }
    b = c->filling;
    s = &b->slots[b->n++];
    s->step = step_copy(b->arena, step);
    s->key = write_key(b->arena, &c->options.write, s->step.key);
    s->number = number;
    s->state = state;
    b->ids += step->n_newer;
    c->given++;
    return b->n == b->full || b->ids >= CARRY_IDS ? begin(c) : RC_OK;
}

/* ---- The end --------------------------------------------------------------------------------- */

/* What was sent is read back even when the rest of its batch was never begun. */
static enum rc end_batches(struct carry *c)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; i < CARRY_BATCHES; i++) {
        struct batch *b = &c->batches[i];
        if (b->busy && carry_batch_end(c->cx, b) != RC_OK) {
            rc = RC_FAIL;
        }
        pthread_mutex_destroy(&b->lock);
    }
    return rc;
}

static void hand_over(struct carry *c)
{
    for (const struct diag *d = c->cx->diags.first; d != NULL; d = d->next) {
        diag_copy(c->options.cli->cx, d);
    }
}

enum rc carry_end(struct carry *c, struct carry_tally *ret_tally)
{
    enum rc rc = c->filling != NULL ? begin(c) : RC_OK;
    enum rc crew = crew_end(c->cx, c->crew);
    enum rc batches = end_batches(c);
    bool broken = atomic_load(&c->broken);

    cli_progress_end(c->progress);
    hand_over(c);
    c->tally.conditional = atomic_load(&c->condition.minds) == CONDITION_MINDS;
    if (c->options.write.ferry != NULL) {
        c->tally.why_streamed = ferry_why_streamed(c->options.write.ferry);
    }
    *ret_tally = c->tally;
    ctx_free(c->cx);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->freed);
    return rc != RC_OK || crew != RC_OK || batches != RC_OK || broken ? RC_FAIL : RC_OK;
}
