/*
 * Finding equal elements of large sets without comparing each with each: a hash that agrees with
 * raw_set_eq, and the places of a set by hash. Only places of the same hash need a comparison.
 */
#ifndef SCHEMA_RAW_SET_INDEX_H
#define SCHEMA_RAW_SET_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct value;

struct raw_set_index {
    const uint64_t *hashes; /* of each place */
    size_t *first;          /* by the low bits of a hash: a place; n: none */
    size_t *next;           /* by place: another place of the same low bits, higher; n: none */
    size_t mask;
    size_t n;
};

/* The same for values that are equal by raw_set_eq. */
uint64_t raw_set_index_hash(const struct value *v);

/* One hash for two: of what comes in that order. */
uint64_t raw_set_index_mix(uint64_t hash, uint64_t more);

/* Of n hashes, which must live as long as the index; in the arena. */
struct raw_set_index raw_set_index_new(struct arena *a, const uint64_t *hashes, size_t n);

/* Of the elements of a known set. */
struct raw_set_index raw_set_index_of(struct arena *a, const struct value *set);

/* The places of a hash in rising order; n: no more. */
size_t raw_set_index_first(const struct raw_set_index *x, uint64_t hash);
size_t raw_set_index_next(const struct raw_set_index *x, size_t place);

#endif
