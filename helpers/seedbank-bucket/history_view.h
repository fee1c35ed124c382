/*
 * One key of a copy with history as it was in the source: the copy's entries with the
 * times that the manifest tells, and what cannot be told. Pure.
 *
 * Entries above all that the manifest knows were written after it was made, whoever did
 * it: they are newer than all it speaks of, and what the key was in the source meanwhile
 * is not known. Entries below that it does not know were never the source's, and are left
 * out.
 */
#ifndef SEEDBANK_BUCKET_HISTORY_VIEW_H
#define SEEDBANK_BUCKET_HISTORY_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "s3/s3_list.h"
#include "seedbank-bucket/history_merge.h"

struct arena;
struct history_view;

struct history_view_options {
    struct history_lines lines; /* of the key; none: the manifest does not know it */
    int64_t until;              /* moment.h: what the manifest speaks of ends here */
    int64_t since;              /* what was before may be missing; 0: nothing is */
};

/* Lines are borrowed. In the arena, which is the key's. */
struct history_view *history_view_new(struct arena *a, const struct history_view_options *options);

/* The next of the copy's entries, newest first, which must live until the next call; NULL: there is
 * no more. Before the first call there is nothing to be had from history_view_next. */
void history_view_take(struct history_view *v, const struct s3_list_entry *entry);

/* What they are in the source's history; what the copy has lost comes in its place, as gone. False:
 * the next one is to be taken. The texts are the entry's, or the view's. */
bool history_view_next(struct history_view *v, struct s3_list_entry *ret_entry);

/* After the last entry: one line why it cannot be told what the key was at that moment; NULL: what
 * the entries say is so. */
const char *history_view_doubt(const struct history_view *v, int64_t at);

/* Entries that were written after the manifest was made. */
uint64_t history_view_later(const struct history_view *v);

#endif
