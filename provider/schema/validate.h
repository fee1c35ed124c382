/*
 * Configuration against a table: checks on every known value, required and read-only attributes,
 * null elements, write-only only where the client knows it, deprecations. Unknown values are let
 * through.
 */
#ifndef SCHEMA_VALIDATE_H
#define SCHEMA_VALIDATE_H

#include "schema/attr.h"

struct validate_options {
    bool write_only_allowed; /* ClientCapabilities.write_only_attributes_allowed */
};

/* The checks of one known, non-null value; adds all findings. */
void validate_value(struct ctx *cx, const struct attr *attr, const struct path *path,
                    const struct value *v);

/* Adds all findings; RC_FAIL when one was an error. */
enum rc validate_config(struct ctx *cx, const struct attr *attrs, const struct value *config,
                        struct validate_options options) RC_MUST_CHECK;

#endif
