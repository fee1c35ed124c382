/* Whether two versions have the same content: by headers, by reading one, by reading both; and what
 * is said where nothing proves it. */
#include "fixture.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "seedbank-bucket/proof.h"

#define DATE "Last-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"
#define KMS                                                                                        \
    "x-amz-server-side-encryption: aws:kms\r\nx-amz-server-side-encryption-aws-kms-key-id: k\r\n"
#define BIG      ((size_t)5 << 20) /* bytes of a part of what is larger */
#define BIG_SIZE (2 * BIG + 10)

#define MD5_HELLO "\"5d41402abc4b2a76b9719d911017c592\"" /* of "hello" */
#define MD5_WORLD "\"7d793037a0760186574b0282f2f435e7\"" /* of "world" */
#define MD5_OTHER "\"11111111111111111111111111111111\""
#define PARTS_1   "\"22222222222222222222222222222222-1\""
#define PARTS_2   "\"33333333333333333333333333333333-1\""
#define SHA_HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define B64_HELLO "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
#define B64_OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* By what the key is called: its headers beside length and date, and its content. */
static const struct row {
    const char *key, *etag, *headers, *body;
    int get;  /* status of GET; 0: 200 */
    int head; /* of HEAD; 0: 200 */
} rows[] = {
    {"hello", MD5_HELLO, "", "hello", 0, 0},
    {"world", MD5_WORLD, "", "world", 0, 0},
    {"hello-parts", PARTS_1, "", "hello", 0, 0},
    {"hello-parts-2", PARTS_2, "", "hello", 0, 0},
    {"world-parts", PARTS_1, "", "world", 0, 0},
    {"hello-kms", MD5_OTHER, KMS, "hello", 0, 0},
    {"world-kms", MD5_OTHER, KMS, "world", 0, 0},
    {"denied-kms", MD5_OTHER, KMS, "hello", 403, 0},
    {"hello-owner", MD5_OTHER, "x-amz-server-side-encryption-customer-algorithm: AES256\r\n",
     "hello", 400, 0},
    {"hello-damaged", MD5_HELLO, "", "hellO", 0, 0},
    {"sum-hello", PARTS_1, "x-amz-checksum-sha256: " B64_HELLO "\r\n", "hello", 0, 0},
    {"sum-hello-2", PARTS_2, "x-amz-checksum-sha256: " B64_HELLO "\r\n", "hello", 0, 0},
    {"sum-other", PARTS_2, "x-amz-checksum-sha256: " B64_OTHER "\r\n", "world", 0, 0},
    {"crc-hello", PARTS_1, "x-amz-checksum-crc32: NhCmhg==\r\n", "hello", 0, 0},
    {"crc-fake", PARTS_2, "x-amz-checksum-crc32: NhCmhg==\r\n", "world", 0, 0},
    {"crc-other", PARTS_2, "x-amz-checksum-crc32: AAAAAA==\r\n", "world", 0, 0},
    {"crc64-hello", PARTS_1, "x-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\n", "hello", 0, 0},
    {"crc64-hello-2", PARTS_2, "x-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\n", "hello", 0, 0},
    {"composite", PARTS_1,
     "x-amz-checksum-sha256: " B64_HELLO "-1\r\nx-amz-checksum-type: COMPOSITE\r\n", "hello", 0, 0},
    {"composite-2", PARTS_2,
     "x-amz-checksum-sha256: " B64_OTHER "-1\r\nx-amz-checksum-type: COMPOSITE\r\n", "hello", 0, 0},
    {"glacier-hello", MD5_HELLO, "x-amz-storage-class: GLACIER\r\n", "hello", 403, 0},
    {"glacier-parts", PARTS_1, "x-amz-storage-class: GLACIER\r\n", "hello", 403, 0},
    {"denied", PARTS_1, "", "hello", 403, 403},
    {"gone", PARTS_1, "", "hello", 404, 404},
    {"lost", PARTS_1, "", "hello", 412, 0}, /* another one by the time that it is read */
    {"broken", PARTS_1, "", "hello", 500, 500},
    {"own-key", PARTS_1, "", "hello", 400, 400},
    {"other-size", PARTS_1, "", "hello, world", 0, 0},
    {"empty", MD5_OTHER, "", "", 0, 0},
    {"big", NULL, "", NULL, 0, 0},                                         /* its own MD5s */
    {"big-whole", NULL, "", NULL, 0, 0},                                   /* the same bytes */
    {"big-cut", "\"44444444444444444444444444444444-2\"", "", NULL, 0, 0}, /* otherwise, it says */
    {"big-flipped", "\"55555555555555555555555555555555-3\"", "", NULL, 0, 0}, /* another byte */
};

struct fixture {
    struct place at;
    struct cancel *cancel;
    atomic_uint gets, heads;
    char *big, *flipped;
    char big_parts[64], big_md5[64]; /* their ETags */
    bool raise;                      /* the cancel, at the first GET */
};

static const struct row *row_of(const char *key)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    fail_msg("no row %s", key);
    return NULL;
}

static const char *etag_of(const struct fixture *f, const struct row *row)
{
    if (row->etag != NULL) {
        return row->etag;
    }
    return strcmp(row->key, "big") == 0 ? f->big_parts : f->big_md5;
}

static size_t size_of(const struct row *row)
{
    return row->body ? strlen(row->body) : BIG_SIZE;
}

static const char *error_of(int status)
{
    switch (status) {
    case 400:
        return "<Error><Code>InvalidRequest</Code><Message>The object was stored using a form of "
               "Server Side Encryption.</Message></Error>";
    case 403:
        return "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    case 404:
        return "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>";
    case 412:
        return "<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>";
    default:
        return "<Error><Code>InternalError</Code><Message>no</Message></Error>";
    }
}

static struct http_server_reply good(struct fixture *f, const struct row *row, bool head,
                                     struct arena *a)
{
    struct http_server_reply reply = {.status = 200};

    if (head) {
        reply.headers = arena_printf(a, "Content-Length: %zu\r\nETag: %s\r\n" DATE "%s",
                                     size_of(row), etag_of(f, row), row->headers);
        return reply;
    }
    reply.headers = arena_printf(a, "ETag: %s\r\n" DATE "%s", etag_of(f, row), row->headers);
    reply.body = row->body ? row->body : strcmp(row->key, "big-flipped") == 0 ? f->flipped : f->big;
    reply.body_len = size_of(row);
    return reply;
}

static bool handle(void *arg, const struct http_server_request *request,
                   struct http_server_reply *ret_reply)
{
    struct fixture *f = arg;
    bool head = strcmp(request->method, "HEAD") == 0;
    const char *key = request->target + strlen("/b/");
    const struct row *row = row_of(arena_strndup(request->arena, key, strcspn(key, "?")));
    int status = head ? row->head : row->get;
    const char *range = http_server_header(request, "range");

    if (head && strstr(request->target, "partNumber=1") != NULL) {
        *ret_reply = (struct http_server_reply){
            .status = 206,
            .headers =
                arena_printf(request->arena,
                             "Content-Length: %zu\r\nContent-Range: bytes 0-%zu/%zu\r\n"
                             "ETag: %s\r\n" DATE,
                             row->body ? size_of(row) : BIG, row->body ? size_of(row) - 1 : BIG - 1,
                             size_of(row), etag_of(f, row))};
        return true;
    }
    atomic_fetch_add(head ? &f->heads : &f->gets, 1);
    if (!head && f->raise) {
        cancel_raise(f->cancel);
    }
    if (status != 0) {
        *ret_reply =
            (struct http_server_reply){.status = status, .body = head ? NULL : error_of(status)};
        return true;
    }
    *ret_reply = good(f, row, head, request->arena);
    if (range != NULL && strcmp(range, "bytes=0-0") == 0) {
        *ret_reply = (struct http_server_reply){.status = 206, .body = "h"};
    }
    return true;
}

static void md5_of(const char *p, size_t n, unsigned char *ret)
{
    assert_int_equal(EVP_Digest(p, n, ret, NULL, EVP_md5(), NULL), 1);
}

static void put_etag(char *out, const unsigned char sum[16], const char *behind)
{
    *out++ = '"';
    for (int i = 0; i < 16; i++) {
        out += snprintf(out, 3, "%02x", sum[i]);
    }
    snprintf(out, 4, "%s\"", behind);
}

static void make_big(struct fixture *f)
{
    unsigned char sums[3 * 16], sum[16];

    f->big = test_malloc(BIG_SIZE);
    f->flipped = test_malloc(BIG_SIZE);
    for (size_t i = 0; i < BIG_SIZE; i++) {
        f->big[i] = f->flipped[i] = (char)(i * 7 + i / 4096);
    }
    f->flipped[BIG + 3] ^= 1;
    md5_of(f->big, BIG, sums);
    md5_of(f->big + BIG, BIG, sums + 16);
    md5_of(f->big + 2 * BIG, BIG_SIZE - 2 * BIG, sums + 32);
    md5_of((const char *)sums, sizeof sums, sum);
    put_etag(f->big_parts, sum, "-3");
    md5_of(f->big, BIG_SIZE, sum);
    put_etag(f->big_md5, sum, "");
}

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    make_big(f);
    f->cancel = cancel_new(NULL);
    place_begin(
        &f->at,
        &(struct http_server_options){.any_order = true, .handler = handle, .handler_arg = f},
        f->cancel);
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    place_end(&f->at);
    cancel_free(f->cancel);
    test_free(f->big);
    test_free(f->flipped);
    test_free(f);
    return 0;
}

static struct proof_side side_of(struct fixture *f, const char *key, const char *called)
{
    const struct row *row = row_of(key);

    return (struct proof_side){
        .target = f->at.target,
        .key = key,
        .version = "v",
        .etag = etag_of(f, row),
        .size = strcmp(key, "other-size") == 0 ? strlen("hello") : size_of(row),
        .called = called,
    };
}

static struct proof compare(struct fixture *f, const char *a, const char *b,
                            struct proof_options options)
{
    struct proof_side x = side_of(f, a, "the source"), y = side_of(f, b, "the copy");
    struct proof p;

    f->gets = f->heads = 0;
    assert_int_equal(proof_compare(f->at.cx, &x, &y, &options, &p), RC_OK);
    assert_int_equal(f->at.cx->diags.errors, 0);
    assert_true((p.answer == PROOF_SAME) == (p.why == NULL));
    return p;
}

/* What is found, by what, with how many HEADs and GETs. */
static const struct expected {
    const char *a, *b;
    enum proof_answer answer;
    enum proof_by by;
    unsigned heads, gets;
    const char *why; /* part of it */
} table[] = {
    /* by the listings */
    {"hello", "hello", PROOF_SAME, PROOF_BY_HEADERS, 0, 0, NULL},
    {"hello-parts", "world-parts", PROOF_SAME, PROOF_BY_HEADERS, 0, 0, NULL}, /* they lie */
    {"hello", "empty", PROOF_DIFFERENT, PROOF_BY_HEADERS, 0, 0, "another size"},
    {"empty", "empty", PROOF_SAME, PROOF_BY_HEADERS, 0, 0, NULL},
    /* by headers */
    {"hello", "world", PROOF_DIFFERENT, PROOF_BY_HEADERS, 2, 0, "other content"},
    {"sum-hello", "sum-hello-2", PROOF_SAME, PROOF_BY_HEADERS, 2, 0, NULL},
    {"sum-hello", "sum-other", PROOF_DIFFERENT, PROOF_BY_HEADERS, 2, 0, "other content"},
    {"crc64-hello", "crc64-hello-2", PROOF_SAME, PROOF_BY_HEADERS, 2, 0, NULL},
    {"crc-hello", "crc-other", PROOF_DIFFERENT, PROOF_BY_HEADERS, 2, 0, "other content"},
    {"glacier-hello", "world", PROOF_DIFFERENT, PROOF_BY_HEADERS, 2, 0, "other content"},
    /* by reading the one whose ETag does not tell */
    {"hello", "hello-parts", PROOF_SAME, PROOF_BY_READING, 2, 1, NULL},
    {"hello-parts", "hello", PROOF_SAME, PROOF_BY_READING, 2, 1, NULL},
    {"hello", "world-parts", PROOF_DIFFERENT, PROOF_BY_READING, 2, 1, "other content"},
    {"glacier-hello", "hello-parts", PROOF_SAME, PROOF_BY_READING, 2, 1, NULL},
    {"hello", "hello-kms", PROOF_SAME, PROOF_BY_READING, 2, 2, NULL}, /* a byte, then all */
    {"hello", "world-kms", PROOF_DIFFERENT, PROOF_BY_READING, 2, 2, "other content"},
    {"big", "big-whole", PROOF_SAME, PROOF_BY_READING, 2, 1, NULL},
    /* by reading both */
    {"hello-parts", "hello-parts-2", PROOF_SAME, PROOF_BY_READING, 2, 2, NULL},
    {"big", "big-cut", PROOF_SAME, PROOF_BY_READING, 2, 1, NULL},
    {"big", "big-flipped", PROOF_DIFFERENT, PROOF_BY_READING, 2, 2, "other content"},
    {"crc-hello", "crc-fake", PROOF_DIFFERENT, PROOF_BY_READING, 2, 2, "other content"},
    {"composite", "composite-2", PROOF_SAME, PROOF_BY_READING, 2, 2, NULL},
    /* not proven */
    {"hello", "denied-kms", PROOF_NONE, PROOF_BY_NOTHING, 2, 1, "the copy cannot be read: Access"},
    {"hello", "hello-owner", PROOF_NONE, PROOF_BY_NOTHING, 2, 0, "the copy is encrypted with"},
    {"hello-parts-2", "glacier-parts", PROOF_NONE, PROOF_BY_NOTHING, 2, 1, "the copy lies in an"},
    {"denied", "hello", PROOF_NONE, PROOF_BY_NOTHING, 2, 1, "the source may not be read: Access D"},
    {"hello", "gone", PROOF_NONE, PROOF_BY_NOTHING, 2, 0, "the copy is not there any more"},
    {"hello", "lost", PROOF_NONE, PROOF_BY_NOTHING, 2, 1, "the copy changed while it was read"},
    {"hello", "own-key", PROOF_NONE, PROOF_BY_NOTHING, 2, 1, "SSE-C"},
    {"hello", "other-size", PROOF_NONE, PROOF_BY_NOTHING, 2, 0, "the copy changed since it was"},
    {"hello", "broken", PROOF_NONE, PROOF_BY_NOTHING, 2, 0, "the copy could not be read: "},
};

static void test_cheapest_proof(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(table); i++) {
        const struct expected *e = &table[i];
        struct proof p = compare(f, e->a, e->b, (struct proof_options){.deep = false});
        if (p.answer != e->answer || p.by != e->by || f->gets != e->gets || f->heads != e->heads ||
            (e->why != NULL && strstr(p.why, e->why) == NULL)) {
            fail_msg("%s and %s: answer %d by %d, %u HEAD, %u GET, %s", e->a, e->b, (int)p.answer,
                     (int)p.by, f->heads, f->gets, p.why ? p.why : "");
        }
        assert_int_equal(p.failed, strcmp(e->b, "broken") == 0);
    }
}

static void test_deep_reads_both(void **state)
{
    static const struct expected deep[] = {
        {"hello", "hello", PROOF_SAME, PROOF_BY_READING, 2, 2, NULL},
        {"hello-parts", "world-parts", PROOF_DIFFERENT, PROOF_BY_READING, 2, 2, "other content"},
        {"hello-kms", "world-kms", PROOF_DIFFERENT, PROOF_BY_READING, 2, 4, "other content"},
        {"big", "big-whole", PROOF_SAME, PROOF_BY_READING, 2, 2, NULL},
        {"big-whole", "big-flipped", PROOF_DIFFERENT, PROOF_BY_READING, 2, 2, "other content"},
        {"hello-damaged", "hello", PROOF_DIFFERENT, PROOF_BY_READING, 2, 1,
         "the source is damaged"},
        {"hello", "glacier-hello", PROOF_NONE, PROOF_BY_NOTHING, 2, 1, "archive"},
        {"hello", "empty", PROOF_DIFFERENT, PROOF_BY_HEADERS, 0, 0, "another size"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(deep); i++) {
        const struct expected *e = &deep[i];
        struct proof p = compare(f, e->a, e->b, (struct proof_options){.deep = true});
        if (p.answer != e->answer || p.by != e->by || f->gets != e->gets || f->heads != e->heads ||
            (e->why != NULL && strstr(p.why, e->why) == NULL)) {
            fail_msg("%s and %s: answer %d by %d, %u HEAD, %u GET, %s", e->a, e->b, (int)p.answer,
                     (int)p.by, f->heads, f->gets, p.why ? p.why : "");
        }
    }
}

static void test_unread(void **state)
{
    struct fixture *f = *state;
    struct proof_options unread = {.unread = true};
    struct proof p = compare(f, "hello", "hello-parts", unread);

    assert_int_equal(p.answer, PROOF_NONE);
    assert_int_equal(f->gets, 0);
    assert_false(p.failed);
    p = compare(f, "hello", "world", unread);
    assert_int_equal(p.answer, PROOF_DIFFERENT);
    p = compare(f, "sum-hello", "sum-hello-2", unread);
    assert_int_equal(p.answer, PROOF_SAME);
}

/* An ETag that is no MD5 proves nothing by being the same elsewhere. */
static void test_strange_etags(void **state)
{
    struct fixture *f = *state;
    struct proof_side a = side_of(f, "hello-parts", NULL), b = side_of(f, "hello-parts-2", NULL);
    struct proof p;

    a.etag = b.etag = "\"1\"";
    assert_int_equal(proof_compare(f->at.cx, &a, &b, &(struct proof_options){.deep = false}, &p),
                     RC_OK);
    assert_int_equal(p.by, PROOF_BY_READING);
    assert_string_equal(p.sha256, SHA_HELLO);
}

static void test_sum(void **state)
{
    struct fixture *f = *state;
    static const struct sum {
        const char *key;
        bool deep;
        enum proof_answer answer;
        unsigned gets;
    } sums[] = {
        {"hello", false, PROOF_SAME, 1},         {"sum-hello", false, PROOF_SAME, 0},
        {"sum-hello", true, PROOF_SAME, 1},      {"composite", false, PROOF_SAME, 1},
        {"denied", false, PROOF_NONE, 1},        {"hello-damaged", false, PROOF_DIFFERENT, 1},
        {"glacier-hello", false, PROOF_NONE, 0},
    };

    for (size_t i = 0; i < COUNT(sums); i++) {
        struct proof_side side = side_of(f, sums[i].key, NULL);
        struct proof p;
        f->gets = 0;
        assert_int_equal(
            proof_sum(f->at.cx, &side, &(struct proof_options){.deep = sums[i].deep}, &p), RC_OK);
        assert_int_equal(p.answer, sums[i].answer);
        assert_int_equal(f->gets, sums[i].gets);
        if (p.answer == PROOF_SAME) {
            assert_string_equal(p.sha256, SHA_HELLO);
        }
    }
}

static void test_interrupted(void **state)
{
    struct fixture *f = *state;
    struct proof_side a = side_of(f, "hello", NULL), b = side_of(f, "broken", NULL);
    struct proof p;

    cancel_raise(f->cancel);
    assert_int_equal(proof_compare(f->at.cx, &a, &b, &(struct proof_options){.deep = false}, &p),
                     RC_FAIL);
    assert_true(f->at.cx->diags.errors > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cheapest_proof, make, unmake),
        cmocka_unit_test_setup_teardown(test_deep_reads_both, make, unmake),
        cmocka_unit_test_setup_teardown(test_unread, make, unmake),
        cmocka_unit_test_setup_teardown(test_strange_etags, make, unmake),
        cmocka_unit_test_setup_teardown(test_sum, make, unmake),
        cmocka_unit_test_setup_teardown(test_interrupted, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
