/*
 * A plan opened to be carried out, taken back or verified: the file, the bucket
 * that it is for, and the journal beside it.
 */
#ifndef SEEDBANK_BUCKET_WORK_H
#define SEEDBANK_BUCKET_WORK_H

#include "base/rc.h"
#include "s3/s3.h"
#include "seedbank-bucket/plan_file.h"
#include "seedbank-bucket/replay.h"
#include "seedbank-bucket/settings.h"

struct cli;
struct journal;

struct work {
    const char *file;
    const struct settings *settings;
    struct plan_head head;
    struct plan_totals totals;
    struct plan_reader *reader;
    uint64_t steps;  /* lines of the plan */
    uint64_t active; /* of them, those that do something */
    struct s3_target target;
    struct journal *journal; /* NULL: not open */
    struct replay *replay;
};

/* The plan and its bucket; nothing is sent. The endpoint is the plan's: settings that name another
 * are refused (CLI_REFUSED). RC_FAIL with CLI_NOT_FOUND: no such file. All in cli->cx->arena. */
enum rc work_open(struct cli *cli, const char *file, const struct settings *settings,
                  struct work *ret_work) RC_MUST_CHECK;

/* Whether there is a journal; open it, lock it and read it; read it again; close it, after work
 * that came to `so_far`: the result of both. */
bool work_has_journal(struct cli *cli, const struct work *w);
enum rc work_lock(struct cli *cli, struct work *w) RC_MUST_CHECK;
enum rc work_replay(struct cli *cli, struct work *w) RC_MUST_CHECK;
enum rc work_unlock(struct cli *cli, struct work *w, enum rc so_far) RC_MUST_CHECK;

/* The first line of the journal; with undo, the one that the taking back begins with. */
enum rc work_begin(struct cli *cli, const struct work *w, bool undo) RC_MUST_CHECK;

/* What to type for that command on this plan, with the settings of this one. */
const char *work_command(struct cli *cli, const struct work *w, const char *command);

/* Whether a step of that kind does nothing, because nothing can be done. */
bool work_is_idle(enum step_kind kind);

#endif
