#include "schema/raw_set_number.h"

#include <stdbool.h>
#include <stdlib.h>

/* A decimal text taken apart: 0.DIGITS times ten to the power of `point`. */
struct decimal {
    char digits[512 + 1]; /* canonical texts with more are cut, which rounding does anyway */
    int n;
    int point;
};

static struct decimal take_apart(struct str text)
{
    struct decimal d = {.n = 0};
    bool fraction = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == 'e' || c == 'E') {
            int64_t exponent = 0;
            size_t at = i + (i + 1 < text.n && text.p[i + 1] == '+' ? 2 : 1);
            if (str_to_i64((struct str){text.p + at, text.n - at}, &exponent)) {
                d.point += (int)exponent;
            }
            break;
        }
        fraction = fraction || c == '.';
        if (c < '0' || c > '9') {
            continue;
        }
        if (c == '0' && d.n == 0) { /* leading */
            d.point -= fraction;
            continue;
        }
        d.point += !fraction;
        if (d.n < (int)sizeof(d.digits) - 1) {
            d.digits[d.n++] = c;
        }
    }
    return d;
}

/* Half to even, as Go does. */
static void round_to(struct decimal *d, int n)
{
    if (d->n > n) {
        bool half = d->digits[n] == '5' && d->n == n + 1;
        bool up = half ? (d->digits[n - 1] - '0') % 2 == 1 : d->digits[n] >= '5';
        d->n = n;
        while (up && d->n > 0 && d->digits[d->n - 1] == '9') {
            d->n--;
        }
        if (up && d->n > 0) {
            d->digits[d->n - 1]++;
        } else if (up) {
            d->digits[d->n++] = '1';
            d->point++;
        }
    }
    while (d->n > 0 && d->digits[d->n - 1] == '0') {
        d->n--;
    }
}

void raw_set_number(struct buf *key, struct str canonical)
{
    struct decimal d = take_apart(canonical);
    round_to(&d, 10);
    if (d.n == 0) {
        buf_putc(key, '0');
        return;
    }
    if (canonical.p[0] == '-') {
        buf_putc(key, '-');
    }
    int exponent = d.point - 1;
    if (exponent < -4 || exponent >= 10) {
        buf_printf(key, "%c%s%.*se%c%02d", d.digits[0], d.n > 1 ? "." : "", d.n - 1, d.digits + 1,
                   exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    static const char zeros[] = "0000000000";
    if (d.point <= 0) {
        buf_printf(key, "0.%.*s%.*s", -d.point, zeros, d.n, d.digits);
    } else if (d.point >= d.n) {
        buf_printf(key, "%.*s%.*s", d.n, d.digits, d.point - d.n, zeros);
    } else {
        buf_printf(key, "%.*s.%.*s", d.point, d.digits, d.n - d.point, d.digits + d.point);
    }
}
