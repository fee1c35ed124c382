#include "base/arena.h"
#include "base/ctx.h"
#include "value/json_tree.h"
#include "value/number.h"
#include "value/place.h"
#include "value/type.h"
#include "value/value.h"
#include "value/value_json.h"

enum { DEPTH_MAX = 128 };

struct decoder {
    struct ctx *cx;
    enum value_json_extras extras;
};

/* Where a decoded part goes. */
struct target {
    const struct place *where;
    const struct type *type;
    const struct value **ret_v;
};

static enum rc decode(struct decoder *d, struct target to, const struct json_tree *node);

static enum rc fault(struct decoder *d, struct target to, const char *problem)
{
    return place_fault(d->cx, to.where, "Malformed stored value",
                       "The stored value does not fit the type %s: %s. The state was written by "
                       "another version of this provider, or changed by hand.",
                       type_text(d->cx->arena, to.type), problem);
}

static enum rc wrong_kind(struct decoder *d, struct target to, const struct json_tree *node)
{
    return fault(d, to, json_tree_kind_text(node->kind));
}

/* {"value": ..., "type": ...} in any order, and nothing else. */
static enum rc decode_dynamic(struct decoder *d, struct target to, const struct json_tree *node)
{
    const struct json_tree *type = NULL, *value = NULL;
    if (node->kind != JSON_TREE_OBJECT) {
        return wrong_kind(d, to, node);
    }
    for (const struct json_tree *item = node->first; item != NULL; item = item->next) {
        if (str_is(item->key, "type")) {
            type = item;
        } else if (str_is(item->key, "value")) {
            value = item;
        } else {
            return fault(d, to, "an object with other keys than value and type");
        }
    }
    if (type == NULL || value == NULL) {
        return fault(d, to, "an object that lacks value or type");
    }
    if (type_from_tree(d->cx, type, &to.type) != RC_OK) {
        return RC_FAIL;
    }
    return decode(d, to, value);
}

static enum rc decode_array(struct decoder *d, struct target to, const struct json_tree *node)
{
    const struct type *t = to.type;
    if (node->kind != JSON_TREE_ARRAY) {
        return wrong_kind(d, to, node);
    }
    if (t->kind == TYPE_TUPLE && node->n != t->n_fields) {
        return fault(d, to, "another number of elements");
    }
    const struct value **items = arena_array(d->cx->arena, node->n, sizeof *items);
    size_t i = 0;
    for (const struct json_tree *item = node->first; item != NULL; item = item->next, i++) {
        struct place where = place_part(to.where, t, i, item->key);
        if (decode(d, (struct target){&where, type_part(t, i), &items[i]}, item) != RC_OK) {
            return RC_FAIL;
        }
    }
    *to.ret_v = t->kind == TYPE_SET ? value_set(d->cx->arena, t, items, i)
                                    : value_list(d->cx->arena, t, items, i);
    return RC_OK;
}

static enum rc decode_map(struct decoder *d, struct target to, const struct json_tree *node)
{
    if (node->kind != JSON_TREE_OBJECT) {
        return wrong_kind(d, to, node);
    }
    const struct value **items = arena_array(d->cx->arena, node->n, sizeof *items);
    struct str *keys = arena_array(d->cx->arena, node->n, sizeof *keys);
    size_t i = 0;
    for (const struct json_tree *item = node->first; item != NULL; item = item->next, i++) {
        keys[i] = item->key;
        struct place where = place_part(to.where, to.type, i, item->key);
        if (decode(d, (struct target){&where, to.type->element, &items[i]}, item) != RC_OK) {
            return RC_FAIL;
        }
    }
    *to.ret_v = value_map(d->cx->arena, to.type, (struct value_entries){keys, items, i});
    return RC_OK;
}

static enum rc decode_object(struct decoder *d, struct target to, const struct json_tree *node)
{
    const struct type *t = to.type;
    if (node->kind != JSON_TREE_OBJECT) {
        return wrong_kind(d, to, node);
    }
    const struct value **items = arena_array(d->cx->arena, t->n_fields, sizeof *items);
    for (const struct json_tree *item = node->first; item != NULL; item = item->next) {
        int at = type_field_index(t, item->key);
        if (at < 0 && d->extras == VALUE_JSON_IGNORE_EXTRAS) {
            continue;
        }
        if (at < 0) {
            return fault(d, to,
                         arena_printf(d->cx->arena, "it has no attribute \"%s\"",
                                      str_utf8_clean(d->cx->arena, item->key, 100)));
        }
        struct place where = place_part(to.where, t, (size_t)at, item->key);
        if (decode(d, (struct target){&where, t->fields[at].type, &items[at]}, item) != RC_OK) {
            return RC_FAIL;
        }
    }
    for (size_t i = 0; i < t->n_fields; i++) {
        if (items[i] == NULL) {
            items[i] = value_null(d->cx->arena, t->fields[i].type);
        }
    }
    *to.ret_v = value_object(d->cx->arena, t, items);
    return RC_OK;
}

/* Primitives are converted as go-cty does: an older schema may have had another type. */

static enum rc decode_bool(struct decoder *d, struct target to, const struct json_tree *node)
{
    bool string = node->kind == JSON_TREE_STRING;
    bool yes = string && (str_is(node->text, "true") || str_is(node->text, "1"));
    bool no = string && (str_is(node->text, "false") || str_is(node->text, "0"));
    if (node->kind != JSON_TREE_TRUE && node->kind != JSON_TREE_FALSE && !yes && !no) {
        return wrong_kind(d, to, node);
    }
    *to.ret_v = value_bool(d->cx->arena, yes || node->kind == JSON_TREE_TRUE);
    return RC_OK;
}

static enum rc decode_number(struct decoder *d, struct target to, const struct json_tree *node)
{
    struct str number;
    if (node->kind != JSON_TREE_NUMBER && node->kind != JSON_TREE_STRING) {
        return wrong_kind(d, to, node);
    }
    if (!number_canonical(d->cx->arena, node->text, &number)) {
        return fault(d, to, "text that is not a number, or too long a number");
    }
    *to.ret_v = value_canonical(d->cx->arena, number);
    return RC_OK;
}

static enum rc decode_string(struct decoder *d, struct target to, const struct json_tree *node)
{
    struct str text = node->text;
    if (node->kind == JSON_TREE_TRUE || node->kind == JSON_TREE_FALSE) {
        text = node->kind == JSON_TREE_TRUE ? STR_LIT("true") : STR_LIT("false");
    } else if (node->kind != JSON_TREE_STRING && node->kind != JSON_TREE_NUMBER) {
        return wrong_kind(d, to, node);
    }
    *to.ret_v = value_string(d->cx->arena, text);
    return RC_OK;
}

static enum rc decode(struct decoder *d, struct target to, const struct json_tree *node)
{
    if (node->kind == JSON_TREE_NULL) {
        *to.ret_v = value_null(d->cx->arena, to.type);
        return RC_OK;
    }
    switch (to.type->kind) {
    case TYPE_DYNAMIC:
        return decode_dynamic(d, to, node);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_TUPLE:
        return decode_array(d, to, node);
    case TYPE_MAP:
        return decode_map(d, to, node);
    case TYPE_OBJECT:
        return decode_object(d, to, node);
    case TYPE_BOOL:
        return decode_bool(d, to, node);
    case TYPE_NUMBER:
        return decode_number(d, to, node);
    case TYPE_STRING:
    default:
        return decode_string(d, to, node);
    }
}

enum rc value_json_decode(struct ctx *cx, struct str text, const struct type *t,
                          enum value_json_extras extras, const struct value **ret_v)
{
    struct decoder d = {cx, extras};
    const struct json_tree *root = NULL;
    const struct value *v = NULL;
    if (json_tree_parse(cx, "The stored value", text, DEPTH_MAX, &root) != RC_OK ||
        decode(&d, (struct target){.type = t, .ret_v = &v}, root) != RC_OK) {
        return RC_FAIL;
    }
    *ret_v = v;
    return RC_OK;
}
