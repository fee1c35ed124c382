/* What seedbank_bucket_protection makes of a server's answers. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/session.h"
#include "clients.h"
#include "http_server.h"
#include "notation.h"
#include "schema/model.h"
#include "services/registry.h"

#define SECRET  "a-secret-key-nobody-may-see"
#define TARGET  "/files?versioning"
#define ANSWER  "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define END     "</VersioningConfiguration>"
#define IS(s)   ANSWER "<Status>" s "</Status>" END
#define NO(why) "<Error><Code>" why "</Code><Message>No.</Message></Error>"

struct fixture {
    struct http_server *server;
    struct session *session;
    struct ctx *cx;
    const struct data_source *source;
    struct call call;
};

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    const struct provider_block *block = &clients_provider_block;
    f->server = http_server_start(&(struct http_server_options){.any_order = false});
    setenv("SEEDBANK_S3_ENDPOINT", http_server_url(f->server), 1);
    setenv("SEEDBANK_S3_ACCESS_KEY", "AKIDEXAMPLE", 1);
    setenv("SEEDBANK_S3_SECRET_KEY", SECRET, 1);
    f->session = session_new();
    f->cx = ctx_new(&(struct ctx_options){.session = f->session});
    void *empty = arena_alloc(f->cx->arena, block->model_size);
    assert_int_equal(block->configure(f->cx, f->session, empty, &f->call.clients), RC_OK);
    for (const struct data_source *const *d = registry_seedbank.data_sources; *d; d++) {
        if (strcmp((*d)->type_name, "seedbank_bucket_protection") == 0) {
            f->source = *d;
        }
    }
    assert_non_null(f->source);
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;
    for (const struct diag *d = f->cx->diags.first; d; d = d->next) {
        assert_null(strstr(d->detail, SECRET));
    }
    http_server_stop(f->server);
    assert_satisfied(f->server);
    ctx_free(f->cx);
    session_free(f->session);
    http_server_free(f->server);
    test_free(f);
    return 0;
}

static void answer(struct fixture *f, int status, const char *body, const char *header)
{
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "GET",
                                      .target = TARGET,
                                      .expect = {header},
                                      .reply = {.status = status, .body = body},
                                  });
}

/* Read; the result, or NULL when that failed. */
static const struct value *result(struct fixture *f, const char *config)
{
    struct arena *a = f->cx->arena;
    const struct attr *attrs = f->source->attrs;
    void *model = arena_alloc(a, f->source->model_size);
    const struct value *given = notation_object(a, attr_object_type(a, attrs), config);
    assert_int_equal(model_decode(f->cx, attrs, given, model), RC_OK);
    enum rc rc = f->source->read(f->cx, &f->call, model);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, unmake)

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
