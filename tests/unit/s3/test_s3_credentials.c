/* Where a client's keys come from, and that they change in mid-run. */
#include "fixture.h"

#include <stdlib.h>
#include <unistd.h>

static const struct sigv4_param versioning[] = {{"versioning", NULL}};
static const struct s3_request request = {
    .doing = "read the versioning of",
    .permission = "s3:GetBucketVersioning",
    .method = "GET",
    .bucket = "files",
    .params = versioning,
    .n_params = 1,
    .root = "VersioningConfiguration",
};

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

static void missing_keys_send_nothing(void **state)
{
    static const struct {
        const char *access, *secret, *summary, *text;
    } rows[] = {
        {NULL, NULL, "No S3 credentials for 127.0.0.1", "SEEDBANK_S3_ACCESS_KEY is not set"},
        {"AKID", NULL, "Half a set", "s3.access_key is set but s3.secret_key is not"},
        {"", "x", "Half a set", "s3.secret_key is set but s3.access_key is not"},
    };
    static const char *const unset[] = {NULL};
    struct credentials_environment e = {variable, unset};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_client *c;
        struct s3_reply reply;
        assert_int_equal(s3_client_new(f->cx, f->session,
                                       &(struct s3_options){.endpoint = http_server_url(f->server),
                                                            .access_key = rows[i].access,
                                                            .secret_key = rows[i].secret,
                                                            .environment = &e},
                                       &c),
                         RC_OK);
        assert_int_equal(s3_request_send(f->cx, c, &request, &reply), RC_FAIL);
        assert_non_null(strstr(f->cx->diags.last->summary, "bucket files: "));
        assert_non_null(strstr(f->cx->diags.last->summary, rows[i].summary));
        assert_non_null(strstr(f->cx->diags.last->detail, rows[i].text));
    }
    assert_int_equal(http_server_count(f->server), 0);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void signed_with(struct fixture *f, const char *key, int status)
{
    http_server_expect(
        f->server,
        &(struct http_server_step){
            .expect = {arena_printf(f->cx->arena, "Authorization: AWS4-HMAC-SHA256 Credential=%s/*",
                                    key)},
            .reply = {.status = status,
                      .body =
                          status == 200 ? "<VersioningConfiguration xmlns=\"" S3_NS "\"/>" : ""},
        });
}

#define PRINTED(key, end)                                                                          \
    "{\"Version\": 1, \"AccessKeyId\": \"" key "\", \"SecretAccessKey\": \"" SECRET                \
    "\", \"SessionToken\": \"" TOKEN "\", \"Expiration\": \"" end "\"}"

/* The keys end an hour after the clock's start: a retry after that is signed with new ones. */
static void keys_are_renewed_in_mid_run(void **state)
{
    struct fixture *f = *state;
    struct s3_reply reply;
    struct s3_client *c;
    char folder[] = "/tmp/seedbank-s3-XXXXXX";
    const char *config, *keys;

    assert_non_null(mkdtemp(folder));
    config = arena_printf(f->cx->arena, "%s/config", folder);
    keys = arena_printf(f->cx->arena, "%s/keys", folder);
    const char *const table[] = {"AWS_CONFIG_FILE", config, NULL};
    struct credentials_environment e = {variable, table};
    write_file(config,
               arena_printf(f->cx->arena, "[profile p]\ncredential_process = cat %s\n", keys));
    write_file(keys, PRINTED("FIRST", "2015-08-30T13:36:00Z"));
    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(f->server),
                                                        .profile = "p",
                                                        .max_retries = 1,
                                                        .environment = &e},
                                   &c),
                     RC_OK);
    signed_with(f, "FIRST", 200);
    assert_int_equal(s3_request_send(f->cx, c, &request, &reply), RC_OK);

    /* 503 with Retry-After: 30 s before the time to renew, the wait of the retry passes it. */
    write_file(keys, PRINTED("SECOND", "2015-08-30T14:36:00Z"));
    test_clock_advance(&f->clock, (55 * 60 - 30) * 1000);
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .expect = {"Authorization: AWS4-HMAC-SHA256 Credential=FIRST/*"},
                           .reply = {.status = 503, .headers = "Retry-After: 60\r\n"},
                       });
    signed_with(f, "SECOND", 200);
    assert_int_equal(s3_request_send(f->cx, c, &request, &reply), RC_OK);
    unlink(config);
    unlink(keys);
    assert_int_equal(rmdir(folder), 0);
}

/* The clock of this machine is two hours behind. Asking for the keys teaches that: the first
 * request is signed with the server's time already. */
static void the_time_that_sts_taught_is_used(void **state)
{
    static const char keys[] =
        "<R><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>" SECRET
        "</SecretAccessKey><SessionToken>" TOKEN "</SessionToken><Expiration>2015-08-30T15:36:00Z"
        "</Expiration></Credentials></AssumeRoleResult></R>";
    struct fixture *f = *state;
    const char *variables[] = {"AWS_ENDPOINT_URL_STS", http_server_url(f->server), NULL};
    struct credentials_environment e = {variable, variables};
    struct credentials_assume role = {.role_arn = "arn:r"};
    const struct http_server_step steps[] = {
        {.method = "POST",
         .expect = {"x-amz-date: 20150830T123600Z"},
         .reply = {.status = 403,
                   .headers = "Date: Sun, 30 Aug 2015 14:36:00 GMT\r\n",
                   .body = "<E><Error><Code>RequestExpired</Code></Error></E>"}},
        {.method = "POST", .expect = {"x-amz-date: 20150830T143600Z"}, .reply = {.body = keys}},
        {.method = "GET",
         .expect = {"x-amz-date: 20150830T143600Z"},
         .reply = {.body = "<VersioningConfiguration xmlns=\"" S3_NS "\"/>"}},
    };
    struct s3_client *c;
    struct s3_reply reply;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(f->server),
                                                        .access_key = "AKID",
                                                        .secret_key = SECRET,
                                                        .assume = &role,
                                                        .environment = &e},
                                   &c),
                     RC_OK);
    for (size_t i = 0; i < COUNT(steps); i++) {
        http_server_expect(f->server, &steps[i]);
    }
    assert_int_equal(s3_request_send(f->cx, c, &request, &reply), RC_OK);
    assert_int_equal(http_server_count(f->server), COUNT(steps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_time_that_sts_taught_is_used),
        TEST(missing_keys_send_nothing),
        TEST(keys_are_renewed_in_mid_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
