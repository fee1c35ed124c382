/* What the files copy_history*.c share; for them alone. */
#ifndef SEEDBANK_BUCKET_COPY_HISTORY_H
#define SEEDBANK_BUCKET_COPY_HISTORY_H

#include <stdint.h>

#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/history_file.h"

struct copy_history {
    struct copy *copy;
    struct history_head head; /* of the manifest to be made */
    const char *key;          /* of its object */
    const char *title;        /* the same for messages */

    struct history_reader *old; /* NULL: there is none yet */
    struct history_head old_head;

    /* What the manifest is to say, with what is yet to be carried: a manifest like any other, whose
     * open lines say HISTORY_OPEN. */
    struct history_reader *draft;

    /* What the listings came to. */
    uint64_t versions, markers, bytes; /* to be carried */
    uint64_t keys;                     /* that they are of */
    uint64_t deleted;                  /* keys that the source has, and does not show */
    uint64_t adopted;                  /* versions that an earlier run left */
    uint64_t late;                     /* versions that came in below what was carried */
    const char *late_key;
};

struct copy_history_tally {
    uint64_t versions, markers, bytes; /* carried */
    uint64_t unproven, incomplete, refused, gone, failed;
    uint64_t foreign;  /* keys on top of which somebody else wrote meanwhile */
    uint64_t streamed; /* through this process */
    const char *why_streamed;
    bool stopped; /* by Ctrl-C */
};

/* ---- copy_history_list.c: both listings and the old manifest, key by key, to the draft ---- */

enum rc copy_history_list(struct copy_history *h) RC_MUST_CHECK;

/* ---- copy_history_carry.c: what the draft says is open, by many threads, to the manifest ---- */

/* The file of the manifest, which is true also where not all could be carried. */
enum rc copy_history_carry(struct copy_history *h, struct copy_history_tally *ret_tally,
                           FILE **ret_file) RC_MUST_CHECK;

#endif
