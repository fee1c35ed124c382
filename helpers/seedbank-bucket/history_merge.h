/*
 * One key of a copy with history: what its source, the copy and the manifest say of
 * it, merged to what the next manifest says, and to what must be carried for that to be
 * true. Pure.
 *
 * - A version of the source that the manifest does not know is new: it is carried,
 *   oldest first.
 * - What is newer in the copy than all that the manifest knows was left by a run that
 *   died, or is foreign. What is, in order, what the source has next is taken for it
 *   (same kind, size and ETag); the rest is left alone.
 * - What the source has lost stays in the manifest.
 * - Delete markers in a row may be one in the copy.
 * - What a reader sees in the copy in the end must be what the source shows. Where
 *   nothing new is to be carried and it is not so, the source's newest is carried again.
 */
#ifndef SEEDBANK_BUCKET_HISTORY_MERGE_H
#define SEEDBANK_BUCKET_HISTORY_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seedbank-bucket/history_file.h"

struct arena;
struct s3_list_entry;

/* Of a listing. Texts are borrowed from whoever made it. */
struct history_version {
    const char *id, *etag, *modified;
    uint64_t size;
    bool marker;
};

struct history_versions {
    struct history_version *items; /* newest first */
    size_t n, room;
};

/* One more, with copies of its texts. */
void history_versions_add(struct arena *a, struct history_versions *v,
                          const struct s3_list_entry *entry);

struct history_lines {
    struct history_line *items; /* newest first */
    size_t n, room;
};

void history_lines_add(struct arena *a, struct history_lines *l, const struct history_line *line);

/* That ID is a destination of one of the lines. */
bool history_lines_know(const struct history_lines *l, const char *id);

struct history_merge {
    const char *key; /* in the copy */
    struct history_versions source;
    struct history_versions copy; /* at least down to the first that the manifest knows */
    struct history_lines old;
    const char *found; /* when this run looked, by the source's clock, RFC 3339 */
    bool hide_lost;    /* what the source has lost altogether is hidden in the copy */
};

struct history_merged {
    /* What the manifest is to say. The first `n_open` are to be looked at: the one without
     * destination and `why` is to be carried, from the last of them to the first. */
    struct history_lines lines;
    size_t n_open;
    size_t n_carry, n_adopted;
    size_t n_late; /* versions of the source that came in below what was carried: left out */
    /* What a reader sees of the copy before and after. */
    bool live;        /* there is an object now */
    bool overwritten; /* whose content another takes the place of */
    bool hidden;      /* or a delete marker */
};

/* In the arena. */
struct history_merged history_merge(struct arena *a, const struct history_merge *key);

/* What a server told of a version that it made. */
struct history_told {
    bool tried;           /* else nothing was asked for */
    const char *id;       /* NULL: not told */
    const char *modified; /* RFC 3339; NULL: not told */
    const char *sha256;   /* of the bytes that went through; NULL: none did */
    bool done;            /* it said so: what it told no ID of was not needed */
};

/* After the carrying: told[i] of lines[i], of the first n_open. `copy` is what the key has now that
 * is newer than all that the old lines know. Lines get their destinations, or why they have none.
 * False: what is the newest there is not the newest line's. */
bool history_merge_settle(struct history_merged *merged, const struct history_told *told,
                          const struct history_versions *copy);

#endif
