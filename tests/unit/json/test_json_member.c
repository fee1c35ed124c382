/* Members that may be missing, or of another kind. */
#include "unit.h"

#include "base/arena.h"
#include "json/json_member.h"

static void a_text_or_nothing(void **state)
{
    struct arena *a = arena_new();
    json_t *o = json_pack("{s:s, s:s, s:i, s:n}", "text", "some", "empty", "", "number", 7, "null");

    (void)state;
    assert_string_equal(json_member_text(a, o, "text"), "some");
    assert_string_equal(json_member_text(a, o, "empty"), "");
    assert_null(json_member_text(a, o, "number"));
    assert_null(json_member_text(a, o, "null"));
    assert_null(json_member_text(a, o, "missing"));
    assert_null(json_member_text(a, NULL, "text"));
    json_decref(o);
    arena_free(a);
}

static void a_number_or_zero(void **state)
{
    json_t *o = json_pack("{s:I, s:I, s:s}", "large", (json_int_t)5000000000, "below",
                          (json_int_t)-1, "text", "7");

    (void)state;
    assert_true(json_member_u64(o, "large") == 5000000000);
    assert_int_equal(json_member_u64(o, "below"), 0);
    assert_int_equal(json_member_u64(o, "text"), 0);
    assert_int_equal(json_member_u64(o, "missing"), 0);
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_or_nothing),
        cmocka_unit_test(a_number_or_zero),
    };

    return cmocka_run_group_tests_name("json_member", tests, NULL, NULL);
}
