/*
 * Attribute rows. One row declares everything about an attribute: its wire
 * schema, decoding into the typed struct, validation, default, replacement, sensitivity, and its
 * line in docs/. A resource is a table of them.
 *
 * Who may use it: services (to declare), schema (to act), rpc (to serve), tools that make docs.
 */
#ifndef SCHEMA_ATTR_H
#define SCHEMA_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "value/value.h"

struct ctx;
struct attr;

/* The kind decides the C type of the struct member at attr.offset. */
enum attr_kind {
    ATTR_STRING,  /* struct field_string */
    ATTR_BOOL,    /* struct field_bool */
    ATTR_INT,     /* struct field_int: a number that must be whole and fit int64 */
    ATTR_VALUE,   /* struct field_value: any type, given in attr.type (number, dynamic, list of ...)
                   */
    ATTR_STRINGS, /* struct field_strings: list or set of string, as attr.type says */
    ATTR_STRING_MAP,  /* struct field_string_map */
    ATTR_OBJECT,      /* struct field_object: nested attributes, single */
    ATTR_OBJECT_LIST, /* struct field_objects */
    ATTR_OBJECT_SET,  /* struct field_objects */
    ATTR_OBJECT_MAP,  /* struct field_objects, with keys */
};

/* Members of a model. All zero means null. Texts are NUL-terminated and in the call's arena. */
struct field_string {
    enum value_state state;
    const char *v; /* NULL unless known */
};
struct field_bool {
    enum value_state state;
    bool v;
};
struct field_int {
    enum value_state state;
    int64_t v;
};
struct field_value {
    const struct value *v; /* NULL means null */
};
struct field_strings {
    enum value_state state;
    const char *const *v; /* an unknown element is NULL (in validate and plan only); none is null */
    size_t n;
};
struct field_string_map {
    enum value_state state;
    const char *const *keys;
    const char *const *v; /* as above */
    size_t n;
};
struct field_object {
    enum value_state state;
    void *v; /* a struct as attr.attrs describes it */
};
struct field_objects {
    enum value_state state;
    void *v;                 /* array of such structs, attr.nested_size bytes each */
    const char *const *keys; /* ATTR_OBJECT_MAP only */
    /* Of each element, in validate and plan only: an element may be unknown as a whole. NULL: all
     * are known, as always elsewhere. None is null. */
    const enum value_state *states;
    size_t n;
};

enum attr_flags {
    ATTR_REQUIRED = 1 << 0,
    ATTR_OPTIONAL = 1 << 1,
    ATTR_COMPUTED = 1 << 2,
    ATTR_SENSITIVE = 1 << 3,
    ATTR_WRITE_ONLY = 1 << 4,
    ATTR_REPLACE = 1 << 5,               /* a change replaces the resource */
    ATTR_REPLACE_IF_CONFIGURED = 1 << 6, /* only when the configuration gives the new value */
    ATTR_KEEP = 1 << 7,       /* computed: stays as in state when an update does not give it anew
                                 (the framework's UseStateForUnknown) */
    ATTR_DEPRECATED = 1 << 8, /* with attr.deprecation */
};

/* A check of one known, non-null value: adds an error naming the remedy, at `path`. Pure. */
struct attr_check {
    void (*run)(struct ctx *cx, const struct attr_check *check, const struct path *path,
                const struct value *v);
    const char *const *words; /* allowed words, or names of attributes, as the check needs */
    int64_t min, max;
    const char *what; /* a name's kind: "a bucket name" */
    /* What is wrong with a name or text, to be read after it; NULL: nothing. */
    const char *(*fault)(struct arena *a, struct str name);
    const char
        *doc; /* how docs/ says it: "one of `Enabled`, `Suspended`" ; NULL: made from words */
};

struct attr {
    const char *name; /* NULL ends a table */
    enum attr_kind kind;
    unsigned flags;
    size_t offset;            /* of the member in the model struct */
    const struct type *type;  /* ATTR_VALUE, ATTR_STRINGS; NULL elsewhere */
    const struct attr *attrs; /* nested kinds: their table */
    size_t nested_size;       /* nested kinds: sizeof the nested struct */
    /* Where configuration is null. Text of a string, "true"/"false", a number; for other kinds
       JSON. Implies computed on the wire: the row says ATTR_OPTIONAL | ATTR_COMPUTED. */
    const char *default_text;
    /* String kinds: texts that mean the same make no diff, the prior spelling stays (24h and
     * 24h0m0s). A list, set or map keeps its prior spelling as a whole or not at all. See same.h.
     */
    bool (*same)(struct str a, struct str b);
    const struct attr_check *checks; /* ended by a NULL run; may be NULL */
    const char *deprecation;
    const char
        *doc; /* Markdown, one or more sentences; the docs generator adds what the row says */
};

/* attr.type and nested kinds as a wire type. */
const struct type *attr_type(struct arena *a, const struct attr *attr);
/* The object type of a whole table. */
const struct type *attr_object_type(struct arena *a, const struct attr *attrs);
const struct attr *attr_find(const struct attr *attrs, const char *name);
bool attr_is_nested(const struct attr *attr); /* has a table of its own */

/* The value of default_text, which is not NULL. Fails only in a table that attr_table_check
 * refuses.
 */
enum rc attr_default(struct ctx *cx, const struct attr *attr,
                     const struct value **ret_default) RC_MUST_CHECK;

/* Self-check of a table, run by unit tests: everything that would crash core or surprise a user,
 * such as required beside computed, write-only or dynamic inside a set, a default that does not
 * parse, two rows for one member. Adds all findings. */
enum rc attr_table_check(struct ctx *cx, const char *owner, const struct attr *attrs) RC_MUST_CHECK;

#endif
