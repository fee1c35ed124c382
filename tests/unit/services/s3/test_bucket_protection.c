/* What seedbank_bucket_protection makes of a server's answers. */
#include "fixture.h"

static void answer(struct fixture *f, int status, const char *body, const char *header)
{
    fixture_expect(f, (struct http_server_step){.method = "GET",
                                                .target = TARGET,
                                                .expect = {header},
                                                .reply = {.status = status, .body = body}});
}

static const struct data_source *source(void)
{
    const struct data_source *const *d = registry_seedbank.data_sources;
    while (strcmp((*d)->type_name, "seedbank_bucket_protection") != 0) {
        d++;
        assert_non_null(*d);
    }
    return *d;
}

/* Read; the result, or NULL when that failed. */
static const struct value *result(struct fixture *f, const char *config)
{
    struct arena *a = f->cx->arena;
    const struct data_source *d = source();
    const struct attr *attrs = d->attrs;
    void *model = arena_alloc(a, d->model_size);
    const struct value *given = notation_object(a, attr_object_type(a, attrs), config);
    assert_int_equal(model_decode(f->cx, attrs, given, model), RC_OK);
    enum rc rc = d->read(f->cx, &f->call, model);
    assert_int_equal(rc, f->cx->diags.errors ? RC_FAIL : RC_OK);
    return rc == RC_OK ? model_encode(a, attrs, model) : NULL;
}

static void assert_field(struct fixture *f, const struct value *object, const char *name,
                         const char *expected)
{
    const struct value *field = value_field(object, name);
    assert_non_null(field);
    assert_true(value_is_wholly_known(field));
    assert_string_equal(notation_text(f->cx->arena, field), expected);
}

static void versioning_that_is_on_has_no_finding(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, IS("Enabled"), "!x-amz-expected-bucket-owner");
    const struct value *v = result(f, "bucket=files");
    assert_field(f, v, "bucket", "files");
    assert_field(f, v, "versioning", "{mfa_delete=Disabled status=Enabled}");
    assert_field(f, v, "findings", "[]");
}

static void mfa_delete_is_shown(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, ANSWER "<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>" END, NULL);
    assert_field(f, result(f, "bucket=files"), "versioning", "{mfa_delete=Enabled status=Enabled}");
}

static void what_is_missing_is_an_error_with_a_remedy(void **state)
{
    static const struct {
        const char *answer, *versioning, *message;
    } rows[] = {
        {ANSWER END, "{mfa_delete=Disabled status=Disabled}", "keeps no old versions"},
        {IS("Suspended"), "{mfa_delete=Disabled status=Suspended}", "not of what is written since"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer(f, 200, rows[i].answer, NULL);
        const struct value *v = result(f, "bucket=files");
        const struct value *findings = value_field(v, "findings");
        assert_field(f, v, "versioning", rows[i].versioning);
        assert_int_equal(findings->n, 1);
        assert_field(f, findings->items[0], "severity", "error");
        const char *message = value_field(findings->items[0], "message")->text.p;
        const char *remedy = value_field(findings->items[0], "remedy")->text.p;
        assert_true(str_starts(message, "Bucket files "));
        assert_non_null(strstr(message, rows[i].message));
        assert_non_null(strstr(remedy, "seedbank_bucket_versioning"));
    }
}

static void the_owner_is_asked_for(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, IS("Enabled"), "x-amz-expected-bucket-owner: 123456789012");
    assert_non_null(result(f, "bucket=files expected_bucket_owner=123456789012"));
}

static void a_bucket_that_is_not_there_is_an_error_naming_bucket_and_server(void **state)
{
    struct fixture *f = *state;
    answer(f, 404, NO("NoSuchBucket"), NULL);
    assert_null(result(f, "bucket=files"));
    assert_diag(f->cx, "Bucket files does not exist");
    assert_diag(f->cx, http_server_url(f->server));
    assert_string_equal(path_text(f->cx->arena, f->cx->diags.first->path), "bucket");
}

static void a_refusal_names_the_permission(void **state)
{
    struct fixture *f = *state;
    answer(f, 403, NO("AccessDenied"), NULL);
    assert_null(result(f, "bucket=files"));
    assert_diag(f->cx, "bucket files");
    assert_diag(f->cx, "s3:GetBucketVersioning");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(versioning_that_is_on_has_no_finding),
        TEST(mfa_delete_is_shown),
        TEST(what_is_missing_is_an_error_with_a_remedy),
        TEST(the_owner_is_asked_for),
        TEST(a_bucket_that_is_not_there_is_an_error_naming_bucket_and_server),
        TEST(a_refusal_names_the_permission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
