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

/* Of the i-th part of a value of that type; key: of a map only. */
struct place place_part(const struct place *whole, const struct type *t, size_t i, struct str key);

/* Add an error whose path is that place, and return RC_FAIL. */
enum rc place_fault(struct ctx *cx, const struct place *where, const char *summary,
                    const char *detail_format, ...) __attribute__((format(printf, 4, 5)));

/* The same for a value of the provider's own making (NULL: none) in a place of type t. */
enum rc place_mismatch(struct ctx *cx, const struct place *where, const struct value *v,
                       const struct type *t);

#endif
