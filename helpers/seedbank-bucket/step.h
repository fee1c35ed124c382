/*
 * One step of a plan: what is done to one key so that it looks as it did at the
 * chosen time; and what was seen when it was decided, which is what its
 * conditions are.
 */
#ifndef SEEDBANK_BUCKET_STEP_H
#define SEEDBANK_BUCKET_STEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;

enum step_kind {
    STEP_REVEAL,      /* only delete markers are newer than the wanted version: remove them */
    STEP_COPY,        /* a newer version hides the wanted one: copy it, which makes it the newest */
    STEP_HIDE,        /* the key was not there: put a delete marker on it */
    STEP_PURGE,       /* remove what is newer than the wanted version, for good */
    STEP_UNREACHABLE, /* nothing: the wanted version cannot be had; `why` says why */
    STEP_UNKNOWN,     /* nothing: what the key was then cannot be known; `why` says why */
    STEP_KINDS,
};

struct step {
    enum step_kind kind;
    const char *key;
    /* Version ID that was the newest; NULL: none (a COPY into another place), or none is known
     * (UNKNOWN). */
    const char *latest;
    const char *version;  /* the wanted one; NULL: the key was not there */
    const char *etag;     /* of the wanted one, with its quotes */
    const char *modified; /* as the listing has it */
    uint64_t size;
    /* What is removed by its ID, newest first: REVEAL its markers, PURGE all that is newer. */
    const char **newer;
    size_t n_newer;
    const char *storage_class; /* "" when not said */
    /* COPY: the plan saw that the version has nothing beside content, metadata and tags, which a
     * copy carries by itself. */
    bool plain;
    /* One line. UNREACHABLE and UNKNOWN: why. COPY: why it is doubtful that this was the newest
     * version then; NULL: it was. NULL for all others. */
    const char *why;
};

/* "reveal", "copy", "hide", "purge", "unreachable", "unknown" */
const char *step_name(enum step_kind kind);
bool step_is_idle(enum step_kind kind); /* it does nothing, because nothing can be done */
bool step_kind_of(const char *name, enum step_kind *ret_kind); /* false: NULL, or no such name */

/* The same in that arena. */
struct step step_copy(struct arena *a, const struct step *step);

/* A new object; read back it is the same step, in the arena. False: it is no step. */
json_t *step_to_json(const struct step *step);
bool step_from_json(struct arena *a, const json_t *object, struct step *ret_step);

#endif
