/*
 * For the tests of values: a context for each test, and makers that a table can
 * use.
 */
#ifndef UNIT_VALUE_FIXTURE_H
#define UNIT_VALUE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h> /* wants those before it */

#include "base/arena.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "value/type.h"
#include "value/value.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define TEST(name)    cmocka_unit_test_setup_teardown(name, open_ctx, close_ctx)
#define RUN_TESTS(...)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                                           \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

static inline int open_ctx(void **state)
{
    *state = ctx_new(&(struct ctx_options){0});
    return 0;
}

static inline int close_ctx(void **state)
{
    ctx_free(*state);
    return 0;
}

static inline const struct type *type_of(struct ctx *cx, const char *json)
{
    const struct type *t;
    assert_int_equal(type_parse(cx, str_of(json), &t), RC_OK);
    return t;
}

static inline const struct value *number_of(struct ctx *cx, const char *text)
{
    const struct value *v;
    assert_int_equal(value_number(cx, str_of(text), &v), RC_OK);
    return v;
}

/* An array in the arena. */
#define ITEMS(cx, ...)                                                                             \
    arena_memdup((cx)->arena, (const struct value *[]){__VA_ARGS__},                               \
                 sizeof((const struct value *[]){__VA_ARGS__}))

static inline void assert_str(struct str got, const char *wanted)
{
    if (!str_is(got, wanted)) {
        fail_msg("got \"%.*s\", wanted \"%s\"", (int)got.n, got.p, wanted);
    }
}

#endif
