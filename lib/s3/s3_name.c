#include "s3/s3_name.h"

#include <string.h>

#include "base/arena.h"

#define MAX_NAME 255

static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:";

static const char *stray(struct arena *a, unsigned char c)
{
    if (c == ' ') {
        return "holds a blank";
    }
    if (c < ' ' || c == 0x7f) {
        return "holds a control character";
    }
    return c > 0x7f ? "holds a character that is not ASCII" : arena_printf(a, "holds \"%c\"", c);
}

/* A slash would reach into another bucket, and dots alone move the path. */
const char *s3_name_fault(struct arena *a, struct str name)
{
    if (name.n == 0) {
        return "is empty";
    }
    for (size_t i = 0; i < name.n; i++) {
        if (!memchr(allowed, name.p[i], sizeof(allowed) - 1)) {
            return stray(a, (unsigned char)name.p[i]);
        }
    }
    if (name.n > MAX_NAME) {
        return arena_printf(a, "has %zu bytes", name.n);
    }
    return str_is(name, ".") || str_is(name, "..") ? "is a step in a path" : NULL;
}
