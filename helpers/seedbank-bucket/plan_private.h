/* Between the files that make a plan: what is known while one is made. */
#ifndef SEEDBANK_BUCKET_PLAN_PRIVATE_H
#define SEEDBANK_BUCKET_PLAN_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "s3/s3.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/plan.h"

struct guarantee;
struct past;
struct reach;
struct replica;

struct planning {
    struct cli *cli;
    const struct plan_settings *settings;
    struct s3_target target;
    struct s3_versioning versioning;
    struct guarantee *guarantee;
    struct replica *replica;
    struct cli_texts prefixes; /* none is within another */
    struct plan_result *result;

    /* Of one pass over the listing. */
    struct arena *kept; /* what is shown */
    struct plan_writer *writer;
    struct past *past;
    struct reach *reach;
    uint64_t entries;
    bool gap_before; /* nothing proves that versioning was on at the chosen time */
};

/* Everything that can be told before the listing, so that a refusal comes at once: options,
 * versioning (and the server's clock), time, lifecycle. Sets what it finds on its way. */
enum rc plan_check_before(struct planning *p) RC_MUST_CHECK;

/* One pass over the listing, into a plan file that is not ended. RC_NOT_FOUND: no such bucket. */
enum rc plan_list(struct planning *p) RC_MUST_CHECK;

/* Versions without an ID were written when versioning was off: what was overwritten or deleted then
 * left no trace. The oldest entry that has an ID is the first proof that it was on. */
bool plan_check_is_before_versioning(const struct planning *p);

/* What the listing shows to be no ground for a plan. */
enum rc plan_check_found(struct planning *p) RC_MUST_CHECK;
enum rc plan_check_gaps(struct planning *p) RC_MUST_CHECK;

#endif
