/*
 * Growable bytes with a maximum declared at birth. The storage is freed (and
 * wiped) with the scope in which buf_new was called; appending inside a deeper
 * mark and rewind is fine. An append beyond the maximum changes nothing, returns
 * false, and is remembered in `full`, so that a writer may append freely and
 * check once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

struct buf {
    char *data; /* always NUL-terminated after data[len] */
    size_t len;
    size_t cap;
    size_t max;
    bool full; /* an append was refused */
};

struct buf *buf_new(struct arena *a, size_t max);
bool buf_append(struct buf *b, const void *p, size_t n);
bool buf_puts(struct buf *b, const char *s);
bool buf_putc(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_truncate(struct buf *b, size_t len); /* len <= b->len; the tail is wiped; clears full */
struct str buf_str(const struct buf *b);

#endif
