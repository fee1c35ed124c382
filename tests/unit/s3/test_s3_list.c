/* Listings of servers that encode, page and err in different ways. */
#include "base/buf.h"
#include "fixture.h"
#include "s3/s3_list.h"

#define FIRST     "/files?encoding-type=url&max-keys=2&versions"
#define AFTER(m)  "/files?encoding-type=url&" m "&versions"
#define ENCODED   "<EncodingType>url</EncodingType>"
#define TRUNCATED "<IsTruncated>true</IsTruncated>"
#define NEXT(k, v)                                                                                 \
    "<NextKeyMarker>" k "</NextKeyMarker><NextVersionIdMarker>" v "</NextVersionIdMarker>"
#define PAGE(body) XML("<ListVersionsResult xmlns=\"" S3_NS "\">" body "</ListVersionsResult>")
#define DATE       "<LastModified>2015-08-30T12:36:00.123Z</LastModified>"
#define VERSION(k, v)                                                                              \
    "<Version><Key>" k "</Key><VersionId>" v "</VersionId><IsLatest>false</IsLatest>" DATE         \
    "<Size>7</Size><ETag>&quot;e&quot;</ETag><StorageClass>STANDARD</StorageClass></Version>"
#define MARKER(k, v)                                                                               \
    "<DeleteMarker><Key>" k "</Key><VersionId>" v "</VersionId><IsLatest>true</IsLatest>" DATE     \
    "</DeleteMarker>"

static enum rc collect(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    (void)cx;
    buf_printf(arg, "%s|%s%s%s;", e->key, e->version_id, e->marker ? "|marker" : "",
               e->latest ? "|latest" : "");
    return RC_OK;
}

static enum rc list(struct fixture *f, struct buf *seen)
{
    struct s3_list_options o = {.bucket = "files", .page_size = 2};

    return s3_list_versions(f->cx, f->client, &o, (struct s3_list_visitor){collect, seen});
}

static void entries_come_in_the_servers_order(void **state)
{
    struct fixture *f = *state;
    struct buf *seen = buf_new(f->cx->arena, 10000);

    fixture_expect(f, "GET", FIRST, 200,
                   PAGE("<Name>files</Name><Prefix/>" ENCODED MARKER("a", "3") VERSION("a", "2")
                            MARKER("a", "1") VERSION("b", "null") "<Future/>"));
    assert_int_equal(list(f, seen), RC_OK);
    assert_string_equal(seen->data, "a|3|marker|latest;a|2;a|1|marker|latest;b|null;");
}

static void pages_follow_one_another(void **state)
{
    struct fixture *f = *state;
    struct buf *seen = buf_new(f->cx->arena, 10000);

    /* only delete markers; a key whose versions span pages; an empty page in the middle */
    fixture_expect(f, "GET", FIRST, 200,
                   PAGE(ENCODED TRUNCATED NEXT("a", "2") MARKER("a", "3") MARKER("a", "2")));
    fixture_expect(f, "GET", AFTER("key-marker=a&max-keys=2&version-id-marker=2"), 200,
                   PAGE(ENCODED TRUNCATED NEXT("m", "") VERSION("a", "1")));
    fixture_expect(f, "GET", AFTER("key-marker=m&max-keys=2"), 200,
                   PAGE(ENCODED TRUNCATED NEXT("m", "null")));
    fixture_expect(f, "GET", AFTER("key-marker=m&max-keys=2&version-id-marker=null"), 200,
                   PAGE(ENCODED "<IsTruncated>false</IsTruncated>" VERSION("z", "1")));
    assert_int_equal(list(f, seen), RC_OK);
    assert_string_equal(seen->data, "a|3|marker|latest;a|2|marker|latest;a|1;z|1;");
}

/* The key as the server writes it, and as it is; the marker as written, and as it must be sent. */
static void keys_and_markers_in_every_spelling(void **state)
{
    static const struct {
        const char *about, *page, *key, *next;
    } rows[] = {
        {"AWS: plus is a space, markers as keys",
         PAGE(ENCODED TRUNCATED NEXT("a%2Bb+c", "1") VERSION("a%2Bb+c", "1")), "a+b c",
         "a%2Bb%20c"},
        {"Ceph: %20 is a space, markers raw",
         PAGE(ENCODED TRUNCATED NEXT("a+b c", "1") VERSION("a%2Bb%20c", "1")), "a+b c",
         "a%2Bb%20c"},
        {"Ceph: a percent in the key",
         PAGE(ENCODED TRUNCATED NEXT("%2F", "1") VERSION("%252F", "1")), "%2F", "%252F"},
        {"AWS: the same", PAGE(ENCODED TRUNCATED NEXT("%252F", "1") VERSION("%252F", "1")), "%2F",
         "%252F"},
        {"Ceph: a reference that XML forbids",
         PAGE(ENCODED TRUNCATED NEXT("a&#x01;b", "1") VERSION("a%01b", "1")),
         "a\x01"
         "b",
         "a%01b"},
        {"Ceph: U+FFFF, which is no character of XML",
         PAGE(ENCODED TRUNCATED NEXT("a\xef\xbf\xbf!", "1") VERSION("a%EF%BF%BF%21", "1")),
         "a\xef\xbf\xbf!", "a%EF%BF%BF%21"},
        {"MinIO: a marker longer than the key",
         PAGE(ENCODED TRUNCATED NEXT("k%5Bcache%3A1%5D", "1") VERSION("k", "1")), "k",
         "k%5Bcache%3A1%5D"},
        {"a server that does not encode",
         PAGE(TRUNCATED NEXT("a+b%2F c", "1") VERSION("a+b%2F c", "1")), "a+b%2F c",
         "a%2Bb%252F%20c"},
        {"not an encoding", PAGE(ENCODED TRUNCATED NEXT("100%", "1") VERSION("100%", "1")), "100%",
         "100%25"},
        {"cut encodings", PAGE(ENCODED TRUNCATED NEXT("%4%g1%C3", "1") VERSION("%4%g1%C3", "1")),
         "%4%g1\xc3", "%254%25g1%C3"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf *seen = buf_new(f->cx->arena, 10000);
        fixture_expect(f, "GET", FIRST, 200, rows[i].page);
        fixture_expect(f, "GET",
                       arena_printf(f->cx->arena,
                                    AFTER("key-marker=%s&max-keys=2&version-id-marker=1"),
                                    rows[i].next),
                       200, PAGE(""));
        if (list(f, seen) != RC_OK ||
            strcmp(seen->data, arena_printf(f->cx->arena, "%s|1;", rows[i].key)) != 0) {
            fail_msg("%s: %s", rows[i].about, seen->data);
        }
    }
}

static void a_list_that_cannot_be_trusted_is_an_error(void **state)
{
    static const struct {
        const char *page, *text;
    } rows[] = {
        {PAGE(TRUNCATED VERSION("a", "1")), "not from where"},
        {PAGE(TRUNCATED NEXT("", "") VERSION("a", "1")), "not from where"},
        {PAGE("<Version>" DATE "<VersionId>1</VersionId><Size>1</Size></Version>"), "no key"},
        {PAGE("<Version><Key>k</Key>" DATE "</Version>"), "no size"},
        {PAGE("<Version><Key>k</Key>" DATE "<Size>-1</Size></Version>"), "no size"},
        {PAGE("<DeleteMarker><Key>k</Key></DeleteMarker>"), "no time"},
        {PAGE("<DeleteMarker><Key>k</Key><LastModified>now</LastModified></DeleteMarker>"),
         "no time"},
        {PAGE(VERSION("a", "1") "<Version>"), "is no XML"},
        {PAGE("text " VERSION("a", "1")), "is no XML"},
        {PAGE(ENCODED VERSION("a%00b", "1")), "NUL"},
        {XML("<ListBucketResult/>"), "no <ListVersionsResult> came"},
        {S3_ERROR("InternalError", "in the middle"), "in the middle"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf *seen = buf_new(f->cx->arena, 10000);
        fixture_expect(f, "GET", FIRST, 200, rows[i].page);
        assert_int_equal(list(f, seen), RC_FAIL);
        assert_string_equal(f->cx->diags.last->summary, "Cannot list the versions of bucket files");
        assert_non_null(strstr(f->cx->diags.last->detail, rows[i].text));
    }
}

/* MinIO says how keys are written behind them. */
static void the_encoding_may_be_said_last(void **state)
{
    struct fixture *f = *state;
    struct buf *seen = buf_new(f->cx->arena, 10000);

    fixture_expect(f, "GET", FIRST, 200, PAGE(VERSION("a%2Fb", "1") VERSION("c", "1") ENCODED));
    assert_int_equal(list(f, seen), RC_OK);
    assert_string_equal(seen->data, "a/b|1;c|1;");
}

static enum rc look(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    (void)cx;
    buf_printf(arg, "%s %s %s %llu %lld.%09ld", e->etag, e->storage_class, e->last_modified,
               (unsigned long long)e->size, (long long)e->modified.tv_sec, e->modified.tv_nsec);
    return RC_OK;
}

static void all_of_an_entry(void **state)
{
    struct fixture *f = *state;
    struct buf *seen = buf_new(f->cx->arena, 10000);
    struct s3_list_options o = {.bucket = "files"};

    fixture_expect(f, "GET", "*", 200, PAGE(VERSION("a", "1")));
    assert_int_equal(s3_list_versions(f->cx, f->client, &o, (struct s3_list_visitor){look, seen}),
                     RC_OK);
    assert_string_equal(seen->data,
                        "\"e\" STANDARD 2015-08-30T12:36:00.123Z 7 1440938160.123000000");
}

static void a_listing_can_start_behind_a_key(void **state)
{
    struct fixture *f = *state;
    struct buf *seen = buf_new(f->cx->arena, 10000);
    struct s3_list_options o = {.bucket = "files", .page_size = 2, .start_after = "a+\x01"};
    char *long_key = arena_alloc(f->cx->arena, 5001);

    fixture_expect(f, "GET", AFTER("key-marker=a%2B%01&max-keys=2"), 200,
                   PAGE(TRUNCATED NEXT("b", "2") VERSION("b", "2")));
    fixture_expect(f, "GET", AFTER("key-marker=b&max-keys=2&version-id-marker=2"), 200, PAGE(""));
    assert_int_equal(
        s3_list_versions(f->cx, f->client, &o, (struct s3_list_visitor){collect, seen}), RC_OK);
    assert_string_equal(seen->data, "b|2;");
    /* Ceph begins with the versions of that key. */
    o.start_after = "a b";
    buf_truncate(seen, 0);
    fixture_expect(
        f, "GET", AFTER("key-marker=a%20b&max-keys=2"), 200,
        PAGE(ENCODED TRUNCATED NEXT("a b", "2") VERSION("a%20b", "3") MARKER("a%20b", "2")));
    fixture_expect(f, "GET", AFTER("key-marker=a%20b&max-keys=2&version-id-marker=2"), 200,
                   PAGE(ENCODED VERSION("a%20b", "1") VERSION("c", "1")));
    assert_int_equal(
        s3_list_versions(f->cx, f->client, &o, (struct s3_list_visitor){collect, seen}), RC_OK);
    assert_string_equal(seen->data, "c|1;");
    memset(long_key, 'k', 5000);
    o.start_after = long_key;
    assert_int_equal(
        s3_list_versions(f->cx, f->client, &o, (struct s3_list_visitor){collect, seen}), RC_FAIL);
    assert_diag(f->cx, "too long");
}

static void a_page_that_repeats_does_not_loop(void **state)
{
    struct fixture *f = *state;

    fixture_expect(f, "GET", FIRST, 200, PAGE(TRUNCATED NEXT("a", "1") VERSION("a", "1")));
    fixture_expect(f, "GET", AFTER("key-marker=a&max-keys=2&version-id-marker=1"), 200,
                   PAGE(TRUNCATED NEXT("a", "1") VERSION("a", "1")));
    assert_int_equal(list(f, buf_new(f->cx->arena, 10000)), RC_FAIL);
    assert_diag(f->cx, "begins where it began");
}

static void a_failing_page_fails_the_listing(void **state)
{
    struct fixture *f = *state;

    fixture_expect(f, "GET", FIRST, 200, PAGE(TRUNCATED NEXT("a", "1") VERSION("a", "1")));
    fixture_expect(f, "GET", "*", 500, S3_ERROR("InternalError", "mid-list"));
    assert_int_equal(list(f, buf_new(f->cx->arena, 10000)), RC_FAIL);
    assert_diag(f->cx, "mid-list");
    fixture_expect(f, "GET", FIRST, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(list(f, buf_new(f->cx->arena, 10000)), RC_NOT_FOUND);
}

static enum rc stop_at_once(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    (void)cx, (void)e;
    ++*(int *)arg;
    return RC_CONFLICT;
}

static void a_visitor_can_stop_it(void **state)
{
    struct fixture *f = *state;
    struct s3_list_options o = {.bucket = "files", .prefix = "a+b/", .expected_owner = "1234"};
    int visits = 0;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .target = "/files?encoding-type=url&max-keys=1000&prefix=a%2Bb%2F&versions",
            .expect = {"x-amz-expected-bucket-owner: 1234"},
            .reply = {.body = PAGE(TRUNCATED NEXT("a", "1") VERSION("a", "1") VERSION("b", "1"))}});
    assert_int_equal(
        s3_list_versions(f->cx, f->client, &o, (struct s3_list_visitor){stop_at_once, &visits}),
        RC_CONFLICT);
    assert_int_equal(visits, 1);
}

/* An endless listing, one page after another, made by a handler. */
static bool endless(void *arg, const struct http_server_request *request,
                    struct http_server_reply *ret_reply)
{
    int n = ++*(int *)arg;
    const char *rest = n < 400 ? arena_printf(request->arena, TRUNCATED NEXT("k%d", "0"), n) : "";

    ret_reply->body = arena_printf(request->arena,
                                   PAGE("%s" VERSION("k%d", "1") VERSION("k%d", "0")), rest, n, n);
    return true;
}

static enum rc measure(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    size_t *most = arg;
    size_t now = arena_footprint(cx->arena);

    (void)e;
    *most = now > *most ? now : *most;
    return RC_OK;
}

static void memory_does_not_grow_with_the_bucket(void **state)
{
    struct fixture *f = *state;
    int pages = 0;
    size_t most = 0;
    struct http_server *server =
        http_server_start(&(struct http_server_options){.handler = endless, .handler_arg = &pages});
    struct s3_list_options o = {.bucket = "files"};
    struct s3_client *client;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(server),
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET},
                                   &client),
                     RC_OK);
    assert_int_equal(s3_list_versions(f->cx, client, &o, (struct s3_list_visitor){measure, &most}),
                     RC_OK);
    assert_int_equal(pages, 400);
    assert_true(most < 400 * 1024); /* 400 pages would be some 4 MB */
    http_server_stop(server);
    assert_satisfied(server);
    http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_come_in_the_servers_order),    TEST(pages_follow_one_another),
        TEST(keys_and_markers_in_every_spelling),   TEST(a_list_that_cannot_be_trusted_is_an_error),
        TEST(the_encoding_may_be_said_last),        TEST(all_of_an_entry),
        TEST(a_listing_can_start_behind_a_key),     TEST(a_page_that_repeats_does_not_loop),
        TEST(a_failing_page_fails_the_listing),     TEST(a_visitor_can_stop_it),
        TEST(memory_does_not_grow_with_the_bucket),
    };

    return cmocka_run_group_tests_name("s3_list", tests, NULL, NULL);
}
