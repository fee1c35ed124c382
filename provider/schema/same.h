/*
 * Values that are written differently and mean the same (attr.same): 24h and
 * 24h0m0s. The spelling that the user chose, and the state holds, stays.
 */
#ifndef SCHEMA_SAME_H
#define SCHEMA_SAME_H

#include "schema/attr.h"

/* `fresh` (what was planned, or read back from the service) with each attribute that means the same
 * as in `prior` spelled as there. Both are objects of the table; either may be null. Elements of
 * lists are compared by place, of maps by key, of sets as a whole each with any. An attribute that
 * is a list, set or map of texts keeps its prior spelling as a whole or not at all: core takes
 * nothing between the two. */
const struct value *same_keep_spelling(struct arena *a, const struct attr *attrs,
                                       const struct value *prior, const struct value *fresh);

#endif
