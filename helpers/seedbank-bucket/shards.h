/*
 * A plan cut into pieces of as many steps, more or less, while it is written: how
 * many there will be is not known before its end. Pure. Memory: 64 places a piece,
 * whatever the size of the plan; a piece is at most a thirty-second longer or
 * shorter than another.
 */
#ifndef SEEDBANK_BUCKET_SHARDS_H
#define SEEDBANK_BUCKET_SHARDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARDS_MAX 1000 /* pieces */

struct arena;
struct shards;

/* Where a piece begins. */
struct shard {
    uint64_t offset; /* in the file */
    uint64_t first;  /* the number of its first step */
    uint64_t active; /* of the steps before it, those that do something */
};

/* `n`: 1 to SHARDS_MAX. In the arena. */
struct shards *shards_new(struct arena *a, size_t n);

/* The next step begins at that byte. */
void shards_add(struct shards *s, uint64_t offset, bool active);

/* All steps were added, and the last one ends at that byte. n + 1 places: piece i is from place i
 * to the next. Pieces without a step are possible. */
const struct shard *shards_end(struct shards *s, uint64_t offset);

/* Those places as they stand in a plan. False: they are none, or not n + 1. */
json_t *shards_to_json(const struct shard *places, size_t n);
bool shards_from_json(struct arena *a, const json_t *list, size_t n,
                      const struct shard **ret_places);

#endif
