/*
 * A plan on disk: written once, carried out exactly as it stands, by this program
 * or another run of it on another machine. One JSON object a line: the head, the
 * steps in the order of the listing, and the end with the totals and the SHA-256
 * of every byte before the sum; where it is cut into pieces, also where each begins. A file without
 * its end, or with another sum, is no plan: it is refused before the first step is looked at.
 */
#ifndef SEEDBANK_BUCKET_PLAN_FILE_H
#define SEEDBANK_BUCKET_PLAN_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "cli/cli.h"
#include "seedbank-bucket/step.h"

struct ctx;

#define PLAN_FILE_VERSION 1

struct plan_head {
    const char *endpoint; /* scheme and host */
    const char *region;
    const char *bucket;
    /* BUCKET[/PREFIX] (place.h) that the steps write into; their keys are those of `bucket`, and
     * `latest` is what the target has of that name. NULL: `bucket` itself. */
    const char *to;
    const char *at;   /* the chosen time, RFC 3339 */
    const char *made; /* the server's time when the listing began, RFC 3339 */
    struct cli_texts prefixes, excludes;
    bool keep_history, hide_newer, purge_newer, accept_gaps;
    uint64_t shards;        /* pieces that it is cut into; 0: it is not */
    bool allow_unversioned; /* versioning was not Enabled, and that was allowed */
    bool undelete;          /* what is hidden by delete markers now, not what was at a time */
    bool probed;            /* every version to be copied was asked for */
};

struct plan_count {
    uint64_t objects, bytes;
};

struct plan_totals {
    struct plan_count steps[STEP_KINDS]; /* bytes: of the wanted versions; HIDE, UNKNOWN: of none */
    struct plan_count unchanged;         /* as they were at the chosen time */
    struct plan_count newer;             /* born later, left alone */
    uint64_t doubtful; /* of the COPY steps: an even newer version may be lost (step's why) */
};

struct plan_writer;
struct plan_reader;

/* Nothing stands at `path` until the end was written; what stands there already is not replaced
 * (RC_FAIL). The writer belongs to cx->arena: what was not ended leaves no file. */
enum rc plan_file_create(struct ctx *cx, const char *path, const struct plan_head *head,
                         struct plan_writer **ret_writer) RC_MUST_CHECK;
enum rc plan_file_add(struct ctx *cx, struct plan_writer *w, const struct step *step) RC_MUST_CHECK;
enum rc plan_file_end(struct ctx *cx, struct plan_writer *w,
                      const struct plan_totals *totals) RC_MUST_CHECK;

/* Reads the whole file once, to check it. RC_NOT_FOUND: no such file; RC_FAIL: no plan, cut short,
 * changed, or of a version that this program does not know. All in cx->arena. */
enum rc plan_file_open(struct ctx *cx, const char *path, struct plan_head *ret_head,
                       struct plan_totals *ret_totals,
                       struct plan_reader **ret_reader) RC_MUST_CHECK;

/* RC_NOT_FOUND after the last step. The step lives in cx->arena. */
enum rc plan_file_next(struct ctx *cx, struct plan_reader *r, struct step *ret_step) RC_MUST_CHECK;

/* Of a plan that is cut: read that piece (counted from 0) from its first step on, and nothing
 * beyond it. */
struct plan_piece {
    uint64_t first;         /* the number of its first step, as the whole plan counts them */
    uint64_t steps, active; /* it has; of them, those that do something */
};
/* `piece`: less than the head's shards. */
struct plan_piece plan_file_piece(struct plan_reader *r, uint64_t piece);

/* The sum that the file names, in hex: no other plan has it. Lives as long as the reader. */
const char *plan_file_sha256(const struct plan_reader *r);

/* From the first step (of the piece) again. */
void plan_file_rewind(struct plan_reader *r);

#endif
