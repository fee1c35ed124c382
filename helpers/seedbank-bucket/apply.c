#include "seedbank-bucket/apply.h"

#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/carry.h"
#include "seedbank-bucket/commands.h"
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

static void say_count(struct cli *cli, uint64_t n, const char *words)
{
    struct arena *a = cli->cx->arena;

    if (n > 0) {
        cli_say(cli, "  %s %s", cli_words_of(a, n, "object", "objects"), words);
    }
}

static void say_summary(struct cli *cli, const struct work *w, const struct carry_tally *t)
{
    struct arena *a = cli->cx->arena;

    cli_say(cli, "Restored %s of bucket %s%s%s.", cli_words_of(a, done_of(t), "object", "objects"),
            w->head.bucket, w->head.undelete ? "" : " to ", w->head.undelete ? "" : w->head.at);
    say_count(cli, t->done[STEP_REVEAL], "shown again: delete markers removed");
    say_count(
        cli, t->done[STEP_COPY],
        arena_printf(a, "copied forward from an older version (%s)", cli_words_bytes(a, t->bytes)));
    say_count(cli, t->done[STEP_HIDE], "born later: hidden by a delete marker");
    say_count(cli, t->done[STEP_PURGE], "freed of newer versions, for good");
    say_count(cli, t->conflicts, "left as they are: others changed them since the plan was made");
    say_count(cli, t->failed, "failed: the same command tries them again");
    say_count(cli, t->idle, "that cannot be restored: the plan says why");
    cli_event(cli, "summary",
              json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "bucket",
                        w->head.bucket, "at", w->head.at, "reveal",
                        (json_int_t)t->done[STEP_REVEAL], "copy", (json_int_t)t->done[STEP_COPY],
                        "hide", (json_int_t)t->done[STEP_HIDE], "purge",
                        (json_int_t)t->done[STEP_PURGE], "bytes", (json_int_t)t->bytes, "conflicts",
                        (json_int_t)t->conflicts, "failed", (json_int_t)t->failed, "unreachable",
                        (json_int_t)t->idle));
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
    uint64_t number = 0;
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
    const struct carry_options options = {
        .cli = cli,
        .journal = w->journal,
        .replay = w->replay,
        .write = {.target = &w->target,
                  .storage_class = apply->options.storage_class,
                  .keep_compliance = apply->options.keep_compliance},
        .allow_unversioned = apply->options.allow_unversioned,
        .doing = "restoring",
        .total = w->active - ended(w),
    };
    struct carry *carry = carry_new(&options);
    enum rc given = give_all(cli, w, carry);
    enum rc rc = carry_end(carry, ret_tally);

    return given == RC_OK ? rc : given;
}

/* The gravest of what became of single keys. */
static void judge_outcome(struct cli *cli, const struct work *w, uint64_t conflicts,
                          uint64_t failed)
{
    bool partly = conflicts > 0 || failed > 0 || w->active < w->steps;

    cli_outcome(cli, partly ? CLI_PARTLY : CLI_DONE);
}

static enum rc say_finished(struct cli *cli, const struct work *w)
{
    uint64_t left = replay_count(w->replay, false, REPLAY_LEFT);

    cli_say(cli, "The plan %s was carried out already: nothing to do.", w->file);
    say_count(cli, left, "were left as they are: others had changed them");
    say_count(cli, w->steps - w->active, "that cannot be restored: the plan says why");
    cli_event(cli, "finished", json_pack("{s:I}", "conflicts", (json_int_t)left));
    if (w->active > 0) {
        say_undo(cli, w);
    }
    judge_outcome(cli, w, left, 0);
    return RC_OK;
}

static enum rc run_locked(struct cli *cli, const struct apply *apply, struct work *w)
{
    struct carry_tally tally = {.bytes = 0};
    enum rc rc = check_undone(cli, w);

    if (rc != RC_OK) {
        return rc;
    }
    if (ended(w) == w->active) {
        return say_finished(cli, w);
    }
    if (replay_is_new(w->replay)) {
        rc = work_begin(cli, w, false);
    } else {
        cli_say(cli, "Going on: %s of %s objects were done before.",
                cli_words_count(cli->cx->arena, ended(w)),
                cli_words_count(cli->cx->arena, w->active));
    }
    if (rc != RC_OK) {
        return rc;
    }
    rc = carry_out(cli, apply, w, &tally);
    say_summary(cli, w, &tally);
    judge_outcome(cli, w, tally.conflicts + replay_count(w->replay, false, REPLAY_LEFT),
                  tally.failed);
    if (rc != RC_OK || tally.failed > 0) {
        cli_say(cli, "To go on: %s", work_command(cli, w, "apply"));
    }
    say_undo(cli, w);
    return rc;
}

enum rc apply_run(struct cli *cli, const struct apply *apply)
{
    struct work w;
    enum rc rc = work_open(cli, apply->file, &apply->server, &w);

    if (rc == RC_OK) {
        rc = check_purge(cli, apply, &w);
    }
    if (rc == RC_OK && w.active == 0) {
        cli_say(cli, "The plan %s has nothing to do.", w.file);
        judge_outcome(cli, &w, 0, 0);
        return RC_OK;
    }
    if (rc == RC_OK) {
        rc = work_lock(cli, &w);
        rc = rc == RC_OK ? run_locked(cli, apply, &w) : rc;
        rc = work_unlock(cli, &w, rc);
    }
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

static const struct cli_group groups[] = {
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
        "breaks it off.",
    .arguments = arguments,
    .groups = groups,
    .size = sizeof(struct apply),
    .run = run,
};
