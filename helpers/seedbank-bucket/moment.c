#include "seedbank-bucket/moment.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

#define LAST_SECOND (INT64_MAX / MOMENT_SECOND - 1)

int64_t moment_of(struct timespec time)
{
    if (time.tv_sec > LAST_SECOND) {
        return INT64_MAX;
    }
    return (int64_t)time.tv_sec * MOMENT_SECOND + time.tv_nsec;
}

bool moment_read(const char *text, int64_t *ret_moment)
{
    struct timespec time;

    if (!clock_rfc3339_parse(str_of(text), &time) || time.tv_sec < 0 || time.tv_sec > LAST_SECOND) {
        return false;
    }
    *ret_moment = moment_of(time);
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
