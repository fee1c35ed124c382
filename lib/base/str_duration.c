/* Go's duration syntax: https://pkg.go.dev/time#ParseDuration */
#include "base/str.h"

#define NS_PER_MS 1000000u
#define MAX_NS    9151617600000000000u /* 290 years of 365.25 days */

static const struct unit {
    struct str name;
    uint64_t ns;
} units[] = {
    {STR_INIT("ns"), 1},           {STR_INIT("us"), 1000},
    {STR_INIT("\xC2\xB5s"), 1000}, /* micro sign */
    {STR_INIT("\xCE\xBCs"), 1000}, /* greek mu */
    {STR_INIT("ms"), NS_PER_MS},   {STR_INIT("s"), 1000000000u},
    {STR_INIT("m"), 60000000000u}, {STR_INIT("h"), 3600000000000u},
};

static struct str skip(struct str s, size_t n)
{
    return (struct str){s.p + n, s.n - n};
}

/* Take the leading decimal digits off *rest. */
static struct str take_digits(struct str *rest)
{
    struct str digits = {rest->p, 0};

    while (digits.n < rest->n && rest->p[digits.n] >= '0' && rest->p[digits.n] <= '9') {
        digits.n++;
    }
    *rest = skip(*rest, digits.n);
    return digits;
}

static const struct unit *take_unit(struct str *rest)
{
    struct str name = {rest->p, 0};
    size_t i;

    while (name.n < rest->n && rest->p[name.n] != '.' &&
           (rest->p[name.n] < '0' || rest->p[name.n] > '9')) {
        name.n++;
    }
    *rest = skip(*rest, name.n);
    for (i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_eq(name, units[i].name)) {
            return &units[i];
        }
    }
    return NULL;
}

/* 0.digits of a unit. What is smaller than a nanosecond is dropped. */
static uint64_t fraction_ns(struct str digits, uint64_t unit_ns)
{
    uint64_t ns = 0;
    size_t i;

    for (i = 0; i < digits.n && unit_ns > 1; i++) {
        ns += (uint64_t)(digits.p[i] - '0') * unit_ns / 10;
        unit_ns /= 10;
    }
    return ns;
}

/* One number with its unit, as "1.5h". */
static bool take_term(struct str *rest, uint64_t *ret_ns)
{
    struct str whole = take_digits(rest), fraction = {NULL, 0};
    const struct unit *unit;
    uint64_t n = 0;

    if (rest->n > 0 && rest->p[0] == '.') {
        *rest = skip(*rest, 1);
        fraction = take_digits(rest);
    }
    if (whole.n + fraction.n == 0 || (whole.n > 0 && !str_to_u64(whole, &n))) {
        return false;
    }
    unit = take_unit(rest);
    if (unit == NULL || __builtin_mul_overflow(n, unit->ns, &n) ||
        __builtin_add_overflow(n, fraction_ns(fraction, unit->ns), &n)) {
        return false;
    }
    *ret_ns = n;
    return true;
}

bool str_to_duration_ms(struct str s, int64_t *ret_ms)
{
    uint64_t total = 0, ns;

    if (s.n > 0 && s.p[0] == '+') {
        s = skip(s, 1);
    }
    if (str_is(s, "0")) { /* the one number that needs no unit */
        *ret_ms = 0;
        return true;
    }
    if (s.n == 0) {
        return false;
    }
    while (s.n > 0) {
        if (!take_term(&s, &ns) || __builtin_add_overflow(total, ns, &total) || total > MAX_NS) {
            return false;
        }
    }
    *ret_ms = (int64_t)(total / NS_PER_MS);
    return true;
}
