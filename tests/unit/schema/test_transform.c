/* The walks beside planning: defaults of imported and generated objects, write-only values. */
#include "schema/transform.h"

#include "fixture.h"
#include "schema/checks.h"
#include "schema/defaults.h"
#include "schema/write_only.h"

static const struct attr inner[] = {
    STRING("k", O),
    STRING("d", O | C, .default_text = "dd"),
    STRING("c", C),
    STRING("w", O | ATTR_WRITE_ONLY),
    {0},
};

static const struct attr set_inner[] = {STRING("k", O), STRING("c", C), {0}};

static const struct attr attrs[] = {
    STRING("name", R),
    STRING("mode", O | C, .default_text = "on"),
    ROW("list", ATTR_STRINGS, O | C, .type = &type_list_of_string, .default_text = "[\"a\"]"),
    STRING("id", C),
    STRING("secret", O | ATTR_WRITE_ONLY),
    ROW("one", ATTR_OBJECT, O, .nested_size = 1, .attrs = inner),
    ROW("many", ATTR_OBJECT_LIST, O, .nested_size = 1, .attrs = inner),
    ROW("named", ATTR_OBJECT_MAP, O, .nested_size = 1, .attrs = inner),
    ROW("bag", ATTR_OBJECT_SET, O, .nested_size = 1, .attrs = set_inner),
    {0},
};

static void assert_object(struct ctx *cx, const struct value *got, const char *wanted)
{
    const char *text = notation_text(cx->arena, object_of(cx, attrs, wanted));
    assert_string_equal(notation_text(cx->arena, got), text);
}

static void defaults_fill_what_is_null(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"name=a", "name=a mode=on list=[a]"},
        {"mode=off list=[]", "mode=off list=[]"},
        {"mode=?", "mode=? list=[a]"},
        {"one={} many=[{d=x} ?] named={m={}} bag=[{k=a}]",
         "mode=on list=[a] one={d=dd} many=[{d=x} ?] named={m={d=dd}} bag=[{k=a}]"},
        {"null", "null"},
        {"?", "?"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct value *v = NULL;
        assert_int_equal(defaults_apply(cx, attrs, object_of(cx, attrs, cases[i].before), &v),
                         RC_OK);
        assert_object(cx, v, cases[i].after);
    }
}

static void stripping_leaves_what_a_person_would_write(void **state)
{
    struct ctx *cx = *state;
    const struct value *v = NULL;
    const struct value *stored =
        object_of(cx, attrs,
                  "name=a mode=on list=[a b] id=1 one={k=x d=dd c=1} many=[{d=own c=1}] "
                  "named={m={c=1}} bag=[{k=a c=1}]");
    assert_int_equal(defaults_strip(cx, attrs, stored, &v), RC_OK);
    assert_object(cx, v, "name=a list=[a b] one={k=x} many=[{d=own}] named={m={}} bag=[{k=a}]");
}

static const struct attr_check words[] = {CHECK_ONE_OF("on", "off"), {0}};
static const struct attr found[] = {
    STRING("needed", ATTR_REQUIRED, .checks = words),
    STRING("mode", O | C, .default_text = "on", .checks = words),
    STRING("extra", O, .checks = words),
    {0},
};

/* It would be refused: what may be left out is, and the default is what it becomes. */
static void stripping_leaves_out_what_can_only_be_found(void **state)
{
    static const struct {
        const char *stored, *left;
    } cases[] = {
        {"needed=on mode=never", "needed=on"},
        {"needed=never mode=off extra=off", "needed=never mode=off extra=off"},
        {"needed=on mode=? extra=never", "needed=on mode=?"},
    };
    struct ctx *cx = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct value *v = NULL;
        assert_int_equal(defaults_strip(cx, found, object_of(cx, found, cases[i].stored), &v),
                         RC_OK);
        assert_string_equal(notation_text(cx->arena, v),
                            notation_text(cx->arena, object_of(cx, found, cases[i].left)));
        assert_int_equal(cx->diags.errors, 0);
    }
}

static void write_only_values_are_nowhere(void **state)
{
    struct ctx *cx = *state;
    const struct value *v =
        object_of(cx, attrs, "name=a secret=s one={k=x w=s} many=[{w=s} {k=y}] named={m={w=?}}");
    assert_object(cx, write_only_null(cx, attrs, v),
                  "name=a one={k=x} many=[{} {k=y}] named={m={}}");
}

static void write_only_values_come_from_the_configuration(void **state)
{
    struct ctx *cx = *state;
    const struct value *planned =
        object_of(cx, attrs, "name=a mode=on one={k=x} many=[{k=y} {k=z}] named={m={k=x} n={}}");
    const struct value *config =
        object_of(cx, attrs, "name=b secret=s one={w=1} many=[{w=2}] named={m={w=3} o={w=4}}");
    assert_object(cx, write_only_fill(cx, attrs, planned, config),
                  "name=a mode=on secret=s one={k=x w=1} many=[{k=y w=2} {k=z}] "
                  "named={m={k=x w=3} n={}}");
}

static void a_default_that_does_not_parse_fails(void **state)
{
    struct ctx *cx = *state;
    static const struct attr broken[] = {ROW("n", ATTR_INT, O | C, .default_text = "many"), {0}};
    const struct value *v = NULL;
    assert_int_equal(defaults_apply(cx, broken, object_of(cx, broken, ""), &v), RC_FAIL);
    assert_null(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_fill_what_is_null),
        TEST(stripping_leaves_what_a_person_would_write),
        TEST(stripping_leaves_out_what_can_only_be_found),
        TEST(write_only_values_are_nowhere),
        TEST(write_only_values_come_from_the_configuration),
        TEST(a_default_that_does_not_parse_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
