/* Whether what lies at the destination is what the source has. */
#include "fixture.h"

#include <string.h>

#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/moment.h"

#define A     "\"5d41402abc4b2a76b9719d911017c592\""
#define B     "\"7d793037a0760186574b0282f2f435e7\""
#define PARTS "\"5d41402abc4b2a76b9719d911017c592-2\""
#define S     MOMENT_SECOND

/* Of a version as old as the first second is, and its copy. */
struct row {
    const char *from, *to;
    uint64_t from_size, to_size;
    int64_t after; /* seconds from the source's version to the destination's */
    enum copy_answer answer;
};

static struct copy_pair pair_of(const struct row *r)
{
    return (struct copy_pair){
        .name = "k",
        .from = {.etag = r->from, .size = r->from_size, .modified = 1000000 * S},
        .to = {.etag = r->to, .size = r->to_size, .modified = (1000000 + r->after) * S},
    };
}

static void by_the_listings(void **state)
{
    static const struct row rows[] = {
        {A, A, 5, 5, 60, COPY_IS_SAME},   {PARTS, PARTS, 5, 5, 60, COPY_IS_SAME},
        {A, A, 5, 5, 0, COPY_ASK},   /* with other metadata, perhaps */
        {A, A, 5, 5, -60, COPY_ASK}, /* the same */
        {A, A, 5, 6, 60, COPY_IS_OTHER},  {A, B, 5, 6, 60, COPY_IS_OTHER},
        {A, B, 5, 5, -60, COPY_IS_OTHER}, {A, B, 5, 5, 60, COPY_ASK},
        {A, PARTS, 5, 5, 60, COPY_ASK},   {"", "", 5, 5, 60, COPY_ASK},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct copy_pair pair = pair_of(&rows[i]);
        assert_int_equal(copy_judge(&pair), rows[i].answer);
    }
}

static void larger_ones_take_longer(void **state)
{
    (void)state;
    assert_int_equal(copy_judge_margin(0), 60 * S);
    assert_int_equal(copy_judge_margin(60 << 20), (60 + 240) * S);
    assert_true(copy_judge_margin(UINT64_C(5) << 40) > 0);
}

/* ---- With two HEADs -------------------------------------------------------------------------- */

struct heads {
    struct place at;
    const char *from, *to; /* headers */
};

static bool answer(void *arg, const struct http_server_request *r, struct http_server_reply *reply)
{
    const struct heads *h = arg;
    bool source = strncmp(r->target, "/src/", 5) == 0;

    *reply = (struct http_server_reply){
        .status = 200,
        .headers = arena_printf(
            r->arena, "Content-Length: 5\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n%s",
            source ? h->from : h->to)};
    return strcmp(r->method, "HEAD") == 0;
}

static void by_what_the_servers_say(void **state)
{
#define MD5(etag) "ETag: " etag "\r\n"
#define KMS(etag) MD5(etag) "x-amz-server-side-encryption: aws:kms\r\n"
#define SUM(sum)  "x-amz-checksum-sha256: " sum "\r\nx-amz-checksum-type: FULL_OBJECT\r\n"
#define SUM_A     SUM("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")
#define SUM_B     SUM("SG6kYiTRu0+2gPNPfJrZaoyRK3QbYNn60TG49pBtpfw=")
    static const struct {
        struct row row;
        const char *from, *to;
        bool same, by_time;
    } rows[] = {
        /* Other metadata, though no other content. */
        {{A, A, 5, 5, -60, 0}, MD5(A), MD5(A), true, false},
        {{A, A, 5, 5, -60, 0}, MD5(A) "Content-Type: a/b\r\n", MD5(A), false, false},
        {{A, A, 5, 5, -60, 0}, MD5(A) "x-amz-meta-a: b\r\n", MD5(A), false, false},
        {{A, A, 5, 5, -60, 0}, MD5(A) "x-amz-tagging-count: 1\r\n", MD5(A), false, false},
        /* Proven to be another, however new. */
        {{A, B, 5, 5, 1000, 0}, MD5(A), MD5(B), false, false},
        {{A, B, 5, 5, 1000, 0}, KMS(A) SUM_A, KMS(B) SUM_B, false, false},
        /* Proven to be the same. */
        {{A, B, 5, 5, 1000, 0}, KMS(A) SUM_A, KMS(B) SUM_A, true, false},
        /* Nothing but the times tells. */
        {{A, B, 5, 5, 1000, 0}, MD5(A), KMS(B), true, true},
        {{A, PARTS, 5, 5, 1000, 0}, MD5(A), MD5(PARTS), true, true},
        {{A, B, 5, 5, 59, 0}, MD5(A), KMS(B), false, false}, /* it may have been read before */
    };
    struct heads h = {.from = NULL};
    struct copy copy = {.from_place = {"src", ""}, .to_place = {"dst", ""}};

    (void)state;
    place_begin(&h.at, &(struct http_server_options){.handler = answer, .handler_arg = &h}, NULL);
    copy.from = copy.to = h.at.target;
    copy.from.bucket = "src";
    copy.to.bucket = "dst";
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct copy_pair pair = pair_of(&rows[i].row);
        bool same = false, by_time = false;
        h.from = rows[i].from;
        h.to = rows[i].to;
        assert_int_equal(copy_judge_look(h.at.cx, &copy, &pair, &same, &by_time), RC_OK);
        assert_int_equal(same, rows[i].same);
        assert_int_equal(by_time, rows[i].by_time);
    }
    place_end(&h.at);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_the_listings),
        cmocka_unit_test(larger_ones_take_longer),
        cmocka_unit_test(by_what_the_servers_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
