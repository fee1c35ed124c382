#include "schema/plan_modify.h"

#include "base/ctx.h"
#include "schema/raw_set.h"

/* One place in the three documents. */
struct sides {
    const struct value *config, *plan, *prior;
    const struct path *path;
    bool in_set; /* the path has stopped at a set */
};

static const struct value *modify_attr(struct plan_modify *m, const struct attr *attr,
                                       const struct sides *at);

/* A part of something that is null is null, of something unknown unknown; so is a part that is not
 * there, and then `part` is NULL. */
static const struct value *part_of(struct arena *a, const struct value *whole,
                                   const struct value *part, const struct type *t)
{
    if (value_is_unknown(whole)) {
        return value_unknown(a, t);
    }
    return part ? part : value_null(a, t);
}

static const struct value *field_of(struct arena *a, const struct value *object,
                                    const struct attr *attr)
{
    const struct value *part = value_is_known(object) ? value_field(object, attr->name) : NULL;
    return part ? part : part_of(a, object, NULL, attr_type(a, attr));
}

static const struct value *element_of(struct arena *a, const struct value *side,
                                      const struct value *plan, size_t i)
{
    const struct value *part = NULL;
    if (value_is_known(side)) {
        if (plan->keys) {
            part = value_element(side, plan->keys[i]);
        } else if (i < side->n) {
            part = side->items[i];
        }
    }
    return part_of(a, side, part, plan->type->element);
}

static const struct value *modify_object(struct plan_modify *m, const struct attr *attrs,
                                         const struct sides *at)
{
    struct arena *a = m->cx->arena;
    if (!value_is_known(at->plan) || at->plan->n == 0) {
        return at->plan;
    }
    const struct value **items =
        arena_memdup(a, at->plan->items, at->plan->n * sizeof(const struct value *));
    for (const struct attr *attr = attrs; attr->name; attr++) {
        int i = type_field_index(at->plan->type, str_of(attr->name));
        struct sides inner = {
            .config = field_of(a, at->config, attr),
            .plan = items[i],
            .prior = field_of(a, at->prior, attr),
            .path = at->in_set ? at->path : path_attribute(a, at->path, attr->name),
            .in_set = at->in_set,
        };
        items[i] = modify_attr(m, attr, &inner);
    }
    return raw_set_with_items(a, at->plan, items);
}

static const struct path *element_path(struct arena *a, const struct sides *at, size_t i)
{
    if (at->in_set || at->plan->type->kind == TYPE_SET) {
        return at->path;
    }
    if (at->plan->keys) {
        return path_key(a, at->path, str_dup(a, at->plan->keys[i]));
    }
    return path_index(a, at->path, (int64_t)i);
}

static const struct value *modify_elements(struct plan_modify *m, const struct attr *attr,
                                           const struct sides *at)
{
    struct arena *a = m->cx->arena;
    bool is_set = attr->kind == ATTR_OBJECT_SET;
    const struct value *config = is_set ? raw_set_order(a, at->config) : at->config;
    const struct value *prior = is_set ? raw_set_order(a, at->prior) : at->prior;
    const struct value **items = arena_array(a, at->plan->n, sizeof(const struct value *));
    for (size_t i = 0; i < at->plan->n; i++) {
        struct sides inner = {
            .config = element_of(a, config, at->plan, i),
            .plan = at->plan->items[i],
            .prior = element_of(a, prior, at->plan, i),
            .path = element_path(a, at, i),
            .in_set = at->in_set || is_set,
        };
        items[i] = modify_object(m, attr->attrs, &inner);
    }
    return raw_set_with_items(a, at->plan, items);
}

static bool replaces(struct arena *a, const struct attr *attr, const struct sides *at)
{
    bool asked = (attr->flags & ATTR_REPLACE) ||
                 ((attr->flags & ATTR_REPLACE_IF_CONFIGURED) && !value_is_null(at->config));
    /* A null of another type, which only a dynamic attribute can have, is a change. */
    return asked &&
           !(raw_set_eq(a, at->plan, at->prior) && type_eq(at->plan->type, at->prior->type));
}

static const struct value *modify_attr(struct plan_modify *m, const struct attr *attr,
                                       const struct sides *at)
{
    struct sides now = *at;
    if (value_is_known(m->prior)) {
        if ((attr->flags & ATTR_KEEP) && value_is_unknown(now.plan) &&
            !value_is_unknown(now.config)) {
            now.plan = now.prior;
        }
        if (replaces(m->cx->arena, attr, &now)) {
            path_list_add(m->cx->arena, &m->replace, now.path);
        }
    }
    if (!attr_is_nested(attr) || !value_is_known(now.plan)) {
        return now.plan;
    }
    return attr->kind == ATTR_OBJECT ? modify_object(m, attr->attrs, &now)
                                     : modify_elements(m, attr, &now);
}

const struct value *plan_modify(struct plan_modify *m, const struct value *plan)
{
    struct sides root = {.config = m->config, .plan = plan, .prior = m->prior};
    return modify_object(m, m->attrs, &root);
}
