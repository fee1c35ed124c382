/*
 * The requests that change a key, each with an outcome in words; none adds a
 * message to cx->diags, because one key that fails does not end the work.
 */
#ifndef SEEDBANK_BUCKET_WRITE_H
#define SEEDBANK_BUCKET_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "s3/s3_copy.h"
#include "seedbank-bucket/condition.h"
#include "seedbank-bucket/step.h"

struct arena;
struct ctx;
struct ferry;
struct s3_target;

struct write_options {
    const struct s3_target *target; /* that is written */
    /* Where the wanted versions are, of the same client, and what stands before their keys in the
     * target. NULL: the target itself, and nothing. */
    const struct s3_target *source;
    const char *prefix;
    struct ferry *ferry;       /* with `source`: carries versions from there to the target */
    const char *storage_class; /* of copies; NULL: the source's, STANDARD for one in an archive */
    bool keep_compliance;      /* a retention in COMPLIANCE mode, too */
    /* Writes only while the key is as it was looked at, where the server can. NULL: whatever it
     * is. */
    struct condition *condition;
};

/* What a step's key is called in the target: itself, or in the arena. */
const char *write_key(struct arena *a, const struct write_options *o, const char *key);

enum write_outcome {
    WRITE_DONE,    /* the server says so */
    WRITE_UNKNOWN, /* no answer that tells: it may have been done, more than once */
    WRITE_REFUSED, /* it was not done */
    WRITE_GONE,    /* the same, because the wanted version is not there any more */
    WRITE_CHANGED, /* the same, because somebody changed the key meanwhile: the server says so */
};

struct write_result {
    enum write_outcome outcome;
    const char *id;       /* of what was made; NULL: not told */
    const char *modified; /* the same, of a copy */
    const char *lost;     /* what of it the target cannot hold; NULL: nothing */
    bool repeated;        /* it was asked for more than once: there may be another of it */
    const char *why;      /* of what was not done: cause and remedy; NULL otherwise */
};

/* Copy the step's wanted version over its key, with all that belongs to it. */
struct write_copying {
    const struct step *step;
    const char *newest; /* as struct condition_copy has it */
    struct s3_copy_watch watch;
};
struct write_result write_copy(struct ctx *cx, const struct write_options *o,
                               const struct write_copying *copying);

/* Give up a copy in parts that an earlier run began. */
struct write_result write_give_up(struct ctx *cx, const struct write_options *o,
                                  const struct step *step, const char *upload_id);

/* Put a delete marker on each of the target's keys (at most S3_DELETE_MAX), in one request. */
struct write_marker {
    const char *key;
    const char *newest; /* ETag of its newest version; "": not known */
};
void write_markers(struct ctx *cx, const struct write_options *o,
                   const struct write_marker *markers, size_t n, struct write_result *ret_results);

/* Remove the target's versions or markers for good, by their IDs, in that order. */
struct write_removal {
    const char *key;
    const char *const *ids;
    size_t n;
};
void write_removals(struct ctx *cx, const struct write_options *o,
                    const struct write_removal *removals, size_t n,
                    struct write_result *ret_results);

/* Whether that version of the step's key in the target has size and metadata of the wanted one: for
 * copies whose ETag does not tell. */
bool write_is_copy(struct ctx *cx, const struct write_options *o, const struct step *step,
                   const char *id);

#endif
