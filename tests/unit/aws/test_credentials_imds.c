/* The metadata service of an instance, version 2, and machines that are none. */
#include "fixture.h"

#define ROLES "/latest/meta-data/iam/security-credentials/"
#define KEYS                                                                                       \
    "{\"Code\": \"Success\", \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"" SECRET               \
    "\", \"Token\": \"" TOKEN "\", \"Expiration\": \"" SOON "\"}"

static void enable(struct fixture *f)
{
    fixture_set(f, "AWS_EC2_METADATA_DISABLED", NULL);
    fixture_set(f, "AWS_EC2_METADATA_SERVICE_ENDPOINT", fixture_url(f, "/"));
}

static void expect_token(struct fixture *f)
{
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "PUT",
                                      .target = "/latest/api/token",
                                      .expect = {"X-aws-ec2-metadata-token-ttl-seconds: 21600"},
                                      .reply = {.body = SECRET_2},
                                  });
}

static void expect_get(struct fixture *f, const char *target, int status, const char *body)
{
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "GET",
                                      .target = target,
                                      .expect = {"X-aws-ec2-metadata-token: " SECRET_2},
                                      .reply = {.status = status, .body = body},
                                  });
}

static void keys_come_in_three_steps(void **state)
{
    struct fixture *f = *state;

    enable(f);
    expect_token(f);
    expect_get(f, ROLES, 200, "my-role+1\n");
    expect_get(f, ROLES "my-role+1", 200, KEYS);
    fixture_finds(f, "A/" SECRET "/" TOKEN);
}

static void what_goes_wrong_is_noted(void **state)
{
    static const struct {
        int roles_status;
        const char *roles;
        int status;
        const char *keys, *says;
    } rows[] = {
        {404, "", 0, NULL, "was answered with HTTP 404"},
        {200, "", 0, NULL, "no role is attached"},
        {200, "../../user-data", 0, NULL, "the name of the role that came is malformed"},
        {200, "<html>" SECRET "</html>", 0, NULL, "the role that came is malformed"},
        {200, "r", 401, SECRET, "was answered with HTTP 401"},
        {200, "r", 200, "{\"Code\": \"AssumeRoleUnauthorizedAccess\"}",
         "it has no keys for role r"},
        {200, "r", 200, "{}", "it has no keys for role r"},
        {200, "r", 200, SECRET, "malformed"},
        {200, "r", 200, "{\"Code\": \"Success\", \"AccessKeyId\": \"A\"}", "lacks"},
    };
    struct fixture *f = *state;

    enable(f);
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect_token(f);
        expect_get(f, ROLES, rows[i].roles_status, rows[i].roles);
        if (rows[i].keys) {
            expect_get(f, ROLES "r", rows[i].status, rows[i].keys);
        }
        fixture_fails(f, rows[i].says);
        assert_diag(f->cx, "No S3 credentials for " AWS_HOST);
    }
}

static void a_token_is_a_must(void **state)
{
    static const struct {
        int status;
        const char *body, *says;
    } rows[] = {
        {403, "", "was answered with HTTP 403"},
        {200, "", "session token that came is malformed"},
        {200, "<html>login</html>", "session token that came is malformed"},
        {200, "a b", "session token that came is malformed"},
    };
    struct fixture *f = *state;

    enable(f);
    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_expect(f, "PUT", "/latest/api/token", rows[i].status, rows[i].body);
        fixture_fails(f, rows[i].says);
    }
}

static void no_instance_is_found_out_soon(void **state)
{
    struct fixture *f = *state;

    f->options.timeout_ms = 200;
    enable(f);
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .times = 2, .reply = {.fault = HTTP_SERVER_STALL, .where = HTTP_SERVER_AT_START}});
    fixture_fails(f, "the metadata of this EC2 instance: PUT http://127.0.0.1");
    fixture_set(f, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    fixture_fails(f, "PUT http://127.0.0.1:1: ");
    fixture_set(f, "AWS_EC2_METADATA_DISABLED", "True");
    fixture_fails(f, "turned off by AWS_EC2_METADATA_DISABLED");
}

static void a_cancelled_search_says_only_that(void **state)
{
    struct fixture *f = *state;

    enable(f);
    cancel_raise(f->http->cancel);
    fixture_fails(f, "interrupted");
}

static void other_servers_are_never_given_its_keys(void **state)
{
    static const char *const hosts[] = {"fra1.digitaloceanspaces.com", "minio.example:9000",
                                        "notamazonaws.com"};
    struct fixture *f = *state;

    enable(f);
    f->options.endpoint_from_aws_variables = true;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        f->options.host = hosts[i];
        fixture_fails(f, "the metadata of this EC2 instance: for servers under amazonaws.com only");
    }
    assert_int_equal(http_server_count(f->server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_come_in_three_steps),
        TEST(what_goes_wrong_is_noted),
        TEST(a_token_is_a_must),
        TEST(no_instance_is_found_out_soon),
        TEST(a_cancelled_search_says_only_that),
        TEST(other_servers_are_never_given_its_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
