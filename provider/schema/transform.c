#include "schema/transform.h"

static const struct value *twin_of_element(const struct attr *attr, const struct value *v,
                                           const struct value *twin, size_t i)
{
    if (!twin || !value_is_known(twin)) {
        return NULL;
    }
    if (attr->kind == ATTR_OBJECT_LIST) {
        return i < twin->n ? twin->items[i] : NULL;
    }
    return attr->kind == ATTR_OBJECT_MAP ? value_element(twin, v->keys[i]) : NULL;
}

static const struct value *walk_elements(const struct transform *t, const struct attr *attr,
                                         const struct value *v, const struct value *twin)
{
    const struct value **items = arena_array(t->cx->arena, v->n, sizeof(const struct value *));
    for (size_t i = 0; i < v->n; i++) {
        items[i] = transform_object(t, attr->attrs, v->items[i], twin_of_element(attr, v, twin, i));
    }
    if (attr->kind == ATTR_OBJECT_MAP) {
        return value_map(t->cx->arena, v->type, (struct value_entries){v->keys, items, v->n});
    }
    return attr->kind == ATTR_OBJECT_SET ? value_set(t->cx->arena, v->type, items, v->n)
                                         : value_list(t->cx->arena, v->type, items, v->n);
}

static const struct value *walk(const struct transform *t, const struct attr *attr,
                                const struct value *v, const struct value *twin)
{
    v = t->visit(t, attr, v, twin);
    if (!attr_is_nested(attr) || !value_is_known(v)) {
        return v;
    }
    return attr->kind == ATTR_OBJECT ? transform_object(t, attr->attrs, v, twin)
                                     : walk_elements(t, attr, v, twin);
}

const struct value *transform_object(const struct transform *t, const struct attr *attrs,
                                     const struct value *object, const struct value *twin)
{
    if (!value_is_known(object)) {
        return object;
    }
    const struct value **items = arena_array(t->cx->arena, object->n, sizeof(const struct value *));
    for (const struct attr *attr = attrs; attr->name; attr++) {
        int i = type_field_index(object->type, str_of(attr->name));
        const struct value *other =
            twin && value_is_known(twin) ? value_field(twin, attr->name) : NULL;
        items[i] = walk(t, attr, object->items[i], other);
    }
    return value_object(t->cx->arena, object->type, items);
}
