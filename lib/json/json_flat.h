/*
 * The members of one JSON object, as text: what small documents of services
 * hold (keys, tokens, times). Over jansson, whose own copies of the texts are
 * wiped before they are freed, because such documents hold secrets.
 */
#ifndef JSON_JSON_FLAT_H
#define JSON_JSON_FLAT_H

#include "base/str.h"

struct arena;
struct json_flat;

#define JSON_FLAT_MAX_BYTES ((size_t)1 << 20)

/* NULL with the reason in *ret_why (one line; the document is not quoted) for what is no JSON
 * object, names a member twice or is too large. All of it lives in the arena. */
const struct json_flat *json_flat_read(struct arena *a, struct str document, const char **ret_why);

/* A string, or a whole number in decimal; NULL where the member is absent, of another kind, or a
 * string that holds NUL. */
const char *json_flat_text(const struct json_flat *object, const char *name);

#endif
