/* Fields made and judged. */
#include "schema/field.h"

#include "unit.h"

static void texts_numbers_and_objects_that_say_nothing_are_null(void **state)
{
    int thing = 1;
    (void)state;
    assert_int_equal(field_text(NULL).state, VALUE_NULL);
    assert_int_equal(field_text("").state, VALUE_NULL);
    assert_null(field_text("").v);
    assert_int_equal(field_text("a").state, VALUE_KNOWN);
    assert_string_equal(field_text("a").v, "a");
    assert_int_equal(field_number(-1, -1).state, VALUE_NULL);
    assert_int_equal(field_number(-1, -1).v, 0);
    assert_int_equal(field_number(0, -1).state, VALUE_KNOWN);
    assert_int_equal(field_number(7, 0).v, 7);
    assert_int_equal(field_nested(NULL).state, VALUE_NULL);
    assert_int_equal(field_nested(&thing).state, VALUE_KNOWN);
    assert_ptr_equal(field_nested(&thing).v, &thing);
}

static void flags_and_lists_are_known(void **state)
{
    (void)state;
    assert_int_equal(field_flag(false).state, VALUE_KNOWN);
    assert_true(field_flag(true).v);
    assert_int_equal(field_list(NULL, 0).state, VALUE_KNOWN);
    assert_int_equal(field_list(NULL, 0).n, 0);
}

static void what_is_not_known_reads_as_nothing(void **state)
{
    (void)state;
    assert_string_equal(field_text_of((struct field_string){VALUE_UNKNOWN, NULL}), "");
    assert_string_equal(field_text_of(field_text("a")), "a");
    assert_int_equal(field_number_of((struct field_int){VALUE_UNKNOWN, 0}, -1), -1);
    assert_int_equal(field_number_of(field_number(0, -1), -1), 0);
}

static void an_unknown_flag_is_neither_on_nor_off(void **state)
{
    static const struct {
        struct field_bool f;
        bool on, off;
    } rows[] = {
        {{VALUE_NULL, false}, false, true},
        {{VALUE_UNKNOWN, false}, false, false},
        {{VALUE_KNOWN, false}, false, true},
        {{VALUE_KNOWN, true}, true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(field_is_on(rows[i].f), rows[i].on);
        assert_int_equal(field_is_off(rows[i].f), rows[i].off);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_numbers_and_objects_that_say_nothing_are_null),
        cmocka_unit_test(flags_and_lists_are_known),
        cmocka_unit_test(what_is_not_known_reads_as_nothing),
        cmocka_unit_test(an_unknown_flag_is_neither_on_nor_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
