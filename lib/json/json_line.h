/* JSON as one line: events, plans, journals. Over jansson; text in the arena. */
#ifndef JSON_JSON_LINE_H
#define JSON_JSON_LINE_H

#include <jansson.h>

#include "base/str.h"

struct arena;

#define JSON_LINE_MAX ((size_t)64 << 20)

/* Compact, without the newline; takes the reference. Ends the process for NULL, which jansson gives
 * when memory ran out or a text was no UTF-8: json_bytes.h is for those. */
const char *json_line(struct arena *a, json_t *object);

/* An object, which goes with the arena; NULL with the reason in *ret_why for anything else, and for
 * a member that is named twice. */
const json_t *json_line_read(struct arena *a, struct str line, const char **ret_why);

#endif
