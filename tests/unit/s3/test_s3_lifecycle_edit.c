/* One rule among others: put, taken away, refused. */
#include "base/cancel.h"
#include "fixture_lifecycle.h"

/* ---- Without trouble ------------------------------------------------------------------------- */

static void the_first_rule_is_put_disabled_then_enabled(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows_none(f);
    takes(f, DOC(OURS(OFF)));
    shows(f, DOC(OURS(OFF)));
    takes(f, DOC(OURS(ON)));
    shows(f, DOC(OURS(ON)));
    shows(f, DOC(OURS(ON)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_OK, true);
    assert_int_equal(f->clock.n_sleeps, 1); /* before the second look */
}

static void a_disabled_rule_is_put_once(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.enabled = false;
    shows(f, DOC(OURS(ON)));
    takes(f, DOC(OURS(OFF)));
    shows(f, DOC(OURS(OFF)));
    shows(f, DOC(OURS(OFF)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_OK, true);
}

static void others_stay_as_they_are(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(THEIRS NAMELESS));
    takes(f, DOC(THEIRS NAMELESS OURS(OFF)));
    shows(f, DOC(OURS(OFF) THEIRS NAMELESS)); /* the order is the server's business */
    takes(f, DOC(OURS(ON) THEIRS NAMELESS));
    shows(f, DOC(OURS(ON) THEIRS NAMELESS));
    shows(f, DOC(OURS(ON) THEIRS NAMELESS));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_OK, true);
}

static void an_equal_rule_is_adopted_and_another_is_not(void **state)
{
    static const struct {
        const char *there;
        enum rc rc;
    } rows[] = {
        {OURS(ON), RC_OK},
        {WITH(ON, "<Prefix/>", EXPIRE(DAYS("31"))), RC_CONFLICT},
        {WITH(ON, "<Prefix/>", EXPIRE(DAYS("30")) ABORT), RC_CONFLICT},
        {WITH(ON, "<Prefix>x</Prefix>", EXPIRE(DAYS("30"))), RC_CONFLICT},
        {WITH(ON, "<Prefix/>", EXPIRE(DAYS("30")) "<Later/>"), RC_CONFLICT},
    };
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    for (size_t i = 0; i < COUNT(rows); i++) {
        shows(f, arena_printf(f->cx->arena, DOC("%s"), rows[i].there));
        assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, rows[i].rc,
                   false);
    }
    shows(f, DOC(OURS(ON)));
    rule.enabled = false;
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_CONFLICT, false);
}

static void what_a_killed_create_left_is_finished(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(OURS(OFF)));
    takes(f, DOC(OURS(OFF)));
    shows(f, DOC(OURS(OFF)));
    takes(f, DOC(OURS(ON)));
    shows(f, DOC(OURS(ON)));
    shows(f, DOC(OURS(ON)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_OK, true);
}

static void what_is_as_wanted_is_not_put_again(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(THEIRS OURS(ON)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_OK, false);
}

static void the_old_form_is_kept_among_its_like(void **state)
{
#define OLD_ONE "<Rule><ID>old</ID><Prefix>x</Prefix><Status>Enabled</Status></Rule>"
#define OLD_OURS(s)                                                                                \
    "<Rule><ID>ours</ID><Status>" s "</Status><Prefix/>" EXPIRE(DAYS("30")) "</Rule>"
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.enabled = false;
    shows(f, DOC(OLD_ONE));
    takes(f, DOC(OLD_ONE OLD_OURS(OFF)));
    shows(f, DOC(OLD_ONE OLD_OURS(OFF)));
    shows(f, DOC(OLD_ONE OLD_OURS(OFF)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_OK, true);
}

/* ---- Taking it away -------------------------------------------------------------------------- */

static void only_ours_goes_and_the_document_with_the_last_rule(void **state)
{
    struct fixture *f = *state;

    shows(f, DOC(THEIRS OURS(ON)));
    takes(f, DOC(THEIRS));
    shows(f, DOC(THEIRS));
    shows(f, DOC(THEIRS));
    assert_run(f, (struct s3_lifecycle_edit){0}, RC_OK, true);
    shows(f, DOC(OURS(ON)));
    is_asked_to_delete(f);
    shows_none(f);
    shows_none(f);
    assert_run(f, (struct s3_lifecycle_edit){0}, RC_OK, true);
    shows(f, DOC(THEIRS));
    assert_run(f, (struct s3_lifecycle_edit){0}, RC_OK, false);
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_run(f, (struct s3_lifecycle_edit){0}, RC_NOT_FOUND, false);
}

static void what_was_taken_charge_of_is_not_taken_away(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(OURS(ON)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_OK, false);
    shows(f, DOC(OURS(ON)));
    assert_run(f, (struct s3_lifecycle_edit){0}, RC_OK, false);
}

/* ---- The window ------------------------------------------------------------------------------ */

static void a_rule_that_deletes_too_soon_is_refused_before_anything_is_put(void **state)
{
#define SOON "<Rule><ID>soon</ID><Filter/><Status>Enabled</Status>" EXPIRE(DAYS("5")) "</Rule>"
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(SOON));
    assert_run(f,
               (struct s3_lifecycle_edit){.wanted = &rule, .create = true, .min_window_days = 30},
               RC_FAIL, false);
    assert_diag(f->cx, "Old versions in bucket files would be deleted too soon");
    assert_diag(f->cx, "rule \"soon\" of the bucket deletes old versions after 5");
    shows_none(f);
    assert_run(f,
               (struct s3_lifecycle_edit){.wanted = &rule, .create = true, .min_window_days = 31},
               RC_FAIL, false);
    assert_diag(f->cx, "rule \"ours\"");
}

/* It comes while ours is put disabled. */
static void a_rule_that_comes_meanwhile_counts_too(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows_none(f);
    takes(f, DOC(OURS(OFF)));
    shows(f, DOC(OURS(OFF) SOON));
    assert_run(f,
               (struct s3_lifecycle_edit){.wanted = &rule, .create = true, .min_window_days = 30},
               RC_FAIL, true);
    assert_diag(f->cx, "rule \"soon\"");
    assert_diag(f->cx, "left disabled");
}

/* ---- Failures -------------------------------------------------------------------------------- */

static void a_put_that_fails_counts_only_if_it_was_made(void **state)
{
    static const struct {
        int status;
        const char *seen;
        bool changed;
    } rows[] = {
        {404, NO_RULES, false},
        {200, DOC(OURS(OFF)), true},
        {403, S3_ERROR("AccessDenied", "no"), true},
        {404, S3_ERROR("NoSuchBucket", ""), false},
    };
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    for (size_t i = 0; i < COUNT(rows); i++) {
        shows_none(f);
        fixture_expect(f, "PUT", TARGET, 403, S3_ERROR("AccessDenied", "no"));
        fixture_expect(f, "GET", TARGET, rows[i].status, rows[i].seen);
        assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_FAIL,
                   rows[i].changed);
        assert_diag(f->cx, "s3:PutLifecycleConfiguration");
    }
}

static void a_rule_that_nobody_understands_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(WITH(ON, "<Colour>red</Colour>", "")));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    assert_diag(f->cx, "Cannot change lifecycle rule \"ours\" of bucket files");
    assert_diag(f->cx, "its filter holds <Colour>");
}

#define ALSO         "<Expiration><Days>3</Days></Expiration>"
#define WIDE(status) WITH(status, "<Prefix/>", EXPIRE(DAYS("30")) ALSO)

/* Somebody's action in our rule would come to delete the objects of the whole bucket. */
static void what_else_a_rule_does_is_not_spread(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(WITH(ON, "<Prefix>a/</Prefix>", EXPIRE(DAYS("30")) ALSO)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    assert_diag(f->cx, "Lifecycle rule \"ours\" of bucket files would do more");
    assert_diag(f->cx, "It also holds Expiration/Days");
    assert_diag(f->cx, "for other objects than now");
    shows(f, DOC(WITH(ON,
                      "<And><Prefix/><ObjectSizeLessThan>9</ObjectSizeLessThan>"
                      "<Tag><Key>k</Key><Value>v</Value></Tag></And>",
                      EXPIRE(DAYS("30")) ALSO)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    shows(f, DOC(WIDE(OFF)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    assert_diag(f->cx, "enabled, the rule would do that too");
}

static void what_else_a_rule_does_stays_where_it_is(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(WITH(ON, "<Prefix/>", EXPIRE(DAYS("9")) ALSO)));
    for (int step = 0; step < 2; step++) { /* at rest, and enabled again */
        fixture_expect(f, "PUT", TARGET, 200, NULL);
        shows(f, step ? DOC(WIDE(ON)) : DOC(WIDE(OFF)));
    }
    shows(f, DOC(WIDE(ON)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_OK, true);
}

static void of_two_rules_with_one_id_neither_is_touched(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(OURS(ON) THEIRS OURS(OFF)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    assert_diag(f->cx, "two rules of that ID");
    shows(f, DOC(OURS(ON) THEIRS OURS(OFF)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = NULL}, RC_FAIL, false);
}

static void malformed_answers_end_it(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    shows(f, DOC(OURS(ON) "<Rule>"));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    shows_none(f);
    takes(f, DOC(OURS(OFF)));
    shows(f, "<LifecycleConfiguration><Rule></LifecycleConfiguration>");
    struct s3_lifecycle_edit edit = {.wanted = &rule, .create = true};
    assert_int_equal(run(f, &edit), RC_FAIL);
    assert_true(edit.changed);
    assert_diag(f->cx, "its body is no XML");
}

static void cancelling_ends_it(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();
    struct cancel *cancel = cancel_new(NULL);

    cancel_raise(cancel);
    f->cx->cancel = cancel;
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    assert_diag(f->cx, "interrupted");
    f->cx->cancel = NULL;
    cancel_free(cancel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_rule_is_put_disabled_then_enabled),
        TEST(a_disabled_rule_is_put_once),
        TEST(others_stay_as_they_are),
        TEST(an_equal_rule_is_adopted_and_another_is_not),
        TEST(what_a_killed_create_left_is_finished),
        TEST(what_is_as_wanted_is_not_put_again),
        TEST(the_old_form_is_kept_among_its_like),
        TEST(only_ours_goes_and_the_document_with_the_last_rule),
        TEST(what_was_taken_charge_of_is_not_taken_away),
        TEST(a_rule_that_deletes_too_soon_is_refused_before_anything_is_put),
        TEST(a_rule_that_comes_meanwhile_counts_too),
        TEST(a_put_that_fails_counts_only_if_it_was_made),
        TEST(a_rule_that_nobody_understands_is_left_alone),
        TEST(what_else_a_rule_does_is_not_spread),
        TEST(what_else_a_rule_does_stays_where_it_is),
        TEST(of_two_rules_with_one_id_neither_is_touched),
        TEST(malformed_answers_end_it),
        TEST(cancelling_ends_it),
    };

    return cmocka_run_group_tests_name("s3_lifecycle_edit", tests, NULL, NULL);
}
