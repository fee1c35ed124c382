/* What goes out, and what every kind of answer becomes. */
#include "fixture.h"

#include "base/redact.h"

static const struct sigv4_param versioning[] = {{"versioning", NULL}};

static struct s3_request request_of(const char *method)
{
    return (struct s3_request){
        .doing = "read the versioning of",
        .permission = "s3:GetBucketVersioning",
        .method = method,
        .bucket = "files",
        .params = versioning,
        .n_params = 1,
        .root = "VersioningConfiguration",
    };
}

static enum rc ask(struct fixture *f, const char *method, struct s3_error *error)
{
    struct s3_request r = request_of(method);
    struct s3_reply reply;

    r.error = error;
    return s3_request_send(f->cx, f->client, &r, &reply);
}

static void a_request_is_signed_and_names_the_owner(void **state)
{
    struct fixture *f = *state;
    struct s3_request r = request_of("PUT");
    struct s3_reply reply;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "PUT",
            .target = "/files/a/../b?versioning",
            .expect = {"x-amz-expected-bucket-owner: 111122223333", "x-amz-date: 20150830T123600Z",
                       "content-md5: XUFAKrxLKna5cZ2REBfFkg==",
                       "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/" REGION
                       "/s3/aws4_request, SignedHeaders=content-md5;content-type;host;"
                       "x-amz-content-sha256;x-amz-date;x-amz-expected-bucket-owner;"
                       "x-amz-security-token, Signature=*",
                       "x-amz-security-token: " TOKEN, "!Expect"},
            .body = "hello",
            .reply = {.body = XML("<VersioningConfiguration/>")},
        });
    r.key = "a/../b";
    r.body = STR_LIT("hello");
    r.content_md5 = true;
    r.content_type = "application/xml";
    r.expected_owner = "111122223333";
    assert_int_equal(s3_request_send(f->cx, f->client, &r, &reply), RC_OK);
    assert_string_equal(reply.root->name, "VersioningConfiguration");
}

/* Hashing what TLS covers already is left out where a request says so, but never without TLS. */
static void a_payload_is_unsigned_over_tls_alone(void **state)
{
    struct fixture *f = *state;
    struct http_server *tls =
        http_server_start(&(struct http_server_options){.tls = TEST_TLS_GOOD});
    struct http_server *servers[] = {tls, f->server};
    const char *expected[] = {"x-amz-content-sha256: UNSIGNED-PAYLOAD",
                              "x-amz-content-sha256: 2cf24dba5fb0a30e*"};

    for (size_t i = 0; i < COUNT(servers); i++) {
        struct s3_request r = request_of("PUT");
        struct s3_client *c;
        struct s3_reply reply;
        assert_int_equal(
            s3_client_new(f->cx, f->session,
                          &(struct s3_options){.endpoint = http_server_url(servers[i]),
                                               .access_key = "AKIDEXAMPLE",
                                               .secret_key = SECRET,
                                               .ca_file = http_server_ca_file(servers[i])},
                          &c),
            RC_OK);
        http_server_expect(servers[i],
                           &(struct http_server_step){.expect = {expected[i]}, .body = "hello"});
        r.body = STR_LIT("hello");
        r.unsigned_payload = true;
        r.root = NULL;
        assert_int_equal(s3_request_send(f->cx, c, &r, &reply), RC_OK);
    }
    http_server_stop(tls);
    assert_satisfied(tls);
    http_server_free(tls);
}

/* Every name under localhost is this machine (RFC 6761), so the wire can be seen. */
static void the_bucket_goes_into_the_host_name(void **state)
{
    struct fixture *f = *state;
    const char *port = strrchr(http_server_url(f->server), ':');
    const char *endpoint = arena_printf(f->cx->arena, "http://s3.localhost%s", port);
    struct s3_request r = request_of("GET");
    struct s3_client *client;
    struct s3_reply reply;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = endpoint,
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET},
                                   &client),
                     RC_OK);
    http_server_expect(
        f->server, &(struct http_server_step){
                       .target = "/?versioning",
                       .expect = {arena_printf(f->cx->arena, "Host: files.s3.localhost%s", port)},
                       .reply = {.body = XML("<VersioningConfiguration/>")}});
    assert_int_equal(s3_request_send(f->cx, client, &r, &reply), RC_OK);
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .target = "/a//b?versioning",
                           .reply = {.fault = HTTP_SERVER_CLOSE, .where = HTTP_SERVER_IN_HEAD}});
    r.key = "a//b";
    assert_int_equal(s3_request_send(f->cx, client, &r, &reply), RC_FAIL);
    assert_diag(f->cx, "force_path_style or --path-style avoids that");
}

static void each_try_is_signed_afresh(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    struct s3_request r = request_of("GET");
    struct s3_reply reply;
    const char *first, *second;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .reply = {.status = 503,
                      .headers = "Retry-After: 30\r\n",
                      .body = S3_ERROR("SlowDown", "Please reduce your request rate.")}});
    fixture_expect(f, "GET", "/files?versioning", 200, XML("<VersioningConfiguration/>"));
    assert_int_equal(s3_request_send(f->cx, patient, &r, &reply), RC_OK);
    assert_int_equal(reply.http.tries, 2);
    first = http_server_header(http_server_request(f->server, 0), "x-amz-date");
    second = http_server_header(http_server_request(f->server, 1), "x-amz-date");
    assert_string_equal(first, "20150830T123600Z");
    assert_string_not_equal(second, first);
    assert_string_not_equal(http_server_header(http_server_request(f->server, 0), "authorization"),
                            http_server_header(http_server_request(f->server, 1), "authorization"));
}

/* Answers that are a result of their own, and silent. */
static void absent_and_conflict(void **state)
{
    static const struct {
        const char *method;
        int status;
        const char *body, *code;
        enum rc rc;
    } rows[] = {
        {"GET", 404, S3_ERROR("NoSuchBucket", "The bucket does not exist"), "NoSuchBucket",
         RC_NOT_FOUND},
        {"GET", 404, S3_ERROR("NoSuchKey", ""), "NoSuchKey", RC_NOT_FOUND},
        {"GET", 404, S3_ERROR("NoSuchVersion", ""), "NoSuchVersion", RC_NOT_FOUND},
        {"GET", 200, S3_ERROR("NoSuchBucket", ""), "NoSuchBucket", RC_NOT_FOUND},
        {"HEAD", 404, NULL, "", RC_NOT_FOUND},
        {"PUT", 409, S3_ERROR("OperationAborted", ""), "OperationAborted", RC_CONFLICT},
        {"PUT", 409, S3_ERROR("BucketAlreadyExists", ""), "BucketAlreadyExists", RC_CONFLICT},
        {"PUT", 412, S3_ERROR("PreconditionFailed", ""), "PreconditionFailed", RC_CONFLICT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_error error = {.status = 0};
        fixture_expect(f, rows[i].method, "/files?versioning", rows[i].status, rows[i].body);
        assert_int_equal(ask(f, rows[i].method, &error), rows[i].rc);
        assert_int_equal(error.status, rows[i].status);
        assert_string_equal(error.code, rows[i].code);
    }
    assert_int_equal(f->cx->diags.errors, 0);
}

/* Answers that become a message; the texts that must be in it. */
static const struct {
    int status;
    const char *headers, *body;
    const char *texts[4];
} refusals[] = {
    {403,
     NULL,
     S3_ERROR("AccessDenied", "Access Denied"),
     {"HTTP 403 AccessDenied: Access Denied (request ID req-1)",
      "permission s3:GetBucketVersioning"}},
    {403,
     "x-amz-request-id: from-header\r\n",
     "",
     {"HTTP 403 (request ID from-header)", "permission s3:GetBucketVersioning"}},
    {403, NULL, S3_ERROR("InvalidAccessKeyId", ""), {"Wrong keys", "SEEDBANK_S3_ACCESS_KEY"}},
    {403, NULL, S3_ERROR("SignatureDoesNotMatch", ""), {"Wrong keys", "SEEDBANK_S3_SECRET_KEY"}},
    {400, NULL, S3_ERROR("InvalidToken", ""), {"SEEDBANK_S3_SESSION_TOKEN"}},
    {400, NULL, S3_ERROR("ExpiredToken", ""), {"session token has expired"}},
    {307, NULL, "", {"Wrong region or endpoint"}},
    {409, NULL, S3_ERROR("InvalidBucketState", ""), {"Object Lock"}},
    {404,
     "Content-Type: text/html\r\n",
     "<html>\n<body>\n<h1>Not  Found</h1>\n\x01\xff</body></html>",
     {"HTTP 404: Not Found \xef\xbf\xbd", "not taken as the bucket's absence"}},
    {404, NULL, S3_ERROR("NoSuchUpload", "x"), {"HTTP 404 NoSuchUpload: x"}},
    {404, NULL, "", {"not taken as the bucket's absence"}},
    {405, NULL, S3_ERROR("MethodNotAllowed", ""), {"does not offer"}},
    {501, NULL, S3_ERROR("NotImplemented", ""), {"does not offer"}},
    {503, NULL, S3_ERROR("SlowDown", "Slow down"), {"SlowDown: Slow down", "max_retries"}},
    {500, NULL, "oops", {"HTTP 500: oops", "max_retries"}},
    {418, NULL, S3_ERROR("Teapot", "short &lt;and&gt;\n stout"), {"Teapot: short stout"}},
    {200, NULL, S3_ERROR("InternalError", "We tried"), {"HTTP 200 InternalError: We tried"}},
    {200, NULL, "\n<Error><Code>InternalError</Code></Error>", {"HTTP 200 InternalError"}},
    {200, NULL, "<html><title>Log in</title></html>", {"not as S3 does", "\"Log in\""}},
    {200, NULL, "Log in", {"no XML", "\"Log in\""}},
    {200, NULL, "", {"it is empty"}},
    {200, NULL, XML("<Other/>"), {"no <VersioningConfiguration> came"}},
    {200, NULL, "<html xmlns=\"http://www.w3.org/1999/xhtml\"><p>Log in</p></html>", {"no <Ver"}},
    {200, NULL, "<!DOCTYPE x><VersioningConfiguration/>", {"document type"}},
};

static void refusals_say_what_to_do(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(refusals); i++) {
        size_t before = f->cx->diags.errors;
        http_server_expect(f->server,
                           &(struct http_server_step){.reply = {.status = refusals[i].status,
                                                                .headers = refusals[i].headers,
                                                                .body = refusals[i].body}});
        assert_int_equal(ask(f, "GET", NULL), RC_FAIL);
        assert_int_equal(f->cx->diags.errors, before + 1);
        const struct diag *d = f->cx->diags.last;
        assert_string_equal(d->summary, "Cannot read the versioning of bucket files");
        assert_non_null(strstr(d->detail, http_server_url(f->server)));
        for (size_t k = 0; k < 4 && refusals[i].texts[k]; k++) {
            if (strstr(d->detail, refusals[i].texts[k]) == NULL) {
                fail_msg("row %zu: \"%s\" is not in: %s", i, refusals[i].texts[k], d->detail);
            }
        }
    }
}

static void the_expected_owner_is_named_when_refused(void **state)
{
    struct fixture *f = *state;
    struct s3_request r = request_of("GET");
    struct s3_reply reply;

    r.expected_owner = "111122223333";
    fixture_expect(f, "GET", "/files?versioning", 403, S3_ERROR("AccessDenied", "Access Denied"));
    assert_int_equal(s3_request_send(f->cx, f->client, &r, &reply), RC_FAIL);
    assert_diag(f->cx, "account 111122223333 (expected_bucket_owner)");
}

/* A server's text is one line, bounded, and never shows what was redacted. */
static void a_servers_text_is_tamed(void **state)
{
    struct fixture *f = *state;
    char *big = arena_alloc(f->cx->arena, 900001);

    memset(big, 'x', 900000);
    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.status = 400, .body = big}});
    assert_int_equal(ask(f, "GET", NULL), RC_FAIL);
    assert_true(strlen(f->cx->diags.last->detail) < 1500);
    fixture_expect(f, "GET", "/files?versioning", 403,
                   S3_ERROR("Odd", "you said " SECRET " and " TOKEN));
    assert_int_equal(ask(f, "GET", NULL), RC_FAIL);
    assert_diag(f->cx, "you said (redacted)");
}

/* Neither the bound of the text nor the dropping of tags may hide a secret from the redaction. */
static void a_secret_that_was_sent_back_is_never_shown_in_part(void **state)
{
    struct fixture *f = *state;
    struct arena *a = f->cx->arena;
    char *before = arena_alloc(a, 601);

    memset(before, 'x', 600);
    for (size_t n = 570; n <= 600; n++) {
        before[n] = '\0';
        fixture_expect(f, "GET", "/files?versioning", 400, arena_printf(a, "%s" SECRET, before));
        before[n] = 'x';
        assert_int_equal(ask(f, "GET", NULL), RC_FAIL);
        assert_null(strstr(f->cx->diags.last->detail, "a-se"));
    }
    http_server_expect(f->server, &(struct http_server_step){
                                      .reply = {.status = 400,
                                                .body = "one\0two " SECRET "\0",
                                                .body_len = sizeof("one\0two " SECRET "\0") - 1}});
    assert_int_equal(ask(f, "GET", NULL), RC_FAIL);
    assert_diag(f->cx, "one two (redacted)");
    redact_add(session_redact(f->session), "odd<br>secret");
    fixture_expect(f, "GET", "/files?versioning", 400, "it was odd<br>secret");
    assert_int_equal(ask(f, "GET", NULL), RC_FAIL);
    assert_diag(f->cx, "it was (redacted)");
}

static void an_object_is_content_even_when_it_looks_like_an_error(void **state)
{
    struct fixture *f = *state;
    struct s3_request r = request_of("GET");
    struct s3_reply reply;

    r.content = true;
    r.root = NULL;
    fixture_expect(f, "GET", "/files?versioning", 200, S3_ERROR("NoSuchKey", ""));
    assert_int_equal(s3_request_send(f->cx, f->client, &r, &reply), RC_OK);
    assert_null(reply.root);
    assert_string_equal(reply.http.body.p, S3_ERROR("NoSuchKey", ""));
}

static void no_answer_names_the_bucket(void **state)
{
    struct fixture *f = *state;

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .reply = {.fault = HTTP_SERVER_RESET, .where = HTTP_SERVER_AT_START}});
    assert_int_equal(ask(f, "GET", NULL), RC_FAIL);
    assert_true(
        str_starts(f->cx->diags.last->summary, "Cannot read the versioning of bucket files: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_signed_and_names_the_owner),
        TEST(a_payload_is_unsigned_over_tls_alone),
        TEST(the_bucket_goes_into_the_host_name),
        TEST(each_try_is_signed_afresh),
        TEST(absent_and_conflict),
        TEST(refusals_say_what_to_do),
        TEST(the_expected_owner_is_named_when_refused),
        TEST(a_servers_text_is_tamed),
        TEST(a_secret_that_was_sent_back_is_never_shown_in_part),
        TEST(an_object_is_content_even_when_it_looks_like_an_error),
        TEST(no_answer_names_the_bucket),
    };

    return cmocka_run_group_tests_name("s3_request", tests, NULL, NULL);
}
