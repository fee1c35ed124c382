#include "seedbank-bucket/work.h"

#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/journal.h"
#include "http/http.h"
#include "seedbank-bucket/shards.h"

static const char *journal_of(struct cli *cli, const struct work *w)
{
    struct arena *a = cli->cx->arena;

    return w->head.shards > 0 ? arena_printf(a, "%s.%ju.journal", w->file, (uintmax_t)w->piece)
                              : arena_printf(a, "%s.journal", w->file);
}

/* The plan was made of one bucket at one server: versions of the same IDs are nowhere else. */
static enum rc check_endpoint(struct cli *cli, const struct work *w)
{
    struct arena *a = cli->cx->arena;
    const char *given = w->settings->endpoint;

    if (given == NULL || strcmp(http_origin(a, given), http_origin(a, w->head.endpoint)) == 0) {
        return RC_OK;
    }
    return cli_refuse(
        cli, arena_printf(a, "The plan %s is for another server", w->file),
        "It was made at %s, and --endpoint says %s. A plan is carried out where it was "
        "made: leave out --endpoint, or make a plan there.",
        w->head.endpoint, given);
}

static enum rc open_target(struct cli *cli, struct work *w)
{
    struct settings *s = arena_memdup(cli->cx->arena, w->settings, sizeof *s);
    enum rc rc;

    s->endpoint = w->head.endpoint;
    s->region = s->region ? s->region : w->head.region;
    rc = settings_target(cli, s, w->head.bucket, &w->target);
    if (rc == RC_OK && w->head.to != NULL) {
        rc = place_read(cli->cx, "What the plan writes into", w->head.to, &w->to);
    }
    w->dst = w->target;
    /* A client of its own: a read that waits for its reader to write must not take the place that
     * the write needs. */
    if (rc == RC_OK && w->head.to != NULL) {
        rc = settings_target(cli, s, w->to.bucket, &w->dst);
    }
    return rc;
}

struct write_options work_write(const struct work *w)
{
    bool elsewhere = w->to.bucket != NULL;

    return (struct write_options){.target = &w->dst,
                                  .source = elsewhere ? &w->target : NULL,
                                  .prefix = elsewhere ? w->to.prefix : NULL};
}

enum rc work_open(struct cli *cli, const char *file, const struct settings *settings,
                  struct work *ret_work)
{
    struct work w = {.file = file, .settings = settings};
    enum rc rc = plan_file_open(cli->cx, file, &w.head, &w.totals, &w.reader);

    if (rc == RC_NOT_FOUND) {
        cli_outcome(cli, CLI_NOT_FOUND);
        return diag_error(cli->cx, NULL, arena_printf(cli->cx->arena, "There is no plan %s", file),
                          "The command plan makes one; its option --output says where.");
    }
    for (int i = 0; i < STEP_KINDS; i++) {
        w.steps += w.totals.steps[i].objects;
        w.active += step_is_idle((enum step_kind)i) ? 0 : w.totals.steps[i].objects;
    }
    if (rc == RC_OK) {
        rc = check_endpoint(cli, &w);
    }
    if (rc == RC_OK) {
        rc = open_target(cli, &w);
    }
    if (rc == RC_OK) {
        *ret_work = w;
    }
    return rc;
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

static enum rc no_piece(struct cli *cli, const struct work *w, const char *shard)
{
    struct arena *a = cli->cx->arena;

    return cli_misuse(cli, arena_printf(a, "The plan %s has no piece %s", w->file, shard),
                      w->head.shards > 0 ? arena_printf(a, "Its pieces are called 0 to %ju.",
                                                        (uintmax_t)w->head.shards - 1)
                                         : "It was not cut (plan --shards N): leave out --shard.");
}

static bool read_piece(const struct work *w, const char *shard, uint64_t *ret_piece)
{
    uint64_t n = 0;
    size_t digits = strspn(shard, "0123456789");

    for (size_t i = 0; i < digits && n <= SHARDS_MAX; i++) {
        n = 10 * n + (uint64_t)(shard[i] - '0');
    }
    *ret_piece = n;
    return digits > 0 && shard[digits] == '\0' && n < w->head.shards;
}

static enum rc visit_piece(struct cli *cli, struct work *w, uint64_t piece,
                           struct work_visitor visitor)
{
    struct plan_piece p = plan_file_piece(w->reader, piece);

    w->piece = piece;
    w->first = p.first;
    w->steps = p.steps;
    w->active = p.active;
    return visitor.visit(cli, visitor.arg, w);
}

enum rc work_each(struct cli *cli, struct work *w, const char *shard, struct work_visitor visitor)
{
    uint64_t from = 0, to = w->head.shards;
    enum rc rc = RC_OK;

    if (shard != NULL && !read_piece(w, shard, &from)) {
        return no_piece(cli, w, shard);
    }
    w->shard = shard;
    if (to == 0) {
        return visitor.visit(cli, visitor.arg, w);
    }
    to = shard ? from + 1 : to;
    for (uint64_t i = from; rc == RC_OK && i < to; i++) {
        rc = visit_piece(cli, w, i, visitor);
    }
    return rc;
}

/* ---- The journal ----------------------------------------------------------------------------- */

bool work_has_journal(struct cli *cli, const struct work *w)
{
    return access(journal_of(cli, w), F_OK) == 0;
}

enum rc work_replay(struct cli *cli, struct work *w)
{
    struct replay_plan plan = {journal_of(cli, w), plan_file_sha256(w->reader), w->steps, w->first};

    return replay_read(cli->cx, &plan, &w->replay);
}

enum rc work_lock(struct cli *cli, struct work *w)
{
    enum rc rc = journal_open(cli->cx, journal_of(cli, w), &w->journal);

    return rc == RC_OK ? work_replay(cli, w) : rc;
}

enum rc work_unlock(struct cli *cli, struct work *w, enum rc so_far)
{
    struct diag_point before = diag_point(cli->cx);
    enum rc rc = w->journal != NULL ? journal_close(cli->cx, w->journal) : RC_OK;

    w->journal = NULL;
    if (so_far != RC_OK) {
        diag_drop_since(cli->cx, before); /* what went wrong first is the cause */
        return so_far;
    }
    return rc;
}

enum rc work_begin(struct cli *cli, const struct work *w, bool undo)
{
    struct record begin = {.kind = RECORD_BEGIN, .undo = undo, .plan = plan_file_sha256(w->reader)};

    return journal_append(cli->cx, w->journal, record_write(cli->cx->arena, &begin), true);
}

const char *work_name(struct cli *cli, const struct work *w)
{
    struct arena *a = cli->cx->arena;

    return w->shard ? arena_printf(a, "Piece %s of the plan %s", w->shard, w->file)
                    : arena_printf(a, "The plan %s", w->file);
}

const char *work_command(struct cli *cli, const struct work *w, const char *command)
{
    const char *const words[] = {command, w->file, w->shard ? "--shard" : NULL, w->shard, NULL};

    return settings_command(cli, w->settings, words);
}
