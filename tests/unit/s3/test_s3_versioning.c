/* Reading, setting and waiting for versioning, on a server that lies and dawdles. */
#include "base/cancel.h"
#include "fixture.h"
#include "s3/s3_versioning.h"

#define TARGET "/files?versioning"
#define NONE   XML("<VersioningConfiguration xmlns=\"" S3_NS "\"/>")
#define IS(s)                                                                                      \
    XML("<VersioningConfiguration xmlns=\"" S3_NS "\"><Status>" s                                  \
        "</Status></VersioningConfiguration>")
#define ABORTED S3_ERROR("OperationAborted", "A conflicting operation is in progress.")

static enum rc get(struct fixture *f, struct s3_versioning *ret)
{
    return s3_versioning_get(f->cx, &(struct s3_target){f->client, .bucket = "files"}, ret);
}

static enum rc set(struct fixture *f, enum s3_versioning_status wanted, int64_t timeout_ms,
                   struct s3_versioning *ret)
{
    struct s3_target target = {f->client, .bucket = "files", .timeout_ms = timeout_ms};
    enum rc rc = s3_versioning_put(f->cx, &target, wanted);

    return rc == RC_OK ? s3_versioning_wait(f->cx, &target, wanted, ret) : rc;
}

static void states(void **state)
{
    static const struct {
        const char *body;
        enum s3_versioning_status status;
        bool mfa_delete;
    } rows[] = {
        {NONE, S3_VERSIONING_DISABLED, false},
        {IS(""), S3_VERSIONING_DISABLED, false},
        {IS("Enabled"), S3_VERSIONING_ENABLED, false},
        {IS("Suspended"), S3_VERSIONING_SUSPENDED, false},
        {"<GetBucketVersioningResponse xmlns=\"" S3_NS "\"><Status>Enabled</Status>"
         "</GetBucketVersioningResponse>",
         S3_VERSIONING_ENABLED, false},
        {"<VersioningConfiguration><MfaDelete>Enabled</MfaDelete><Status>Enabled</Status>"
         "</VersioningConfiguration>",
         S3_VERSIONING_ENABLED, true},
        {"<VersioningConfiguration><Status>Suspended</Status><MFADelete>Disabled</MFADelete>"
         "<Later>x</Later></VersioningConfiguration>",
         S3_VERSIONING_SUSPENDED, false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_versioning v;
        fixture_expect(f, "GET", TARGET, 200, rows[i].body);
        assert_int_equal(get(f, &v), RC_OK);
        assert_int_equal(v.status, rows[i].status);
        assert_int_equal(v.mfa_delete, rows[i].mfa_delete);
    }
}

static void an_unknown_status_is_not_taken_for_none(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v = {.mfa_delete = true};

    fixture_expect(f, "GET", TARGET, 200, IS("Paused"));
    assert_int_equal(get(f, &v), RC_FAIL);
    assert_diag(f->cx, "unknown status \"Paused\"");
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(get(f, &v), RC_NOT_FOUND);
    assert_true(v.mfa_delete); /* untouched */
}

static void names_both_ways(void **state)
{
    (void)state;
    for (int i = S3_VERSIONING_DISABLED; i <= S3_VERSIONING_SUSPENDED; i++) {
        assert_int_equal(
            s3_versioning_status_of(s3_versioning_status_name((enum s3_versioning_status)i)), i);
    }
    assert_string_equal(s3_versioning_mfa_delete_name(true), "Enabled");
    assert_string_equal(s3_versioning_mfa_delete_name(false), "Disabled");
    assert_int_equal(s3_versioning_status_of(NULL), S3_VERSIONING_DISABLED);
    assert_int_equal(s3_versioning_status_of("enabled"), S3_VERSIONING_DISABLED);
}

static void set_puts_the_document_and_reads_back(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v;

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "PUT",
                           .target = TARGET,
                           .expect = {"content-type: application/xml", "content-md5: *"},
                           .body = "<VersioningConfiguration xmlns=\"" S3_NS
                                   "\"><Status>Enabled</Status></VersioningConfiguration>",
                       });
    fixture_expect(f, "GET", TARGET, 200, IS("Enabled"));
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 1000, &v), RC_OK);
    assert_int_equal(v.status, S3_VERSIONING_ENABLED);
    assert_int_equal(f->clock.n_sleeps, 0);
}

static void stale_answers_and_404_are_waited_out(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v;

    fixture_expect(f, "PUT", TARGET, 200, NULL);
    fixture_expect(f, "GET", TARGET, 200, NONE);
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    fixture_expect(f, "GET", TARGET, 200, IS("Suspended"));
    fixture_expect(f, "GET", TARGET, 200, IS("Enabled"));
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 60000, &v), RC_OK);
    assert_int_equal(v.status, S3_VERSIONING_ENABLED);
    assert_int_equal(f->clock.n_sleeps, 3);
    for (size_t i = 0, whole = 200; i < 3; i++, whole *= 2) {
        assert_in_range(f->clock.sleeps[i], whole / 2, whole);
    }
}

/* 200, 400, 800, 1600, 3200 and then 5000 ms at most, until ten minutes are over. */
static void a_time_out_says_what_was_seen(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v = {.mfa_delete = true};

    fixture_expect(f, "PUT", TARGET, 200, NULL);
    http_server_expect(f->server, &(struct http_server_step){.method = "GET",
                                                             .times = HTTP_SERVER_ANY_TIMES,
                                                             .reply = {.body = NONE}});
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 600000, &v), RC_FAIL);
    assert_diag(f->cx, "Bucket files does not show versioning Enabled");
    assert_diag(f->cx, "after 600 s it still answered: Disabled");
    assert_int_equal(f->clock.monotonic_ms, 600000); /* neither early nor late */
    assert_in_range(f->clock.sleeps[20], 2500, 5000);
    assert_true(v.mfa_delete);
}

static void a_bucket_that_stays_away_is_a_time_out(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v;

    fixture_expect(f, "PUT", TARGET, 200, NULL);
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "GET",
                           .times = HTTP_SERVER_ANY_TIMES,
                           .reply = {.status = 404, .body = S3_ERROR("NoSuchBucket", "gone")}});
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 3000, &v), RC_FAIL);
    assert_diag(f->cx, "no such bucket");
}

static void another_change_under_way_is_waited_out(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v;

    fixture_expect(f, "PUT", TARGET, 409, ABORTED);
    fixture_expect(f, "PUT", TARGET, 409, ABORTED);
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    fixture_expect(f, "GET", TARGET, 200, IS("Suspended"));
    assert_int_equal(set(f, S3_VERSIONING_SUSPENDED, 60000, &v), RC_OK);
    assert_int_equal(f->clock.n_sleeps, 2);
}

static void another_change_that_never_ends(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v;

    http_server_expect(f->server,
                       &(struct http_server_step){.method = "PUT",
                                                  .times = HTTP_SERVER_ANY_TIMES,
                                                  .reply = {.status = 409, .body = ABORTED}});
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 20000, &v), RC_FAIL);
    assert_diag(f->cx, "Cannot enable versioning of bucket files");
    assert_diag(f->cx, "409 OperationAborted");
    assert_diag(f->cx, "Another change of the same bucket is under way");
    assert_int_equal(f->clock.monotonic_ms, 20000);
}

static void refusals_end_it_at_once(void **state)
{
    struct fixture *f = *state;
    struct s3_versioning v;

    fixture_expect(f, "PUT", TARGET, 409, S3_ERROR("InvalidBucketState", "locked"));
    assert_int_equal(set(f, S3_VERSIONING_SUSPENDED, 60000, &v), RC_FAIL);
    assert_diag(f->cx, "Cannot suspend versioning of bucket files");
    assert_diag(f->cx, "Object Lock");
    fixture_expect(f, "PUT", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 60000, &v), RC_FAIL);
    assert_diag(f->cx, "s3:PutBucketVersioning");
    fixture_expect(f, "PUT", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 60000, &v), RC_NOT_FOUND);
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    fixture_expect(f, "GET", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(set(f, S3_VERSIONING_ENABLED, 60000, &v), RC_FAIL);
    assert_diag(f->cx, "s3:GetBucketVersioning");
    assert_int_equal(f->clock.n_sleeps, 0);
}

static void disabled_cannot_be_asked_for(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = {f->client, .bucket = "files"};

    assert_int_equal(s3_versioning_put(f->cx, &target, S3_VERSIONING_DISABLED), RC_FAIL);
    assert_diag(f->cx, "Ask for Suspended");
    assert_int_equal(http_server_count(f->server), 0);
}

static void cancelling_ends_the_wait(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = {f->client, .bucket = "files", .timeout_ms = 60000};
    struct cancel *cancel = cancel_new(NULL);
    struct s3_versioning v;

    cancel_raise(cancel);
    f->cx->cancel = cancel;
    http_server_expect(f->server, &(struct http_server_step){.times = HTTP_SERVER_ANY_TIMES,
                                                             .reply = {.body = NONE}});
    assert_int_equal(s3_versioning_wait(f->cx, &target, S3_VERSIONING_ENABLED, &v), RC_FAIL);
    assert_diag(f->cx, "interrupted");
    f->cx->cancel = NULL;
    cancel_free(cancel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(states),
        TEST(an_unknown_status_is_not_taken_for_none),
        TEST(names_both_ways),
        TEST(set_puts_the_document_and_reads_back),
        TEST(stale_answers_and_404_are_waited_out),
        TEST(a_time_out_says_what_was_seen),
        TEST(a_bucket_that_stays_away_is_a_time_out),
        TEST(another_change_under_way_is_waited_out),
        TEST(another_change_that_never_ends),
        TEST(refusals_end_it_at_once),
        TEST(disabled_cannot_be_asked_for),
        TEST(cancelling_ends_the_wait),
    };

    return cmocka_run_group_tests_name("s3_versioning", tests, NULL, NULL);
}
