/* Tags of a version, as servers say them. */
#include "fixture.h"
#include "s3/s3_tags.h"

#define TAGS(body) XML("<Tagging xmlns=\"" S3_NS "\"><TagSet>" body "</TagSet></Tagging>")
#define TAG(k, v)  "<Tag><Key>" k "</Key><Value>" v "</Value></Tag>"
#define TARGET     "/files/k?tagging&versionId=v1"

static const struct s3_object version = {.bucket = "files", .key = "k", .version_id = "v1"};
static const struct s3_object latest = {.bucket = "files", .key = "k"};

static void tags_are_read(void **state)
{
    static const struct {
        int status;
        const char *body, *query;
    } rows[] = {
        {200, TAGS(TAG("a b", "1&amp;2") TAG("c", "") TAG("\xc3\xa4", "=/+")),
         "a%20b=1%262&c=&%C3%A4=%3D%2F%2B"},
        {200, TAGS(""), ""},
        {200, XML("<Tagging/>"), ""},
        {200, NULL, ""}, /* Ceph, of an object written in parts */
        {404, S3_ERROR("NoSuchTagSet", "none"), ""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_tags tags = {.n = 99};
        fixture_expect(f, "GET", TARGET, rows[i].status, rows[i].body);
        assert_int_equal(s3_tags_get(f->cx, f->client, &version, &tags), RC_OK);
        assert_string_equal(s3_tags_query(f->cx->arena, &tags), rows[i].query);
    }
}

static void what_is_not_tags(void **state)
{
    struct fixture *f = *state;
    struct s3_tags tags = {.n = 99};

    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchVersion", ""));
    assert_int_equal(s3_tags_get(f->cx, f->client, &version, &tags), RC_NOT_FOUND);
    fixture_expect(f, "GET", "/files/k?tagging", 403, S3_ERROR("AccessDenied", ""));
    assert_int_equal(s3_tags_get(f->cx, f->client, &latest, &tags), RC_FAIL);
    assert_diag(f->cx, "permission s3:GetObjectTagging.");
    fixture_expect(f, "GET", TARGET, 200, XML("<Other/>"));
    assert_int_equal(s3_tags_get(f->cx, f->client, &version, &tags), RC_FAIL);
    assert_diag(f->cx, "<Other> came in place of <Tagging>");
    assert_int_equal(tags.n, 99);
}

static void tags_are_written(void **state)
{
    static const struct s3_tag list[] = {{"a", "<1>"}, {"b", ""}};
    static const struct s3_tag odd[] = {{"a", "\x01"}};
    struct fixture *f = *state;

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "PUT",
                           .target = TARGET,
                           .expect = {"content-md5: *"},
                           .body = "<Tagging xmlns=\"" S3_NS "\"><TagSet><Tag><Key>a</Key><Value>"
                                   "&lt;1&gt;</Value></Tag><Tag><Key>b</Key><Value/></Tag></TagSet>"
                                   "</Tagging>"});
    assert_int_equal(s3_tags_put(f->cx, f->client, &version, &(struct s3_tags){list, 2}), RC_OK);
    fixture_expect(f, "DELETE", "/files/k?tagging", 204, NULL);
    assert_int_equal(s3_tags_put(f->cx, f->client, &latest, &(struct s3_tags){NULL, 0}), RC_OK);
    assert_int_equal(s3_tags_put(f->cx, f->client, &latest, &(struct s3_tags){odd, 1}), RC_FAIL);
    assert_diag(f->cx, "Nothing was sent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tags_are_read),
        TEST(what_is_not_tags),
        TEST(tags_are_written),
    };

    return cmocka_run_group_tests_name("s3_tags", tests, NULL, NULL);
}
