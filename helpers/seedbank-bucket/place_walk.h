/*
 * A place's keys by their names (place.h), in the order of their bytes, so that two
 * places can be merged name by name. A listing in any other order is refused.
 */
#ifndef SEEDBANK_BUCKET_PLACE_WALK_H
#define SEEDBANK_BUCKET_PLACE_WALK_H

#include <stdbool.h>

#include "base/rc.h"
#include "cli/cli.h"
#include "s3/s3.h"
#include "seedbank-bucket/place.h"

struct arena;
struct history;
struct place_walk;
struct walk;

struct place_walk_options {
    struct cli *cli;
    struct s3_target target;
    struct bucket_place place;
    struct cli_texts prefixes, excludes; /* of names, in any order */
    bool live;                           /* as struct walk_options has it */
    struct history *history;             /* the same */
    bool sparse;                         /* the same */
    const char *doing;                   /* the same */
};

/* Prefixes of names as keys begin there, as walk wants them; of the whole place where there are
 * none. */
struct cli_texts place_walk_prefixes(struct arena *a, const struct bucket_place *place,
                                     const struct cli_texts *names);

/* As walk_new. */
struct place_walk *place_walk_new(const struct place_walk_options *options);

/* The next name, and its key; live until the next call. NULL: there is no more. RC_NOT_FOUND: no
 * such bucket. */
enum rc place_walk_next(struct place_walk *w, const char **ret_name,
                        const char **ret_key) RC_MUST_CHECK;

/* Whose entries of the key at hand are asked for (walk_entry). */
struct walk *place_walk_inner(struct place_walk *w);

/* As walk_end. NULL is allowed. */
void place_walk_end(struct place_walk *w);

#endif
