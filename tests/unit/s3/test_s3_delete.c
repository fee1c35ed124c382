/* Batches: every item gets its own result, and only what the server says counts as done. */
#include "base/buf.h"
#include "base/cancel.h"
#include "fixture.h"
#include "s3/s3_delete.h"

#define BATCH        "/files?delete"
#define RESULT(body) XML("<DeleteResult xmlns=\"" S3_NS "\">" body "</DeleteResult>")
#define KEY(k)       "<Key>" k "</Key>"
#define VERSION(v)   "<VersionId>" v "</VersionId>"
#define DELETED(x)   "<Deleted>" x "</Deleted>"
#define MARKER(v)                                                                                  \
    "<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>" v "</DeleteMarkerVersionId>"
#define FAILED(x, c, m) "<Error>" x "<Code>" c "</Code><Message>" m "</Message></Error>"

static enum rc run(struct fixture *f, const struct s3_delete_item *items, size_t n,
                   struct s3_delete_result *results)
{
    return s3_delete(f->cx, f->client,
                     &(struct s3_delete){.bucket = "files", .items = items, .n_items = n}, results);
}

static void markers_and_versions(void **state)
{
    static const struct s3_delete_item items[] = {
        {"a&b", "1"}, {"new", NULL}, {"m", "mv"}, {"m", "null"}};
    /* in another order, with things that nobody asked for */
    static const char *const answer = RESULT(DELETED(KEY("m") VERSION("null"))            /* */
                                             DELETED(KEY("other"))                        /* */
                                             DELETED(KEY("m") VERSION("mv") MARKER("mv")) /* */
                                             "<Future/>"                                  /* */
                                             DELETED(KEY("a&amp;b") VERSION("1"))         /* */
                                             DELETED(KEY("new") MARKER("x")));
    struct fixture *f = *state;
    struct s3_delete_result r[4];

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "POST",
            .target = BATCH,
            .expect = {"content-md5: *", "content-type: application/xml",
                       "!x-amz-bypass-governance-retention"},
            .body = "<Delete xmlns=\"" S3_NS "\"><Object><Key>a&amp;b</Key><VersionId>1</VersionId>"
                    "</Object><Object><Key>new</Key></Object><Object><Key>m</Key><VersionId>mv"
                    "</VersionId></Object><Object><Key>m</Key><VersionId>null</VersionId></Object>"
                    "</Delete>",
            .reply = {.body = answer}});
    assert_int_equal(run(f, items, 4, r), RC_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(r[i].outcome, S3_DELETE_DONE);
        assert_string_equal(r[i].code, "");
        assert_string_equal(r[i].message, "");
    }
    assert_false(r[0].marker);
    assert_true(r[1].marker);
    assert_string_equal(r[1].marker_version_id, "x");
    assert_true(r[2].marker);
    assert_false(r[3].marker);
    assert_null(r[3].marker_version_id);
}

static void each_refusal_is_its_own(void **state)
{
    static const struct s3_delete_item items[] = {
        {"a", "1"}, {"a", "2"}, {"b", NULL}, {"c", "9"}, {"d", "4"}};
    struct fixture *f = *state;
    struct s3_delete_result r[5];

    fixture_expect(f, "POST", BATCH, 200,
                   RESULT(FAILED(KEY("a") VERSION("1"), "AccessDenied", "locked " SECRET)
                              FAILED(KEY("b"), "AccessDenied", "")
                                  FAILED(KEY("c") VERSION("9"), "NoSuchVersion", "")
                                      DELETED(KEY("a") VERSION("7")) DELETED(KEY("d"))));
    assert_int_equal(run(f, items, 5, r), RC_OK);
    assert_int_equal(r[0].outcome, S3_DELETE_REFUSED);
    assert_string_equal(r[0].code, "AccessDenied");
    assert_non_null(strstr(r[0].message, "s3:DeleteObjectVersion"));
    assert_null(strstr(r[0].message, SECRET));
    assert_int_equal(r[1].outcome, S3_DELETE_UNKNOWN); /* another version was answered */
    assert_non_null(strstr(r[1].message, "does not mention it"));
    assert_int_equal(r[2].outcome, S3_DELETE_REFUSED);
    assert_non_null(strstr(r[2].message, "permission s3:DeleteObject."));
    assert_int_equal(r[3].outcome, S3_DELETE_DONE);
    assert_int_equal(r[4].outcome, S3_DELETE_UNKNOWN); /* the answer names no version */
    assert_int_equal(f->cx->diags.errors, 0);
}

static void what_passes_is_asked_again(void **state)
{
    static const struct s3_delete_item items[] = {{"a", "1"}, {"b", "1"}};
    struct fixture *f = *state;
    struct s3_delete_result r[2];
    const char *busy = RESULT(FAILED(KEY("b") VERSION("1"), "SlowDown", "wait"));

    fixture_expect(
        f, "POST", BATCH, 200,
        RESULT(DELETED(KEY("a") VERSION("1")) FAILED(KEY("b") VERSION("1"), "InternalError", "")));
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "POST",
                                      .body = "<Delete xmlns=\"" S3_NS "\"><Object><Key>b</Key>"
                                              "<VersionId>1</VersionId></Object></Delete>",
                                      .reply = {.body = RESULT(DELETED(KEY("b") VERSION("1")))}});
    assert_int_equal(run(f, items, 2, r), RC_OK);
    assert_int_equal(r[0].outcome, S3_DELETE_DONE);
    assert_int_equal(r[1].outcome, S3_DELETE_DONE);

    for (int i = 0; i < 4; i++) {
        fixture_expect(f, "POST", BATCH, 200, busy);
    }
    assert_int_equal(run(f, items + 1, 1, r), RC_OK);
    assert_int_equal(r[0].outcome, S3_DELETE_REFUSED);
    assert_string_equal(r[0].code, "SlowDown");

    /* The second request fails as a whole: what the first said stays. */
    fixture_expect(
        f, "POST", BATCH, 200,
        RESULT(DELETED(KEY("a") VERSION("1")) FAILED(KEY("b") VERSION("1"), "SlowDown", "")));
    fixture_expect(f, "POST", BATCH, 403, S3_ERROR("AccessDenied", "no more"));
    assert_int_equal(run(f, items, 2, r), RC_OK);
    assert_int_equal(r[0].outcome, S3_DELETE_DONE);
    assert_int_equal(r[1].outcome, S3_DELETE_UNKNOWN);
    assert_non_null(strstr(r[1].message, "no more"));
    assert_int_equal(f->cx->diags.errors, 0);
}

static void odd_keys_go_one_by_one(void **state)
{
    static const struct s3_delete_item items[] = {
        {"\x01", "1"}, {"a\nb", NULL},        {" a", "1"},
        {"\xff", "1"}, {"\xef\xbf\xbf", "1"}, {"..", "1"},
        {"a ", "1"},   {"\x7f", "1"},         {"\xf0\x9f\x98\x80", "1"}};
    struct fixture *f = *state;
    struct s3_delete_result r[COUNT(items)];

    http_server_expect(
        f->server,
        &(struct http_server_step){.method = "POST",
                                   .body = "<Delete xmlns=\"" S3_NS "\"><Object><Key>..</Key>"
                                           "<VersionId>1</VersionId></Object><Object><Key>"
                                           "\xf0\x9f\x98\x80</Key><VersionId>1</VersionId>"
                                           "</Object></Delete>",
                                   .reply = {.body = RESULT(DELETED(KEY("..") VERSION("1")) DELETED(
                                                 KEY("\xf0\x9f\x98\x80") VERSION("1")))}});
    fixture_expect(f, "DELETE", "/files/%01?versionId=1", 204, NULL);
    http_server_expect(
        f->server, &(struct http_server_step){.method = "DELETE",
                                              .target = "/files/a%0Ab",
                                              .reply = {.status = 204,
                                                        .headers = "x-amz-delete-marker: true\r\n"
                                                                   "x-amz-version-id: m\r\n"}});
    fixture_expect(f, "DELETE", "/files/%20a?versionId=1", 403, S3_ERROR("AccessDenied", "no"));
    fixture_expect(f, "DELETE", "/files/%FF?versionId=1", 404, S3_ERROR("NoSuchVersion", ""));
    fixture_expect(f, "DELETE", "/files/%EF%BF%BF?versionId=1", 500,
                   S3_ERROR("InternalError", "oh"));
    fixture_expect(f, "DELETE", "/files/a%20?versionId=1", 404, S3_ERROR("NoSuchBucket", ""));
    fixture_expect(f, "DELETE", "/files/%7F?versionId=1", 204, NULL);
    assert_int_equal(run(f, items, COUNT(items), r), RC_OK);
    assert_int_equal(r[0].outcome, S3_DELETE_DONE);
    assert_true(r[1].marker);
    assert_string_equal(r[1].marker_version_id, "m");
    assert_int_equal(r[2].outcome, S3_DELETE_REFUSED);
    assert_non_null(strstr(r[2].message, "s3:DeleteObjectVersion"));
    assert_int_equal(r[3].outcome, S3_DELETE_DONE);
    assert_int_equal(r[4].outcome, S3_DELETE_UNKNOWN);
    assert_non_null(strstr(r[4].message, "oh"));
    assert_int_equal(r[5].outcome, S3_DELETE_DONE);
    assert_int_equal(r[6].outcome, S3_DELETE_REFUSED);
    assert_string_equal(r[6].code, "NoSuchBucket");
    assert_int_equal(r[7].outcome, S3_DELETE_DONE);
    assert_int_equal(r[8].outcome, S3_DELETE_DONE);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void governance_is_bypassed_when_asked_only(void **state)
{
    static const struct s3_delete_item items[] = {{"a", "1"}, {"\x01", "1"}};
    static const char *const bypass = "x-amz-bypass-governance-retention: true";
    struct fixture *f = *state;
    struct s3_delete_result r[2];

    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "POST",
                                      .expect = {bypass},
                                      .reply = {.body = RESULT(DELETED(KEY("a") VERSION("1")))}});
    http_server_expect(f->server, &(struct http_server_step){.method = "DELETE",
                                                             .expect = {bypass},
                                                             .reply = {.status = 204}});
    assert_int_equal(
        s3_delete(f->cx, f->client,
                  &(struct s3_delete){
                      .bucket = "files", .items = items, .n_items = 2, .bypass_governance = true},
                  r),
        RC_OK);
    assert_int_equal(r[0].outcome, S3_DELETE_DONE);
}

/* Ceph refuses a body of more than 1 MiB. */
static bool answer_all(void *arg, const struct http_server_request *request,
                       struct http_server_reply *ret_reply)
{
    int *requests = arg;
    char *body;

    ++*requests;
    if (request->body_len > 1000 * 1000) {
        ret_reply->status = 400;
        return true;
    }
    body = arena_strdup(request->arena, strstr(request->body, "<Object>"));
    *strstr(body, "</Delete>") = '\0';
    for (char *p = body; (p = strstr(p, "Object>")) != NULL;) {
        memcpy(p, "Delete>", 7);
    }
    ret_reply->body = arena_printf(request->arena, "<DeleteResult>%s</DeleteResult>", body);
    return true;
}

static void a_thousand_long_keys_take_two_requests(void **state)
{
    struct fixture *f = *state;
    struct s3_delete_item *items = arena_array(f->cx->arena, S3_DELETE_MAX + 1, sizeof(*items));
    struct s3_delete_result *r = arena_array(f->cx->arena, S3_DELETE_MAX + 1, sizeof(*r));
    int requests = 0;
    struct http_server *server = http_server_start(
        &(struct http_server_options){.handler = answer_all, .handler_arg = &requests});
    struct s3_client *client;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(server),
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET},
                                   &client),
                     RC_OK);
    for (size_t i = 0; i <= S3_DELETE_MAX; i++) {
        items[i] = (struct s3_delete_item){arena_printf(f->cx->arena, "%01024zu", i), "v"};
    }
    assert_int_equal(run(f, items, S3_DELETE_MAX + 1, r), RC_FAIL);
    assert_diag(f->cx, "there may be 1000");
    assert_int_equal(
        s3_delete(f->cx, client,
                  &(struct s3_delete){.bucket = "files", .items = items, .n_items = S3_DELETE_MAX},
                  r),
        RC_OK);
    assert_int_equal(requests, 2);
    http_server_stop(server);
    assert_satisfied(server);
    http_server_free(server);
}

static void nothing_at_all(void **state)
{
    struct fixture *f = *state;
    struct s3_delete_item item = {"", NULL};
    struct s3_delete_result r = {.message = "untouched"};

    assert_int_equal(run(f, NULL, 0, &r), RC_OK);
    assert_int_equal(run(f, &item, 1, &r), RC_FAIL);
    assert_string_equal(r.message, "untouched");
    assert_int_equal(http_server_count(f->server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(markers_and_versions),
        TEST(each_refusal_is_its_own),
        TEST(what_passes_is_asked_again),
        TEST(odd_keys_go_one_by_one),
        TEST(governance_is_bypassed_when_asked_only),
        TEST(a_thousand_long_keys_take_two_requests),
        TEST(nothing_at_all),
    };

    return cmocka_run_group_tests_name("s3_delete", tests, NULL, NULL);
}
