#include "value/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum {
    TEXT_MAX = 4096,       /* bytes, of what is read and of what is written */
    PLAIN_MAX = 512,       /* digits of the form without an exponent */
    EXPONENT_MAX = 100000, /* of the first digit */
    BRIEF_DIGITS = 10,
    DOUBLE_DIGITS = 767, /* significant digits of the longest double */
};

/* 0.DIGITS * 10^point, with neither leading nor trailing zeros; zero has no digits. */
struct decimal {
    bool negative;
    int64_t point;
    size_t n;
    char digits[TEXT_MAX]; /* the first n are set */
};

struct cursor {
    const char *p, *end;
};

static bool next_is(struct cursor *c, char wanted)
{
    if (c->p < c->end && *c->p == wanted) {
        c->p++;
        return true;
    }
    return false;
}

static bool at_digit(const struct cursor *c)
{
    return c->p < c->end && *c->p >= '0' && *c->p <= '9';
}

/* Digits up to something else; false when there is none. Leading zeros only move the point. */
static bool read_digits(struct cursor *c, bool fraction, struct decimal *d)
{
    if (!at_digit(c)) {
        return false;
    }
    for (; at_digit(c); c->p++) {
        bool leading = d->n == 0 && *c->p == '0';
        if (!leading) {
            d->digits[d->n++] = *c->p;
        }
        if (!fraction && !leading) {
            d->point++;
        } else if (fraction && leading) {
            d->point--;
        }
    }
    return true;
}

static bool read_exponent(struct cursor *c, int64_t *ret_exponent)
{
    bool negative = next_is(c, '-');
    if (!negative) {
        (void)next_is(c, '+');
    }
    if (!at_digit(c)) {
        return false;
    }
    int64_t e = 0;
    for (; at_digit(c); c->p++) {
        e = e * 10 + (*c->p - '0');
        if (e > 10 * EXPONENT_MAX) {
            return false;
        }
    }
    *ret_exponent = negative ? -e : e;
    return true;
}

static bool read_decimal(struct str text, struct decimal *d)
{
    if (text.n == 0 || text.n > TEXT_MAX) {
        return false;
    }
    struct cursor c = {text.p, text.p + text.n};
    int64_t exponent = 0;
    d->point = 0;
    d->n = 0;
    d->negative = next_is(&c, '-');
    if (!read_digits(&c, false, d)) {
        return false;
    }
    if (next_is(&c, '.') && !read_digits(&c, true, d)) {
        return false;
    }
    if ((next_is(&c, 'e') || next_is(&c, 'E')) && !read_exponent(&c, &exponent)) {
        return false;
    }
    if (c.p != c.end) {
        return false;
    }
    while (d->n > 0 && d->digits[d->n - 1] == '0') {
        d->n--;
    }
    d->point += exponent;
    if (d->n == 0) {
        d->negative = false;
        d->point = 0;
    }
    return d->point - 1 <= EXPONENT_MAX && d->point - 1 >= -EXPONENT_MAX;
}

/* ---- Writing ---------------------------------------------------------------------------- */

struct writer {
    char text[TEXT_MAX + 16]; /* "-", ".", "e-100000" */
    size_t n;
};

static void put(struct writer *w, const char *p, size_t n)
{
    memcpy(w->text + w->n, p, n);
    w->n += n;
}

static void put_zeros(struct writer *w, size_t n)
{
    memset(w->text + w->n, '0', n);
    w->n += n;
}

static size_t plain_digits(const struct decimal *d)
{
    if (d->point <= 0) {
        return 1 + (size_t)-d->point + d->n;
    }
    return d->n > (size_t)d->point ? d->n : (size_t)d->point;
}

static void write_plain(struct writer *w, const struct decimal *d)
{
    if (d->point <= 0) {
        put(w, "0", 1);
        if (d->n > 0) {
            put(w, ".", 1);
            put_zeros(w, (size_t)-d->point);
            put(w, d->digits, d->n);
        }
        return;
    }
    size_t point = (size_t)d->point;
    if (d->n <= point) {
        put(w, d->digits, d->n);
        put_zeros(w, point - d->n);
        return;
    }
    put(w, d->digits, point);
    put(w, ".", 1);
    put(w, d->digits + point, d->n - point);
}

static void write_mantissa(struct writer *w, const struct decimal *d)
{
    put(w, d->digits, 1);
    if (d->n > 1) {
        put(w, ".", 1);
        put(w, d->digits + 1, d->n - 1);
    }
}

static void write_exponent(struct writer *w, const struct decimal *d)
{
    write_mantissa(w, d);
    char exponent[24];
    int n = snprintf(exponent, sizeof exponent, "e%" PRId64, d->point - 1);
    put(w, exponent, (size_t)n);
}

static void write_decimal(struct writer *w, const struct decimal *d)
{
    w->n = 0;
    if (d->negative) {
        put(w, "-", 1);
    }
    if (plain_digits(d) <= PLAIN_MAX) {
        write_plain(w, d);
    } else {
        write_exponent(w, d);
    }
}

static struct str keep(struct arena *a, const struct writer *w)
{
    return (struct str){arena_strndup(a, w->text, w->n), w->n};
}

/* At most so many digits, the last one rounded, to even where it stands in the middle. */
static void round_to(struct decimal *d, size_t most)
{
    if (d->n <= most) {
        return;
    }
    bool middle = d->digits[most] == '5' && d->n == most + 1;
    bool up = middle ? (d->digits[most - 1] - '0') % 2 == 1 : d->digits[most] >= '5';
    for (d->n = most; up && d->n > 0 && d->digits[d->n - 1] == '9';) {
        d->n--;
    }
    if (up && d->n == 0) {
        d->digits[d->n++] = '1';
        d->point++;
    } else if (up) {
        d->digits[d->n - 1]++;
    }
    while (d->digits[d->n - 1] == '0') {
        d->n--;
    }
}

/* ---- The interface ---------------------------------------------------------------------- */

bool number_canonical(struct arena *a, struct str text, struct str *ret_canonical)
{
    struct decimal d;
    struct writer w;
    if (!read_decimal(text, &d)) {
        return false;
    }
    write_decimal(&w, &d);
    if (w.n > TEXT_MAX) { /* could not be read again */
        return false;
    }
    *ret_canonical = keep(a, &w);
    return true;
}

bool number_is_canonical(struct str text)
{
    struct decimal d;
    struct writer w;
    if (!read_decimal(text, &d)) {
        return false;
    }
    write_decimal(&w, &d);
    return str_eq(text, (struct str){w.text, w.n});
}

static int compare_magnitude(const struct decimal *a, const struct decimal *b)
{
    if (a->n == 0 || b->n == 0) {
        return (a->n > 0) - (b->n > 0);
    }
    if (a->point != b->point) {
        return a->point < b->point ? -1 : 1;
    }
    int c = memcmp(a->digits, b->digits, a->n < b->n ? a->n : b->n);
    return c != 0 ? c : (a->n > b->n) - (a->n < b->n);
}

int number_cmp(struct str a, struct str b)
{
    struct decimal x, y;
    if (!read_decimal(a, &x) || !read_decimal(b, &y)) {
        return str_cmp(a, b); /* not canonical: still an order */
    }
    if (x.negative != y.negative) {
        return x.negative ? -1 : 1;
    }
    int c = compare_magnitude(&x, &y);
    return x.negative ? -c : c;
}

bool number_is_whole(struct str canonical)
{
    struct decimal d;
    return read_decimal(canonical, &d) && (d.n == 0 || d.point >= (int64_t)d.n);
}

struct str number_brief(struct arena *a, struct str canonical)
{
    struct decimal d;
    struct writer w = {.n = 0};
    if (!read_decimal(canonical, &d)) {
        return canonical;
    }
    round_to(&d, BRIEF_DIGITS);
    int64_t exponent = d.point - 1;
    if (d.negative) {
        put(&w, "-", 1);
    }
    if (d.n == 0 || (exponent >= -4 && exponent < BRIEF_DIGITS)) {
        write_plain(&w, &d);
    } else {
        char text[24];
        write_mantissa(&w, &d);
        put(&w, text, (size_t)snprintf(text, sizeof text, "e%+03" PRId64, exponent));
    }
    return keep(a, &w);
}

bool number_to_i64(struct str canonical, int64_t *ret_n)
{
    return str_to_i64(canonical, ret_n);
}

/* Every digit of a finite double: printf of glibc and musl is exact. No program here calls
 * setlocale, so the point is a point, here and for strtod. */
static void read_double(double value, struct decimal *d)
{
    char text[DOUBLE_DIGITS + 16];
    int n = snprintf(text, sizeof text, "%.*e", DOUBLE_DIGITS - 1, value);
    if (!read_decimal((struct str){text, (size_t)n}, d)) {
        abort(); /* printf writes what read_decimal reads */
    }
}

bool number_to_double(struct str canonical, double *ret_d)
{
    struct decimal wanted, got;
    if (!read_decimal(canonical, &wanted)) {
        return false;
    }
    /* A binary fraction ends in 5: most decimal fractions are refused here. */
    bool whole = wanted.n == 0 || wanted.point >= (int64_t)wanted.n;
    if (wanted.n > DOUBLE_DIGITS || (!whole && wanted.digits[wanted.n - 1] != '5')) {
        return false;
    }
    char text[TEXT_MAX + 1];
    memcpy(text, canonical.p, canonical.n);
    text[canonical.n] = 0;
    double value = strtod(text, NULL);
    if (!isfinite(value)) {
        return false;
    }
    read_double(value, &got);
    if (got.negative != wanted.negative || compare_magnitude(&got, &wanted) != 0) {
        return false;
    }
    *ret_d = value;
    return true;
}

struct str number_of_double(struct arena *a, double value)
{
    struct decimal d;
    struct writer w;
    read_double(value, &d);
    write_decimal(&w, &d);
    return keep(a, &w);
}

struct str number_of_i64(struct arena *a, int64_t n)
{
    char *text = arena_printf(a, "%" PRId64, n);
    return str_of(text);
}

struct str number_of_u64(struct arena *a, uint64_t n)
{
    char *text = arena_printf(a, "%" PRIu64, n);
    return str_of(text);
}
