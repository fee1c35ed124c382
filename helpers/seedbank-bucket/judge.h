/*
 * What may be done to a key, and what came of it: a step of a plan held against
 * the versions that the key has now. Pure: who calls has listed the key.
 *
 * Ours is a version or marker whose ID the server told when it made it, or that
 * can be nobody else's. Everything else that is newer than what the plan saw is
 * foreign, makes the key a conflict, and is never touched.
 */
#ifndef SEEDBANK_BUCKET_JUDGE_H
#define SEEDBANK_BUCKET_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seedbank-bucket/step.h"

struct arena;

struct judge_entry {
    const char *id;
    const char *etag; /* "" for a marker */
    const char *modified;
    uint64_t size;
    bool marker;
    bool same; /* its metadata was compared with the wanted version's: it is a copy of that */
};

/* A key's versions, newest first, at least to judge_last or judge_depth of them. */
struct judge_view {
    const struct judge_entry *entries;
    size_t n;
};

/* What is known of our own work on the key. */
struct judge_own {
    const char *const *ids; /* that the server told */
    size_t n_ids;
    const char *modified; /* of a copy whose ID it did not tell (Ceph); NULL: none */
    bool replaces;      /* the bucket keeps no versions: the write takes the place of the newest */
    bool begun;         /* an earlier run meant to write, and may have */
    const char *below;  /* afterwards, of a step that removes: what judge_before said */
    const char *upload; /* of a copy in parts that an earlier run began; NULL: none */
    bool retried;       /* a request was sent more than once, and each may have made one */
};

enum judge_verdict {
    JUDGE_GO,        /* as planned: write */
    JUDGE_DONE,      /* ours is there, as promised */
    JUDGE_CONFLICT,  /* somebody changed the key: leave it */
    JUDGE_TAKE_BACK, /* the same, and `ids` of ours lie among theirs: remove those */
    JUDGE_MISSING,   /* afterwards: what was written is not there */
};

struct judge_result {
    enum judge_verdict verdict;
    const char *const *ids; /* GO: of step->newer, what is still to be removed. DONE: what we made,
                               newest first. TAKE_BACK: what to remove */
    size_t n_ids;
    const char *below; /* GO of a step that removes: what must be the newest then; NULL: nothing */
    const char *why;   /* of the others: one line */
};

/* The ID down to which the key must be seen; NULL: judge_depth entries are enough. */
const char *judge_last(const struct step *step);

/* How many entries tell all that matters; more than that is a conflict anyway. */
size_t judge_depth(const struct step *step);

/* Before the write. */
struct judge_result judge_before(struct arena *a, const struct step *step,
                                 const struct judge_view *view, const struct judge_own *own);

/* After it. */
struct judge_result judge_after(struct arena *a, const struct step *step,
                                const struct judge_view *view, const struct judge_own *own);

/* A copy whose ETag does not tell: a version that is newer than the plan saw, of the wanted size,
 * with another ETag. Index into view->entries; view->n: there is none. */
size_t judge_unsure(const struct step *step, const struct judge_view *view,
                    const struct judge_own *own);

#endif
