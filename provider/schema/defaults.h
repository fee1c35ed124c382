/*
 * Defaults outside a plan: put into an imported state, and left out of a
 * configuration that is generated from a state.
 */
#ifndef SCHEMA_DEFAULTS_H
#define SCHEMA_DEFAULTS_H

#include "schema/attr.h"

/* Null attributes that have a default get it. */
enum rc defaults_apply(struct ctx *cx, const struct attr *attrs, const struct value *object,
                       const struct value **ret_object) RC_MUST_CHECK;

/* What a person would write: null for everything that is only computed or equal to its default, and
 * for what may be left out and is refused in a configuration: a state that is found, not asked for.
 */
enum rc defaults_strip(struct ctx *cx, const struct attr *attrs, const struct value *object,
                       const struct value **ret_object) RC_MUST_CHECK;

#endif
