#include "seedbank-bucket/moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/str.h"

#define LAST_YEAR 2261

/* ---- RFC 3339 -------------------------------------------------------------------------------- */

/* So many digits, then the character `end` (0: whatever follows). */
static bool take(const char **p, int digits, char end, int *ret_n)
{
    int n = 0;

    for (int i = 0; i < digits; i++, (*p)++) {
        if (**p < '0' || **p > '9') {
            return false;
        }
        n = n * 10 + (**p - '0');
    }
    if (end != 0 && *(*p)++ != end) {
        return false;
    }
    *ret_n = n;
    return true;
}

/* Days from the epoch to that day. A year that begins in March has its leap day at its end. */
static int64_t days_to(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

static int last_day(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_day(const char **p, int64_t *ret_seconds)
{
    int year, month, day;

    if (!take(p, 4, '-', &year) || !take(p, 2, '-', &month) || !take(p, 2, 0, &day) ||
        year < 1970 || year > LAST_YEAR || month < 1 || month > 12 || day < 1 ||
        day > last_day(year, month)) {
        return false;
    }
    *ret_seconds = days_to(year, month, day) * 86400;
    return true;
}

static bool take_time(const char **p, int64_t *ret_seconds)
{
    int hour, minute, second;

    if (!take(p, 2, ':', &hour) || !take(p, 2, ':', &minute) || !take(p, 2, 0, &second) ||
        hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *ret_seconds = hour * 3600 + minute * 60 + second;
    return true;
}

static bool take_fraction(const char **p, int64_t *ret_ns)
{
    int64_t ns = 0, unit = MOMENT_SECOND;
    const char *digits = *p + 1;

    *ret_ns = 0;
    if (**p != '.') {
        return true;
    }
    for (*p = digits; **p >= '0' && **p <= '9'; (*p)++) {
        unit /= 10;
        ns += (**p - '0') * unit;
    }
    *ret_ns = ns;
    return *p > digits;
}

static bool take_offset(const char **p, int64_t *ret_seconds)
{
    int sign = **p == '-' ? -1 : 1, hour, minute;

    if (**p == 'Z' || **p == 'z') {
        (*p)++;
        *ret_seconds = 0;
        return true;
    }
    if (**p != '+' && **p != '-') {
        return false;
    }
    (*p)++;
    if (!take(p, 2, ':', &hour) || !take(p, 2, 0, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *ret_seconds = sign * (hour * 3600 + minute * 60);
    return true;
}

bool moment_read(const char *text, int64_t *ret_moment)
{
    const char *p = text;
    int64_t day, time, fraction, offset, seconds;

    if (!take_day(&p, &day) || (*p != 'T' && *p != 't' && *p != ' ')) {
        return false;
    }
    p++;
    if (!take_time(&p, &time) || !take_fraction(&p, &fraction) || !take_offset(&p, &offset) ||
        *p != '\0') {
        return false;
    }
    seconds = day + time - offset;
    if (seconds < 0) {
        return false;
    }
    *ret_moment = seconds * MOMENT_SECOND + fraction;
    return true;
}

/* ---- So long ago ----------------------------------------------------------------------------- */

/* Whole weeks and days, which Go's durations lack; the rest is theirs. */
static bool take_days(const char **p, int64_t *ret_days)
{
    int64_t days = 0;

    for (;;) {
        size_t n = strspn(*p, "0123456789");
        int64_t count, each = (*p)[n] == 'w' ? 7 : 1;
        if (n == 0 || ((*p)[n] != 'w' && (*p)[n] != 'd')) {
            *ret_days = days;
            return true;
        }
        if (n > 6 || !str_to_i64((struct str){*p, n}, &count)) {
            return false;
        }
        days += count * each;
        *p += n + 1;
    }
}

static bool read_ago(const char *text, int64_t *ret_ns)
{
    static const char word[] = "ago";
    const char *end = strstr(text, word), *p = text;
    int64_t days, ms = 0;

    if (end == NULL || end == text || strcmp(end, word) != 0) {
        return false;
    }
    while (end > text && end[-1] == ' ') {
        end--;
    }
    if (!take_days(&p, &days) || p > end || end == text) {
        return false;
    }
    if (p < end && !str_to_duration_ms((struct str){p, (size_t)(end - p)}, &ms)) {
        return false;
    }
    if (days > 290 * 366 || ms / 86400000 + days > 290 * 366) {
        return false;
    }
    *ret_ns = days * MOMENT_DAY + ms * (MOMENT_SECOND / 1000);
    return true;
}

bool moment_read_at(const char *text, int64_t now, int64_t *ret_moment)
{
    int64_t ago;

    if (moment_read(text, ret_moment)) {
        return true;
    }
    if (!read_ago(text, &ago) || ago > now) {
        return false;
    }
    *ret_moment = now - ago;
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static const char *write(struct arena *a, int64_t moment, bool compact)
{
    time_t seconds = (time_t)(moment / MOMENT_SECOND);
    char fraction[16] = "", text[64];
    struct tm tm;
    size_t n;

    if (moment % MOMENT_SECOND != 0) {
        snprintf(fraction, sizeof fraction, ".%09lld", (long long)(moment % MOMENT_SECOND));
        for (n = strlen(fraction); fraction[n - 1] == '0'; n--) {
            fraction[n - 1] = '\0';
        }
    }
    gmtime_r(&seconds, &tm);
    if (compact) {
        strftime(text, sizeof text, "%Y%m%dT%H%M%S", &tm);
    } else {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    }
    return arena_printf(a, "%s%sZ", text, fraction);
}

const char *moment_text(struct arena *a, int64_t moment)
{
    return write(a, moment, false);
}

const char *moment_name(struct arena *a, int64_t moment)
{
    return write(a, moment, true);
}
