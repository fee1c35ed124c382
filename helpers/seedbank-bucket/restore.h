/* Plan, show, ask, apply, verify: for the commands that do it all in one go. */
#ifndef SEEDBANK_BUCKET_RESTORE_H
#define SEEDBANK_BUCKET_RESTORE_H

#include "seedbank-bucket/apply.h"
#include "seedbank-bucket/plan.h"

struct restore {
    struct plan_settings plan;
    struct apply_options apply;
    bool yes; /* do not ask */
};

enum rc restore_run(struct cli *cli, const struct restore *restore) RC_MUST_CHECK;

#endif
