#include "schema/validate.h"

#include "fixture.h"
#include "schema/checks.h"

static const char *fault(struct arena *a, struct str name)
{
    return str_starts(str_dup(a, name), "x") ? "starts with x" : NULL;
}

static const struct attr inner[] = {
    STRING("k", R),
    STRING("mode", O, .checks = (const struct attr_check[]){CHECK_ONE_OF("on", "off"), {0}}),
    STRING("c", C),
    {0},
};

static const struct attr attrs[] = {
    STRING("name", R, .checks = (const struct attr_check[]){CHECK_LENGTH(2, 4), {0}}),
    STRING("mode", O,
           .checks = (const struct attr_check[]){CHECK_ONE_OF("on", "off", "auto"), {0}}),
    STRING("ttl", O, .checks = (const struct attr_check[]){CHECK_DURATION, {0}}),
    STRING("url", O | ATTR_SENSITIVE, .checks = (const struct attr_check[]){CHECK_URL, {0}}),
    ROW("days", ATTR_INT, O, .checks = (const struct attr_check[]){CHECK_RANGE(1, 30), {0}}),
    ROW("rate", ATTR_VALUE, O, .type = &type_number,
        .checks = (const struct attr_check[]){CHECK_RANGE(0, INT64_MAX), {0}}),
    ROW("modes", ATTR_STRINGS, O, .type = &type_list_of_string,
        .checks = (const struct attr_check[]){CHECK_ONE_OF("on", "off"), CHECK_LENGTH(1, 2), {0}}),
    ROW("bag", ATTR_STRINGS, O, .type = &type_set_of_string,
        .checks = (const struct attr_check[]){CHECK_DURATION, CHECK_LENGTH(0, 1), {0}}),
    ROW("urls", ATTR_STRING_MAP, O, .checks = (const struct attr_check[]){CHECK_URL, {0}}),
    ROW("tags", ATTR_STRINGS, O, .type = &type_list_of_string,
        .checks = (const struct attr_check[]){CHECK_NAME("a tag", fault, "a tag's text"), {0}}),
    STRING("id", C),
    ROW("info", ATTR_OBJECT, C, .nested_size = 1,
        .attrs = (const struct attr[]){STRING("c", C), {0}}),
    STRING("token", O | ATTR_WRITE_ONLY),
    STRING("old", O | ATTR_DEPRECATED, .deprecation = "Use mode."),
    ROW("object", ATTR_OBJECT, O, .attrs = inner, .nested_size = 1),
    ROW("list", ATTR_OBJECT_LIST, O, .attrs = inner, .nested_size = 1,
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, INT64_MAX), {0}}),
    ROW("set", ATTR_OBJECT_SET, O, .attrs = inner, .nested_size = 1),
    ROW("map", ATTR_OBJECT_MAP, O, .attrs = inner, .nested_size = 1),
    {0},
};

static void good_configurations_pass(void **state)
{
    struct ctx *cx = *state;
    static const char *const configs[] = {
        "name=ab",
        "name=abcd mode=auto ttl=1h30m url=https://h-1.x:443/ days=30 rate=0.5",
        "name=?  mode=? ttl=? url=? days=? rate=? modes=? bag=? urls=? token=? object=? list=?",
        "name=ab modes=[on ?] bag=[1h] urls={a=http://a b=?}",
        "name=ab bag=[? 1h]",
        "name=ab tags=[a ? '']",
        "name=ab url='http://[::1]:9000' days=1 rate=0",
        "name=ab object={k=a mode=on} list=[{k=a} ?] set=[{k=?} ?] map={m={k=a mode=?}}",
    };
    for (size_t i = 0; i < COUNT(configs); i++) {
        struct validate_options options = {.write_only_allowed = true};
        if (validate_config(cx, attrs, object_of(cx, attrs, configs[i]), options) != RC_OK) {
            fail_msg("%s: %s", configs[i], cx->diags.first->detail);
        }
    }
    assert_null(cx->diags.first);
}

static void each_mistake_is_named_with_its_place(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *config, *path, *text;
    } cases[] = {
        {"", "name", "must be given"},
        {"name=a", "name", "length in bytes must be 2 to 4, not 1"},
        {"name=abcde", "name", "length in bytes must be 2 to 4, not 5"},
        {"name=ab mode=On", "mode", "\"on\", \"off\" or \"auto\""},
        {"name=ab ttl=30d", "ttl", "there is no unit for days"},
        {"name=ab ttl=''", "ttl", "\"1h30m\""},
        {"name=ab url=ftp://secret", "url", "must start with https://"},
        {"name=ab url=https://", "url", "must start with https://"},
        {"name=ab url=https:///path", "url", "name a host"},
        {"name=ab url='https://h /secret'", "url", "no blanks"},
        {"name=ab url=https://h/bucket", "url", "no path"},
        {"name=ab url=https://secret:secret@h", "url", "no keys"},
        {"name=ab url=https://:9000", "url", "name a host"},
        {"name=ab url='https://h?x=y'", "url", "nothing else"},
        {"name=ab days=0", "days", "1 to 30"},
        {"name=ab days=31", "days", "1 to 30"},
        {"name=ab days=1.5", "days", "whole number"},
        {"name=ab rate=-0.1", "rate", "at least 0"},
        {"name=ab modes=[on none]", "modes[1]", "\"on\" or \"off\""},
        {"name=ab modes=[]", "modes", "number of elements must be 1 to 2, not 0"},
        {"name=ab modes=[null]", "modes[0]", "null element"},
        {"name=ab bag=[1x]", "bag", "with a unit"},
        {"name=ab bag=[1h 2h]", "bag", "elements must be 0 to 1, not 2"},
        {"name=ab urls={a=b}", "urls[\"a\"]", "must start with"},
        {"name=ab urls={a=null}", "urls[\"a\"]", "null element"},
        {"name=ab tags=[a xb]", "tags[1]", "tags[1] starts with x. It must be a tag's text."},
        {"name=ab id=x", "id", "decided by the provider"},
        {"name=ab id=?", "id", "decided by the provider"},
        {"name=ab info={c=x}", "info", "decided by the provider"},
        {"name=ab token=x", "token", "1.11 or later"},
        {"name=ab token=?", "token", "1.11 or later"},
        {"name=ab object={}", "object.k", "must be given"},
        {"name=ab object={k=a mode=x}", "object.mode", "\"on\" or \"off\""},
        {"name=ab object={k=a c=x}", "object.c", "decided by the provider"},
        {"name=ab list=[]", "list", "elements must be at least 1, not 0"},
        {"name=ab list=[{k=a} {}]", "list[1].k", "must be given"},
        {"name=ab list=[null]", "list[0]", "null element"},
        {"name=ab set=[{k=a mode=x}]", "set", "set.mode must be \"on\" or \"off\""},
        {"name=ab set=[null]", "set", "null element"},
        {"name=ab map={m={}}", "map[\"m\"].k", "must be given"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct diag_point start = diag_point(cx);
        struct validate_options options = {.write_only_allowed = false};
        size_t errors = cx->diags.errors;
        const struct value *config = object_of(cx, attrs, cases[i].config);
        if (validate_config(cx, attrs, config, options) != RC_FAIL) {
            fail_msg("%s passed", cases[i].config);
        }
        assert_int_equal(cx->diags.errors, errors + 1);
        const struct diag *d = start.last ? start.last->next : cx->diags.first;
        assert_string_equal(path_text(cx->arena, d->path), cases[i].path);
        if (!strstr(d->detail, cases[i].text)) {
            fail_msg("%s: %s", cases[i].config, d->detail);
        }
        assert_null(strstr(d->detail, "secret"));
    }
}

static void all_mistakes_are_found_at_once(void **state)
{
    struct ctx *cx = *state;
    const struct value *config = object_of(cx, attrs, "mode=x days=0 object={mode=y} list=[{} {}]");
    struct validate_options options = {.write_only_allowed = true};
    assert_int_equal(validate_config(cx, attrs, config, options), RC_FAIL);
    assert_int_equal(cx->diags.errors, 7);
}

static void deprecation_is_a_warning(void **state)
{
    struct ctx *cx = *state;
    const struct value *config = object_of(cx, attrs, "name=ab old=x");
    struct validate_options options = {.write_only_allowed = true};
    assert_int_equal(validate_config(cx, attrs, config, options), RC_OK);
    assert_int_equal(cx->diags.warnings, 1);
    assert_diag(cx, "old: Use mode.");
    config = object_of(cx, attrs, "name=ab old=?");
    assert_int_equal(validate_config(cx, attrs, config, options), RC_OK);
    assert_int_equal(cx->diags.warnings, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good_configurations_pass),
        TEST(each_mistake_is_named_with_its_place),
        TEST(all_mistakes_are_found_at_once),
        TEST(deprecation_is_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
