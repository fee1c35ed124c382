/*
 * Whether a key is what was promised: its newest entry held against the step of a
 * plan, or against its own past. Pure, but for the contents that somebody else
 * compares where ETags prove nothing.
 */
#ifndef SEEDBANK_BUCKET_CHECK_H
#define SEEDBANK_BUCKET_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "seedbank-bucket/past.h"
#include "seedbank-bucket/step.h"

enum check_verdict {
    CHECK_FINE,
    CHECK_ABSENT,  /* the same: neither then nor now */
    CHECK_NEWER,   /* born later, and left alone */
    CHECK_IDLE,    /* the plan promised nothing for it */
    CHECK_COMPARE, /* newest and wanted version must be compared */
    CHECK_DIFFERS,
};

struct check_newest {
    const char *id; /* NULL: the key has no entry at all */
    const char *etag;
    uint64_t size;
    bool marker;
};

struct check_result {
    enum check_verdict verdict;
    const char *why; /* DIFFERS: one line */
};

/* Against the promise of a plan. */
struct check_result check_step(const struct step *step, const struct check_newest *newest);

/* Against what the key's history says of it at the chosen time. */
struct check_result check_past(const struct past_end *end, const struct check_newest *newest);

#endif
