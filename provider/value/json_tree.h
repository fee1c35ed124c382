/*
 * JSON as a tree whose numbers stay text; what value_json and type_json share.
 * Parsing is yajl's (2.1), which keeps its nesting on the heap and hands numbers
 * over as text. Items of an object stand in the order of the text, repeated keys
 * included: who wants the last one lets it overwrite.
 */
#ifndef VALUE_JSON_TREE_H
#define VALUE_JSON_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"
#include "base/str.h"

struct arena;
struct buf;
struct ctx;

enum json_tree_kind {
    JSON_TREE_NULL,
    JSON_TREE_FALSE,
    JSON_TREE_TRUE,
    JSON_TREE_NUMBER,
    JSON_TREE_STRING,
    JSON_TREE_ARRAY,
    JSON_TREE_OBJECT,
};

struct json_tree {
    enum json_tree_kind kind;
    struct str text;         /* a number as written, or a string's UTF-8 */
    struct str key;          /* of an object's item */
    struct json_tree *first; /* items of an array or object */
    struct json_tree *next;  /* its sibling */
    size_t n;                /* items */
};

/* The one JSON text, in cx->arena. RC_FAIL when it is malformed, not UTF-8 (also behind \u) or
 * nested deeper than max_depth arrays and objects; the message calls it `what`. */
enum rc json_tree_parse(struct ctx *cx, const char *what, struct str text, size_t max_depth,
                        const struct json_tree **ret_root) RC_MUST_CHECK;

/* "a string", "an object" ... for messages. */
const char *json_tree_kind_text(enum json_tree_kind kind);

/* Append s as a JSON string, with the escapes that Go's encoding/json chooses. */
void json_tree_quote(struct buf *b, struct str s);

#endif
