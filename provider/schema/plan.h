/*
 * The planning algorithm, once, for all resources. It gives what HashiCorp's
 * terraform-plugin-framework gives (tests/conformance compares the two at random):
 *   1. start from core's proposed new state;
 *   2. defaults where the configuration is null; write-only attributes null (plan_fill.h);
 *   3. values that mean the same as in the state are spelled as there (same.h; the framework does
 *      this only when it reads);
 *   4. only if the result differs from the prior state: computed attributes with a null
 *      configuration become unknown, unless they have a default (plan_fill.h);
 *   5. per attribute, outer ones first: keep, then replacement (plan_modify.h);
 *   6. sort and deduplicate what requires replacement.
 * Create: prior is null. Destroy (proposed null) never comes here.
 *
 * Sets of objects have the framework's weaknesses too, which attr_table_check keeps out of tables:
 * an element whose computed parts came from the state is not found in the configuration, so its
 * defaults override what is configured; ATTR_KEEP pairs elements by place.
 */
#ifndef SCHEMA_PLAN_H
#define SCHEMA_PLAN_H

#include "schema/attr.h"

struct plan_request {
    const struct value *config;   /* known object, may hold unknowns */
    const struct value *prior;    /* null on create */
    const struct value *proposed; /* core's merge of both */
};

struct plan_result {
    const struct value *planned;
    struct path_list replace; /* what requires replacement: sorted, each once */
};

enum rc plan_resource(struct ctx *cx, const struct attr *attrs, const struct plan_request *request,
                      struct plan_result *ret_result) RC_MUST_CHECK;

#endif
