/*
 * Texts that may hold any byte (keys of objects) in JSON, which holds Unicode
 * alone: as the member "<name>" where they are UTF-8, else percent-encoded as
 * "<name>_url". Read back they are the same bytes.
 */
#ifndef JSON_JSON_BYTES_H
#define JSON_JSON_BYTES_H

#include <jansson.h>

struct arena;

void json_bytes_set(json_t *object, const char *name, const char *bytes);

/* In the arena; NULL where there is neither member, or it holds NUL or a broken escape. */
const char *json_bytes_get(struct arena *a, const json_t *object, const char *name);

#endif
