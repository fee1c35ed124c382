#include "schema/same.h"

#include "base/arena.h"
#include "schema/raw_set.h"
#include "schema/raw_set_index.h"

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

/* The attribute, or a part of it, has values that are spelled differently. */
static bool has_same(const struct attr *attr)
{
    if (!attr_is_nested(attr)) {
        return attr->same != NULL;
    }
    const struct attr *part = attr->attrs;
    while (part->name && !has_same(part)) {
        part++;
    }
    return part->name != NULL;
}

/* The element of prior that fresh element i is to be compared with; NULL: none. */
static const struct value *partner(const struct value *prior, const struct value *fresh, size_t i)
{
    if (fresh->keys) {
        return value_element(prior, fresh->keys[i]);
    }
    return i < prior->n ? prior->items[i] : NULL;
}

/* Of the element's parts that have one spelling only; so elements that mean the same have it too.
 */
static uint64_t hash_of(const struct attr *attrs, const struct value *element)
{
    uint64_t hash = element->state;
    for (const struct attr *attr = attrs; attr->name && value_is_known(element); attr++) {
        if (!has_same(attr)) {
            const struct value *part = value_field(element, attr->name);
            hash = raw_set_index_mix(hash, raw_set_index_hash(part));
        }
    }
    return hash;
}

static struct raw_set_index index_of(struct arena *a, const struct attr *attr,
                                     const struct value *set)
{
    uint64_t *hashes = arena_array(a, set->n, sizeof(*hashes));
    for (size_t i = 0; i < set->n; i++) {
        hashes[i] = hash_of(attr->attrs, set->items[i]);
    }
    return raw_set_index_new(a, hashes, set->n);
}

/* An element of a set has no place: it is spelled as the first free one that it then equals. */
static const struct value *keep_set(struct arena *a, const struct attr *attr,
                                    const struct value *prior, const struct value *fresh)
{
    struct raw_set_index index = index_of(a, attr, prior);
    bool *taken = arena_array(a, prior->n, sizeof(*taken));
    const struct value **items = arena_array(a, fresh->n, sizeof(const struct value *));
    bool changed = false;
    for (size_t i = 0; i < fresh->n; i++) {
        items[i] = fresh->items[i];
        size_t k = raw_set_index_first(&index, hash_of(attr->attrs, items[i]));
        for (; k < prior->n; k = raw_set_index_next(&index, k)) {
            struct arena_mark mark = arena_mark(a);
            const struct value *spelled =
                taken[k] ? NULL : same_keep_spelling(a, attr->attrs, prior->items[k], items[i]);
            if (spelled && raw_set_eq(a, spelled, prior->items[k])) {
                changed = changed || spelled != items[i];
                items[i] = spelled;
                taken[k] = true;
                break;
            }
            arena_rewind(a, mark);
        }
    }
    return changed ? value_set(a, fresh->type, items, fresh->n) : fresh;
}

static const struct value *keep_elements(struct arena *a, const struct attr *attr,
                                         const struct value *prior, const struct value *fresh)
{
    const struct value **items = arena_array(a, fresh->n, sizeof(const struct value *));
    bool changed = false;
    for (size_t i = 0; i < fresh->n; i++) {
        const struct value *other = partner(prior, fresh, i);
        items[i] =
            other ? same_keep_spelling(a, attr->attrs, other, fresh->items[i]) : fresh->items[i];
        changed = changed || items[i] != fresh->items[i];
    }
    return changed ? raw_set_with_items(a, fresh, items) : fresh;
}

static const struct value *keep(struct arena *a, const struct attr *attr, const struct value *prior,
                                const struct value *fresh)
{
    if (!value_is_known(prior) || !value_is_known(fresh)) {
        return fresh;
    }
    if (!has_same(attr)) {
        return fresh;
    }
    if (!attr_is_nested(attr)) {
        return texts_same(a, attr, prior, fresh) ? prior : fresh;
    }
    if (attr->kind == ATTR_OBJECT) {
        return same_keep_spelling(a, attr->attrs, prior, fresh);
    }
    return attr->kind == ATTR_OBJECT_SET ? keep_set(a, attr, prior, fresh)
                                         : keep_elements(a, attr, prior, fresh);
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
