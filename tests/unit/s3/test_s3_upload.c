/* Bytes of any number become an object, or nothing. */
#include "fixture_store.h"
#include "s3/s3_upload.h"

#define PART 10

static const struct s3_tag tag = {"a", "1"};
static const struct s3_tags tags = {&tag, 1};

static struct s3_upload_options options_of(struct store_fixture *x)
{
    return (struct s3_upload_options){.client = x->f.client,
                                      .to = {.bucket = "files", .key = "to"},
                                      .part_size = PART,
                                      .memory = 3 * PART,
                                      .sha256 = true};
}

static enum rc upload(struct store_fixture *x, const struct s3_upload_options *o, struct str bytes,
                      size_t piece, struct s3_uploaded *ret)
{
    struct s3_upload *u = s3_upload_new(o);
    enum rc rc = RC_OK;

    for (size_t at = 0; rc == RC_OK && at < bytes.n; at += piece) {
        size_t n = bytes.n - at < piece ? bytes.n - at : piece;
        struct arena_mark mark = arena_mark(x->f.cx->arena); /* as a reader does */
        rc = s3_upload_add(x->f.cx, u, (struct str){bytes.p + at, n});
        arena_rewind(x->f.cx->arena, mark);
    }
    if (rc == RC_OK) {
        return s3_upload_end(x->f.cx, u, ret);
    }
    s3_upload_abandon(x->f.cx, u);
    return rc;
}

static void holds(struct store_fixture *x, struct str bytes)
{
    assert_true(str_eq(x->store.target, bytes));
    assert_int_equal(x->store.written, 1);
    assert_false(x->store.open);
}

/* Around the borders of parts, in pieces that do not keep to them. */
static void of_any_size(void **state)
{
    static const size_t sizes[] = {0, 1, 9, 10, 11, 19, 20, 21, 50, 99, 100, 101, 333};

    (void)state;
    for (size_t i = 0; i < 4 * COUNT(sizes); i++) {
        static const size_t pieces[] = {1, 7, 10, 1000};
        struct store_fixture *x = store_new(0);
        struct str bytes = store_bytes(&x->store, sizes[i / 4]);
        struct s3_upload_options o = options_of(x);
        struct s3_uploaded done;
        char sha256[DIGEST_SHA256_HEX_SIZE];
        o.size = i % 2 ? bytes.n : 0;
        assert_int_equal(upload(x, &o, bytes, pieces[i % 4], &done), RC_OK);
        holds(x, bytes);
        assert_true(done.proven);
        assert_int_equal(done.size, bytes.n);
        assert_string_equal(done.written.version_id, "v1");
        assert_string_equal(done.etag, x->store.target_etag);
        assert_true(digest_sha256_hex(bytes, sha256));
        assert_string_equal(done.sha256, sha256);
        assert_int_equal(s3_object_info_etag_parts(done.etag),
                         bytes.n > PART ? (bytes.n + PART - 1) / PART : 0);
        assert_null(x->f.cx->diags.first);
        store_free(x);
    }
}

static void one_part_where_parts_are_wanted(void **state)
{
    static const size_t sizes[] = {0, 1, 10, 11};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct store_fixture *x = store_new(0);
        struct str bytes = store_bytes(&x->store, sizes[i]);
        struct s3_upload_options o = options_of(x);
        struct s3_uploaded done;
        o.in_parts = true;
        o.memory = 1; /* of one part at least */
        assert_int_equal(upload(x, &o, bytes, 4, &done), RC_OK);
        holds(x, bytes);
        assert_int_equal(s3_object_info_etag_parts(done.etag), sizes[i] > PART ? 2 : 1);
        store_free(x);
    }
}

static void what_it_must_be(void **state)
{
    static const struct {
        uint64_t size;
        const char *etag, *says;
    } rows[] = {
        {24, NULL, "More bytes came"},
        {26, NULL, "Fewer bytes came"},
        {25, "\"other-3\"", "instead of \"other-3\""},
        {5, "\"other\"", "instead of \"other\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct store_fixture *x = store_new(0);
        struct s3_upload_options o = options_of(x);
        struct s3_uploaded done;
        o.size = rows[i].size;
        o.etag = rows[i].etag;
        assert_int_equal(
            upload(x, &o, store_bytes(&x->store, rows[i].size == 5 ? 5 : 25), 8, &done), RC_FAIL);
        assert_diag(x->f.cx, rows[i].says);
        assert_int_equal(x->store.written, 0);
        assert_false(x->store.open);
        store_free(x);
    }
}

/* A server's ETag that could be the bytes' and is not; and one that cannot tell. */
static void an_etag_that_is_not_theirs(void **state)
{
    static const struct {
        size_t n;
        const char *etag, *seal;
        enum rc rc;
    } rows[] = {
        {5, "\"d41d8cd98f00b204e9800998ecf8427e\"", NULL, RC_FAIL},
        {25, "\"d41d8cd98f00b204e9800998ecf8427e-1\"", NULL, RC_FAIL},
        {5, "\"d41d8cd98f00b204e9800998ecf8427e\"", "aws:kms", RC_OK},
        {25, "\"d41d8cd98f00b204e9800998ecf8427e-1\"", "aws:kms", RC_OK},
        {5, "\"opaque\"", NULL, RC_OK},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct store_fixture *x = store_new(0);
        struct s3_upload_options o = options_of(x);
        struct s3_uploaded done = {.proven = true};
        x->store.lies = rows[i].etag;
        x->store.seal = rows[i].seal;
        assert_int_equal(upload(x, &o, store_bytes(&x->store, rows[i].n), 8, &done), rows[i].rc);
        if (rows[i].rc == RC_OK) {
            assert_false(done.proven);
        } else {
            assert_diag(x->f.cx, "is not what was written");
        }
        assert_false(x->store.open);
        store_free(x);
    }
}

static void tags_are_set_where_they_were_forgotten(void **state)
{
    (void)state;
    for (int forgets = 0; forgets < 2; forgets++) {
        struct store_fixture *x = store_new(0);
        struct s3_upload_options o = options_of(x);
        struct s3_uploaded done;
        o.tags = &tags;
        x->store.forgets_tags = forgets;
        assert_int_equal(upload(x, &o, store_bytes(&x->store, 25), 8, &done), RC_OK);
        assert_string_equal(x->store.target_tags, forgets ? "put" : "a=1");
        store_free(x);
    }
}

struct watched {
    struct store *store;
    unsigned told;
    enum rc rc;
};

static enum rc began(struct ctx *cx, void *arg, const char *upload_id)
{
    struct watched *w = arg;

    assert_string_equal(upload_id, "u");
    assert_int_equal(w->store->n_parts, 0);
    w->told++;
    return w->rc == RC_FAIL ? diag_error(cx, NULL, "full", "The journal is full.") : w->rc;
}

static void who_watches_is_told_first(void **state)
{
    static const enum rc all[] = {RC_OK, RC_FAIL, RC_CONFLICT};

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct store_fixture *x = store_new(0);
        struct watched w = {&x->store, 0, all[i]};
        struct s3_upload_options o = options_of(x);
        struct s3_uploaded done;
        o.watch = (struct s3_copy_watch){began, &w};
        assert_int_equal(upload(x, &o, store_bytes(&x->store, 25), 8, &done), all[i]);
        assert_int_equal(w.told, 1);
        assert_int_equal(x->store.written, all[i] == RC_OK ? 1 : 0);
        assert_int_equal(x->store.aborted, all[i] == RC_OK ? 0 : 1);
        store_free(x);
    }
}

static void conditions(void **state)
{
    static const size_t sizes[] = {5, 25};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct store_fixture *x = store_new(0);
        struct s3_upload_options o = options_of(x);
        struct str bytes = store_bytes(&x->store, sizes[i]);
        struct s3_uploaded done;
        o.if_absent = true;
        assert_int_equal(upload(x, &o, bytes, 8, &done), RC_OK);
        assert_int_equal(upload(x, &o, bytes, 8, &done), RC_CONFLICT);
        assert_false(x->store.open);
        o.if_absent = false;
        o.if_match = "\"another\"";
        assert_int_equal(upload(x, &o, bytes, 8, &done), RC_CONFLICT);
        assert_int_equal(x->store.written, 1);
        assert_null(x->f.cx->diags.first);
        store_free(x);
    }
}

/* The answer is lost, each in turn, and the request was carried out: it is not done twice. */
static void answers_that_are_lost(void **state)
{
    static const size_t sizes[] = {5, 25};

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(sizes); i++) {
        bool more = true;
        for (unsigned at = 1; more; at++) {
            struct store_fixture *x = store_new(2);
            struct s3_upload_options o = options_of(x);
            struct str bytes = store_bytes(&x->store, sizes[i / 2]);
            struct s3_uploaded done;
            o.if_absent = i % 2;
            x->store.fault_at = at;
            x->store.faults = 1;
            x->store.done_first = true;
            x->store.fault = (struct http_server_reply){.fault = HTTP_SERVER_CLOSE,
                                                        .where = HTTP_SERVER_IN_HEAD};
            assert_int_equal(upload(x, &o, bytes, 8, &done), RC_OK);
            assert_true(str_eq(x->store.target, bytes));
            assert_true(done.proven);
            assert_false(x->store.open);
            more = x->store.asked > at;
            store_free(x);
        }
    }
}

/* Each request in turn meets it once, and then from there on. */
static void faults_at_each_request(void **state)
{
    static const struct http_server_reply faults[] = {
        {.status = 503, .body = S3_ERROR("SlowDown", "")},
        {.status = 500},
        {.body = S3_ERROR("InternalError", "")},
        {.fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_IN_HEAD},
        {.status = 400, .body = S3_ERROR("ExpiredToken", "")},
    };

    (void)state;
    for (size_t i = 0; i < 4 * COUNT(faults); i++) {
        bool once = i % 2, more = true;
        for (unsigned at = 1; more; at++) {
            struct store_fixture *x = store_new(1);
            struct s3_upload_options o = options_of(x);
            struct str bytes = store_bytes(&x->store, i / 2 % 2 ? 5 : 45);
            struct s3_uploaded done;
            enum rc rc;
            x->store.fault_at = at;
            x->store.faults = once ? 1 : UINT32_MAX;
            x->store.fault = faults[i / 4];
            rc = upload(x, &o, bytes, 8, &done);
            if (rc == RC_OK) {
                holds(x, bytes);
            } else {
                assert_int_equal(rc, RC_FAIL);
                assert_true(x->f.cx->diags.errors > 0);
                assert_int_equal(x->store.written, 0);
            }
            assert_true(!once || rc == RC_OK || faults[i / 4].status == 400);
            /* What stays open is told. */
            assert_true(!x->store.open || x->f.cx->diags.warnings == 1);
            assert_true(!once || !x->store.open);
            more = x->store.asked >= at;
            store_free(x);
        }
    }
}

static void given_up(void **state)
{
    struct store_fixture *x = store_new(0);
    struct s3_upload_options o = options_of(x);
    struct s3_upload *u;

    (void)state;
    s3_upload_abandon(x->f.cx, NULL);
    s3_upload_abandon(x->f.cx, s3_upload_new(&o));
    assert_int_equal(x->store.asked, 0);
    u = s3_upload_new(&o);
    assert_int_equal(s3_upload_add(x->f.cx, u, store_bytes(&x->store, 55)), RC_OK);
    s3_upload_abandon(x->f.cx, u);
    assert_int_equal(x->store.aborted, 1);
    assert_false(x->store.open);
    assert_int_equal(x->store.written, 0);
    assert_null(x->f.cx->diags.first);
    store_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_any_size),
        cmocka_unit_test(one_part_where_parts_are_wanted),
        cmocka_unit_test(what_it_must_be),
        cmocka_unit_test(an_etag_that_is_not_theirs),
        cmocka_unit_test(tags_are_set_where_they_were_forgotten),
        cmocka_unit_test(who_watches_is_told_first),
        cmocka_unit_test(conditions),
        cmocka_unit_test(answers_that_are_lost),
        cmocka_unit_test(faults_at_each_request),
        cmocka_unit_test(given_up),
    };

    return cmocka_run_group_tests_name("s3_upload", tests, NULL, NULL);
}
