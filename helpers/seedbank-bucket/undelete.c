/* Take away the delete markers that hide objects now. */
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/restore.h"

/* To be followed by what else an option has, such as its letter. */
#define ROW(member, option, word, how, text)                                                       \
    .name = (option), .value = (word), .kind = (how), .offset = offsetof(struct restore, member),  \
    .doc = (text)

static const struct cli_option options[] = {
    {ROW(plan.since, "since", "TIME", CLI_TEXT,
         "Only what was deleted then or later: RFC 3339, or \"2h ago\", \"3d ago\" by the server's "
         "clock.")},
    {ROW(plan.prefixes, "prefix", "PREFIX", CLI_TEXTS,
         "Only keys that begin so. May be given several times; a whole key is one object.")},
    {ROW(plan.excludes, "exclude", "PREFIX", CLI_TEXTS,
         "Not keys that begin so. May be given several times.")},
    {ROW(plan.keep_history, "keep-history", NULL, CLI_FLAG,
         "Remove no delete marker: copy the version that it hides over it instead.")},
    {ROW(plan.accept_gaps, "accept-gaps", NULL, CLI_FLAG,
         "Go on also where an object was deleted while versioning was suspended: what was there "
         "then may be lost, and the newest version that is left is brought back.")},
    {ROW(plan.output, "output", "FILE", CLI_TEXT,
         "Where the plan is written; a file that exists is not replaced. Without it "
         "BUCKET-TIME.plan in the working folder."),
     .letter = 'o'},
    {ROW(yes, "yes", NULL, CLI_FLAG, "Do not ask before it is done."), .letter = 'y'},
    {.name = NULL},
};

static enum rc run(struct cli *cli, const void *settings)
{
    struct restore r = *(const struct restore *)settings;

    r.plan.undelete = true;
    return restore_run(cli, &r);
}

const struct cli_command undelete_command = {
    .name = "undelete",
    .summary = "Bring back what is deleted: every object that a delete marker hides",
    .description =
        "Shows how many objects are hidden by delete markers and when they were deleted, asks, "
        "takes the markers away, and verifies. The newest version of each object is there again. "
        "It is a plan like any other: it is kept in a file, apply goes on with it when it was "
        "interrupted, and undo puts the markers back.\n\n"
        "Examples:\n\n"
        "  seedbank-bucket undelete uploads --prefix courses/week-1.html\n"
        "  seedbank-bucket undelete uploads --prefix courses/ --since \"2h ago\"\n\n"
        "What was overwritten is not undeleted: see restore.",
    .arguments =
        (const struct cli_argument[]){
            {.name = "BUCKET",
             .doc = "The bucket, as its name alone.",
             .offset = offsetof(struct restore, plan.bucket)},
            {.name = NULL},
        },
    .groups =
        (const struct cli_group[]){
            {"What to bring back", options, 0},
            SETTINGS_GROUP(offsetof(struct restore, plan.server)),
            {.title = NULL},
        },
    .size = sizeof(struct restore),
    .run = run,
};
