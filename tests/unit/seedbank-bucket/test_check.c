/* Whether a key is what was promised. */
#include "unit.h"

#include "seedbank-bucket/check.h"

static const char *newer[] = {"m"};
static const struct step copy = {
    .kind = STEP_COPY, .key = "k", .latest = "l", .version = "w", .etag = "e", .size = 5};
static const struct step reveal = {.kind = STEP_REVEAL,
                                   .key = "k",
                                   .latest = "m",
                                   .version = "w",
                                   .etag = "e",
                                   .size = 5,
                                   .newer = newer,
                                   .n_newer = 1};
static const struct step hide = {.kind = STEP_HIDE, .key = "k", .latest = "l"};
static const struct step idle = {.kind = STEP_UNREACHABLE, .key = "k", .latest = "l", .why = "x"};
static const struct step unknown = {.kind = STEP_UNKNOWN, .key = "k", .latest = "l", .why = "x"};

static const struct check_newest nothing = {.id = NULL};
static const struct check_newest wanted = {"w", "e", 5, false};
static const struct check_newest its_copy = {"c", "e", 5, false};
static const struct check_newest other_etag = {"c", "f", 5, false};
static const struct check_newest other_size = {"c", "e", 6, false};
static const struct check_newest marker = {"c", "", 0, true};

static void the_promise_of_each_step(void **state)
{
    static const struct {
        const struct step *step;
        const struct check_newest *newest;
        enum check_verdict wanted;
    } rows[] = {
        {&copy, &wanted, CHECK_FINE},        {&copy, &its_copy, CHECK_FINE},
        {&copy, &other_etag, CHECK_COMPARE}, {&copy, &other_size, CHECK_DIFFERS},
        {&copy, &marker, CHECK_DIFFERS},     {&copy, &nothing, CHECK_DIFFERS},
        {&reveal, &wanted, CHECK_FINE},      {&reveal, &its_copy, CHECK_DIFFERS},
        {&reveal, &marker, CHECK_DIFFERS},   {&reveal, &nothing, CHECK_DIFFERS},
        {&hide, &marker, CHECK_ABSENT},      {&hide, &nothing, CHECK_ABSENT},
        {&hide, &its_copy, CHECK_DIFFERS},   {&idle, &its_copy, CHECK_IDLE},
        {&unknown, &nothing, CHECK_IDLE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct check_result r = check_step(rows[i].step, rows[i].newest);
        if (r.verdict != rows[i].wanted) {
            fail_msg("row %zu: got %d, wanted %d", i, (int)r.verdict, (int)rows[i].wanted);
        }
        assert_int_equal(r.why != NULL, r.verdict == CHECK_DIFFERS);
    }
}

/* By its history: a newer version is no difference when it has the content of the wanted one. */
static void the_history_of_each_key(void **state)
{
    static const struct {
        enum past_verdict past;
        const struct step *step;
        const struct check_newest *newest;
        enum check_verdict wanted;
    } rows[] = {
        {PAST_ABSENT, &hide, &marker, CHECK_ABSENT},
        {PAST_UNCHANGED, &copy, &wanted, CHECK_FINE},
        {PAST_NEWER, &hide, &its_copy, CHECK_NEWER},
        {PAST_STEP, &copy, &its_copy, CHECK_FINE},
        {PAST_STEP, &copy, &other_etag, CHECK_COMPARE},
        {PAST_STEP, &copy, &other_size, CHECK_DIFFERS},
        {PAST_STEP, &reveal, &marker, CHECK_DIFFERS},
        {PAST_STEP, &unknown, &its_copy, CHECK_IDLE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct past_end end = {.verdict = rows[i].past, .step = *rows[i].step};
        assert_int_equal(check_past(&end, rows[i].newest).verdict, rows[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_promise_of_each_step),
        cmocka_unit_test(the_history_of_each_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
