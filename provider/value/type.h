/*
 * Terraform's types, as the plugin protocol writes them: "string",
 * ["list","string"], ["object",{"a":"bool"}] ...
 * Source: docs/plugin-protocol/object-wire-format.md of hashicorp/terraform; go-cty's type JSON.
 */
#ifndef VALUE_TYPE_H
#define VALUE_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"
#include "base/str.h"

struct arena;
struct ctx;
struct json_tree;

enum type_kind {
    TYPE_BOOL,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_DYNAMIC, /* any type, decided by the value */
    TYPE_LIST,
    TYPE_SET,
    TYPE_MAP,
    TYPE_OBJECT,
    TYPE_TUPLE,
};

struct type_field {
    const char *name; /* NULL in a tuple */
    const struct type *type;
};

/* Immutable. Fields of an object are sorted by name (by bytes), each name once. */
struct type {
    enum type_kind kind;
    const struct type *element; /* list, set, map */
    const struct type_field *fields;
    size_t n_fields;
};

extern const struct type type_bool, type_number, type_string, type_dynamic;
extern const struct type type_list_of_string, type_set_of_string, type_map_of_string;

const struct type *type_list(struct arena *a, const struct type *element);
const struct type *type_set(struct arena *a, const struct type *element);
const struct type *type_map(struct arena *a, const struct type *element);
/* Fields in any order; they are copied and sorted. */
const struct type *type_object(struct arena *a, const struct type_field *fields, size_t n);
const struct type *type_tuple(struct arena *a, const struct type *const *elements, size_t n);

bool type_eq(const struct type *a, const struct type *b);
int type_cmp(const struct type *a, const struct type *b); /* a total order */
/* The place of a field in fields[], or -1. */
int type_field_index(const struct type *object, struct str name);
/* Of the i-th part of a collection, object or tuple. */
const struct type *type_part(const struct type *t, size_t i);

/* The protocol's JSON, and back. Parsing is bounded in depth (64); a tree takes memory in
 * proportion to the text. */
char *type_json(struct arena *a, const struct type *t);
enum rc type_parse(struct ctx *cx, struct str json, const struct type **ret_type) RC_MUST_CHECK;
/* Of JSON that was parsed already (json_tree.h). */
enum rc type_from_tree(struct ctx *cx, const struct json_tree *node,
                       const struct type **ret_type) RC_MUST_CHECK;

/* For messages: "list of string". */
char *type_text(struct arena *a, const struct type *t);

#endif
