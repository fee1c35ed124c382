/*
 * The planning algorithm, once, for all resources. It must give what HashiCorp's
 * terraform-plugin-framework gives (tests/conformance proves it):
 *   1. start from core's proposed new state;
 *   2. apply defaults where the configuration is null; null write-only attributes;
 *   3. only if the result differs from the prior state: mark computed attributes with a null
 *      configuration unknown, unless they have a default;
 *   4. per attribute: keep (ATTR_KEEP), same spelling (attr.same), replacement;
 *   5. sort and deduplicate requires_replace.
 * Create: prior is null. Destroy (proposed null) never comes here.
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
    const struct path *const *requires_replace; /* sorted, each once */
    size_t n_requires_replace;
};

enum rc plan_resource(struct ctx *cx, const struct attr *attrs, const struct plan_request *request,
                      struct plan_result *ret_result) RC_MUST_CHECK;

/* Sort and deduplicate paths in place after a resource's own plan step added some; the new count.
 */
size_t plan_sort_paths(const struct path **paths, size_t n);

#endif
