/* Copies by the server: what is asked, and when it counts as done. */
#include "fixture.h"
#include "s3/s3_copy.h"

#define DONE(etag)                                                                                 \
    XML("<CopyObjectResult xmlns=\"" S3_NS "\"><LastModified>2015-08-30T12:36:00.123Z"             \
        "</LastModified><ETag>" etag "</ETag></CopyObjectResult>")

static const struct s3_copy plain = {
    .from = {.bucket = "files", .key = "a b/../+%\xc3\xa4\n", .version_id = "v+1/2"},
    .to = {.bucket = "files", .key = "k", .version_id = "ignored", .expected_owner = "2222"},
};

static void a_version_becomes_the_newest(void **state)
{
    struct fixture *f = *state;
    struct s3_written copied;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "PUT",
            .target = "/files/k",
            .expect = {"x-amz-copy-source: "
                       "files/a%20b/../%2B%25%C3%A4%0A?versionId=v%2B1%2F2",
                       "x-amz-metadata-directive: COPY", "x-amz-tagging-directive: COPY",
                       "x-amz-expected-bucket-owner: 2222", "!if-match", "!if-none-match"},
            .body = "",
            .reply = {.body = DONE("&quot;e&quot;"), .headers = "x-amz-version-id: v9\r\n"}});
    assert_int_equal(s3_copy(f->cx, f->client, &plain, &copied), RC_OK);
    assert_string_equal(copied.version_id, "v9");
    assert_string_equal(copied.etag, "\"e\"");
    assert_string_equal(copied.last_modified, "2015-08-30T12:36:00.123Z");
}

static void all_is_replaced(void **state)
{
    static const struct http_header user[] = {
        {"x-amz-meta-test-two", "2"}, {"x-amz-meta-test", "1  1"}, {"x-amz-meta-empty", ""}};
    static const struct s3_object_meta meta = {
        .content_type = "text/plain", .cache_control = "no-store", .user = user, .n_user = 3};
    static const struct s3_object_settings settings = {
        .storage_class = "STANDARD_IA",
        .website_redirect = "/x",
        .encryption = "aws:kms",
        .kms_key_id = "key",
        .bucket_key = "true",
        .lock_mode = "GOVERNANCE",
        .retain_until = "2030-01-01T00:00:00Z",
        .legal_hold = "ON",
    };
    static const struct s3_tag list[] = {{"a", "1"}, {"b c", "2&"}};
    static const struct s3_tags tags = {list, 2};
    static const char *const sent[] = {
        "x-amz-copy-source-if-match: \"s\"\r\n",
        "x-amz-source-expected-bucket-owner: 1111\r\n",
        "x-amz-metadata-directive: REPLACE\r\n",
        "x-amz-tagging-directive: REPLACE\r\n",
        "x-amz-tagging: a=1&b%20c=2%26\r\n",
        "if-match: \"t\"\r\n",
        "content-type: text/plain\r\n",
        "cache-control: no-store\r\n",
        "x-amz-meta-test-two: 2\r\n",
        "x-amz-meta-test: 1  1\r\n",
        "x-amz-meta-empty:\r\n",
        "x-amz-storage-class: STANDARD_IA\r\n",
        "x-amz-website-redirect-location: /x\r\n",
        "x-amz-server-side-encryption: aws:kms\r\n",
        "x-amz-server-side-encryption-aws-kms-key-id: key\r\n",
        "x-amz-server-side-encryption-bucket-key-enabled: true\r\n",
        "x-amz-object-lock-mode: GOVERNANCE\r\n",
        "x-amz-object-lock-retain-until-date: 2030-01-01T00:00:00Z\r\n",
        "x-amz-object-lock-legal-hold: ON\r\n",
    };
    struct fixture *f = *state;
    struct s3_copy copy = plain;
    struct s3_written copied;
    const char *head;

    copy.etag = "\"s\"";
    copy.from.expected_owner = "1111";
    copy.meta = &meta;
    copy.settings = &settings;
    copy.tags = &tags;
    copy.if_match = "\"t\"";
    fixture_expect(f, "PUT", "/files/k", 200, DONE("&quot;e&quot;"));
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &copied), RC_OK);
    assert_null(copied.version_id);
    head = http_server_request(f->server, 0)->head;
    for (size_t i = 0; i < COUNT(sent); i++) {
        if (strstr(head, sent[i]) == NULL) {
            fail_msg("not sent: %s in %s", sent[i], head);
        }
    }
}

static void a_key_without_object(void **state)
{
    struct fixture *f = *state;
    struct s3_copy copy = plain;
    struct s3_written copied;

    copy.if_absent = true;
    copy.tags = &(struct s3_tags){NULL, 0};
    http_server_expect(f->server,
                       &(struct http_server_step){.expect = {"if-none-match: *", "!x-amz-tagging",
                                                             "x-amz-tagging-directive: REPLACE"},
                                                  .reply = {.body = DONE("&quot;e&quot;")}});
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &copied), RC_OK);
}

/* The status comes before the copy is made, and blanks keep the connection open meanwhile. */
static void late_answers(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    struct s3_written copied = {.etag = "untouched"};

    fixture_expect(f, "PUT", "/files/k", 200, " \n \n  " DONE("&quot;e&quot;"));
    assert_int_equal(s3_copy(f->cx, f->client, &plain, &copied), RC_OK);
    copied.etag = "untouched";
    fixture_expect(f, "PUT", "/files/k", 200, " \n " S3_ERROR("InternalError", "half way"));
    assert_int_equal(s3_copy(f->cx, f->client, &plain, &copied), RC_FAIL);
    assert_diag(f->cx, "half way");
    fixture_expect(f, "PUT", "/files/k", 200, " \n " S3_ERROR("SlowDown", "wait"));
    fixture_expect(f, "PUT", "/files/k", 200, DONE("&quot;e2&quot;"));
    assert_int_equal(s3_copy(f->cx, patient, &plain, &copied), RC_OK);
    assert_string_equal(copied.etag, "\"e2\"");
}

/* A server that copies for long is not taken for one that is stuck. */
static void a_large_copy_may_take_longer(void **state)
{
    struct fixture *f = *state;
    struct s3_copy copy = plain;
    struct s3_client *hasty;
    struct s3_written written;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(f->server),
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET,
                                                        .request_timeout_ms = 300},
                                   &hasty),
                     RC_OK);
    copy.size = 400 << 20; /* 52 seconds at 8 MB/s */
    http_server_expect(
        f->server,
        &(struct http_server_step){.method = "PUT", .reply = {.body = DONE("e"), .delay_ms = 900}});
    assert_int_equal(s3_copy(f->cx, hasty, &copy, &written), RC_OK);
}

static void refusals(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum rc rc;
        const char *says;
    } rows[] = {
        {404, S3_ERROR("NoSuchVersion", ""), RC_NOT_FOUND, NULL},
        {404, S3_ERROR("NoSuchKey", ""), RC_NOT_FOUND, NULL},
        {200, S3_ERROR("NoSuchKey", ""), RC_NOT_FOUND, NULL},
        {412, S3_ERROR("PreconditionFailed", ""), RC_CONFLICT, NULL},
        {409, S3_ERROR("ConditionalRequestConflict", ""), RC_CONFLICT, NULL},
        {403, S3_ERROR("InvalidObjectState", ""), RC_FAIL, "archive"},
        {403, S3_ERROR("AccessDenied", ""), RC_FAIL, "s3:GetObjectVersion"},
        {200, DONE(""), RC_FAIL, "without the new object's ETag"},
        {200, XML("<CopyObjectResult/>"), RC_FAIL, "without the new object's ETag"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_written copied = {.etag = "untouched"};
        fixture_expect(f, "PUT", "/files/k", rows[i].status, rows[i].body);
        assert_int_equal(s3_copy(f->cx, f->client, &plain, &copied), rows[i].rc);
        assert_string_equal(copied.etag, "untouched");
        if (rows[i].says) {
            assert_diag(f->cx, rows[i].says);
        }
    }
}

static void a_source_needs_key_and_version(void **state)
{
    struct fixture *f = *state;
    struct s3_written copied;
    struct s3_copy copy = plain;

    copy.from.version_id = NULL;
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &copied), RC_FAIL);
    copy.from.version_id = "";
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &copied), RC_FAIL);
    copy = plain;
    copy.from.key = NULL;
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &copied), RC_FAIL);
    assert_diag(f->cx, "Key and version");
    copy = plain;
    copy.to.key = "";
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &copied), RC_FAIL);
    assert_diag(f->cx, "without a name");
    assert_int_equal(http_server_count(f->server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_version_becomes_the_newest),   TEST(all_is_replaced),
        TEST(a_key_without_object),           TEST(late_answers),
        TEST(a_large_copy_may_take_longer),   TEST(refusals),
        TEST(a_source_needs_key_and_version),
    };

    return cmocka_run_group_tests_name("s3_copy", tests, NULL, NULL);
}
