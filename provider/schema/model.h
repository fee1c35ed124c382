/*
 * Between values and a resource's typed struct (its model).
 */
#ifndef SCHEMA_MODEL_H
#define SCHEMA_MODEL_H

#include "schema/attr.h"

/* Fill a zeroed model from an object value. Fails (with path) where a value does not fit its field:
 * a fraction in ATTR_INT, a NUL inside a string, a null element in a list, set or map. A null
 * object leaves the model zero; an unknown one has all its attributes unknown. */
enum rc model_decode(struct ctx *cx, const struct attr *attrs, const struct value *object,
                     void *model) RC_MUST_CHECK;

/* The object value of a model. Never fails: what a model can hold, the type can. Encoding what was
 * decoded gives the same value (value_eq). */
const struct value *model_encode(struct arena *a, const struct attr *attrs, const void *model);

#endif
