/* What the files copy*.c share; for them alone. */
#ifndef SEEDBANK_BUCKET_COPY_PRIVATE_H
#define SEEDBANK_BUCKET_COPY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "cli/cli.h"
#include "s3/s3_list.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/ferry.h"
#include "seedbank-bucket/place.h"
#include "seedbank-bucket/settings.h"

struct config;
struct ctx;
struct sealed_reader;
struct sealed_writer;

struct copy_settings {
    struct settings server, src, dst;
    const char *source, *destination;
    struct cli_texts prefixes, excludes;
    const char *max_change, *storage_class, *config;
    bool dry_run, delete_extra, create, keep_compliance, versions;
    bool allow_unversioned, allow_empty;
};

/* What is to be done with a name that one of the two places has. */
enum copy_kind {
    COPY_SAME,
    COPY_NEW,     /* in the source alone */
    COPY_CHANGED, /* in both, and not the same */
    COPY_EXTRA,   /* in the destination alone */
    COPY_KINDS
};

/* All but those that are the same are written down before anything is copied. */
struct copy_item {
    enum copy_kind kind;
    const char *name;  /* see place_name */
    uint64_t size;     /* of the source; of what is extra, the destination's */
    const char *etag;  /* the same */
    const char *there; /* the destination's ETag; "": it has none of that name */
};

struct copy_count {
    uint64_t objects, bytes;
};

struct copy {
    struct cli *cli;
    const struct copy_settings *settings;
    struct bucket_place from_place, to_place;
    struct s3_target from, to;
    bool one_server;
    uint64_t max_change; /* percent */

    enum s3_versioning_status versioning; /* of the destination */
    bool absent;                          /* there is no destination yet, and --dry-run */
    int64_t ahead; /* of the destination's clock before the source's; moment.h */
    bool timeless; /* a server does not say what time it is: times tell nothing */

    /* What the listings came to; `lock` guards it and the writer while they are read. */
    pthread_mutex_t lock;
    struct copy_count counts[COPY_KINDS];
    uint64_t by_time; /* of COPY_SAME: nothing but the times says so */
    uint64_t live;    /* keys in the destination */
    struct sealed_writer *writer;
    struct sealed_reader *reader;

    const struct config *config; /* of --config; NULL: none */
    bool created;                /* the bucket was made by this command, now or before */
};

struct copy_tally {
    struct copy_count done[COPY_KINDS];
    uint64_t unproven;   /* of those copied: nothing tells whether the content is the same */
    uint64_t incomplete; /* copied without something that the destination cannot hold */
    uint64_t streamed;   /* through this process */
    uint64_t refused;    /* not copied, because of what they are */
    uint64_t gone;       /* from the source, meanwhile */
    uint64_t conflicts;  /* somebody else wrote at the destination */
    uint64_t failed;
    const char *why_streamed; /* although both are at one server; NULL: they are not, or it was not
                                 needed */
};

/* ---- copy_spool.c: what is to be done, in a file without a name ---- */

enum rc copy_spool_begin(struct copy *c) RC_MUST_CHECK;
/* Counts it, too. Thread-safe; messages go to cx. */
enum rc copy_spool_add(struct ctx *cx, struct copy *c, const struct copy_item *item) RC_MUST_CHECK;
enum rc copy_spool_end(struct copy *c) RC_MUST_CHECK;
/* In cx->arena. RC_NOT_FOUND after the last one. */
enum rc copy_spool_next(struct copy *c, struct copy_item *ret_item) RC_MUST_CHECK;
void copy_spool_rewind(struct copy *c);

/* ---- copy_list.c: both listings, key by key, into the spool ---- */

enum rc copy_list(struct copy *c) RC_MUST_CHECK;

/* ---- copy_judge.c: are they the same? ---- */

/* One name that both have. */
struct copy_pair {
    const char *name;
    struct copy_side {
        const char *etag;
        uint64_t size;
        int64_t modified; /* moment.h, by the source's clock */
    } from, to;
};

enum copy_answer {
    COPY_IS_SAME,
    COPY_IS_OTHER,
    COPY_ASK, /* copy_judge_look knows more */
};
/* By what the listings say. */
enum copy_answer copy_judge(const struct copy_pair *pair);

/* By what both servers say of the two. RC_FAIL: interrupted. */
enum rc copy_judge_look(struct ctx *cx, const struct copy *c, const struct copy_pair *pair,
                        bool *ret_same, bool *ret_by_time) RC_MUST_CHECK;

/* What was written so soon after the source's version proves nothing by its time: it may have been
 * read before. */
int64_t copy_judge_margin(uint64_t size);

/* ---- copy_check.c: what is refused before anything is written ---- */

/* Options, places, both buckets, their clocks. Makes the destination if it is to be made. */
enum rc copy_check_before(struct copy *c) RC_MUST_CHECK;
/* What the listings came to. */
enum rc copy_check_counts(struct copy *c) RC_MUST_CHECK;

/* ---- copy_create.c ---- */

/* The destination as its file of settings has it, or with versioning alone; what is there already
 * is kept. */
enum rc copy_create(struct copy *c) RC_MUST_CHECK;
/* Lifecycle rules act again, if everything is proven; else it is said how. */
enum rc copy_create_end(struct copy *c, bool proven) RC_MUST_CHECK;

/* ---- copy_carry.c ---- */

/* Everything in the spool, by many threads. RC_FAIL: it was broken off; the tally says what was
 * done all the same. */
enum rc copy_carry(struct copy *c, struct copy_tally *ret_tally) RC_MUST_CHECK;

/* How each version is carried. Asks the destination whether it has Object Lock. */
struct ferry_options copy_carry_ferry(struct copy *c);

/* ---- copy_history.c: with --versions, instead of list and carry ---- */

enum rc copy_history(struct copy *c) RC_MUST_CHECK;

/* ---- copy_show.c ---- */

const char *copy_show_kind(enum copy_kind kind);
void copy_show_counts(struct copy *c);
enum rc copy_show_items(struct copy *c) RC_MUST_CHECK; /* of a dry run */
void copy_show_tally(struct copy *c, const struct copy_tally *t);
void copy_show_next(struct copy *c);

#endif
