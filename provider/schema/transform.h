/*
 * Rebuild an object value attribute by attribute, nested ones included, beside a
 * second value (its twin) of the same shape: prior beside new, configuration
 * beside plan. The one walk behind write_only, same and defaults.
 */
#ifndef SCHEMA_TRANSFORM_H
#define SCHEMA_TRANSFORM_H

#include "base/ctx.h"
#include "schema/attr.h"

struct transform {
    struct ctx *cx;
    /* What stands for v. Called for every attribute, outer ones first; a known result of a nested
     * kind is then walked into. twin is NULL where the second value has no counterpart: elements of
     * lists are matched by index, of maps by key, of sets not at all. A visit that fails adds an
     * error to cx->diags and returns v. */
    const struct value *(*visit)(const struct transform *t, const struct attr *attr,
                                 const struct value *v, const struct value *twin);
};

/* A null or unknown object is returned as it is. twin may be NULL. */
const struct value *transform_object(const struct transform *t, const struct attr *attrs,
                                     const struct value *object, const struct value *twin);

#endif
