#include "schema/validate.h"

#include "base/ctx.h"
#include "schema/set_path.h"
#include "value/number.h"

static void check_object(struct ctx *cx, const struct attr *attrs, const struct path *path,
                         const struct value *object, struct validate_options options);

static void check_element_not_null(struct ctx *cx, const struct path *path, const struct value *v)
{
    if (value_is_null(v)) {
        diag_error(cx, path, "Element is null",
                   "%s holds a null element. Leave the element out, or give it a value.",
                   path_text(cx->arena, path));
    }
}

/* Elements of lists, sets and maps, whether texts or objects. */
static void check_elements(struct ctx *cx, const struct attr *attr, const struct path *path,
                           const struct value *v, struct validate_options options)
{
    struct diag_point start = diag_point(cx);
    for (size_t i = 0; i < v->n; i++) {
        const struct path *at = path;
        if (v->type->kind == TYPE_LIST) {
            at = path_index(cx->arena, path, (int64_t)i);
        } else if (v->type->kind == TYPE_MAP) {
            at = path_key(cx->arena, path, str_dup(cx->arena, v->keys[i]));
        }
        check_element_not_null(cx, at, v->items[i]);
        if (attr_is_nested(attr)) {
            check_object(cx, attr->attrs, at, v->items[i], options);
        }
    }
    if (v->type->kind == TYPE_SET) {
        set_path_stop(cx, start, path);
    }
}

static void check_content(struct ctx *cx, const struct attr *attr, const struct path *path,
                          const struct value *v, struct validate_options options)
{
    switch (attr->kind) {
    case ATTR_STRING:
    case ATTR_BOOL:
    case ATTR_INT:
    case ATTR_VALUE:
        break;
    case ATTR_OBJECT:
        check_object(cx, attr->attrs, path, v, options);
        break;
    case ATTR_STRINGS:
    case ATTR_STRING_MAP:
    case ATTR_OBJECT_LIST:
    case ATTR_OBJECT_SET:
    case ATTR_OBJECT_MAP:
        check_elements(cx, attr, path, v, options);
        break;
    }
}

void validate_value(struct ctx *cx, const struct attr *attr, const struct path *path,
                    const struct value *v)
{
    for (const struct attr_check *check = attr->checks; check && check->run; check++) {
        check->run(cx, check, path, v);
    }
}

/* The wire has one type for all numbers. */
static enum rc check_whole(struct ctx *cx, const struct attr *attr, const struct path *path,
                           const struct value *v)
{
    int64_t n = 0;
    if (attr->kind != ATTR_INT || !value_is_known(v) || number_to_i64(v->text, &n)) {
        return RC_OK;
    }
    return diag_error(cx, path, "Value is not a whole number",
                      "%s must be a whole number from -9223372036854775808 to "
                      "9223372036854775807.",
                      path_text(cx->arena, path));
}

/* What may be said of an attribute that is given, whatever its value. */
static void check_given(struct ctx *cx, const struct attr *attr, const struct path *path,
                        struct validate_options options)
{
    if (!(attr->flags & (ATTR_REQUIRED | ATTR_OPTIONAL))) {
        diag_error(cx, path, "Attribute is read-only",
                   "%s is decided by the provider and cannot be set. Remove it.",
                   path_text(cx->arena, path));
    }
    if ((attr->flags & ATTR_WRITE_ONLY) && !options.write_only_allowed) {
        diag_error(cx, path, "Write-only attributes are not supported by this program",
                   "%s is write-only: its value is never stored, which needs Terraform or OpenTofu "
                   "1.11 or later. Use a newer version, or leave the attribute out.",
                   path_text(cx->arena, path));
    }
}

static void check_attribute(struct ctx *cx, const struct attr *attr, const struct path *path,
                            const struct value *v, struct validate_options options)
{
    if (value_is_null(v)) {
        if (attr->flags & ATTR_REQUIRED) {
            diag_error(cx, path, "Required attribute is missing",
                       "%s must be given, and must not be null.", path_text(cx->arena, path));
        }
        return;
    }
    if (check_whole(cx, attr, path, v) != RC_OK) {
        return; /* whatever else is wrong follows from it */
    }
    struct diag_point start = diag_point(cx);
    check_given(cx, attr, path, options);
    if (!value_is_known(v)) {
        return;
    }
    validate_value(cx, attr, path, v);
    if (!diag_failed_since(cx, start)) { /* parts of what is wrong as a whole do not matter */
        check_content(cx, attr, path, v, options);
    }
    if (attr->flags & ATTR_DEPRECATED) { /* an unknown value may still turn out null */
        diag_warning(cx, path, "Attribute is deprecated", "%s: %s", path_text(cx->arena, path),
                     attr->deprecation);
    }
}

static void check_object(struct ctx *cx, const struct attr *attrs, const struct path *path,
                         const struct value *object, struct validate_options options)
{
    if (!value_is_known(object)) {
        return;
    }
    for (const struct attr *attr = attrs; attr->name; attr++) {
        const struct value *v = value_field(object, attr->name);
        if (v) {
            check_attribute(cx, attr, path_attribute(cx->arena, path, attr->name), v, options);
        }
    }
}

enum rc validate_config(struct ctx *cx, const struct attr *attrs, const struct value *config,
                        struct validate_options options)
{
    struct diag_point start = diag_point(cx);
    check_object(cx, attrs, NULL, config, options);
    return diag_failed_since(cx, start) ? RC_FAIL : RC_OK;
}
