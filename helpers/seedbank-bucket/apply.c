#include "seedbank-bucket/apply.h"

#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/carry.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/tally.h"
#include "seedbank-bucket/work.h"

/* ---- What is said ---------------------------------------------------------------------------- */

static uint64_t done_of(const struct carry_tally *t)
{
    uint64_t n = 0;

    for (int i = 0; i < STEP_KINDS; i++) {
        n += t->done[i];
    }
    return n;
}

static void say_summary(struct cli *cli, const struct work *w, const struct carry_tally *t)
{
    struct arena *a = cli->cx->arena;

    cli_say(cli, "Restored %s of bucket %s%s%s%s%s.",
            cli_words_of(a, done_of(t), "object", "objects"), w->head.bucket,
            w->head.undelete ? "" : " to ", w->head.undelete ? "" : w->head.at,
            w->head.to ? " into " : "", w->head.to ? w->head.to : "");
    tally_say(cli, t->done[STEP_REVEAL], "shown again: delete markers removed");
    tally_say(cli, t->done[STEP_COPY],
              arena_printf(a, "%s (%s)",
                           w->head.to ? "copied" : "copied forward from an older version",
                           cli_words_bytes(a, t->bytes)));
    tally_say(cli, t->done[STEP_HIDE], "born later: hidden by a delete marker");
    tally_say(cli, t->done[STEP_PURGE], "freed of newer versions, for good");
    tally_say(cli, t->conflicts, "left as they are: others changed them since the plan was made");
    tally_say(cli, t->failed, "failed: the same command tries them again");
    tally_say(cli, t->lost, "without all that belongs to them: the target cannot hold it");
    if (t->why_streamed != NULL) {
        cli_say(cli, "  The server does not copy between the two buckets: all went through this "
                     "machine.");
        cli_event(cli, "streamed", json_pack("{s:s}", "why", t->why_streamed));
    }
    tally_say(cli, t->idle, "that cannot be restored: the plan says why");
    cli_event(cli, "summary",
              json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "bucket",
                        w->head.bucket, "at", w->head.at, "reveal",
                        (json_int_t)t->done[STEP_REVEAL], "copy", (json_int_t)t->done[STEP_COPY],
                        "hide", (json_int_t)t->done[STEP_HIDE], "purge",
                        (json_int_t)t->done[STEP_PURGE], "bytes", (json_int_t)t->bytes, "conflicts",
                        (json_int_t)t->conflicts, "failed", (json_int_t)t->failed, "unreachable",
                        (json_int_t)t->idle, "conditional", t->conditional));
}

static void say_undo(struct cli *cli, const struct work *w)
{
    const char *command = work_command(cli, w, "undo");

    if (w->totals.steps[STEP_PURGE].objects > 0) {
        cli_say(cli, "It cannot be taken back: versions were removed for good.");
        return;
    }
    cli_say(cli, "To take it back: %s", command);
    cli_event(cli, "undo", json_pack("{s:s}", "command", command));
}

/* ---- What is done ---------------------------------------------------------------------------- */

static enum rc check_purge(struct cli *cli, const struct apply *apply, const struct work *w)
{
    if (w->totals.steps[STEP_PURGE].objects == 0 || apply->options.yes_delete_versions) {
        return RC_OK;
    }
    return cli_refuse(
        cli, arena_printf(cli->cx->arena, "The plan %s deletes versions", w->file),
        "Of %s it removes what is newer than the chosen time, for good: undo is not "
        "available afterwards. Say --yes-delete-versions, or make a plan without "
        "--purge-newer.",
        cli_words_of(cli->cx->arena, w->totals.steps[STEP_PURGE].objects, "object", "objects"));
}

static enum rc check_undone(struct cli *cli, const struct work *w)
{
    if (!replay_is_undoing(w->replay)) {
        return RC_OK;
    }
    return cli_refuse(cli, arena_printf(cli->cx->arena, "The plan %s was taken back", w->file),
                      "What it saw is not what the bucket holds now. Make a new plan; to end a "
                      "taking back that was broken off: %s",
                      work_command(cli, w, "undo"));
}

static uint64_t ended(const struct work *w)
{
    return replay_count(w->replay, false, REPLAY_DONE) +
           replay_count(w->replay, false, REPLAY_LEFT);
}

static enum rc give_all(struct cli *cli, struct work *w, struct carry *carry)
{
    struct step step;
    uint64_t number = w->first;
    enum rc rc = RC_OK;

    while (rc == RC_OK) {
        struct arena_mark mark = arena_mark(cli->cx->arena);
        rc = plan_file_next(cli->cx, w->reader, &step);
        if (rc == RC_OK) {
            rc = carry_give(carry, &step, number++);
        }
        arena_rewind(cli->cx->arena, mark);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc carry_out(struct cli *cli, const struct apply *apply, struct work *w,
                         struct carry_tally *ret_tally)
{
    struct carry_options options = {
        .cli = cli,
        .journal = w->journal,
        .replay = w->replay,
        .write = work_write(w),
        .allow_unversioned = apply->options.allow_unversioned,
        .doing = "restoring",
        .total = w->active - ended(w),
    };
    struct carry *carry;
    enum rc given, rc;

    options.write.storage_class = apply->options.storage_class;
    options.write.keep_compliance = apply->options.keep_compliance;
    carry = carry_new(&options);
    given = give_all(cli, w, carry);
    rc = carry_end(carry, ret_tally);
    return given == RC_OK ? rc : given;
}

/* What the pieces of a plan came to; a plan that is not cut is one piece. */
struct applying {
    const struct apply *apply;
    struct carry_tally tally; /* of this run; idle: of what was done before, too */
    uint64_t left;            /* conflicts of earlier runs */
    bool any, worked;         /* there was something to do; still, in this run */
};

/* The gravest of what became of single keys. */
static void judge_outcome(struct cli *cli, const struct carry_tally *t, uint64_t left)
{
    cli_outcome(cli,
                t->conflicts + t->failed + t->idle + t->lost + left > 0 ? CLI_PARTLY : CLI_DONE);
}

static void add_tally(struct carry_tally *sum, const struct carry_tally *t)
{
    for (int i = 0; i < STEP_KINDS; i++) {
        sum->done[i] += t->done[i];
    }
    sum->bytes += t->bytes;
    sum->conflicts += t->conflicts;
    sum->failed += t->failed;
    sum->idle += t->idle;
    sum->lost += t->lost;
    sum->why_streamed = t->why_streamed ? t->why_streamed : sum->why_streamed;
    sum->conditional = sum->conditional || t->conditional;
}

static enum rc run_locked(struct cli *cli, struct applying *on, struct work *w)
{
    struct carry_tally tally = {.bytes = 0};
    enum rc rc = check_undone(cli, w);

    if (rc != RC_OK) {
        return rc;
    }
    on->any = true;
    on->left += replay_count(w->replay, false, REPLAY_LEFT);
    if (ended(w) == w->active) {
        on->tally.idle += w->steps - w->active;
        return RC_OK;
    }
    on->worked = true;
    if (replay_is_new(w->replay)) {
        rc = work_begin(cli, w, false);
    } else {
        cli_say(cli, "Going on: %s of %s objects were done before.",
                cli_words_count(cli->cx->arena, ended(w)),
                cli_words_count(cli->cx->arena, w->active));
    }
    if (rc == RC_OK) {
        rc = carry_out(cli, on->apply, w, &tally);
    }
    add_tally(&on->tally, &tally);
    return rc;
}

static enum rc run_piece(struct cli *cli, void *arg, struct work *w)
{
    struct applying *on = arg;
    enum rc rc;

    if (w->active == 0) { /* it needs no journal */
        on->tally.idle += w->steps;
        return RC_OK;
    }
    rc = work_lock(cli, w);
    rc = rc == RC_OK ? run_locked(cli, on, w) : rc;
    return work_unlock(cli, w, rc);
}

static void say_finished(struct cli *cli, const struct work *w, const struct applying *on)
{
    cli_say(cli, "%s %s: nothing to do.", work_name(cli, w),
            on->any ? "was carried out already" : "has no step that does something");
    tally_say(cli, on->left, "were left as they are: others had changed them");
    tally_say(cli, on->tally.idle, "that cannot be restored: the plan says why");
    cli_event(cli, "finished", json_pack("{s:I}", "conflicts", (json_int_t)on->left));
    if (on->any) {
        say_undo(cli, w);
    }
}

static void say_worked(struct cli *cli, const struct work *w, const struct applying *on, enum rc rc)
{
    say_summary(cli, w, &on->tally);
    if (rc != RC_OK || on->tally.failed > 0) {
        cli_say(cli, "To go on: %s", work_command(cli, w, "apply"));
    }
    say_undo(cli, w);
}

enum rc apply_run(struct cli *cli, const struct apply *apply)
{
    struct applying on = {.apply = apply};
    struct work w;
    enum rc rc = work_open(cli, apply->file, &apply->server, &w);

    if (rc == RC_OK) {
        rc = check_purge(cli, apply, &w);
    }
    if (rc != RC_OK) {
        return rc;
    }
    rc = work_each(cli, &w, apply->shard, (struct work_visitor){run_piece, &on});
    if (on.worked) {
        say_worked(cli, &w, &on, rc);
    } else if (rc == RC_OK) {
        say_finished(cli, &w, &on);
    }
    judge_outcome(cli, &on.tally, on.left);
    return rc;
}

/* ---- The command ----------------------------------------------------------------------------- */

#define FLAG(member, option, text)                                                                 \
    {                                                                                              \
        .name = (option), .kind = CLI_FLAG, .offset = offsetof(struct apply_options, member),      \
        .doc = (text),                                                                             \
    }

const struct cli_option apply_options[] = {
    FLAG(
        keep_compliance, "keep-compliance",
        "Give copies the retention of their source also where its mode is COMPLIANCE, which nobody "
        "can take away before it ends."),
    {
        .name = "storage-class",
        .value = "CLASS",
        .kind = CLI_TEXT,
        .offset = offsetof(struct apply_options, storage_class),
        .doc = "Storage class of copies. Without it the source's, and STANDARD for what lies in an "
               "archive.",
    },
    FLAG(yes_delete_versions, "yes-delete-versions",
         "Carry out a plan that was made with --purge-newer: newer versions are removed for good."),
    FLAG(allow_unversioned, "allow-destructive-unversioned",
         "Write although the bucket's versioning is not Enabled: what is overwritten is lost."),
    {.name = NULL},
};

static const struct cli_argument arguments[] = {
    {.name = "FILE", .doc = "The plan.", .offset = offsetof(struct apply, file)},
    {.name = NULL},
};

static const struct cli_option pieces[] = {WORK_SHARD_OPTION(struct apply, shard), {.name = NULL}};

static const struct cli_group groups[] = {
    {"Pieces", pieces, 0},
    APPLY_GROUP(offsetof(struct apply, options)),
    SETTINGS_GROUP(offsetof(struct apply, server)),
    {.title = NULL},
};

static enum rc run(struct cli *cli, const void *settings)
{
    return apply_run(cli, settings);
}

const struct cli_command apply_command = {
    .name = "apply",
    .summary = "Carry out a plan",
    .description =
        "Does exactly what the plan says, at the server where it was made. Each object is looked "
        "at "
        "just before it is written and afterwards: one that somebody changed since the plan was "
        "made "
        "is left as it is, and listed.\n\n"
        "What was begun and done is recorded in FILE.journal. A run that was killed or interrupted "
        "goes on with the same command and does nothing twice; a plan that was carried out does "
        "nothing when it is run again. The first Ctrl-C lets end what is in flight, the second "
        "breaks it off.\n\n"
        "A plan that was cut into pieces (plan --shards N) can be carried out by N processes at "
        "once, on as many machines that see the same folder: each with --shard I and a journal of "
        "its own, FILE.I.journal. Without --shard all pieces are carried out, one after the other; "
        "those that others ended are passed over.",
    .arguments = arguments,
    .groups = groups,
    .size = sizeof(struct apply),
    .run = run,
};
