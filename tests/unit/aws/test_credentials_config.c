/* Profiles: keys, roles by way of other keys, and what is refused. */
#include "fixture.h"

#define ROLE "arn:aws:iam::1:role/r"
#define STS(action, key)                                                                           \
    "<" action "Response><" action "Result><Credentials><AccessKeyId>" key "</AccessKeyId>"        \
    "<SecretAccessKey>" SECRET_2 "</SecretAccessKey><SessionToken>" TOKEN "</SessionToken>"        \
    "<Expiration>" SOON "</Expiration></Credentials></" action "Result></" action "Response>"
#define KEYS(key) "aws_access_key_id = " key "\naws_secret_access_key = " SECRET "\n"
#define BASE      "[profile base]\n" KEYS("BASE")

static void files(struct fixture *f, const char *config, const char *credentials)
{
    fixture_file(f, "config", config);
    fixture_file(f, "credentials", credentials);
    fixture_set(f, "AWS_CONFIG_FILE", "~/config");
    fixture_set(f, "AWS_SHARED_CREDENTIALS_FILE", fixture_path(f, "credentials"));
    fixture_set(f, "AWS_ENDPOINT_URL_STS", http_server_url(f->server));
}

/* A role asked for with that key. */
static void expect_role(struct fixture *f, const char *key, const char *form, const char *reply)
{
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .method = "POST",
            .target = "/",
            .expect = {arena_printf(f->cx->arena,
                                    "Authorization: AWS4-HMAC-SHA256 "
                                    "Credential=%s/20261124/eu-central-1/sts/aws4_request*",
                                    key),
                       "Content-Type: application/x-www-form-urlencoded"},
            .body = form,
            .reply = {.body = reply},
        });
}

static void a_profile_has_keys(void **state)
{
    struct fixture *f = *state;

    files(f, "[default]\n" KEYS("CFG") "[profile p]\n" KEYS("P"),
          "[q]\n" KEYS("Q") "aws_session_token = " TOKEN "\n");
    fixture_finds(f, "CFG/" SECRET "/-");
    fixture_set(f, "AWS_DEFAULT_PROFILE", "q");
    fixture_finds(f, "Q/" SECRET "/" TOKEN);
    fixture_set(f, "AWS_PROFILE", "p");
    fixture_finds(f, "P/" SECRET "/-");
    fixture_file(f, "credentials", "[p]\n" KEYS("CRED"));
    fixture_finds(f, "CRED/" SECRET "/-");
}

static void keys_are_never_mixed_of_two_files(void **state)
{
    struct fixture *f = *state;

    files(f, "[default]\naws_secret_access_key = " SECRET "\n",
          "[default]\naws_access_key_id = A\n");
    fixture_fails(f, "aws_access_key_id of profile default in ");
    files(f, "[default]\n" KEYS("A"), "[default]\naws_session_token = " TOKEN "\n");
    fixture_fails(f, "aws_session_token of profile default in ");
    files(f, "[default]\naws_access_key_id = A\n", "");
    fixture_fails(f, "is set but aws_secret_access_key of profile default");
}

static void a_profile_by_name_serves_every_server(void **state)
{
    static const char *const hosts[] = {AWS_HOST, "fra1.digitaloceanspaces.com", "minio.example"};
    struct fixture *f = *state;

    files(f, "[default]\n" KEYS("D"), "[p]\n" KEYS("P"));
    fixture_set(f, "SEEDBANK_S3_ACCESS_KEY", "OWN");
    fixture_set(f, "SEEDBANK_S3_SECRET_KEY", SECRET_2);
    f->options.profile = "p";
    for (size_t i = 0; i < COUNT(hosts); i++) {
        f->options.host = hosts[i];
        fixture_finds(f, "P/" SECRET "/-");
    }
    f->options.given = (struct sigv4_credentials){"GIVEN", SECRET, NULL};
    fixture_fails(f, "Two sources of S3 credentials");
}

static void the_environments_profile_is_for_aws_only(void **state)
{
    struct fixture *f = *state;

    files(f, "[default]\n" KEYS("D"), "[p]\n" KEYS("P"));
    fixture_set(f, "AWS_PROFILE", "p");
    f->options.endpoint_from_aws_variables = true;
    f->options.host = "minio.example";
    fixture_fails(f, "credentials files: for servers under amazonaws.com only");
    f->options.host = "fra1.digitaloceanspaces.com";
    fixture_fails(f, "credentials files: for servers under amazonaws.com only");
}

static void profiles_that_are_missing_or_bare(void **state)
{
    struct fixture *f = *state;

    fixture_fails(f, "no keys for profile default in ");
    assert_diag(f->cx, "/.aws/config (missing) and ");
    fixture_set(f, "AWS_PROFILE", "absent");
    fixture_fails(f, "AWS_PROFILE names the profile absent, which does not exist");
    f->options.profile = "absent";
    fixture_fails(f, "Profile absent does not exist. Looked at were ");
    files(f, "[profile bare]\nregion = x\n", "");
    f->options.profile = "bare";
    fixture_fails(f, "Profile bare has no keys");
    f->options.profile = NULL;
    fixture_set(f, "AWS_PROFILE", "bare");
    fixture_fails(f, "no keys for profile bare in ");
    fixture_set(f, "HOME", NULL);
    fixture_set(f, "AWS_PROFILE", NULL);
    fixture_set(f, "AWS_CONFIG_FILE", NULL);
    fixture_set(f, "AWS_SHARED_CREDENTIALS_FILE", NULL);
    fixture_fails(f, "no file, since HOME is not set");
}

static void bad_files_end_the_search(void **state)
{
    struct fixture *f = *state;

    files(f, "[default]\n" SECRET "\n", "");
    fixture_fails(f, "is malformed: line 2: ");
    fixture_set(f, "AWS_CONFIG_FILE", f->folder);
    fixture_fails(f, "not a regular file");
}

static void a_role_is_asked_for_with_the_source_profiles_keys(void **state)
{
    struct fixture *f = *state;

    files(f,
          BASE "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\nexternal_id = e/1\n"
               "role_session_name = me\nduration_seconds = 900\n",
          "");
    f->options.profile = "p";
    expect_role(f, "BASE",
                "Action=AssumeRole&DurationSeconds=900&ExternalId=e%2F1&RoleArn=arn%3Aaws%3Aiam%3A%"
                "3A1%3Arole%2Fr&RoleSessionName=me&Version=2011-06-15",
                STS("AssumeRole", "ROLE"));
    fixture_finds(f, "ROLE/" SECRET_2 "/" TOKEN);
}

static void roles_follow_one_another(void **state)
{
    struct fixture *f = *state;

    files(f,
          BASE "[profile mid]\nrole_arn = " ROLE "\nsource_profile = base\n"
               "[profile p]\nrole_arn = arn:2\nsource_profile = mid\n"
               "[profile own]\nrole_arn = arn:3\nsource_profile = own\n" KEYS("OWN"),
          "");
    f->options.profile = "p";
    expect_role(f, "BASE", NULL, STS("AssumeRole", "MID"));
    expect_role(f, "MID", NULL, STS("AssumeRole", "END"));
    fixture_finds(f, "END/" SECRET_2 "/" TOKEN);
    f->options.profile = "own";
    expect_role(f, "OWN", NULL, STS("AssumeRole", "END"));
    fixture_finds(f, "END/" SECRET_2 "/" TOKEN);
}

static void a_role_proves_itself_in_other_ways(void **state)
{
    struct fixture *f = *state;

    files(f,
          arena_printf(f->cx->arena,
                       "[profile w]\nrole_arn = arn:w\nweb_identity_token_file = %s\n"
                       "[profile e]\nrole_arn = arn:e\ncredential_source = Environment\n"
                       "[profile c]\nrole_arn = arn:c\ncredential_source = EcsContainer\n",
                       fixture_file(f, "token", JWT)),
          "");
    f->options.profile = "w";
    fixture_expect(f, "POST", "/", 200, STS("AssumeRoleWithWebIdentity", "W"));
    fixture_finds(f, "W/" SECRET_2 "/" TOKEN);
    f->options.profile = "c";
    fixture_set(f, "AWS_CONTAINER_CREDENTIALS_FULL_URI", fixture_url(f, "/c"));
    fixture_expect(f, "GET", "/c", 200,
                   "{\"AccessKeyId\": \"C\", \"SecretAccessKey\": \"" SECRET "\"}");
    expect_role(f, "C", NULL, STS("AssumeRole", "CROLE"));
    fixture_finds(f, "CROLE/" SECRET_2 "/" TOKEN);
    f->options.profile = "e";
    fixture_fails(f, "credential_source = Environment, which gave no keys");
    assert_diag(f->cx, "AWS_ACCESS_KEY_ID is not set");
    fixture_set(f, "AWS_ACCESS_KEY_ID", "E");
    fixture_set(f, "AWS_SECRET_ACCESS_KEY", SECRET);
    expect_role(f, "E", NULL, STS("AssumeRole", "EROLE"));
    assert_string_equal(fixture_keys_of(f, fixture_new(f)), "EROLE/" SECRET_2 "/" TOKEN);
}

static void what_cannot_be_done_is_refused(void **state)
{
    static const char *const rows[][2] = {
        {"sso_session = s\n", "is not supported"},
        {"sso_start_url = https://x\nsso_account_id = 1\n", "export-credentials --profile p"},
        {"role_arn = r\n", "wants exactly one of"},
        {"role_arn = r\nsource_profile = base\ncredential_source = Environment\n",
         "wants exactly one of"},
        {"role_arn = r\nsource_profile = base\nmfa_serial = m\n", "second factor"},
        {"role_arn = r\nsource_profile = none\n", "no keys were found there"},
        {"role_arn = r\nsource_profile = p\n", "no keys were found there"},
        {"role_arn = r\ncredential_source = Moon\n", "unknown credential_source"},
        {"role_arn = r\nweb_identity_token_file = /no/such\n", "/no/such does not exist"},
        {"role_arn = r\nsource_profile = q\n[profile q]\nrole_arn = r\nsource_profile = p\n",
         "in a circle, or over more than 5 roles: p -> q -> p"},
    };
    struct fixture *f = *state;

    f->options.profile = "p";
    for (size_t i = 0; i < COUNT(rows); i++) {
        files(f, arena_printf(f->cx->arena, BASE "[profile p]\n%s", rows[i][0]), "");
        fixture_fails(f, rows[i][1]);
    }
    assert_int_equal(http_server_count(f->server), 0);
}

static void long_chains_end(void **state)
{
    struct fixture *f = *state;
    char *config = arena_strdup(f->cx->arena, "");

    for (int i = 0; i < 20; i++) {
        config = arena_printf(f->cx->arena, "%s[profile p%d]\nrole_arn = r\nsource_profile = p%d\n",
                              config, i, i + 1);
    }
    files(f, config, "");
    f->options.profile = "p0";
    fixture_fails(f, "over more than 5 roles: p0 -> p1 -> p2 -> p3 -> p4 -> p5");
}

/* Also when a profile named in the settings asks for them. */
static void machine_keys_never_go_to_another_server(void **state)
{
    static const char *const profiles[] = {"w", "c", "i"};
    struct fixture *f = *state;

    files(f,
          arena_printf(f->cx->arena,
                       BASE "[profile w]\nrole_arn = r\nweb_identity_token_file = %s\n"
                            "[profile c]\nrole_arn = r\ncredential_source = EcsContainer\n"
                            "[profile i]\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n"
                            "[profile via]\nrole_arn = r\nsource_profile = c\n"
                            "[profile r]\nrole_arn = " ROLE "\nsource_profile = base\n",
                       fixture_file(f, "token", JWT)),
          "");
    fixture_set(f, "AWS_CONTAINER_CREDENTIALS_FULL_URI", fixture_url(f, "/c"));
    fixture_set(f, "AWS_EC2_METADATA_DISABLED", NULL);
    fixture_set(f, "AWS_EC2_METADATA_SERVICE_ENDPOINT", http_server_url(f->server));
    f->options.host = "minio.example";
    f->options.endpoint_from_aws_variables = true;
    for (size_t i = 0; i < COUNT(profiles); i++) {
        f->options.profile = profiles[i];
        fixture_fails(f, "whose keys are for servers under amazonaws.com only");
    }
    f->options.profile = "via";
    fixture_fails(f, "Profile c has credential_source, whose keys are for servers under");
    assert_int_equal(http_server_count(f->server), 0);

    /* A role that another server's STS knows. */
    f->options.profile = "r";
    expect_role(f, "BASE", NULL, STS("AssumeRole", "R"));
    assert_string_equal(fixture_keys_of(f, fixture_new(f)), "R/" SECRET_2 "/" TOKEN);
    fixture_set(f, "AWS_ENDPOINT_URL_STS", NULL);
    fixture_fails(f, "AWS_ENDPOINT_URL_STS must name the server that knows the role");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_profile_has_keys),
        TEST(keys_are_never_mixed_of_two_files),
        TEST(a_profile_by_name_serves_every_server),
        TEST(the_environments_profile_is_for_aws_only),
        TEST(profiles_that_are_missing_or_bare),
        TEST(bad_files_end_the_search),
        TEST(a_role_is_asked_for_with_the_source_profiles_keys),
        TEST(roles_follow_one_another),
        TEST(a_role_proves_itself_in_other_ways),
        TEST(what_cannot_be_done_is_refused),
        TEST(long_chains_end),
        TEST(machine_keys_never_go_to_another_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
