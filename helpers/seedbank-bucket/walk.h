/*
 * A bucket's listing key by key, pulled, so that two of them can be merged: all
 * prefixes one after the other, without what is excluded and without our own
 * records (WALK_RESERVED).
 *
 *     while ((rc = walk_key(w, &key)) == RC_OK && key != NULL) {
 *         while ((rc = walk_entry(w, &entry)) == RC_OK && entry != NULL) {
 *
 * Of a copy with history the entries have the times of the source, and what it has lost is among
 * them as gone: keys may have nothing else.
 */
#ifndef SEEDBANK_BUCKET_WALK_H
#define SEEDBANK_BUCKET_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "s3/s3_list.h"

struct arena;
struct history;
struct walk;

/* Keys that begin so hold what this program keeps beside the objects. They are walked over only by
 * who asks for them by a prefix. */
#define WALK_RESERVED ".seedbank/"

struct walk_options {
    struct cli *cli;
    struct s3_target target;
    struct cli_texts
        prefixes; /* in the order of their bytes, none within another; none: all keys */
    struct cli_texts excludes;
    const char *after, *until; /* keys behind the one, up to the other; NULL: no such bound */
    bool sparse;               /* there need not be a key of each prefix: none is missed */
    bool live;                 /* what readers see (s3_list_live.h), not every version */
    struct history *history;   /* of that bucket, which is begun anew; NULL: none, or not wanted */
    const char *doing;         /* for the progress; NULL: none is shown */
};

/* Options are copied, their texts must live as long. In the command's arena; nothing is sent. */
struct walk *walk_new(const struct walk_options *options);

/* The next key, past what is left of the one before; lives until the next call. NULL: there is no
 * more. RC_NOT_FOUND: no such bucket. */
enum rc walk_key(struct walk *w, const char **ret_key) RC_MUST_CHECK;

/* The next entry of that key, newest first; lives until the next call of either. NULL: it has no
 * more. */
enum rc walk_entry(struct walk *w, const struct s3_list_entry **ret_entry) RC_MUST_CHECK;

/* Why it cannot be known what the key was at that moment (moment.h); NULL: what the entries say is
 * so. After its last entry; lives until the next key. */
const char *walk_doubt(const struct walk *w, int64_t at);

/* So far, what was passed over included. */
uint64_t walk_entries(const struct walk *w);

/* Prefixes as the options want them: in order, without those that another one covers. */
struct cli_texts walk_tidy(struct arena *a, const struct cli_texts *prefixes);

/* Ends the progress; the walk is over. */
void walk_end(struct walk *w);

#endif
