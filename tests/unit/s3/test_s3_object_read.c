/* A version's content, piece by piece: each byte once, in order, whatever happens on the way. */
#include "fixture.h"
#include "s3/s3_object_read.h"

#define ETAG   "\"0cc175b9c0f1b6a831c399e269772661\""
#define DATE   "Last-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"
#define HEAD   "ETag: " ETAG "\r\n" DATE
#define N      40
#define TARGET "/files/k?versionId=v1"

static const char content[N + 1] = "The quick brown fox jumps over a lazy d.";
static const struct s3_object version = {.bucket = "files", .key = "k", .version_id = "v1"};

/* A sink, and the bytes that it was given. */
struct taker {
    struct buf *taken;
    size_t most; /* then it says `then`; 0: any number */
    enum rc then;
};

static enum rc take(struct ctx *cx, void *arg, struct str piece)
{
    struct taker *t = arg;

    assert_true(buf_append(t->taken, piece.p, piece.n));
    if (t->most == 0 || t->taken->len < t->most) {
        return RC_OK;
    }
    return t->then == RC_FAIL ? diag_error(cx, NULL, "The disk is full", "Make room.") : t->then;
}

static enum rc read_with(struct fixture *f, struct s3_client *client, const struct s3_read *read,
                         struct taker *t)
{
    struct s3_object_info info = {.etag = "untouched"};
    enum rc rc;

    t->taken = buf_new(f->cx->arena, (size_t)32 << 20);
    rc = s3_object_read(f->cx, client, read, (struct s3_sink){take, t}, &info);
    if (rc == RC_OK) {
        assert_string_equal(info.etag, ETAG);
        assert_int_equal(info.modified, EPOCH_MS / 1000);
        assert_int_equal(info.part_size, 0);
    } else {
        assert_string_equal(info.etag, "untouched");
    }
    return rc;
}

/* The answer to a request for what is left from there. */
static struct http_server_reply rest(struct fixture *f, size_t first, size_t end)
{
    return (struct http_server_reply){
        .status = 206,
        .headers = arena_printf(f->cx->arena, HEAD "Content-Range: bytes %zu-%zu/%d\r\n", first,
                                end - 1, N),
        .body = content + first,
        .body_len = end - first,
    };
}

static struct http_server_reply whole(void)
{
    return (struct http_server_reply){.headers = HEAD, .body = content};
}

static struct http_server_reply cut(struct http_server_reply reply, size_t after)
{
    reply.fault = HTTP_SERVER_CLOSE;
    reply.where = HTTP_SERVER_IN_BODY;
    reply.after = after;
    return reply;
}

static void expect(struct fixture *f, const char *range, struct http_server_reply reply)
{
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "GET",
            .target = TARGET,
            .expect = {range ? arena_printf(f->cx->arena, "range: bytes=%s", range) : "!range",
                       range && *range != '0' ? "if-match: " ETAG : NULL},
            .reply = reply});
}

static void all_of_it(void **state)
{
    struct fixture *f = *state;
    struct s3_read read = {.from = version, .etag = ETAG};
    struct taker t = {.most = 0};

    http_server_expect(f->server,
                       &(struct http_server_step){.method = "GET",
                                                  .target = TARGET,
                                                  .expect = {"!range", "if-match: " ETAG},
                                                  .reply = whole()});
    assert_int_equal(read_with(f, f->client, &read, &t), RC_OK);
    assert_string_equal(t.taken->data, content);
    read.etag = NULL;
    http_server_expect(f->server, &(struct http_server_step){.expect = {"!range", "!if-match"},
                                                             .reply = {.headers = HEAD}});
    assert_int_equal(read_with(f, f->client, &read, &t), RC_OK);
    assert_int_equal(t.taken->len, 0);
}

static void a_piece_of_it(void **state)
{
    static const struct {
        uint64_t first, n;
        const char *range;
        size_t end;
    } rows[] = {
        {0, 1, "0-0", 1},  {7, 5, "7-11", 12},     {39, 0, "39-", N},  {39, 1, "39-39", N},
        {0, N, "0-39", N}, {30, 100, "30-129", N}, {1, 39, "1-39", N},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_read read = {.from = version, .first = rows[i].first, .n = rows[i].n};
        struct taker t = {.most = 0};
        http_server_expect(
            f->server, &(struct http_server_step){
                           .expect = {arena_printf(f->cx->arena, "range: bytes=%s", rows[i].range)},
                           .reply = rest(f, (size_t)rows[i].first, rows[i].end)});
        assert_int_equal(read_with(f, f->client, &read, &t), RC_OK);
        assert_int_equal(t.taken->len, rows[i].end - rows[i].first);
        assert_memory_equal(t.taken->data, content + rows[i].first, t.taken->len);
    }
}

/* Behind any byte, and once more behind any other. */
static void cut_anywhere(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 2);
    const struct s3_read read = {.from = version};

    for (size_t first = 1; first < N; first++) {
        size_t second = first + 1 + first * 7 % (N - first);
        struct taker t = {.most = 0};
        expect(f, NULL, cut(whole(), first));
        if (second < N) {
            expect(f, arena_printf(f->cx->arena, "%zu-", first),
                   cut(rest(f, first, N), second - first));
        }
        second = second < N ? second : first;
        expect(f, arena_printf(f->cx->arena, "%zu-", second), rest(f, second, N));
        assert_int_equal(read_with(f, patient, &read, &t), RC_OK);
        assert_string_equal(t.taken->data, content);
    }
    assert_null(f->cx->diags.first);
}

/* What the range was at the beginning, is its end after a cut, too. */
static void a_piece_that_is_cut(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_read read = {.from = version, .etag = ETAG, .first = 10, .n = 20};
    struct taker t = {.most = 0};

    expect(f, "10-29", cut(rest(f, 10, 30), 7));
    expect(f, "17-29", rest(f, 17, 30));
    assert_int_equal(read_with(f, patient, &read, &t), RC_OK);
    assert_int_equal(t.taken->len, 20);
    assert_memory_equal(t.taken->data, content + 10, 20);
}

/* A server may give less than was asked for, as long as it says so. */
static void less_than_asked_for(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_read read = {.from = version, .first = 3};
    struct taker t = {.most = 0};

    http_server_expect(f->server, &(struct http_server_step){.expect = {"range: bytes=3-"},
                                                             .reply = rest(f, 3, 20)});
    expect(f, "20-", rest(f, 20, N));
    assert_int_equal(read_with(f, patient, &read, &t), RC_OK);
    assert_string_equal(t.taken->data, content + 3);
}

/* In between, the server is not well: what http tries again is tried again. */
static void other_faults_in_between(void **state)
{
    static const struct http_server_reply faults[] = {
        {.status = 503, .body = S3_ERROR("SlowDown", "")},
        {.status = 500},
        {.fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_IN_HEAD},
    };
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_read read = {.from = version};

    for (size_t i = 0; i < COUNT(faults); i++) {
        struct taker t = {.most = 0};
        expect(f, NULL, faults[i]);
        expect(f, NULL, cut(whole(), 11));
        expect(f, "11-", faults[i]);
        expect(f, "11-", rest(f, 11, N));
        assert_int_equal(read_with(f, patient, &read, &t), RC_OK);
        assert_string_equal(t.taken->data, content);
    }
}

static void tries_end(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 2);
    const struct s3_read read = {.from = version};
    struct taker t = {.most = 0};

    expect(f, NULL, cut(whole(), 1));
    expect(f, "1-", cut(rest(f, 1, N), 1));
    expect(f, "2-", cut(rest(f, 2, N), 1));
    assert_int_equal(read_with(f, patient, &read, &t), RC_FAIL);
    assert_int_equal(t.taken->len, 3);
    assert_diag(f->cx, "Cannot read bytes 2 to 39 of object \"k\" of bucket files: GET ");
    assert_diag(f->cx, "the reply was cut inside its body");
    assert_diag(f->cx, "1 bytes of its body had come of 38");
    diag_clear(f->cx);
    /* And with a client that never tries again, at once. */
    expect(f, NULL, cut(whole(), 5));
    assert_int_equal(read_with(f, f->client, &read, &t), RC_FAIL);
    assert_diag(f->cx, "5 bytes of its body had come of 40");
}

/* With a MiB in between they are counted anew: a large object outlives many cuts. */
static void progress_counts(void **state)
{
    enum { MIB = 1 << 20, CUTS = 8 };
    struct fixture *f = *state;
    struct s3_client *once = fixture_client(f, 1);
    const struct s3_read read = {.from = version};
    struct taker t = {.most = 0};
    char *large = arena_alloc(f->cx->arena, (CUTS + 1) * MIB);

    for (size_t i = 0; i < (CUTS + 1) * MIB; i++) {
        large[i] = (char)(i * 2654435761u >> 13);
    }
    for (size_t i = 0; i <= CUTS; i++) {
        struct http_server_reply reply = {
            .status = i ? 206 : 200,
            .headers = arena_printf(f->cx->arena, HEAD "Content-Range: bytes %zu-%d/%d\r\n",
                                    i * MIB, (CUTS + 1) * MIB - 1, (CUTS + 1) * MIB),
            .body = large + i * MIB,
            .body_len = (CUTS + 1 - i) * MIB};
        expect(f, i ? arena_printf(f->cx->arena, "%zu-", i * MIB) : NULL,
               i < CUTS ? cut(reply, MIB) : reply);
    }
    assert_int_equal(read_with(f, once, &read, &t), RC_OK);
    assert_int_equal(t.taken->len, (CUTS + 1) * MIB);
    assert_memory_equal(t.taken->data, large, t.taken->len);
}

static void it_became_another(void **state)
{
    const struct http_server_reply others[] = {
        {.status = 412, .body = S3_ERROR("PreconditionFailed", "")},
        {.status = 404, .body = S3_ERROR("NoSuchVersion", "")},
        {.status = 416, .body = S3_ERROR("InvalidRange", "")},
        /* Of a server that knows no conditions. */
        {.status = 206,
         .headers = "ETag: \"another\"\r\n" DATE "Content-Range: bytes 9-39/40\r\n",
         .body = content + 9},
        {.status = 206, .headers = HEAD "Content-Range: bytes 9-39/41\r\n", .body = content + 9},
    };
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_read read = {.from = version};

    for (size_t i = 0; i < COUNT(others); i++) {
        struct taker t = {.most = 0};
        expect(f, NULL, cut(whole(), 9));
        expect(f, "9-", others[i]);
        assert_int_equal(read_with(f, patient, &read, &t), RC_CONFLICT);
        assert_int_equal(t.taken->len, 9);
    }
    assert_null(f->cx->diags.first);
}

static void it_is_another_or_gone(void **state)
{
    static const struct {
        struct http_server_reply reply;
        enum rc rc;
    } rows[] = {
        {{.status = 412, .body = S3_ERROR("PreconditionFailed", "")}, RC_CONFLICT},
        {{.headers = "ETag: \"another\"\r\n" DATE, .body = "x"}, RC_CONFLICT},
        {{.status = 404, .body = S3_ERROR("NoSuchVersion", "")}, RC_NOT_FOUND},
        {{.status = 404, .body = S3_ERROR("NoSuchKey", "")}, RC_NOT_FOUND},
        {{.status = 405, .body = S3_ERROR("MethodNotAllowed", "")}, RC_NOT_FOUND},
    };
    struct fixture *f = *state;
    const struct s3_read read = {.from = version, .etag = ETAG};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct taker t = {.most = 0};
        http_server_expect(f->server, &(struct http_server_step){.reply = rows[i].reply});
        assert_int_equal(read_with(f, f->client, &read, &t), rows[i].rc);
        assert_int_equal(t.taken->len, 0);
    }
    assert_null(f->cx->diags.first);
}

/* Bytes that are not those asked for are never handed on. */
static void a_server_that_lies(void **state)
{
    static const struct {
        const char *headers, *body;
        int status;
        const char *says;
    } rows[] = {
        {HEAD "Content-Range: bytes 8-39/40\r\n", "x", 206, "Other bytes"},
        {HEAD "Content-Range: bytes 9-38/40\r\n", "x", 206, "Other bytes"}, /* and not as long */
        {HEAD "Content-Range: bytes 9-40/40\r\n", "x", 206, "Other bytes"},
        {HEAD "Content-Range: bytes 9-5/40\r\n", "x", 206, "Other bytes"},
        {HEAD "Content-Range: what/40\r\n", "x", 206, "Other bytes"},
        {HEAD, "x", 206, ""},
        {HEAD, content, 200, "Other bytes"}, /* it takes no ranges */
        {"ETag: " ETAG "\r\n", content, 206, "lacks an ETag"},
        {DATE, content, 206, "lacks an ETag"},
    };
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_read read = {.from = version};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct taker t = {.most = 0};
        enum rc rc;
        expect(f, NULL, cut(whole(), 9));
        expect(f, "9-",
               (struct http_server_reply){
                   .status = rows[i].status, .headers = rows[i].headers, .body = rows[i].body});
        rc = read_with(f, patient, &read, &t);
        assert_int_equal(rc, *rows[i].says ? RC_FAIL : RC_CONFLICT);
        assert_int_equal(t.taken->len, 9);
        if (*rows[i].says) {
            assert_diag(f->cx, rows[i].says);
        }
        diag_clear(f->cx);
    }
}

static void beyond_its_end(void **state)
{
    struct fixture *f = *state;
    const struct s3_read read = {.from = version, .first = 50};
    struct taker t = {.most = 0};

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .expect = {"range: bytes=50-"},
                           .reply = {.status = 416, .body = S3_ERROR("InvalidRange", "too far")}});
    assert_int_equal(read_with(f, f->client, &read, &t), RC_FAIL);
    assert_diag(f->cx, "InvalidRange");
}

/* What the sink says is the result, and nothing is asked for again. */
static void a_sink_that_is_full(void **state)
{
    static const enum rc all[] = {RC_FAIL, RC_CONFLICT, RC_NOT_FOUND};
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 3);
    const struct s3_read read = {.from = version};

    for (size_t i = 0; i < COUNT(all); i++) {
        struct taker t = {.most = 1, .then = all[i]};
        expect(f, NULL, whole());
        assert_int_equal(read_with(f, patient, &read, &t), all[i]);
        assert_int_equal(f->cx->diags.errors, 1);
        assert_string_equal(f->cx->diags.first->summary, "The disk is full");
    }
}

static void a_stall_is_gone_on_from(void **state)
{
    struct fixture *f = *state;
    struct s3_client *hasty;
    const struct s3_read read = {.from = version};
    struct taker t = {.most = 0};
    struct http_server_reply stalled = cut(whole(), 13);

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(f->server),
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET,
                                                        .max_retries = 1,
                                                        .request_timeout_ms = 400},
                                   &hasty),
                     RC_OK);
    stalled.fault = HTTP_SERVER_STALL;
    expect(f, NULL, stalled);
    expect(f, "13-", rest(f, 13, N));
    assert_int_equal(read_with(f, hasty, &read, &t), RC_OK);
    assert_string_equal(t.taken->data, content);
}

/* The keys run out in the middle, and there are no fresh ones. */
static void keys_that_run_out(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_read read = {.from = version};
    struct taker t = {.most = 0};

    expect(f, NULL, cut(whole(), 9));
    expect(f, "9-",
           (struct http_server_reply){.status = 400, .body = S3_ERROR("ExpiredToken", "")});
    assert_int_equal(read_with(f, patient, &read, &t), RC_FAIL);
    assert_diag(f->cx, "ExpiredToken");
}

static void patience_ends(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    const struct s3_read read = {.from = version};
    struct taker t = {.most = 0};

    f->cx->patience_end_ms = 1;
    f->clock.monotonic_ms = 1;
    expect(f, NULL, cut(whole(), 9));
    assert_int_equal(read_with(f, patient, &read, &t), RC_FAIL);
    assert_diag(f->cx, "9 bytes of its body had come of 40");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_it),           TEST(a_piece_of_it),
        TEST(cut_anywhere),        TEST(a_piece_that_is_cut),
        TEST(less_than_asked_for), TEST(other_faults_in_between),
        TEST(tries_end),           TEST(progress_counts),
        TEST(it_became_another),   TEST(it_is_another_or_gone),
        TEST(a_server_that_lies),  TEST(beyond_its_end),
        TEST(a_sink_that_is_full), TEST(a_stall_is_gone_on_from),
        TEST(keys_that_run_out),   TEST(patience_ends),
    };

    return cmocka_run_group_tests_name("s3_object_read", tests, NULL, NULL);
}
