/*
 * The last part of planning: what rows say about changes (ATTR_KEEP, ATTR_REPLACE,
 * ATTR_REPLACE_IF_CONFIGURED), an attribute before its parts. Elements of lists,
 * and of raw sets, are paired with configuration and state by their place, those of
 * maps by key; where there is none, it counts as null.
 */
#ifndef SCHEMA_PLAN_MODIFY_H
#define SCHEMA_PLAN_MODIFY_H

#include "schema/attr.h"

struct plan_modify {
    struct ctx *cx;
    const struct attr *attrs;
    const struct value *config;
    const struct value *prior; /* null on create: nothing is kept, nothing replaced */
    /* Result: places whose change replaces the resource; with repeats. A place in a set is the set.
     */
    struct path_list replace;
};

/* The changed plan. */
const struct value *plan_modify(struct plan_modify *m, const struct value *plan);

#endif
