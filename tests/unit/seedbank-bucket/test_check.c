/* What a key should be, and whether it is that. */
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

static const struct check_found nothing = {.there = false};
static const struct check_found wanted = {true, "w", "e", 5};
static const struct check_found its_copy = {true, "c", "e", 5};
static const struct check_found nameless = {true, NULL, "e", 5};
static const struct check_found other_size = {true, "c", "e", 6};
static const struct check_found marker = {false, "c", "", 0};

static const struct check_options here = {.same_ids = true};
static const struct check_options elsewhere = {.same_ids = false};
static const struct check_options deep = {.same_ids = true, .deep = true};

static void the_promise_of_each_step(void **state)
{
    static const struct {
        const struct step *step;
        const struct check_found *found;
        const struct check_options *options;
        enum check_verdict wanted;
    } rows[] = {
        {&copy, &wanted, &here, CHECK_FINE},
        {&copy, &its_copy, &here, CHECK_COMPARE},
        {&copy, &other_size, &here, CHECK_DIFFERS},
        {&copy, &marker, &here, CHECK_DIFFERS},
        {&copy, &nothing, &here, CHECK_DIFFERS},
        {&copy, &wanted, &deep, CHECK_COMPARE},
        {&copy, &other_size, &deep, CHECK_DIFFERS},
        {&copy, &wanted, &elsewhere, CHECK_COMPARE}, /* an ID means nothing there */
        {&copy, &nameless, &elsewhere, CHECK_COMPARE},
        {&reveal, &wanted, &here, CHECK_FINE},
        {&reveal, &its_copy, &here, CHECK_COMPARE},
        {&reveal, &marker, &here, CHECK_DIFFERS},
        {&reveal, &nothing, &here, CHECK_DIFFERS},
        {&hide, &marker, &here, CHECK_ABSENT},
        {&hide, &nothing, &elsewhere, CHECK_ABSENT},
        {&hide, &its_copy, &here, CHECK_DIFFERS},
        {&idle, &its_copy, &here, CHECK_IDLE},
        {&unknown, &nothing, &here, CHECK_IDLE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct check_want want = check_want_of_step(rows[i].step);
        struct check_result r = check(&want, rows[i].found, *rows[i].options);
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
        const struct check_found *newest;
        enum check_verdict wanted;
    } rows[] = {
        {PAST_ABSENT, &hide, &marker, CHECK_ABSENT},
        {PAST_UNCHANGED, &copy, &wanted, CHECK_FINE},
        {PAST_UNCHANGED, &copy, &its_copy, CHECK_FINE}, /* whatever it is, it is that */
        {PAST_NEWER, &hide, &its_copy, CHECK_NEWER},
        {PAST_STEP, &copy, &wanted, CHECK_FINE},
        {PAST_STEP, &copy, &its_copy, CHECK_COMPARE},
        {PAST_STEP, &copy, &other_size, CHECK_DIFFERS},
        {PAST_STEP, &reveal, &marker, CHECK_DIFFERS},
        {PAST_STEP, &unknown, &its_copy, CHECK_IDLE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct past_end end = {.verdict = rows[i].past, .step = *rows[i].step};
        struct check_want want = check_want_of_past(&end, rows[i].newest);
        assert_int_equal(check(&want, rows[i].newest, here).verdict, rows[i].wanted);
    }
}

/* A sum of a version without an ID says nothing of what is there now, whose ID is the same. */
static void a_null_version_is_not_known_by_its_id(void **state)
{
    const struct check_want sum = {
        .kind = CHECK_CONTENT, .version = "null", .sha256 = "0", .size = 5};
    const struct check_want version = {.kind = CHECK_CONTENT, .version = "null", .size = 5};
    const struct check_found found = {true, "null", "e", 5};

    (void)state;
    assert_int_equal(check(&sum, &found, here).verdict, CHECK_COMPARE);
    assert_int_equal(check(&version, &found, here).verdict, CHECK_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_promise_of_each_step),
        cmocka_unit_test(the_history_of_each_key),
        cmocka_unit_test(a_null_version_is_not_known_by_its_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
