/* Objects and buckets: what is sent, and what the answers become. */
#include "fixture.h"
#include "s3/s3_bucket.h"
#include "s3/s3_object.h"

#define HEAD "ETag: \"e\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"

static void put_get_delete(void **state)
{
    struct fixture *f = *state;
    struct s3_object o = {.bucket = "files", .key = "a b/../\xf0\x9f\x98\x80", .version_id = "v+1"};
    struct s3_written written = {.etag = "untouched"};
    struct str content;

    http_server_expect(
        f->server,
        &(struct http_server_step){.method = "PUT",
                                   .target = "/files/a%20b/../%F0%9F%98%80",
                                   .expect = {"content-md5: XUFAKrxLKna5cZ2REBfFkg==",
                                              "content-type: application/octet-stream", "!if-match",
                                              "!if-none-match", "!x-amz-tagging"},
                                   .body = "hello",
                                   .reply = {.headers = "x-amz-version-id: v2\r\nETag: e2\r\n"}});
    assert_int_equal(s3_object_put(f->cx, f->client,
                                   &(struct s3_put){.to = o, .content = STR_LIT("hello")},
                                   &written),
                     RC_OK);
    assert_string_equal(written.version_id, "v2");
    assert_string_equal(written.etag, "\"e2\"");
    assert_false(written.repeated);
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "GET",
                                      .target = "/files/a%20b/../%F0%9F%98%80?versionId=v%2B1",
                                      .reply = {.headers = HEAD, .body = "<Error>no</Error>"}});
    assert_int_equal(s3_object_get(f->cx, f->client, &o, 100, &content), RC_OK);
    assert_string_equal(content.p, "<Error>no</Error>");
    fixture_expect(f, "DELETE", "/files/a%20b/../%F0%9F%98%80?versionId=v%2B1", 204, NULL);
    assert_int_equal(s3_object_delete(f->cx, f->client, &o), RC_OK);
}

static void an_empty_object_and_an_unversioned_bucket(void **state)
{
    struct fixture *f = *state;
    struct s3_put put = {.to = {.bucket = "files", .key = "k"}};
    struct s3_written written;

    http_server_expect(f->server, &(struct http_server_step){.method = "PUT",
                                                             .expect = {"Content-Length: 0"},
                                                             .body = "",
                                                             .reply = {.headers = "ETag: e\r\n"}});
    assert_int_equal(s3_object_put(f->cx, f->client, &put, &written), RC_OK);
    assert_null(written.version_id);
    http_server_expect(f->server, &(struct http_server_step){.method = "PUT"});
    assert_int_equal(s3_object_put(f->cx, f->client, &put, &written), RC_FAIL);
    assert_diag(f->cx, "without the new object's ETag");
}

static void all_that_is_kept_beside_it(void **state)
{
    static const struct http_header user[] = {{"x-amz-meta-a", "1"}};
    static const struct s3_object_meta meta = {
        .content_type = "text/plain", .user = user, .n_user = 1};
    static const struct s3_object_settings settings = {
        .lock_mode = "GOVERNANCE", .retain_until = "2030-01-01T00:00:00Z", .legal_hold = "ON"};
    static const struct s3_tag tag = {"b c", "2&"};
    static const struct s3_tags tags = {&tag, 1};
    struct fixture *f = *state;
    struct s3_put put = {.to = {.bucket = "files", .key = "k"},
                         .content = STR_LIT("x"),
                         .meta = &meta,
                         .settings = &settings,
                         .tags = &tags,
                         .if_match = "\"t\""};
    struct s3_written written = {.etag = "untouched"};

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .expect = {"content-type: text/plain", "x-amz-meta-a: 1",
                       "x-amz-object-lock-mode: GOVERNANCE", "x-amz-object-lock-legal-hold: ON",
                       "x-amz-tagging: b%20c=2%26", "if-match: \"t\""},
            .reply = {.status = 412, .body = S3_ERROR("PreconditionFailed", "")}});
    assert_int_equal(s3_object_put(f->cx, f->client, &put, &written), RC_CONFLICT);
    assert_string_equal(written.etag, "untouched");
}

/* The first answer was lost, and the condition does not hold any more: because of the first. */
static void a_put_whose_answer_was_lost(void **state)
{
    static const struct {
        const char *etag;
        enum rc rc;
    } rows[] = {{"9dd4e461268c8034f5c8564e155c67a6", RC_OK}, {"other", RC_CONFLICT}};
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_put put = {
        .to = {.bucket = "files", .key = "k"}, .content = STR_LIT("x"), .if_absent = true};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_written written = {.repeated = false};
        http_server_expect(f->server,
                           &(struct http_server_step){.method = "PUT",
                                                      .expect = {"if-none-match: *"},
                                                      .reply = {.fault = HTTP_SERVER_CLOSE,
                                                                .where = HTTP_SERVER_IN_HEAD}});
        fixture_expect(f, "PUT", "/files/k", 412, S3_ERROR("PreconditionFailed", ""));
        http_server_expect(
            f->server,
            &(struct http_server_step){
                .method = "HEAD",
                .target = "/files/k",
                .reply = {.headers = arena_printf(f->cx->arena,
                                                  "ETag: \"%s\"\r\nLast-Modified: Sun, 30 Aug 2015 "
                                                  "12:36:00 GMT\r\nContent-Length: 1\r\n"
                                                  "x-amz-version-id: v7\r\n",
                                                  rows[i].etag)}});
        assert_int_equal(s3_object_put(f->cx, patient, &put, &written), rows[i].rc);
        assert_int_equal(written.repeated, rows[i].rc == RC_OK);
    }
    /* Asked once, it says what it says. */
    fixture_expect(f, "PUT", "/files/k", 412, S3_ERROR("PreconditionFailed", ""));
    assert_int_equal(s3_object_put(f->cx, patient, &put, &(struct s3_written){.etag = ""}),
                     RC_CONFLICT);
}

static void absent_and_too_large(void **state)
{
    struct fixture *f = *state;
    struct s3_object o = {.bucket = "files", .key = "k"};
    struct str content = STR_LIT("untouched");

    fixture_expect(f, "GET", "/files/k", 404, S3_ERROR("NoSuchKey", ""));
    assert_int_equal(s3_object_get(f->cx, f->client, &o, 100, &content), RC_NOT_FOUND);
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .reply = {.headers = HEAD, .body = "12345678", .body_repeat = 20}});
    assert_int_equal(s3_object_get(f->cx, f->client, &o, 100, &content), RC_FAIL);
    assert_diag(f->cx, "Cannot read object \"k\" of bucket files");
    assert_string_equal(content.p, "untouched");
}

/* A locked version is refused as if a permission were missing. */
static void a_locked_version(void **state)
{
    struct fixture *f = *state;
    struct s3_object o = {.bucket = "files", .key = "k", .version_id = "v1"};

    fixture_expect(f, "DELETE", "/files/k?versionId=v1", 403,
                   S3_ERROR("AccessDenied", "forbidden by object lock"));
    assert_int_equal(s3_object_delete(f->cx, f->client, &o), RC_FAIL);
    assert_diag(f->cx, "the version is locked (Object Lock)");
    assert_diag(f->cx, "s3:DeleteObjectVersion");
}

/* An empty key would mean the bucket: deleting it instead of an object. */
static void an_object_needs_a_name(void **state)
{
    struct fixture *f = *state;
    struct s3_object o = {.bucket = "files", .key = ""};

    assert_int_equal(s3_object_delete(f->cx, f->client, &o), RC_FAIL);
    o.key = NULL;
    assert_int_equal(s3_object_delete(f->cx, f->client, &o), RC_FAIL);
    assert_diag(f->cx, "without a name");
    assert_int_equal(http_server_count(f->server), 0);
}

static void buckets(void **state)
{
    struct fixture *f = *state;

    fixture_expect(f, "PUT", "/files", 200, NULL);
    assert_int_equal(s3_bucket_create(f->cx, f->client, "files"), RC_OK);
    fixture_expect(f, "PUT", "/files", 409, S3_ERROR("BucketAlreadyOwnedByYou", ""));
    assert_int_equal(s3_bucket_create(f->cx, f->client, "files"), RC_CONFLICT);
    fixture_expect(f, "HEAD", "/files", 200, NULL);
    assert_int_equal(s3_bucket_head(f->cx, f->client, "files"), RC_OK);
    fixture_expect(f, "HEAD", "/files", 404, NULL);
    assert_int_equal(s3_bucket_head(f->cx, f->client, "files"), RC_NOT_FOUND);
    fixture_expect(f, "HEAD", "/files", 403, NULL);
    assert_int_equal(s3_bucket_head(f->cx, f->client, "files"), RC_FAIL);
    assert_diag(f->cx, "s3:ListBucket");
    fixture_expect(f, "DELETE", "/files", 409, S3_ERROR("BucketNotEmpty", ""));
    assert_int_equal(s3_bucket_delete(f->cx, f->client, "files"), RC_FAIL);
    assert_diag(f->cx, "still holds objects");
    fixture_expect(f, "DELETE", "/files", 204, NULL);
    assert_int_equal(s3_bucket_delete(f->cx, f->client, "files"), RC_OK);
}

/* The first answer was lost, the second finds the bucket made: that is success. */
static void a_create_whose_answer_was_lost(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "PUT", .reply = {.fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_AT_START}});
    fixture_expect(f, "PUT", "/files", 409, S3_ERROR("BucketAlreadyOwnedByYou", ""));
    assert_int_equal(s3_bucket_create(f->cx, patient, "files"), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(put_get_delete),
        TEST(an_empty_object_and_an_unversioned_bucket),
        TEST(all_that_is_kept_beside_it),
        TEST(a_put_whose_answer_was_lost),
        TEST(absent_and_too_large),
        TEST(a_locked_version),
        TEST(an_object_needs_a_name),
        TEST(buckets),
        TEST(a_create_whose_answer_was_lost),
    };

    return cmocka_run_group_tests_name("s3_object", tests, NULL, NULL);
}
