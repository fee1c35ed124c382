#include "schema/same.h"

#include "base/arena.h"
#include "schema/raw_set.h"

/* ---- Texts ------------------------------------------------------------------------------------
 */

static bool text_same(const struct attr *attr, const struct value *a, const struct value *b)
{
    return value_is_known(a) && value_is_known(b) && attr->same(a->text, b->text);
}

/* Whether each element of one set of texts has its own partner in the other. */
static bool set_same(struct arena *a, const struct attr *attr, const struct value *prior,
                     const struct value *fresh)
{
    bool *taken = arena_array(a, prior->n, sizeof(*taken));
    for (size_t i = 0; i < fresh->n; i++) {
        size_t k = 0;
        while (k < prior->n && (taken[k] || !text_same(attr, prior->items[k], fresh->items[i]))) {
            k++;
        }
        if (k == prior->n) {
            return false;
        }
        taken[k] = true;
    }
    return true;
}

static bool texts_same(struct arena *a, const struct attr *attr, const struct value *prior,
                       const struct value *fresh)
{
    if (prior->type->kind == TYPE_STRING) {
        return text_same(attr, prior, fresh);
    }
    if (prior->n != fresh->n) {
        return false;
    }
    if (prior->type->kind == TYPE_SET) {
        return set_same(a, attr, prior, fresh);
    }
    for (size_t i = 0; i < prior->n; i++) {
        if ((prior->keys && !str_eq(prior->keys[i], fresh->keys[i])) ||
            !text_same(attr, prior->items[i], fresh->items[i])) {
            return false;
        }
    }
    return true;
}

/* ---- Nested objects ---------------------------------------------------------------------------
 */

/* The element of prior that fresh element i is to be compared with; NULL: none. */
static const struct value *partner(const struct value *prior, const struct value *fresh, size_t i)
{
    if (fresh->keys) {
        return value_element(prior, fresh->keys[i]);
    }
    return i < prior->n ? prior->items[i] : NULL;
}

/* An element of a set has no place: it is spelled as the first free one that it then equals. */
static const struct value *keep_set_element(struct arena *a, const struct attr *attr,
                                            const struct value *prior, bool *taken,
                                            const struct value *element)
{
    for (size_t k = 0; k < prior->n; k++) {
        const struct value *other = prior->items[k];
        const struct value *spelled = same_keep_spelling(a, attr->attrs, other, element);
        if (!taken[k] && raw_set_eq(spelled, other)) {
            taken[k] = true;
            return spelled;
        }
    }
    return element;
}

static const struct value *keep_elements(struct arena *a, const struct attr *attr,
                                         const struct value *prior, const struct value *fresh)
{
    bool is_set = attr->kind == ATTR_OBJECT_SET;
    bool *taken = arena_array(a, prior->n, sizeof(*taken));
    const struct value **items = arena_array(a, fresh->n, sizeof(const struct value *));
    bool changed = false;
    for (size_t i = 0; i < fresh->n; i++) {
        const struct value *other = is_set ? NULL : partner(prior, fresh, i);
        items[i] = fresh->items[i];
        if (is_set) {
            items[i] = keep_set_element(a, attr, prior, taken, items[i]);
        } else if (other) {
            items[i] = same_keep_spelling(a, attr->attrs, other, items[i]);
        }
        changed = changed || items[i] != fresh->items[i];
    }
    if (!changed) {
        return fresh;
    }
    return is_set ? value_set(a, fresh->type, items, fresh->n)
                  : raw_set_with_items(a, fresh, items);
}

static bool has_same(const struct attr *attrs)
{
    for (const struct attr *attr = attrs; attr->name; attr++) {
        if (attr->same || (attr_is_nested(attr) && has_same(attr->attrs))) {
            return true;
        }
    }
    return false;
}

static const struct value *keep(struct arena *a, const struct attr *attr, const struct value *prior,
                                const struct value *fresh)
{
    if (!value_is_known(prior) || !value_is_known(fresh)) {
        return fresh;
    }
    if (attr->kind == ATTR_OBJECT) {
        return same_keep_spelling(a, attr->attrs, prior, fresh);
    }
    if (attr_is_nested(attr)) {
        return has_same(attr->attrs) ? keep_elements(a, attr, prior, fresh) : fresh;
    }
    return attr->same && texts_same(a, attr, prior, fresh) ? prior : fresh;
}

const struct value *same_keep_spelling(struct arena *a, const struct attr *attrs,
                                       const struct value *prior, const struct value *fresh)
{
    if (!value_is_known(prior) || !value_is_known(fresh)) {
        return fresh;
    }
    const struct value **items = NULL;
    for (const struct attr *attr = attrs; attr->name; attr++) {
        int i = type_field_index(fresh->type, str_of(attr->name));
        const struct value *v = keep(a, attr, value_field(prior, attr->name), fresh->items[i]);
        if (v == fresh->items[i]) {
            continue;
        }
        if (!items) {
            items = arena_memdup(a, fresh->items, fresh->n * sizeof(const struct value *));
        }
        items[i] = v;
    }
    return items ? raw_set_with_items(a, fresh, items) : fresh;
}
