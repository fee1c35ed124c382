/* Refusals that say how to ask again: the clock, the keys; and failures within a reply of 200. */
#include "fixture.h"

#include <stdlib.h>
#include <unistd.h>

#define GRANTED "<VersioningConfiguration xmlns=\"" S3_NS "\"/>"

static const struct sigv4_param versioning[] = {{"versioning", NULL}};

static enum rc ask_for(struct fixture *f, struct s3_client *client, const char *method)
{
    struct s3_request r = {
        .doing = "read the versioning of",
        .permission = "s3:GetBucketVersioning",
        .method = method,
        .bucket = "files",
        .params = versioning,
        .n_params = 1,
        .root = strcmp(method, "GET") == 0 ? "VersioningConfiguration" : NULL,
    };
    struct s3_reply reply;

    return s3_request_send(f->cx, client, &r, &reply);
}

static enum rc ask(struct fixture *f)
{
    return ask_for(f, f->client, "GET");
}

/* ---- The clock --------------------------------------------------------------------------------
 */

#define NOW       "20150830T123600Z"
#define LATER     "20150830T143600Z"
#define LATER_SAY "Date: Sun, 30 Aug 2015 14:36:00 GMT\r\n"

static void expect_at(struct fixture *f, const char *stamp, struct http_server_reply reply)
{
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .expect = {arena_printf(f->cx->arena, "x-amz-date: %s", stamp)},
                           .reply = reply,
                       });
}

static void refuse_at(struct fixture *f, const char *stamp, const char *code, const char *date)
{
    expect_at(f, stamp,
              (struct http_server_reply){
                  .status = 403,
                  .headers = date,
                  .body = arena_printf(f->cx->arena, "<Error><Code>%s</Code></Error>", code),
              });
}

static void grant_at(struct fixture *f, const char *stamp)
{
    expect_at(f, stamp, (struct http_server_reply){.body = GRANTED});
}

static void the_servers_time_is_taken_and_kept(void **state)
{
    struct fixture *f = *state;

    refuse_at(f, NOW, "RequestTimeTooSkewed", LATER_SAY);
    grant_at(f, LATER);
    assert_int_equal(ask(f), RC_OK);
    grant_at(f, LATER);
    assert_int_equal(ask(f), RC_OK);

    /* Somebody sets this machine's clock right: what was kept is too much now. */
    test_clock_advance(&f->clock, 2 * 3600 * 1000);
    refuse_at(f, "20150830T163600Z", "RequestTimeTooSkewed", LATER_SAY);
    grant_at(f, LATER);
    assert_int_equal(ask(f), RC_OK);
    grant_at(f, LATER);
    assert_int_equal(ask(f), RC_OK);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void each_client_has_its_own_offset(void **state)
{
    struct fixture *f = *state;

    refuse_at(f, NOW, "RequestTimeTooSkewed", LATER_SAY);
    grant_at(f, LATER);
    assert_int_equal(ask(f), RC_OK);
    grant_at(f, NOW);
    assert_int_equal(ask_for(f, fixture_client(f, 0), "GET"), RC_OK);
}

/* A code that has other reasons, too: a Date far off makes the clock one. */
static void a_wrong_signature_may_be_skew(void **state)
{
    struct fixture *f = *state;

    refuse_at(f, NOW, "SignatureDoesNotMatch", LATER_SAY);
    grant_at(f, LATER);
    assert_int_equal(ask(f), RC_OK);
}

static void a_refused_head_has_a_date_alone(void **state)
{
    struct fixture *f = *state;

    expect_at(f, NOW, (struct http_server_reply){.status = 403, .headers = LATER_SAY});
    expect_at(f, LATER, (struct http_server_reply){.status = 200});
    assert_int_equal(ask_for(f, f->client, "HEAD"), RC_OK);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void a_date_that_does_not_help_is_told(void **state)
{
    static const struct {
        const char *code, *date, *text;
        bool again;
    } rows[] = {
        {"RequestTimeTooSkewed", LATER_SAY, "server's time was refused, too", true},
        {"RequestTimeTooSkewed", "Date: Sun, 30 Aug 2015 12:36:09 GMT\r\n", "does not explain it",
         false},
        {"RequestTimeTooSkewed", "Date: yesterday\r\n", "(Date: yesterday)", false},
        {"RequestTimeTooSkewed", "X-Date: none\r\n", "(Date: missing)", false},
        {"RequestTimeTooSkewed", "Date: Fri, 01 Jan 10000 00:00:00 GMT\r\n", "cannot be told",
         false},
        {"RequestExpired", LATER_SAY, "Sun, 30 Aug 2015 14:36:00 GMT", true},
        {"RequestInTheFuture", LATER_SAY, "Sun, 30 Aug 2015 14:36:00 GMT", true},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        refuse_at(f, NOW, rows[i].code, rows[i].date);
        if (rows[i].again) {
            refuse_at(f, LATER, rows[i].code, rows[i].date);
        }
        assert_int_equal(ask(f), RC_FAIL);
        assert_int_equal(f->cx->diags.errors, i + 1);
        assert_diag(f->cx, "The clock of this machine reads 2015-08-30T12:36:00Z");
        assert_diag(f->cx, "(NTP)");
        assert_diag(f->cx, rows[i].text);
    }
    /* Nothing of it was kept. */
    grant_at(f, NOW);
    assert_int_equal(ask(f), RC_OK);
}

static void wrong_keys_stay_wrong_keys(void **state)
{
    struct fixture *f = *state;

    refuse_at(f, NOW, "SignatureDoesNotMatch", "Date: Sun, 30 Aug 2015 12:40:00 GMT\r\n");
    assert_int_equal(ask(f), RC_FAIL);
    refuse_at(f, NOW, "SignatureDoesNotMatch", LATER_SAY);
    refuse_at(f, LATER, "SignatureDoesNotMatch", LATER_SAY);
    assert_int_equal(ask(f), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 2);
    assert_diag(f->cx, "Wrong keys: the secret key does not belong");
    refuse_at(f, NOW, "AccessDenied", LATER_SAY);
    assert_int_equal(ask(f), RC_FAIL);
}

/* ---- The keys ---------------------------------------------------------------------------------
 */

/* A table of variables, in pairs, for an environment. */
static const char *variable(const struct credentials_environment *e, const char *name)
{
    for (const char *const *v = e->state; *v; v += 2) {
        if (strcmp(v[0], name) == 0) {
            return v[1];
        }
    }
    return NULL;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#define PRINTED(key)                                                                               \
    "{\"Version\": 1, \"AccessKeyId\": \"" key "\", \"SecretAccessKey\": \"" SECRET                \
    "\", \"SessionToken\": \"" TOKEN "\", \"Expiration\": \"2015-08-30T20:00:00Z\"}"

/* A client whose keys a program prints from a file. */
struct program {
    char *folder;
    const char *config, *keys;
    const char *table[3];
    struct credentials_environment environment;
    struct s3_client *client;
};

static void program_make(struct fixture *f, struct program *p)
{
    struct arena *a = f->cx->arena;

    p->folder = arena_strdup(a, "/tmp/seedbank-s3-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->config = arena_printf(a, "%s/config", p->folder);
    p->keys = arena_printf(a, "%s/keys", p->folder);
    p->table[0] = "AWS_CONFIG_FILE";
    p->table[1] = p->config;
    p->table[2] = NULL;
    p->environment = (struct credentials_environment){variable, p->table};
    write_file(p->config, arena_printf(a, "[profile p]\ncredential_process = cat %s\n", p->keys));
    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(f->server),
                                                        .profile = "p",
                                                        .environment = &p->environment},
                                   &p->client),
                     RC_OK);
}

static void program_free(struct program *p)
{
    unlink(p->config);
    unlink(p->keys);
    assert_int_equal(rmdir(p->folder), 0);
}

static void expect_key(struct fixture *f, const char *key, const char *code)
{
    struct arena *a = f->cx->arena;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .expect = {arena_printf(a, "Authorization: AWS4-HMAC-SHA256 Credential=%s/*", key)},
            .reply = {.status = code ? 400 : 200,
                      .body = code ? arena_printf(a, "<Error><Code>%s</Code></Error>", code)
                                   : GRANTED}});
}

static void keys_that_the_server_calls_expired_are_renewed(void **state)
{
    static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException", "InvalidToken"};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(codes); i++) {
        struct program p;
        program_make(f, &p);
        write_file(p.keys, PRINTED("FIRST"));
        expect_key(f, "FIRST", NULL);
        assert_int_equal(ask_for(f, p.client, "GET"), RC_OK);
        write_file(p.keys, PRINTED("SECOND"));
        expect_key(f, "FIRST", codes[i]);
        expect_key(f, "SECOND", NULL);
        assert_int_equal(ask_for(f, p.client, "GET"), RC_OK);
        expect_key(f, "SECOND", NULL);
        assert_int_equal(ask_for(f, p.client, "GET"), RC_OK);
        program_free(&p);
    }
    assert_int_equal(f->cx->diags.errors, 0);
}

static void fresh_keys_that_are_refused_end_it(void **state)
{
    struct fixture *f = *state;
    struct program p;

    program_make(f, &p);
    write_file(p.keys, PRINTED("FIRST"));
    expect_key(f, "FIRST", NULL);
    assert_int_equal(ask_for(f, p.client, "GET"), RC_OK);
    write_file(p.keys, PRINTED("SECOND"));
    expect_key(f, "FIRST", "ExpiredToken");
    expect_key(f, "SECOND", "ExpiredToken");
    assert_int_equal(ask_for(f, p.client, "GET"), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_diag(f->cx, "The session token has expired");
    program_free(&p);
}

static void a_source_without_other_keys_is_not_asked_all_the_time(void **state)
{
    struct fixture *f = *state;
    struct program p;

    program_make(f, &p);
    write_file(p.keys, PRINTED("FIRST"));
    expect_key(f, "FIRST", "ExpiredToken");
    assert_int_equal(ask_for(f, p.client, "GET"), RC_FAIL);
    write_file(p.keys, PRINTED("SECOND")); /* not looked at before 10 s have passed */
    expect_key(f, "FIRST", "ExpiredToken");
    assert_int_equal(ask_for(f, p.client, "GET"), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 2);
    test_clock_advance(&f->clock, 10000);
    expect_key(f, "FIRST", "ExpiredToken");
    expect_key(f, "SECOND", NULL);
    assert_int_equal(ask_for(f, p.client, "GET"), RC_OK);
    program_free(&p);
}

static void a_source_that_fails_is_told_with_the_reason(void **state)
{
    struct fixture *f = *state;
    struct program p;

    program_make(f, &p);
    write_file(p.keys, PRINTED("FIRST"));
    expect_key(f, "FIRST", NULL);
    assert_int_equal(ask_for(f, p.client, "GET"), RC_OK);
    unlink(p.keys);
    expect_key(f, "FIRST", "ExpiredToken");
    assert_int_equal(ask_for(f, p.client, "GET"), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_non_null(strstr(f->cx->diags.last->summary,
                           "bucket files, since the server refused the keys (ExpiredToken): "));
    program_free(&p);
}

static void keys_among_the_settings_have_no_others(void **state)
{
    struct fixture *f = *state;

    expect_key(f, "AKIDEXAMPLE", "ExpiredToken");
    assert_int_equal(ask(f), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_diag(f->cx, "The session token has expired, and where it came from has no other");
    expect_key(f, "AKIDEXAMPLE", "InvalidToken");
    assert_int_equal(ask(f), RC_FAIL);
    assert_diag(f->cx, "the session token does not belong to the access key");
}

/* ---- Failures within a reply of 200 -----------------------------------------------------------
 */

/* The last try's answer is what counts; the others are tried again as a 503 would be. */
static void a_failure_within_200_is_tried_again(void **state)
{
    static const char *const bodies[] = {
        S3_ERROR("InternalError", "We tried"),
        "  \r\n\n" S3_ERROR("SlowDown", "Slow down"),
        "\n<Error><Code>ServiceUnavailable</Code></Error>",
        "<Error xmlns=\"" S3_NS "\"><Code>SlowDown</Code></Error>",
    };
    static const char *const methods[] = {"GET", "PUT"}; /* expecting a document, and none */
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);

    for (size_t i = 0; i < COUNT(bodies) * COUNT(methods); i++) {
        const char *method = methods[i % 2];
        fixture_expect(f, method, "/files?versioning", 200, bodies[i / 2]);
        fixture_expect(f, method, "/files?versioning", 200, i % 2 ? "" : GRANTED);
        assert_int_equal(ask_for(f, patient, method), RC_OK);
        fixture_expect(f, method, "/files?versioning", 200, bodies[i / 2]);
        fixture_expect(f, method, "/files?versioning", 200, bodies[i / 2]);
        assert_int_equal(ask_for(f, patient, method), RC_FAIL);
        assert_diag(f->cx, "HTTP 200 ");
        assert_diag(f->cx, "after 2 tries");
        assert_int_equal(f->cx->diags.errors, i + 1);
    }
    assert_int_equal(atomic_load(&f->clock.n_sleeps), 2 * COUNT(bodies) * COUNT(methods));
}

static void other_failures_within_200_are_final(void **state)
{
    static const struct {
        int status;
        const char *body;
    } rows[] = {
        {200, S3_ERROR("AccessDenied", "no")}, {200, "<Error/>"},
        {200, "<Error><Code>SlowDown</Code>"}, {200, "<ErrorLog><Code>SlowDown</Code></ErrorLog>"},
        {400, S3_ERROR("SlowDown", "")},
    };
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);

    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_expect(f, "GET", "/files?versioning", rows[i].status, rows[i].body);
        assert_int_equal(ask_for(f, patient, "GET"), RC_FAIL);
        assert_int_equal(f->cx->diags.errors, i + 1);
    }
    fixture_expect(f, "GET", "/files?versioning", 400, S3_ERROR("RequestTimeout", ""));
    fixture_expect(f, "GET", "/files?versioning", 200, GRANTED);
    assert_int_equal(ask_for(f, patient, "GET"), RC_OK);
}

/* What asked again is no repetition: only a lost answer is. */
static void tries_count_what_may_have_been_done(void **state)
{
    struct fixture *f = *state;
    struct s3_client *patient = fixture_client(f, 1);
    struct s3_error error = {.tries = 0};
    struct s3_request r = {
        .doing = "x", .permission = "x", .method = "PUT", .bucket = "files", .error = &error};
    struct s3_reply reply;

    refuse_at(f, NOW, "RequestTimeTooSkewed", LATER_SAY);
    fixture_expect(f, "PUT", "/files", 409, S3_ERROR("BucketAlreadyOwnedByYou", ""));
    assert_int_equal(s3_request_send(f->cx, patient, &r, &reply), RC_CONFLICT);
    assert_int_equal(error.tries, 1);
    fixture_expect(f, "PUT", "/files", 503, "");
    expect_at(f, "20150830*",
              (struct http_server_reply){.status = 403,
                                         .headers = "Date: Sun, 30 Aug 2015 18:00:00 GMT\r\n",
                                         .body = S3_ERROR("RequestTimeTooSkewed", "")});
    fixture_expect(f, "PUT", "/files", 409, S3_ERROR("BucketAlreadyOwnedByYou", ""));
    assert_int_equal(s3_request_send(f->cx, patient, &r, &reply), RC_CONFLICT);
    assert_int_equal(error.tries, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_servers_time_is_taken_and_kept),
        TEST(each_client_has_its_own_offset),
        TEST(a_wrong_signature_may_be_skew),
        TEST(a_refused_head_has_a_date_alone),
        TEST(a_date_that_does_not_help_is_told),
        TEST(wrong_keys_stay_wrong_keys),
        TEST(keys_that_the_server_calls_expired_are_renewed),
        TEST(fresh_keys_that_are_refused_end_it),
        TEST(a_source_without_other_keys_is_not_asked_all_the_time),
        TEST(a_source_that_fails_is_told_with_the_reason),
        TEST(keys_among_the_settings_have_no_others),
        TEST(a_failure_within_200_is_tried_again),
        TEST(other_failures_within_200_are_final),
        TEST(tries_count_what_may_have_been_done),
    };

    return cmocka_run_group_tests_name("s3_again", tests, NULL, NULL);
}
