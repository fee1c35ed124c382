/*
 * Carry out: the steps of a plan, or those that take it back, done in batches.
 *
 * A batch of neighbouring keys is looked up in one listing, held against what the
 * plan saw, its intents made durable, written by many threads at once, looked up
 * again, and only then recorded as done. While one batch is written, the next is
 * looked up. What others did to a key in between is never undone: our own version
 * is taken away again, and the key is reported as a conflict.
 */
#ifndef SEEDBANK_BUCKET_CARRY_H
#define SEEDBANK_BUCKET_CARRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "seedbank-bucket/replay.h"
#include "seedbank-bucket/step.h"
#include "seedbank-bucket/write.h"

struct carry;
struct cli;
struct journal;

struct carry_options {
    struct cli *cli;
    struct journal *journal;
    const struct replay *replay;
    struct write_options write;
    bool allow_unversioned;
    bool undo; /* the steps take back what was done */
    /* Write nothing: of steps that are OPEN, find out what they came to. */
    bool settle;
    const char *doing; /* for the progress: "restoring" */
    uint64_t total;    /* steps that will be given */
};

struct carry_tally {
    uint64_t done[STEP_KINDS]; /* in this run */
    uint64_t bytes;            /* of the copies among them */
    uint64_t conflicts;
    uint64_t failed;
    uint64_t idle;            /* steps that do nothing: the plan says why */
    uint64_t lost;            /* done, but the target cannot hold all that belongs to it */
    const char *why_streamed; /* the server does not copy between the two buckets; NULL: it does */
    bool conditional;         /* the server minded conditions on what was copied */
};

/* Owned by the command; carry_end must be called. Nothing is sent. */
struct carry *carry_new(const struct carry_options *options);

/* Have the step done, once its batch is full. In any order, though the order of keys is fast; each
 * key once. Whatever the replay knows as DONE or LEFT is passed over. RC_FAIL: nothing more is
 * begun, for the reason in the messages, or because the user said so. */
enum rc carry_give(struct carry *c, const struct step *step, uint64_t number) RC_MUST_CHECK;

/* Do what was given, wait for it, free. RC_FAIL: not all that was given was ended. Keys that failed
 * or are conflicts are no failure of the whole: see the tally. */
enum rc carry_end(struct carry *c, struct carry_tally *ret_tally) RC_MUST_CHECK;

#endif
