/* Times as services write them; fast, because listings hold one for each version. */
#include <stdbool.h>

#include "base/clock.h"
#include "base/str.h"

#define FIRST_YEAR   1970
#define SHORTEST     20 /* 2026-11-24T03:16:18Z */
#define DAYS_TO_1970 719468
#define S_PER_DAY    86400

struct fields {
    int year, month, day, hour, minute, second;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 0 stands for any digit, T for a T of either case or a space. */
static bool has_shape(const char *p, const char *shape)
{
    for (; *shape; p++, shape++) {
        bool fits = *shape == '0'   ? is_digit(*p)
                    : *shape == 'T' ? *p == 'T' || *p == 't' || *p == ' '
                                    : *p == *shape;
        if (!fits) {
            return false;
        }
    }
    return true;
}

static int number(const char *p, size_t n)
{
    int value = 0;

    while (n-- > 0) {
        value = value * 10 + (*p++ - '0');
    }
    return value;
}

/* Days since 1970-01-01, counting years from March so that the leap day is their last. */
static int64_t days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

static int month_days(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool exists(const struct fields *f)
{
    return f->year >= FIRST_YEAR && f->month >= 1 && f->month <= 12 && f->day >= 1 &&
           f->day <= month_days(f->year, f->month) && f->hour <= 23 && f->minute <= 59 &&
           f->second <= 60;
}

/* ".123": at least one digit; what is finer than a nanosecond is cut. Moves on behind them. */
static bool fraction(const char **p, const char *end, long *ret_ns)
{
    long unit = 100000000;
    const char *first;

    if (*p == end || **p != '.') {
        return true;
    }
    for (first = ++*p; *p < end && is_digit(**p); ++*p, unit /= 10) {
        *ret_ns += (**p - '0') * unit;
    }
    return *p > first;
}

/* "Z", "+01:00", "-0030": seconds to take away. */
static bool offset(const char *p, const char *end, int64_t *ret_s)
{
    size_t n = (size_t)(end - p);
    int hours, minutes;

    *ret_s = 0;
    if (n == 1) {
        return *p == 'Z' || *p == 'z';
    }
    if (n < 5 || (*p != '+' && *p != '-') || !has_shape(p + 1, n == 6 ? "00:00" : "0000")) {
        return false;
    }
    hours = number(p + 1, 2);
    minutes = number(end - 2, 2);
    *ret_s = (*p == '-' ? -60 : 60) * (int64_t)(hours * 60 + minutes);
    return n <= 6 && hours <= 23 && minutes <= 59;
}

bool clock_rfc3339_parse(struct str text, struct timespec *ret_time)
{
    const char *p = text.p, *end;
    struct fields f;
    int64_t away;
    long ns = 0;

    if (text.n < SHORTEST || !has_shape(p, "0000-00-00T00:00:00")) {
        return false;
    }
    f = (struct fields){number(p, 4),      number(p + 5, 2),  number(p + 8, 2),
                        number(p + 11, 2), number(p + 14, 2), number(p + 17, 2)};
    end = p + text.n;
    p += SHORTEST - 1;
    if (!exists(&f) || !fraction(&p, end, &ns) || !offset(p, end, &away)) {
        return false;
    }
    *ret_time = (struct timespec){
        .tv_sec = days(f.year, f.month, f.day) * S_PER_DAY + f.hour * 3600 + f.minute * 60 +
                  f.second - away,
        .tv_nsec = ns,
    };
    return true;
}
