/* Whose turn it is to change the settings of a bucket. */
#include <pthread.h>
#include <unistd.h>

#include "base/cancel.h"
#include "fixture_lifecycle.h"
#include "s3/s3_bucket.h"

struct worker {
    const struct fixture *f;
    struct cancel *cancel;
    struct s3_lifecycle_edit edit;
    enum rc rc;
    pthread_t thread;
};

static struct s3_target target_of(const struct fixture *f, const char *bucket)
{
    return (struct s3_target){.client = f->client, .bucket = bucket, .timeout_ms = 1000};
}

static void *edit(void *arg)
{
    struct worker *w = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = w->f->session, .cancel = w->cancel});
    struct s3_target target = target_of(w->f, "files");

    w->rc = s3_lifecycle_edit_run(cx, &target, &w->edit);
    ctx_free(cx);
    return NULL;
}

/* The script has no step: a request would fail the test. */
static void another_setting_of_the_bucket_waits(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = ours();
    struct worker w = {.f = f,
                       .cancel = cancel_new(NULL),
                       .edit = {.id = "ours", .wanted = &rule, .create = true},
                       .rc = RC_OK};
    struct s3_target target = target_of(f, "files");

    assert_int_equal(s3_bucket_begin(f->cx, &target), RC_OK);
    assert_int_equal(pthread_create(&w.thread, NULL, edit, &w), 0);
    usleep(50000);
    cancel_raise(w.cancel);
    pthread_join(w.thread, NULL);
    assert_int_equal(w.rc, RC_FAIL);
    assert_false(w.edit.changed);
    s3_bucket_end(f->cx, &target);
    cancel_free(w.cancel);
}

static void other_buckets_do_not_wait(void **state)
{
    struct fixture *f = *state;
    struct s3_target one = target_of(f, "files"), other = target_of(f, "more-files");

    assert_int_equal(s3_bucket_begin(f->cx, &one), RC_OK);
    assert_int_equal(s3_bucket_begin(f->cx, &other), RC_OK);
    s3_bucket_end(f->cx, &one);
    assert_int_equal(s3_bucket_begin(f->cx, &one), RC_OK);
    s3_bucket_end(f->cx, &other);
    s3_bucket_end(f->cx, &one);
}

/* What refuses a document as a whole says no more than its code. */
static void a_refused_document_says_what_may_be_unknown(void **state)
{
    static const struct {
        const char *code, *remedy;
    } rows[] = {
        {"InvalidArgument", "MinIO does not know abort_incomplete_multipart_days"},
        {"MalformedXML", "MinIO does not know abort_incomplete_multipart_days"},
        {"InvalidStorageClass", "noncurrent_version_transition.storage_class"},
    };
    struct fixture *f = *state;
    struct s3_target target = target_of(f, "files");
    struct s3_lifecycle_rule rule = ours();

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct s3_lifecycle_edit edit = {.id = "ours", .wanted = &rule, .create = true};
        struct diag_point before = diag_point(f->cx);
        const char *refusal = arena_printf(
            f->cx->arena, "<Error><Code>%s</Code><Message>no</Message></Error>", rows[i].code);
        shows_none(f);
        fixture_expect(f, "PUT", TARGET, 400, refusal);
        shows_none(f); /* was it made all the same? */
        assert_int_equal(s3_lifecycle_edit_run(f->cx, &target, &edit), RC_FAIL);
        assert_false(edit.changed);
        assert_diag(f->cx, rows[i].remedy);
        diag_drop_since(f->cx, before);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(another_setting_of_the_bucket_waits),
        TEST(other_buckets_do_not_wait),
        TEST(a_refused_document_says_what_may_be_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
