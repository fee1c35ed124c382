/* UTF-8 as RFC 3629 has it: section 4 gives the table of well-formed sequences. */
#include "base/arena.h"
#include "base/str.h"

/* Rows of that table: first byte from..to, number of bytes, range of the second byte. */
static const struct sequence {
    unsigned char from, to, len, second_from, second_to;
} sequences[] = {
    {0x00, 0x7F, 1, 0, 0},       {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

/* Length of the character at the start of s (1..4), or 0 when its bytes are not one. */
static size_t character_len(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i, k;

    for (i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        const struct sequence *q = &sequences[i];

        if (p[0] < q->from || p[0] > q->to) {
            continue;
        }
        if (s.n < q->len || (q->len > 1 && (p[1] < q->second_from || p[1] > q->second_to))) {
            return 0;
        }
        for (k = 2; k < q->len; k++) {
            if ((p[k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return q->len;
    }
    return 0;
}

bool str_utf8_valid(struct str s)
{
    size_t i = 0, len;

    while (i < s.n) {
        len = (s.p[i] & 0x80) == 0 ? 1 : character_len((struct str){s.p + i, s.n - i});
        if (len == 0) {
            return false;
        }
        i += len;
    }
    return true;
}

/* Replacing grows a byte to three at most, hence the size of the copy. */
char *str_utf8_clean(struct arena *a, struct str s, size_t max)
{
    static const struct str replacement = STR_INIT("\xEF\xBF\xBD"),
                            ellipsis = STR_INIT("\xE2\x80\xA6");
    size_t room = (s.n > max ? max : s.n) + ellipsis.n;
    size_t i = 0, used = 0, fits = 0;
    char *out = arena_array(a, room + 1, 3);

    while (i < s.n) {
        struct str c = {s.p + i, character_len((struct str){s.p + i, s.n - i})};

        i += c.n > 0 ? c.n : 1;
        if (c.n == 0 || *c.p == '\0') {
            c = replacement;
        }
        if (c.n > max - used) {
            memcpy(out + fits, ellipsis.p, ellipsis.n);
            out[fits + ellipsis.n] = '\0';
            return out;
        }
        memcpy(out + used, c.p, c.n);
        used += c.n;
        if (max - used >= ellipsis.n) {
            fits = used;
        }
    }
    out[used] = '\0';
    return out;
}
