/* Object Lock: what servers answer, and what is sent to them. */
#include "fixture.h"
#include "s3/s3_bucket.h"
#include "s3/s3_lock.h"

#define TARGET "/files?object-lock"
#define DOC(s) "<ObjectLockConfiguration xmlns=\"" S3_NS "\">" s "</ObjectLockConfiguration>"
#define ON     "<ObjectLockEnabled>Enabled</ObjectLockEnabled>"
#define RULE(mode, period)                                                                         \
    ON "<Rule><DefaultRetention><Mode>" mode "</Mode>" period "</DefaultRetention></Rule>"
#define IS(mode, period) XML(DOC(RULE(mode, period)))

#define GOVERNANCE(days, years)                                                                    \
    {                                                                                              \
        S3_LOCK_ENABLED, S3_LOCK_GOVERNANCE, (days), (years)                                       \
    }
#define COMPLIANCE(days, years)                                                                    \
    {                                                                                              \
        S3_LOCK_ENABLED, S3_LOCK_COMPLIANCE, (days), (years)                                       \
    }
#define WITHOUT(status)                                                                            \
    {                                                                                              \
        S3_LOCK_##status, S3_LOCK_NONE, 0, 0                                                       \
    }
#define NONE WITHOUT(ENABLED)

static const struct s3_lock none = NONE;
static const struct s3_lock thirty_days = GOVERNANCE(30, 0);
static const struct s3_lock one_year = COMPLIANCE(0, 1);

static struct s3_target target(struct fixture *f)
{
    return (struct s3_target){f->client, .bucket = "files", .timeout_ms = 20000};
}

static enum rc get(struct fixture *f, struct s3_lock *ret)
{
    struct s3_target t = target(f);

    return s3_lock_get(f->cx, &t, ret);
}

static enum rc put(struct fixture *f, const struct s3_lock *wanted)
{
    struct s3_target t = target(f);
    enum rc rc = s3_lock_put(f->cx, &t, wanted);

    return rc == RC_OK ? s3_lock_wait(f->cx, &t, wanted) : rc;
}

/* AWS, Ceph (no namespace), MinIO, moto (the other unit as 0), and servers without the API. */
static void answers(void **state)
{
    static const struct {
        int http;
        const char *body;
        struct s3_lock lock;
    } rows[] = {
        {200, XML(DOC(ON)), NONE},
        {200, XML(DOC(ON "<Rule/>")), NONE},
        {200, IS("GOVERNANCE", "<Days>30</Days>"), GOVERNANCE(30, 0)},
        {200, IS("COMPLIANCE", "<Years>1</Years>"), COMPLIANCE(0, 1)},
        {200,
         "<ObjectLockConfiguration>" RULE(
             "COMPLIANCE",
             "<Days>0</Days><Years>2</Years>") "<Later>x</Later></ObjectLockConfiguration>",
         COMPLIANCE(0, 2)},
        {200,
         "<GetObjectLockConfigurationOutput xmlns=\"" S3_NS "\">" ON
         "</GetObjectLockConfigurationOutput>",
         NONE},
        {200, DOC(""), WITHOUT(DISABLED)},
        {404, S3_ERROR("ObjectLockConfigurationNotFoundError", "none"), WITHOUT(DISABLED)},
        {404, S3_ERROR("NoSuchObjectLockConfiguration", "none"), WITHOUT(DISABLED)},
        {501, S3_ERROR("NotImplemented", "no"), WITHOUT(UNSUPPORTED)},
        {405, S3_ERROR("MethodNotAllowed", "no"), WITHOUT(UNSUPPORTED)},
        {200, XML("<ListBucketResult xmlns=\"" S3_NS "\"><Name>files</Name></ListBucketResult>"),
         WITHOUT(UNSUPPORTED)},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_lock lock = {.days = -1};
        fixture_expect(f, "GET", TARGET, rows[i].http, rows[i].body);
        assert_int_equal(get(f, &lock), RC_OK);
        if (lock.status != rows[i].lock.status || !s3_lock_same(&lock, &rows[i].lock)) {
            fail_msg("row %zu: %s, %s", i, s3_lock_status_name(lock.status),
                     s3_lock_text(f->cx->arena, &lock));
        }
    }
    assert_int_equal(f->cx->diags.errors, 0);
}

/* A lock that cannot be read must not pass for none. */
static void what_is_not_understood_is_an_error(void **state)
{
    static const struct {
        const char *body, *said;
    } rows[] = {
        {XML(DOC("<ObjectLockEnabled>Paused</ObjectLockEnabled>")), "the state \"Paused\""},
        {IS("ETERNAL", "<Days>1</Days>"), "the retention mode \"ETERNAL\""},
        {XML(DOC(ON "<Rule><DefaultRetention><Days>1</Days></DefaultRetention></Rule>")),
         "the retention mode \"\""},
        {IS("GOVERNANCE", ""), "days and years \",\""},
        {IS("GOVERNANCE", "<Days>1</Days><Years>1</Years>"), "\"1, 1\""},
        {IS("GOVERNANCE", "<Days>-3</Days>"), "\"-3,\""},
        {IS("GOVERNANCE", "<Days>soon</Days>"), "\"soon,\""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_lock lock = {.days = 77};
        fixture_expect(f, "GET", TARGET, 200, rows[i].body);
        assert_int_equal(get(f, &lock), RC_FAIL);
        assert_diag(f->cx, rows[i].said);
        assert_int_equal(lock.days, 77);
    }
    assert_diag(f->cx, "Cannot read the Object Lock of bucket files");
}

static void refusals_to_read(void **state)
{
    struct fixture *f = *state;
    struct s3_lock lock = {.days = 77};

    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(get(f, &lock), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.errors, 0);
    fixture_expect(f, "GET", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(get(f, &lock), RC_FAIL);
    assert_diag(f->cx, "s3:GetBucketObjectLockConfiguration");
    /* Said by a proxy, not by S3: neither absent nor unsupported. */
    fixture_expect(f, "GET", TARGET, 404, "not here");
    assert_int_equal(get(f, &lock), RC_FAIL);
    fixture_expect(f, "GET", TARGET, 405, "not so");
    assert_int_equal(get(f, &lock), RC_FAIL);
    assert_int_equal(lock.days, 77);
}

static void put_sends_the_document_and_reads_back(void **state)
{
    static const struct {
        const struct s3_lock *wanted;
        const char *sent, *shown;
    } rows[] = {
        {&thirty_days, DOC(RULE("GOVERNANCE", "<Days>30</Days>")),
         IS("GOVERNANCE", "<Days>30</Days>")},
        {&one_year, DOC(RULE("COMPLIANCE", "<Years>1</Years>")),
         IS("COMPLIANCE", "<Years>1</Years>")},
        {&none, DOC(ON), XML(DOC(ON))},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        http_server_expect(f->server,
                           &(struct http_server_step){
                               .method = "PUT",
                               .target = TARGET,
                               .expect = {"content-type: application/xml", "content-md5: *"},
                               .body = rows[i].sent,
                           });
        fixture_expect(f, "GET", TARGET, 200, rows[i].shown);
        assert_int_equal(put(f, rows[i].wanted), RC_OK);
    }
    assert_int_equal(f->clock.n_sleeps, 0);
}

static void stale_answers_are_waited_out(void **state)
{
    struct fixture *f = *state;

    fixture_expect(f, "PUT", TARGET, 409, S3_ERROR("OperationAborted", "busy"));
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("ObjectLockConfigurationNotFoundError", ""));
    fixture_expect(f, "GET", TARGET, 200, IS("GOVERNANCE", "<Days>3</Days>"));
    fixture_expect(f, "GET", TARGET, 200, IS("GOVERNANCE", "<Days>30</Days>"));
    assert_int_equal(put(f, &thirty_days), RC_OK);
    assert_int_equal(f->clock.n_sleeps, 3);
}

static void a_time_out_says_what_was_seen(void **state)
{
    static const struct {
        int http;
        const char *body, *said;
    } rows[] = {
        {200, IS("GOVERNANCE", "<Days>1</Days>"), "still answered: GOVERNANCE for 1 day."},
        {200, XML(DOC(ON)), "still answered: none."},
        {404, S3_ERROR("ObjectLockConfigurationNotFoundError", ""),
         "still answered: no Object Lock."},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_target t = {f->client, .bucket = "files"}; /* one look */
        fixture_expect(f, "GET", TARGET, rows[i].http, rows[i].body);
        assert_int_equal(s3_lock_wait(f->cx, &t, &thirty_days), RC_FAIL);
        assert_diag(f->cx, rows[i].said);
    }
    assert_diag(f->cx, "does not show the default retention GOVERNANCE for 30 days");
}

static void a_bucket_that_cannot_be_locked_names_the_alternative(void **state)
{
    static const struct {
        int http;
        const char *body;
    } rows[] = {
        {409, S3_ERROR("InvalidBucketState", "not enabled")}, /* AWS, Ceph, MinIO */
        {400, S3_ERROR("InvalidBucketState", "not versioned")} /* moto */,
        {404, S3_ERROR("ObjectLockConfigurationNotFoundError", "not there")},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct diag_point before = diag_point(f->cx);
        fixture_expect(f, "PUT", TARGET, rows[i].http, rows[i].body);
        assert_int_equal(put(f, &thirty_days), RC_FAIL);
        assert_diag(f->cx, "Cannot set the default retention of bucket files");
        assert_diag(f->cx, "seedbank_bucket_versioning");
        assert_diag(f->cx, "--object-lock-enabled-for-bucket");
        diag_drop_since(f->cx, before);
    }
    assert_int_equal(f->clock.n_sleeps, 0);
}

static void other_refusals_to_put(void **state)
{
    struct fixture *f = *state;
    struct s3_target t = target(f);

    fixture_expect(f, "PUT", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(put(f, &none), RC_FAIL);
    assert_diag(f->cx, "Cannot remove the default retention of bucket files");
    assert_diag(f->cx, "s3:PutBucketObjectLockConfiguration");
    fixture_expect(f, "PUT", TARGET, 400, S3_ERROR("InvalidRetentionPeriod", "too long"));
    assert_int_equal(put(f, &thirty_days), RC_FAIL);
    assert_diag(f->cx, "does not take a retention of that length");
    fixture_expect(f, "PUT", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(put(f, &thirty_days), RC_NOT_FOUND);
    assert_int_equal(s3_lock_missing(f->cx, &t), RC_FAIL);
    assert_diag(f->cx, "does not offer Object Lock");
}

static void what_is_weaker(void **state)
{
    static const struct {
        struct s3_lock from, to;
        bool weaker;
    } rows[] = {
        {GOVERNANCE(30, 0), GOVERNANCE(30, 0), false},
        {GOVERNANCE(30, 0), GOVERNANCE(29, 0), true},
        {GOVERNANCE(30, 0), GOVERNANCE(31, 0), false},
        {GOVERNANCE(30, 0), COMPLIANCE(30, 0), false},
        {COMPLIANCE(30, 0), GOVERNANCE(90, 0), true},
        {GOVERNANCE(30, 0), COMPLIANCE(29, 0), true},
        {GOVERNANCE(30, 0), NONE, true},
        {NONE, GOVERNANCE(1, 0), false},
        {NONE, NONE, false},
        {GOVERNANCE(0, 2), GOVERNANCE(0, 1), true},
        {GOVERNANCE(0, 1), GOVERNANCE(0, 1), false},
        {GOVERNANCE(365, 0), GOVERNANCE(0, 1), false},
        {GOVERNANCE(366, 0), GOVERNANCE(0, 1), true},
        {GOVERNANCE(0, 1), GOVERNANCE(365, 0), true},
        {GOVERNANCE(0, 1), GOVERNANCE(366, 0), false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (s3_lock_weakens(&rows[i].from, &rows[i].to) != rows[i].weaker) {
            fail_msg("row %zu", i);
        }
    }
}

static void names_both_ways(void **state)
{
    (void)state;
    assert_int_equal(s3_lock_mode_of(s3_lock_mode_name(S3_LOCK_GOVERNANCE)), S3_LOCK_GOVERNANCE);
    assert_int_equal(s3_lock_mode_of(s3_lock_mode_name(S3_LOCK_COMPLIANCE)), S3_LOCK_COMPLIANCE);
    assert_null(s3_lock_mode_name(S3_LOCK_NONE));
    assert_int_equal(s3_lock_mode_of(NULL), S3_LOCK_NONE);
    assert_int_equal(s3_lock_mode_of("governance"), S3_LOCK_NONE);
    assert_string_equal(s3_lock_status_name(S3_LOCK_DISABLED), "Disabled");
}

static void a_bucket_is_created_with_it(void **state)
{
    struct fixture *f = *state;

    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "PUT",
                                      .target = "/files",
                                      .expect = {"x-amz-bucket-object-lock-enabled: true"}});
    assert_int_equal(s3_bucket_create_locked(f->cx, f->client, "files"), RC_OK);
    http_server_expect(f->server,
                       &(struct http_server_step){.method = "PUT",
                                                  .target = "/files",
                                                  .expect = {"!x-amz-bucket-object-lock-enabled"}});
    assert_int_equal(s3_bucket_create(f->cx, f->client, "files"), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers),
        TEST(what_is_not_understood_is_an_error),
        TEST(refusals_to_read),
        TEST(put_sends_the_document_and_reads_back),
        TEST(stale_answers_are_waited_out),
        TEST(a_time_out_says_what_was_seen),
        TEST(a_bucket_that_cannot_be_locked_names_the_alternative),
        TEST(other_refusals_to_put),
        TEST(what_is_weaker),
        TEST(names_both_ways),
        TEST(a_bucket_is_created_with_it),
    };

    return cmocka_run_group_tests_name("s3_lock", tests, NULL, NULL);
}
