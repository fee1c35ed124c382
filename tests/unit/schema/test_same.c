/* Reading back: fresh values keep the spelling of the state. test_plan has the rows of planning. */
#include "schema/same.h"

#include "fixture.h"

static bool hours_same(struct str a, struct str b)
{
    int64_t x = 0;
    int64_t y = 1;
    return str_to_duration_ms(a, &x) && str_to_duration_ms(b, &y) && x == y;
}

static const struct attr inner[] = {STRING("k", O), STRING("t", O, .same = hours_same), {0}};

static const struct attr attrs[] = {
    STRING("plain", O),
    STRING("t", O, .same = hours_same),
    ROW("ts", ATTR_STRINGS, O, .type = &type_list_of_string, .same = hours_same),
    ROW("one", ATTR_OBJECT, O, .nested_size = 1, .attrs = inner),
    ROW("list", ATTR_OBJECT_LIST, O, .nested_size = 1, .attrs = inner),
    ROW("set", ATTR_OBJECT_SET, O, .nested_size = 1, .attrs = inner),
    ROW("map", ATTR_OBJECT_MAP, O, .nested_size = 1, .attrs = inner),
    {0},
};

static void fresh_values_keep_their_spelling(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *prior, *fresh, *wanted;
    } cases[] = {
        {"plain=a t=24h", "plain=b t=1440m", "plain=b t=24h"},
        {"t=24h", "t=25h", "t=25h"},
        {"", "t=1h", "t=1h"},
        {"t=1h", "", ""},
        {"t=none", "t=none", "t=none"},
        {"ts=[1h 2h]", "ts=[60m 120m]", "ts=[1h 2h]"},
        {"ts=[1h 2h]", "ts=[60m]", "ts=[60m]"},
        {"one={k=a t=1h}", "one={k=b t=60m}", "one={k=b t=1h}"},
        {"one={t=1h}", "", ""},
        {"", "one={t=60m}", "one={t=60m}"},
        {"list=[{t=1h} {t=2h}]", "list=[{t=60m} {t=120m} {t=180m}]",
         "list=[{t=1h} {t=2h} {t=180m}]"},
        {"list=[{t=1h} {t=2h}]", "list=[{t=120m}]", "list=[{t=120m}]"},
        {"map={a={t=1h} b={t=2h}}", "map={b={t=120m} c={t=60m}}", "map={b={t=2h} c={t=60m}}"},
        {"set=[{k=a t=1h} {k=b t=2h}]", "set=[{k=b t=120m} {k=a t=60m} {k=c t=60m}]",
         "set=[{k=a t=1h} {k=b t=2h} {k=c t=60m}]"},
        {"set=[{t=1h}]", "set=[{t=60m} {t=1h}]", "set=[{t=1h} {t=60m}]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct value *kept =
            same_keep_spelling(cx->arena, attrs, object_of(cx, attrs, cases[i].prior),
                               object_of(cx, attrs, cases[i].fresh));
        if (!value_eq(kept, object_of(cx, attrs, cases[i].wanted))) {
            fail_msg("%s beside %s became %s", cases[i].fresh, cases[i].prior,
                     notation_text(cx->arena, kept));
        }
    }
}

static void nothing_to_keep_changes_nothing(void **state)
{
    struct ctx *cx = *state;
    const struct value *fresh = object_of(cx, attrs, "t=60m set=[{t=60m}]");
    const struct value *other = object_of(cx, attrs, "t=2h set=[{t=2h}]");
    const struct value *null = object_of(cx, attrs, "null");
    assert_ptr_equal(same_keep_spelling(cx->arena, attrs, null, fresh), fresh);
    assert_ptr_equal(same_keep_spelling(cx->arena, attrs, other, fresh), fresh);
    assert_ptr_equal(same_keep_spelling(cx->arena, attrs, fresh, null), null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fresh_values_keep_their_spelling),
        TEST(nothing_to_keep_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
