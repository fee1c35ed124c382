#include "schema/model.h"

#include "fixture.h"

struct inner {
    struct field_string k;
    struct field_int n;
};

struct model {
    struct field_string text;
    struct field_bool flag;
    struct field_int n;
    struct field_value any, number;
    struct field_strings list, set;
    struct field_string_map map;
    struct field_object object;
    struct field_objects objects, object_set, object_map;
};

static const struct attr inner_attrs[] = {
    {.name = "k", .kind = ATTR_STRING, .flags = O, .offset = offsetof(struct inner, k)},
    {.name = "n", .kind = ATTR_INT, .flags = O, .offset = offsetof(struct inner, n)},
    {0},
};

#define FIELD(member, ...)                                                                         \
    {                                                                                              \
        .name = #member, .flags = O, .offset = offsetof(struct model, member), .kind = __VA_ARGS__ \
    }
#define NESTED_FIELD(member, field_kind)                                                           \
    FIELD(member, field_kind, .attrs = inner_attrs, .nested_size = sizeof(struct inner))

static const struct attr attrs[] = {
    FIELD(text, ATTR_STRING),
    FIELD(flag, ATTR_BOOL),
    FIELD(n, ATTR_INT),
    FIELD(any, ATTR_VALUE, .type = &type_dynamic),
    FIELD(number, ATTR_VALUE, .type = &type_number),
    FIELD(list, ATTR_STRINGS, .type = &type_list_of_string),
    FIELD(set, ATTR_STRINGS, .type = &type_set_of_string),
    FIELD(map, ATTR_STRING_MAP),
    NESTED_FIELD(object, ATTR_OBJECT),
    NESTED_FIELD(objects, ATTR_OBJECT_LIST),
    NESTED_FIELD(object_set, ATTR_OBJECT_SET),
    NESTED_FIELD(object_map, ATTR_OBJECT_MAP),
    {0},
};

static void every_kind_round_trips(void **state)
{
    struct ctx *cx = *state;
    static const char *const texts[] = {
        "",
        "text='' flag=false n=0 list=[] set=[] map={} object={} objects=[] object_set=[] "
        "object_map={}",
        "text=x flag=true n=-9223372036854775808 any=y number=0.1",
        "n=9223372036854775807 any=true number=123456789012345678901234567890",
        "text=? flag=? n=? any=? number=? list=? set=? map=? object=? objects=? object_set=? "
        "object_map=?",
        "list=[b a b] set=[b a] map={k=v l=w}",
        "list=[? a] set=[? a] map={k=?}",
        "object={k=a n=1} objects=[{k=b} {n=2} {}] object_set=[{k=c} {n=3}] object_map={m={k=d}}",
        "object={k=?} objects=[? {n=2}] object_set=[? {n=?}] object_map={m=? o={n=?}}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct model m = {0};
        const struct value *v = object_of(cx, attrs, texts[i]);
        assert_int_equal(model_decode(cx, attrs, v, &m), RC_OK);
        const struct value *back = model_encode(cx->arena, attrs, &m);
        if (!value_eq(v, back)) {
            fail_msg("%s came back as %s", texts[i], notation_text(cx->arena, back));
        }
        assert_int_equal(value_conforms(cx, back, attr_object_type(cx->arena, attrs)), RC_OK);
    }
}

static void known_values_are_in_their_fields(void **state)
{
    struct ctx *cx = *state;
    struct model m = {0};
    const struct value *v = object_of(cx, attrs,
                                      "text=x flag=true n=-5 number=2.50 list=[b a] set=[d c] "
                                      "map={k=v} object={n=1} objects=[{k=a} {k=b n=2}] "
                                      "object_map={m={k=d}}");
    assert_int_equal(model_decode(cx, attrs, v, &m), RC_OK);
    assert_string_equal(m.text.v, "x");
    assert_int_equal(m.text.state, VALUE_KNOWN);
    assert_true(m.flag.v);
    assert_int_equal(m.n.v, -5);
    assert_null(m.any.v);
    assert_true(str_is(m.number.v->text, "2.5"));
    assert_int_equal(m.list.n, 2);
    assert_string_equal(m.list.v[0], "b");
    assert_string_equal(m.set.v[0], "c");
    assert_string_equal(m.map.keys[0], "k");
    assert_string_equal(m.map.v[0], "v");
    const struct inner *object = m.object.v;
    assert_int_equal(object->n.v, 1);
    assert_int_equal(object->k.state, VALUE_NULL);
    const struct inner *objects = m.objects.v;
    assert_int_equal(m.objects.n, 2);
    assert_null(m.objects.states);
    assert_string_equal(objects[1].k.v, "b");
    assert_int_equal(objects[1].n.v, 2);
    assert_string_equal(m.object_map.keys[0], "m");
    assert_int_equal(m.object_set.state, VALUE_NULL);
}

static void unknown_parts_are_marked(void **state)
{
    struct ctx *cx = *state;
    struct model m = {0};
    const struct value *v = object_of(cx, attrs, "text=? list=[? a] map={k=?} objects=[{k=a} ?]");
    assert_int_equal(model_decode(cx, attrs, v, &m), RC_OK);
    assert_int_equal(m.text.state, VALUE_UNKNOWN);
    assert_null(m.text.v);
    assert_null(m.list.v[0]);
    assert_string_equal(m.list.v[1], "a");
    assert_null(m.map.v[0]);
    const struct inner *objects = m.objects.v;
    assert_int_equal(m.objects.states[0], VALUE_KNOWN);
    assert_int_equal(m.objects.states[1], VALUE_UNKNOWN);
    assert_int_equal(objects[1].k.state, VALUE_UNKNOWN);
    assert_int_equal(objects[1].n.state, VALUE_UNKNOWN);
}

static void a_null_object_leaves_zero_an_unknown_one_all_unknown(void **state)
{
    struct ctx *cx = *state;
    struct model m = {0};
    assert_int_equal(model_decode(cx, attrs, object_of(cx, attrs, "null"), &m), RC_OK);
    assert_int_equal(m.text.state, VALUE_NULL);
    assert_int_equal(model_decode(cx, attrs, object_of(cx, attrs, "?"), &m), RC_OK);
    assert_int_equal(m.text.state, VALUE_UNKNOWN);
    assert_int_equal(m.object.state, VALUE_UNKNOWN);
    assert_int_equal(m.objects.state, VALUE_UNKNOWN);
}

static void values_that_do_not_fit_are_refused(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *value, *path, *text;
    } cases[] = {
        {"n=0.5", "n", "whole number"},
        {"n=9223372036854775808", "n", "whole number"},
        {"object={n=0.5}", "object.n", "whole number"},
        {"objects=[{} {n=0.5}]", "objects[1].n", "whole number"},
        {"object_map={a={n=0.5}}", "object_map[\"a\"].n", "whole number"},
        {"object_set=[{n=0.5}]", "object_set", "object_set.n must be a whole number"},
        {"list=[a null]", "list[1]", "null element"},
        {"set=[null]", "set", "null element"},
        {"map={k=null}", "map[\"k\"]", "null element"},
        {"objects=[null]", "objects[0]", "null element"},
        {"object_map={k=null}", "object_map[\"k\"]", "null element"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct model m = {0};
        struct diag_point start = diag_point(cx);
        assert_int_equal(model_decode(cx, attrs, object_of(cx, attrs, cases[i].value), &m),
                         RC_FAIL);
        const struct diag *d = start.last ? start.last->next : cx->diags.first;
        assert_string_equal(path_text(cx->arena, d->path), cases[i].path);
        assert_non_null(strstr(d->detail, cases[i].text));
    }
}

static void a_nul_inside_a_text_is_refused(void **state)
{
    struct ctx *cx = *state;
    static const char *const fields[] = {"text", "map"};
    const struct value *nul = value_string(cx->arena, STR_LIT("a\0b"));
    const struct value *map = value_map(cx->arena, &type_map_of_string,
                                        (struct value_entries){&STR_LIT("a\0b"), &nul, 1});
    const struct value *values[] = {nul, map};
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct model m = {0};
        const struct value *v =
            value_object_with(cx->arena, object_of(cx, attrs, ""), fields[i], values[i]);
        assert_int_equal(model_decode(cx, attrs, v, &m), RC_FAIL);
        assert_int_equal(m.text.state, VALUE_NULL);
    }
    assert_diag(cx, "U+0000");
}

static void a_known_text_without_text_is_null(void **state)
{
    struct ctx *cx = *state;
    struct model m = {.text = {VALUE_KNOWN, NULL}};
    const struct value *v = model_encode(cx->arena, attrs, &m);
    assert_true(value_is_null(value_field(v, "text")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_round_trips),
        TEST(known_values_are_in_their_fields),
        TEST(unknown_parts_are_marked),
        TEST(a_null_object_leaves_zero_an_unknown_one_all_unknown),
        TEST(values_that_do_not_fit_are_refused),
        TEST(a_nul_inside_a_text_is_refused),
        TEST(a_known_text_without_text_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
