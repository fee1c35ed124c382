#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "value/json_tree.h"
#include "value/type.h"

enum {
    DEPTH_MAX = 64,
    /* An object or tuple takes two levels of JSON. */
    JSON_DEPTH_MAX = 2 * DEPTH_MAX + 1,
    /* Only types made in this process or parsed from a smaller text are written. */
    JSON_SIZE_MAX = 64 << 20,
};

/* Names that stand alone, and names that head an array. */
static const struct {
    const char *name;
    const struct type *type;
} primitives[] = {
    {"bool", &type_bool},
    {"number", &type_number},
    {"string", &type_string},
    {"dynamic", &type_dynamic},
};

static const struct {
    const char *name;
    const struct type *(*make)(struct arena *a, const struct type *element);
    enum type_kind kind;
} collections[] = {
    {"list", type_list, TYPE_LIST},
    {"set", type_set, TYPE_SET},
    {"map", type_map, TYPE_MAP},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Writing ---------------------------------------------------------------------------- */

static void write_type(struct buf *b, const struct type *t);

static void write_fields(struct buf *b, const struct type *t)
{
    bool object = t->kind == TYPE_OBJECT;
    buf_puts(b, object ? "[\"object\",{" : "[\"tuple\",[");
    for (size_t i = 0; i < t->n_fields; i++) {
        if (i > 0) {
            buf_putc(b, ',');
        }
        if (object) {
            json_tree_quote(b, str_of(t->fields[i].name));
            buf_putc(b, ':');
        }
        write_type(b, t->fields[i].type);
    }
    buf_puts(b, object ? "}]" : "]]");
}

static void write_type(struct buf *b, const struct type *t)
{
    for (size_t i = 0; i < LENGTH(primitives); i++) {
        if (t->kind == primitives[i].type->kind) {
            buf_putc(b, '"');
            buf_puts(b, primitives[i].name);
            buf_putc(b, '"');
            return;
        }
    }
    for (size_t i = 0; i < LENGTH(collections); i++) {
        if (t->kind == collections[i].kind) {
            buf_puts(b, "[\"");
            buf_puts(b, collections[i].name);
            buf_puts(b, "\",");
            write_type(b, t->element);
            buf_putc(b, ']');
            return;
        }
    }
    write_fields(b, t);
}

char *type_json(struct arena *a, const struct type *t)
{
    struct buf *b = buf_new(a, JSON_SIZE_MAX);
    write_type(b, t);
    return b->data;
}

/* ---- Reading ---------------------------------------------------------------------------- */

static enum rc malformed(struct ctx *cx, const char *what)
{
    return diag_error(cx, NULL, "Malformed type",
                      "The host described a type in a way that this provider does not know: %s. "
                      "This is a fault of the host or a newer protocol than 6.",
                      what);
}

static enum rc read_type(struct ctx *cx, const struct json_tree *node, size_t depth,
                         const struct type **ret_type);

static enum rc read_primitive(struct ctx *cx, struct str name, const struct type **ret_type)
{
    for (size_t i = 0; i < LENGTH(primitives); i++) {
        if (str_is(name, primitives[i].name)) {
            *ret_type = primitives[i].type;
            return RC_OK;
        }
    }
    return malformed(cx, "an unknown name");
}

static enum rc read_object(struct ctx *cx, const struct json_tree *node, size_t depth,
                           const struct type **ret_type)
{
    if (node->kind != JSON_TREE_OBJECT) {
        return malformed(cx, "an object without its attributes");
    }
    struct type_field *fields = arena_array(cx->arena, node->n, sizeof *fields);
    size_t n = 0;
    for (const struct json_tree *item = node->first; item != NULL; item = item->next) {
        if (item->key.n > 0 && memchr(item->key.p, 0, item->key.n) != NULL) {
            return malformed(cx, "an attribute's name holds a NUL");
        }
        fields[n].name = str_dup(cx->arena, item->key);
        if (read_type(cx, item, depth, &fields[n].type) != RC_OK) {
            return RC_FAIL;
        }
        n++;
    }
    const struct type *t = type_object(cx->arena, fields, n);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(t->fields[i - 1].name, t->fields[i].name) == 0) {
            return malformed(cx, "an object names an attribute twice");
        }
    }
    *ret_type = t;
    return RC_OK;
}

static enum rc read_tuple(struct ctx *cx, const struct json_tree *node, size_t depth,
                          const struct type **ret_type)
{
    if (node->kind != JSON_TREE_ARRAY) {
        return malformed(cx, "a tuple without its elements");
    }
    const struct type **elements = arena_array(cx->arena, node->n, sizeof *elements);
    size_t n = 0;
    for (const struct json_tree *item = node->first; item != NULL; item = item->next) {
        if (read_type(cx, item, depth, &elements[n]) != RC_OK) {
            return RC_FAIL;
        }
        n++;
    }
    *ret_type = type_tuple(cx->arena, elements, n);
    return RC_OK;
}

static enum rc read_compound(struct ctx *cx, const struct json_tree *node, size_t depth,
                             const struct type **ret_type)
{
    const struct json_tree *head = node->first;
    if (node->n != 2 || head->kind != JSON_TREE_STRING) {
        return malformed(cx, "an array that is not a name and its parts");
    }
    if (str_is(head->text, "object")) {
        return read_object(cx, head->next, depth, ret_type);
    }
    if (str_is(head->text, "tuple")) {
        return read_tuple(cx, head->next, depth, ret_type);
    }
    for (size_t i = 0; i < LENGTH(collections); i++) {
        if (str_is(head->text, collections[i].name)) {
            const struct type *element = NULL;
            if (read_type(cx, head->next, depth, &element) != RC_OK) {
                return RC_FAIL;
            }
            *ret_type = collections[i].make(cx->arena, element);
            return RC_OK;
        }
    }
    return malformed(cx, "an unknown kind of collection");
}

static enum rc read_type(struct ctx *cx, const struct json_tree *node, size_t depth,
                         const struct type **ret_type)
{
    if (depth == DEPTH_MAX) {
        return malformed(cx, "it is nested too deeply");
    }
    if (node->kind == JSON_TREE_STRING) {
        return read_primitive(cx, node->text, ret_type);
    }
    if (node->kind == JSON_TREE_ARRAY) {
        return read_compound(cx, node, depth + 1, ret_type);
    }
    return malformed(cx, json_tree_kind_text(node->kind));
}

enum rc type_from_tree(struct ctx *cx, const struct json_tree *node, const struct type **ret_type)
{
    return read_type(cx, node, 0, ret_type);
}

enum rc type_parse(struct ctx *cx, struct str json, const struct type **ret_type)
{
    const struct json_tree *root = NULL;
    if (json_tree_parse(cx, "A type", json, JSON_DEPTH_MAX, &root) != RC_OK) {
        return RC_FAIL;
    }
    return type_from_tree(cx, root, ret_type);
}
