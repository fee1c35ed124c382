/*
 * What the journal beside a plan says: how far each step is, and what is known
 * of those that were begun and not ended. A byte a step, whatever the size of
 * the plan.
 */
#ifndef SEEDBANK_BUCKET_REPLAY_H
#define SEEDBANK_BUCKET_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "seedbank-bucket/judge.h"
#include "seedbank-bucket/record.h"

struct arena;
struct ctx;
struct replay;

enum replay_state {
    REPLAY_NONE, /* not begun */
    REPLAY_OPEN, /* begun; whether it was written is not known */
    REPLAY_DONE,
    REPLAY_LEFT, /* a conflict */
    REPLAY_STATES,
};

struct replay_plan {
    const char *path;   /* of the journal */
    const char *sha256; /* of the plan */
    /* How many it has, or the piece of it that the journal is for; and the number of the first. */
    uint64_t steps;
    uint64_t first;
};

/* Read the journal, whose lock this process holds. All in cx->arena. A file without a whole line is
 * one that was just made. RC_FAIL: it cannot be read, or belongs to another plan, or holds what
 * this program does not write; the message names file and line. */
enum rc replay_read(struct ctx *cx, const struct replay_plan *plan,
                    struct replay **ret_replay) RC_MUST_CHECK;

bool replay_is_new(const struct replay *r);     /* it has no line yet */
bool replay_is_undoing(const struct replay *r); /* the plan is being taken back, or was */

/* How far the step is; with undo, how far its being taken back is. */
enum replay_state replay_state(const struct replay *r, bool undo, uint64_t number);
uint64_t replay_count(const struct replay *r, bool undo, enum replay_state state);

struct replay_step {
    uint64_t number;
    bool undo;
};
/* What the server told for a step which is OPEN: IDs, or when it was made. */
void replay_made(const struct replay *r, struct arena *a, const struct replay_step *step,
                 struct judge_own *ret_own);

/* The steps that are DONE (not undone), in the order in which the journal tells of them, as it was
 * when it was read. RC_FAIL of visit ends it. */
struct replay_visitor {
    enum rc (*visit)(struct ctx *cx, void *arg, const struct record *done);
    void *arg;
};
enum rc replay_done(struct ctx *cx, const struct replay *r,
                    struct replay_visitor visitor) RC_MUST_CHECK;

#endif
