/* Copies under a condition: what a server is asked, and what is learnt from its answers. */
#include "fixture.h"

#include "seedbank-bucket/condition.h"

#define DONE                                                                                       \
    "<CopyObjectResult><LastModified>2026-11-24T03:16:18.123Z</LastModified>"                      \
    "<ETag>&quot;e&quot;</ETag></CopyObjectResult>"
#define ERROR(code) "<Error><Code>" code "</Code><Message>no</Message></Error>"
#define IMPOSSIBLE  "if-match: \"00000000000000000000000000000000\""

struct fixture {
    struct place at;
    struct condition known;
    struct s3_written written;
    bool changed;
};

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    place_begin(&f->at, &(struct http_server_options){.any_order = false}, NULL);
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    assert_null(f->at.cx->diags.first);
    place_end(&f->at);
    test_free(f);
    return 0;
}

/* A copy that must come with that header (or "!name": without it), and what it is answered. */
static void expect(struct fixture *f, const char *header, int status, const char *body)
{
    http_server_expect(f->at.server,
                       &(struct http_server_step){.method = "PUT",
                                                  .target = "/b/k",
                                                  .expect = {header},
                                                  .reply = {.status = status, .body = body}});
}

static enum rc run(struct fixture *f, const char *newest)
{
    const struct condition_copy in = {
        .copy = {.from = {"b", "k", "w", NULL}, .to = {"b", "k", NULL, NULL}, .size = 7},
        .newest = newest,
    };
    enum rc rc;

    f->written = (struct s3_written){.version_id = NULL};
    rc = condition_copy(f->at.cx, f->at.target.client, &f->known, &in, &f->written, &f->changed);
    assert_satisfied(f->at.server);
    return rc;
}

static void a_server_that_minds_them_is_given_them(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 412, ERROR("PreconditionFailed"));
    expect(f, "if-match: \"a\"", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
    expect(f, "if-match: \"b\"", 200, DONE);
    assert_int_equal(run(f, "\"b\""), RC_OK);
    expect(f, "if-none-match: *", 200, DONE);
    assert_int_equal(run(f, NULL), RC_OK);
    expect(f, "!if-match", 200, DONE); /* its ETag is not known */
    assert_int_equal(run(f, ""), RC_OK);
}

static void somebody_who_came_between_is_seen(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 412, ERROR("PreconditionFailed"));
    expect(f, "if-match: \"a\"", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
    expect(f, "if-match: \"b\"", 412, ERROR("PreconditionFailed"));
    assert_int_equal(run(f, "\"b\""), RC_CONFLICT);
    assert_true(f->changed);
    assert_false(f->written.repeated);
    expect(f, "if-match: \"b\"", 409, ERROR("ConditionalRequestConflict"));
    assert_int_equal(run(f, "\"b\""), RC_CONFLICT);
    assert_true(f->changed);
}

/* AWS, where there is nothing: If-Match has nothing to match. */
static void nothing_there_is_a_condition_too(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 404, ERROR("NoSuchKey"));
    expect(f, "if-none-match: *", 200, DONE);
    assert_int_equal(run(f, NULL), RC_OK);
    expect(f, "if-none-match: *", 412, ERROR("PreconditionFailed"));
    assert_int_equal(run(f, NULL), RC_CONFLICT);
    assert_true(f->changed);
}

static void a_server_that_ignores_them_has_made_the_copy(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
    expect(f, "!if-match", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
    expect(f, "!if-none-match", 200, DONE);
    assert_int_equal(run(f, NULL), RC_OK);
    assert_false(f->written.repeated);
}

static void a_server_that_does_not_know_them_is_spared(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 501, ERROR("NotImplemented"));
    expect(f, "!if-match", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
    assert_true(f->written.repeated); /* whether the first one was made is not known */
    expect(f, "!if-match", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
}

/* As a server that counts a delete marker for an object. */
static void a_condition_that_never_held_is_not_believed(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 412, ERROR("PreconditionFailed"));
    expect(f, "if-match: \"a\"", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
    expect(f, "if-none-match: *", 412, ERROR("PreconditionFailed"));
    expect(f, "!if-none-match", 200, DONE);
    assert_int_equal(run(f, NULL), RC_OK);
    expect(f, "!if-none-match", 200, DONE);
    assert_int_equal(run(f, NULL), RC_OK);
    expect(f, "if-match: \"a\"", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
}

static void a_source_that_is_gone_teaches_nothing(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 404, ERROR("NoSuchVersion"));
    expect(f, "if-match: \"a\"", 404, ERROR("NoSuchVersion"));
    assert_int_equal(run(f, "\"a\""), RC_NOT_FOUND);
    assert_false(f->changed);
    expect(f, IMPOSSIBLE, 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
}

static void an_earlier_try_may_be_what_broke_it(void **state)
{
    struct fixture *f = *state;

    expect(f, IMPOSSIBLE, 412, ERROR("PreconditionFailed"));
    expect(f, "if-match: \"a\"", 200, DONE);
    assert_int_equal(run(f, "\"a\""), RC_OK);
    http_server_expect(
        f->at.server,
        &(struct http_server_step){
            .method = "PUT", .reply = {.fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_AT_START}});
    expect(f, "if-match: \"a\"", 412, ERROR("PreconditionFailed"));
    assert_int_equal(run(f, "\"a\""), RC_CONFLICT);
    assert_true(f->changed);
    assert_true(f->written.repeated);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_server_that_minds_them_is_given_them),
        TEST(somebody_who_came_between_is_seen),
        TEST(nothing_there_is_a_condition_too),
        TEST(a_server_that_ignores_them_has_made_the_copy),
        TEST(a_server_that_does_not_know_them_is_spared),
        TEST(a_condition_that_never_held_is_not_believed),
        TEST(a_source_that_is_gone_teaches_nothing),
        TEST(an_earlier_try_may_be_what_broke_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
