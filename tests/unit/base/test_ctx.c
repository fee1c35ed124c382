#include "unit.h"

#include "base/cancel.h"
#include "base/ctx.h"
#include "test_clock.h"

static void test_defaults(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});

    (void)state;
    assert_ptr_equal(cx->clock, &clock_system);
    assert_null(cx->session);
    assert_int_equal(ctx_check(cx), RC_OK);
    assert_int_equal(cx->diags.errors, 0);
    ctx_free(cx);
    ctx_free(NULL);
}

static void test_sleep_goes_through_the_clock(void **state)
{
    struct test_clock clock;
    struct ctx *cx;

    (void)state;
    test_clock_init(&clock, 5000);
    cx = ctx_new(&(struct ctx_options){.clock = &clock.clock});
    assert_int_equal(ctx_sleep_ms(cx, 3600000), RC_OK);
    assert_int_equal(cx->clock->monotonic_ms(cx->clock), 3600000);
    assert_int_equal(cx->clock->now(cx->clock).tv_sec, 3605);
    ctx_free(cx);
}

static void test_cancelled(void **state)
{
    struct cancel *c = cancel_new(NULL);
    struct ctx *cx = ctx_new(&(struct ctx_options){.cancel = c});

    (void)state;
    assert_int_equal(ctx_check(cx), RC_OK);
    cancel_raise(c);
    assert_int_equal(ctx_check(cx), RC_FAIL);
    assert_string_equal(cx->diags.last->summary, "interrupted");
    assert_int_equal(ctx_sleep_ms(cx, 60000), RC_FAIL);
    assert_int_equal(cx->diags.errors, 2);
    ctx_free(cx);
    cancel_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_sleep_goes_through_the_clock),
        cmocka_unit_test(test_cancelled),
    };

    return cmocka_run_group_tests_name("ctx", tests, NULL, NULL);
}
