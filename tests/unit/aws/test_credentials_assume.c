/* A role among the settings: by keys from anywhere, or by a token. */
#include "fixture.h"

#define STS_UNTIL(action, end)                                                                     \
    "<R><" action "Result><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>" SECRET_2  \
    "</SecretAccessKey><SessionToken>" TOKEN "</SessionToken><Expiration>" end                     \
    "</Expiration></Credentials></" action "Result></R>"
#define STS(action) STS_UNTIL(action, SOON)
#define FOUND       "ROLE/" SECRET_2 "/" TOKEN

static void set_up(struct fixture *f)
{
    fixture_set(f, "AWS_ENDPOINT_URL_STS", http_server_url(f->server));
    f->options.assume.role_arn = "arn:r";
}

static void keys_of_any_source_ask_for_it(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    f->options.assume.external_id = "e";
    f->options.assume.duration = "900";
    fixture_set(f, "AWS_ACCESS_KEY_ID", "K");
    fixture_set(f, "AWS_SECRET_ACCESS_KEY", SECRET);
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "POST",
            .expect = {"Authorization: AWS4-HMAC-SHA256 Credential=K/20261124/eu-central-1/sts/*"},
            .body = "Action=AssumeRole&DurationSeconds=900&ExternalId=e&RoleArn=arn%3Ar"
                    "&RoleSessionName=seedbank&Version=2011-06-15",
            .reply = {.body = STS("AssumeRole")},
        });
    fixture_finds(f, FOUND);
}

static void without_keys_nobody_is_asked(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    fixture_fails(f, "No S3 credentials for " AWS_HOST);
    assert_int_equal(http_server_count(f->server), 0);
}

static void a_token_needs_no_keys(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    f->options.assume.web_identity_token_file = fixture_file(f, "token", JWT);
    f->options.assume.session_name = "job";
    fixture_set(f, "AWS_ACCESS_KEY_ID", "K"); /* the settings come first */
    fixture_expect(f, "POST", "/", 200, STS("AssumeRoleWithWebIdentity"));
    fixture_finds(f, FOUND);
}

static void contradictions_are_refused(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    f->options.assume.web_identity_token_file = fixture_file(f, "token", JWT);
    f->options.profile = "p";
    fixture_fails(f, "beside keys or a profile");
    f->options.profile = NULL;
    f->options.given.access_key = "K";
    fixture_fails(f, "beside keys or a profile");
    f->options.given.access_key = NULL;
    f->options.host = "minio.example";
    fixture_fails(f, "is for servers under amazonaws.com only, and minio.example is none");
    f->options.assume.role_arn = NULL;
    fixture_fails(f, "web_identity_token_file is set but role_arn is not");
    assert_int_equal(http_server_count(f->server), 0);
}

static void other_servers_name_their_sts(void **state)
{
    struct fixture *f = *state;

    f->options.assume.role_arn = "arn:r";
    f->options.host = "rgw.example";
    f->options.given = (struct sigv4_credentials){"K", SECRET, NULL};
    fixture_fails(f, "AWS_ENDPOINT_URL_STS must name the server that knows the role");
    set_up(f);
    fixture_expect(f, "POST", "/", 200, STS("AssumeRole"));
    assert_string_equal(fixture_keys_of(f, fixture_new(f)), FOUND);
}

static void a_refusal_names_the_role(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    f->options.given = (struct sigv4_credentials){"K", SECRET, NULL};
    fixture_expect(f, "POST", "/", 403,
                   "<E><Error><Code>AccessDenied</Code><Message>no " SECRET
                   "</Message></Error></E>");
    fixture_fails(f, "AssumeRole for the role arn:r was refused by http://127.0.0.1");
    assert_diag(f->cx, "Cannot get S3 credentials from the role in the settings (s3.assume_role)");
}

/* ---- The clock ------------------------------------------------------------------------------- */

#define NOW         "20261124T031618Z"
#define EARLIER     "20261124T011618Z"
#define EARLIER_SAY "Date: Tue, 24 Nov 2026 01:16:18 GMT\r\n"
#define SKEWED      "<E><Error><Code>SignatureDoesNotMatch</Code></Error></E>"

static void expect_at(struct fixture *f, const char *stamp, struct http_server_reply reply)
{
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "POST",
                           .expect = {arena_printf(f->cx->arena, "x-amz-date: %s", stamp)},
                           .reply = reply,
                       });
}

static const struct http_server_reply skewed = {
    .status = 403, .headers = EARLIER_SAY, .body = SKEWED};

/* By this machine's clock, two hours ahead, the keys that come have ended an hour ago. */
static void the_servers_time_is_taken_and_kept(void **state)
{
    struct fixture *f = *state;
    struct credentials *c;

    set_up(f);
    f->options.given = (struct sigv4_credentials){"K", SECRET, NULL};
    c = fixture_new(f);
    expect_at(f, NOW, skewed);
    expect_at(f, EARLIER,
              (struct http_server_reply){.body = STS_UNTIL("AssumeRole", "2026-11-24T02:16:18Z")});
    assert_string_equal(fixture_keys_of(f, c), FOUND);
    assert_int_equal(credentials_offset(c), -7200);
    assert_string_equal(fixture_keys_of(f, c), FOUND); /* and they hold */
    assert_int_equal(http_server_count(f->server), 2);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void a_time_that_others_learnt_is_used(void **state)
{
    struct fixture *f = *state;
    struct credentials *c;

    set_up(f);
    f->options.given = (struct sigv4_credentials){"K", SECRET, NULL};
    c = fixture_new(f);
    credentials_keep_offset(c, -7200);
    expect_at(f, EARLIER, (struct http_server_reply){.body = STS("AssumeRole")});
    assert_string_equal(fixture_keys_of(f, c), FOUND);
}

static void a_time_that_does_not_help_is_not_kept(void **state)
{
    struct fixture *f = *state;
    struct credentials *c;

    set_up(f);
    f->options.given = (struct sigv4_credentials){"K", SECRET, NULL};
    c = fixture_new(f);
    expect_at(f, NOW, skewed);
    expect_at(f, EARLIER, skewed);
    assert_null(fixture_keys_of(f, c));
    assert_diag(f->cx, "SignatureDoesNotMatch");
    assert_int_equal(credentials_offset(c), 0);
}

static void what_is_not_signed_has_no_time(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    f->options.assume.web_identity_token_file = fixture_file(f, "token", JWT);
    http_server_expect(f->server, &(struct http_server_step){.method = "POST", .reply = skewed});
    fixture_fails(f, "AssumeRoleWithWebIdentity for the role arn:r was refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_of_any_source_ask_for_it),
        TEST(without_keys_nobody_is_asked),
        TEST(a_token_needs_no_keys),
        TEST(contradictions_are_refused),
        TEST(other_servers_name_their_sts),
        TEST(a_refusal_names_the_role),
        TEST(the_servers_time_is_taken_and_kept),
        TEST(a_time_that_others_learnt_is_used),
        TEST(a_time_that_does_not_help_is_not_kept),
        TEST(what_is_not_signed_has_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
