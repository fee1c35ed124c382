#include "json/json_bytes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~/", c) != NULL);
}

static const char *encode(struct arena *a, const char *bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_alloc(a, 3 * strlen(bytes) + 1), *w = out;

    for (; *bytes != '\0'; bytes++) {
        unsigned char c = (unsigned char)*bytes;
        if (is_plain(c)) {
            *w++ = *bytes;
        } else {
            *w++ = '%';
            *w++ = digits[c >> 4];
            *w++ = digits[c & 15];
        }
    }
    return out;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

static const char *decode(struct arena *a, const char *text)
{
    char *out = arena_strdup(a, text), *w = out;

    for (; *text != '\0'; text++) {
        int high = *text == '%' ? hex(text[1]) : 0;
        int low = *text == '%' && high >= 0 ? hex(text[2]) : 0;
        if (high < 0 || low < 0 || (*text == '%' && high + low == 0)) {
            return NULL;
        }
        *w++ = *text == '%' ? (char)(high * 16 + low) : *text;
        text += *text == '%' ? 2 : 0;
    }
    *w = '\0';
    return out;
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        abort(); /* out of memory */
    }
}

void json_bytes_set(json_t *object, const char *name, const char *bytes)
{
    struct arena *a;

    if (str_utf8_valid(str_of(bytes))) {
        set(object, name, json_string(bytes));
        return;
    }
    a = arena_new();
    set(object, arena_printf(a, "%s_url", name), json_string(encode(a, bytes)));
    arena_free(a);
}

const char *json_bytes_get(struct arena *a, const json_t *object, const char *name)
{
    const json_t *plain = json_object_get(object, name);
    const json_t *encoded = json_object_get(object, arena_printf(a, "%s_url", name));
    const char *text = json_string_value(plain ? plain : encoded);

    if (text == NULL || strlen(text) != json_string_length(plain ? plain : encoded)) {
        return NULL;
    }
    return plain ? arena_strdup(a, text) : decode(a, text);
}
