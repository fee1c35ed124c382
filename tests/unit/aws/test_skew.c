/* Which refusals tell how far the clock is off. */
#include "aws/skew.h"

#include <stddef.h>

#include "unit.h"

#define NOW   1795490178 /* Tue, 24 Nov 2026 03:16:18 GMT */
#define AT(t) "Tue, 24 Nov 2026 " t " GMT"

static void a_difference_that_explains_the_refusal_is_found(void **state)
{
    static const struct {
        int status;
        const char *code, *date;
        int64_t ahead_s; /* 0: none is found */
    } rows[] = {
        {403, "RequestTimeTooSkewed", AT("05:16:18"), 7200},
        {403, "RequestTimeTooSkewed", AT("03:16:08"), -10},
        {403, "RequestTimeTooSkewed", AT("03:16:27"), 0},
        {403, "RequestTimeTooSkewed", NULL, 0},
        {403, "RequestTimeTooSkewed", "yesterday", 0},
        {400, "RequestExpired", AT("01:16:18"), -7200},
        {403, "RequestInTheFuture", AT("01:16:18"), -7200},
        {403, "SignatureDoesNotMatch", AT("03:21:18"), 300},
        {403, "SignatureDoesNotMatch", AT("03:21:17"), 0},
        {400, "SignatureDoesNotMatch", AT("05:16:18"), 0},
        {403, "", AT("05:16:18"), 7200},
        {404, "", AT("05:16:18"), 0},
        {403, "AccessDenied", AT("05:16:18"), 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct skew_refusal refusal = {rows[i].status, rows[i].code, rows[i].date, NOW};
        int64_t ahead_s = 0;
        assert_int_equal(skew_find(&refusal, &ahead_s), rows[i].ahead_s != 0);
        assert_int_equal(ahead_s, rows[i].ahead_s);
    }
}

static void whether_time_may_be_the_reason_is_told_without_a_date(void **state)
{
    (void)state;
    assert_true(skew_may_explain(403, "SignatureDoesNotMatch"));
    assert_true(skew_may_explain(403, ""));
    assert_true(skew_may_explain(400, "RequestExpired"));
    assert_false(skew_may_explain(301, ""));
    assert_false(skew_may_explain(403, "AccessDenied"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_difference_that_explains_the_refusal_is_found),
        cmocka_unit_test(whether_time_may_be_the_reason_is_told_without_a_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
