#include <string.h>

#include "base/ctx.h"
#include "schema/model.h"
#include "schema/set_path.h"
#include "value/number.h"

/* One field being filled: where it is in the document and in memory. */
struct slot {
    const struct attr *attr;
    const struct path *path;
    void *field;
};

static enum rc decode_object(struct ctx *cx, const struct attr *attrs, const struct path *path,
                             const struct value *object, void *model);

static enum rc copy_text(struct ctx *cx, const struct path *path, struct str text,
                         const char **ret_text)
{
    if (text.n > 0 && memchr(text.p, '\0', text.n)) {
        return diag_error(cx, path, "Text holds a NUL character",
                          "%s must not hold the character U+0000. Remove it.",
                          path_text(cx->arena, path));
    }
    *ret_text = str_dup(cx->arena, text);
    return RC_OK;
}

static enum rc decode_string(struct ctx *cx, const struct slot *slot, const struct value *v)
{
    struct field_string *f = slot->field;
    const char *text = NULL;
    if (v->state == VALUE_KNOWN && copy_text(cx, slot->path, v->text, &text) != RC_OK) {
        return RC_FAIL;
    }
    *f = (struct field_string){v->state, text};
    return RC_OK;
}

static enum rc decode_int(struct ctx *cx, const struct slot *slot, const struct value *v)
{
    struct field_int *f = slot->field;
    int64_t n = 0;
    if (v->state == VALUE_KNOWN && !number_to_i64(v->text, &n)) {
        return diag_error(cx, slot->path, "Value is not a whole number",
                          "%s must be a whole number from -9223372036854775808 to "
                          "9223372036854775807.",
                          path_text(cx->arena, slot->path));
    }
    *f = (struct field_int){v->state, n};
    return RC_OK;
}

/* Where an element stands; a set's elements have no path of their own. */
static const struct path *element_path(struct arena *a, const struct path *path,
                                       const struct value *v, size_t i)
{
    switch (v->type->kind) {
    case TYPE_LIST:
        return path_index(a, path, (int64_t)i);
    case TYPE_MAP:
        return path_key(a, path, str_dup(a, v->keys[i]));
    case TYPE_SET:
    case TYPE_BOOL:
    case TYPE_NUMBER:
    case TYPE_STRING:
    case TYPE_DYNAMIC:
    case TYPE_OBJECT:
    case TYPE_TUPLE:
        break;
    }
    return path;
}

static enum rc refuse_null(struct ctx *cx, const struct path *path)
{
    return diag_error(cx, path, "Element is null",
                      "%s holds a null element. Leave the element out, or give it a value.",
                      path_text(cx->arena, path));
}

static enum rc decode_texts(struct ctx *cx, const struct slot *slot, const struct value *v,
                            const char *const **ret_texts)
{
    const char **texts = arena_array(cx->arena, v->n, sizeof(*texts));
    for (size_t i = 0; i < v->n; i++) {
        const struct value *item = v->items[i];
        const struct path *path = element_path(cx->arena, slot->path, v, i);
        if (item->state == VALUE_NULL) {
            return refuse_null(cx, path);
        }
        if (item->state == VALUE_KNOWN && copy_text(cx, path, item->text, &texts[i]) != RC_OK) {
            return RC_FAIL;
        }
    }
    *ret_texts = texts;
    return RC_OK;
}

static enum rc decode_keys(struct ctx *cx, const struct slot *slot, const struct value *v,
                           const char *const **ret_keys)
{
    const char **keys = arena_array(cx->arena, v->n, sizeof(*keys));
    for (size_t i = 0; i < v->n; i++) {
        if (copy_text(cx, slot->path, v->keys[i], &keys[i]) != RC_OK) {
            return RC_FAIL;
        }
    }
    *ret_keys = keys;
    return RC_OK;
}

static enum rc decode_strings(struct ctx *cx, const struct slot *slot, const struct value *v)
{
    struct field_strings *f = slot->field;
    struct field_strings out = {.state = v->state};
    if (v->state == VALUE_KNOWN) {
        out.n = v->n;
        if (decode_texts(cx, slot, v, &out.v) != RC_OK) {
            return RC_FAIL;
        }
    }
    *f = out;
    return RC_OK;
}

static enum rc decode_string_map(struct ctx *cx, const struct slot *slot, const struct value *v)
{
    struct field_string_map *f = slot->field;
    struct field_string_map out = {.state = v->state};
    if (v->state == VALUE_KNOWN) {
        out.n = v->n;
        if (decode_keys(cx, slot, v, &out.keys) != RC_OK ||
            decode_texts(cx, slot, v, &out.v) != RC_OK) {
            return RC_FAIL;
        }
    }
    *f = out;
    return RC_OK;
}

static enum rc decode_nested(struct ctx *cx, const struct slot *slot, const struct value *v)
{
    struct field_object *f = slot->field;
    struct field_object out = {.state = v->state};
    if (v->state == VALUE_KNOWN) {
        out.v = arena_alloc(cx->arena, slot->attr->nested_size);
        if (decode_object(cx, slot->attr->attrs, slot->path, v, out.v) != RC_OK) {
            return RC_FAIL;
        }
    }
    *f = out;
    return RC_OK;
}

static enum rc decode_elements(struct ctx *cx, const struct slot *slot, const struct value *v,
                               struct field_objects *out)
{
    size_t size = slot->attr->nested_size;
    enum value_state *states = NULL;
    char *elements = arena_array(cx->arena, v->n, size);
    for (size_t i = 0; i < v->n; i++) {
        const struct path *path = element_path(cx->arena, slot->path, v, i);
        if (v->items[i]->state == VALUE_NULL) {
            return refuse_null(cx, path);
        }
        if (v->items[i]->state == VALUE_UNKNOWN && !states) {
            states = arena_array(cx->arena, v->n, sizeof(*states));
            for (size_t k = 0; k < v->n; k++) {
                states[k] = v->items[k]->state;
            }
        }
        if (decode_object(cx, slot->attr->attrs, path, v->items[i], elements + i * size) != RC_OK) {
            return RC_FAIL;
        }
    }
    out->v = elements;
    out->states = states;
    return RC_OK;
}

static enum rc decode_objects(struct ctx *cx, const struct slot *slot, const struct value *v)
{
    struct field_objects *f = slot->field;
    struct field_objects out = {.state = v->state};
    if (v->state == VALUE_KNOWN) {
        struct diag_point start = diag_point(cx);
        out.n = v->n;
        if (decode_elements(cx, slot, v, &out) != RC_OK) {
            if (slot->attr->kind == ATTR_OBJECT_SET) {
                set_path_stop(cx, start, slot->path);
            }
            return RC_FAIL;
        }
        if (slot->attr->kind == ATTR_OBJECT_MAP && decode_keys(cx, slot, v, &out.keys) != RC_OK) {
            return RC_FAIL;
        }
    }
    *f = out;
    return RC_OK;
}

static enum rc decode_field(struct ctx *cx, const struct slot *slot, const struct value *v)
{
    switch (slot->attr->kind) {
    case ATTR_STRING:
        return decode_string(cx, slot, v);
    case ATTR_BOOL:
        *(struct field_bool *)slot->field =
            (struct field_bool){v->state, v->state == VALUE_KNOWN && v->boolean};
        return RC_OK;
    case ATTR_INT:
        return decode_int(cx, slot, v);
    case ATTR_VALUE:
        *(struct field_value *)slot->field =
            (struct field_value){v->state == VALUE_NULL ? NULL : v};
        return RC_OK;
    case ATTR_STRINGS:
        return decode_strings(cx, slot, v);
    case ATTR_STRING_MAP:
        return decode_string_map(cx, slot, v);
    case ATTR_OBJECT:
        return decode_nested(cx, slot, v);
    case ATTR_OBJECT_LIST:
    case ATTR_OBJECT_SET:
    case ATTR_OBJECT_MAP:
        return decode_objects(cx, slot, v);
    }
    return RC_OK;
}

/* An unknown object has all its attributes unknown. */
static enum rc decode_object(struct ctx *cx, const struct attr *attrs, const struct path *path,
                             const struct value *object, void *model)
{
    for (const struct attr *attr = attrs; attr->name; attr++) {
        const struct value *v = value_is_unknown(object)
                                    ? value_unknown(cx->arena, attr_type(cx->arena, attr))
                                    : value_field(object, attr->name);
        if (!v) {
            return diag_error(cx, path, "Attribute is missing",
                              "The value has no attribute %s. This is a defect of the provider; "
                              "please report it.",
                              attr->name);
        }
        struct slot slot = {
            .attr = attr,
            .path = path_attribute(cx->arena, path, attr->name),
            .field = (char *)model + attr->offset,
        };
        if (decode_field(cx, &slot, v) != RC_OK) {
            return RC_FAIL;
        }
    }
    return RC_OK;
}

enum rc model_decode(struct ctx *cx, const struct attr *attrs, const struct value *object,
                     void *model)
{
    if (value_is_null(object)) {
        return RC_OK;
    }
    return decode_object(cx, attrs, NULL, object, model);
}
