/*
 * Numbers as decimal text of any length. Terraform compares numbers exactly (at
 * 512 bits); a double would turn 0.1 into something else and make core refuse the
 * result. Canonical form: optional '-', digits, optional '.' and digits without
 * trailing zeros; an 'e' exponent only when the plain form would be longer than
 * 512 digits. "0" has no sign.
 */
#ifndef VALUE_NUMBER_H
#define VALUE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

/* JSON's and HCL's number syntax, at most 4096 bytes and |exponent| <= 100000; false otherwise. */
bool number_canonical(struct arena *a, struct str text, struct str *ret_canonical);
bool number_is_canonical(struct str text);

/* Of canonical texts. */
int number_cmp(struct str a, struct str b);

bool number_is_whole(struct str canonical);

/* With ten significant digits, as C's %.10g and Go's big.Float.String write it, however large. */
struct str number_brief(struct arena *a, struct str canonical);

/* A whole number that fits, else false. */
bool number_to_i64(struct str canonical, int64_t *ret_n);

/* True when the text is exactly the value of that double; used only to write the shortest msgpack
 * form, and to read a double that core sent, exactly. */
bool number_to_double(struct str canonical, double *ret_d);
struct str number_of_double(struct arena *a,
                            double value); /* finite; every digit of its exact value */
struct str number_of_i64(struct arena *a, int64_t n);
struct str number_of_u64(struct arena *a, uint64_t n);

#endif
