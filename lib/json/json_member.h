/* Members of a JSON object that may be missing, or of another kind. */
#ifndef JSON_JSON_MEMBER_H
#define JSON_JSON_MEMBER_H

#include <jansson.h>
#include <stdint.h>

struct arena;

/* In the arena; NULL: there is no such text. */
const char *json_member_text(struct arena *a, const json_t *object, const char *name);

/* 0: there is no such number, or it is negative. */
uint64_t json_member_u64(const json_t *object, const char *name);

#endif
