/*
 * Making and judging the fields of a model (attr.h), for resources that fill one from what a
 * service told.
 */
#ifndef SCHEMA_FIELD_H
#define SCHEMA_FIELD_H

#include "schema/attr.h"

/* Known; null for "" and NULL, for `none`, for NULL. What they point to is borrowed. */
struct field_string field_text(const char *s);
struct field_int field_number(int64_t n, int64_t none);
struct field_object field_nested(void *v);

/* Known always: a word of yes or no, a list that may be empty. */
struct field_bool field_flag(bool b);
struct field_objects field_list(void *v, size_t n);

/* And back: "" and `none` for what is not known. */
const char *field_text_of(struct field_string f);
int64_t field_number_of(struct field_int f, int64_t none);

/* A known true; null or a known false. Of an unknown one neither holds. */
bool field_is_on(struct field_bool f);
bool field_is_off(struct field_bool f);

#endif
