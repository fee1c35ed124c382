/* A token given to STS for the keys of a role. */
#include "fixture.h"

#define ROLE "arn:aws:iam::123456789012:role/restore"
#define FORM                                                                                       \
    "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Frestore"  \
    "&RoleSessionName=seedbank&Version=2011-06-15&WebIdentityToken=" JWT
#define STS(keys)                                                                                  \
    "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"      \
    "<AssumeRoleWithWebIdentityResult><Credentials>" keys "</Credentials>"                         \
    "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
#define KEYS(key, end)                                                                             \
    "<AccessKeyId>" key "</AccessKeyId><SecretAccessKey>" SECRET "</SecretAccessKey>"              \
    "<SessionToken>" TOKEN "</SessionToken><Expiration>" end "</Expiration>"

static void set_up(struct fixture *f)
{
    fixture_set(f, "AWS_ENDPOINT_URL_STS", http_server_url(f->server));
    fixture_set(f, "AWS_WEB_IDENTITY_TOKEN_FILE", fixture_file(f, "token", JWT "\n"));
    fixture_set(f, "AWS_ROLE_ARN", ROLE);
}

static void expect(struct fixture *f, const char *form, int status, const char *body)
{
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "POST",
                                      .target = "/",
                                      .expect = {"Content-Type: application/x-www-form-urlencoded",
                                                 "!Authorization"},
                                      .body = form,
                                      .reply = {.status = status, .body = body},
                                  });
}

static void a_token_becomes_keys(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    expect(f, FORM, 200, STS(KEYS("A", SOON)));
    fixture_finds(f, "A/" SECRET "/" TOKEN);
}

static void the_file_is_read_anew_for_each_renewal(void **state)
{
    struct fixture *f = *state;
    struct credentials *c;

    set_up(f);
    fixture_set(f, "AWS_ROLE_SESSION_NAME", "job 7");
    c = fixture_new(f);
    expect(f, NULL, 200, STS(KEYS("A", SOON)));
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    test_clock_advance(&f->http->clock, 56 * 60 * 1000);
    fixture_file(f, "token", "a-newer-token");
    expect(f, NULL, 200, STS(KEYS("B", "2026-11-24T05:16:18Z")));
    assert_string_equal(fixture_keys_of(f, c), "B/" SECRET "/" TOKEN);
    http_server_stop(f->server);
    assert_non_null(strstr(http_server_request(f->server, 0)->body, "RoleSessionName=job%207&"));
    assert_non_null(strstr(http_server_request(f->server, 0)->body, "=" JWT));
    assert_non_null(strstr(http_server_request(f->server, 1)->body, "=a-newer-token"));
}

static void what_is_wrong_here_is_found_before_asking(void **state)
{
    static const char *const endpoints[] = {"ftp://x", "https://", "http://user@host",
                                            "http://host?x", "sts.example"};
    struct fixture *f = *state;

    set_up(f);
    for (size_t i = 0; i < COUNT(endpoints); i++) {
        fixture_set(f, "AWS_ENDPOINT_URL_STS", endpoints[i]);
        fixture_fails(f, "AWS_ENDPOINT_URL_STS must");
    }
    fixture_set(f, "AWS_ENDPOINT_URL_STS", NULL);
    f->options.region = "evil.example/";
    fixture_fails(f, "The region is malformed");
    fixture_file(f, "token", "\n");
    fixture_fails(f, "is empty");
    fixture_set(f, "AWS_WEB_IDENTITY_TOKEN_FILE", fixture_path(f, "no-such"));
    fixture_fails(f, "does not exist");
    fixture_set(f, "AWS_WEB_IDENTITY_TOKEN_FILE", f->folder);
    fixture_fails(f, "not a regular file");
    fixture_set(f, "AWS_ROLE_ARN", NULL);
    fixture_fails(f, "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not");
    assert_int_equal(http_server_count(f->server), 0);
}

static void what_sts_refuses_is_told(void **state)
{
    static const struct {
        int status;
        const char *body, *says;
    } rows[] = {
        {403,
         "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not you, " JWT
         "</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
         "HTTP 403, AccessDenied: Not you, (redacted) (request r-1)"},
        {400, "<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>",
         "ExpiredTokenException: -"},
        {400, "no xml " SECRET, "HTTP 400, -: - (request -)"},
        {404, "", "HTTP 404"},
        {200, "<html>" SECRET "</html>", "no credentials are in it"},
        {200, "", "its body is no XML"},
        {200, "<A", "its body is no XML"},
        {200, STS("<AccessKeyId>A</AccessKeyId>"), "lacks one or both keys"},
        {200, STS(KEYS("A", "2026-11-24T03:16:17Z")), "check the clock"},
        {200, STS(KEYS("A", "x")), "malformed"},
    };
    struct fixture *f = *state;

    set_up(f);
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(f, FORM, rows[i].status, rows[i].body);
        fixture_fails(f, rows[i].says);
        assert_diag(f->cx, "Cannot get S3 credentials from web identity");
    }
}

static void a_busy_sts_is_asked_again(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    f->options.max_retries = 2;
    expect(f, FORM, 503, "");
    expect(f, FORM, 500, "");
    expect(f, FORM, 200, STS(KEYS("A", SOON)));
    fixture_finds(f, "A/" SECRET "/" TOKEN);
}

static void a_hanging_sts_is_given_up(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    f->options.timeout_ms = 300;
    http_server_expect(f->server,
                       &(struct http_server_step){.reply = {.fault = HTTP_SERVER_STALL,
                                                            .where = HTTP_SERVER_IN_BODY,
                                                            .body = STS(KEYS("A", SOON))}});
    fixture_fails(f, "STS was asked for the role " ROLE ": POST http://127.0.0.1");
}

static void other_servers_are_never_given_its_keys(void **state)
{
    static const char *const hosts[] = {"fra1.digitaloceanspaces.com", "minio.example:9000",
                                        "amazonaws.com.evil.example"};
    struct fixture *f = *state;

    set_up(f);
    f->options.endpoint_from_aws_variables = true;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        f->options.host = hosts[i];
        fixture_fails(f, "web identity: for servers under amazonaws.com only");
    }
    assert_int_equal(http_server_count(f->server), 0);
}

static void variables_with_keys_come_first(void **state)
{
    struct fixture *f = *state;

    set_up(f);
    fixture_set(f, "AWS_ACCESS_KEY_ID", "K");
    fixture_set(f, "AWS_SECRET_ACCESS_KEY", SECRET_2);
    fixture_finds(f, "K/" SECRET_2 "/-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_becomes_keys),
        TEST(the_file_is_read_anew_for_each_renewal),
        TEST(what_is_wrong_here_is_found_before_asking),
        TEST(what_sts_refuses_is_told),
        TEST(a_busy_sts_is_asked_again),
        TEST(a_hanging_sts_is_given_up),
        TEST(other_servers_are_never_given_its_keys),
        TEST(variables_with_keys_come_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
