/*
 * Values written so that a table row reads at a glance, for tests.
 *
 *   name=logs days=3 tags=[a b] filter={prefix='x y'} id=?
 *
 * ? is unknown, null is null; an attribute that is not named is null. Texts are
 * bare or in single quotes, lists and sets [a b], objects and maps {key=value}.
 * The type decides what a word means; in a dynamic place the word itself does.
 * A mistake in the notation ends the program.
 */
#ifndef SUPPORT_NOTATION_H
#define SUPPORT_NOTATION_H

#include "value/value.h"

struct arena;

/* An object without its braces; NULL, "null" and "?" stand for themselves. */
const struct value *notation_object(struct arena *a, const struct type *t, const char *text);
const struct value *notation_value(struct arena *a, const struct type *t, const char *text);

/* Back to text: what is null is left out, an object's braces stay. */
char *notation_text(struct arena *a, const struct value *v);

#endif
