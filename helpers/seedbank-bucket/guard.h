/*
 * What must hold before anything is written: the bucket keeps what is
 * overwritten or deleted.
 */
#ifndef SEEDBANK_BUCKET_GUARD_H
#define SEEDBANK_BUCKET_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

struct cli;
struct ctx;
struct s3_target;

struct guard {
    const struct s3_target *target;
    bool allow_unversioned; /* --allow-destructive-unversioned */

    bool enabled;    /* versioning, when it was last asked for */
    int64_t checked; /* when that was, in seconds since the epoch; 0: never */
};

/* Ask the server unless it was asked a moment ago: called before each request that writes, it
 * notices whatever changed during a pause (a server that was away, a machine that slept). Refuses
 * (CLI_REFUSED, RC_FAIL) a bucket whose versioning is not Enabled. RC_FAIL in any case, with a
 * message. */
enum rc guard_check(struct cli *cli, struct ctx *cx, struct guard *guard) RC_MUST_CHECK;

#endif
