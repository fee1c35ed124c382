/*
 * What go-cty wrote (tests/vectors/value/cases.tsv) is read and written again, byte for byte. Where
 * our bytes are others (sets of compound values have no order of their own, numbers of more than
 * 512 digits get an exponent), ours.tsv holds them, and go-cty itself found that they mean the same
 * (generate/main.go verify).
 */
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "value/value_json.h"
#include "value/value_msgpack.h"

#define CASES "tests/vectors/value/cases.tsv"
#define OURS  "tests/vectors/value/ours.tsv"

enum { COLUMNS = 6 };

struct row {
    char *columns[COLUMNS]; /* NULL: absent */
};

struct table {
    struct row *rows;
    size_t n;
};

static struct table read_table(struct ctx *cx, const char *file)
{
    FILE *f = fopen(file, "r");
    if (f == NULL) {
        fail_msg("run from the root of the repository: cannot open %s", file);
    }
    struct table t = {arena_array(cx->arena, 1000, sizeof(struct row)), 0};
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, f) > 0) {
        if (line[0] == '#') {
            continue;
        }
        line[strcspn(line, "\n")] = 0;
        assert_true(t.n < 1000);
        char *rest = arena_strdup(cx->arena, line);
        for (size_t i = 0; i < COLUMNS; i++) {
            t.rows[t.n].columns[i] = strsep(&rest, "\t");
        }
        t.n++;
    }
    free(line);
    fclose(f);
    return t;
}

static struct str unhex(struct ctx *cx, const char *hex)
{
    size_t n = strlen(hex) / 2;
    char *bytes = arena_alloc(cx->arena, n);
    for (size_t i = 0; i < n; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = (char)strtol(two, NULL, 16);
    }
    return (struct str){bytes, n};
}

static char *hex(struct ctx *cx, struct str s)
{
    char *text = arena_alloc(cx->arena, 2 * s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        snprintf(text + 2 * i, 3, "%02x", (unsigned char)s.p[i]);
    }
    return text;
}

static char *text_of(struct ctx *cx, struct str s)
{
    return arena_strndup(cx->arena, s.p, s.n);
}

/* The row of that name that differs from go-cty's, or the row itself. */
static const struct row *ours_of(const struct table *ours, const char *name)
{
    for (size_t i = 0; i < ours->n; i++) {
        if (strcmp(ours->rows[i].columns[0], name) == 0) {
            return &ours->rows[i];
        }
    }
    return NULL;
}

static bool has_json(const struct row *r)
{
    return strcmp(r->columns[3], "-") != 0;
}

/* Our JSON and MessagePack of the value of a row, as ours.tsv writes them. */
static void round_trip(struct ctx *cx, const struct row *r, char **ret_hex, char **ret_json)
{
    const struct type *t = type_of(cx, r->columns[1]);
    assert_string_equal(type_json(cx->arena, t), r->columns[1]);
    const struct value *v = NULL, *again = NULL;
    struct str bytes = {NULL, 0}, text = {NULL, 0};
    if (value_msgpack_decode(cx, unhex(cx, r->columns[2]), t, &v) != RC_OK ||
        value_conforms(cx, v, t) != RC_OK || value_msgpack_encode(cx, v, t, &bytes) != RC_OK ||
        value_msgpack_decode(cx, bytes, t, &again) != RC_OK) {
        fail_msg("%s: %s", r->columns[0], cx->diags.last->detail);
    }
    assert_true(value_eq(v, again));
    *ret_hex = hex(cx, bytes);
    *ret_json = r->columns[3];
    assert_int_equal(value_is_wholly_known(v), value_json_encode(cx, v, t, &text) == RC_OK);
    if (has_json(r)) {
        *ret_json = text_of(cx, text);
        assert_int_equal(
            value_json_decode(cx, str_of(r->columns[3]), t, VALUE_JSON_REFUSE_EXTRAS, &again),
            RC_OK);
        assert_true(value_eq(v, again));
        assert_int_equal(value_json_decode(cx, text, t, VALUE_JSON_REFUSE_EXTRAS, &again), RC_OK);
        assert_true(value_eq(v, again));
    }
}

static void values_of_go_cty_survive(void **state)
{
    struct ctx *cx = *state;
    struct table cases = read_table(cx, CASES), ours = read_table(cx, OURS);
    size_t differ = 0, found = 0;
    assert_true(cases.n > 200);
    for (size_t i = 0; i < cases.n; i++) {
        const struct row *r = &cases.rows[i], *other = ours_of(&ours, r->columns[0]);
        char *got_hex, *got_json;
        round_trip(cx, r, &got_hex, &got_json);
        found += other != NULL;
        const char *want_hex = other != NULL ? other->columns[3] : r->columns[2];
        const char *want_json = other != NULL ? other->columns[5] : r->columns[3];
        if (strcmp(got_hex, want_hex) != 0 || strcmp(got_json, want_json) != 0) {
            differ++;
            fprintf(stderr, "%s\t%s\t%s\t%s\t%s\t%s\n", r->columns[0], r->columns[1], r->columns[2],
                    got_hex, r->columns[3], got_json);
        }
    }
    assert_int_equal(differ, 0);
    assert_int_equal(found, ours.n);
}

RUN_TESTS(TEST(values_of_go_cty_survive))
