#include "notation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "value/number.h"

enum { MOST_ITEMS = 64 };

struct reader {
    struct arena *a;
    const char *text; /* the whole, for messages */
    const char *at;
};

static const struct value *read_value(struct reader *r, const struct type *t);

static _Noreturn void mistake(const struct reader *r, const char *what)
{
    (void)fprintf(stderr, "notation: %s at \"%s\" in \"%s\"\n", what, r->at, r->text);
    abort();
}

static void skip_blanks(struct reader *r)
{
    r->at += strspn(r->at, " ,\n");
}

static bool accept(struct reader *r, char c)
{
    skip_blanks(r);
    if (*r->at != c) {
        return false;
    }
    r->at++;
    return true;
}

static void expect(struct reader *r, char c)
{
    if (!accept(r, c)) {
        mistake(r, "missing bracket or =");
    }
}

static char *read_word(struct reader *r)
{
    skip_blanks(r);
    bool quoted = *r->at == '\'';
    const char *start = r->at + (quoted ? 1 : 0);
    size_t n = quoted ? strcspn(start, "'") : strcspn(start, " ,\n=[]{}'");
    if (n == 0 && !quoted) {
        mistake(r, "missing word");
    }
    r->at = start + n + (quoted ? 1 : 0);
    return arena_strndup(r->a, start, n);
}

static const struct value *read_collection(struct reader *r, const struct type *t)
{
    const struct value **items = arena_array(r->a, MOST_ITEMS, sizeof(const struct value *));
    size_t n = 0;
    expect(r, '[');
    while (!accept(r, ']')) {
        if (n == MOST_ITEMS) {
            mistake(r, "too many items");
        }
        items[n++] = read_value(r, t->element);
    }
    return t->kind == TYPE_SET ? value_set(r->a, t, items, n) : value_list(r->a, t, items, n);
}

static const struct value *read_map(struct reader *r, const struct type *t)
{
    const struct value **items = arena_array(r->a, MOST_ITEMS, sizeof(const struct value *));
    struct str *keys = arena_array(r->a, MOST_ITEMS, sizeof(*keys));
    size_t n = 0;
    expect(r, '{');
    while (!accept(r, '}')) {
        if (n == MOST_ITEMS) {
            mistake(r, "too many items");
        }
        keys[n] = str_of(read_word(r));
        expect(r, '=');
        items[n++] = read_value(r, t->element);
    }
    return value_map(r->a, t, (struct value_entries){keys, items, n});
}

static const struct value *read_fields(struct reader *r, const struct type *t, char end)
{
    const struct value **items = arena_array(r->a, t->n_fields, sizeof(const struct value *));
    for (size_t i = 0; i < t->n_fields; i++) {
        items[i] = value_null(r->a, t->fields[i].type);
    }
    while (skip_blanks(r), *r->at != end) {
        int i = type_field_index(t, str_of(read_word(r)));
        if (i < 0) {
            mistake(r, "no such attribute");
        }
        expect(r, '=');
        items[i] = read_value(r, t->fields[i].type);
    }
    return value_object(r->a, t, items);
}

static const struct value *make_number(struct reader *r, const char *word)
{
    struct str canonical;
    if (!number_canonical(r->a, str_of(word), &canonical)) {
        mistake(r, "not a number");
    }
    struct value *v = arena_alloc(r->a, sizeof(*v));
    v->type = &type_number;
    v->state = VALUE_KNOWN;
    v->text = canonical;
    return v;
}

static const struct value *read_simple(struct reader *r, const struct type *t)
{
    const char *word = read_word(r);
    bool is_bool = strcmp(word, "true") == 0 || strcmp(word, "false") == 0;
    if (t->kind == TYPE_BOOL || (t->kind == TYPE_DYNAMIC && is_bool)) {
        if (!is_bool) {
            mistake(r, "not true or false");
        }
        return value_bool(r->a, word[0] == 't');
    }
    if (t->kind == TYPE_NUMBER || (t->kind == TYPE_DYNAMIC && isdigit((unsigned char)word[0]))) {
        return make_number(r, word);
    }
    return value_string(r->a, str_of(word));
}

static bool accept_word(struct reader *r, const char *word)
{
    skip_blanks(r);
    size_t n = strlen(word);
    if (strncmp(r->at, word, n) != 0 || (r->at[n] && !strchr(" ,\n]}", r->at[n]))) {
        return false;
    }
    r->at += n;
    return true;
}

static const struct value *read_value(struct reader *r, const struct type *t)
{
    if (accept_word(r, "?")) {
        return value_unknown(r->a, t);
    }
    if (accept_word(r, "null")) {
        return value_null(r->a, t);
    }
    switch (t->kind) {
    case TYPE_LIST:
    case TYPE_SET:
        return read_collection(r, t);
    case TYPE_MAP:
        return read_map(r, t);
    case TYPE_OBJECT:
        expect(r, '{');
        const struct value *object = read_fields(r, t, '}');
        expect(r, '}');
        return object;
    case TYPE_TUPLE:
        mistake(r, "tuples have no notation");
    case TYPE_BOOL:
    case TYPE_NUMBER:
    case TYPE_STRING:
    case TYPE_DYNAMIC:
    default:
        return read_simple(r, t);
    }
}

const struct value *notation_value(struct arena *a, const struct type *t, const char *text)
{
    struct reader r = {a, text, text};
    const struct value *v = read_value(&r, t);
    skip_blanks(&r);
    if (*r.at) {
        mistake(&r, "something is left");
    }
    return v;
}

const struct value *notation_object(struct arena *a, const struct type *t, const char *text)
{
    if (!text || strcmp(text, "null") == 0 || strcmp(text, "?") == 0) {
        return notation_value(a, t, text ? text : "null");
    }
    struct reader r = {a, text, text};
    return read_fields(&r, t, '\0');
}

/* ---- Back -------------------------------------------------------------------------------------
 */

static char *quote(struct arena *a, struct str s)
{
    const char *text = str_dup(a, s);
    bool bare = *text && !strpbrk(text, " ,\n=[]{}'?");
    return arena_printf(a, bare ? "%s" : "'%s'", text);
}

static char *items_text(struct arena *a, const struct value *v, const char *brackets)
{
    char *out = arena_printf(a, "%c", brackets[0]);
    const char *gap = "";
    for (size_t i = 0; i < v->n; i++) {
        const char *item = notation_text(a, v->items[i]);
        if (v->type->kind == TYPE_OBJECT) {
            if (value_is_null(v->items[i])) {
                continue;
            }
            out = arena_printf(a, "%s%s%s=%s", out, gap, v->type->fields[i].name, item);
        } else if (v->keys) {
            out = arena_printf(a, "%s%s%s=%s", out, gap, quote(a, v->keys[i]), item);
        } else {
            out = arena_printf(a, "%s%s%s", out, gap, item);
        }
        gap = " ";
    }
    return arena_printf(a, "%s%c", out, brackets[1]);
}

char *notation_text(struct arena *a, const struct value *v)
{
    if (!value_is_known(v)) {
        return arena_strdup(a, value_is_null(v) ? "null" : "?");
    }
    switch (v->type->kind) {
    case TYPE_BOOL:
        return arena_strdup(a, v->boolean ? "true" : "false");
    case TYPE_NUMBER:
        return str_dup(a, v->text);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_TUPLE:
        return items_text(a, v, "[]");
    case TYPE_MAP:
    case TYPE_OBJECT:
        return items_text(a, v, "{}");
    case TYPE_STRING:
    case TYPE_DYNAMIC:
    default:
        return quote(a, v->text);
    }
}
