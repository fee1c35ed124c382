/* A listing taken key by key. */
#include "fixture.h"

#include <string.h>

#include "base/buf.h"
#include "seedbank-bucket/walk.h"

#define FIRST(prefix) "/b?encoding-type=url&max-keys=1000&prefix=" prefix "&versions"
#define PAGE(body)                                                                                 \
    "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" body                  \
    "</ListVersionsResult>"
#define VERSION(k, v)                                                                              \
    "<Version><Key>" k "</Key><VersionId>" v "</VersionId><IsLatest>false</IsLatest>"              \
    "<LastModified>2026-11-24T03:16:18.123Z</LastModified><ETag>e</ETag><Size>1</Size></Version>"

struct fixture {
    struct place at;
    struct cli cli;
    struct walk_options options;
};

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    place_begin(&f->at, &(struct http_server_options){.any_order = false}, NULL);
    f->cli.cx = f->at.cx;
    f->options = (struct walk_options){.cli = &f->cli, .target = f->at.target};
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    place_end(&f->at);
    test_free(f);
    return 0;
}

static void expect(struct fixture *f, const char *target, const char *body)
{
    http_server_expect(
        f->at.server,
        &(struct http_server_step){.method = "GET", .target = target, .reply = {.body = body}});
}

/* "key:version,version;" of all keys; of each, at most `most` entries are taken. */
static const char *walked(struct fixture *f, unsigned most)
{
    struct buf *seen = buf_new(f->at.cx->arena, 10000);
    struct walk *w = walk_new(&f->options);
    const struct s3_list_entry *e;
    const char *key;

    for (;;) {
        struct arena_mark mark;
        assert_int_equal(walk_key(w, &key), RC_OK);
        if (key == NULL) {
            break;
        }
        buf_printf(seen, "%s:", key);
        mark = arena_mark(f->at.cx->arena);
        for (unsigned i = 0; i < most; i++) {
            assert_int_equal(walk_entry(w, &e), RC_OK);
            if (e == NULL) {
                break;
            }
            assert_string_equal(e->key, key);
            buf_printf(seen, "%s,", e->version_id);
            (void)arena_alloc(f->at.cx->arena, 100); /* whoever walks may rewind */
        }
        arena_rewind(f->at.cx->arena, mark);
        buf_puts(seen, ";");
    }
    assert_int_equal(walk_key(w, &key), RC_OK);
    assert_null(key);
    walk_end(w);
    return seen->data;
}

#define ALL                                                                                        \
    PAGE(VERSION(".seedbank/x", "9") VERSION("a", "3") VERSION("a", "2") VERSION("a", "1")         \
             VERSION("ab", "1") VERSION("b", "2") VERSION("b", "1"))

static void keys_come_with_their_entries(void **state)
{
    struct fixture *f = *state;

    for (unsigned most = 0; most < 5; most++) {
        static const char *const wanted[] = {"a:;ab:;b:;", "a:3,;ab:1,;b:2,;",
                                             "a:3,2,;ab:1,;b:2,1,;", "a:3,2,1,;ab:1,;b:2,1,;",
                                             "a:3,2,1,;ab:1,;b:2,1,;"};
        expect(f, "/b?encoding-type=url&max-keys=1000&versions", ALL);
        assert_string_equal(walked(f, most), wanted[most]);
    }
    expect(f, "*", PAGE(""));
    assert_string_equal(walked(f, 9), "");
}

static void prefixes_follow_one_another(void **state)
{
    struct fixture *f = *state;
    const char *prefixes[] = {"a", "b", "c"};

    f->options.prefixes = (struct cli_texts){prefixes, 3};
    expect(f, FIRST("a"), PAGE(VERSION("a", "1") VERSION("ab", "1")));
    expect(f, FIRST("b"), PAGE(""));
    expect(f, FIRST("c"), PAGE(VERSION("c", "2") VERSION("c", "1")));
    assert_string_equal(walked(f, 9), "a:1,;ab:1,;c:2,1,;");
    assert_int_equal(f->at.cx->diags.warnings, 1);
    assert_diag(f->at.cx, "under \"b\"");
}

static void some_keys_are_left_out(void **state)
{
    struct fixture *f = *state;
    const char *excludes[] = {"ab"}, *ours[] = {".seedbank/"};

    f->options.excludes = (struct cli_texts){excludes, 1};
    expect(f, "*", ALL);
    assert_string_equal(walked(f, 9), "a:3,2,1,;b:2,1,;");
    /* Our own records, for who asks for them. */
    f->options.prefixes = (struct cli_texts){ours, 1};
    expect(f, FIRST(".seedbank%2F"), PAGE(VERSION(".seedbank/x", "9")));
    assert_string_equal(walked(f, 9), ".seedbank/x:9,;");
}

static void a_range_of_keys(void **state)
{
    struct fixture *f = *state;

    f->options.after = "a";
    f->options.until = "b";
    expect(f, "/b?encoding-type=url&key-marker=a&max-keys=1000&versions",
           PAGE(VERSION("ab", "1") VERSION("b", "2") VERSION("b", "1") VERSION("c", "1")));
    assert_string_equal(walked(f, 9), "ab:1,;b:2,1,;");
}

static void a_failure_is_one(void **state)
{
    struct fixture *f = *state;
    struct walk *w = walk_new(&f->options);
    const char *key;

    expect(f, "*", PAGE("<Version><Key>a</Key></Version>"));
    assert_int_equal(walk_key(w, &key), RC_FAIL);
    assert_int_equal(walk_key(w, &key), RC_FAIL);
    w = walk_new(&f->options);
    http_server_expect(
        f->at.server,
        &(struct http_server_step){
            .reply = {.status = 404, .body = "<Error><Code>NoSuchBucket</Code></Error>"}});
    assert_int_equal(walk_key(w, &key), RC_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_come_with_their_entries),
        TEST(prefixes_follow_one_another),
        TEST(some_keys_are_left_out),
        TEST(a_range_of_keys),
        TEST(a_failure_is_one),
    };

    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
