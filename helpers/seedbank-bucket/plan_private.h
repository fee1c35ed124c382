/* Between the files that make a plan: what is known while one is made. */
#ifndef SEEDBANK_BUCKET_PLAN_PRIVATE_H
#define SEEDBANK_BUCKET_PLAN_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "s3/s3.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/plan.h"

struct bucket_place;
struct guarantee;
struct history;
struct past;
struct past_end;
struct plan_target;
struct reach;
struct replica;

struct planning {
    struct cli *cli;
    const struct plan_settings *settings;
    struct s3_target target;
    struct s3_versioning versioning;
    struct guarantee *guarantee;
    struct history *history; /* NULL: it is no copy with history */
    struct replica *replica;
    struct cli_texts prefixes; /* none is within another */
    struct cli_texts excludes;
    const struct bucket_place *to; /* what is written into; NULL: the bucket itself */
    struct s3_target dst;          /* its bucket */
    struct plan_result *result;

    /* Of one pass over the listing. */
    struct arena *kept; /* what is shown */
    struct plan_writer *writer;
    struct past *past;
    struct reach *reach;
    struct plan_target *there; /* what the target has; NULL: in place */
    uint64_t entries;
    uint64_t doubts; /* keys of which the history does not tell all */
    bool gap_before; /* nothing proves that versioning was on at the chosen time */
};

/* Everything that can be told before the listing, so that a refusal comes at once: options,
 * versioning (and the server's clock), time, lifecycle. Sets what it finds on its way. */
enum rc plan_check_before(struct planning *p) RC_MUST_CHECK;

/* What is written into, where that is not the bucket itself: sets `to` and `dst`, and leaves out of
 * the bucket what is the target in it. RC_FAIL: see the command's description. */
enum rc plan_target_read(struct planning *p) RC_MUST_CHECK;
enum rc plan_target_check(struct planning *p) RC_MUST_CHECK; /* versioning; asks the server */

/* Its listing beside that of the bucket, once a pass. Each key's step comes after the one before
 * it. It becomes a copy on condition of what the target has, or PAST_UNCHANGED. */
void plan_target_begin(struct planning *p);
enum rc plan_target_meet(struct planning *p, const char *key, struct past_end *end) RC_MUST_CHECK;
enum rc plan_target_end(struct planning *p) RC_MUST_CHECK; /* counts what follows the last key */

/* A key that was not there then, and is there now. */
void plan_list_newer(struct planning *p, const struct step *step, uint64_t bytes);

/* One pass over the listing, into a plan file that is not ended. RC_NOT_FOUND: no such bucket. */
enum rc plan_list(struct planning *p) RC_MUST_CHECK;

/* Versions without an ID were written when versioning was off: what was overwritten or deleted then
 * left no trace. The oldest entry that has an ID is the first proof that it was on. */
bool plan_check_is_before_versioning(const struct planning *p);

/* What the listing shows to be no ground for a plan. */
enum rc plan_check_found(struct planning *p) RC_MUST_CHECK;
enum rc plan_check_gaps(struct planning *p) RC_MUST_CHECK;

#endif
