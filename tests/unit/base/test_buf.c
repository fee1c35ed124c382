#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"

static void test_appends(void **state)
{
    struct arena *a = arena_new();
    struct buf *b = buf_new(a, 1000);

    (void)state;
    assert_string_equal(b->data, "");
    assert_true(buf_puts(b, "one"));
    assert_true(buf_putc(b, ' '));
    assert_true(buf_printf(b, "%d", 2));
    assert_true(buf_append(b, "\0x", 2));
    assert_true(buf_append(b, NULL, 0));
    assert_int_equal(b->len, 7);
    assert_memory_equal(b->data, "one 2\0x", 8);
    assert_true(str_eq(buf_str(b), (struct str){"one 2\0x", 7}));
    arena_free(a);
}

static void test_a_refused_append_changes_nothing_and_is_remembered(void **state)
{
    struct arena *a = arena_new();
    struct buf *b = buf_new(a, 5);

    (void)state;
    assert_true(buf_puts(b, "12345"));
    assert_false(b->full);
    assert_false(buf_putc(b, '6'));
    assert_false(buf_printf(b, "%s", "67"));
    assert_false(buf_append(b, "x", SIZE_MAX));
    assert_true(b->full);
    assert_string_equal(b->data, "12345");
    buf_truncate(b, 2);
    assert_false(b->full);
    assert_string_equal(b->data, "12");
    assert_true(buf_puts(b, "abc"));
    assert_string_equal(b->data, "12abc");
    arena_free(a);
}

static void test_a_maximum_of_zero_holds_nothing(void **state)
{
    struct arena *a = arena_new();
    struct buf *b = buf_new(a, 0);

    (void)state;
    assert_true(buf_puts(b, ""));
    assert_false(buf_putc(b, 'x'));
    assert_string_equal(b->data, "");
    arena_free(a);
}

static void test_growing_reaches_the_maximum_exactly(void **state)
{
    struct arena *a = arena_new();
    struct buf *b = buf_new(a, 100003);
    size_t i;

    (void)state;
    for (i = 0; i < 100003; i++) {
        assert_true(buf_putc(b, (char)('a' + i % 26)));
    }
    assert_false(buf_putc(b, '!'));
    assert_int_equal(b->len, 100003);
    for (i = 0; i < 100003; i++) {
        assert_int_equal(b->data[i], 'a' + i % 26);
    }
    assert_int_equal(b->data[b->len], 0);
    arena_free(a);
}

static void test_growing_inside_a_rewound_loop_is_safe(void **state)
{
    struct arena *a = arena_new();
    struct buf *b = buf_new(a, 100000);
    struct arena_mark m = arena_mark(a);
    int i;

    (void)state;
    for (i = 0; i < 1000; i++) {
        buf_puts(b, arena_printf(a, "%04d", i));
        arena_rewind(a, m);
    }
    assert_int_equal(b->len, 4000);
    assert_memory_equal(b->data + 3996, "0999", 5);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_a_refused_append_changes_nothing_and_is_remembered),
        cmocka_unit_test(test_a_maximum_of_zero_holds_nothing),
        cmocka_unit_test(test_growing_reaches_the_maximum_exactly),
        cmocka_unit_test(test_growing_inside_a_rewound_loop_is_safe),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
