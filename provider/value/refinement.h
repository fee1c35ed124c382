/*
 * What is promised of an unknown value, as the payload of MessagePack's ext 12: a
 * map of small integers. Source: go-cty's msgpack package and the section on
 * unknown values of object-wire-format.md of hashicorp/terraform.
 */
#ifndef VALUE_REFINEMENT_H
#define VALUE_REFINEMENT_H

#include "base/str.h"
#include "value/value.h"

struct arena;
struct buf;

enum { REFINEMENT_EXT = 12, REFINEMENT_SIZE_MAX = 1024 };

/* Of an unknown of that type. NULL when there is none that this provider understands: the value is
 * then simply unknown, which promises less and is always safe. */
const struct value_refinement *refinement_decode(struct arena *a, struct str payload,
                                                 const struct type *t);

/* Append the payload; nothing when there is nothing to promise of that type. */
void refinement_encode(struct buf *out, const struct value_refinement *r, const struct type *t);

#endif
