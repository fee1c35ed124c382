/*
 * The past of one key: its entries as the listing has them, newest first, fed one
 * by one; and in the end what it was at the chosen time and what brings it back.
 * No I/O. Memory: of one key, and of that only the IDs that are to be removed;
 * thousands of versions that are not are not kept.
 */
#ifndef SEEDBANK_BUCKET_PAST_H
#define SEEDBANK_BUCKET_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "s3/s3_list.h"
#include "seedbank-bucket/step.h"

struct arena;
struct past;

/* Questions about a key, asked only where the answer matters. */
struct past_asker {
    /* Versions of it may have been removed that were there at the chosen time. */
    bool (*has_gap)(void *arg, const char *key);
    /* Delete markers on it must stay: what they hide is copied over them instead. */
    bool (*keeps_markers)(void *arg, const char *key);
    void *arg;
};

struct past_options {
    int64_t at; /* moment.h */
    bool hide_newer, purge_newer;
    /* Not the time matters: wanted is the newest version, where only delete markers are newer, the
     * newest of them not older than `since`. */
    bool undelete;
    int64_t since;
    /* Wanted is a copy elsewhere: what is newer here does not matter, and is left alone. The
     * verdict is PAST_ABSENT or PAST_STEP, a copy of the wanted version or what cannot be known;
     * without `latest`. Not with purge_newer and undelete. */
    bool elsewhere;
    struct past_asker ask;
};

enum past_verdict {
    PAST_ABSENT,    /* not there then, not there now */
    PAST_UNCHANGED, /* then as now */
    PAST_NEWER,     /* not there then, there now, left alone */
    PAST_STEP,      /* something is to be done, or to be said: see the step */
};

struct past_end {
    enum past_verdict verdict;
    struct step step;    /* PAST_STEP; lives until the next key begins */
    uint64_t bytes;      /* of the version wanted; PAST_NEWER: of the one there now */
    int64_t modified;    /* of the version wanted */
    int64_t superseded;  /* when what is next newer than the version wanted came; 0: nothing did */
    int64_t newest;      /* when the newest entry came */
    bool multipart_near; /* the version wanted is a multipart object not a day older than the chosen
                            time. On AWS its time is that of the upload's begin: it may have come
                            after the chosen time. */
    bool kept_markers;   /* a copy stands in for a reveal */
    bool elsewhere;      /* as the options say */
};

/* What the listing shows of the whole bucket's past, so far. */
struct past_seen {
    uint64_t entries;
    bool null;            /* a version without an ID: versioning was not always on */
    int64_t oldest_of_id; /* of the oldest entry that has one; INT64_MAX: there is none */
};

/* Options are copied. In the arena. */
struct past *past_new(struct arena *a, const struct past_options *options);

/* End the key before with past_end first. */
void past_begin(struct past *p, const char *key);

/* Until the next one begins. */
const char *past_key(const struct past *p);

void past_add(struct past *p, const struct s3_list_entry *entry);

/* It cannot be known what the key was at the chosen time, for that reason, which lives until the
 * next one begins: the verdict is that step, STEP_UNKNOWN, whatever the entries say. */
void past_doubt(struct past *p, const char *why);

/* The verdict on the key that was begun, which had at least one entry, or a doubt. */
struct past_end past_end(struct past *p);

struct past_seen past_seen(const struct past *p);

/* Bytes held for the key at hand; for tests. */
size_t past_footprint(const struct past *p);

#endif
