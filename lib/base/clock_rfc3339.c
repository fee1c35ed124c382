/* Times as services write them; fast, because listings hold one for each version. */
#include <stdbool.h>

#include "base/clock.h"
#include "base/str.h"

#define FIRST_YEAR   1970
#define NANO_DIGITS  9
#define SHORTEST     20 /* 2026-11-24T03:16:18Z */
#define DAYS_TO_1970 719468
#define S_PER_DAY    86400

static bool digits(const char *p, size_t n, int *ret_value)
{
    int value = 0;

    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return false;
        }
        value = value * 10 + (p[i] - '0');
    }
    *ret_value = value;
    return true;
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

/* ".123": from one to nine digits. Moves on behind them. */
static bool fraction(const char **p, const char *end, long *ret_ns)
{
    long ns = 0;
    int n = 0;

    if (*p == end || **p != '.') {
        return true;
    }
    for (++*p; *p < end && **p >= '0' && **p <= '9'; ++*p, n++) {
        if (n >= NANO_DIGITS) {
            return false;
        }
        ns = ns * 10 + (**p - '0');
    }
    for (int i = n; i < NANO_DIGITS; i++) {
        ns *= 10;
    }
    *ret_ns = ns;
    return n > 0;
}

/* "Z", "+01:00", "-00:30": seconds to take away. */
static bool offset(const char *p, const char *end, int64_t *ret_s)
{
    int hours, minutes;

    if (end - p == 1) {
        *ret_s = 0;
        return *p == 'Z';
    }
    if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':' || !digits(p + 1, 2, &hours) ||
        !digits(p + 4, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *ret_s = (*p == '-' ? -60 : 60) * (int64_t)(hours * 60 + minutes);
    return true;
}

bool clock_rfc3339_parse(struct str text, struct timespec *ret_time)
{
    const char *p = text.p, *end = text.p + text.n;
    int year, month, day, hour, minute, second;
    int64_t away;
    long ns = 0;

    if (text.n < SHORTEST || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' ||
        p[16] != ':' || !digits(p, 4, &year) || !digits(p + 5, 2, &month) ||
        !digits(p + 8, 2, &day) || !digits(p + 11, 2, &hour) || !digits(p + 14, 2, &minute) ||
        !digits(p + 17, 2, &second)) {
        return false;
    }
    if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
        hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    p += SHORTEST - 1;
    if (!fraction(&p, end, &ns) || !offset(p, end, &away)) {
        return false;
    }
    *ret_time = (struct timespec){
        .tv_sec = days(year, month, day) * S_PER_DAY + hour * 3600 + minute * 60 + second - away,
        .tv_nsec = ns,
    };
    return true;
}
