/* Objects written in parts, and copies made so. */
#include "fixture.h"
#include "s3/s3_copy.h"
#include "s3/s3_multipart.h"
#include "s3/s3_tags.h"

#define MIB ((uint64_t)1 << 20)
#define BEGUN(id)                                                                                  \
    XML("<InitiateMultipartUploadResult><UploadId>" id                                             \
        "</UploadId></InitiateMultipartUploadResult>")
#define PART(etag) XML("<CopyPartResult><ETag>" etag "</ETag></CopyPartResult>")
#define ENDED(etag)                                                                                \
    XML("<CompleteMultipartUploadResult><ETag>" etag "</ETag></CompleteMultipartUploadResult>")
#define UPLOADS(body)                                                                              \
    XML("<ListMultipartUploadsResult xmlns=\"" S3_NS "\">" body "</ListMultipartUploadsResult>")
#define UPLOAD(k, id)                                                                              \
    "<Upload><Key>" k "</Key><UploadId>" id "</UploadId><Initiated>2015-08-30T12:36:00.000Z"       \
    "</Initiated></Upload>"
#define HEAD_OF(size)                                                                              \
    "Content-Length: " size "\r\nETag: \"s-3\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 "       \
    "GMT\r\n"
#define NO_UPLOAD S3_ERROR("NoSuchUpload", "")

static const struct s3_object object = {.bucket = "files", .key = "a b", .version_id = "ignored"};

static struct s3_multipart upload_of(struct fixture *f)
{
    return (struct s3_multipart){f->client, object, "u+1"};
}

static void begin_write_end(void **state)
{
    static const struct http_header user = {"x-amz-meta-a", "1"};
    static const struct s3_object_meta meta = {
        .content_type = "text/plain", .user = &user, .n_user = 1};
    static const struct s3_object_settings settings = {.storage_class = "STANDARD_IA"};
    static const struct s3_tag tag = {"t", "v"};
    static const struct s3_tags tags = {&tag, 1};
    struct fixture *f = *state;
    struct s3_multipart upload = upload_of(f);
    struct s3_part parts[2] = {{.number = 1}, {.number = 3}};
    struct s3_written written;

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "POST",
                           .target = "/files/a%20b?uploads",
                           .expect = {"x-amz-tagging: t=v", "content-type: text/plain",
                                      "x-amz-meta-a: 1", "x-amz-storage-class: STANDARD_IA"},
                           .body = "",
                           .reply = {.body = BEGUN("u+1")}});
    assert_int_equal(s3_multipart_create(f->cx, &upload,
                                         &(struct s3_multipart_options){&meta, &settings, &tags}),
                     RC_OK);
    assert_string_equal(upload.upload_id, "u+1");
    http_server_expect(
        f->server, &(struct http_server_step){.method = "PUT",
                                              .target = "/files/a%20b?partNumber=1&uploadId=u%2B1",
                                              .expect = {"content-md5: XUFAKrxLKna5cZ2REBfFkg=="},
                                              .body = "hello",
                                              .reply = {.headers = "ETag: \"p1\"\r\n"}});
    assert_int_equal(s3_multipart_put(f->cx, &upload, STR_LIT("hello"), &parts[0]), RC_OK);
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "PUT",
                                      .target = "/files/a%20b?partNumber=3&uploadId=u%2B1",
                                      .expect = {"x-amz-copy-source: from/k?versionId=v",
                                                 "x-amz-copy-source-range: bytes=10-14",
                                                 "x-amz-copy-source-if-match: \"e\"",
                                                 "x-amz-source-expected-bucket-owner: 1111"},
                                      .reply = {.body = "  " PART("p3")}});
    assert_int_equal(
        s3_multipart_copy(
            f->cx, &upload,
            &(struct s3_multipart_range){
                .from = {"from", "k", "v", "1111"}, .etag = "\"e\"", .first = 10, .n = 5},
            &parts[1]),
        RC_OK);
    http_server_expect(
        f->server, &(struct http_server_step){
                       .method = "POST",
                       .target = "/files/a%20b?uploadId=u%2B1",
                       .expect = {"if-none-match: *", "!if-match"},
                       .body = "<CompleteMultipartUpload xmlns=\"" S3_NS "\"><Part><PartNumber>1"
                               "</PartNumber><ETag>\"p1\"</ETag></Part><Part><PartNumber>3"
                               "</PartNumber><ETag>\"p3\"</ETag></Part>"
                               "</CompleteMultipartUpload>",
                       .reply = {.body = "\n" ENDED("&quot;x-2&quot;"),
                                 .headers = "x-amz-version-id: v9\r\n"}});
    assert_int_equal(
        s3_multipart_complete(
            f->cx, &upload,
            &(struct s3_multipart_end){.parts = parts, .n_parts = 2, .if_absent = true}, &written),
        RC_OK);
    assert_string_equal(written.etag, "\"x-2\"");
    assert_string_equal(written.version_id, "v9");
}

static void success_without_what_was_asked_for(void **state)
{
    struct fixture *f = *state;
    struct s3_multipart upload = upload_of(f);
    struct s3_part part = {.number = 1, .etag = "untouched"};
    struct s3_written written = {.etag = "untouched"};
    const struct s3_multipart_end end = {.parts = &part, .n_parts = 1};
    const struct s3_multipart_range range = {.from = {"from", "k", "v", NULL}, .n = 5};

    fixture_expect(f, "POST", "*", 200, BEGUN(""));
    assert_int_equal(
        s3_multipart_create(f->cx, &upload, &(struct s3_multipart_options){.meta = NULL}), RC_FAIL);
    fixture_expect(f, "PUT", "*", 200, NULL);
    assert_int_equal(s3_multipart_put(f->cx, &upload, STR_LIT("x"), &part), RC_FAIL);
    fixture_expect(f, "PUT", "*", 200, PART(""));
    assert_int_equal(s3_multipart_copy(f->cx, &upload, &range, &part), RC_FAIL);
    assert_string_equal(part.etag, "untouched");
    fixture_expect(f, "POST", "*", 200, ENDED(""));
    fixture_expect(f, "HEAD", "*", 404, NULL); /* nor is the object there */
    assert_int_equal(s3_multipart_complete(f->cx, &upload, &end, &written), RC_FAIL);
    assert_diag(f->cx, "not with which ETag");
    fixture_expect(f, "POST", "*", 404, NO_UPLOAD);
    assert_int_equal(s3_multipart_complete(f->cx, &upload, &end, &written), RC_NOT_FOUND);
    fixture_expect(f, "PUT", "*", 404, NO_UPLOAD);
    assert_int_equal(s3_multipart_copy(f->cx, &upload, &range, &part), RC_NOT_FOUND);
    fixture_expect(f, "PUT", "*", 412, S3_ERROR("PreconditionFailed", ""));
    assert_int_equal(s3_multipart_copy(f->cx, &upload, &range, &part), RC_CONFLICT);
    assert_string_equal(written.etag, "untouched");
}

/* Ceph leaves the ETag out in versioned buckets: the version it names is looked at. */
static void an_answer_without_etag_that_names_the_version(void **state)
{
    static const struct {
        const char *headers;
        bool good;
    } rows[] = {
        {"Content-Length: 9\r\nETag: \"y-1\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n",
         true},
        {"Content-Length: 9\r\nETag: \"y-2\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n",
         false},
        {"Content-Length: 9\r\n", false},
    };
    struct fixture *f = *state;
    struct s3_multipart upload = upload_of(f);
    struct s3_part part = {.number = 1, .etag = "p1"};
    const struct s3_multipart_end end = {.parts = &part, .n_parts = 1};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_written written;
        http_server_expect(
            f->server, &(struct http_server_step){
                           .method = "POST",
                           .reply = {.body = ENDED(""), .headers = "x-amz-version-id: v9\r\n"}});
        http_fixture_expect(f->server, "HEAD", "/files/a%20b?versionId=v9",
                            (struct http_server_reply){.headers = rows[i].headers});
        assert_int_equal(s3_multipart_complete(f->cx, &upload, &end, &written),
                         rows[i].good ? RC_OK : RC_FAIL);
        if (rows[i].good) {
            assert_string_equal(written.etag, "\"y-1\"");
        }
    }
}

static void giving_up(void **state)
{
    struct fixture *f = *state;
    struct s3_multipart upload = upload_of(f);

    fixture_expect(f, "DELETE", "/files/a%20b?uploadId=u%2B1", 204, NULL);
    assert_int_equal(s3_multipart_abort(f->cx, &upload), RC_OK);
    fixture_expect(f, "DELETE", "*", 404, NO_UPLOAD);
    assert_int_equal(s3_multipart_abort(f->cx, &upload), RC_OK);
    fixture_expect(f, "DELETE", "*", 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(s3_multipart_abort(f->cx, &upload), RC_NOT_FOUND);
}

static void what_is_unfinished(void **state)
{
    struct fixture *f = *state;
    struct s3_multipart_unfinished *list = NULL;
    struct s3_object odd = {.bucket = "files", .key = "%\x01+"};

    fixture_expect(f, "GET", "/files?encoding-type=url&max-uploads=1000&prefix=a%20b&uploads", 200,
                   UPLOADS("<IsTruncated>true</IsTruncated><NextUploadIdMarker>u2"
                           "</NextUploadIdMarker>" UPLOAD("a b", "u1") UPLOAD("a+b", "u2")));
    fixture_expect(f, "GET",
                   "/files?encoding-type=url&key-marker=a%20b&max-uploads=1000&prefix=a%20b&"
                   "upload-id-marker=u2&uploads",
                   200,
                   UPLOADS("<IsTruncated>true</IsTruncated><NextUploadIdMarker>u4"
                           "</NextUploadIdMarker>" UPLOAD("a%20b", "u3") UPLOAD("a%20bc", "u4")));
    assert_int_equal(s3_multipart_list(f->cx, f->client, &object, &list), RC_OK);
    assert_string_equal(list->upload_id, "u1");
    assert_string_equal(list->initiated, "2015-08-30T12:36:00.000Z");
    assert_string_equal(list->next->upload_id, "u2");
    assert_string_equal(list->next->next->upload_id, "u3");
    assert_null(list->next->next->next);
    fixture_expect(f, "GET", "*", 200, UPLOADS(UPLOAD("%&#x01;+", "u1") UPLOAD("%25%01%2B", "u2")));
    assert_int_equal(s3_multipart_list(f->cx, f->client, &odd, &list), RC_OK);
    assert_string_equal(list->next->upload_id, "u2");
    fixture_expect(f, "GET", "*", 200, UPLOADS(""));
    assert_int_equal(s3_multipart_list(f->cx, f->client, &object, &list), RC_OK);
    assert_null(list);
    fixture_expect(f, "GET", "*", 200,
                   UPLOADS("<IsTruncated>true</IsTruncated>" UPLOAD("a b", "u1")));
    assert_int_equal(s3_multipart_list(f->cx, f->client, &object, &list), RC_FAIL);
    assert_diag(f->cx, "not from where");
    fixture_expect(f, "GET", "*", 200,
                   UPLOADS("<IsTruncated>true</IsTruncated><NextUploadIdMarker>u1"
                           "</NextUploadIdMarker>" UPLOAD("a b", "u1")));
    fixture_expect(f, "GET", "*", 200,
                   UPLOADS("<IsTruncated>true</IsTruncated><NextUploadIdMarker>u1"
                           "</NextUploadIdMarker>" UPLOAD("a b", "u1")));
    assert_int_equal(s3_multipart_list(f->cx, f->client, &object, &list), RC_FAIL);
}

/* ---- A copy above the limit -------------------------------------------------------------------
 */

static const struct s3_copy large = {
    .from = {.bucket = "from", .key = "k", .version_id = "v"},
    .to = {.bucket = "files", .key = "a b"},
    .size = 11 * MIB,
    .limit = 5 * MIB,
};

static void expect_look(struct fixture *f)
{
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "HEAD",
            .target = "/from/k?partNumber=1&versionId=v",
            .reply = {.status = 206,
                      .headers = HEAD_OF("5242880") "Content-Range: bytes 0-5242879/11534336\r\n"
                                                    "x-amz-mp-parts-count: 3\r\n"
                                                    "Cache-Control: no-store\r\n"
                                                    "x-amz-meta-a: 1\r\n"}});
}

static void expect_begin(struct fixture *f)
{
    expect_look(f);
    fixture_expect(
        f, "GET", "/from/k?tagging&versionId=v", 200,
        XML("<Tagging><TagSet><Tag><Key>t</Key><Value>1</Value></Tag></TagSet></Tagging>"));
    http_server_expect(
        f->server, &(struct http_server_step){.method = "POST",
                                              .target = "/files/a%20b?uploads",
                                              .expect = {"x-amz-tagging: t=1", "x-amz-meta-a: 1",
                                                         "cache-control: no-store"},
                                              .reply = {.body = BEGUN("u")}});
}

static void expect_part(struct fixture *f, const char *target, const char *range, const char *etag)
{
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "PUT",
            .target = target,
            .expect = {arena_printf(f->cx->arena, "x-amz-copy-source-range: bytes=%s", range),
                       "x-amz-copy-source-if-match: \"s-3\"",
                       "x-amz-copy-source: from/k?versionId=v"},
            .reply = {.body = arena_printf(f->cx->arena, PART("%s"), etag)}});
}

#define P(n) "/files/a%20b?partNumber=" n "&uploadId=u"

static void a_large_version_is_copied_in_its_own_parts(void **state)
{
    struct fixture *f = *state;
    struct s3_written written;

    expect_begin(f);
    expect_part(f, P("1"), "0-5242879", "p1");
    expect_part(f, P("2"), "5242880-10485759", "p2");
    expect_part(f, P("3"), "10485760-11534335", "p3");
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "POST",
            .target = "/files/a%20b?uploadId=u",
            .body = "<CompleteMultipartUpload xmlns=\"" S3_NS "\"><Part><PartNumber>1"
                    "</PartNumber><ETag>\"p1\"</ETag></Part><Part><PartNumber>2"
                    "</PartNumber><ETag>\"p2\"</ETag></Part><Part><PartNumber>3"
                    "</PartNumber><ETag>\"p3\"</ETag></Part>"
                    "</CompleteMultipartUpload>",
            .reply = {.body = ENDED("&quot;s-3&quot;"), .headers = "x-amz-version-id: v9\r\n"}});
    /* the server forgot the tags */
    fixture_expect(f, "GET", "/files/a%20b?tagging&versionId=v9", 200, NULL);
    fixture_expect(f, "PUT", "/files/a%20b?tagging&versionId=v9", 200, NULL);
    assert_int_equal(s3_copy(f->cx, f->client, &large, &written), RC_OK);
    assert_string_equal(written.etag, "\"s-3\"");
    assert_string_equal(written.version_id, "v9");
}

static void what_fails_half_way_is_given_up(void **state)
{
    struct fixture *f = *state;
    struct s3_written written = {.etag = "untouched"};

    expect_begin(f);
    expect_part(f, P("1"), "0-5242879", "p1");
    fixture_expect(f, "PUT", P("2"), 403, S3_ERROR("AccessDenied", "no"));
    fixture_expect(f, "DELETE", "/files/a%20b?uploadId=u", 204, NULL);
    assert_int_equal(s3_copy(f->cx, f->client, &large, &written), RC_FAIL);
    assert_diag(f->cx, "s3:GetObjectVersion");
    assert_int_equal(f->cx->diags.warnings, 0);

    expect_begin(f);
    fixture_expect(f, "PUT", P("1"), 412, S3_ERROR("PreconditionFailed", ""));
    fixture_expect(f, "DELETE", "/files/a%20b?uploadId=u", 403, S3_ERROR("AccessDenied", ""));
    assert_int_equal(s3_copy(f->cx, f->client, &large, &written), RC_CONFLICT);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_non_null(strstr(f->cx->diags.last->summary, "An unfinished upload"));
    assert_string_equal(written.etag, "untouched");
}

static void the_source_is_another(void **state)
{
    struct fixture *f = *state;
    struct s3_written written;
    struct s3_copy copy = large;

    copy.size++;
    expect_look(f);
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &written), RC_CONFLICT);
    copy = large;
    copy.etag = "\"other\"";
    expect_look(f);
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &written), RC_CONFLICT);
    fixture_expect(f, "HEAD", "*", 404, NULL);
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &written), RC_NOT_FOUND);
}

static void an_upload_that_is_gone_at_the_end(void **state)
{
    struct fixture *f = *state;
    struct s3_written written;
    struct s3_copy copy = large;
    static const struct s3_object_meta none = {.n_user = 0};

    copy.size = 6 * MIB;
    copy.meta = &none;
    copy.tags = &(struct s3_tags){NULL, 0};
    http_fixture_expect(f->server, "HEAD", "/from/k?partNumber=1&versionId=v",
                        (struct http_server_reply){.headers = HEAD_OF("6291456")});
    http_server_expect(f->server,
                       &(struct http_server_step){.method = "POST",
                                                  .expect = {"!x-amz-tagging", "!x-amz-meta-a"},
                                                  .reply = {.body = BEGUN("u")}});
    expect_part(f, P("1"), "0-6291455", "p1");
    fixture_expect(f, "POST", "/files/a%20b?uploadId=u", 404, NO_UPLOAD);
    fixture_expect(f, "DELETE", "*", 404, NO_UPLOAD);
    assert_int_equal(s3_copy(f->cx, f->client, &copy, &written), RC_FAIL);
    assert_diag(f->cx, "List the versions");
}

static void part_sizes(void **state)
{
    static const struct {
        uint64_t size, source, parts, wanted;
    } rows[] = {
        {11 * MIB, 5 * MIB, 3, 5 * MIB},
        {11 * MIB, 0, 3, 5 * MIB},
        {11 * MIB, 0, 2, 8 * MIB},
        {11 * MIB, 0, 0, 512 * MIB},
        {11 * MIB, 0, 10, 512 * MIB},
        {11 * MIB, 1 * MIB, 11, 512 * MIB},         /* too small a part */
        {6144 * MIB, 6144 * MIB, 0, 512 * MIB},     /* too large a part */
        {(uint64_t)5 << 40, 5 * MIB, 0, 525 * MIB}, /* 10,000 parts at most */
        {(uint64_t)5 << 40, 600 * MIB, 8739, 600 * MIB},
        {((uint64_t)5 << 30) + 1, 16 * MIB, 321, 16 * MIB},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(s3_copy_part_size(rows[i].size, rows[i].source, rows[i].parts),
                         rows[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(begin_write_end),
        TEST(success_without_what_was_asked_for),
        TEST(an_answer_without_etag_that_names_the_version),
        TEST(giving_up),
        TEST(what_is_unfinished),
        TEST(a_large_version_is_copied_in_its_own_parts),
        TEST(what_fails_half_way_is_given_up),
        TEST(the_source_is_another),
        TEST(an_upload_that_is_gone_at_the_end),
        TEST(part_sizes),
    };

    return cmocka_run_group_tests_name("s3_multipart", tests, NULL, NULL);
}
