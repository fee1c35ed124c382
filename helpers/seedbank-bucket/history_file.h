/*
 * The history manifest of a copy: what the source's listing said of each version
 * that was carried, since no server lets the time of a version be set. A sealed file
 * (sealed.h): the head names source and place; then one line per version, in the order
 * of a listing: by key, and newest first within one.
 *
 * It is an object of the copy's bucket, beside what was copied (history_file_key), and its
 * older versions are the older manifests.
 */
#ifndef SEEDBANK_BUCKET_HISTORY_FILE_H
#define SEEDBANK_BUCKET_HISTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/rc.h"

struct arena;
struct ctx;

#define HISTORY_FILE_VERSION 1
#define HISTORY_FOLDER       ".seedbank/history/"

/* Why a line has no destination. */
#define HISTORY_OPEN "it was not carried yet"
#define HISTORY_GONE "it was gone from the source before it could be carried"

struct history_head {
    const char *endpoint, *bucket, *prefix; /* of the source; prefix "": all of it */
    const char *copy_prefix;                /* of the copy */
    const char *made;  /* by the source's clock when its listing began, RFC 3339: what it did later
                          is not in here */
    const char *since; /* what the source had before may be missing, by its lifecycle rules; "":
                          nothing is */
};

struct history_line {
    const char *key;      /* in the copy */
    uint64_t place;       /* among the versions of its key: 1 is the oldest */
    const char *version;  /* ID in the source; "": the key had lost all versions there */
    const char *modified; /* when it became what the key was: LastModified as listed, RFC 3339 */
    /* Not NULL: what the key was again at `modified`, when a run found it so, because what was
     * newer in the source was removed, or something else was newer in the copy. LastModified of the
     * version, "" where there is none. */
    const char *again;
    bool marker;
    uint64_t size;           /* of the source's version, as its ETag */
    const char *etag;        /* with its quotes; "" of a marker */
    const char *destination; /* version ID in the copy; NULL: it is not there */
    const char *sha256;      /* of its bytes, in hex; NULL: nobody read them */
    const char *why;         /* it is not there; one line */
};

struct history_totals {
    uint64_t keys, versions, markers, bytes; /* versions: markers are none; bytes: of those there */
    uint64_t missing;                        /* lines without a destination */
};

/* A line's parts are what it says they are, and not more. */
bool history_line_is_whole(const struct history_line *line);

/* The same in that arena. */
struct history_line history_line_copy(struct arena *a, const struct history_line *line);

/* The key of the manifest for that prefix of the copy, in the arena. */
const char *history_file_key(struct arena *a, const char *copy_prefix);

/* ---- Writing ----------------------------------------------------------------------------------
 */

struct history_writer;

/* Into a file without a name. `title` stands for it in messages. */
enum rc history_file_begin(struct ctx *cx, const char *title, const struct history_head *head,
                           struct history_writer **ret_writer) RC_MUST_CHECK;

/* In order: a line that does not follow the one before is RC_FAIL. */
enum rc history_file_add(struct ctx *cx, struct history_writer *w,
                         const struct history_line *line) RC_MUST_CHECK;

/* *ret_file is at its first byte, and lives with cx->arena. */
enum rc history_file_end(struct ctx *cx, struct history_writer *w,
                         struct history_totals *ret_totals, FILE **ret_file) RC_MUST_CHECK;

/* ---- Reading ----------------------------------------------------------------------------------
 */

struct history_reader;

/* Reads the whole file, which is borrowed, to check it; head and totals are in cx->arena. */
enum rc history_file_read(struct ctx *cx, const char *title, FILE *file,
                          struct history_head *ret_head, struct history_totals *ret_totals,
                          struct history_reader **ret_reader) RC_MUST_CHECK;

/* The next line, in cx->arena. RC_NOT_FOUND after the last one. A line out of order, or not whole,
 * is RC_FAIL. */
enum rc history_file_next(struct ctx *cx, struct history_reader *r,
                          struct history_line *ret_line) RC_MUST_CHECK;

/* From the first line again. */
void history_file_rewind(struct history_reader *r);

#endif
