/*
 * A plan opened to be carried out, taken back or verified: the file, the bucket
 * that it is for, and the journal beside it.
 */
#ifndef SEEDBANK_BUCKET_WORK_H
#define SEEDBANK_BUCKET_WORK_H

#include "base/rc.h"
#include "s3/s3.h"
#include "seedbank-bucket/place.h"
#include "seedbank-bucket/plan_file.h"
#include "seedbank-bucket/replay.h"
#include "seedbank-bucket/settings.h"
#include "seedbank-bucket/write.h"

struct cli;
struct journal;

struct work {
    const char *file;
    const struct settings *settings;
    struct plan_head head;
    struct plan_totals totals;
    struct plan_reader *reader;
    /* Of the plan, or of the piece at hand: */
    uint64_t first;    /* number of its first step */
    uint64_t steps;    /* lines */
    uint64_t active;   /* of them, those that do something */
    const char *shard; /* as it was asked for; NULL: all */
    uint64_t piece;    /* the piece at hand */
    struct s3_target target;
    struct bucket_place to;  /* what is written into, where that is another; no bucket: `target` */
    struct s3_target dst;    /* what is written: `to`'s bucket, or `target` */
    struct journal *journal; /* NULL: not open */
    struct replay *replay;
};

/* The plan and its bucket; nothing is sent. The endpoint is the plan's: settings that name another
 * are refused (CLI_REFUSED). RC_FAIL with CLI_NOT_FOUND: no such file. All in cli->cx->arena. */
enum rc work_open(struct cli *cli, const char *file, const struct settings *settings,
                  struct work *ret_work) RC_MUST_CHECK;

/* Once for each piece that `shard` names (its number from 0; NULL: all of them, one after the
 * other), or once for a plan that is not cut: steps and journal are those of the piece. Ends with
 * what is not RC_OK. A number that the plan has not is CLI_USAGE. */
struct work_visitor {
    enum rc (*visit)(struct cli *cli, void *arg, struct work *w);
    void *arg;
};
enum rc work_each(struct cli *cli, struct work *w, const char *shard,
                  struct work_visitor visitor) RC_MUST_CHECK;

/* Whether there is a journal; open it, lock it and read it; read it again; close it, after work
 * that came to `so_far`: the result of both. */
bool work_has_journal(struct cli *cli, const struct work *w);
enum rc work_lock(struct cli *cli, struct work *w) RC_MUST_CHECK;
enum rc work_replay(struct cli *cli, struct work *w) RC_MUST_CHECK;
enum rc work_unlock(struct cli *cli, struct work *w, enum rc so_far) RC_MUST_CHECK;

/* For the requests that write; the work must live as long. */
struct write_options work_write(const struct work *w);

/* The first line of the journal; with undo, the one that the taking back begins with. */
enum rc work_begin(struct cli *cli, const struct work *w, bool undo) RC_MUST_CHECK;

/* --shard, for a text of that struct. */
#define WORK_SHARD_OPTION(type, member)                                                            \
    {                                                                                              \
        .name = "shard", .value = "I", .kind = CLI_TEXT, .offset = offsetof(type, member),         \
        .doc = "Only this piece of a plan that was cut (plan --shards N), from 0 to N-1. Without " \
               "it all of them, one after the other.",                                             \
    }

/* "The plan FILE", or one piece of it. */
const char *work_name(struct cli *cli, const struct work *w);

/* What to type for that command on this plan, with the settings of this one. */
const char *work_command(struct cli *cli, const struct work *w, const char *command);

#endif
