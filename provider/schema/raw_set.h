/*
 * Sets of objects while a plan is being made. terraform-plugin-framework treats
 * them as lists: elements keep the order in which core sent them, an element
 * that becomes equal to another stays, and modifiers pair the elements of plan,
 * configuration and state by their place. To plan as it does, the planner works on
 * such raw sets and makes them sets again (value_set) at the end.
 */
#ifndef SCHEMA_RAW_SET_H
#define SCHEMA_RAW_SET_H

#include <stdbool.h>

#include "value/value.h"

struct arena;

/* The same elements in the order in which core lists them. For elements that are objects that is
 * the order of go-cty's hash text (cty/set_internals.go), then unknown ones, then null ones. */
const struct value *raw_set_order(struct arena *a, const struct value *set);

/* As value_eq, but where raw sets may be inside: two sets are equal when they have as many elements
 * and each of the first is in the second. In a dynamic place null is null, and unknown unknown,
 * whatever the type. The arena holds what the comparison needs, until it ends. */
bool raw_set_eq(struct arena *a, const struct value *x, const struct value *y);

/* Another value of the same kind and size with these items, which are not copied. Sets stay raw. */
const struct value *raw_set_with_items(struct arena *a, const struct value *v,
                                       const struct value *const *items);

#endif
