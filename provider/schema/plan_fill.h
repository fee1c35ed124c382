/*
 * The parts of planning that look at each attribute with its configuration, from
 * the innermost outwards: an attribute's step sees what the steps of its parts
 * made of it. All return the changed value; sets are and stay raw (raw_set.h)
 * between plan_fill_order and plan_fill_canonical.
 */
#ifndef SCHEMA_PLAN_FILL_H
#define SCHEMA_PLAN_FILL_H

#include "schema/attr.h"

struct plan_fill {
    struct ctx *cx;
    const struct attr *attrs;
    const struct value *config;
};

const struct value *plan_fill_order(const struct plan_fill *p, const struct value *v);
/* The default where the configuration is null, or does not reach: an element that core made up from
 * the state, a set's element that is not in the configuration exactly so. Not inside of something
 * unknown. */
enum rc plan_fill_defaults(const struct plan_fill *p, const struct value *v,
                           const struct value **ret_v) RC_MUST_CHECK;
const struct value *plan_fill_write_only(const struct plan_fill *p, const struct value *v);
/* Computed attributes without a default become unknown where the configuration is null. Where it
 * does not reach, the outermost thing that it lacks decides: what is inside a null object becomes
 * unknown, what is in an element that the configuration does not have stays. */
const struct value *plan_fill_unknown(const struct plan_fill *p, const struct value *v);
const struct value *plan_fill_canonical(const struct plan_fill *p, const struct value *v);

#endif
