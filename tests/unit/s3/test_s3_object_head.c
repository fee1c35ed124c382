/* What HEAD tells of an object, and what its refusals mean. */
#include "fixture.h"
#include "s3/s3_object.h"

#define MIN "Content-Length: 7\r\nETag: \"e\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"

static const struct s3_object object = {.bucket = "files", .key = "a b", .version_id = "v+1"};
#define TARGET "/files/a%20b?versionId=v%2B1"

static void answer(struct fixture *f, const char *target, int status, const char *headers)
{
    http_fixture_expect(f->server, "HEAD", target,
                        (struct http_server_reply){.status = status, .headers = headers});
}

static void all_that_a_copy_must_preserve(void **state)
{
    struct fixture *f = *state;
    struct s3_object_info i;

    answer(f, TARGET, 200,
           MIN
           "x-amz-version-id: v+1\r\nContent-Type: text/plain; charset=utf-8\r\n"
           "Content-Encoding: gzip\r\nContent-Disposition: attachment\r\nContent-Language: de\r\n"
           "Cache-Control: no-store\r\nExpires: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
           "x-amz-website-redirect-location: /other\r\nx-amz-storage-class: STANDARD_IA\r\n"
           "x-amz-meta-test-two: second  one\r\nx-amz-meta-test: first\r\n"
           "X-Amz-Meta-Umlaut: \xc3\xa4\xff\r\nx-amz-meta-empty:\r\n"
           "x-amz-server-side-encryption: aws:kms\r\n"
           "x-amz-server-side-encryption-aws-kms-key-id: arn:key\r\n"
           "x-amz-server-side-encryption-bucket-key-enabled: true\r\n"
           "x-amz-object-lock-mode: GOVERNANCE\r\n"
           "x-amz-object-lock-retain-until-date: 2030-01-01T00:00:00.000Z\r\n"
           "x-amz-object-lock-legal-hold: ON\r\nx-amz-tagging-count: 3\r\n"
           "x-amz-missing-meta: 2\r\nx-amz-replication-status: FAILED\r\n"
           "x-amz-restore: ongoing-request=\"true\"\r\nx-amz-archive-status: ARCHIVE_ACCESS\r\n"
           "x-amz-checksum-sha256: abc=-2\r\nx-amz-checksum-type: COMPOSITE\r\n");
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_OK);
    assert_int_equal(i.state, S3_OBJECT_PRESENT);
    assert_string_equal(i.version_id, "v+1");
    assert_string_equal(i.etag, "\"e\"");
    assert_string_equal(i.last_modified, "Sun, 30 Aug 2015 12:36:00 GMT");
    assert_int_equal(i.modified, EPOCH_MS / 1000);
    assert_int_equal(i.size, 7);
    assert_int_equal(i.part_size, 0);
    assert_int_equal(i.parts, 0);
    assert_string_equal(i.meta.content_type, "text/plain; charset=utf-8");
    assert_string_equal(i.meta.content_encoding, "gzip");
    assert_string_equal(i.meta.content_disposition, "attachment");
    assert_string_equal(i.meta.content_language, "de");
    assert_string_equal(i.meta.cache_control, "no-store");
    assert_string_equal(i.meta.expires, "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_int_equal(i.meta.n_user, 4);
    assert_string_equal(i.meta.user[0].name, "x-amz-meta-test-two");
    assert_string_equal(i.meta.user[0].value, "second  one");
    assert_string_equal(i.meta.user[1].name, "x-amz-meta-test");
    assert_string_equal(i.meta.user[2].value, "\xc3\xa4\xff");
    assert_string_equal(i.meta.user[3].value, "");
    assert_string_equal(i.settings.website_redirect, "/other");
    assert_string_equal(i.settings.storage_class, "STANDARD_IA");
    assert_string_equal(i.settings.encryption, "aws:kms");
    assert_string_equal(i.settings.kms_key_id, "arn:key");
    assert_string_equal(i.settings.bucket_key, "true");
    assert_string_equal(i.settings.lock_mode, "GOVERNANCE");
    assert_string_equal(i.settings.retain_until, "2030-01-01T00:00:00.000Z");
    assert_string_equal(i.settings.legal_hold, "ON");
    assert_int_equal(i.tags, 3);
    assert_int_equal(i.missing_meta, 2);
    assert_string_equal(i.replication_status, "FAILED");
    assert_string_equal(i.archive, "ARCHIVE_ACCESS");
    assert_string_equal(i.checksums.sha256, "abc=-2");
    assert_string_equal(i.checksums.type, "COMPOSITE");
    assert_null(i.checksums.crc32);
    assert_null(i.sse_c);
}

static void a_part_and_checksums_when_asked_for(void **state)
{
    struct fixture *f = *state;
    struct s3_object_info i;

    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "HEAD",
                                      .target = "/files/a%20b?partNumber=1&versionId=v%2B1",
                                      .expect = {"x-amz-checksum-mode: ENABLED"},
                                      .reply = {.status = 206,
                                                .headers = MIN "Content-Range: bytes 0-6/20\r\n"
                                                               "x-amz-mp-parts-count: 3\r\n"},
                                  });
    assert_int_equal(s3_object_head(f->cx, f->client, &object,
                                    &(struct s3_head_options){.checksums = true, .part = 1}, &i),
                     RC_OK);
    assert_int_equal(i.size, 20);
    assert_int_equal(i.part_size, 7);
    assert_int_equal(i.parts, 3);
    http_server_expect(f->server, &(struct http_server_step){.method = "HEAD",
                                                             .expect = {"!x-amz-checksum-mode"},
                                                             .reply = {.headers = MIN}});
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_OK);
}

static void archives(void **state)
{
    static const struct {
        const char *class, *restore, *archive;
        bool archived;
    } rows[] = {
        {NULL, NULL, NULL, false},
        {"STANDARD_IA", NULL, NULL, false},
        {"GLACIER_IR", NULL, NULL, false},
        {"GLACIER", NULL, NULL, true},
        {"DEEP_ARCHIVE", "ongoing-request=\"true\"", NULL, true},
        {"DEEP_ARCHIVE", "ongoing-request=\"false\", expiry-date=\"...\"", NULL, false},
        {"INTELLIGENT_TIERING", NULL, NULL, false},
        {"INTELLIGENT_TIERING", NULL, "DEEP_ARCHIVE_ACCESS", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_object_info info = {.settings.storage_class = rows[i].class,
                                      .restore = rows[i].restore,
                                      .archive = rows[i].archive};
        assert_int_equal(s3_object_info_archived(&info), rows[i].archived);
    }
}

static void parts_of_an_etag(void **state)
{
    (void)state;
    assert_int_equal(s3_object_info_etag_parts("\"9b2c-3\""), 3);
    assert_int_equal(s3_object_info_etag_parts("9b2c-10000"), 10000);
    assert_int_equal(s3_object_info_etag_parts("\"9b2c\""), 0);
    assert_int_equal(s3_object_info_etag_parts("\"9b2c-x\""), 0);
    assert_int_equal(s3_object_info_etag_parts(NULL), 0);
}

static void absent_or_a_marker(void **state)
{
    struct fixture *f = *state;
    struct s3_object latest = {.bucket = "files", .key = "k"};
    struct s3_object_info i = {.size = 99};

    answer(f, "/files/k", 404, NULL);
    assert_int_equal(s3_object_head(f->cx, f->client, &latest, NULL, &i), RC_NOT_FOUND);
    assert_int_equal(i.size, 99);
    answer(f, "/files/k", 404, "x-amz-delete-marker: true\r\nx-amz-version-id: m1\r\n");
    assert_int_equal(s3_object_head(f->cx, f->client, &latest, NULL, &i), RC_OK);
    assert_int_equal(i.state, S3_OBJECT_MARKER);
    assert_string_equal(i.version_id, "m1");
    assert_null(i.last_modified);
    answer(f, TARGET, 405,
           "x-amz-delete-marker: true\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n");
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_OK);
    assert_int_equal(i.state, S3_OBJECT_MARKER);
    assert_string_equal(i.version_id, "v+1");
    assert_int_equal(i.modified, EPOCH_MS / 1000);
    answer(f, TARGET, 405, NULL);
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_FAIL);
    assert_diag(f->cx, "does not offer");
}

static void what_a_400_means_is_asked(void **state)
{
    struct fixture *f = *state;
    struct s3_object_info i = {.size = 99};

    answer(f, TARGET, 400, NULL);
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "GET",
            .target = TARGET,
            .expect = {"range: bytes=0-0"},
            .reply = {.status = 400,
                      .body = S3_ERROR("InvalidRequest",
                                       "The object was stored using a form of Server Side "
                                       "Encryption. The correct parameters must be provided")}});
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_OK);
    assert_int_equal(i.state, S3_OBJECT_NEEDS_KEY);

    answer(f, TARGET, 400, NULL);
    fixture_expect(f, "GET", TARGET, 400, S3_ERROR("InvalidArgument", "Invalid version id"));
    i.size = 99;
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_FAIL);
    assert_diag(f->cx, "Invalid version id");
    answer(f, TARGET, 400, NULL);
    fixture_expect(f, "GET", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_FAIL);
    assert_diag(f->cx, "s3:GetObjectVersion");
    answer(f, TARGET, 400, NULL);
    fixture_expect(f, "GET", TARGET, 206, "x");
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_FAIL);
    assert_diag(f->cx, "HTTP 400");
    assert_int_equal(i.size, 99);
}

static void a_403_may_be_what_was_asked_for(void **state)
{
    struct fixture *f = *state;
    struct s3_object_info i = {.size = 99};

    answer(f, TARGET, 403, NULL);
    assert_int_equal(s3_object_head(f->cx, f->client, &object,
                                    &(struct s3_head_options){.may_be_denied = true}, &i),
                     RC_CONFLICT);
    assert_int_equal(f->cx->diags.errors, 0);
    answer(f, TARGET, 403, NULL);
    assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_FAIL);
    assert_diag(f->cx, "s3:GetObjectVersion");
    assert_int_equal(i.size, 99);
}

/* The login page of a proxy says 200, too. */
static void an_answer_that_is_not_of_s3(void **state)
{
    static const char *const replies[] = {
        "Content-Length: 7\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n",
        "Content-Length: 7\r\nETag: \"e\"\r\n",
        "Content-Length: 7\r\nETag: \"e\"\r\nLast-Modified: yesterday\r\n",
    };
    struct fixture *f = *state;
    struct s3_object_info i;

    for (size_t n = 0; n < COUNT(replies); n++) {
        answer(f, TARGET, 200, replies[n]);
        assert_int_equal(s3_object_head(f->cx, f->client, &object, NULL, &i), RC_FAIL);
        assert_diag(f->cx, "not as S3 does");
    }
}

static void headers_without_a_length(void **state)
{
    struct fixture *f = *state;
    struct http_header headers[] = {{"ETag", "\"e\""},
                                    {"Last-Modified", "Sun, 30 Aug 2015 12:36:00 GMT"},
                                    {"Content-Length", "seven"}};
    struct http_response http = {.status = 200, .headers = headers, .n_headers = 2};
    struct s3_object_info i;

    assert_false(s3_object_info_read(f->cx->arena, &http, &i));
    http.n_headers = 3;
    assert_false(s3_object_info_read(f->cx->arena, &http, &i));
    headers[2].value = "7";
    assert_true(s3_object_info_read(f->cx->arena, &http, &i));
}

static void an_object_needs_a_name(void **state)
{
    struct fixture *f = *state;
    struct s3_object_info i;

    assert_int_equal(
        s3_object_head(f->cx, f->client, &(struct s3_object){.bucket = "files"}, NULL, &i),
        RC_FAIL);
    assert_diag(f->cx, "without a name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_that_a_copy_must_preserve),
        TEST(a_part_and_checksums_when_asked_for),
        TEST(archives),
        TEST(parts_of_an_etag),
        TEST(absent_or_a_marker),
        TEST(what_a_400_means_is_asked),
        TEST(a_403_may_be_what_was_asked_for),
        TEST(an_answer_that_is_not_of_s3),
        TEST(headers_without_a_length),
        TEST(an_object_needs_a_name),
    };

    return cmocka_run_group_tests_name("s3_object_head", tests, NULL, NULL);
}
