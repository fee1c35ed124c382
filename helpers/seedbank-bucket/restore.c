/* Plan, show, ask, apply, verify: all in one go. */
#include "seedbank-bucket/restore.h"
#include "base/ctx.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/verify.h"

static bool has_work(const struct plan_totals *t)
{
    return t->steps[STEP_REVEAL].objects + t->steps[STEP_COPY].objects +
               t->steps[STEP_HIDE].objects + t->steps[STEP_PURGE].objects >
           0;
}

static enum rc ask(struct cli *cli, const struct restore *r, const struct plan_result *result)
{
    enum rc rc = RC_OK;

    if (result->totals.steps[STEP_PURGE].objects > 0) {
        cli_say(cli, "Versions are removed for good: this cannot be taken back.");
    }
    if (!r->yes) {
        rc = cli_ask(cli, "Carry out this plan?");
    }
    if (rc == RC_CONFLICT) {
        cli_say(cli, "Nothing was changed. To carry it out after all: %s apply %s",
                cli->program->name, result->path);
        cli_outcome(cli, CLI_REFUSED);
        return diag_error(cli->cx, NULL, "Not carried out", "The answer was not yes.");
    }
    return rc;
}

static enum rc check_purge(struct cli *cli, const struct restore *r)
{
    if (!r->plan.purge_newer || r->apply.yes_delete_versions) {
        return RC_OK;
    }
    return cli_refuse(cli, "--purge-newer deletes versions",
                      "What is newer than the chosen time is removed for good: undo is not "
                      "available afterwards. Say --yes-delete-versions too, or leave out "
                      "--purge-newer. Nothing was done.");
}

enum rc restore_run(struct cli *cli, const struct restore *r)
{
    struct plan_settings plan = r->plan;
    struct plan_result *result = arena_alloc(cli->cx->arena, sizeof *result);
    struct apply apply = {.server = r->plan.server, .options = r->apply};
    struct verify verify = {.server = r->plan.server, .bucket = r->plan.bucket};
    enum rc rc = check_purge(cli, r);

    plan.allow_unversioned = r->apply.allow_unversioned;
    if (rc == RC_OK) {
        rc = plan_make(cli, &plan, result);
    }
    if (rc != RC_OK) {
        return rc;
    }
    plan_show(cli, result);
    cli_say(cli, "\nWritten to %s.", result->path);
    cli_event(cli, "plan_written", json_pack("{s:s}", "path", result->path));
    if (has_work(&result->totals)) {
        rc = ask(cli, r, result);
    }
    if (rc == RC_OK) {
        apply.file = verify.plan = result->path;
        rc = apply_run(cli, &apply);
    }
    return rc == RC_OK ? verify_run(cli, &verify) : rc;
}

static enum rc run(struct cli *cli, const void *settings)
{
    return restore_run(cli, settings);
}

static const struct cli_argument arguments[] = {
    {.name = "BUCKET",
     .doc = "The bucket, as its name alone.",
     .offset = offsetof(struct plan_settings, bucket)},
    {.name = NULL},
};

static const struct cli_option options[] = {
    {
        .name = "yes",
        .letter = 'y',
        .kind = CLI_FLAG,
        .offset = offsetof(struct restore, yes),
        .doc = "Do not ask before the plan is carried out.",
    },
    {.name = NULL},
};

static const struct cli_group groups[] = {
    {"Plan", plan_options, offsetof(struct restore, plan)},
    APPLY_GROUP(offsetof(struct restore, apply)),
    {"Asking", options, 0},
    SETTINGS_GROUP(offsetof(struct restore, plan.server)),
    {.title = NULL},
};

const struct cli_command restore_command = {
    .name = "restore",
    .summary = "Bring a bucket back to a moment: plan, ask, apply and verify in one go",
    .description =
        "Makes a plan and keeps it in a file, shows it, asks, carries it out, and verifies the "
        "result. What the commands plan, apply and verify say of themselves holds here too. "
        "Interrupted or killed, the command apply goes on with the plan, and undo takes back what "
        "was done.\n\n"
        "Examples; audit says which moment:\n\n"
        "  seedbank-bucket restore uploads --at \"2h ago\" --prefix static/\n"
        "  seedbank-bucket restore uploads --at 2026-11-24T03:16:18Z --hide-newer\n"
        "  seedbank-bucket restore uploads --at \"1d ago\" --to uploads-yesterday",
    .arguments = arguments,
    .groups = groups,
    .size = sizeof(struct restore),
    .run = run,
};
