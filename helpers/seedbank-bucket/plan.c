#include "seedbank-bucket/plan.h"

#include <string.h>

#include "base/ctx.h"
#include "seedbank-bucket/commands.h"

#define FLAG(member, option, text)                                                                 \
    {                                                                                              \
        .name = (option), .kind = CLI_FLAG, .offset = offsetof(struct plan_settings, member),      \
        .doc = (text),                                                                             \
    }

static const struct cli_argument arguments[] = {
    {.name = "BUCKET",
     .doc = "The bucket, as its name alone.",
     .offset = offsetof(struct plan_settings, bucket)},
    {.name = NULL},
};

const struct cli_option plan_options[] = {
    {
        .name = "at",
        .value = "TIME",
        .kind = CLI_TEXT,
        .offset = offsetof(struct plan_settings, at),
        .required = true,
        .doc = "The moment to go back to: RFC 3339 with any offset (2026-11-24T03:16:18+01:00), or "
               "so long ago by the server's clock (\"2h ago\", \"3d ago\", \"1d12h30m ago\").",
    },
    {
        .name = "prefix",
        .value = "PREFIX",
        .kind = CLI_TEXTS,
        .offset = offsetof(struct plan_settings, prefixes),
        .doc = "Only keys that begin so. May be given several times.",
    },
    {
        .name = "exclude",
        .value = "PREFIX",
        .kind = CLI_TEXTS,
        .offset = offsetof(struct plan_settings, excludes),
        .doc = "Not keys that begin so. May be given several times.",
    },
    {
        .name = "to",
        .value = "BUCKET[/PREFIX]",
        .kind = CLI_TEXT,
        .offset = offsetof(struct plan_settings, to),
        .doc = "Restore into another bucket of the same server and keys, or into a folder of it, "
               "instead of in place: BUCKET is only read. The target's versioning must be enabled; "
               "what it has already is not copied again.",
    },
    {
        .name = "output",
        .letter = 'o',
        .value = "FILE",
        .kind = CLI_TEXT,
        .offset = offsetof(struct plan_settings, output),
        .doc = "Where the plan is written; a file that exists is not replaced. Without it "
               "BUCKET-TIME.plan in the working folder.",
    },
    FLAG(keep_history, "keep-history",
         "Remove no delete marker: copy the version that it hides over it instead."),
    FLAG(hide_newer, "hide-newer",
         "Put a delete marker on keys that were not there then; they are left alone otherwise."),
    FLAG(
        purge_newer, "purge-newer",
        "Remove what is newer than the wanted versions for good, instead of hiding it. This cannot "
        "be undone: apply wants --yes-delete-versions for such a plan."),
    FLAG(
        accept_gaps, "accept-gaps",
        "Plan also where what was there then may be lost. The keys concerned are listed as unknown "
        "and left alone."),
    FLAG(no_probe, "no-probe",
         "Do not ask whether the versions to be copied can be read: the plan is made sooner, and "
         "promises less."),
    {.name = NULL},
};

static const struct cli_option pieces[] = {
    {
        .name = "shards",
        .value = "N",
        .kind = CLI_NUMBER,
        .offset = offsetof(struct plan_settings, shards),
        .doc = "Cut the plan into N pieces of as many objects, for N processes at once: apply "
               "--shard I carries out one of them.",
    },
    {.name = NULL},
};

/* apply and restore have it among their own. */
static const struct cli_option unversioned[] = {
    FLAG(allow_unversioned, "allow-destructive-unversioned",
         "Plan for a bucket whose versioning is not enabled, where what is overwritten is lost."),
    {.name = NULL},
};

static const struct cli_group groups[] = {
    {"Plan", plan_options, 0},
    {"Beyond one machine", pieces, 0},
    {"Versioning", unversioned, 0},
    SETTINGS_GROUP(offsetof(struct plan_settings, server)),
    {.title = NULL},
};

static const char *next_command(struct cli *cli, const struct plan_settings *s, const char *path)
{
    const char *words[7] = {"apply", path};
    size_t n = 2;

    if (s->shards > 0) {
        words[n++] = "--shard";
        words[n++] = "I";
    }
    if (s->purge_newer) {
        words[n++] = "--yes-delete-versions";
    }
    if (s->allow_unversioned) {
        words[n++] = "--allow-destructive-unversioned";
    }
    return settings_command(cli, &s->server, words);
}

static const char *for_each(struct cli *cli, const struct plan_settings *s)
{
    return s->shards > 0
               ? arena_printf(cli->cx->arena, ", for each I of 0 to %ju, at once if you like",
                              (uintmax_t)s->shards - 1)
               : "";
}

static bool has_work(const struct plan_totals *t)
{
    return t->steps[STEP_REVEAL].objects + t->steps[STEP_COPY].objects +
               t->steps[STEP_HIDE].objects + t->steps[STEP_PURGE].objects >
           0;
}

static enum rc run(struct cli *cli, const void *settings)
{
    const struct plan_settings *s = settings;
    struct plan_result *result = arena_alloc(cli->cx->arena, sizeof *result);
    const char *next;

    if (plan_make(cli, s, result) != RC_OK) {
        return RC_FAIL;
    }
    next = next_command(cli, s, result->path);
    plan_show(cli, result);
    cli_say(cli, "\nWritten to %s. Nothing was changed in the bucket.", result->path);
    if (has_work(&result->totals)) {
        cli_say(cli, "Next%s: %s", for_each(cli, s), next);
    } else {
        cli_say(cli, "There is nothing to do.");
    }
    cli_event(cli, "next",
              json_pack("{s:s, s:b}", "command", next, "work", has_work(&result->totals)));
    if (result->totals.steps[STEP_UNREACHABLE].objects +
            result->totals.steps[STEP_UNKNOWN].objects >
        0) {
        cli_outcome(cli, CLI_PARTLY);
    }
    return RC_OK;
}

const struct cli_command plan_command = {
    .name = "plan",
    .summary = "Say what would bring a bucket back to a moment, and write it down",
    .description =
        "Reads the whole listing of versions, decides for each key what it was at that moment and "
        "what brings it back, and writes that to a file which apply carries out exactly. Nothing "
        "is changed in the bucket.\n\n"
        "reveal: only delete markers are newer than the right version; they are removed. copy: "
        "another version is newer; the right one is copied over it, and the other one stays in the "
        "history. Keys that were not there then are left alone. Unreachable: the right version "
        "cannot be read (it lies in an archive, needs a key or a permission). Where a replication "
        "rule covers a key, or removing a marker needs a second factor (MFA delete), a copy stands "
        "in for a reveal.\n\n"
        "Refused, with exit code 5: a bucket whose versioning is not enabled; a moment in the "
        "future; one before which lifecycle rules may have removed versions; one before the oldest "
        "version that has an ID, where there are versions without one (written before versioning "
        "was enabled, or while it was suspended: what they replaced is lost).\n\n"
        "Exit code 3: a plan was made, but some keys cannot be brought back; they are listed.\n\n"
        "Needs s3:GetBucketVersioning, s3:ListBucketVersions, s3:GetLifecycleConfiguration, "
        "s3:GetReplicationConfiguration and s3:GetObjectVersion.",
    .arguments = arguments,
    .groups = groups,
    .size = sizeof(struct plan_settings),
    .run = run,
};
