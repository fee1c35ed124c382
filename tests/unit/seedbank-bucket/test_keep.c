/* What a copy keeps of a version beside its bytes. */
#include "unit.h"

#include "base/ctx.h"
#include "seedbank-bucket/keep.h"
#include "test_clock.h"

#define NOW_MS INT64_C(1795490178000) /* 2026-11-24T03:16:18Z */
#define PAST   "2026-11-24T03:16:17Z"
#define FUTURE "2026-11-25T00:00:00.000Z"
#define OR(x)  ((x) ? (x) : "-")

struct now {
    struct test_clock clock;
    struct ctx *cx;
};

static int begin(void **state)
{
    struct now *n = test_calloc(1, sizeof *n);

    test_clock_init(&n->clock, NOW_MS);
    n->cx = ctx_new(&(struct ctx_options){.clock = &n->clock.clock});
    *state = n;
    return 0;
}

static int end(void **state)
{
    struct now *n = *state;

    ctx_free(n->cx);
    test_free(n);
    return 0;
}

static void test_settings(void **state)
{
    static const struct {
        struct keep_options options;
        struct s3_object_settings had, kept;
    } rows[] = {
        {{0}, {0}, {0}},
        {{0}, {.storage_class = "STANDARD_IA"}, {.storage_class = "STANDARD_IA"}},
        {{0}, {.storage_class = "GLACIER"}, {0}},
        {{.storage_class = "COLD"}, {.storage_class = "GLACIER"}, {.storage_class = "COLD"}},
        {{.storage_class = "COLD"}, {0}, {.storage_class = "COLD"}},
        {{0}, {.legal_hold = "ON"}, {.legal_hold = "ON"}},
        {{0}, {.legal_hold = "OFF"}, {0}},
        {{0}, {.lock_mode = "GOVERNANCE", .retain_until = PAST}, {0}},
        {{0},
         {.lock_mode = "GOVERNANCE", .retain_until = FUTURE},
         {.lock_mode = "GOVERNANCE", .retain_until = FUTURE}},
        {{0}, {.lock_mode = "COMPLIANCE", .retain_until = FUTURE}, {0}},
        {{.keep_compliance = true},
         {.lock_mode = "COMPLIANCE", .retain_until = FUTURE},
         {.lock_mode = "COMPLIANCE", .retain_until = FUTURE}},
        {{0},
         {.encryption = "aws:kms", .kms_key_id = "k", .website_redirect = "/x"},
         {.encryption = "aws:kms", .kms_key_id = "k", .website_redirect = "/x"}},
    };
    struct now *n = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_object_info info = {.settings = rows[i].had};
        struct s3_object_settings k = keep_settings(n->cx, &rows[i].options, &info);
        const struct s3_object_settings *w = &rows[i].kept;
        assert_string_equal(OR(k.storage_class), OR(w->storage_class));
        assert_string_equal(OR(k.legal_hold), OR(w->legal_hold));
        assert_string_equal(OR(k.lock_mode), OR(w->lock_mode));
        assert_string_equal(OR(k.retain_until), OR(w->retain_until));
        assert_string_equal(OR(k.encryption), OR(w->encryption));
        assert_string_equal(OR(k.kms_key_id), OR(w->kms_key_id));
        assert_string_equal(OR(k.website_redirect), OR(w->website_redirect));
    }
}

static void test_what_nobody_can_copy(void **state)
{
    struct s3_object_info info = {.state = S3_OBJECT_PRESENT};

    (void)state;
    assert_null(keep_fault(&info));
    info.settings.storage_class = "GLACIER";
    assert_non_null(keep_fault(&info));
    info.restore = "ongoing-request=\"false\", expiry-date=\"Fri, 27 Nov 2026 00:00:00 GMT\"";
    assert_null(keep_fault(&info));
    info = (struct s3_object_info){.state = S3_OBJECT_NEEDS_KEY};
    assert_non_null(keep_fault(&info));
}

static void test_metadata(void **state)
{
    static const struct http_header ab[] = {{"x-amz-meta-a", "1"}, {"x-amz-meta-b", "2"}};
    static const struct http_header ba[] = {{"X-Amz-Meta-B", "2"}, {"x-amz-meta-a", "1"}};
    static const struct http_header ac[] = {{"x-amz-meta-a", "1"}, {"x-amz-meta-b", "3"}};
    struct s3_object_meta x = {.content_type = "text/plain", .user = ab, .n_user = 2}, y = x;

    (void)state;
    y.user = ba;
    y.content_encoding = "";
    y.expires = "whenever";
    assert_true(keep_same_meta(&x, &y));
    y.user = ac;
    assert_false(keep_same_meta(&x, &y));
    y = x;
    y.n_user = 1;
    assert_false(keep_same_meta(&x, &y));
    y = x;
    y.content_type = "text/html";
    assert_false(keep_same_meta(&x, &y));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_settings, begin, end),
        cmocka_unit_test(test_what_nobody_can_copy),
        cmocka_unit_test(test_metadata),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
