/* One rule among others, on servers that drop fields or lag, and beside writers that replace whole
 * documents. */
#include "fixture_lifecycle.h"

/* ---- Servers that drop fields ---------------------------------------------------------------- */

static void a_limit_that_is_dropped_is_taken_back(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.expire_keep = 3;
    shows(f, DOC(THEIRS));
    takes(f, DOC(THEIRS KEPT(OFF)));
    shows(f, DOC(OURS(OFF) THEIRS));
    takes(f, DOC(THEIRS));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_FAIL, false);
    assert_diag(f->cx, "does not keep noncurrent_version_expiration.newer_noncurrent_versions of");
    assert_diag(f->cx, http_server_url(f->server));
    assert_diag(f->cx, "Leave noncurrent_version_expiration.newer_noncurrent_versions out");
}

static void an_update_goes_back_to_what_was_there(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.size_above = 10;
    shows(f, DOC(OURS(ON)));
    takes(f,
          DOC(WITH(OFF, "<ObjectSizeGreaterThan>10</ObjectSizeGreaterThan>", EXPIRE(DAYS("30")))));
    shows(f, DOC(OURS(OFF)));
    takes(f, DOC(OURS(ON)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_FAIL, false);
    assert_diag(f->cx, "does not keep object_size_greater_than");
}

static void a_taking_back_that_fails_says_what_is_left(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.filter.prefix = "x/";
    shows_none(f);
    takes(f, DOC(WITH(OFF, "<Prefix>x/</Prefix>", EXPIRE(DAYS("30")))));
    shows(f, DOC(OURS(OFF)));
    fixture_expect(f, "DELETE", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_FAIL, true);
    assert_diag(f->cx, "does not keep prefix");
    assert_diag(f->cx, "Rule \"ours\" is left disabled");
}

static void what_limits_nothing_warns_once(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.abort_days = 7;
    shows_none(f);
    takes(f, DOC(WITH(OFF, "<Prefix/>", EXPIRE(DAYS("30")) ABORT)));
    shows(f, DOC(OURS(OFF)));
    takes(f, DOC(WITH(ON, "<Prefix/>", EXPIRE(DAYS("30")) ABORT)));
    shows(f, DOC(OURS(ON)));
    shows(f, DOC(OURS(ON)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_OK, true);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx, "does not keep abort_incomplete_multipart_days");
}

/* ---- Servers that lag, and other writers ----------------------------------------------------- */

static void stale_answers_are_waited_out(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.enabled = false;
    shows_none(f);
    takes(f, DOC(OURS(OFF)));
    shows_none(f);
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    shows(f, DOC(OURS(OFF)));
    shows(f, DOC(OURS(OFF)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_OK, true);
    assert_int_equal(f->clock.n_sleeps, 3);
}

/* Somebody puts a document made from what they fetched earlier: ours is gone, and theirs is new. */
static void a_rule_that_vanished_is_merged_again(void **state)
{
#define NEW "<Rule><ID>new</ID><Filter/><Status>Enabled</Status></Rule>"
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.enabled = false;
    shows(f, DOC(THEIRS));
    takes(f, DOC(THEIRS OURS(OFF)));
    shows(f, DOC(NEW));
    shows(f, DOC(NEW)); /* after a pause */
    takes(f, DOC(NEW OURS(OFF)));
    shows(f, DOC(NEW OURS(OFF)));
    shows(f, DOC(NEW OURS(OFF)));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_OK, true);
    assert_int_equal(f->clock.n_sleeps, 2);
}

/* A writer that had fetched before our put puts after we saw our rule. */
static void what_is_lost_a_moment_later_is_merged_again(void **state)
{
    struct fixture *f = *state;

    shows(f, DOC(OURS(ON) THEIRS));
    takes(f, DOC(THEIRS));
    shows(f, DOC(THEIRS));
    shows(f, DOC(OURS(ON) THEIRS NEW));
    shows(f, DOC(OURS(ON) THEIRS NEW));
    takes(f, DOC(THEIRS NEW));
    shows(f, DOC(THEIRS NEW));
    shows(f, DOC(THEIRS NEW));
    assert_removed(f, RC_OK);
    assert_int_equal(f->clock.n_sleeps, 3);
}

static void rules_of_others_that_vanish_are_told_not_put_back(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.enabled = false;
    shows(f, DOC(NAMELESS THEIRS NEW));
    takes(f, DOC(NAMELESS THEIRS NEW OURS(OFF)));
    shows(f, DOC(OURS(OFF) NEW));
    shows(f, DOC(OURS(OFF) NEW));
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule}, RC_OK, true);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx, "removed the rules \"\", \"theirs\", or");
    assert_diag(f->cx, "Now there are: \"ours\", \"new\".");
}

static void a_writer_that_never_rests_is_named(void **state)
{
    static const char *const answers[] = {
        DOC(NEW),
        DOC(""),
        DOC(WITH(OFF, "<Prefix/>", EXPIRE(DAYS("1")))),
    };
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    rule.enabled = false;
    shows(f, DOC(THEIRS));
    for (int i = 0; i < 3; i++) {
        if (i > 0) {
            shows(f, DOC(NEW));
        }
        fixture_expect(f, "PUT", TARGET, 200, NULL);
        shows(f, answers[i]);
    }
    assert_run(f, (struct s3_lifecycle_edit){.wanted = &rule, .create = true}, RC_FAIL, true);
    assert_diag(f->cx, "The lifecycle rules of bucket files do not stay as they are written");
    assert_diag(f->cx, "Written were the rules: \"new\", \"ours\".");
    assert_diag(f->cx, "Now there are: \"ours\".");
    assert_diag(f->cx, "differs in: noncurrent_version_expiration.days");
    assert_diag(f->cx, "aws_s3_bucket_lifecycle_configuration");
}

static void a_change_that_never_shows_ends(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();

    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "GET",
                                      .target = TARGET,
                                      .reply = {.status = 404, .body = NO_RULES},
                                  });
    for (int i = 0; i < 3; i++) {
        fixture_expect(f, "PUT", TARGET, 200, NULL);
        http_server_expect(f->server, &(struct http_server_step){
                                          .method = "GET",
                                          .times = HTTP_SERVER_ANY_TIMES,
                                          .reply = {.status = 404, .body = NO_RULES},
                                      });
    }
    struct s3_lifecycle_edit edit = {.wanted = &rule, .create = true};
    assert_int_equal(run(f, &edit), RC_FAIL);
    assert_in_range(f->clock.monotonic_ms, 30000, 34000); /* 10 s each, and two pauses */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_limit_that_is_dropped_is_taken_back),
        TEST(an_update_goes_back_to_what_was_there),
        TEST(a_taking_back_that_fails_says_what_is_left),
        TEST(what_limits_nothing_warns_once),
        TEST(stale_answers_are_waited_out),
        TEST(a_rule_that_vanished_is_merged_again),
        TEST(what_is_lost_a_moment_later_is_merged_again),
        TEST(rules_of_others_that_vanish_are_told_not_put_back),
        TEST(a_writer_that_never_rests_is_named),
        TEST(a_change_that_never_shows_ends),
    };

    return cmocka_run_group_tests_name("s3_lifecycle_others", tests, NULL, NULL);
}
