/* One version from server to server: right, or not at all. */
#include "fixture_store.h"
#include "s3/s3_transfer.h"

#define MIB ((size_t)1 << 20)

static enum rc transfer(struct store_fixture *x, struct s3_transferred *ret)
{
    const struct s3_transfer t = {
        .source = x->f.client,
        .from = {.bucket = "files", .key = "from", .version_id = "v1"},
        .target = x->f.client,
        .to = {.bucket = "files", .key = "to"},
        .sha256 = true,
    };

    return s3_transfer(x->f.cx, &t, ret);
}

/* A source of n bytes, in parts of that size; 0: in one. */
static void give(struct store_fixture *x, size_t n, size_t part)
{
    struct store *s = &x->store;
    struct str parts[8];
    unsigned n_parts = 0;

    s->source = store_bytes(s, n);
    for (size_t at = 0; part && at < n; at += part) {
        parts[n_parts++] = (struct str){s->source.p + at, n - at < part ? n - at : part};
    }
    s->source_etag = n_parts ? store_etag(s, parts, n_parts) : store_etag(s, &s->source, 0);
}

static void arrives_as_it_is(void **state)
{
    static const struct {
        size_t n, part;
    } rows[] = {{0, 0},
                {1, 0},
                {9 * MIB, 0},
                {70, 100}, /* one part */
                {12 * MIB, 5 * MIB},
                {16 * MIB, 8 * MIB}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct store_fixture *x = store_new(0);
        struct s3_transferred done;
        give(x, rows[i].n, rows[i].part);
        assert_int_equal(transfer(x, &done), RC_OK);
        assert_true(str_eq(x->store.target, x->store.source));
        assert_true(done.read_proven && done.write_proven);
        assert_int_equal(done.size, rows[i].n);
        assert_string_equal(x->store.target_etag, x->store.source_etag);
        assert_string_equal(done.written.version_id, "v1");
        store_free(x);
    }
}

/* Bytes that are not those of the source's ETag do not become an object. */
static void damaged_bytes_do_not_arrive(void **state)
{
    struct store_fixture *x = store_new(0);
    struct s3_transferred done;

    (void)state;
    give(x, 5000, 0);
    x->store.source_etag = "\"d41d8cd98f00b204e9800998ecf8427e\"";
    assert_int_equal(transfer(x, &done), RC_FAIL);
    assert_diag(x->f.cx, "instead of \"d41d8cd98f00b204e9800998ecf8427e\"");
    assert_int_equal(x->store.written, 0);
    store_free(x);
    /* Of parts, it may be that they are of unequal sizes: it is not said to be proven. */
    x = store_new(0);
    give(x, 5000, 0);
    x->store.source_etag = "\"d41d8cd98f00b204e9800998ecf8427e-1\"";
    assert_int_equal(transfer(x, &done), RC_OK);
    assert_false(done.read_proven);
    assert_true(done.write_proven);
    store_free(x);
}

static void an_etag_that_tells_nothing(void **state)
{
    struct store_fixture *x = store_new(0);
    struct s3_transferred done;

    (void)state;
    give(x, 5000, 0);
    x->store.source_etag = "\"0cc175b9c0f1b6a831c399e269772661\"";
    x->store.seal = "aws:kms";
    assert_int_equal(transfer(x, &done), RC_OK);
    assert_false(done.read_proven);
    assert_true(done.write_proven);
    store_free(x);
}

/* Each request in turn, of a source in one and of one in a part. */
static void faults_at_each_request(void **state)
{
    static const struct http_server_reply faults[] = {
        {.status = 503, .body = S3_ERROR("SlowDown", "")},
        {.body = S3_ERROR("InternalError", "")}, /* of HEAD and GET: not as S3 answers */
        {.fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_IN_HEAD},
        {.status = 400, .body = S3_ERROR("ExpiredToken", "")},
        {.status = 412, .body = S3_ERROR("PreconditionFailed", "")},
        {.status = 404, .body = S3_ERROR("NoSuchVersion", "")},
    };

    (void)state;
    for (size_t i = 0; i < 4 * COUNT(faults); i++) {
        bool once = i % 2, more = true;
        for (unsigned at = 1; more; at++) {
            struct store_fixture *x = store_new(1);
            struct s3_transferred done;
            enum rc rc;
            give(x, 70, i / 2 % 2 ? 100 : 0);
            x->store.fault_at = at;
            x->store.faults = once ? 1 : UINT32_MAX;
            x->store.fault = faults[i / 4];
            rc = transfer(x, &done);
            if (rc == RC_OK) {
                assert_true(str_eq(x->store.target, x->store.source));
                assert_true(done.read_proven && done.write_proven);
            } else {
                assert_int_equal(x->store.written, 0);
                assert_int_equal(x->f.cx->diags.errors > 0, rc == RC_FAIL);
            }
            assert_true(!once || rc == RC_OK || faults[i / 4].status >= 400 || i / 4 == 1);
            assert_true(!x->store.open || x->f.cx->diags.warnings == 1);
            more = x->store.asked >= at;
            store_free(x);
        }
    }
}

/* The content is cut after any byte, or the version is another when it is asked for the rest. */
static void cut_while_it_is_read(void **state)
{
    (void)state;
    for (size_t after = 1; after < 70; after += 4) {
        struct store_fixture *x = store_new(1);
        struct s3_transferred done;
        give(x, 70, after % 8 == 1 ? 100 : 0);
        memcpy(x->store.only, "GET", 4);
        x->store.fault_at = 1;
        x->store.faults = 1;
        x->store.fault = store_show(
            &x->store, &(struct http_server_request){.head = "\r\n\r\n", .arena = x->store.arena},
            x->store.source, x->store.source_etag);
        x->store.fault.fault = HTTP_SERVER_CLOSE;
        x->store.fault.where = HTTP_SERVER_IN_BODY;
        x->store.fault.after = after;
        assert_int_equal(transfer(x, &done), RC_OK);
        assert_true(str_eq(x->store.target, x->store.source));
        assert_true(done.read_proven && done.write_proven);
        store_free(x);
    }
}

static void gone_or_another(void **state)
{
    struct store_fixture *x = store_new(0);
    struct s3_transferred done;
    const struct s3_transfer t = {
        .source = x->f.client,
        .from = {.bucket = "files", .key = "from", .version_id = "v1"},
        .etag = "\"another\"",
        .target = x->f.client,
        .to = {.bucket = "files", .key = "to"},
    };

    (void)state;
    give(x, 10, 0);
    assert_int_equal(s3_transfer(x->f.cx, &t, &done), RC_CONFLICT);
    assert_int_equal(x->store.written, 0);
    assert_null(x->f.cx->diags.first);
    store_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrives_as_it_is),           cmocka_unit_test(damaged_bytes_do_not_arrive),
        cmocka_unit_test(an_etag_that_tells_nothing), cmocka_unit_test(faults_at_each_request),
        cmocka_unit_test(cut_while_it_is_read),       cmocka_unit_test(gone_or_another),
    };

    return cmocka_run_group_tests_name("s3_transfer", tests, NULL, NULL);
}
