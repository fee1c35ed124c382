/* URLs that grant one request; that they are accepted is shown on a real server (acceptance). */
#include "fixture.h"
#include "s3/s3_presign.h"

static enum rc presign(struct fixture *f, const char *method, const char *key, int64_t expires_s,
                       const char **ret_url)
{
    struct s3_object o = {.bucket = "files", .key = key};

    return s3_presign(f->cx, f->client, &o,
                      &(struct s3_presign_options){.method = method, .expires_s = expires_s},
                      ret_url);
}

static void a_url_holds_all_that_is_needed(void **state)
{
    struct fixture *f = *state;
    const struct http_header headers[] = {{"Content-Type", "text/plain"}};
    struct s3_object o = {.bucket = "files",
                          .key = "a b/../c",
                          .version_id = "v+1",
                          .expected_owner = "111122223333"};
    struct s3_presign_options p = {"GET", 604800, headers, 1};
    const char *url;

    assert_int_equal(s3_presign(f->cx, f->client, &o, &p, &url), RC_OK);
    assert_true(str_starts(
        url, arena_printf(f->cx->arena,
                          "%s/files/a%%20b/../c?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                          "AKIDEXAMPLE%%2F20150830%%2F" REGION
                          "%%2Fs3%%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=604800&"
                          "X-Amz-Security-Token=" TOKEN "&X-Amz-SignedHeaders=content-type%%3Bhost"
                          "%%3Bx-amz-expected-bucket-owner&versionId=v%%2B1&X-Amz-Signature=",
                          http_server_url(f->server))));
    assert_null(strstr(url, SECRET));
    assert_int_equal(http_server_count(f->server), 0);
}

static void the_signature_is_a_secret(void **state)
{
    struct fixture *f = *state;
    const char *url;

    assert_int_equal(presign(f, "PUT", "k", 1, &url), RC_OK);
    diag_warning(f->cx, NULL, "A warning", "of %s", url);
    assert_null(strstr(f->cx->diags.last->detail, strstr(url, "Signature=") + 10));
}

static void what_the_client_knows_is_used(void **state)
{
    struct fixture *f = *state;
    struct s3_place place = s3_known_place(f->cx->arena, f->client, "files");
    const char *url;

    place.region = "eu-west-3";
    s3_known_keep_place(f->client->known, "files", &place);
    credentials_keep_offset(f->client->credentials, 3600);
    assert_int_equal(presign(f, "HEAD", "k", 60, &url), RC_OK);
    assert_non_null(strstr(url, "%2Feu-west-3%2Fs3"));
    assert_non_null(strstr(url, "X-Amz-Date=20150830T133600Z"));
}

static void what_no_server_accepts_is_refused(void **state)
{
    static const struct {
        const char *method, *key;
        int64_t expires_s;
        const char *text;
    } rows[] = {
        {"DELETE", "k", 60, "GET, HEAD or PUT"}, {"get", "k", 60, "GET, HEAD or PUT"},
        {"GET", "k", 0, "at most 7 days"},       {"GET", "k", -1, "at most 7 days"},
        {"GET", "k", 604801, "at most 7 days"},  {"GET", "k", INT64_MAX, "at most 7 days"},
        {"GET", "", 60, "the bucket itself"},    {"GET", NULL, 60, "the bucket itself"},
    };
    struct fixture *f = *state;
    struct s3_object version = {.bucket = "files", .key = "k", .version_id = "v"};
    const char *url = "untouched";

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(presign(f, rows[i].method, rows[i].key, rows[i].expires_s, &url), RC_FAIL);
        assert_diag(f->cx, rows[i].text);
    }
    assert_int_equal(s3_presign(f->cx, f->client, &version,
                                &(struct s3_presign_options){.method = "PUT", .expires_s = 60},
                                &url),
                     RC_FAIL);
    assert_diag(f->cx, "cannot be written");
    version.bucket = "no/bucket";
    assert_int_equal(s3_presign(f->cx, f->client, &version,
                                &(struct s3_presign_options){.method = "GET", .expires_s = 60},
                                &url),
                     RC_FAIL);
    assert_string_equal(url, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_url_holds_all_that_is_needed),
        TEST(the_signature_is_a_secret),
        TEST(what_the_client_knows_is_used),
        TEST(what_no_server_accepts_is_refused),
    };

    return cmocka_run_group_tests_name("s3_presign", tests, NULL, NULL);
}
