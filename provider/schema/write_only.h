/*
 * Write-only attributes: values that travel in the configuration alone. They are
 * null in every plan and state; create and update see them.
 */
#ifndef SCHEMA_WRITE_ONLY_H
#define SCHEMA_WRITE_ONLY_H

#include "schema/attr.h"

/* The object with every write-only attribute null. */
const struct value *write_only_null(struct ctx *cx, const struct attr *attrs,
                                    const struct value *object);

/* The planned object with write-only attributes as the configuration has them. */
const struct value *write_only_fill(struct ctx *cx, const struct attr *attrs,
                                    const struct value *planned, const struct value *config);

#endif
