#include <string.h>

#include "base/arena.h"
#include "xml/xml.h"

static int digit(char c, unsigned base)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    int value = at ? (int)((at - digits) % 16) : -1;

    return value < (int)base ? value : -1;
}

/* https://www.w3.org/TR/xml/#charsets */
static bool is_character(unsigned long c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) ||
           (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

/* Length of the reference that s begins with, when XML 1.0 allows no such character; else 0. */
static size_t bad_reference(struct str s)
{
    bool hex = s.n > 2 && s.p[2] == 'x';
    unsigned base = hex ? 16 : 10;
    size_t start = hex ? 3 : 2, i = start;
    unsigned long value = 0;

    if (s.n < 4 || s.p[0] != '&' || s.p[1] != '#') {
        return 0;
    }
    for (; i < s.n && digit(s.p[i], base) >= 0 && value <= 0x10ffff; i++) {
        value = value * base + (unsigned long)digit(s.p[i], base);
    }
    return i > start && i < s.n && s.p[i] == ';' && !is_character(value) ? i + 1 : 0;
}

/* The same for U+FFFE and U+FFFF as they are. */
static size_t bad_bytes(struct str s)
{
    return s.n >= 3 && memcmp(s.p, "\xef\xbf", 2) == 0 && (unsigned char)s.p[2] >= 0xbe ? 3 : 0;
}

static size_t bad_length(struct str s)
{
    size_t n = bad_reference(s);

    return n ? n : bad_bytes(s);
}

struct str xml_mend(struct arena *a, struct str document)
{
    char *out, *w;

    if (document.n == 0 || (memmem(document.p, document.n, "&#", 2) == NULL &&
                            memmem(document.p, document.n, "\xef\xbf", 2) == NULL)) {
        return document;
    }
    out = w = arena_alloc(a, document.n + 1); /* U+FFFD is no longer than any of them */
    for (size_t i = 0; i < document.n;) {
        size_t bad = bad_length((struct str){document.p + i, document.n - i});
        if (bad) {
            memcpy(w, "\xef\xbf\xbd", 3);
            w += 3;
            i += bad;
        } else {
            *w++ = document.p[i++];
        }
    }
    return (struct str){out, (size_t)(w - out)};
}
