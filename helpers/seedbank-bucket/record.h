/*
 * One line of the journal beside a plan: what was begun, what it made, how it
 * ended. A step is named by its number, counted from 0 in the order of the plan;
 * what ended well tells enough to be taken back without the plan.
 *
 * Taking back (undo) writes the same lines into the same journal, marked as such.
 */
#ifndef SEEDBANK_BUCKET_RECORD_H
#define SEEDBANK_BUCKET_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "seedbank-bucket/step.h"

struct arena;

#define RECORD_VERSION 1

enum record_kind {
    RECORD_BEGIN,  /* first line of the journal: of which plan. With undo: the taking back begins */
    RECORD_INTENT, /* durable before the write is sent */
    RECORD_MADE,   /* the server told what it made */
    RECORD_DONE,   /* read back, and as promised */
    RECORD_LEFT,   /* a conflict: what others made of the key stays */
    RECORD_KINDS,
};

struct record {
    enum record_kind kind;
    bool undo;
    uint64_t number;     /* of the step; all but BEGIN */
    const char *plan;    /* BEGIN: SHA-256 of the plan */
    enum step_kind step; /* DONE, and those below */
    const char *key;
    const char *version; /* DONE: what is shown now; NULL: nothing, or what was made */
    const char **made;   /* MADE, DONE: versions or markers of ours, newest first */
    size_t n_made;
    const char *modified; /* MADE, without an ID: when, as the server has it */
    const char *upload;   /* MADE, of a copy in parts that has only begun: its ID */
    const char *why;      /* LEFT: one line */
};

/* A line without its newline. */
struct str record_write(struct arena *a, const struct record *record);

/* In the arena. False: no such line was ever written by record_write. */
bool record_read(struct arena *a, struct str line, struct record *ret_record);

#endif
