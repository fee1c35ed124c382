/* The endpoint of a container: where it may be, what it may answer, when it is asked again. */
#include "aws/credentials_private.h"
#include "fixture.h"

#define SET(key, end)                                                                              \
    "{\"AccessKeyId\": \"" key "\", \"SecretAccessKey\": \"" SECRET "\", \"Token\": \"" TOKEN      \
    "\", \"Expiration\": \"" end "\", \"RoleArn\": \"arn:x\"}"
#define FULL "AWS_CONTAINER_CREDENTIALS_FULL_URI"

static void only_near_hosts_are_asked_without_tls(void **state)
{
    static const struct {
        const char *url;
        bool allowed;
    } rows[] = {
        {"https://anywhere.example/x", true},
        {"http://127.0.0.1/x", true},
        {"http://127.9.8.7:80/x", true},
        {"http://localhost:8080", true},
        {"http://LOCALHOST", true},
        {"http://[::1]:1/x", true},
        {"http://169.254.170.2/x", true},
        {"http://169.254.170.23/v1/credentials", true},
        {"http://[fd00:ec2::23]/v1/credentials", true},
        {"http://169.254.169.254/x", false},
        {"http://anywhere.example/x", false},
        {"http://127.0.0.1.evil.example/x", false},
        {"http://127.1/x", false},
        {"http://localhost.evil.example/", false},
        {"http://localhost@evil.example/", false},
        {"http://localhost:x@evil.example/", false},
        {"http://127.0.0.1\\@evil.example/", false},
        {"http://evil.example?@localhost/", false},
        {"http://[::1].evil.example/", false},
        {"http://[::1", false},
        {"http://[", false},
        {"http://[fd00:ec2::24]/", false},
        {"http://", false},
        {"file:///etc/passwd", false},
        {"127.0.0.1", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (credentials_container_allows(rows[i].url) != rows[i].allowed) {
            fail_msg("%s", rows[i].url);
        }
    }
}

static void the_relative_uri_comes_first(void **state)
{
    struct fixture *f = *state;
    struct credentials *c = fixture_new(f);
    struct credentials_search s = {.of = c, .source = "x", .notes = buf_new(f->cx->arena, 1000)};
    const char *url = NULL;

    assert_int_equal(credentials_container_url(f->cx, &s, &url), RC_NOT_FOUND);
    fixture_set(f, FULL, "http://localhost/full");
    assert_int_equal(credentials_container_url(f->cx, &s, &url), RC_OK);
    assert_string_equal(url, "http://localhost/full");
    fixture_set(f, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1");
    assert_int_equal(credentials_container_url(f->cx, &s, &url), RC_OK);
    assert_string_equal(url, "http://169.254.170.2/v2/credentials/1");
    fixture_set(f, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example/");
    assert_int_equal(credentials_container_url(f->cx, &s, &url), RC_FAIL);
    assert_diag(f->cx, "does not start with a slash");
}

static void expect(struct fixture *f, const char *authorization, int status, const char *body)
{
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "GET",
                                      .target = "/creds",
                                      .expect = {authorization},
                                      .reply = {.status = status, .body = body},
                                  });
}

static void tokens_come_from_file_or_variable(void **state)
{
    struct fixture *f = *state;

    fixture_set(f, FULL, fixture_url(f, "/creds"));
    expect(f, "!Authorization", 200, SET("A", SOON));
    fixture_finds(f, "A/" SECRET "/" TOKEN);
    fixture_set(f, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic " SECRET_2);
    expect(f, "Authorization: Basic " SECRET_2, 200, SET("B", SOON));
    fixture_finds(f, "B/" SECRET "/" TOKEN);
    fixture_set(f, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", fixture_file(f, "token", JWT "\n"));
    expect(f, "Authorization: " JWT, 200, SET("C", SOON));
    fixture_finds(f, "C/" SECRET "/" TOKEN);
}

static void bad_tokens_are_not_sent(void **state)
{
    struct fixture *f = *state;

    fixture_set(f, FULL, fixture_url(f, "/creds"));
    fixture_set(f, "AWS_CONTAINER_AUTHORIZATION_TOKEN", SECRET_2 "\r\nx: y");
    fixture_fails(f, "has a line break");
    fixture_set(f, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", fixture_path(f, "token"));
    fixture_fails(f, "which does not exist");
    fixture_file(f, "token", " \n");
    fixture_fails(f, "is empty");
    fixture_set(f, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", f->folder);
    fixture_fails(f, "not a regular file");
    fixture_set(f, FULL, "http://far.example/creds");
    fixture_fails(f, "Nothing was sent");
    assert_int_equal(http_server_count(f->server), 0);
}

static void a_failing_endpoint_ends_the_search(void **state)
{
    static const struct {
        int status;
        const char *body, *says;
    } rows[] = {
        {403, SET("A", SOON), "it answered HTTP 403"},
        {200, "<html>" SECRET "</html>", "malformed"},
        {200, "", "malformed"},
        {200, "{\"AccessKeyId\": \"A\", \"Token\": \"" TOKEN "\"}", "lacks one or both keys"},
        {200, SET("A", "2026-11-24T03:00:00Z"), "check the clock"},
        {200, SET("A", "tomorrow"), "malformed"},
    };
    struct fixture *f = *state;

    fixture_set(f, FULL, fixture_url(f, "/creds"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(f, NULL, rows[i].status, rows[i].body);
        fixture_fails(f, rows[i].says);
        assert_diag(f->cx, "no other was used in its place");
    }
    expect(f, NULL, 500, "");
    expect(f, NULL, 500, "");
    fixture_fails(f, "it answered HTTP 500");
}

static void a_hanging_endpoint_is_given_up(void **state)
{
    struct fixture *f = *state;

    f->options.timeout_ms = 300;
    fixture_set(f, FULL, fixture_url(f, "/creds"));
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .times = 2, .reply = {.fault = HTTP_SERVER_STALL, .where = HTTP_SERVER_AT_START}});
    fixture_fails(f, "gave no keys: GET http://127.0.0.1");
}

static void a_set_is_renewed_before_it_ends(void **state)
{
    struct fixture *f = *state;
    struct credentials *c;

    fixture_set(f, FULL, fixture_url(f, "/creds"));
    c = fixture_new(f);
    expect(f, NULL, 200, SET("A", SOON));
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    test_clock_advance(&f->http->clock, 54 * 60 * 1000);
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    assert_int_equal(http_server_count(f->server), 1);
    test_clock_advance(&f->http->clock, 61 * 1000);
    expect(f, NULL, 200, SET("B", "2026-11-24T05:16:18Z"));
    assert_string_equal(fixture_keys_of(f, c), "B/" SECRET "/" TOKEN);
    assert_string_equal(fixture_keys_of(f, c), "B/" SECRET "/" TOKEN);
    assert_int_equal(http_server_count(f->server), 2);
}

static void the_old_set_serves_while_it_holds(void **state)
{
    struct fixture *f = *state;
    struct credentials *c;

    fixture_set(f, FULL, fixture_url(f, "/creds"));
    c = fixture_new(f);
    expect(f, NULL, 200, SET("A", SOON));
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    test_clock_advance(&f->http->clock, 56 * 60 * 1000);
    expect(f, NULL, 403, "");
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN); /* not asked every time */
    assert_int_equal(http_server_count(f->server), 2);
    assert_int_equal(f->cx->diags.errors, 0);
    test_clock_advance(&f->http->clock, 61 * 1000);
    expect(f, NULL, 403, "");
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    test_clock_advance(&f->http->clock, 3 * 60 * 1000);
    expect(f, NULL, 403, "");
    assert_null(fixture_keys_of(f, c));
    assert_diag(f->cx, "it answered HTTP 403");
    /* Others who ask now are told at once, without another search. */
    assert_null(fixture_keys_of(f, c));
    assert_int_equal(f->cx->diags.errors, 2);
    assert_int_equal(http_server_count(f->server), 4);
    assert_string_equal(f->cx->diags.first->detail, f->cx->diags.last->detail);
    test_clock_advance(&f->http->clock, 10000);
    expect(f, NULL, 200, SET("B", "2026-11-24T05:16:18Z"));
    assert_string_equal(fixture_keys_of(f, c), "B/" SECRET "/" TOKEN);
}

static void other_servers_are_never_given_its_keys(void **state)
{
    static const char *const hosts[] = {"fra1.digitaloceanspaces.com", "minio.example:9000",
                                        "s3.amazonaws.com.evil.example"};
    struct fixture *f = *state;

    fixture_set(f, FULL, fixture_url(f, "/creds"));
    f->options.endpoint_from_aws_variables = true;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        f->options.host = hosts[i];
        fixture_fails(f, "the container's endpoint: for servers under amazonaws.com only");
    }
    assert_int_equal(http_server_count(f->server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_near_hosts_are_asked_without_tls),
        TEST(the_relative_uri_comes_first),
        TEST(tokens_come_from_file_or_variable),
        TEST(bad_tokens_are_not_sent),
        TEST(a_failing_endpoint_ends_the_search),
        TEST(a_hanging_endpoint_is_given_up),
        TEST(a_set_is_renewed_before_it_ends),
        TEST(the_old_set_serves_while_it_holds),
        TEST(other_servers_are_never_given_its_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
