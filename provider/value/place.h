/*
 * Where a walk through a value stands. Places live on the stack of the walk and
 * cost nothing; only a fault turns one into a path for its message.
 */
#ifndef VALUE_PLACE_H
#define VALUE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/path.h"
#include "base/rc.h"
#include "base/str.h"

struct ctx;
struct type;
struct value;

struct place {
    const struct place *parent; /* NULL at the outermost step; a NULL place is the whole value */
    enum path_kind kind;
    struct str name;
    int64_t index;
    bool in_set; /* an element of a set: paths end before it */
};

/* Of the i-th part of a value of that type; name: its key in a map, its attribute in an object. */
struct place place_part(const struct place *whole, const struct type *t, size_t i, struct str name);

/* That name, for a walk through a known value; empty in a list, set or tuple. */
struct str place_name(const struct value *v, const struct type *t, size_t i);

/* What stands in a place, as whoever writes values out meets it. */
enum place_content {
    PLACE_MISFIT, /* nothing, another kind, or not as many parts as the type has fields */
    PLACE_TYPED,  /* a value whose type the dynamic place leaves open */
    PLACE_NULL,
    PLACE_UNKNOWN,
    PLACE_BOOL,
    PLACE_NUMBER,
    PLACE_STRING,
    PLACE_SEQUENCE, /* list, set, tuple */
    PLACE_ENTRIES,  /* map, object: its parts have names */
};

/* v (NULL: nothing) in a place of type t. A look at the outermost level only, enough to walk on. */
enum place_content place_content(const struct value *v, const struct type *t);

/* Add an error whose path is that place, and return RC_FAIL. */
enum rc place_fault(struct ctx *cx, const struct place *where, const char *summary,
                    const char *detail_format, ...) __attribute__((format(printf, 4, 5)));

/* The same for a value of the provider's own making (NULL: none) in a place of type t. */
enum rc place_mismatch(struct ctx *cx, const struct place *where, const struct value *v,
                       const struct type *t);

#endif
