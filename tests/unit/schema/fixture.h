/* A context for each test, and short ways to write rows of attributes. */
#ifndef UNIT_SCHEMA_FIXTURE_H
#define UNIT_SCHEMA_FIXTURE_H

#include "unit.h"

#include <string.h>

#include "base/ctx.h"
#include "notation.h"
#include "schema/attr.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ctx, close_ctx)

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

#define R ATTR_REQUIRED
#define O ATTR_OPTIONAL
#define C ATTR_COMPUTED

/* A row without a model: enough for planning and validating. Flags, then what else it says. */
#define ROW(row_name, row_kind, ...)                                                               \
    {                                                                                              \
        .name = (row_name), .kind = (row_kind), .doc = "Text.", .flags = __VA_ARGS__               \
    }
#define STRING(name, ...) ROW(name, ATTR_STRING, __VA_ARGS__)

static inline const struct value *object_of(struct ctx *cx, const struct attr *attrs,
                                            const char *text)
{
    return notation_object(cx->arena, attr_object_type(cx->arena, attrs), text);
}

#endif
