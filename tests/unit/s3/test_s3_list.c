/* Listings of servers that encode, page and err in different ways. */
#include "base/buf.h"
#include "fixture.h"
#include "s3/s3_list_live.h"

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

static enum rc take_all(struct fixture *f, struct s3_list *list, struct buf *seen)
{
    const struct s3_list_entry *e;
    enum rc rc;

    buf_truncate(seen, 0);
    while ((rc = s3_list_next(f->cx, list, &e)) == RC_OK && e != NULL) {
        buf_printf(seen, "%s|%s%s%s;", e->key, e->version_id, e->marker ? "|marker" : "",
                   e->latest ? "|latest" : "");
    }
    assert_int_equal(s3_list_next(f->cx, list, &e), rc); /* it stays so */
    assert_null(e);
    return rc;
}

static enum rc list_as(struct fixture *f, const struct s3_list_options *o, struct buf *seen)
{
    return take_all(f, s3_list_new(f->cx, f->client, o), seen);
}

static enum rc list_live(struct fixture *f, const struct s3_list_options *o, struct buf *seen)
{
    return take_all(f, s3_list_live_new(f->cx, f->client, o), seen);
}

static enum rc list(struct fixture *f, struct buf *seen)
{
    return list_as(f, &(struct s3_list_options){.bucket = "files", .page_size = 2}, seen);
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

static void all_of_an_entry(void **state)
{
    struct fixture *f = *state;
    struct s3_list *list =
        s3_list_new(f->cx, f->client, &(struct s3_list_options){.bucket = "files"});
    const struct s3_list_entry *e;

    fixture_expect(f, "GET", "*", 200, PAGE(VERSION("a", "1")));
    assert_int_equal(s3_list_next(f->cx, list, &e), RC_OK);
    assert_string_equal(e->key, "a");
    assert_string_equal(e->etag, "\"e\"");
    assert_string_equal(e->storage_class, "STANDARD");
    assert_string_equal(e->last_modified, "2015-08-30T12:36:00.123Z");
    assert_int_equal(e->size, 7);
    assert_int_equal(e->modified.tv_sec, 1440938160);
    assert_int_equal(e->modified.tv_nsec, 123000000);
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
    assert_int_equal(list_as(f, &o, seen), RC_OK);
    assert_string_equal(seen->data, "b|2;");
    /* Ceph begins with the versions of that key. */
    o.start_after = "a b";
    fixture_expect(
        f, "GET", AFTER("key-marker=a%20b&max-keys=2"), 200,
        PAGE(ENCODED TRUNCATED NEXT("a b", "2") VERSION("a%20b", "3") MARKER("a%20b", "2")));
    fixture_expect(f, "GET", AFTER("key-marker=a%20b&max-keys=2&version-id-marker=2"), 200,
                   PAGE(ENCODED VERSION("a%20b", "1") VERSION("c", "1")));
    assert_int_equal(list_as(f, &o, seen), RC_OK);
    assert_string_equal(seen->data, "c|1;");
    memset(long_key, 'k', 5000);
    o.start_after = long_key;
    assert_int_equal(list_as(f, &o, seen), RC_FAIL);
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

static void nothing_is_asked_for_before_it_is_wanted(void **state)
{
    struct fixture *f = *state;
    struct s3_list_options o = {.bucket = "files", .prefix = "a+b/", .expected_owner = "1234"};
    struct s3_list *list = s3_list_new(f->cx, f->client, &o);
    const struct s3_list_entry *e;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .target = "/files?encoding-type=url&max-keys=1000&prefix=a%2Bb%2F&versions",
            .expect = {"x-amz-expected-bucket-owner: 1234"},
            .reply = {.body = PAGE(TRUNCATED NEXT("a", "1") VERSION("a", "1") VERSION("b", "1"))}});
    assert_int_equal(s3_list_next(f->cx, list, &e), RC_OK);
    assert_string_equal(e->key, "a");
    assert_int_equal(s3_list_next(f->cx, list, &e), RC_OK);
    assert_string_equal(e->key, "b"); /* the next page is not asked for */
}

static void two_listings_go_side_by_side(void **state)
{
    struct fixture *f = *state;
    struct s3_list *one = s3_list_new(f->cx, f->client, &(struct s3_list_options){.bucket = "one"});
    struct s3_list *two = s3_list_new(f->cx, f->client, &(struct s3_list_options){.bucket = "two"});
    const struct s3_list_entry *of_one, *of_two;
    struct arena_mark mark = arena_mark(f->cx->arena);

    fixture_expect(f, "GET", "*", 200, PAGE(VERSION("a", "1") VERSION("b", "1")));
    fixture_expect(f, "GET", "*", 200, PAGE(VERSION("A", "2") VERSION("B", "2")));
    assert_int_equal(s3_list_next(f->cx, one, &of_one), RC_OK);
    assert_int_equal(s3_list_next(f->cx, two, &of_two), RC_OK);
    arena_rewind(f->cx->arena, mark); /* what they give is theirs */
    assert_string_equal(of_one->key, "a");
    assert_string_equal(of_two->key, "A");
    assert_int_equal(s3_list_next(f->cx, one, &of_one), RC_OK);
    assert_string_equal(of_one->key, "b");
    assert_string_equal(of_two->key, "A");
}

static void a_listing_can_end_with_a_key(void **state)
{
    struct fixture *f = *state;
    struct buf *seen = buf_new(f->cx->arena, 10000);
    struct s3_list_options o = {.bucket = "files", .page_size = 2, .until = "b"};

    fixture_expect(f, "GET", FIRST, 200,
                   PAGE(TRUNCATED NEXT("b", "2") VERSION("a", "1") VERSION("b", "2")));
    fixture_expect(f, "GET", AFTER("key-marker=b&max-keys=2&version-id-marker=2"), 200,
                   PAGE(TRUNCATED NEXT("ba", "1") VERSION("b", "1") VERSION("ba", "1")));
    assert_int_equal(list_as(f, &o, seen), RC_OK);
    assert_string_equal(seen->data, "a|1;b|2;b|1;");
}

#define LIVE(body) XML("<ListBucketResult xmlns=\"" S3_NS "\">" body "</ListBucketResult>")
#define OBJECT(k)                                                                                  \
    "<Contents><Key>" k "</Key>" DATE "<Size>7</Size><ETag>&quot;e&quot;</ETag></Contents>"
#define NEXT_TOKEN(t) "<NextContinuationToken>" t "</NextContinuationToken>"

static void what_readers_see(void **state)
{
    struct fixture *f = *state;
    struct buf *seen = buf_new(f->cx->arena, 10000);
    struct s3_list_options o = {.bucket = "files", .page_size = 2, .start_after = "a b"};

    fixture_expect(
        f, "GET", "/files?encoding-type=url&list-type=2&max-keys=2&start-after=a%20b", 200,
        LIVE(ENCODED TRUNCATED NEXT_TOKEN("t%2Bo+k/en=") OBJECT("a%20b%2B") OBJECT("c")));
    fixture_expect(f, "GET",
                   "/files?continuation-token=t%252Bo%2Bk%2Fen%3D&encoding-type=url&list-type=2&"
                   "max-keys=2",
                   200, LIVE("<Name>files</Name><KeyCount>1</KeyCount>" OBJECT("d")));
    assert_int_equal(list_live(f, &o, seen), RC_OK);
    assert_string_equal(seen->data, "a b+||latest;c||latest;d||latest;");
    fixture_expect(f, "GET", "*", 200, LIVE(TRUNCATED OBJECT("d")));
    assert_int_equal(list_live(f, &o, seen), RC_FAIL);
    assert_diag(f->cx, "not from where");
    fixture_expect(f, "GET", "*", 200, LIVE(TRUNCATED NEXT_TOKEN("t") OBJECT("d")));
    fixture_expect(f, "GET", "*", 200, LIVE(TRUNCATED NEXT_TOKEN("t") OBJECT("d")));
    assert_int_equal(list_live(f, &o, seen), RC_FAIL);
    assert_diag(f->cx, "begins where it began");
    fixture_expect(f, "GET", "*", 200, PAGE(VERSION("a", "1")));
    fixture_expect(f, "GET", "*", 200, XML("<Contents/>"));
    assert_int_equal(list_live(f, &o, seen), RC_OK); /* in S3's namespace, and empty */
    assert_string_equal(seen->data, "");
    assert_int_equal(list_live(f, &o, seen), RC_FAIL);
    assert_diag(f->cx, "no <ListBucketResult> came");
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

static void memory_does_not_grow_with_the_bucket(void **state)
{
    struct fixture *f = *state;
    int pages = 0;
    size_t most = 0;
    const struct s3_list_entry *e;
    struct s3_list *all;
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
    all = s3_list_new(f->cx, client, &o);
    do {
        size_t now = arena_footprint(f->cx->arena) + s3_list_footprint(all);
        most = now > most ? now : most;
        assert_int_equal(s3_list_next(f->cx, all, &e), RC_OK);
    } while (e != NULL);
    assert_int_equal(pages, 400);
    assert_true(most < 400 * 1024); /* 400 pages would be some 4 MB */
    http_server_stop(server);
    assert_satisfied(server);
    http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_come_in_the_servers_order),
        TEST(pages_follow_one_another),
        TEST(keys_and_markers_in_every_spelling),
        TEST(a_list_that_cannot_be_trusted_is_an_error),
        TEST(the_encoding_may_be_said_last),
        TEST(all_of_an_entry),
        TEST(a_listing_can_start_behind_a_key),
        TEST(a_page_that_repeats_does_not_loop),
        TEST(a_failing_page_fails_the_listing),
        TEST(nothing_is_asked_for_before_it_is_wanted),
        TEST(two_listings_go_side_by_side),
        TEST(a_listing_can_end_with_a_key),
        TEST(what_readers_see),
        TEST(memory_does_not_grow_with_the_bucket),
    };

    return cmocka_run_group_tests_name("s3_list", tests, NULL, NULL);
}
