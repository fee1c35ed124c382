#include "aws/profiles.h"

#include <string.h>

#include "base/arena.h"

#define BLANKS " \t\r\v\f"

struct setting {
    enum profiles_file file;
    const char *profile, *name; /* name NULL: the profile's section itself */
    const char *value;
    const struct setting *older;
};

struct profiles {
    struct arena *arena;
    const struct setting *newest;
};

/* Where reading stands in a file. */
struct reader {
    struct profiles *to;
    enum profiles_file file;
    const char *profile; /* NULL: in a section that is skipped */
    bool in_section;
    bool has_setting; /* since the section began */
    size_t indent;    /* of the last setting */
};

struct profiles *profiles_new(struct arena *a)
{
    struct profiles *p = arena_alloc(a, sizeof(*p));

    p->arena = a;
    return p;
}

static bool is_blank(char c)
{
    return strchr(BLANKS, c) != NULL;
}

static struct str trim(struct str s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s = (struct str){s.p + 1, s.n - 1};
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

/* Without a comment that begins after white space. */
static struct str uncommented(struct str s)
{
    for (size_t i = 1; i < s.n; i++) {
        if ((s.p[i] == '#' || s.p[i] == ';') && is_blank(s.p[i - 1])) {
            return (struct str){s.p, i};
        }
    }
    return s;
}

static void push(struct reader *r, const char *name, const char *value)
{
    struct setting *s = arena_alloc(r->to->arena, sizeof(*s));

    *s = (struct setting){r->file, r->profile, name, value, r->to->newest};
    r->to->newest = s;
}

static bool take_word(struct str *s, const char *word)
{
    size_t n = strlen(word);

    if (s->n <= n || strncmp(s->p, word, n) != 0 || !is_blank(s->p[n])) {
        return false;
    }
    *s = trim((struct str){s->p + n, s->n - n});
    return true;
}

/* What stands between the brackets, to the profile it opens, or none. */
static const char *start_section(struct reader *r, struct str line)
{
    const char *end = memchr(line.p, ']', line.n);
    struct str name, rest;

    if (end == NULL) {
        return "a section's name is not closed";
    }
    name = trim((struct str){line.p + 1, (size_t)(end - line.p) - 1});
    rest = trim((struct str){end + 1, line.n - (size_t)(end + 1 - line.p)});
    if (name.n == 0 || (rest.n > 0 && rest.p[0] != '#' && rest.p[0] != ';')) {
        return "a section has no name, or something follows it";
    }
    r->in_section = true;
    r->has_setting = false;
    r->profile = NULL;
    if (r->file == PROFILES_CONFIG && !take_word(&name, "profile") && !str_is(name, "default")) {
        return NULL; /* sso-session, services ... */
    }
    if (name.n > 1 && name.p[0] == '"' && name.p[name.n - 1] == '"') {
        name = (struct str){name.p + 1, name.n - 2};
    }
    r->profile = arena_strndup(r->to->arena, name.p, name.n);
    push(r, NULL, NULL);
    return NULL;
}

static const char *take_setting(struct reader *r, struct str line, size_t indent)
{
    const char *equals = memchr(line.p, '=', line.n);
    struct str name, value;
    char *lower;

    if (!r->in_section) {
        return "a setting stands before any section";
    }
    if (r->has_setting && indent > r->indent) {
        return NULL;
    }
    if (equals == NULL || equals == line.p) {
        return "neither a section nor \"name = value\"";
    }
    r->has_setting = true;
    r->indent = indent;
    if (r->profile == NULL) {
        return NULL;
    }
    name = trim((struct str){line.p, (size_t)(equals - line.p)});
    value = (struct str){equals + 1, line.n - (size_t)(equals - line.p) - 1};
    value = trim(uncommented(value)); /* before the blank that makes " # x" a comment goes */
    lower = arena_strndup(r->to->arena, name.p, name.n);
    for (char *c = lower; *c; c++) {
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    }
    push(r, lower, arena_strndup(r->to->arena, value.p, value.n));
    return NULL;
}

static const char *take_line(struct reader *r, struct str line)
{
    struct str text = trim(line);

    if (text.n == 0 || text.p[0] == '#' || text.p[0] == ';') {
        return NULL;
    }
    if (text.p[0] == '[' && text.p == line.p) {
        return start_section(r, text);
    }
    return take_setting(r, text, (size_t)(text.p - line.p));
}

bool profiles_add(struct profiles *p, enum profiles_file file, struct str content,
                  const char **ret_why)
{
    struct reader r = {.to = p, .file = file};
    const char *at = content.n ? content.p : "", *end = at + content.n;

    if (memchr(at, '\0', content.n)) {
        *ret_why = "it holds a NUL byte, so it is no text";
        return false;
    }
    if (content.n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        at += 3;
    }
    for (size_t number = 1; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *why;

        stop = stop ? stop : end;
        why = take_line(&r, (struct str){at, (size_t)(stop - at)});
        if (why) {
            *ret_why = arena_printf(p->arena, "line %zu: %s", number, why);
            return false;
        }
        at = stop + (stop < end);
    }
    return true;
}

bool profiles_has(const struct profiles *p, const char *profile)
{
    for (const struct setting *s = p->newest; s; s = s->older) {
        if (strcmp(s->profile, profile) == 0) {
            return true;
        }
    }
    return false;
}

const char *profiles_get(const struct profiles *p, enum profiles_file file, const char *profile,
                         const char *name)
{
    for (const struct setting *s = p->newest; s; s = s->older) {
        if (s->file == file && s->name && strcmp(s->profile, profile) == 0 &&
            strcmp(s->name, name) == 0) {
            return *s->value ? s->value : NULL;
        }
    }
    return NULL;
}

const char *profiles_any(const struct profiles *p, const char *profile, const char *name)
{
    const char *value = profiles_get(p, PROFILES_CREDENTIALS, profile, name);

    return value ? value : profiles_get(p, PROFILES_CONFIG, profile, name);
}
