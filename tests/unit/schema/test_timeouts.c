#include "schema/timeouts.h"

#include "fixture.h"

struct model {
    struct field_object timeouts;
};

#define MINUTES 20
static const struct attr attrs[] = {TIMEOUTS_ROW(struct model, timeouts, MINUTES), {0}};
static const struct attr without[] = {STRING("name", O), {0}};

static void each_operation_has_its_own_time(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        const char *object, *operation;
        int64_t ms;
    } cases[] = {
        {"", "create", 7},
        {"null", "create", 7},
        {"timeouts=?", "create", 7},
        {"timeouts={}", "create", 7},
        {"timeouts={create=?}", "create", 7},
        {"timeouts={create=nonsense}", "create", 7},
        {"timeouts={create=20m update=1s delete=300ms}", "create", 1200000},
        {"timeouts={create=20m update=1s delete=300ms}", "update", 1000},
        {"timeouts={create=20m update=1s delete=300ms}", "delete", 300},
        {"timeouts={create=20m}", "delete", 7},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct value *object = object_of(cx, attrs, cases[i].object);
        assert_int_equal(timeouts_get(object, cases[i].operation, 7), cases[i].ms);
    }
    assert_int_equal(timeouts_get(object_of(cx, without, "name=a"), "create", 7), 7);
}

static void the_row_is_sound(void **state)
{
    struct ctx *cx = *state;
    assert_int_equal(attr_table_check(cx, "thing", attrs), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_operation_has_its_own_time),
        TEST(the_row_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
