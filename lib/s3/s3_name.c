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

/* U+FFFE and U+FFFF, the two of UTF-8 that XML leaves out beside the control characters. */
static bool is_no_character(const char *p)
{
    return memcmp(p, "\xEF\xBF\xBE", 3) == 0 || memcmp(p, "\xEF\xBF\xBF", 3) == 0;
}

static const char *control_fault(struct arena *a, struct str text, const char *fine)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < ' ' && (c == '\0' || !strchr(fine, c))) {
            return arena_printf(a, "holds the control character U+%04X", c);
        }
    }
    return NULL;
}

const char *s3_name_text_fault(struct arena *a, struct str text)
{
    for (size_t i = 0; i + 3 <= text.n; i++) {
        if (is_no_character(text.p + i)) {
            return "holds U+FFFE or U+FFFF, which are no characters";
        }
    }
    return control_fault(a, text, "\t\r\n");
}

const char *s3_name_header_fault(struct arena *a, struct str text)
{
    return text.n > 0 && memchr(text.p, 0x7f, text.n) ? "holds the control character U+007F"
                                                      : control_fault(a, text, "");
}
