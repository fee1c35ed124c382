/*
 * A value as Terraform knows it: null, unknown or known, of a type. Immutable,
 * in the arena of a call; parts are shared freely between values.
 *
 * Numbers are decimal text from wire to wire (number.h): no double anywhere.
 * Maps are sorted by key; sets are sorted (value_cmp) and hold each wholly known
 * element once (unknown ones may turn out to differ, so all stay, as in go-cty);
 * object and tuple items stand in the order of type->fields.
 */
#ifndef VALUE_VALUE_H
#define VALUE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/path.h"
#include "base/rc.h"
#include "base/str.h"
#include "value/type.h"

struct ctx;

enum value_state { VALUE_NULL, VALUE_UNKNOWN, VALUE_KNOWN };

/* What is promised of an unknown value. Members not given are NULL, empty or negative. */
struct value_refinement {
    bool not_null;
    struct str prefix;                 /* of a string */
    struct str number_min, number_max; /* decimal text */
    bool min_inclusive, max_inclusive;
    int64_t length_min, length_max; /* of a collection; -1: not given */
};

struct value {
    const struct type *type; /* of this value; TYPE_DYNAMIC only for a null or unknown whose type is
                                undecided */
    enum value_state state;
    const struct value_refinement *refinement; /* of an unknown; may be NULL */
    bool boolean;
    struct str text;                  /* string: UTF-8; number: decimal text, canonical */
    const struct value *const *items; /* list, set, tuple, object, map */
    const struct str *keys;           /* map only */
    size_t n;                         /* items */
};

/* Makers. Strings and arrays are not copied: they must live in the arena (or forever). */
const struct value *value_null(struct arena *a, const struct type *t);
const struct value *value_unknown(struct arena *a, const struct type *t);
const struct value *value_unknown_refined(
    struct arena *a, const struct type *t,
    const struct value_refinement *refinement); /* may be NULL */
const struct value *value_bool(struct arena *a, bool b);
const struct value *value_string(struct arena *a, struct str s);
const struct value *value_text(struct arena *a, const char *s); /* NULL gives null */
const struct value *value_int(struct arena *a, int64_t n);
const struct value *value_canonical(struct arena *a, struct str number); /* number.h made it */
/* Decimal text as JSON or HCL writes it; made canonical. RC_FAIL on anything else. */
enum rc value_number(struct ctx *cx, struct str text, const struct value **ret_v) RC_MUST_CHECK;
const struct value *value_list(struct arena *a, const struct type *t,
                               const struct value *const *items, size_t n); /* list, tuple */
/* Sorts and drops repeated elements that are wholly known. */
const struct value *value_set(struct arena *a, const struct type *t,
                              const struct value *const *items, size_t n);
struct value_entries {
    const struct str *keys;
    const struct value *const *items;
    size_t n;
};
/* Sorts by key; of repeated keys the last one stays. */
const struct value *value_map(struct arena *a, const struct type *t, struct value_entries entries);
/* items in the order of t->fields. */
const struct value *value_object(struct arena *a, const struct type *t,
                                 const struct value *const *items);
/* The same object, which is known, with one field, which exists, replaced. */
const struct value *value_object_with(struct arena *a, const struct value *object, const char *name,
                                      const struct value *item);

bool value_is_null(const struct value *v);
bool value_is_unknown(const struct value *v);
bool value_is_known(const struct value *v);        /* itself, not its parts */
bool value_is_wholly_known(const struct value *v); /* with all parts */

/* The same value with null in place of everything unknown: what can be stored of a result that
 * turned out incomplete. */
const struct value *value_without_unknowns(struct arena *a, const struct value *v);

/* The field of a known object, or NULL when there is none of that name. */
const struct value *value_field(const struct value *object, const char *name);
const struct value *value_element(const struct value *map, struct str key); /* or NULL */

/* Exact equality: state, type, content (unknown equals unknown of the same type, whatever is
 * promised of them). */
bool value_eq(const struct value *a, const struct value *b);
/* A total order, 0 exactly when value_eq. Known before unknown before null; strings by bytes,
 * false before true, numbers by size: so go-cty orders sets of them on the wire. */
int value_cmp(const struct value *a, const struct value *b);

/* What stands at the path; RC_NOT_FOUND when the path leaves the value. A path ends at a set. */
enum rc value_at(const struct value *v, const struct path *path,
                 const struct value **ret_v) RC_MUST_CHECK;

/* RC_OK when v conforms to the type (a dynamic place takes anything), else RC_FAIL naming the
 * place. The guard before anything is sent to core. */
enum rc value_conforms(struct ctx *cx, const struct value *v, const struct type *t) RC_MUST_CHECK;

/* For messages and logs; bounded; never call on sensitive values. */
char *value_describe(struct arena *a, const struct value *v);

#endif
