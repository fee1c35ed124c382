#include "schema/write_only.h"

#include "schema/transform.h"

static const struct value *to_null(const struct transform *t, const struct attr *attr,
                                   const struct value *v, const struct value *twin)
{
    (void)twin;
    return attr->flags & ATTR_WRITE_ONLY ? value_null(t->cx->arena, v->type) : v;
}

static const struct value *from_config(const struct transform *t, const struct attr *attr,
                                       const struct value *v, const struct value *twin)
{
    (void)t;
    return attr->flags & ATTR_WRITE_ONLY && twin ? twin : v;
}

const struct value *write_only_null(struct ctx *cx, const struct attr *attrs,
                                    const struct value *object)
{
    const struct transform t = {.cx = cx, .visit = to_null};
    return transform_object(&t, attrs, object, NULL);
}

const struct value *write_only_fill(struct ctx *cx, const struct attr *attrs,
                                    const struct value *planned, const struct value *config)
{
    const struct transform t = {.cx = cx, .visit = from_config};
    return transform_object(&t, attrs, planned, config);
}
