/* Many versions asked at once come out in order, with what was found. */
#include "fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "seedbank-bucket/reach.h"

#define MANY 1500

#define HEADERS                                                                                    \
    "Content-Length: 7\r\nETag: \"e\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"
#define KMS(key)                                                                                   \
    HEADERS "x-amz-server-side-encryption: aws:kms\r\n"                                            \
            "x-amz-server-side-encryption-aws-kms-key-id: " key "\r\n"
#define ERROR(code, message) "<Error><Code>" code "</Code><Message>" message "</Message></Error>"

struct fixture {
    struct place at;
    struct cancel *cancel;
    atomic_uint peeks; /* GETs */
    atomic_uint heads;
    bool slow;

    /* What came out. */
    size_t n;
    enum step_kind kinds[MANY];
    char why[256]; /* of the last one that has one */
    enum rc answer;
};

/* By what the key is called. */
static const struct row {
    const char *key;
    int head;
    const char *headers;
    int get;
    const char *body;
} rows[] = {
    {"/fine", 200, HEADERS, 0, NULL},
    {"/glacier", 200, HEADERS "x-amz-storage-class: GLACIER\r\n", 0, NULL},
    {"/restored", 200,
     HEADERS "x-amz-storage-class: GLACIER\r\nx-amz-restore: ongoing-request=\"false\", "
             "expiry-date=\"Fri, 21 Dec 2040 00:00:00 GMT\"\r\n",
     0, NULL},
    {"/tiering", 200,
     HEADERS "x-amz-storage-class: INTELLIGENT_TIERING\r\nx-amz-archive-status: ARCHIVE_ACCESS\r\n",
     0, NULL},
    {"/own-key", 400, NULL, 400,
     ERROR("InvalidRequest",
           "The object was stored using a form of Server Side Encryption. The correct parameters "
           "must be provided to retrieve the object.")},
    {"/denied", 403, NULL, 403, ERROR("AccessDenied", "Access Denied")},
    {"/expired", 403, NULL, 403, ERROR("InvalidAccessKeyId", "That key does not exist")},
    {"/gone", 404, NULL, 404, ERROR("NoSuchVersion", "no")},
    {"/marker", 405, "x-amz-delete-marker: true\r\n", 405, ERROR("MethodNotAllowed", "no")},
    {"/kms-good", 200, KMS("good"), 206, "x"},
    {"/kms-bad", 200, KMS("bad"), 403, ERROR("AccessDenied", "kms:Decrypt is missing")},
    {"/broken", 500, NULL, 500, ERROR("InternalError", "no")},
};

static bool handle(void *arg, const struct http_server_request *request,
                   struct http_server_reply *ret_reply)
{
    struct fixture *f = arg;
    bool head = strcmp(request->method, "HEAD") == 0;

    if (f->slow) {
        usleep(2000);
    }
    atomic_fetch_add(head ? &f->heads : &f->peeks, 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strstr(request->target, rows[i].key) != NULL) {
            *ret_reply = (struct http_server_reply){
                .status = head ? rows[i].head : rows[i].get,
                .headers = head ? rows[i].headers : NULL,
                .body = head ? NULL : rows[i].body,
            };
            return head || rows[i].get != 0;
        }
    }
    return false;
}

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

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
    test_free(f);
    return 0;
}

static enum rc take(struct ctx *cx, void *arg, const struct step *step)
{
    struct fixture *f = arg;

    (void)cx;
    assert_int_equal(step->size, f->n); /* the order in which they went in */
    f->kinds[f->n++] = step->kind;
    if (step->why != NULL) {
        snprintf(f->why, sizeof f->why, "%s", step->why);
    }
    return f->answer;
}

static struct reach *reach_of(struct fixture *f, bool ask)
{
    f->n = 0;
    return reach_new(f->at.cx, &(struct reach_options){
                                   .target = f->at.target, .ask = ask, .take = take, .arg = f});
}

static struct step step_of(struct arena *a, const char *key, size_t i)
{
    static const char *newer[] = {"m"};

    return (struct step){.kind = STEP_COPY,
                         .key = arena_printf(a, "%s-%zu", key, i),
                         .latest = "l",
                         .version = "v",
                         .etag = "\"e\"",
                         .modified = "2026-11-24T03:16:18Z",
                         .size = i,
                         .storage_class = "STANDARD",
                         .newer = newer};
}

static void test_order_is_kept(void **state)
{
    struct fixture *f = *state;
    struct reach *r = reach_of(f, true);

    for (size_t i = 0; i < MANY; i++) {
        struct arena_mark mark = arena_mark(f->at.cx->arena);
        struct step s = step_of(f->at.cx->arena, i % 7 == 0 ? "glacier" : "fine", i);
        if (i % 3 == 0) {
            s.kind = STEP_REVEAL;
            s.n_newer = 1;
        }
        assert_int_equal(reach_give(f->at.cx, r, &s), RC_OK);
        arena_rewind(f->at.cx->arena, mark); /* as the listing does with each page */
    }
    assert_int_equal(reach_end(f->at.cx, r, RC_OK), RC_OK);
    assert_int_equal(f->n, MANY);
    for (size_t i = 0; i < MANY; i++) {
        enum step_kind copied = i % 7 == 0 ? STEP_UNREACHABLE : STEP_COPY;
        assert_int_equal(f->kinds[i], i % 3 == 0 ? STEP_REVEAL : copied);
    }
    assert_int_equal(atomic_load(&f->heads), MANY - MANY / 3);
}

static void test_what_each_answer_means(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *key, *why; /* NULL: it can be copied */
    } cases[] = {
        {"fine", NULL},
        {"restored", NULL},
        {"kms-good", NULL},
        {"glacier", "archive class GLACIER"},
        {"tiering", "archive class ARCHIVE_ACCESS"},
        {"own-key", "SSE-C"},
        {"denied", "s3:GetObjectVersion (Access Denied"},
        {"gone", "gone since"},
        {"marker", "gone since"},
        {"kms-bad", "KMS key bad: kms:Decrypt is missing"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reach *r = reach_of(f, true);
        struct step s = step_of(f->at.cx->arena, cases[i].key, 0);
        f->why[0] = '\0';
        assert_int_equal(reach_give(f->at.cx, r, &s), RC_OK);
        assert_int_equal(reach_end(f->at.cx, r, RC_OK), RC_OK);
        assert_int_equal(f->n, 1);
        assert_int_equal(f->kinds[0], cases[i].why ? STEP_UNREACHABLE : STEP_COPY);
        if (strstr(f->why, cases[i].why ? cases[i].why : "") == NULL) {
            fail_msg("%s: %s", cases[i].key, f->why);
        }
    }
    assert_int_equal(f->at.cx->diags.errors, 0);
}

static void test_a_key_of_kms_is_asked_once(void **state)
{
    struct fixture *f = *state;
    struct reach *r = reach_of(f, true);

    for (size_t i = 0; i < 200; i++) {
        struct step s = step_of(f->at.cx->arena, i % 2 ? "kms-good" : "kms-bad", i);
        assert_int_equal(reach_give(f->at.cx, r, &s), RC_OK);
    }
    assert_int_equal(reach_end(f->at.cx, r, RC_OK), RC_OK);
    assert_int_equal(atomic_load(&f->peeks), 2);
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(f->kinds[i], i % 2 ? STEP_COPY : STEP_UNREACHABLE);
    }
}

static void test_without_asking_the_listing_is_believed(void **state)
{
    struct fixture *f = *state;
    struct reach *r = reach_of(f, false);
    struct step s = step_of(f->at.cx->arena, "fine", 0), cold = step_of(f->at.cx->arena, "fine", 1);

    cold.storage_class = "DEEP_ARCHIVE";
    assert_int_equal(reach_give(f->at.cx, r, &s), RC_OK);
    assert_int_equal(reach_give(f->at.cx, r, &cold), RC_OK);
    assert_int_equal(f->n, 2); /* nothing waits */
    assert_int_equal(reach_end(f->at.cx, r, RC_OK), RC_OK);
    assert_int_equal(f->kinds[0], STEP_COPY);
    assert_int_equal(f->kinds[1], STEP_UNREACHABLE);
    assert_int_equal(atomic_load(&f->heads), 0);
}

/* ---- When it goes wrong ---------------------------------------------------------------------- */

static void gives_up(struct fixture *f, const char *key)
{
    struct reach *r = reach_of(f, true);
    enum rc rc = RC_OK;

    for (size_t i = 0; i < MANY && rc == RC_OK; i++) {
        struct step s = step_of(f->at.cx->arena, i == 400 ? key : "fine", i);
        rc = reach_give(f->at.cx, r, &s);
    }
    assert_int_equal(reach_end(f->at.cx, r, rc), RC_FAIL);
    assert_true(f->n <= 400);
    assert_int_equal(f->at.cx->diags.errors, 1);
}

static void test_trouble_ends_it(void **state)
{
    gives_up(*state, "broken");
    assert_diag(((struct fixture *)*state)->at.cx, "HTTP 500");
}

static void test_wrong_credentials_end_it(void **state)
{
    gives_up(*state, "expired");
    assert_diag(((struct fixture *)*state)->at.cx, "InvalidAccessKeyId");
}

static void test_who_takes_may_refuse(void **state)
{
    struct fixture *f = *state;
    struct reach *r = reach_of(f, true);
    enum rc rc = RC_OK;

    f->answer = RC_CONFLICT;
    for (size_t i = 0; i < MANY && rc == RC_OK; i++) {
        struct step s = step_of(f->at.cx->arena, "fine", i);
        rc = reach_give(f->at.cx, r, &s);
    }
    assert_int_equal(reach_end(f->at.cx, r, rc), RC_CONFLICT);
    assert_int_equal(f->n, 1);
    assert_int_equal(f->at.cx->diags.errors, 0);
}

static void test_a_listing_that_failed_keeps_its_message(void **state)
{
    struct fixture *f = *state;
    struct reach *r = reach_of(f, true);

    for (size_t i = 0; i < 100; i++) {
        struct step s = step_of(f->at.cx->arena, "fine", i);
        assert_int_equal(reach_give(f->at.cx, r, &s), RC_OK);
    }
    assert_int_equal(reach_end(f->at.cx, r, diag_error(f->at.cx, NULL, "the listing", "broke")),
                     RC_FAIL);
    assert_int_equal(f->at.cx->diags.errors, 1);
    assert_diag(f->at.cx, "the listing");
}

static void test_interrupted(void **state)
{
    struct fixture *f = *state;
    struct reach *r = reach_of(f, true);
    enum rc rc = RC_OK;

    f->slow = true;
    for (size_t i = 0; i < MANY && rc == RC_OK; i++) {
        struct step s = step_of(f->at.cx->arena, "fine", i);
        rc = reach_give(f->at.cx, r, &s);
        if (i == 300) {
            cancel_raise(f->cancel);
        }
    }
    assert_int_equal(reach_end(f->at.cx, r, rc), RC_FAIL);
    assert_true(f->n < MANY);
    assert_diag(f->at.cx, "interrupted");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(test_order_is_kept),
        TEST(test_what_each_answer_means),
        TEST(test_a_key_of_kms_is_asked_once),
        TEST(test_without_asking_the_listing_is_believed),
        TEST(test_trouble_ends_it),
        TEST(test_wrong_credentials_end_it),
        TEST(test_who_takes_may_refuse),
        TEST(test_a_listing_that_failed_keeps_its_message),
        TEST(test_interrupted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
