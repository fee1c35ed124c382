#include "schema/plan.h"

#include "base/ctx.h"
#include "schema/plan_fill.h"
#include "schema/plan_modify.h"
#include "schema/raw_set.h"
#include "schema/raw_set_index.h"
#include "schema/same.h"

static bool has_twins(struct arena *a, const struct value *set)
{
    struct raw_set_index index = raw_set_index_of(a, set);
    for (size_t i = 0; i < set->n; i++) {
        if (!value_is_wholly_known(set->items[i])) {
            continue;
        }
        for (size_t k = raw_set_index_next(&index, i); k < set->n;
             k = raw_set_index_next(&index, k)) {
            if (raw_set_eq(a, set->items[i], set->items[k])) {
                return true;
            }
        }
    }
    return false;
}

/* Defaults can make two elements of a set one. The plan would then have fewer elements than the
 * configuration, which core refuses with words that do not help. As the framework does, only sets
 * at the root are looked at. */
static enum rc refuse_twins(struct ctx *cx, const struct attr *attrs, const struct value *planned)
{
    struct diag_point start = diag_point(cx);
    for (const struct attr *attr = attrs; attr->name; attr++) {
        const struct value *v = value_field(planned, attr->name);
        if (attr->kind == ATTR_OBJECT_SET && value_is_known(v) && has_twins(cx->arena, v)) {
            diag_error(cx, path_attribute(cx->arena, NULL, attr->name),
                       "Two elements of a set are the same",
                       "%s holds two elements that become equal once what they leave out is filled "
                       "in. Remove one, or make them differ.",
                       attr->name);
        }
    }
    return diag_failed_since(cx, start) ? RC_FAIL : RC_OK;
}

static bool differs(struct arena *a, const struct value *x, const struct value *y)
{
    return !raw_set_eq(a, x, y) || !raw_set_eq(a, y, x);
}

enum rc plan_resource(struct ctx *cx, const struct attr *attrs, const struct plan_request *request,
                      struct plan_result *ret_result)
{
    struct plan_fill fill = {.cx = cx, .attrs = attrs, .config = request->config};
    const struct value *planned = plan_fill_order(&fill, request->proposed);
    if (plan_fill_defaults(&fill, planned, &planned) != RC_OK) {
        return RC_FAIL;
    }
    planned = plan_fill_write_only(&fill, planned);
    const struct value *spelled = same_keep_spelling(cx->arena, attrs, request->prior, planned);
    if (spelled != planned) {
        planned = plan_fill_order(&fill, spelled);
    }
    if (differs(cx->arena, planned, request->prior)) {
        planned = plan_fill_unknown(&fill, planned);
    }
    struct plan_modify modify = {
        .cx = cx, .attrs = attrs, .config = request->config, .prior = request->prior};
    planned = plan_modify(&modify, planned);
    if (refuse_twins(cx, attrs, planned) != RC_OK) {
        return RC_FAIL;
    }
    path_list_sort(&modify.replace);
    *ret_result = (struct plan_result){plan_fill_canonical(&fill, planned), modify.replace};
    return RC_OK;
}
