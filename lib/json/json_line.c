#include "json/json_line.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

static int add(const char *piece, size_t n, void *line)
{
    return buf_append(line, piece, n) ? 0 : -1;
}

const char *json_line(struct arena *a, json_t *object)
{
    struct buf *line = buf_new(a, JSON_LINE_MAX);

    if (object == NULL || json_dump_callback(object, add, line, JSON_COMPACT) != 0) {
        abort();
    }
    json_decref(object);
    return line->data;
}

static void drop(void *object)
{
    json_decref(object);
}

const json_t *json_line_read(struct arena *a, struct str line, const char **ret_why)
{
    json_error_t error = {.text = ""};
    json_t *object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &error);

    if (object == NULL) {
        *ret_why = arena_strdup(a, error.text);
        return NULL;
    }
    arena_defer(a, drop, object);
    if (!json_is_object(object)) {
        *ret_why = "it is no object";
        return NULL;
    }
    return object;
}
