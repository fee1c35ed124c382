/*
 * Plans of large sets. Eight times the elements may take more than eight times as long, since they
 * are sorted, but nowhere near 64 times: nothing compares each element with each.
 */
#include "schema/plan.h"

#include "base/buf.h"
#include "fixture.h"
#include "value/value_json.h"

#include <time.h>

enum { FEW = 500, MANY = 8 * FEW, MOST_TIMES_LONGER = 32 };

static bool hours_same(struct str a, struct str b)
{
    int64_t x = 0;
    int64_t y = 1;
    return str_to_duration_ms(a, &x) && str_to_duration_ms(b, &y) && x == y;
}

static const struct attr texts[] = {
    ROW("x", ATTR_STRINGS, O | ATTR_REPLACE, .type = &type_set_of_string),
    {0},
};
static const struct attr nkdc[] = {
    ROW("n", ATTR_INT, O),
    STRING("d", O | C, .default_text = "dd"),
    STRING("c", C),
    STRING("t", O, .same = hours_same),
    {0},
};
static const struct attr objects[] = {
    STRING("name", O),
    ROW("x", ATTR_OBJECT_SET, O, .attrs = nkdc, .nested_size = 1),
    {0},
};

/* x: the texts, or objects, from `from` on; rest: what each object has beside its number. */
static const struct value *many(struct ctx *cx, const struct attr *attrs, int from, int n,
                                const char *rest)
{
    struct buf *text = buf_new(cx->arena, (size_t)1 << 24);
    const struct value *v = NULL;
    buf_puts(text, "{\"x\":[");
    for (int i = 0; i < n; i++) {
        const char *comma = i == 0 ? "" : ",";
        if (attrs == texts) {
            buf_printf(text, "%s\"%d\"", comma, from + i);
        } else {
            buf_printf(text, "%s{\"n\":%d%s}", comma, from + i, rest);
        }
    }
    buf_puts(text, "]}");
    assert_int_equal(value_json_decode(cx, buf_str(text), attr_object_type(cx->arena, attrs),
                                       VALUE_JSON_REFUSE_EXTRAS, &v),
                     RC_OK);
    return v;
}

struct large {
    const char *what;
    const struct attr *attrs;
    const char *config, *prior, *proposed; /* the rest of each object; no prior: create */
    bool others;                           /* the state holds other elements */
};

/* Processor time of the quickest of two plans. */
static double seconds(const struct large *l, int n)
{
    double best = 1e9;
    for (int run = 0; run < 2; run++) {
        struct ctx *cx = ctx_new(&(struct ctx_options){0});
        struct plan_request request = {
            .config = many(cx, l->attrs, 0, n, l->config),
            .prior = l->prior ? many(cx, l->attrs, l->others ? n : 0, n, l->prior)
                              : object_of(cx, l->attrs, NULL),
            .proposed = many(cx, l->attrs, 0, n, l->proposed),
        };
        struct plan_result result;
        size_t before = arena_footprint(cx->arena);
        clock_t start = clock();
        assert_int_equal(plan_resource(cx, l->attrs, &request, &result), RC_OK);
        double took = (double)(clock() - start) / CLOCKS_PER_SEC;
        best = took < best ? took : best;
        assert_true(arena_footprint(cx->arena) - before < (size_t)n * 8192);
        ctx_free(cx);
    }
    return best;
}

#define HOUR        ",\"t\":\"1h\""
#define STORED      ",\"c\":\"c\",\"d\":\"dd\""
#define STORED_HOUR STORED HOUR
#define SPELLED     STORED ",\"t\":\"60m\""

static void large_sets_are_planned_quickly(void **state)
{
    static const struct large rows[] = {
        {"texts, as stored", texts, "", "", "", false},
        {"texts, others", texts, "", "", "", true},
        {"objects, new", objects, "", NULL, "", false},
        {"objects, as stored", objects, HOUR, SPELLED, STORED_HOUR, false},
        {"objects, others", objects, HOUR, SPELLED, HOUR, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double few = seconds(&rows[i], FEW);
        double longer = seconds(&rows[i], MANY);
        if (longer > 0.01 && longer > few * MOST_TIMES_LONGER) {
            fail_msg("%s: %d in %.4f s, %d in %.4f s", rows[i].what, FEW, few, MANY, longer);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_sets_are_planned_quickly),
    };
    return cmocka_run_group_tests_name("plan_large", tests, NULL, NULL);
}
