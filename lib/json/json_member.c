#include "json/json_member.h"

#include "base/arena.h"

const char *json_member_text(struct arena *a, const json_t *object, const char *name)
{
    return arena_strdup_if(a, json_string_value(json_object_get(object, name)));
}

uint64_t json_member_u64(const json_t *object, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(object, name));

    return n > 0 ? (uint64_t)n : 0;
}
