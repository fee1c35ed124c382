#include "schema/plan_fill.h"

#include "base/ctx.h"
#include "schema/raw_set.h"
#include "schema/raw_set_index.h"

/* What the configuration has at the place being looked at: that, or, when it has no such place, the
 * last thing on the way there. */
struct reached {
    const struct value *v;
    bool exact;
};

struct walk {
    struct ctx *cx;
    /* The new value of an attribute whose parts have been done. */
    const struct value *(*step)(struct walk *w, const struct attr *attr, const struct value *v,
                                struct reached config);
    bool failed;
};

/* ---- Configuration ----------------------------------------------------------------------------
 */

static struct reached reach(struct reached from, const struct value *v)
{
    return v ? (struct reached){v, true} : (struct reached){from.v, false};
}

static bool leads_on(struct reached from)
{
    return from.exact && value_is_known(from.v);
}

static struct reached reach_field(struct reached from, const char *name)
{
    return reach(from, leads_on(from) ? value_field(from.v, name) : NULL);
}

/* Set elements are known by their content. */
static const struct value *find_in_set(struct arena *a, const struct value *set,
                                       const struct raw_set_index *index,
                                       const struct value *element)
{
    size_t i = raw_set_index_first(index, raw_set_index_hash(element));
    for (; i < set->n; i = raw_set_index_next(index, i)) {
        if (raw_set_eq(a, set->items[i], element) && raw_set_eq(a, element, set->items[i])) {
            return set->items[i];
        }
    }
    return NULL;
}

/* Of a list or map; sets have find_in_set. */
static struct reached reach_element(struct reached from, const struct value *collection, size_t i)
{
    if (!leads_on(from)) {
        return reach(from, NULL);
    }
    if (collection->type->kind == TYPE_MAP) {
        return reach(from, value_element(from.v, collection->keys[i]));
    }
    return reach(from, i < from.v->n ? from.v->items[i] : NULL);
}

/* ---- Walk -------------------------------------------------------------------------------------
 */

static const struct value *walk_attr(struct walk *w, const struct attr *attr, const struct value *v,
                                     struct reached config);

static const struct value *walk_object(struct walk *w, const struct attr *attrs,
                                       const struct value *object, struct reached config)
{
    if (!value_is_known(object) || object->n == 0) {
        return object;
    }
    const struct value **items =
        arena_memdup(w->cx->arena, object->items, object->n * sizeof(const struct value *));
    for (const struct attr *attr = attrs; attr->name; attr++) {
        int i = type_field_index(object->type, str_of(attr->name));
        items[i] = walk_attr(w, attr, items[i], reach_field(config, attr->name));
    }
    return raw_set_with_items(w->cx->arena, object, items);
}

static const struct value *walk_elements(struct walk *w, const struct attr *attr,
                                         const struct value *v, struct reached config)
{
    struct arena *a = w->cx->arena;
    bool by_content = attr->kind == ATTR_OBJECT_SET && leads_on(config);
    struct raw_set_index index = {0};
    if (by_content) {
        index = raw_set_index_of(a, config.v);
    }
    const struct value **items = arena_array(a, v->n, sizeof(const struct value *));
    for (size_t i = 0; i < v->n; i++) {
        struct reached part = by_content
                                  ? reach(config, find_in_set(a, config.v, &index, v->items[i]))
                                  : reach_element(config, v, i);
        items[i] = walk_object(w, attr->attrs, v->items[i], part);
    }
    return raw_set_with_items(a, v, items);
}

static const struct value *walk_attr(struct walk *w, const struct attr *attr, const struct value *v,
                                     struct reached config)
{
    if (attr_is_nested(attr) && value_is_known(v)) {
        v = attr->kind == ATTR_OBJECT ? walk_object(w, attr->attrs, v, config)
                                      : walk_elements(w, attr, v, config);
    }
    return w->step(w, attr, v, config);
}

static const struct value *walk_root(struct walk *w, const struct plan_fill *p,
                                     const struct value *v)
{
    return walk_object(w, p->attrs, v, (struct reached){p->config, true});
}

/* ---- Steps ------------------------------------------------------------------------------------
 */

static const struct value *order_step(struct walk *w, const struct attr *attr,
                                      const struct value *v, struct reached config)
{
    (void)config;
    return attr->kind == ATTR_OBJECT_SET ? raw_set_order(w->cx->arena, v) : v;
}

/* Given, or perhaps given: what is inside something unknown may turn out to be there. The framework
 * takes that for left out, fills in the default, and core refuses the plan. */
static bool may_be_given(struct reached config)
{
    return config.exact ? !value_is_null(config.v) : value_is_unknown(config.v);
}

static const struct value *default_step(struct walk *w, const struct attr *attr,
                                        const struct value *v, struct reached config)
{
    if (!attr->default_text || may_be_given(config)) {
        return v;
    }
    if (attr_default(w->cx, attr, &v) != RC_OK) {
        w->failed = true;
    }
    return v;
}

static const struct value *write_only_step(struct walk *w, const struct attr *attr,
                                           const struct value *v, struct reached config)
{
    (void)config;
    bool hide = (attr->flags & ATTR_WRITE_ONLY) && !value_is_null(v);
    return hide ? value_null(w->cx->arena, attr_type(w->cx->arena, attr)) : v;
}

static const struct value *unknown_step(struct walk *w, const struct attr *attr,
                                        const struct value *v, struct reached config)
{
    if (!value_is_null(config.v) || !(attr->flags & ATTR_COMPUTED) || attr->default_text) {
        return v;
    }
    return value_unknown(w->cx->arena, attr_type(w->cx->arena, attr));
}

static const struct value *canonical_step(struct walk *w, const struct attr *attr,
                                          const struct value *v, struct reached config)
{
    (void)config;
    if (attr->kind != ATTR_OBJECT_SET || !value_is_known(v)) {
        return v;
    }
    return value_set(w->cx->arena, v->type, v->items, v->n);
}

/* ---- Passes -----------------------------------------------------------------------------------
 */

const struct value *plan_fill_order(const struct plan_fill *p, const struct value *v)
{
    return walk_root(&(struct walk){.cx = p->cx, .step = order_step}, p, v);
}

enum rc plan_fill_defaults(const struct plan_fill *p, const struct value *v,
                           const struct value **ret_v)
{
    struct walk w = {.cx = p->cx, .step = default_step};
    const struct value *filled = walk_root(&w, p, v);
    if (w.failed) {
        return RC_FAIL;
    }
    *ret_v = filled;
    return RC_OK;
}

const struct value *plan_fill_write_only(const struct plan_fill *p, const struct value *v)
{
    return walk_root(&(struct walk){.cx = p->cx, .step = write_only_step}, p, v);
}

const struct value *plan_fill_unknown(const struct plan_fill *p, const struct value *v)
{
    return walk_root(&(struct walk){.cx = p->cx, .step = unknown_step}, p, v);
}

const struct value *plan_fill_canonical(const struct plan_fill *p, const struct value *v)
{
    return walk_root(&(struct walk){.cx = p->cx, .step = canonical_step}, p, v);
}
