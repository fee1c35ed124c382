/* One byte tells whether the rest can be had. */
#include "fixture.h"
#include "s3/s3_object.h"

static const struct s3_object object = {.bucket = "files", .key = "a b", .version_id = "v+1"};

static void answer(struct fixture *f, int status, const char *body)
{
    http_server_expect(f->server,
                       &(struct http_server_step){.method = "GET",
                                                  .target = "/files/a%20b?versionId=v%2B1",
                                                  .expect = {"Range: bytes=0-0"},
                                                  .reply = {.status = status, .body = body}});
}

static void what_can_be_read(void **state)
{
    struct fixture *f = *state;
    const char *why = "untouched";

    answer(f, 206, "x");
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_OK);
    answer(f, 200, "x"); /* it does not know ranges */
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_OK);
    answer(f, 416, S3_ERROR("InvalidRange", "The requested range is not satisfiable"));
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_OK); /* empty */
    answer(f, 206, "<Error>"); /* content, and no refusal */
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_OK);
    assert_string_equal(why, "untouched");
}

static void what_cannot_has_a_reason(void **state)
{
    struct fixture *f = *state;
    const char *why = NULL;

    answer(f, 403, S3_ERROR("AccessDenied", "Access Denied"));
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_CONFLICT);
    assert_string_equal(why, "Access Denied (HTTP 403 AccessDenied)");
    answer(f, 400, S3_ERROR("KMS.DisabledException", "The key is disabled."));
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_CONFLICT);
    assert_string_equal(why, "The key is disabled. (HTTP 400 KMS.DisabledException)");
    answer(f, 403, S3_ERROR("InvalidObjectState", "It lies in an archive"));
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_CONFLICT);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void what_is_gone_or_in_trouble(void **state)
{
    struct fixture *f = *state;
    const char *why = "untouched";

    answer(f, 404, S3_ERROR("NoSuchVersion", "no such version"));
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.errors, 0);
    answer(f, 403, S3_ERROR("SignatureDoesNotMatch", "no"));
    assert_int_equal(s3_object_peek(f->cx, f->client, &object, &why), RC_FAIL);
    assert_diag(f->cx, "SignatureDoesNotMatch");
    assert_string_equal(why, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_can_be_read),
        TEST(what_cannot_has_a_reason),
        TEST(what_is_gone_or_in_trouble),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
