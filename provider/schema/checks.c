/*
 * No message here quotes the value: it may be a secret, and core shows the line of the
 * configuration with it anyway, hiding what is sensitive. But a name: it stands in every message
 * about the thing, and core's line may show only what it was made from.
 */
#include "schema/checks.h"

#include <string.h>

#include "base/ctx.h"
#include "value/number.h"

/* A check of one text runs on each element of a list, set or map of them. */
struct text_check {
    struct ctx *cx;
    const struct attr_check *check;
    void (*run)(const struct text_check *t, const struct path *path, struct str text);
};

static void each_text(const struct text_check *t, const struct path *path, const struct value *v)
{
    if (!value_is_known(v)) {
        return;
    }
    switch (v->type->kind) {
    case TYPE_STRING:
        t->run(t, path, v->text);
        return;
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_MAP:
        break;
    case TYPE_BOOL:
    case TYPE_NUMBER:
    case TYPE_DYNAMIC:
    case TYPE_OBJECT:
    case TYPE_TUPLE:
        return;
    }
    struct arena *a = t->cx->arena;
    for (size_t i = 0; i < v->n; i++) {
        const struct path *at = path; /* sets cannot be indexed */
        if (v->type->kind == TYPE_LIST) {
            at = path_index(a, path, (int64_t)i);
        } else if (v->type->kind == TYPE_MAP) {
            at = path_key(a, path, str_dup(a, v->keys[i]));
        }
        each_text(t, at, v->items[i]);
    }
}

static char *join_words(struct arena *a, const char *const *words)
{
    char *joined = arena_strdup(a, "");
    for (size_t i = 0; words[i]; i++) {
        const char *separator = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        joined = arena_printf(a, "%s%s\"%s\"", joined, separator, words[i]);
    }
    return joined;
}

static void one_of(const struct text_check *t, const struct path *path, struct str text)
{
    for (const char *const *w = t->check->words; *w; w++) {
        if (str_is(text, *w)) {
            return;
        }
    }
    diag_error(t->cx, path, "Value is not one of those allowed", "%s must be %s.",
               path_text(t->cx->arena, path), join_words(t->cx->arena, t->check->words));
}

void checks_one_of(struct ctx *cx, const struct attr_check *check, const struct path *path,
                   const struct value *v)
{
    each_text(&(struct text_check){cx, check, one_of}, path, v);
}

static void duration(const struct text_check *t, const struct path *path, struct str text)
{
    int64_t ms = 0;
    if (!str_to_duration_ms(text, &ms)) {
        diag_error(
            t->cx, path, "Value is not a duration",
            "%s must be a whole or decimal number with a unit, or several in a row: \"90s\", "
            "\"30m\", \"1h30m\", \"24h\". Units are ms, s, m and h; there is no unit for days.",
            path_text(t->cx->arena, path));
    }
}

void checks_duration(struct ctx *cx, const struct attr_check *check, const struct path *path,
                     const struct value *v)
{
    each_text(&(struct text_check){cx, check, duration}, path, v);
}

/* The rest of a server's URL: host, or [IPv6], and port. A path, keys or a query would be left out
 * by whoever takes the URL for a server's, or fail at the first request. */
static bool names_a_server(struct str rest)
{
    if (rest.n > 0 && rest.p[rest.n - 1] == '/') {
        rest.n--;
    }
    for (size_t i = 0; i < rest.n; i++) {
        char c = rest.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr(".-_:[]", c))) {
            return false;
        }
    }
    return rest.n > 0 && rest.p[0] != ':';
}

static bool url_looks_right(struct str text)
{
    static const char *const schemes[] = {"https://", "http://"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t n = strlen(schemes[i]);
        if (text.n > n && str_is((struct str){text.p, n}, schemes[i])) {
            return names_a_server((struct str){text.p + n, text.n - n});
        }
    }
    return false;
}

static void url(const struct text_check *t, const struct path *path, struct str text)
{
    if (!url_looks_right(text)) {
        diag_error(t->cx, path, "Value is not the URL of a server",
                   "%s must start with https:// or http://, name a host and, where needed, a port, "
                   "and hold nothing else: no path, no keys, no blanks.",
                   path_text(t->cx->arena, path));
    }
}

void checks_url(struct ctx *cx, const struct attr_check *check, const struct path *path,
                const struct value *v)
{
    each_text(&(struct text_check){cx, check, url}, path, v);
}

#define MAX_SHOWN 100 /* bytes of a wrong name */

static void name(const struct text_check *t, const struct path *path, struct str text)
{
    struct arena *a = t->cx->arena;
    const char *fault = t->check->fault(a, text);
    if (fault) {
        diag_error(
            t->cx, path,
            arena_printf(a, "\"%s\" is not %s", str_utf8_clean(a, text, MAX_SHOWN), t->check->what),
            "%s %s. It must be %s.", path_text(a, path), fault, t->check->doc);
    }
}

void checks_name(struct ctx *cx, const struct attr_check *check, const struct path *path,
                 const struct value *v)
{
    each_text(&(struct text_check){cx, check, name}, path, v);
}

const char *checks_bounds(struct arena *a, const struct attr_check *check)
{
    if (check->min == check->max) {
        return arena_printf(a, "exactly %lld", (long long)check->min);
    }
    if (check->max == INT64_MAX) {
        return arena_printf(a, "at least %lld", (long long)check->min);
    }
    if (check->min == INT64_MIN) {
        return arena_printf(a, "at most %lld", (long long)check->max);
    }
    return arena_printf(a, "%lld to %lld", (long long)check->min, (long long)check->max);
}

void checks_length(struct ctx *cx, const struct attr_check *check, const struct path *path,
                   const struct value *v)
{
    bool is_text = v->type->kind == TYPE_STRING;
    if (v->type->kind == TYPE_SET && !value_is_wholly_known(v)) {
        return; /* elements may turn out to be the same one */
    }
    size_t n = is_text ? v->text.n : v->n;
    if ((int64_t)n < check->min || (int64_t)n > check->max) {
        diag_error(cx, path, is_text ? "Value has the wrong length" : "Wrong number of elements",
                   "%s: the %s must be %s, not %zu.", path_text(cx->arena, path),
                   is_text ? "length in bytes" : "number of elements",
                   checks_bounds(cx->arena, check), n);
    }
}

void checks_range(struct ctx *cx, const struct attr_check *check, const struct path *path,
                  const struct value *v)
{
    if (v->type->kind != TYPE_NUMBER) {
        return;
    }
    if (number_cmp(v->text, number_of_i64(cx->arena, check->min)) < 0 ||
        number_cmp(v->text, number_of_i64(cx->arena, check->max)) > 0) {
        diag_error(cx, path, "Value is out of range", "%s must be %s.", path_text(cx->arena, path),
                   checks_bounds(cx->arena, check));
    }
}
