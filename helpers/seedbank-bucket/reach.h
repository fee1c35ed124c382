/*
 * Whether what a plan would copy can be had: asks HEAD for each such version, many
 * at once, and for one byte of one object per key of KMS. Steps come out in the
 * order in which they went in; those that cannot be carried out have become
 * STEP_UNREACHABLE, with the reason.
 *
 * Give and end belong to the thread that made it, which is also where steps come
 * out. Memory: that of the steps under way, of which there are never more than a
 * few hundred.
 */
#ifndef SEEDBANK_BUCKET_REACH_H
#define SEEDBANK_BUCKET_REACH_H

#include <stdbool.h>

#include "s3/s3.h"
#include "seedbank-bucket/step.h"

struct ctx;
struct reach;

struct reach_options {
    struct s3_target target; /* borrowed */
    bool ask;                /* else only what the listing says is looked at: archive classes */
    enum rc (*take)(struct ctx *cx, void *arg, const struct step *step);
    void *arg;
};

/* Must be ended. Options are copied. */
struct reach *reach_new(struct ctx *cx, const struct reach_options *options);

/* The step is copied. What a `take` returned other than RC_OK is returned. */
enum rc reach_give(struct ctx *cx, struct reach *r, const struct step *step) RC_MUST_CHECK;

/* Wait for what is under way and give it out, unless rc says that all was in vain. Returns rc, or
 * what went wrong since. */
enum rc reach_end(struct ctx *cx, struct reach *r, enum rc rc) RC_MUST_CHECK;

#endif
