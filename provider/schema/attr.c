#include "schema/attr.h"

#include "base/ctx.h"
#include "value/value_json.h"

bool attr_is_nested(const struct attr *attr)
{
    return attr->kind >= ATTR_OBJECT;
}

const struct type *attr_type(struct arena *a, const struct attr *attr)
{
    switch (attr->kind) {
    case ATTR_STRING:
        return &type_string;
    case ATTR_BOOL:
        return &type_bool;
    case ATTR_INT:
        return &type_number;
    case ATTR_VALUE:
    case ATTR_STRINGS:
        return attr->type;
    case ATTR_STRING_MAP:
        return &type_map_of_string;
    case ATTR_OBJECT:
        return attr_object_type(a, attr->attrs);
    case ATTR_OBJECT_LIST:
        return type_list(a, attr_object_type(a, attr->attrs));
    case ATTR_OBJECT_SET:
        return type_set(a, attr_object_type(a, attr->attrs));
    case ATTR_OBJECT_MAP:
        return type_map(a, attr_object_type(a, attr->attrs));
    }
    return NULL;
}

const struct type *attr_object_type(struct arena *a, const struct attr *attrs)
{
    size_t n = 0;
    while (attrs[n].name) {
        n++;
    }
    struct type_field *fields = arena_array(a, n, sizeof(*fields));
    for (size_t i = 0; i < n; i++) {
        fields[i] = (struct type_field){attrs[i].name, attr_type(a, &attrs[i])};
    }
    return type_object(a, fields, n);
}

const struct attr *attr_find(const struct attr *attrs, const char *name)
{
    for (; attrs->name; attrs++) {
        if (str_eq(str_of(attrs->name), str_of(name))) {
            return attrs;
        }
    }
    return NULL;
}

static enum rc default_bool(struct ctx *cx, const struct attr *attr,
                            const struct value **ret_default)
{
    struct str text = str_of(attr->default_text);
    bool yes = str_is(text, "true");
    if (!yes && !str_is(text, "false")) {
        return diag_error(cx, NULL, "Default of a boolean attribute is wrong",
                          "%s: write true or false, not \"%s\".", attr->name, attr->default_text);
    }
    *ret_default = value_bool(cx->arena, yes);
    return RC_OK;
}

enum rc attr_default(struct ctx *cx, const struct attr *attr, const struct value **ret_default)
{
    if (attr->kind == ATTR_STRING) {
        *ret_default = value_text(cx->arena, attr->default_text);
        return RC_OK;
    }
    if (attr->kind == ATTR_BOOL) {
        return default_bool(cx, attr, ret_default);
    }
    if (attr->kind == ATTR_INT) {
        return value_number(cx, str_of(attr->default_text), ret_default);
    }
    return value_json_decode(cx, str_of(attr->default_text), attr_type(cx->arena, attr),
                             VALUE_JSON_REFUSE_EXTRAS, ret_default);
}
