/*
 * Text with a length. Bytes from a wire may hold NUL, so what is decoded there
 * travels as struct str; what C code names itself is a plain char pointer.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct str {
    const char *p; /* not NUL-terminated unless said so; may be NULL when n is 0 */
    size_t n;
};

#define STR_INIT(s)                                                                                \
    {                                                                                              \
        (s), sizeof(s) - 1                                                                         \
    } /* of a literal, in tables */
#define STR_LIT(s) ((struct str)STR_INIT(s))

struct str str_of(const char *s); /* NULL gives the empty text */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *b);
int str_cmp(struct str a, struct str b); /* by bytes, shorter first; <0, 0, >0 */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* NUL-terminated copy; a NUL inside ends the copy early, as C text must. */
char *str_dup(struct arena *a, struct str s);

/* True if s is valid UTF-8 (RFC 3629: no surrogates, no overlong forms, <= U+10FFFF). */
bool str_utf8_valid(struct str s);

/* The same text with every invalid byte, and NUL, replaced by U+FFFD, cut at max bytes (>= 3; with
 * an ellipsis) on a character boundary. Always NUL-terminated. */
char *str_utf8_clean(struct arena *a, struct str s, size_t max);

/* Whole decimal text to a number; false on anything else: sign where unsigned, space, overflow. */
bool str_to_i64(struct str s, int64_t *ret_n);
bool str_to_u64(struct str s, uint64_t *ret_n);

/* Go's duration syntax ("1h30m", "24h", "1.5s", "300ms") in milliseconds; false if malformed,
 * negative or over 290 years. */
bool str_to_duration_ms(struct str s, int64_t *ret_ms);

#endif
