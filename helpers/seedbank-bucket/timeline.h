/*
 * What happened in a bucket, and when, from its listing: how much is live, old
 * and deleted; writes and losses over time; and the moments at which much was
 * deleted or overwritten at once. Pure: no request, no output.
 *
 * Memory is bounded whatever the bucket holds: events are counted by the minute,
 * and by two, four ... minutes where there are too many minutes to count.
 */
#ifndef SEEDBANK_BUCKET_TIMELINE_H
#define SEEDBANK_BUCKET_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct timeline;

struct timeline_entry {
    const char *key;
    int64_t at_s; /* since the epoch */
    uint64_t size;
    bool marker;
    bool latest;
    bool null_version; /* written while versioning was not enabled */
};

struct timeline_sums {
    uint64_t live, live_bytes; /* objects that are there now */
    uint64_t old, old_bytes;   /* versions that something newer hides */
    uint64_t markers;
    uint64_t deleted;       /* keys whose newest entry is a delete marker */
    uint64_t null_versions; /* what they replaced is gone */
    uint64_t keys;
    int64_t first_s, last_s; /* of all entries; 0 when there is none */
    int64_t id_first_s;      /* of the oldest entry that has an ID; 0 when there is none */
};

#define TIMELINE_WAVES 4

/* Much lost at once. */
struct timeline_loss {
    int64_t first_s, last_s;
    uint64_t deleted, overwritten;
    /* What is told as one may be several things in a row: a deploy, and minutes later something
     * else. Where a minute passed in quiet a new wave begins; the newest ones, newest first. */
    struct timeline_wave {
        int64_t first_s, last_s;
        uint64_t deleted, overwritten;
    } waves[TIMELINE_WAVES];
    size_t n_waves;
    bool more_waves; /* before those */
    /* Where: the folders (up to the first '/' behind the prefix) that lost most, with how many
     * keys; ended by a NULL name. "" is the top. */
    struct timeline_folder {
        const char *name;
        uint64_t n;
    } folders[4];
};

/* Events of one stretch of time. */
struct timeline_bin {
    int64_t from_s;
    uint64_t writes; /* versions that replace nothing, and those that do */
    uint64_t losses; /* delete markers on a version, and versions that are no longer the newest */
};

/* `prefix` is that of the listing ("": none), borrowed. */
struct timeline *timeline_new(struct arena *a, const char *prefix);

/* In the order of the listing: newest first within a key. */
void timeline_add(struct timeline *t, const struct timeline_entry *entry);

/* All were added. */
struct timeline_sums timeline_sums(const struct timeline *t);

/* Losses that stand out, the newest first; at most `max`. Returns how many there are in ret. */
size_t timeline_losses(struct timeline *t, struct timeline_loss *ret, size_t max);

/* From since_s to until_s in bins of a round length, at most `max` of them. Returns how many, and
 * the length of each in *ret_length_s. */
size_t timeline_bins(struct timeline *t, int64_t since_s, int64_t until_s,
                     struct timeline_bin *ret_bins, size_t max, int64_t *ret_length_s);

#endif
