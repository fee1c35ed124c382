/* What the files verify*.c share; for them alone. */
#ifndef SEEDBANK_BUCKET_VERIFY_PRIVATE_H
#define SEEDBANK_BUCKET_VERIFY_PRIVATE_H

#include "base/arena.h"
#include "cli/cli.h"
#include "s3/s3.h"
#include "seedbank-bucket/check.h"
#include "seedbank-bucket/manifest.h"
#include "seedbank-bucket/place_walk.h"
#include "seedbank-bucket/verify.h"
#include "seedbank-bucket/work.h"

struct history;
struct ring;
struct verifying;

/* Where a version lies: one of the two that are compared. */
struct verify_place {
    struct s3_target target;
    struct bucket_place place;
};

/* What one name should be. */
struct verify_want {
    const char *name; /* NULL: there are no more */
    struct check_want is;
    struct check_found found; /* where the same listing tells both */
    int64_t modified;         /* when it became so, moment.h; 0: not known */
};

/* What a bucket can be held against. */
struct verify_mode {
    const char *option; /* that chooses it, in words; NULL: none does */
    size_t offset;      /* of its text in struct verify */
    /* Says what is compared with what, and what of the settings makes no sense with it. */
    enum rc (*open)(struct verifying *v);
    /* The next name, in order; its texts live until the next call. Found stands in the want where
     * v->separate is false. */
    enum rc (*next)(struct verifying *v, struct verify_want *ret_want);
    /* After the result was told; NULL: nothing more. */
    enum rc (*end)(struct verifying *v);
};
extern const struct verify_mode verify_by_time, verify_by_plan, verify_by_against,
    verify_by_manifest, verify_by_nothing;

struct verify_counts {
    uint64_t fine, newer, idle, different, unproven;
    uint64_t late;       /* not there yet, but younger than --max-age */
    uint64_t read;       /* of the fine ones: proven by reading */
    uint64_t failed_row; /* could not be asked for, one after another */
};

/* Texts that live until the next name. */
struct verify_texts {
    struct arena *arena;
    struct arena_mark fresh;
};

struct verifying {
    struct cli *cli;
    const struct verify *settings;
    const struct verify_mode *mode;

    /* What should be lies in `want`, what is there in `found`: the same bucket, unless separate. */
    struct verify_place want, found;
    bool separate;   /* found has a listing of its own */
    bool versions;   /* of versions with their IDs, and not of what readers see */
    bool one_server; /* both are at one */
    bool same_ids;   /* a version with the wanted ID is the wanted version */
    bool sums;       /* of what is there are wanted, for the manifest */
    struct cli_texts prefixes, excludes; /* of names */
    int64_t now, at;                     /* moment.h; at: 0 where no moment is meant */
    const char *as;                      /* "as at ...": what is proven, in words */

    struct place_walk *want_walk, *found_walk; /* NULL: none */
    struct verify_texts want_texts, found_texts;
    struct past *past;       /* by time, and by plan */
    struct history *history; /* the same, of a copy with one; NULL: it is none */
    struct verify_texts doubt_texts;
    uint64_t doubts;      /* keys of which the history does not tell all */
    const char *doubtful; /* the first of them, and why */

    struct work work; /* by plan; its reader stands behind `step` */
    struct verify_texts step_texts;
    struct step step;             /* the next one that has not been met; no key: there is none */
    struct verify_want ahead;     /* by time, that has not been met */
    bool step_given, ahead_given; /* they were, just now */

    struct manifest_reader *manifest;
    struct manifest_head manifest_head;
    struct manifest_writer *writer;

    struct ring *ring;
    struct verify_counts counts;
    int64_t behind; /* of --against: the age of the oldest change that is not there; 0: none */
    const char *behind_key; /* its name; NULL: there is none */
    struct verify_texts behind_texts;
};

/* One name on its way: in, compared, out. */
struct verify_item {
    const char *name;
    struct check_want want;
    struct check_found found;
    int64_t modified;
    struct check_result result;
    bool read;          /* its content was */
    bool failed;        /* see struct proof */
    const char *sha256; /* of what is there; NULL: not known */
};

/* ---- verify_time.c; for by_plan, too ---- */

enum rc verify_time_begin(struct verifying *v) RC_MUST_CHECK;
enum rc verify_time_next(struct verifying *v, struct verify_want *ret_want) RC_MUST_CHECK;

/* ---- verify_place.c: where things are ---- */

/* BUCKET, and the other place as it is called by that option, into v->want and v->found. */
enum rc verify_place_bucket(struct verifying *v) RC_MUST_CHECK;
enum rc verify_place_other(struct verifying *v, const char *option, const char *text) RC_MUST_CHECK;

/* v->found, which is set, is another place than v->want. */
enum rc verify_place_elsewhere(struct verifying *v, const char *option) RC_MUST_CHECK;

/* The time of BUCKET's server; this machine's, where it does not say. RC_FAIL also where there is
 * no such bucket. */
enum rc verify_place_now(struct verifying *v) RC_MUST_CHECK;

/* Wrong use, with that summary; CLI_USAGE. */
enum rc verify_place_refuse(struct verifying *v, const char *summary);

/* The next name, begun with fresh texts. */
struct arena *verify_texts_begin(struct verify_texts *t);
struct verify_texts verify_texts_new(struct verifying *v);

/* ---- verify_pass.c: every name, in order ---- */

enum rc verify_pass(struct verifying *v) RC_MUST_CHECK;

/* ---- verify_prove.c: what needs requests, on any thread ---- */

/* Texts go to that arena. RC_FAIL: interrupted. */
enum rc verify_prove(struct ctx *cx, const struct verifying *v, struct arena *a,
                     struct verify_item *item) RC_MUST_CHECK;

/* ---- verify_beside.c: metadata, tags and settings ---- */

struct proof_side;
/* Names of what the copy lacks or has otherwise, in cx->arena: "content-type, tags"; NULL: nothing.
 * Both were looked at. *ret_why: it could not be asked for. RC_FAIL: interrupted. */
enum rc verify_beside(struct ctx *cx, const struct proof_side *want, const struct proof_side *found,
                      bool one_server, const char **ret_names, const char **ret_why) RC_MUST_CHECK;

/* ---- verify_report.c ---- */

/* The next item, in order. */
enum rc verify_report(struct verifying *v, const struct verify_item *item) RC_MUST_CHECK;

/* The manifest, the result, and the exit code. */
enum rc verify_report_end(struct verifying *v) RC_MUST_CHECK;

#endif
