#include "base/redact.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"

#define SHORTEST    6
#define REPLACEMENT "(redacted)"
#define NEEDLE_MAX  (SIZE_MAX / 2)

/* One spelling of one secret. */
struct needle {
    struct str text;
    struct needle *next;
};

struct redact {
    pthread_mutex_t lock;
    struct arena *arena; /* wiped as it goes */
    struct needle *needles;
};

struct redact *redact_new(void)
{
    struct redact *r = mem_new(sizeof *r);

    pthread_mutex_init(&r->lock, NULL);
    r->arena = arena_new();
    return r;
}

void redact_free(struct redact *r)
{
    if (r == NULL) {
        return;
    }
    pthread_mutex_destroy(&r->lock);
    arena_free(r->arena);
    mem_free(r, sizeof *r);
}

static void add_needle(struct redact *r, struct str text)
{
    struct needle *n;

    for (n = r->needles; n != NULL; n = n->next) {
        if (str_eq(n->text, text)) {
            return;
        }
    }
    n = arena_alloc(r->arena, sizeof *n);
    *n = (struct needle){.text = text, .next = r->needles};
    r->needles = n;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

/* In a path (where the slash stays) or a query; signers write upper case, others lower. */
static void add_percent_encoded(struct redact *r, const char *secret, const char *format,
                                const char *kept)
{
    struct buf *b = buf_new(r->arena, NEEDLE_MAX);

    for (; *secret != '\0'; secret++) {
        if (is_unreserved(*secret) || strchr(kept, *secret) != NULL) {
            buf_putc(b, *secret);
        } else if (*format == 'X') {
            buf_printf(b, "%%%02X", (unsigned char)*secret);
        } else {
            buf_printf(b, "%%%02x", (unsigned char)*secret);
        }
    }
    add_needle(r, buf_str(b));
}

/* `escaped` lists the characters that this kind of writer escapes beyond what JSON asks for: a
 * slash by some C libraries, what HTML cares about by Go. */
static void add_json_escaped(struct redact *r, const char *secret, const char *escaped)
{
    static const char plain[] = "\"\\\b\f\n\r\t/", letters[] = "\"\\bfnrt/";
    struct buf *b = buf_new(r->arena, NEEDLE_MAX);

    for (; *secret != '\0'; secret++) {
        const char *known = strchr(plain, *secret);
        bool extra = strchr(escaped, *secret) != NULL;

        if (known != NULL && (*known != '/' || extra)) {
            buf_printf(b, "\\%c", letters[known - plain]);
        } else if (extra || (unsigned char)*secret < 0x20) {
            buf_printf(b, "\\u%04x", (unsigned)(unsigned char)*secret);
        } else {
            buf_putc(b, *secret);
        }
    }
    add_needle(r, buf_str(b));
}

static unsigned sextet(struct str s, size_t bit)
{
    size_t at = bit / 8;
    unsigned pair = (unsigned)(unsigned char)s.p[at] << 8;

    if (at + 1 < s.n) {
        pair |= (unsigned char)s.p[at + 1];
    }
    return pair >> (10 - bit % 8) & 0x3F;
}

/* The characters that every base64 text holding the secret has in it, when `before` bytes (modulo
 * 3) precede it there, as the user name does in HTTP's basic authentication. */
static void add_base64(struct redact *r, struct str secret, size_t before, const char *last_two)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    struct buf *b = buf_new(r->arena, NEEDLE_MAX);
    size_t bit = (6 - before * 8 % 6) % 6;

    for (; bit + 6 <= secret.n * 8; bit += 6) {
        unsigned v = sextet(secret, bit);

        buf_putc(b, v < 62 ? digits[v] : last_two[v - 62]);
    }
    add_needle(r, buf_str(b));
}

void redact_add(struct redact *r, const char *secret)
{
    size_t before;

    if (secret == NULL || strlen(secret) < SHORTEST) {
        return;
    }
    pthread_mutex_lock(&r->lock);
    secret = arena_strdup(r->arena, secret);
    add_needle(r, str_of(secret));
    add_percent_encoded(r, secret, "X", "");
    add_percent_encoded(r, secret, "x", "");
    add_percent_encoded(r, secret, "X", "/");
    add_json_escaped(r, secret, "");
    add_json_escaped(r, secret, "/");
    add_json_escaped(r, secret, "<>&");
    for (before = 0; before < 3; before++) {
        add_base64(r, str_of(secret), before, "+/");
        add_base64(r, str_of(secret), before, "-_");
    }
    pthread_mutex_unlock(&r->lock);
}

/* Mark the bytes of each occurrence, also of overlapping ones: replacing one after another would
 * leave the rest of a secret that another one overlaps. */
static bool mark_needle(struct str text, struct str needle, char *marks)
{
    const char *p = text.p, *end = text.p + text.n;
    bool found = false;

    while ((p = memmem(p, (size_t)(end - p), needle.p, needle.n)) != NULL) {
        memset(marks + (p - text.p), 1, needle.n);
        found = true;
        p++;
    }
    return found;
}

static const char *without_marked(struct arena *a, struct str text, const char *marks)
{
    struct buf *b = buf_new(a, NEEDLE_MAX);
    size_t i;

    for (i = 0; i < text.n; i++) {
        if (!marks[i]) {
            buf_putc(b, text.p[i]);
        } else if (i == 0 || !marks[i - 1]) {
            buf_puts(b, REPLACEMENT);
        }
    }
    return b->data;
}

const char *redact_text(struct redact *r, struct arena *a, const char *text)
{
    struct str s = str_of(text);
    const struct needle *n;
    bool found = false;
    char *marks;

    if (r == NULL || s.n < SHORTEST) {
        return text;
    }
    pthread_mutex_lock(&r->lock);
    if (r->needles == NULL) {
        pthread_mutex_unlock(&r->lock);
        return text;
    }
    marks = arena_alloc(a, s.n);
    for (n = r->needles; n != NULL; n = n->next) {
        found |= mark_needle(s, n->text, marks);
    }
    pthread_mutex_unlock(&r->lock);
    return found ? without_marked(a, s, marks) : text;
}
