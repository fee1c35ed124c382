/* One version carried from a bucket to another one, on a server that does what healthy ones do not.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "seedbank-bucket/ferry.h"

#define ETAG_A      "\"5d41402abc4b2a76b9719d911017c592\"" /* of "hello" */
#define ETAG_B      "\"7d793037a0760186574b0282f2f435e7\"" /* of "world" */
#define ETAG_K      "\"0123456789abcdef0123456789abcdef\"" /* of KMS: tells nothing */
#define ERROR(code) "<Error><Code>" code "</Code><Message>no</Message></Error>"
#define MAX_HEADERS 1024

/* What the server is to do, and what it was asked. */
struct world {
    struct place at;
    struct ferry *ferry;

    const char *head_extra; /* headers of the source's HEAD; "" : none */
    int head_status;        /* of the source; 0: 200 */
    int overwritten_after;  /* HEADs of the source: then it is "world"; 0: never */
    const char *there;      /* ETag that the destination's key shows; NULL: 404 */
    int copy_status;        /* of CopyObject; 0: it is done */
    const char *copy_code;
    const char *hates; /* a header of a PUT that is refused, with `hate_status` */
    int hate_status;
    const char *hate_code;
    const char *put_etag; /* of what a PUT makes; NULL: that of the content */
    const char *put_headers;

    pthread_mutex_t lock;
    int heads, gets, puts, copies, tag_gets;
    char last_put[2048]; /* its head */
};

static bool is_now_b(const struct world *w)
{
    return w->overwritten_after > 0 && w->heads > w->overwritten_after;
}

static void head_source(struct world *w, const struct http_server_request *r,
                        struct http_server_reply *reply)
{
    bool b = is_now_b(w);

    reply->status = w->head_status ? w->head_status : 200;
    reply->headers =
        arena_printf(r->arena, "ETag: %s\r\nLast-Modified: Sun, 30 Aug 2015 12:3%d:00 GMT\r\n%s%s",
                     b ? ETAG_B : ETAG_A, b ? 7 : 6, w->head_extra,
                     strcmp(r->method, "HEAD") == 0 ? "Content-Length: 5\r\n" : "");
    reply->body = strcmp(r->method, "GET") == 0 ? (b ? "world" : "hello") : NULL;
}

static void head_destination(const struct world *w, const struct http_server_request *r,
                             struct http_server_reply *reply)
{
    if (w->there == NULL) {
        reply->status = 404;
        return;
    }
    reply->status = 200;
    reply->headers = arena_printf(
        r->arena,
        "ETag: %s\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\nContent-Length: 5\r\n",
        w->there);
}

static void answer_copy(struct world *w, struct http_server_reply *reply)
{
    w->copies++;
    reply->status = 200;
    reply->body = "<CopyObjectResult><ETag>" ETAG_A "</ETag></CopyObjectResult>";
    if (w->copy_status != 0) {
        reply->status = w->copy_status;
        reply->body = w->copy_code;
    }
}

static void answer_put(struct world *w, const struct http_server_request *r,
                       struct http_server_reply *reply)
{
    w->puts++;
    snprintf(w->last_put, sizeof w->last_put, "%s", r->head);
    if (w->hates != NULL && http_server_header(r, w->hates) != NULL) {
        reply->status = w->hate_status;
        reply->body = w->hate_code;
        return;
    }
    reply->status = 200;
    reply->headers = arena_printf(r->arena, "ETag: %s\r\n%s",
                                  w->put_etag                     ? w->put_etag
                                  : strcmp(r->body, "world") == 0 ? ETAG_B
                                                                  : ETAG_A,
                                  w->put_headers ? w->put_headers : "");
}

static bool answer(void *arg, const struct http_server_request *r, struct http_server_reply *reply)
{
    struct world *w = arg;
    bool source = strncmp(r->target, "/src/", 5) == 0;

    *reply = (struct http_server_reply){.status = 500};
    pthread_mutex_lock(&w->lock);
    if (strstr(r->target, "?tagging") != NULL) {
        w->tag_gets++;
        reply->status = 200;
        reply->body = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    } else if (strcmp(r->method, "PUT") == 0) {
        if (http_server_header(r, "x-amz-copy-source") != NULL) {
            answer_copy(w, reply);
        } else {
            answer_put(w, r, reply);
        }
    } else if (source) {
        *(strcmp(r->method, "GET") == 0 ? &w->gets : &w->heads) += 1;
        head_source(w, r, reply);
    } else {
        head_destination(w, r, reply);
    }
    pthread_mutex_unlock(&w->lock);
    return true;
}

static int begin(void **state)
{
    struct world *w = test_calloc(1, sizeof *w);

    w->head_extra = "";
    pthread_mutex_init(&w->lock, NULL);
    place_begin(&w->at, &(struct http_server_options){.handler = answer, .handler_arg = w}, NULL);
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;

    place_end(&w->at);
    pthread_mutex_destroy(&w->lock);
    test_free(w);
    return 0;
}

static void make(struct world *w, bool one_server)
{
    struct ferry_options o = {.from = w->at.target, .to = w->at.target, .one_server = one_server};

    o.from.bucket = "src";
    o.to.bucket = "dst";
    w->ferry = ferry_new(w->at.cx->arena, &o);
}

/* Over an object of that ETag; NULL: where nothing is. Nothing is said but in the result. */
static struct ferry_result carry(struct world *w, const char *there)
{
    const struct ferry_load load = {.key = "k", .to_key = "k", .there = there};
    struct ferry_result r = ferry_carry(w->at.cx, w->ferry, &load);

    assert_null(w->at.cx->diags.first);
    assert_true((r.outcome == FERRY_DONE) == (r.why == NULL));
    return r;
}

static bool sent(const struct world *w, const char *header)
{
    return strcasestr(w->last_put, header) != NULL;
}

static void the_server_copies_by_itself(void **state)
{
    struct world *w = *state;
    struct ferry_result r;

    make(w, true);
    for (int i = 1; i < 4; i++) {
        r = carry(w, NULL);
        assert_int_equal(r.outcome, FERRY_DONE);
        assert_true(r.proven && !r.streamed);
        assert_int_equal(r.size, 5);
        assert_int_equal(w->copies, i);
    }
    assert_int_equal(w->gets + w->puts, 0);
    assert_null(ferry_why_streamed(w->ferry));
}

static void a_server_that_refuses_is_asked_once(void **state)
{
    static const struct {
        int status;
        const char *code;
    } rows[] = {
        {501, ERROR("NotImplemented")},
        {403, ERROR("AccessDenied")},
        {400, ERROR("InvalidRequest")},
        {404, ERROR("NotFound")},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        w->copies = w->puts = 0;
        w->copy_status = rows[i].status;
        w->copy_code = rows[i].code;
        make(w, true);
        for (int k = 1; k < 4; k++) {
            struct ferry_result r = carry(w, NULL);
            assert_int_equal(r.outcome, FERRY_DONE);
            assert_true(r.proven && r.streamed);
            assert_int_equal(w->puts, k);
        }
        assert_int_equal(w->copies, 1);
        assert_non_null(strstr(ferry_why_streamed(w->ferry), "was answered with HTTP"));
    }
}

static void trouble_is_no_refusal(void **state)
{
    struct world *w = *state;
    struct ferry_result r;

    w->copy_status = 503;
    w->copy_code = ERROR("SlowDown");
    make(w, true);
    r = carry(w, NULL);
    assert_int_equal(r.outcome, FERRY_FAILED);
    assert_non_null(strstr(r.why, "SlowDown"));
    assert_int_equal(w->puts, 0);
    w->copy_status = 0;
    assert_int_equal(carry(w, NULL).outcome, FERRY_DONE);
    assert_int_equal(w->puts, 0);
    assert_int_equal(w->copies, 2);
}

static void what_cannot_be_held_is_left_out_and_named(void **state)
{
    static const struct {
        const char *has, *hates, *lost;
        int status;
        const char *code;
        bool learned;
    } rows[] = {
        {"x-amz-tagging-count: 1\r\n", "x-amz-tagging", "tags", 501, ERROR("NotImplemented"), true},
        {"x-amz-tagging-count: 1\r\n", "x-amz-tagging", "tags", 403, ERROR("AccessDenied"), false},
        {"x-amz-object-lock-legal-hold: ON\r\n", "x-amz-object-lock-legal-hold",
         "retention and legal hold", 400, ERROR("InvalidRequest"), false},
        {"x-amz-storage-class: STANDARD_IA\r\n", "x-amz-storage-class", "storage class", 400,
         ERROR("InvalidStorageClass"), false},
        {"x-amz-server-side-encryption: AES256\r\n", "x-amz-server-side-encryption", "encryption",
         501, ERROR("NotImplemented"), true},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        w->puts = 0;
        w->head_extra = rows[i].has;
        w->hates = rows[i].hates;
        w->hate_status = rows[i].status;
        w->hate_code = rows[i].code;
        make(w, false);
        for (int k = 1; k < 3; k++) {
            struct ferry_result r = carry(w, NULL);
            assert_int_equal(r.outcome, FERRY_DONE);
            assert_string_equal(r.lost, rows[i].lost);
            assert_false(sent(w, rows[i].hates));
        }
        assert_int_equal(w->puts, rows[i].learned ? 3 : 4);
    }
}

/* The other things stay, of two that the source has. */
static void nothing_else_is_left_out(void **state)
{
    struct world *w = *state;
    struct ferry_result r;

    w->head_extra = "x-amz-tagging-count: 1\r\nx-amz-storage-class: STANDARD_IA\r\n"
                    "Content-Type: text/rich\r\nx-amz-meta-a: b\r\n";
    w->hates = "x-amz-storage-class";
    w->hate_status = 400;
    w->hate_code = ERROR("InvalidStorageClass");
    make(w, false);
    r = carry(w, NULL);
    assert_int_equal(r.outcome, FERRY_DONE);
    assert_string_equal(r.lost, "storage class");
    assert_true(sent(w, "x-amz-tagging: a=1"));
    assert_true(sent(w, "x-amz-meta-a: b"));
    assert_true(sent(w, "text/rich"));
    w->head_extra = "x-amz-server-side-encryption: aws:kms\r\n"
                    "x-amz-server-side-encryption-aws-kms-key-id: arn:key\r\n";
    w->put_etag = ETAG_K;
    r = carry(w, NULL);
    assert_int_equal(r.outcome, FERRY_DONE);
    assert_string_equal(r.lost, "its key of KMS");
    assert_true(sent(w, "aws:kms") && !sent(w, "arn:key"));
}

static void a_refusal_that_nothing_explains_is_told(void **state)
{
    struct world *w = *state;
    struct ferry_result r;

    w->head_extra = "x-amz-tagging-count: 1\r\n";
    w->hates = "Content-MD5";
    w->hate_status = 403;
    w->hate_code = ERROR("AccessDenied");
    make(w, false);
    r = carry(w, NULL);
    assert_int_equal(r.outcome, FERRY_FAILED);
    assert_non_null(strstr(r.why, "AccessDenied"));
    assert_int_equal(w->puts, 2);
    /* 503 is no refusal: nothing is left out because of it. */
    w->puts = 0;
    w->hate_status = 503;
    w->hate_code = ERROR("SlowDown");
    assert_int_equal(carry(w, NULL).outcome, FERRY_FAILED);
    assert_int_equal(w->puts, 1);
}

static void what_others_wrote_stays(void **state)
{
    struct world *w = *state;
    struct ferry_result r;

    w->hates = "If-None-Match";
    w->hate_status = 412;
    w->hate_code = ERROR("PreconditionFailed");
    w->there = ETAG_B;
    make(w, false);
    r = carry(w, NULL);
    assert_int_equal(r.outcome, FERRY_CHANGED);
    assert_int_equal(w->puts, 1);
    /* The same content: ours, whose answer was lost. */
    w->there = ETAG_A;
    r = carry(w, NULL);
    assert_int_equal(r.outcome, FERRY_DONE);
    assert_true(r.proven);
    /* A server that counts a delete marker for something. */
    w->there = NULL;
    assert_int_equal(carry(w, NULL).outcome, FERRY_DONE);
    assert_false(sent(w, "If-None-Match"));
    /* Over what is known to be there. */
    w->hates = "If-Match";
    w->there = ETAG_K;
    make(w, false);
    assert_int_equal(carry(w, ETAG_B).outcome, FERRY_CHANGED);
}

static void an_overwrite_meanwhile_is_noticed(void **state)
{
    struct world *w = *state;
    struct ferry_result r;

    w->put_etag = ETAG_K;
    w->overwritten_after = 1;
    make(w, false);
    r = carry(w, NULL);
    assert_int_equal(r.outcome, FERRY_DONE);
    assert_int_equal(w->puts, 2);
    assert_true(sent(w, "If-Match: " ETAG_K)); /* over the first one */
    assert_int_equal(w->heads, 4);             /* each time before and after */
    assert_false(r.proven);
}

static void what_nobody_can_copy(void **state)
{
    struct world *w = *state;

    make(w, false);
    w->head_extra = "x-amz-storage-class: GLACIER\r\n";
    assert_int_equal(carry(w, NULL).outcome, FERRY_REFUSED);
    w->head_extra = "";
    w->head_status = 404;
    assert_int_equal(carry(w, NULL).outcome, FERRY_GONE);
    w->head_status = 403;
    assert_int_equal(carry(w, NULL).outcome, FERRY_FAILED);
    assert_int_equal(w->puts + w->copies, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    static const struct CMUnitTest tests[] = {
        TEST(the_server_copies_by_itself), TEST(a_server_that_refuses_is_asked_once),
        TEST(trouble_is_no_refusal),       TEST(what_cannot_be_held_is_left_out_and_named),
        TEST(nothing_else_is_left_out),    TEST(a_refusal_that_nothing_explains_is_told),
        TEST(what_others_wrote_stays),     TEST(an_overwrite_meanwhile_is_noticed),
        TEST(what_nobody_can_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
