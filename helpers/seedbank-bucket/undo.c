/* Taking back what a plan did. */
#include <string.h>

#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/carry.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/tally.h"
#include "seedbank-bucket/work.h"

struct undo {
    const char *file;
    const char *shard; /* the piece; NULL: all */
    struct settings server;
    bool allow_unversioned;
};

struct undoing {
    struct carry *carry;
    uint64_t lossy; /* written where nothing older is kept */
};

static enum rc refuse_purged(struct cli *cli, const struct work *w)
{
    if (w->totals.steps[STEP_PURGE].objects == 0) {
        return RC_OK;
    }
    return cli_refuse(
        cli, arena_printf(cli->cx->arena, "The plan %s cannot be taken back", w->file),
        "It removed versions for good (--purge-newer). What it copied or showed again "
        "can be changed by a new plan.");
}

/* The step that takes back what was done: a delete marker on what was shown again, and what we made
 * removed by its ID. Each holds only while nobody changed the key since. */
static bool reverse(const struct record *done, struct step *ret_step)
{
    struct step s = {.kind = STEP_HIDE,
                     .key = done->key,
                     .latest = done->version,
                     .etag = "",
                     .storage_class = ""};

    if (done->step == STEP_REVEAL && done->version != NULL) {
        *ret_step = s;
        return true;
    }
    if (done->n_made == 0) {
        return false;
    }
    s.kind = STEP_PURGE;
    s.latest = done->made[0];
    s.newer = done->made;
    s.n_newer = done->n_made;
    *ret_step = s;
    return true;
}

static enum rc give(struct ctx *cx, void *arg, const struct record *done)
{
    struct undoing *u = arg;
    struct step step;

    (void)cx;
    if (!reverse(done, &step)) {
        u->lossy++;
        return RC_OK;
    }
    return carry_give(u->carry, &step, done->number);
}

static enum rc take_back(struct cli *cli, const struct undo *undo, struct work *w,
                         struct carry_tally *ret_tally)
{
    uint64_t ended =
        replay_count(w->replay, true, REPLAY_DONE) + replay_count(w->replay, true, REPLAY_LEFT);
    const struct carry_options options = {
        .cli = cli,
        .journal = w->journal,
        .replay = w->replay,
        .write = work_write(w),
        .allow_unversioned = undo->allow_unversioned,
        .undo = true,
        .doing = "taking back",
        .total = replay_count(w->replay, false, REPLAY_DONE) - ended,
    };
    struct undoing u = {.carry = carry_new(&options)};
    enum rc given = replay_done(cli->cx, w->replay, (struct replay_visitor){give, &u});
    enum rc rc = carry_end(u.carry, ret_tally);

    ret_tally->conflicts += u.lossy;
    return given == RC_OK ? rc : given;
}

/* What an interrupted run began: find out what it came to, so that it can be taken back. */
static enum rc settle(struct cli *cli, struct work *w)
{
    const struct carry_options options = {
        .cli = cli,
        .journal = w->journal,
        .replay = w->replay,
        .write = work_write(w),
        .settle = true,
        .doing = "looking at what was begun",
        .total = replay_count(w->replay, false, REPLAY_OPEN),
    };
    struct carry_tally tally;
    struct carry *carry;
    struct step step;
    uint64_t number = w->first;
    enum rc rc = RC_OK, end;

    if (options.total == 0) {
        return RC_OK;
    }
    carry = carry_new(&options);
    while (rc == RC_OK) {
        struct arena_mark mark = arena_mark(cli->cx->arena);
        rc = plan_file_next(cli->cx, w->reader, &step);
        if (rc == RC_OK) {
            rc = carry_give(carry, &step, number++);
        }
        arena_rewind(cli->cx->arena, mark);
    }
    end = carry_end(carry, &tally);
    if (rc != RC_NOT_FOUND || end != RC_OK) {
        return RC_FAIL;
    }
    return work_replay(cli, w);
}

static void say_summary(struct cli *cli, const struct work *w, const struct carry_tally *t)
{
    struct arena *a = cli->cx->arena;
    uint64_t hidden = t->done[STEP_HIDE], removed = t->done[STEP_PURGE];

    cli_say(cli, "Took back %s of bucket %s.",
            cli_words_of(a, hidden + removed, "object", "objects"), w->dst.bucket);
    tally_say(cli, hidden, "hidden again by a delete marker");
    tally_say(cli, removed, "freed of the version or marker that the plan had put on them");
    tally_say(cli, t->conflicts, "left as they are: others changed them since");
    tally_say(cli, t->failed, "failed: the same command tries them again");
    cli_event(cli, "summary",
              json_pack("{s:s, s:I, s:I, s:I, s:I}", "bucket", w->head.bucket, "hidden",
                        (json_int_t)hidden, "removed", (json_int_t)removed, "conflicts",
                        (json_int_t)t->conflicts, "failed", (json_int_t)t->failed));
}

/* What the pieces of a plan came to; a plan that is not cut is one piece. */
struct undoing_all {
    const struct undo *undo;
    struct carry_tally tally;
    uint64_t left;    /* conflicts of earlier runs */
    bool any, worked; /* it was carried out; and something was still to be taken back */
};

static void add_tally(struct carry_tally *sum, const struct carry_tally *t)
{
    sum->done[STEP_HIDE] += t->done[STEP_HIDE];
    sum->done[STEP_PURGE] += t->done[STEP_PURGE];
    sum->conflicts += t->conflicts;
    sum->failed += t->failed;
}

static enum rc run_locked(struct cli *cli, struct undoing_all *on, struct work *w)
{
    struct carry_tally tally = {.bytes = 0};
    uint64_t ended, left;
    enum rc rc = settle(cli, w);

    on->any = true;
    if (rc == RC_OK && !replay_is_undoing(w->replay)) {
        rc = work_begin(cli, w, true);
    }
    if (rc != RC_OK) {
        return rc;
    }
    left = replay_count(w->replay, true, REPLAY_LEFT);
    ended = replay_count(w->replay, true, REPLAY_DONE) + left;
    on->left += left;
    if (ended == replay_count(w->replay, false, REPLAY_DONE)) {
        return RC_OK;
    }
    on->worked = true;
    rc = take_back(cli, on->undo, w, &tally);
    add_tally(&on->tally, &tally);
    return rc;
}

static enum rc run_piece(struct cli *cli, void *arg, struct work *w)
{
    enum rc rc;

    if (!work_has_journal(cli, w)) {
        return RC_OK;
    }
    rc = work_lock(cli, w);
    rc = rc == RC_OK ? run_locked(cli, arg, w) : rc;
    return work_unlock(cli, w, rc);
}

static void say_finished(struct cli *cli, const struct work *w, const struct undoing_all *on)
{
    cli_event(cli, "finished", json_pack("{s:I}", "conflicts", (json_int_t)on->left));
    if (!on->any) {
        cli_say(cli, "%s was never carried out: nothing to do.", work_name(cli, w));
        return;
    }
    cli_say(cli, "%s was taken back already: nothing to do.", work_name(cli, w));
    tally_say(cli, on->left, "were left as they are: others had changed them");
}

static enum rc run(struct cli *cli, const void *settings)
{
    const struct undo *undo = settings;
    struct undoing_all on = {.undo = undo};
    struct work w;
    enum rc rc = work_open(cli, undo->file, &undo->server, &w);

    if (rc == RC_OK) {
        rc = refuse_purged(cli, &w);
    }
    if (rc != RC_OK) {
        return rc;
    }
    rc = work_each(cli, &w, undo->shard, (struct work_visitor){run_piece, &on});
    if (on.worked) {
        say_summary(cli, &w, &on.tally);
        if (rc != RC_OK || on.tally.failed > 0) {
            cli_say(cli, "To go on: %s", work_command(cli, &w, "undo"));
        }
    } else if (rc == RC_OK) {
        say_finished(cli, &w, &on);
    }
    cli_outcome(cli, on.tally.conflicts + on.tally.failed + on.left > 0 ? CLI_PARTLY : CLI_DONE);
    return rc;
}

static const struct cli_argument arguments[] = {
    {.name = "FILE",
     .doc = "The plan that was carried out.",
     .offset = offsetof(struct undo, file)},
    {.name = NULL},
};

static const struct cli_option options[] = {
    WORK_SHARD_OPTION(struct undo, shard),
    {
        .name = "allow-destructive-unversioned",
        .kind = CLI_FLAG,
        .offset = offsetof(struct undo, allow_unversioned),
        .doc =
            "Write although the bucket's versioning is not Enabled: what is overwritten is lost.",
    },
    {.name = NULL},
};

static const struct cli_group groups[] = {
    {"Taking back", options, 0},
    SETTINGS_GROUP(offsetof(struct undo, server)),
    {.title = NULL},
};

const struct cli_command undo_command = {
    .name = "undo",
    .summary = "Take back what a plan did",
    .description =
        "Puts the delete marker back on each object that was shown again, and removes, by its ID, "
        "each version or marker that was put on an object. An object that somebody changed since "
        "is "
        "left as it is, and listed. Afterwards the bucket shows what it showed before the plan was "
        "carried out.\n\n"
        "It is recorded in FILE.journal, too: a run that was killed goes on with the same command, "
        "and a second one does nothing. Of a plan that was carried out in part, that part is taken "
        "back.",
    .arguments = arguments,
    .groups = groups,
    .size = sizeof(struct undo),
    .run = run,
};
