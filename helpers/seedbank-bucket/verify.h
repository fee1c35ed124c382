/* Proving that a bucket is what it should be: for the command verify, and for restore at its end.
 */
#ifndef SEEDBANK_BUCKET_VERIFY_H
#define SEEDBANK_BUCKET_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "seedbank-bucket/settings.h"

struct verify {
    struct settings server, other; /* other: of --against and --to, see settings_against */
    const char *bucket;            /* BUCKET[/PREFIX] */
    /* What it is held against: one of these; with manifest_out, none of them will do. */
    const char *plan, *at, *against, *manifest;
    const char *to;                      /* with `at`: not BUCKET itself is looked at, but this */
    struct cli_texts prefixes, excludes; /* of names in the place; not with `plan` */
    const char *manifest_out;            /* a file; NULL: none */
    int64_t max_age;                     /* ms; with `against`. 0: not asked */
    bool accept_gaps;                    /* where the history of a copy does not tell all */
    bool exact;                          /* what was born later is a difference, too */
    bool deep;                           /* contents are read, and what is beside them compared */
};

/* With its summary. RC_OK also where there are differences, which cli_outcome knows. */
enum rc verify_run(struct cli *cli, const struct verify *settings) RC_MUST_CHECK;

#endif
