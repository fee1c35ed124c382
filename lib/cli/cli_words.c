#include "cli/cli_words.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define MAX_KEY ((size_t)16384) /* each of a key's bytes as four */

const char *cli_words_count(struct arena *a, uint64_t n)
{
    char *plain = arena_printf(a, "%" PRIu64, n);
    size_t digits = strlen(plain);
    char *out = arena_alloc(a, digits + digits / 3 + 1), *w = out;

    for (size_t i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0) {
            *w++ = ',';
        }
        *w++ = plain[i];
    }
    return out;
}

const char *cli_words_bytes(struct arena *a, uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double n = (double)bytes;
    size_t i = 0;

    if (bytes < 1024) {
        return arena_printf(a, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
    }
    for (n /= 1024; n >= 1023.95 && i + 1 < sizeof units / sizeof *units; i++) {
        n /= 1024;
    }
    return arena_printf(a, "%.1f %s", n, units[i]);
}

static const char *two(struct arena *a, int64_t n, const char *unit, int64_t more,
                       const char *smaller)
{
    const char *first = arena_printf(a, "%" PRId64 " %s", n, unit);

    return more ? arena_printf(a, "%s %" PRId64 " %s", first, more, smaller) : first;
}

const char *cli_words_span(struct arena *a, int64_t s)
{
    if (s < 60) {
        return arena_printf(a, "%" PRId64 " s", s < 0 ? 0 : s);
    }
    if (s < 3600) {
        return two(a, s / 60, "min", s % 60, "s");
    }
    if (s < 2 * 86400) {
        return two(a, s / 3600, "h", s % 3600 / 60, "min");
    }
    return arena_printf(a, "%" PRId64 " days", s / 86400);
}

const char *cli_words_of(struct arena *a, uint64_t n, const char *one, const char *many)
{
    return arena_printf(a, "%s %s", cli_words_count(a, n), n == 1 ? one : many);
}

/* The length of the UTF-8 character at p, 0 where there is none. */
static size_t character(const char *p)
{
    size_t n = 1;

    while (n <= 4 && p[n - 1] != '\0' && !str_utf8_valid((struct str){p, n})) {
        n++;
    }
    return n <= 4 && p[n - 1] != '\0' ? n : 0;
}

const char *cli_words_key(struct arena *a, const char *key)
{
    struct buf *out = buf_new(a, MAX_KEY);

    while (*key != '\0') {
        size_t n = character(key);
        if (n == 0 || (unsigned char)*key < 0x20 || *key == 0x7f) {
            buf_printf(out, "\\x%02x", (unsigned char)*key);
            n = 1;
        } else {
            buf_append(out, key, n);
        }
        key += n;
    }
    return out->data;
}

void cli_words_add(struct buf *line, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._/:=+@%,";

    buf_puts(line, line->len > 0 ? " " : "");
    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        buf_puts(line, word);
        return;
    }
    buf_putc(line, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            buf_puts(line, "'\\''");
        } else {
            buf_putc(line, *word);
        }
    }
    buf_putc(line, '\'');
}
