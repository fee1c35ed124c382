#include "schema/model.h"

#include "base/arena.h"

static const struct value *encode_text(struct arena *a, enum value_state state, const char *text)
{
    if (state == VALUE_UNKNOWN) {
        return value_unknown(a, &type_string);
    }
    return value_text(a, state == VALUE_KNOWN ? text : NULL);
}

static const struct value **encode_texts(struct arena *a, const char *const *texts, size_t n)
{
    const struct value **items = arena_array(a, n, sizeof(const struct value *));
    for (size_t i = 0; i < n; i++) {
        items[i] = encode_text(a, texts[i] ? VALUE_KNOWN : VALUE_UNKNOWN, texts[i]);
    }
    return items;
}

static const struct str *encode_keys(struct arena *a, const char *const *keys, size_t n)
{
    struct str *out = arena_array(a, n, sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        out[i] = str_of(keys[i]);
    }
    return out;
}

static const struct value *not_known(struct arena *a, const struct type *t, enum value_state state)
{
    return state == VALUE_UNKNOWN ? value_unknown(a, t) : value_null(a, t);
}

static const struct value *encode_string_map(struct arena *a, const struct field_string_map *f)
{
    return value_map(
        a, &type_map_of_string,
        (struct value_entries){encode_keys(a, f->keys, f->n), encode_texts(a, f->v, f->n), f->n});
}

static const struct value *encode_strings(struct arena *a, const struct type *t,
                                          const struct field_strings *f)
{
    const struct value **items = encode_texts(a, f->v, f->n);
    return t->kind == TYPE_SET ? value_set(a, t, items, f->n) : value_list(a, t, items, f->n);
}

static const struct value *encode_objects(struct arena *a, const struct attr *attr,
                                          const struct type *t, const struct field_objects *f)
{
    const struct value **items = arena_array(a, f->n, sizeof(const struct value *));
    for (size_t i = 0; i < f->n; i++) {
        const char *element = (const char *)f->v + i * attr->nested_size;
        items[i] = f->states && f->states[i] != VALUE_KNOWN ? not_known(a, t->element, f->states[i])
                                                            : model_encode(a, attr->attrs, element);
    }
    if (attr->kind == ATTR_OBJECT_MAP) {
        return value_map(a, t, (struct value_entries){encode_keys(a, f->keys, f->n), items, f->n});
    }
    return attr->kind == ATTR_OBJECT_SET ? value_set(a, t, items, f->n)
                                         : value_list(a, t, items, f->n);
}

/* Every field struct but field_value begins with its state. */
static enum value_state state_of(const struct attr *attr, const void *field)
{
    return attr->kind == ATTR_VALUE ? VALUE_KNOWN : *(const enum value_state *)field;
}

static const struct value *encode_field(struct arena *a, const struct attr *attr, const void *field)
{
    const struct type *t = attr_type(a, attr);
    enum value_state state = state_of(attr, field);
    if (state != VALUE_KNOWN) {
        return not_known(a, t, state);
    }
    switch (attr->kind) {
    case ATTR_STRING:
        return encode_text(a, state, ((const struct field_string *)field)->v);
    case ATTR_BOOL:
        return value_bool(a, ((const struct field_bool *)field)->v);
    case ATTR_INT:
        return value_int(a, ((const struct field_int *)field)->v);
    case ATTR_VALUE: {
        const struct value *v = ((const struct field_value *)field)->v;
        return v ? v : value_null(a, t);
    }
    case ATTR_STRINGS:
        return encode_strings(a, t, field);
    case ATTR_STRING_MAP:
        return encode_string_map(a, field);
    case ATTR_OBJECT:
        return model_encode(a, attr->attrs, ((const struct field_object *)field)->v);
    case ATTR_OBJECT_LIST:
    case ATTR_OBJECT_SET:
    case ATTR_OBJECT_MAP:
        return encode_objects(a, attr, t, field);
    }
    return value_null(a, t);
}

const struct value *model_encode(struct arena *a, const struct attr *attrs, const void *model)
{
    const struct type *t = attr_object_type(a, attrs);
    const struct value **items = arena_array(a, t->n_fields, sizeof(const struct value *));
    for (const struct attr *attr = attrs; attr->name; attr++) {
        int i = type_field_index(t, str_of(attr->name));
        items[i] = encode_field(a, attr, (const char *)model + attr->offset);
    }
    return value_object(a, t, items);
}
