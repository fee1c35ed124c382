/* What is asked of a server that changes a key, and what its answer comes to. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "s3/s3_delete.h"
#include "seedbank-bucket/write.h"

#define HEADERS                                                                                    \
    "Content-Length: 7\r\nETag: \"e\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"
#define DONE                                                                                       \
    "<CopyObjectResult><LastModified>2026-11-24T03:16:18.123Z</LastModified>"                      \
    "<ETag>&quot;e&quot;</ETag></CopyObjectResult>"
#define ERROR(code) "<Error><Code>" code "</Code><Message>no</Message></Error>"

struct fixture {
    struct place at;
    struct write_options options;
};

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    place_begin(&f->at, &(struct http_server_options){.any_order = false}, NULL);
    f->options.target = &f->at.target;
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    assert_null(f->at.cx->diags.first); /* whatever failed is said in the result */
    place_end(&f->at);
    test_free(f);
    return 0;
}

static const struct step copy = {.kind = STEP_COPY,
                                 .key = "k",
                                 .latest = "l",
                                 .version = "w",
                                 .etag = "\"e\"",
                                 .size = 7,
                                 .storage_class = ""};

static void expect_head(struct fixture *f, int status, const char *headers)
{
    http_server_expect(f->at.server,
                       &(struct http_server_step){.method = "HEAD",
                                                  .target = "/b/k?versionId=w",
                                                  .reply = {.status = status, .headers = headers}});
}

static void expect_copy(struct fixture *f, const char *a, const char *b, const char *c)
{
    http_server_expect(
        f->at.server,
        &(struct http_server_step){.method = "PUT",
                                   .target = "/b/k",
                                   .expect = {"x-amz-copy-source: b/k?versionId=w",
                                              "x-amz-copy-source-if-match: \"e\"", a, b, c},
                                   .reply = {.body = DONE, .headers = "x-amz-version-id: v9\r\n"}});
}

static struct write_result run(struct fixture *f)
{
    return write_copy(f->at.cx, &f->options, &(struct write_copying){.step = &copy});
}

static void a_copy_is_told(void **state)
{
    struct fixture *f = *state;
    struct write_result r;

    expect_head(f, 200, HEADERS);
    expect_copy(f, "!x-amz-storage-class", "!x-amz-server-side-encryption",
                "!x-amz-object-lock-mode");
    r = run(f);
    assert_int_equal(r.outcome, WRITE_DONE);
    assert_string_equal(r.id, "v9");
    assert_string_equal(r.modified, "2026-11-24T03:16:18.123Z");
    assert_false(r.repeated);
    assert_null(r.why);
}

static void what_the_plan_saw_is_not_asked_again(void **state)
{
    struct fixture *f = *state;
    struct step plain = copy;

    plain.plain = true;
    expect_copy(f, "x-amz-metadata-directive: COPY", "!x-amz-storage-class", NULL);
    assert_int_equal(
        write_copy(f->at.cx, &f->options, &(struct write_copying){.step = &plain}).outcome,
        WRITE_DONE);
}

static void what_belongs_to_a_version_goes_with_it(void **state)
{
    static const struct {
        const char *headers, *a, *b, *c;
        bool keep_compliance;
        const char *storage_class;
    } rows[] = {
        {"x-amz-storage-class: STANDARD_IA\r\n", "x-amz-storage-class: STANDARD_IA", NULL, NULL,
         false, NULL},
        {"x-amz-storage-class: STANDARD_IA\r\n", "x-amz-storage-class: ONEZONE_IA", NULL, NULL,
         false, "ONEZONE_IA"},
        {"x-amz-storage-class: GLACIER\r\nx-amz-restore: ongoing-request=\"false\", "
         "expiry-date=\"Fri, 21 Dec 2040 00:00:00 GMT\"\r\n",
         "!x-amz-storage-class", NULL, NULL, false, NULL},
        {"x-amz-server-side-encryption: aws:kms\r\n"
         "x-amz-server-side-encryption-aws-kms-key-id: key\r\n",
         "x-amz-server-side-encryption: aws:kms",
         "x-amz-server-side-encryption-aws-kms-key-id: key", NULL, false, NULL},
        {"x-amz-object-lock-mode: GOVERNANCE\r\n"
         "x-amz-object-lock-retain-until-date: 2090-01-01T00:00:00Z\r\n"
         "x-amz-object-lock-legal-hold: ON\r\n",
         "x-amz-object-lock-mode: GOVERNANCE",
         "x-amz-object-lock-retain-until-date: 2090-01-01T00:00:00Z",
         "x-amz-object-lock-legal-hold: ON", false, NULL},
        {"x-amz-object-lock-mode: GOVERNANCE\r\n"
         "x-amz-object-lock-retain-until-date: 2016-01-01T00:00:00Z\r\n"
         "x-amz-object-lock-legal-hold: OFF\r\n",
         "!x-amz-object-lock-mode", "!x-amz-object-lock-retain-until-date",
         "!x-amz-object-lock-legal-hold", false, NULL},
        {"x-amz-object-lock-mode: COMPLIANCE\r\n"
         "x-amz-object-lock-retain-until-date: 2090-01-01T00:00:00Z\r\n",
         "!x-amz-object-lock-mode", "!x-amz-object-lock-retain-until-date", NULL, false, NULL},
        {"x-amz-object-lock-mode: COMPLIANCE\r\n"
         "x-amz-object-lock-retain-until-date: 2090-01-01T00:00:00Z\r\n",
         "x-amz-object-lock-mode: COMPLIANCE",
         "x-amz-object-lock-retain-until-date: 2090-01-01T00:00:00Z", NULL, true, NULL},
        {"Expires: soon\r\nContent-Type: text/x\r\n", "x-amz-metadata-directive: REPLACE",
         "expires: soon", "content-type: text/x", false, NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        f->options.keep_compliance = rows[i].keep_compliance;
        f->options.storage_class = rows[i].storage_class;
        expect_head(f, 200, arena_printf(f->at.cx->arena, "%s%s", HEADERS, rows[i].headers));
        expect_copy(f, rows[i].a, rows[i].b, rows[i].c);
        assert_int_equal(run(f).outcome, WRITE_DONE);
        assert_satisfied(f->at.server);
    }
}

/* The wanted version is in "b", what is written is in the folder "in/" of "t". */
static void a_copy_goes_to_another_place(void **state)
{
    struct fixture *f = *state;
    struct s3_target to = f->at.target;

    to.bucket = "t";
    f->options = (struct write_options){.target = &to, .source = &f->at.target, .prefix = "in/"};
    assert_string_equal(write_key(f->at.cx->arena, &f->options, "k"), "in/k");
    expect_head(f, 200, HEADERS);
    http_server_expect(f->at.server,
                       &(struct http_server_step){.method = "PUT",
                                                  .target = "/t/in/k",
                                                  .expect = {"x-amz-copy-source: b/k?versionId=w"},
                                                  .reply = {.body = DONE}});
    assert_int_equal(run(f).outcome, WRITE_DONE);
    http_server_expect(f->at.server, &(struct http_server_step){.method = "DELETE",
                                                                .target = "/t/in/k?uploadId=u1",
                                                                .reply = {.status = 204}});
    assert_int_equal(write_give_up(f->at.cx, &f->options, &copy, "u1").outcome, WRITE_DONE);
    expect_head(f, 200, HEADERS);
    http_server_expect(f->at.server,
                       &(struct http_server_step){.method = "HEAD",
                                                  .target = "/t/in/k?versionId=n",
                                                  .reply = {.status = 200, .headers = HEADERS}});
    assert_true(write_is_copy(f->at.cx, &f->options, &copy, "n"));
}

static void what_cannot_be_copied_is_explained(void **state)
{
    static const struct {
        int status;
        const char *headers;
        enum write_outcome outcome;
        const char *why;
    } rows[] = {
        {404, NULL, WRITE_GONE, "not there any more"},
        {405, "x-amz-delete-marker: true\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n",
         WRITE_GONE, "not there any more"},
        {200, HEADERS "x-amz-storage-class: DEEP_ARCHIVE\r\n", WRITE_REFUSED, "archive"},
        {403, NULL, WRITE_REFUSED, "403"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct write_result r;
        expect_head(f, rows[i].status, rows[i].headers);
        r = run(f);
        assert_int_equal(r.outcome, rows[i].outcome);
        assert_non_null(strstr(r.why, rows[i].why));
    }
}

static void a_failed_copy_may_have_been_made(void **state)
{
    static const struct {
        int status;
        const char *code;
        enum write_outcome outcome;
    } rows[] = {
        {404, ERROR("NoSuchVersion"), WRITE_GONE},
        {412, ERROR("PreconditionFailed"), WRITE_GONE},
        {403, ERROR("AccessDenied"), WRITE_UNKNOWN},
        {500, ERROR("InternalError"), WRITE_UNKNOWN},
        {200, ERROR("InternalError"), WRITE_UNKNOWN},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct write_result r;
        expect_head(f, 200, HEADERS);
        http_server_expect(
            f->at.server,
            &(struct http_server_step){.method = "PUT",
                                       .target = "/b/k",
                                       .reply = {.status = rows[i].status, .body = rows[i].code}});
        r = run(f);
        assert_int_equal(r.outcome, rows[i].outcome);
        assert_non_null(r.why);
    }
}

static enum rc note(struct ctx *cx, void *arg, const char *upload_id)
{
    const char **noted = arg;

    *noted = arena_strdup(cx->arena, upload_id);
    return diag_error(cx, NULL, "no room", "The upload must not go on when it is not recorded.");
}

static void an_upload_is_told_before_its_parts(void **state)
{
    struct fixture *f = *state;
    const char *noted = NULL;
    const struct s3_copy_watch watch = {note, &noted};
    struct step large = copy;
    const struct write_copying copying = {&large, NULL, watch};

    large.size = (uint64_t)6 << 30;
    large.plain = true;
    http_server_expect(
        f->at.server,
        &(struct http_server_step){
            .method = "HEAD",
            .times = 1,
            .reply = {.status = 200,
                      .headers = "Content-Length: 6442450944\r\nETag: \"e\"\r\n"
                                 "Last-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"}});
    http_server_expect(
        f->at.server,
        &(struct http_server_step){.method = "GET",
                                   .target = "/b/k?tagging&versionId=w",
                                   .reply = {.body = "<Tagging><TagSet></TagSet></Tagging>"}});
    http_server_expect(
        f->at.server, &(struct http_server_step){
                          .method = "POST",
                          .target = "/b/k?uploads",
                          .reply = {.body = "<InitiateMultipartUploadResult><UploadId>u1</UploadId>"
                                            "</InitiateMultipartUploadResult>"}});
    http_server_expect(f->at.server, &(struct http_server_step){.method = "DELETE",
                                                                .target = "/b/k?uploadId=u1",
                                                                .reply = {.status = 204}});
    assert_int_not_equal(write_copy(f->at.cx, &f->options, &copying).outcome, WRITE_DONE);
    assert_non_null(noted);
    assert_string_equal(noted, "u1");
}

static void an_upload_of_an_earlier_run_is_given_up(void **state)
{
    struct fixture *f = *state;

    http_server_expect(f->at.server, &(struct http_server_step){.method = "DELETE",
                                                                .target = "/b/k?uploadId=u1",
                                                                .reply = {.status = 204}});
    assert_int_equal(write_give_up(f->at.cx, &f->options, &copy, "u1").outcome, WRITE_DONE);
    http_server_expect(f->at.server, &(struct http_server_step){
                                         .method = "DELETE",
                                         .reply = {.status = 404, .body = ERROR("NoSuchUpload")}});
    assert_int_equal(write_give_up(f->at.cx, &f->options, &copy, "u1").outcome, WRITE_DONE);
    http_server_expect(f->at.server, &(struct http_server_step){
                                         .method = "DELETE",
                                         .reply = {.status = 403, .body = ERROR("AccessDenied")}});
    assert_int_equal(write_give_up(f->at.cx, &f->options, &copy, "u1").outcome, WRITE_UNKNOWN);
}

/* ---- Deletions ------------------------------------------------------------------------------- */

#define DELETED(key, id)                                                                           \
    "<Deleted><Key>" key "</Key><VersionId>" id "</VersionId><DeleteMarker>true</DeleteMarker>"    \
    "<DeleteMarkerVersionId>" id "</DeleteMarkerVersionId></Deleted>"
#define REFUSED(key, id)                                                                           \
    "<Error><Key>" key "</Key><VersionId>" id "</VersionId><Code>AccessDenied</Code>"              \
    "<Message>locked</Message></Error>"

static void expect_delete(struct fixture *f, const char *body)
{
    http_server_expect(
        f->at.server,
        &(struct http_server_step){
            .method = "POST",
            .target = "/b?delete",
            .reply = {.body =
                          arena_printf(f->at.cx->arena, "<DeleteResult>%s</DeleteResult>", body)}});
}

static void markers_are_told_one_by_one(void **state)
{
    static const struct write_marker markers[] = {{"a", "\"e\""}, {"b", ""}};
    struct fixture *f = *state;
    struct write_result r[2];

    expect_delete(f, "<Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker>"
                     "<DeleteMarkerVersionId>m1</DeleteMarkerVersionId></Deleted>"
                     "<Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error>");
    write_markers(f->at.cx, &f->options, markers, 2, r);
    assert_int_equal(r[0].outcome, WRITE_DONE);
    assert_string_equal(r[0].id, "m1");
    assert_int_equal(r[1].outcome, WRITE_REFUSED);
    assert_non_null(strstr(r[1].why, "AccessDenied"));
}

static void a_marker_is_put_while_the_key_is_as_it_was(void **state)
{
    static const struct write_marker markers[] = {{"a", "\"e\""}, {"b", ""}};
    struct fixture *f = *state;
    struct condition known = {.deletions = true};
    struct write_result r[2];

    f->options.condition = &known;
    http_server_expect(
        f->at.server,
        &(struct http_server_step){
            .body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                    "<Object><Key>a</Key><ETag>\"e\"</ETag></Object>"
                    "<Object><Key>b</Key></Object></Delete>",
            .reply = {.body = "<DeleteResult><Error><Key>a</Key><Code>PreconditionFailed</Code>"
                              "<Message>no</Message></Error><Deleted><Key>b</Key>"
                              "<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>m"
                              "</DeleteMarkerVersionId></Deleted></DeleteResult>"}});
    write_markers(f->at.cx, &f->options, markers, 2, r);
    assert_int_equal(r[0].outcome, WRITE_CHANGED);
    assert_non_null(strstr(r[0].why, "changed since"));
    assert_int_equal(r[1].outcome, WRITE_DONE);
}

static void a_key_is_done_when_all_its_ids_are(void **state)
{
    static const char *const one[] = {"1", "2"}, *const two[] = {"3"};
    static const struct write_removal removals[] = {{"a", one, 2}, {"b", two, 1}};
    struct fixture *f = *state;
    struct write_result r[2];

    expect_delete(f, DELETED("a", "1") REFUSED("a", "2") DELETED("b", "3"));
    write_removals(f->at.cx, &f->options, removals, 2, r);
    assert_int_equal(r[0].outcome, WRITE_REFUSED);
    assert_int_equal(r[1].outcome, WRITE_DONE);
}

/* 2,500 markers of one key: the second request is refused, and no third one is sent. */
static void the_first_failure_ends_a_key(void **state)
{
    struct fixture *f = *state;
    size_t n = 2 * S3_DELETE_MAX + 500;
    const char **ids = arena_array(f->at.cx->arena, n, sizeof *ids);
    struct buf *all = buf_new(f->at.cx->arena, (size_t)1 << 20);
    struct write_removal removal = {"a", ids, n};
    struct write_result r;

    for (size_t i = 0; i < n; i++) {
        ids[i] = arena_printf(f->at.cx->arena, "v%zu", i);
        if (i < S3_DELETE_MAX) {
            buf_printf(all, "<Deleted><Key>a</Key><VersionId>v%zu</VersionId></Deleted>", i);
        }
    }
    expect_delete(f, all->data);
    http_server_expect(f->at.server, &(struct http_server_step){
                                         .method = "POST",
                                         .target = "/b?delete",
                                         .reply = {.status = 403, .body = ERROR("AccessDenied")}});
    write_removals(f->at.cx, &f->options, &removal, 1, &r);
    assert_int_equal(r.outcome, WRITE_UNKNOWN);
    assert_non_null(strstr(r.why, "AccessDenied"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_copy_is_told),
        TEST(what_the_plan_saw_is_not_asked_again),
        TEST(what_belongs_to_a_version_goes_with_it),
        TEST(a_copy_goes_to_another_place),
        TEST(what_cannot_be_copied_is_explained),
        TEST(a_failed_copy_may_have_been_made),
        TEST(an_upload_is_told_before_its_parts),
        TEST(an_upload_of_an_earlier_run_is_given_up),
        TEST(markers_are_told_one_by_one),
        TEST(a_marker_is_put_while_the_key_is_as_it_was),
        TEST(a_key_is_done_when_all_its_ids_are),
        TEST(the_first_failure_ends_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
