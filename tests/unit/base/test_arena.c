#include "unit.h"

#include "base/arena.h"

static void test_memory_is_zeroed_and_aligned(void **state)
{
    struct arena *a = arena_new();
    size_t size, i;

    (void)state;
    for (size = 0; size < 9000; size = size * 2 + 1) {
        unsigned char *p = arena_alloc(a, size);

        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (i = 0; i < size; i++) {
            assert_int_equal(p[i], 0);
        }
        memset(p, 0xAA, size);
    }
    arena_free(a);
}

static void test_size_zero_is_unique(void **state)
{
    struct arena *a = arena_new();
    void *p = arena_alloc(a, 0), *q = arena_alloc(a, 0);

    (void)state;
    assert_ptr_not_equal(p, q);
    arena_free(a);
}

static void test_memory_is_zeroed_again_after_a_rewind(void **state)
{
    struct arena *a = arena_new();
    struct arena_mark m;
    size_t i;
    char *p;

    (void)state;
    arena_alloc(a, 10);
    m = arena_mark(a);
    memset(arena_alloc(a, 2000), 0xAA, 2000);
    arena_rewind(a, m);
    p = arena_alloc(a, 2000);
    for (i = 0; i < 2000; i++) {
        assert_int_equal(p[i], 0);
    }
    arena_free(a);
}

static void test_a_loop_that_rewinds_holds_no_more(void **state)
{
    struct arena *a = arena_new();
    struct arena_mark m;
    size_t before;
    int i;

    (void)state;
    arena_strdup(a, "kept");
    m = arena_mark(a);
    before = arena_footprint(a);
    for (i = 0; i < 100; i++) {
        arena_alloc(a, 100);
        arena_alloc(a, 100000);
        arena_rewind(a, m);
        assert_int_equal(arena_footprint(a), before);
    }
    arena_free(a);
}

static void test_rewind_to_the_start_empties(void **state)
{
    struct arena *a = arena_new();
    size_t empty = arena_footprint(a);
    struct arena_mark m = arena_mark(a);

    (void)state;
    arena_alloc(a, 100000);
    assert_true(arena_footprint(a) >= empty + 100000);
    arena_rewind(a, m);
    assert_int_equal(arena_footprint(a), empty);
    arena_free(a);
}

#if !defined(__SANITIZE_ADDRESS__) /* there each allocation is a chunk of its own, on purpose */
static void test_many_small_ones_cost_little(void **state)
{
    struct arena *a = arena_new();
    int i;

    (void)state;
    for (i = 0; i < 10000; i++) {
        arena_alloc(a, 16);
    }
    assert_true(arena_footprint(a) < 10000 * 16 + 2 * 65536);
    arena_free(a);
}
#endif

static void test_grow_keeps_the_content(void **state)
{
    struct arena *a = arena_new();
    size_t n = 1, i;
    size_t *p = arena_array(a, n, sizeof *p);

    (void)state;
    for (i = 0; i < 5000; i++) {
        if (i == n) {
            p = arena_grow(a, p, n * sizeof *p, 2 * n * sizeof *p);
            n *= 2;
            if (i % 3 == 0) {
                arena_alloc(a, 1); /* now it is not at the end */
            }
        }
        assert_int_equal(p[i], 0);
        p[i] = i;
    }
    for (i = 0; i < 5000; i++) {
        assert_int_equal(p[i], i);
    }
    p = arena_grow(a, NULL, 0, 8);
    assert_int_equal(*p, 0);
    arena_free(a);
}

static void test_copies(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(arena_strdup(a, "seed"), "seed");
    assert_string_equal(arena_strdup(a, ""), "");
    assert_string_equal(arena_strndup(a, "seedbank", 4), "seed");
    assert_string_equal(arena_strndup(a, "seed", 400), "seed");
    assert_string_equal(arena_printf(a, "%s-%d", "seed", 7), "seed-7");
    assert_memory_equal(arena_memdup(a, "a\0b", 3), "a\0b", 3);
    arena_memdup(a, NULL, 0);
    arena_free(a);
}

struct order {
    char seen[8];
    size_t n;
};
struct call {
    struct order *order;
    char name;
};

static void note(void *arg)
{
    struct call *c = arg;

    c->order->seen[c->order->n++] = c->name;
}

static void test_deferred_calls_run_in_reverse_with_their_memory_intact(void **state)
{
    struct order order = {{0}, 0};
    struct arena *a = arena_new();
    struct arena_mark m;
    char name;

    (void)state;
    for (name = 'a'; name <= 'd'; name++) {
        struct call *c = arena_alloc(a, sizeof *c);

        if (name == 'c') {
            m = arena_mark(a);
        }
        *c = (struct call){&order, name};
        arena_defer(a, note, c);
    }
    arena_rewind(a, m);
    assert_string_equal(order.seen, "dc");
    arena_free(a);
    assert_string_equal(order.seen, "dcba");
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_size_zero_is_unique),
        cmocka_unit_test(test_memory_is_zeroed_again_after_a_rewind),
        cmocka_unit_test(test_a_loop_that_rewinds_holds_no_more),
        cmocka_unit_test(test_rewind_to_the_start_empties),
#if !defined(__SANITIZE_ADDRESS__)
        cmocka_unit_test(test_many_small_ones_cost_little),
#endif
        cmocka_unit_test(test_grow_keeps_the_content),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_deferred_calls_run_in_reverse_with_their_memory_intact),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
