/* What became of each key: counted, told, and in the journal. */
#include "seedbank-bucket/carry_private.h"

#include "base/ctx.h"
#include "base/journal.h"
#include "cli/cli.h"
#include "cli/cli_progress.h"
#include "cli/cli_words.h"
#include "json/json_bytes.h"

#define SHOWN        20 /* of conflicts, and of failures, on the terminal; --json has all */
#define MAX_FAILURES 100

static enum rc record_line(struct ctx *cx, const struct slot *s, struct batch *b,
                           const struct record *what, bool durable)
{
    const struct carry_options *o = &b->carry->options;
    struct arena_mark mark = arena_mark(cx->arena);
    struct record record = *what;
    enum rc rc;

    record.number = s->number;
    record.undo = o->undo;
    record.step = s->step.kind;
    record.key = s->step.key;
    rc = journal_append(cx, o->journal, record_write(cx->arena, &record), durable);
    arena_rewind(cx->arena, mark);
    return rc;
}

enum rc carry_record(struct ctx *cx, const struct slot *s, struct batch *b, struct record record)
{
    return record_line(cx, s, b, &record, false);
}

enum rc carry_record_intent(struct ctx *cx, const struct slot *s, struct batch *b)
{
    return record_line(cx, s, b, &(struct record){.kind = RECORD_INTENT}, true);
}

static void tell(struct batch *b, const struct slot *s, const char *outcome, const char *why)
{
    struct cli *cli = b->carry->options.cli;
    json_t *o;

    if (!cli->common.json) {
        return;
    }
    o = json_pack("{s:s, s:s}", "step", step_name(s->step.kind), "outcome", outcome);
    json_bytes_set(o, "key", s->step.key);
    if (why != NULL) {
        json_bytes_set(o, "why", why);
    }
    cli_event(cli, "result", o);
}

static void show(struct batch *b, const struct slot *s, const char *what, const char *why,
                 uint64_t nth)
{
    struct arena *a = arena_new();

    if (nth <= SHOWN) {
        cli_say(b->carry->options.cli, "%s  %s: %s", what, cli_words_key(a, s->step.key), why);
    } else if (nth == SHOWN + 1) {
        cli_say(b->carry->options.cli, "%s  and more; --json lists all", what);
    }
    arena_free(a);
}

void carry_report_done(struct batch *b, const struct slot *s)
{
    struct carry *c = b->carry;
    uint64_t bytes = s->step.kind == STEP_COPY ? s->step.size : 0;

    pthread_mutex_lock(&c->lock);
    c->tally.done[s->step.kind]++;
    c->tally.bytes += bytes;
    c->failures = 0;
    pthread_mutex_unlock(&c->lock);
    tell(b, s, "done", NULL);
    cli_progress_add(c->progress, 1, bytes);
}

void carry_report_lost(struct batch *b, const struct slot *s, const char *lost)
{
    struct carry *c = b->carry;
    struct arena *a = arena_new();
    uint64_t nth;

    pthread_mutex_lock(&c->lock);
    nth = ++c->tally.lost;
    pthread_mutex_unlock(&c->lock);
    tell(b, s, "lost", lost);
    show(b, s, "lost", arena_printf(a, "the target cannot hold its %s", lost), nth);
    arena_free(a);
}

void carry_report_conflict(struct batch *b, const struct slot *s, const char *why)
{
    struct carry *c = b->carry;
    uint64_t nth;

    pthread_mutex_lock(&c->lock);
    nth = ++c->tally.conflicts;
    c->failures = 0;
    pthread_mutex_unlock(&c->lock);
    tell(b, s, "conflict", why);
    show(b, s, "conflict", why, nth);
    cli_progress_add(c->progress, 1, 0);
}

enum rc carry_report_failure(struct ctx *cx, struct batch *b, const struct slot *s, const char *why)
{
    struct carry *c = b->carry;
    uint64_t nth;
    bool hopeless;

    pthread_mutex_lock(&c->lock);
    nth = ++c->tally.failed;
    hopeless = ++c->failures == MAX_FAILURES;
    pthread_mutex_unlock(&c->lock);
    tell(b, s, "failed", why);
    show(b, s, "failed", why, nth);
    cli_progress_add(c->progress, 1, 0);
    if (!hopeless) {
        return RC_OK;
    }
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "%d keys failed one after the other", MAX_FAILURES),
                      "The last one: %s Nothing more was begun. Mend the cause, then run the same "
                      "command again: it goes on where it was.",
                      why);
}
