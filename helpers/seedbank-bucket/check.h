/*
 * What a key should be, and whether what is there is that: pure, but for contents
 * that differ in name and are compared by who has a server (proof.h).
 */
#ifndef SEEDBANK_BUCKET_CHECK_H
#define SEEDBANK_BUCKET_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "seedbank-bucket/past.h"
#include "seedbank-bucket/step.h"

enum check_kind {
    CHECK_NOTHING, /* no object; one that came since is no fault */
    CHECK_HIDDEN,  /* no object, as was promised */
    CHECK_CONTENT, /* that of a version, or of a sum */
    CHECK_UNKNOWN, /* nothing can be said of it */
};

struct check_want {
    enum check_kind kind;
    /* Of CONTENT. */
    const char *version; /* NULL: it has no ID, as what ListObjectsV2 tells */
    const char *etag;    /* NULL: not known */
    const char *sha256;  /* in hex; NULL: not known */
    uint64_t size;
};

/* What the key is now. */
struct check_found {
    bool there;     /* else a delete marker, or nothing at all */
    const char *id; /* of its newest entry; NULL: it has none, or none was asked for */
    const char *etag;
    uint64_t size;
};

enum check_verdict {
    CHECK_FINE,
    CHECK_ABSENT,   /* the same: nothing was wanted, nothing is there */
    CHECK_NEWER,    /* born later, and left alone */
    CHECK_IDLE,     /* nothing was promised for it */
    CHECK_COMPARE,  /* the contents of both must be compared */
    CHECK_DIFFERS,  /* see why */
    CHECK_UNPROVEN, /* for who compares: see why */
};

struct check_result {
    enum check_verdict verdict;
    const char *why; /* of the last two: one line; NULL otherwise */
};

/* The promise of a plan for the key of a step. */
struct check_want check_want_of_step(const struct step *step);

/* What the key's history says of it at the chosen time; `newest` is its newest entry. */
struct check_want check_want_of_past(const struct past_end *end, const struct check_found *newest);

/* `same_ids`: a version with the wanted ID is the wanted version. Then deep tells it from
 * others: it is to be read all the same (CHECK_COMPARE). */
struct check_options {
    bool same_ids, deep;
};
struct check_result check(const struct check_want *want, const struct check_found *found,
                          struct check_options options);

#endif
