#include "json/json_flat.h"

#include <jansson.h>
#include <string.h>

#include "base/arena.h"

struct json_flat {
    const char *name, *text;
    const struct json_flat *next;
};

static const struct json_flat no_members;

static const char *text_of(struct arena *a, const json_t *value)
{
    if (json_is_string(value)) {
        return arena_strdup(a, json_string_value(value));
    }
    if (json_is_integer(value)) {
        return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    }
    return NULL;
}

/* jansson hands its texts out as const and frees them as they are. */
static void wipe(const json_t *value)
{
    if (json_is_string(value)) {
        union {
            const char *given;
            char *ours;
        } text = {json_string_value(value)};
        explicit_bzero(text.ours, json_string_length(value));
    }
}

static const struct json_flat *members_of(struct arena *a, json_t *object)
{
    const struct json_flat *all = &no_members;
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        struct json_flat *m = arena_alloc(a, sizeof(*m));
        *m = (struct json_flat){arena_strdup(a, name), text_of(a, value), all};
        all = m;
        wipe(value);
    }
    return all;
}

const struct json_flat *json_flat_read(struct arena *a, struct str document, const char **ret_why)
{
    const struct json_flat *all = NULL;
    json_error_t error;
    json_t *json;

    if (document.n > JSON_FLAT_MAX_BYTES) {
        *ret_why = "the document is too large";
        return NULL;
    }
    json = json_loadb(document.n ? document.p : "", document.n, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        /* jansson's own words may quote the document. */
        *ret_why = arena_printf(a, "no valid JSON at line %d, column %d", error.line, error.column);
    } else if (!json_is_object(json)) {
        *ret_why = "JSON, but no object";
    } else {
        all = members_of(a, json);
    }
    json_decref(json);
    return all;
}

const char *json_flat_text(const struct json_flat *object, const char *name)
{
    for (; object && object->name; object = object->next) {
        if (strcmp(object->name, name) == 0) {
            return object->text;
        }
    }
    return NULL;
}
