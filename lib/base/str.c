#include "base/str.h"

#include "base/arena.h"

struct str str_of(const char *s)
{
    return s == NULL ? (struct str){NULL, 0} : (struct str){s, strlen(s)};
}

int str_cmp(struct str a, struct str b)
{
    size_t common = a.n < b.n ? a.n : b.n;
    int order = common > 0 ? memcmp(a.p, b.p, common) : 0;

    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && str_cmp(a, b) == 0;
}

bool str_is(struct str a, const char *b)
{
    return str_eq(a, str_of(b));
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

char *str_dup(struct arena *a, struct str s)
{
    return s.n == 0 ? arena_strdup(a, "") : arena_strndup(a, s.p, s.n);
}

bool str_to_u64(struct str s, uint64_t *ret_n)
{
    uint64_t n = 0;
    size_t i;

    if (s.n == 0) {
        return false;
    }
    for (i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(s.p[i] - '0'), &n)) {
            return false;
        }
    }
    *ret_n = n;
    return true;
}

bool str_to_i64(struct str s, int64_t *ret_n)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t n;

    if (negative) {
        s = (struct str){s.p + 1, s.n - 1};
    }
    if (!str_to_u64(s, &n) || n > limit) {
        return false;
    }
    if (!negative) {
        *ret_n = (int64_t)n;
    } else {
        *ret_n = n == limit ? INT64_MIN : -(int64_t)n;
    }
    return true;
}
