#include "schema/defaults.h"

#include "schema/transform.h"
#include "schema/validate.h"

static const struct value *fill(const struct transform *t, const struct attr *attr,
                                const struct value *v, const struct value *twin)
{
    (void)twin;
    const struct value *value = v;
    if (!attr->default_text || !value_is_null(v) || attr_default(t->cx, attr, &value) != RC_OK) {
        return v;
    }
    return value;
}

static bool is_refused(struct ctx *cx, const struct attr *attr, const struct value *v)
{
    struct diag_point point = diag_point(cx);
    if (!value_is_known(v)) {
        return false;
    }
    validate_value(cx, attr, path_attribute(cx->arena, NULL, attr->name), v);
    bool refused = diag_failed_since(cx, point);
    diag_drop_since(cx, point);
    return refused;
}

static const struct value *strip(const struct transform *t, const struct attr *attr,
                                 const struct value *v, const struct value *twin)
{
    (void)twin;
    const struct value *value = NULL;
    bool computed_only = attr->flags & ATTR_COMPUTED && !(attr->flags & ATTR_OPTIONAL);
    bool is_default =
        attr->default_text && attr_default(t->cx, attr, &value) == RC_OK && value_eq(v, value);
    bool is_left_out =
        computed_only || is_default || (attr->flags & ATTR_OPTIONAL && is_refused(t->cx, attr, v));
    return is_left_out ? value_null(t->cx->arena, v->type) : v;
}

static enum rc run(const struct transform *t, const struct attr *attrs, const struct value *object,
                   const struct value **ret_object)
{
    struct diag_point point = diag_point(t->cx);
    const struct value *result = transform_object(t, attrs, object, NULL);
    if (diag_failed_since(t->cx, point)) {
        return RC_FAIL;
    }
    *ret_object = result;
    return RC_OK;
}

enum rc defaults_apply(struct ctx *cx, const struct attr *attrs, const struct value *object,
                       const struct value **ret_object)
{
    return run(&(struct transform){.cx = cx, .visit = fill}, attrs, object, ret_object);
}

enum rc defaults_strip(struct ctx *cx, const struct attr *attrs, const struct value *object,
                       const struct value **ret_object)
{
    return run(&(struct transform){.cx = cx, .visit = strip}, attrs, object, ret_object);
}
