/* Proving that a bucket is what it should be: for the command verify, and for restore at its end.
 */
#ifndef SEEDBANK_BUCKET_VERIFY_H
#define SEEDBANK_BUCKET_VERIFY_H

#include <stdbool.h>

#include "seedbank-bucket/settings.h"

struct verify {
    struct settings server;
    const char *bucket;
    const char *plan; /* a plan's file; NULL: by `at` */
    const char *at;
    struct cli_texts prefixes, excludes; /* with `at` */
    bool accept_gaps; /* where the history of a copy does not tell what an object was */
    bool exact;       /* what was born later is a difference, too */
};

/* With its summary. RC_OK also where there are differences, which cli_outcome knows. */
enum rc verify_run(struct cli *cli, const struct verify *settings) RC_MUST_CHECK;

#endif
