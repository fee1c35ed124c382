/* The command verify on two buckets of a server that does not always do what servers should: what
 * is told, in which order, and the exit code. */
#include "fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "seedbank-bucket/verify.h"

#define MANY  300
#define MAX   (2 * MANY + 8)
#define PARTS "22222222222222222222222222222222-1"
#define OTHER "33333333333333333333333333333333-2"
#define NOW   "Sun, 30 Aug 2015 12:36:00 GMT"
#define AT    "2015-08-30T11:36:00.000Z" /* an hour before */

struct object {
    const char *bucket, *key, *etag, *body, *modified;
    int status; /* of GET and HEAD; 0: it is had */
    const char *headers, *tags;
    int tag_status; /* of GET of its tags; 0: it is had */
};

struct fixture {
    struct place at;
    struct cancel *cancel;
    struct cli cli;
    struct object objects[MAX];
    size_t n;
    const char *page; /* instead of a listing of the bucket "copy"; NULL: none */
    int page_status;
    atomic_uint gets;
    char *said;
    size_t said_n;
    struct verify verify;
};

/* ---- The server ------------------------------------------------------------------------------ */

static const char *list(const struct fixture *f, struct arena *a, const char *bucket)
{
    struct buf *page = buf_new(a, (size_t)1 << 20);

    buf_puts(page, "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (size_t i = 0; i < f->n; i++) {
        const struct object *o = &f->objects[i];
        if (strcmp(o->bucket, bucket) == 0) {
            buf_printf(page,
                       "<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>\"%s\"</ETag>"
                       "<Size>%zu</Size></Contents>",
                       o->key, o->modified, o->etag, strlen(o->body));
        }
    }
    buf_puts(page, "</ListBucketResult>");
    return page->data;
}

static const struct object *find(const struct fixture *f, const char *bucket, const char *key)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->objects[i].bucket, bucket) == 0 && strcmp(f->objects[i].key, key) == 0) {
            return &f->objects[i];
        }
    }
    return NULL;
}

static void answer_tags(const struct object *o, struct arena *a,
                        struct http_server_reply *ret_reply)
{
    ret_reply->status = o->tag_status ? o->tag_status : 200;
    ret_reply->body = o->tag_status ? "<Error><Code>NotImplemented</Code></Error>"
                                    : arena_printf(a, "<Tagging><TagSet>%s</TagSet></Tagging>",
                                                   o->tags ? o->tags : "");
}

static void answer_object(struct fixture *f, const struct http_server_request *request,
                          const struct object *o, struct http_server_reply *ret_reply)
{
    bool head = strcmp(request->method, "HEAD") == 0;
    struct arena *a = request->arena;

    if (!head) {
        atomic_fetch_add(&f->gets, 1);
        usleep((unsigned)(o - f->objects) % 5 * 1000); /* they end in another order */
    }
    if (o->status != 0) {
        ret_reply->status = o->status;
        ret_reply->body = head ? NULL : "<Error><Code>AccessDenied</Code></Error>";
        return;
    }
    ret_reply->headers =
        head
            ? arena_printf(a, "Content-Length: %zu\r\nETag: \"%s\"\r\nLast-Modified: " NOW "\r\n%s",
                           strlen(o->body), o->etag, o->headers ? o->headers : "")
            : arena_printf(a, "ETag: \"%s\"\r\nLast-Modified: " NOW "\r\n", o->etag);
    ret_reply->body = head ? NULL : o->body;
}

static bool handle(void *arg, const struct http_server_request *request,
                   struct http_server_reply *ret_reply)
{
    struct fixture *f = arg;
    struct arena *a = request->arena;
    const char *rest = request->target + strcspn(request->target + 1, "/?") + 1;
    const char *bucket =
        arena_strndup(a, request->target + 1, (size_t)(rest - request->target) - 1);
    const struct object *o;

    *ret_reply = (struct http_server_reply){.status = 200};
    if (strncmp(rest, "?versioning", strlen("?versioning")) == 0) {
        ret_reply->headers = "Date: " NOW "\r\n";
        ret_reply->body = "<VersioningConfiguration/>";
        return true;
    }
    if (*rest == '?' && f->page != NULL && strcmp(bucket, "copy") == 0) {
        ret_reply->status = f->page_status;
        ret_reply->body = f->page;
        return true;
    }
    if (*rest == '?') {
        ret_reply->body = list(f, a, bucket);
        return true;
    }
    o = find(f, bucket, arena_strndup(a, rest + 1, strcspn(rest + 1, "?")));
    if (o != NULL && strstr(rest, "?tagging") != NULL) {
        answer_tags(o, a, ret_reply);
    } else if (o != NULL) {
        answer_object(f, request, o, ret_reply);
    }
    return o != NULL;
}

/* ---- Around ---------------------------------------------------------------------------------- */

static int make(void **state)
{
    static const struct cli_program program = {.name = "seedbank-bucket"};
    struct fixture *f = test_calloc(1, sizeof *f);

    f->cancel = cancel_new(NULL);
    place_begin(
        &f->at,
        &(struct http_server_options){.any_order = true, .handler = handle, .handler_arg = f},
        f->cancel);
    setenv("SEEDBANK_S3_ACCESS_KEY", "some-access-key", 1);
    setenv("SEEDBANK_S3_SECRET_KEY", "some-secret-key", 1);
    f->cli = (struct cli){.program = &program,
                          .cx = f->at.cx,
                          .session = f->at.session,
                          .cancel = f->cancel,
                          .stop = f->cancel,
                          .common = {.quiet = true},
                          .out = open_memstream(&f->said, &f->said_n)};
    f->verify.server.endpoint = http_server_url(f->at.server);
    f->verify.bucket = "source";
    f->verify.against = "copy";
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    fclose(f->cli.out);
    free(f->said);
    unsetenv("SEEDBANK_S3_ACCESS_KEY");
    unsetenv("SEEDBANK_S3_SECRET_KEY");
    place_end(&f->at);
    cancel_free(f->cancel);
    test_free(f);
    return 0;
}

static struct object *add(struct fixture *f, const char *bucket, const char *key, const char *etag,
                          const char *body)
{
    struct object *o = &f->objects[f->n++];

    assert_true(f->n <= MAX);
    *o = (struct object){bucket, key, etag, body, .modified = AT};
    return o;
}

static void run(struct fixture *f, enum rc wanted, enum cli_exit outcome)
{
    assert_int_equal(verify_run(&f->cli, &f->verify), wanted);
    fflush(f->cli.out);
    if (f->cli.outcome != outcome) {
        fail_msg("outcome %d, wanted %d:\n%s", (int)f->cli.outcome, (int)outcome, f->said);
    }
}

static void says(const struct fixture *f, const char *words)
{
    if (strstr(f->said, words) == NULL) {
        fail_msg("not said: %s\nbut:\n%s", words, f->said);
    }
}

static void complains(const struct fixture *f, const char *words)
{
    const struct diag *d = f->at.cx->diags.first;

    assert_non_null(d);
    if (strstr(d->summary, words) == NULL && strstr(d->detail, words) == NULL) {
        fail_msg("not said: %s\nbut: %s: %s", words, d->summary, d->detail);
    }
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void many_are_told_in_order(void **state)
{
    struct fixture *f = *state;
    char *at;

    f->cli.common.json = true;
    for (size_t i = 0; i < MANY; i++) {
        const char *key = arena_printf(f->at.cx->arena, "%03zu", i);
        add(f, "source", key, PARTS, "hello");
        add(f, "copy", key, OTHER, i % 3 == 0 ? "world" : "hello");
    }
    run(f, RC_OK, CLI_VERIFY_FAILED);
    assert_int_equal(f->gets, 2 * MANY);
    at = f->said;
    for (size_t i = 0; i < MANY; i += 3) {
        const char *key = arena_printf(f->at.cx->arena, "\"key\":\"%03zu\"", i);
        at = strstr(at, key);
        assert_non_null(at);
    }
    says(f, "\"fine\":200");
    says(f, "\"different\":100");
    says(f, "\"read\":200");
}

static void what_cannot_be_read_is_told_by_itself(void **state)
{
    struct fixture *f = *state;

    add(f, "source", "a", PARTS, "hello");
    add(f, "copy", "a", OTHER, "hello")->status = 403;
    add(f, "source", "b", PARTS, "hello");
    add(f, "copy", "b", OTHER, "hello");
    run(f, RC_OK, CLI_VERIFY_FAILED);
    says(f, "unproven a: the one in copy may not be read");
    says(f, "Not proven: nothing can tell whether 1 object of bucket copy is as in source.");
    says(f, "  1 object as in the source");
    assert_int_equal(f->at.cx->diags.errors, 0);
}

/* One cause is one error, and not a list of all that is left. */
static void a_server_that_fails_is_an_error(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < MANY; i++) {
        const char *key = arena_printf(f->at.cx->arena, "%03zu", i);
        add(f, "source", key, PARTS, "hello");
        add(f, "copy", key, OTHER, "hello")->status = 501;
    }
    run(f, RC_FAIL, CLI_DONE);
    complains(f, "Objects cannot be asked for");
    complains(f, "100 of them failed one after another");
}

static void a_listing_that_fails_is_an_error(void **state)
{
    struct fixture *f = *state;

    add(f, "source", "a", PARTS, "hello");
    f->page_status = 403;
    f->page = "<Error><Code>ExpiredToken</Code><Message>expired</Message></Error>";
    run(f, RC_FAIL, CLI_DONE);
    complains(f, "ExpiredToken");
    assert_string_equal(f->said, "");
}

static void no_other_bucket(void **state)
{
    struct fixture *f = *state;

    add(f, "source", "a", PARTS, "hello");
    f->page_status = 404;
    f->page = "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>";
    run(f, RC_FAIL, CLI_NOT_FOUND);
    complains(f, "There is no bucket copy");
}

static void a_listing_out_of_order_is_an_error(void **state)
{
    struct fixture *f = *state;

    add(f, "source", "b", PARTS, "hello");
    add(f, "source", "c", PARTS, "hello");
    add(f, "copy", "c", PARTS, "hello");
    add(f, "copy", "b", PARTS, "hello");
    run(f, RC_FAIL, CLI_DONE);
    complains(f, "is not in order");
}

/* An hour old: more than 59 minutes, and not more than 60. */
static void how_far_behind(void **state)
{
    static const struct {
        int64_t minutes;
        enum cli_exit outcome;
        const char *says;
    } rows[] = {
        {59, CLI_VERIFY_FAILED, "differs  missing: it is not there"},
        {60, CLI_DONE, "  2 objects changed at the source since, and not copied yet"},
    };
    struct fixture *f = *state;
    struct object *young;

    add(f, "source", "fine", PARTS, "hello")->modified = "2000-01-01T00:00:00.000Z";
    add(f, "source", "missing", PARTS, "hello");
    young = add(f, "source", "other", PARTS, "hello");
    young->modified = "2015-08-30T12:35:00.000Z";
    add(f, "copy", "extra", PARTS, "hello");
    add(f, "copy", "fine", PARTS, "hello");
    add(f, "copy", "other", OTHER, "world");
    for (size_t i = 0; i < COUNT(rows); i++) {
        f->cli.outcome = CLI_DONE;
        f->verify.max_age = rows[i].minutes * 60 * 1000;
        run(f, RC_OK, rows[i].outcome);
        says(f, rows[i].says);
        says(f, "the oldest change that is not there is of missing: 1 h ago");
        says(f, "1 object that the source does not have");
    }
}

#define TAG(k, v) "<Tag><Key>" k "</Key><Value>" v "</Value></Tag>"

static void what_is_beside_the_content(void **state)
{
    static const struct {
        const char *source, *source_tags, *copy, *copy_tags;
        int tag_status; /* of the copy */
        const char *says;
    } rows[] = {
        {"content-type: a\r\nx-amz-meta-B: c\r\n", TAG("x", "1") TAG("y", "2"),
         "X-Amz-Meta-b: c\r\ncontent-type: a\r\n", TAG("y", "2") TAG("x", "1"), 0, "Verified: 1"},
        {"x-amz-meta-b: c\r\n", NULL, "x-amz-meta-b: C\r\nx-amz-meta-d: e\r\n", NULL, 0,
         "differs  k: the same content, but not: x-amz-meta-b, x-amz-meta-d"},
        {"expires: x\r\n", NULL, "expires: y\r\n", NULL, 0, "Verified: 1"},
        {"expires: x\r\n", NULL, NULL, NULL, 0, "but not: expires"},
        {NULL, TAG("x", "1"), NULL, TAG("x", "2"), 0, "but not: tags"},
        {NULL, NULL, NULL, NULL, 501, "Verified: 1"}, /* a server without tags */
        {NULL, TAG("x", "1"), NULL, NULL, 501, "but not: tags"},
        {NULL, NULL, NULL, NULL, 403,
         "unproven k: the same content, but the tags of the one in copy"},
        {"x-amz-storage-class: STANDARD_IA\r\n", NULL, NULL, NULL, 0,
         "but not: x-amz-storage-class"},
        {"x-amz-storage-class: STANDARD\r\n", NULL, NULL, NULL, 0, "Verified: 1"},
        {"x-amz-object-lock-legal-hold: ON\r\n", NULL, NULL, NULL, 0,
         "x-amz-object-lock-legal-hold"},
        {NULL, NULL, "x-amz-server-side-encryption: AES256\r\n", NULL, 0, "Verified: 1"},
    };
    struct fixture *f = *state;
    struct object *source = add(f, "source", "k", PARTS, "hello");
    struct object *copy = add(f, "copy", "k", OTHER, "hello");

    f->verify.deep = true;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t before = f->said_n;
        source->headers = rows[i].source;
        source->tags = rows[i].source_tags;
        copy->headers = rows[i].copy;
        copy->tags = rows[i].copy_tags;
        copy->tag_status = rows[i].tag_status;
        assert_int_equal(verify_run(&f->cli, &f->verify), RC_OK);
        fflush(f->cli.out);
        if (strstr(f->said + before, rows[i].says) == NULL) {
            fail_msg("row %zu: %s", i, f->said + before);
        }
    }
}

static void wrong_use(void **state)
{
    struct fixture *f = *state;
    const struct verify good = f->verify;

    f->verify.at = "2h ago";
    run(f, RC_FAIL, CLI_USAGE);
    f->verify = good;
    f->verify.against = "source/";
    run(f, RC_FAIL, CLI_USAGE);
    complains(f, "Exactly one of");
    f->verify = good;
    f->verify.to = "copy";
    run(f, RC_FAIL, CLI_USAGE);
    f->verify = good;
    f->verify.bucket = "s3://source";
    run(f, RC_FAIL, CLI_USAGE);
}

static void interrupted(void **state)
{
    struct fixture *f = *state;

    add(f, "source", "a", PARTS, "hello");
    add(f, "copy", "a", OTHER, "hello");
    cancel_raise(f->cancel);
    run(f, RC_FAIL, CLI_DONE);
    assert_string_equal(f->said, "");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_are_told_in_order),
        TEST(what_cannot_be_read_is_told_by_itself),
        TEST(a_server_that_fails_is_an_error),
        TEST(a_listing_that_fails_is_an_error),
        TEST(no_other_bucket),
        TEST(a_listing_out_of_order_is_an_error),
        TEST(how_far_behind),
        TEST(what_is_beside_the_content),
        TEST(wrong_use),
        TEST(interrupted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
