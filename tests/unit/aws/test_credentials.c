/* Which source serves which server; one set from one source. */
#include "fixture.h"

static void servers_are_told_apart_by_label(void **state)
{
    static const struct {
        const char *host;
        enum credentials_place place;
    } rows[] = {
        {"s3.eu-west-1.amazonaws.com", CREDENTIALS_AWS},
        {"S3.EU-WEST-1.AMAZONAWS.COM:443", CREDENTIALS_AWS},
        {"s3.eu-west-1.amazonaws.com.", CREDENTIALS_AWS},
        {"s3.cn-north-1.amazonaws.com.cn", CREDENTIALS_AWS},
        {"amazonaws.com", CREDENTIALS_AWS},
        {"notamazonaws.com", CREDENTIALS_OTHER},
        {"s3.notamazonaws.com", CREDENTIALS_OTHER},
        {"s3.amazonaws.com.evil.example", CREDENTIALS_OTHER},
        {"amazonaws.com.evil", CREDENTIALS_OTHER},
        {"s3.amazonaws.com.cn.evil", CREDENTIALS_OTHER},
        {"amazonaws.com-evil.example", CREDENTIALS_OTHER},
        {"fra1.digitaloceanspaces.com", CREDENTIALS_SPACES},
        {"b.fra1.DigitalOceanSpaces.com:443", CREDENTIALS_SPACES},
        {"xdigitaloceanspaces.com", CREDENTIALS_OTHER},
        {"digitaloceanspaces.com.evil", CREDENTIALS_OTHER},
        {"127.0.0.1:9000", CREDENTIALS_OTHER},
        {"[::1]:9000", CREDENTIALS_OTHER},
        {"localhost", CREDENTIALS_OTHER},
        {"", CREDENTIALS_OTHER},
        {".", CREDENTIALS_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (credentials_place(rows[i].host) != rows[i].place) {
            fail_msg("%s", rows[i].host);
        }
    }
}

static void set_all(struct fixture *f)
{
    fixture_set(f, "SPACES_ACCESS_KEY_ID", "DO");
    fixture_set(f, "SPACES_SECRET_ACCESS_KEY", SECRET);
    fixture_set(f, "AWS_ACCESS_KEY_ID", "AWS");
    fixture_set(f, "AWS_SECRET_ACCESS_KEY", SECRET);
    fixture_set(f, "AWS_SESSION_TOKEN", TOKEN);
}

static void each_server_gets_its_own_variables(void **state)
{
    struct fixture *f = *state;

    set_all(f);
    fixture_finds(f, "AWS/" SECRET "/" TOKEN);
    f->options.host = "fra1.digitaloceanspaces.com";
    fixture_finds(f, "DO/" SECRET "/-");
    f->options.host = "minio.example:9000";
    fixture_fails(f, "did not come from AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL");
    f->options.endpoint_from_aws_variables = true;
    assert_string_equal(fixture_keys_of(f, fixture_new(f)), "AWS/" SECRET "/" TOKEN);
    /* Spaces keys are Spaces keys, wherever the endpoint was set. */
    f->options.host = "fra1.digitaloceanspaces.com";
    assert_string_equal(fixture_keys_of(f, fixture_new(f)), "DO/" SECRET "/-");
}

static void settings_come_before_the_environment(void **state)
{
    static const char *const hosts[] = {AWS_HOST, "fra1.digitaloceanspaces.com", "minio.example"};
    struct fixture *f = *state;

    set_all(f);
    fixture_set(f, "SEEDBANK_S3_ACCESS_KEY", "OWN");
    fixture_set(f, "SEEDBANK_S3_SECRET_KEY", SECRET_2);
    for (size_t i = 0; i < COUNT(hosts); i++) {
        f->options.host = hosts[i];
        f->options.given = (struct sigv4_credentials){NULL, "", NULL};
        fixture_finds(f, "OWN/" SECRET_2 "/-");
        f->options.given = (struct sigv4_credentials){"GIVEN", SECRET, TOKEN};
        fixture_finds(f, "GIVEN/" SECRET "/" TOKEN);
    }
}

static void half_a_set_ends_the_search(void **state)
{
    struct fixture *f = *state;

    set_all(f);
    fixture_set(f, "AWS_SECRET_ACCESS_KEY", "");
    fixture_fails(f, "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not");
    fixture_set(f, "AWS_ACCESS_KEY_ID", NULL);
    fixture_fails(f, "AWS_SESSION_TOKEN is set but AWS_ACCESS_KEY_ID is not");
    fixture_set(f, "SEEDBANK_S3_SECRET_KEY", SECRET);
    fixture_fails(f, "SEEDBANK_S3_SECRET_KEY is set but SEEDBANK_S3_ACCESS_KEY is not");
    f->options.given.access_key = "A";
    fixture_fails(f, "s3.access_key is set but s3.secret_key is not");
    f->options.host = "fra1.digitaloceanspaces.com";
    f->options.given.access_key = NULL;
    fixture_set(f, "SEEDBANK_S3_SECRET_KEY", NULL);
    fixture_set(f, "SPACES_ACCESS_KEY_ID", NULL);
    fixture_fails(f, "SPACES_SECRET_ACCESS_KEY is set but SPACES_ACCESS_KEY_ID is not");
}

static void a_blank_around_a_key_is_told(void **state)
{
    static const char *const odd[] = {SECRET "\n", " " SECRET, SECRET "\t", SECRET "\r\n", " "};
    struct fixture *f = *state;

    /* One inside is a server's own business. */
    f->options.given = (struct sigv4_credentials){"A", SECRET " " SECRET, NULL};
    fixture_finds(f, "A/" SECRET " " SECRET "/-");
    f->options.given = (struct sigv4_credentials){NULL, NULL, NULL};
    set_all(f);
    for (size_t i = 0; i < COUNT(odd); i++) {
        fixture_set(f, "AWS_SECRET_ACCESS_KEY", odd[i]);
        fixture_fails(f, "AWS_SECRET_ACCESS_KEY begins or ends with a blank or a line break");
    }
    f->options.given = (struct sigv4_credentials){"A", SECRET, TOKEN "\n"};
    fixture_fails(f, "s3.session_token begins or ends");
}

static void nothing_lists_what_was_looked_at(void **state)
{
    static const char *const listed[] = {
        "the settings: s3.access_key and s3.secret_key are not set",
        "SEEDBANK_S3_ACCESS_KEY is not set",
        "SPACES_SECRET_ACCESS_KEY: for servers under digitaloceanspaces.com only",
        "AWS_ACCESS_KEY_ID is not set",
    };
    struct fixture *f = *state;

    fixture_fails(f, "No S3 credentials for " AWS_HOST);
    for (size_t i = 0; i < COUNT(listed); i++) {
        assert_diag(f->cx, listed[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_told_apart_by_label),
        TEST(each_server_gets_its_own_variables),
        TEST(settings_come_before_the_environment),
        TEST(half_a_set_ends_the_search),
        TEST(a_blank_around_a_key_is_told),
        TEST(nothing_lists_what_was_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
