/* Each trap that attr_table_check is there for, a row each. */
#include "fixture.h"
#include "schema/checks.h"

static const struct attr good_inner[] = {
    {.name = "k", .kind = ATTR_STRING, .flags = R, .doc = "Key."},
    {0},
};

#define TABLE(...)                                                                                 \
    (const struct attr[])                                                                          \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
#define INNER(row_name, row_kind, row_flags, ...)                                                  \
    ROW(row_name, row_kind, row_flags, .attrs = TABLE(__VA_ARGS__), .nested_size = 64)
#define CHECKS(...)                                                                                \
    .checks = (const struct attr_check[])                                                          \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static const struct type dynamic_list = {.kind = TYPE_LIST, .element = &type_dynamic};

static const struct attr itself[] = {
    ROW("x", ATTR_OBJECT, O, .attrs = itself, .nested_size = 64),
    {0},
};

static void no_run(struct ctx *cx, const struct attr_check *check, const struct path *path,
                   const struct value *v)
{
    (void)cx, (void)check, (void)path, (void)v;
}

static const char *no_fault(struct arena *a, struct str name)
{
    (void)a, (void)name;
    return NULL;
}

#define NAME_CHECK CHECK_NAME("a name", no_fault, "a text")

static const struct {
    const struct attr *attrs;
    const char *text; /* of the error */
} traps[] = {
    /* Names. */
    {TABLE(STRING("Name", O)), "Name: the name must be"},
    {TABLE(STRING("1st", O)), "1st: the name must be"},
    {TABLE(STRING("a-b", O)), "a-b: the name must be"},
    {TABLE(STRING("", O)), "the name must be"},
    {TABLE(STRING("a", O), STRING("a", O, .offset = 64)), "a: the name is there twice"},
    {TABLE(STRING("for_each", O)), "for_each: the name is a meta-argument"},
    {TABLE(INNER("x", ATTR_OBJECT, O, STRING("B", O))), "x.B: the name must be"},
    /* Presence. */
    {TABLE(STRING("a", 0)), "a: must be required, optional or computed"},
    {TABLE(STRING("a", R | O)), "a: a required attribute is neither"},
    {TABLE(STRING("a", R | C)), "a: a required attribute is neither"},
    {TABLE(INNER("x", ATTR_OBJECT, C, STRING("a", O))), "x.a: inside a read-only attribute"},
    {TABLE(INNER("x", ATTR_OBJECT_LIST, C, STRING("a", R))), "x.a: inside a read-only attribute"},
    /* Write-only. */
    {TABLE(STRING("a", O | C | ATTR_WRITE_ONLY)), "a: a write-only attribute cannot be computed"},
    {TABLE(INNER("x", ATTR_OBJECT_SET, O, STRING("a", O | ATTR_WRITE_ONLY))),
     "x.a: write-only is not possible inside a set"},
    {TABLE(INNER("x", ATTR_OBJECT_SET, O,
                 INNER("y", ATTR_OBJECT, O, STRING("a", O | ATTR_WRITE_ONLY)))),
     "x.y.a: write-only is not possible inside a set"},
    {TABLE(INNER("x", ATTR_OBJECT_SET, O | ATTR_WRITE_ONLY, STRING("a", O | ATTR_WRITE_ONLY))),
     "x: a set of objects cannot be write-only"},
    {TABLE(INNER("x", ATTR_OBJECT, O | ATTR_WRITE_ONLY, STRING("a", O))),
     "x.a: inside a write-only attribute"},
    {TABLE(STRING("a", O | C | ATTR_WRITE_ONLY, .default_text = "x")),
     "a: a write-only attribute cannot have a default"},
    /* Plan flags. */
    {TABLE(STRING("a", O | ATTR_REPLACE | ATTR_REPLACE_IF_CONFIGURED)), "a: choose between"},
    {TABLE(STRING("a", O | ATTR_KEEP)), "a: only what is computed can be kept"},
    {TABLE(INNER("x", ATTR_OBJECT_SET, O, STRING("a", C | ATTR_KEEP))),
     "x.a: keep inside a set takes"},
    {TABLE(STRING("a", O | ATTR_DEPRECATED)), "a: the deprecated flag and"},
    {TABLE(STRING("a", O, .deprecation = "Use b.")), "a: the deprecated flag and"},
    /* Types. */
    {TABLE(ROW("a", ATTR_VALUE, O)), "a: needs a type"},
    {TABLE(ROW("a", ATTR_STRINGS, O)), "a: needs a type"},
    {TABLE(ROW("a", ATTR_STRINGS, O, .type = &type_string)), "a: the type must be list or set"},
    {TABLE(ROW("a", ATTR_VALUE, O, .type = &dynamic_list)), "a: dynamic cannot be part of"},
    {TABLE(INNER("x", ATTR_OBJECT_LIST, O, ROW("a", ATTR_VALUE, O, .type = &type_dynamic))),
     "x.a: dynamic is not possible inside"},
    {TABLE(INNER("x", ATTR_OBJECT_SET, O, ROW("a", ATTR_VALUE, O, .type = &type_dynamic))),
     "x.a: dynamic is not possible inside"},
    {TABLE(STRING("a", O, .type = &type_string)), "a: this kind takes no type"},
    {TABLE(STRING("a", O, .attrs = good_inner)), "a: this kind takes no nested attributes"},
    {TABLE(STRING("a", O, .nested_size = 8)), "a: nested_size belongs to"},
    {TABLE(ROW("x", ATTR_OBJECT, O)), "x: needs a table"},
    {TABLE(ROW("x", ATTR_OBJECT, O, .attrs = good_inner)), "x: nested_size belongs to"},
    {TABLE(ROW("a", ATTR_INT, O, .same = str_eq)), "\"same\" compares texts only"},
    {itself, "x.x: the table holds itself"},
    /* Checks and defaults. */
    {TABLE(ROW("a", ATTR_INT, O, CHECKS(CHECK_DURATION))), "a: a check does not fit the kind"},
    {TABLE(ROW("a", ATTR_BOOL, O, CHECKS(CHECK_LENGTH(1, 2)))), "a: a check does not fit the kind"},
    {TABLE(STRING("a", O, CHECKS(CHECK_RANGE(1, 2)))), "a: a check does not fit the kind"},
    {TABLE(STRING("a", O, CHECKS({.run = checks_one_of}))), "a: one-of allows no word"},
    {TABLE(STRING("a", O, CHECKS(CHECK_LENGTH(2, 1)))), "a: a check's minimum is above"},
    {TABLE(STRING("a", O, CHECKS({.run = no_run}))), "a: a check has no text"},
    {TABLE(ROW("a", ATTR_INT, O, CHECKS(NAME_CHECK))), "a: a check does not fit the kind"},
    {TABLE(STRING("a", O, CHECKS(CHECK_NAME("a name", NULL, "a text")))),
     "a: a name's check lacks"},
    {TABLE(STRING("a", O, CHECKS(CHECK_NAME(NULL, no_fault, "a text")))),
     "a: a name's check lacks"},
    {TABLE(STRING("a", O, CHECKS(CHECK_TEXT(NULL, "a text")))), "a: a text's check lacks its rule"},
    {TABLE(ROW("a", ATTR_BOOL, O, CHECKS(CHECK_TEXT(no_fault, "a text")))),
     "a: a check does not fit the kind"},
    {TABLE(STRING("a", O | ATTR_SENSITIVE, CHECKS(NAME_CHECK))), "a: a name's check would show"},
    {TABLE(STRING("a", O | ATTR_WRITE_ONLY, CHECKS(NAME_CHECK))), "a: a name's check would show"},
    {TABLE(STRING("a", O, .default_text = "x")), "a: a default makes an attribute optional and"},
    {TABLE(STRING("a", R, .default_text = "x")), "a: a default makes an attribute optional and"},
    {TABLE(ROW("a", ATTR_BOOL, O | C, .default_text = "yes")), "a: the default is not a value"},
    {TABLE(ROW("a", ATTR_INT, O | C, .default_text = "x")), "a: the default is not a value"},
    {TABLE(ROW("a", ATTR_STRING_MAP, O | C, .default_text = "[]")),
     "a: the default is not a value"},
    {TABLE(ROW("a", ATTR_STRING_MAP, O | C, .default_text = "null")),
     "a: the default is not a value"},
    {TABLE(STRING("a", O | C, .default_text = "x", CHECKS(CHECK_ONE_OF("y")))),
     "a: the default does not pass the checks"},
    {TABLE(INNER("x", ATTR_OBJECT_SET, O, STRING("a", O | C, .default_text = "x"))),
     "x.a: a default inside a set"},
    /* Memory. */
    {TABLE(STRING("a", O), STRING("b", O)), "b: shares its member"},
    {TABLE(STRING("a", O, .offset = 8), STRING("b", O)), "b: shares its member"},
    {TABLE(ROW("x", ATTR_OBJECT, O, .attrs = good_inner, .nested_size = 1)),
     "x.k: lies outside the nested struct"},
    /* Documentation. */
    {TABLE({.name = "a", .kind = ATTR_STRING, .flags = O}), "a: has no documentation"},
    {TABLE({.name = "a", .kind = ATTR_STRING, .flags = O, .doc = "No stop"}),
     "a: the documentation must end"},
    {TABLE({.name = "a", .kind = ATTR_STRING, .flags = O, .doc = "Two\nlines."}),
     "a: the documentation must be one line"},
    {TABLE({.name = "a", .kind = ATTR_STRING, .flags = O, .doc = "\xff."}),
     "a: the documentation is not UTF-8"},
};

static void each_trap_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(traps); i++) {
        struct ctx *cx = ctx_new(&(struct ctx_options){0});
        if (attr_table_check(cx, "thing", traps[i].attrs) != RC_FAIL) {
            fail_msg("passed: %s", traps[i].text);
        }
        assert_diag(cx, traps[i].text);
        ctx_free(cx);
    }
}

static void the_owner_is_named(void **state)
{
    struct ctx *cx = *state;
    assert_int_equal(attr_table_check(cx, "seedbank_thing", TABLE(STRING("a", 0))), RC_FAIL);
    assert_true(str_starts(cx->diags.first->summary, "seedbank_thing: a: "));
}

static void good_tables_pass(void **state)
{
    struct ctx *cx = *state;
    const struct attr *attrs = TABLE(
        STRING("name", R | ATTR_REPLACE, CHECKS(CHECK_LENGTH(1, 255))),
        STRING("id", C | ATTR_KEEP, .offset = 64),
        STRING("mode", O | C, .offset = 128, .default_text = "on", CHECKS(CHECK_ONE_OF("on"))),
        STRING("token", O | ATTR_WRITE_ONLY | ATTR_SENSITIVE, .offset = 192),
        STRING("old", O | ATTR_DEPRECATED, .offset = 256, .deprecation = "Use mode."),
        ROW("any", ATTR_VALUE, O, .offset = 320, .type = &type_dynamic),
        ROW("list", ATTR_STRINGS, O | C, .offset = 384, .type = &type_list_of_string,
            .default_text = "[\"a\"]"),
        ROW("x", ATTR_OBJECT_SET, O, .offset = 448, .attrs = good_inner, .nested_size = 64),
        ROW("y", ATTR_OBJECT, C, .offset = 512, .nested_size = 64, .attrs = TABLE(STRING("a", C))),
        ROW("w", ATTR_OBJECT, O | ATTR_WRITE_ONLY, .offset = 576, .nested_size = 64,
            .attrs = TABLE(STRING("a", O | ATTR_WRITE_ONLY))));
    if (attr_table_check(cx, "thing", attrs) != RC_OK) {
        fail_msg("%s", cx->diags.first->summary);
    }
    assert_null(cx->diags.first);
}

static void types_follow_the_rows(void **state)
{
    struct ctx *cx = *state;
    const struct attr *attrs =
        TABLE(STRING("s", O), ROW("b", ATTR_BOOL, O), ROW("i", ATTR_INT, O),
              ROW("v", ATTR_VALUE, O, .type = &type_dynamic),
              ROW("ss", ATTR_STRINGS, O, .type = &type_set_of_string), ROW("m", ATTR_STRING_MAP, O),
              ROW("o", ATTR_OBJECT, O, .attrs = good_inner),
              ROW("ol", ATTR_OBJECT_LIST, O, .attrs = good_inner),
              ROW("os", ATTR_OBJECT_SET, O, .attrs = good_inner),
              ROW("om", ATTR_OBJECT_MAP, O, .attrs = good_inner));
    assert_string_equal(type_json(cx->arena, attr_object_type(cx->arena, attrs)),
                        "[\"object\",{\"b\":\"bool\",\"i\":\"number\",\"m\":[\"map\",\"string\"],"
                        "\"o\":[\"object\",{\"k\":\"string\"}],"
                        "\"ol\":[\"list\",[\"object\",{\"k\":\"string\"}]],"
                        "\"om\":[\"map\",[\"object\",{\"k\":\"string\"}]],"
                        "\"os\":[\"set\",[\"object\",{\"k\":\"string\"}]],"
                        "\"s\":\"string\",\"ss\":[\"set\",\"string\"],\"v\":\"dynamic\"}]");
    assert_ptr_equal(attr_find(attrs, "i"), &attrs[2]);
    assert_null(attr_find(attrs, "none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_trap_is_found),
        TEST(the_owner_is_named),
        TEST(good_tables_pass),
        TEST(types_follow_the_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
