/* Whose keys go where: what each side of a command takes from options and environment. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/session.h"
#include "http_server.h"
#include "s3/s3_request.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/settings.h"

#define NS      "http://s3.amazonaws.com/doc/2006-03-01/"
#define COMMON  "http://127.0.0.1:1"
#define MAX_SET 6

struct side_test {
    struct http_server *server;
    struct session *session;
    struct ctx *cx;
    struct cli cli;
};

static const char *const variables[] = {
    "SEEDBANK_S3_ENDPOINT",       "SEEDBANK_S3_REGION",         "SEEDBANK_S3_ACCESS_KEY",
    "SEEDBANK_S3_SECRET_KEY",     "SEEDBANK_S3_SESSION_TOKEN",  "SEEDBANK_DST_S3_ENDPOINT",
    "SEEDBANK_DST_S3_REGION",     "SEEDBANK_DST_S3_ACCESS_KEY", "SEEDBANK_DST_S3_SECRET_KEY",
    "SEEDBANK_SRC_S3_ACCESS_KEY", "AWS_ENDPOINT_URL_S3",        "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",          "AWS_SECRET_ACCESS_KEY",      "AWS_REGION",
};

static int begin(void **state)
{
    static const struct cli_program program = {.name = "seedbank-bucket"};
    struct side_test *t = test_calloc(1, sizeof *t);

    for (size_t i = 0; i < COUNT(variables); i++) {
        unsetenv(variables[i]);
    }
    t->server = http_server_start(&(struct http_server_options){.any_order = false});
    t->session = session_new();
    t->cx = ctx_new(&(struct ctx_options){.session = t->session});
    t->cli = (struct cli){.program = &program, .cx = t->cx, .session = t->session};
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct side_test *t = *state;

    for (size_t i = 0; i < COUNT(variables); i++) {
        unsetenv(variables[i]);
    }
    http_server_stop(t->server);
    assert_satisfied(t->server);
    ctx_free(t->cx);
    session_free(t->session);
    http_server_free(t->server);
    test_free(t);
    return 0;
}

/* One row: options of the side and common ones ("@": the server), variables; what comes of it. */
struct row {
    struct settings own, common;
    const char *set[MAX_SET][2];
    const char *url;    /* "@": the server, then the request must be signed by `signer` */
    const char *signer; /* key and region, "KEY/region"; NULL: no keys are found, nothing is sent */
};

static const char *real(const struct side_test *t, const char *text)
{
    return text != NULL && strcmp(text, "@") == 0 ? http_server_url(t->server) : text;
}

static void ask(struct side_test *t, const struct row *row, const struct s3_target *target)
{
    static const struct sigv4_param params[] = {{"versioning", NULL}};
    const struct s3_request request = {
        .doing = "read the versioning of",
        .permission = "s3:GetBucketVersioning",
        .method = "GET",
        .bucket = target->bucket,
        .params = params,
        .n_params = 1,
        .root = "VersioningConfiguration",
    };
    struct s3_reply reply;

    if (row->signer == NULL) {
        assert_int_equal(s3_request_send(t->cx, target->client, &request, &reply), RC_FAIL);
        assert_diag(t->cx, "No S3 credentials for");
        assert_diag(t->cx, "SEEDBANK_DST_S3_ACCESS_KEY");
        return;
    }
    http_server_expect(
        t->server,
        &(struct http_server_step){
            .reply = {.status = 200, .body = "<VersioningConfiguration xmlns=\"" NS "\"/>"}});
    assert_int_equal(s3_request_send(t->cx, target->client, &request, &reply), RC_OK);
}

static void signed_by(struct side_test *t, const char *signer)
{
    const struct http_server_request *r =
        http_server_request(t->server, http_server_count(t->server) - 1);
    const char *by = http_server_header(r, "Authorization");
    size_t key = strcspn(signer, "/");

    assert_non_null(strstr(by, arena_printf(t->cx->arena, "Credential=%.*s/", (int)key, signer)));
    assert_non_null(strstr(by, arena_printf(t->cx->arena, "%s/s3/", signer + key)));
}

#define KEYS(set, key)                                                                             \
    {set "_ACCESS_KEY", key},                                                                      \
    {                                                                                              \
        set "_SECRET_KEY", "secret-of-" key                                                        \
    }

static const struct row rows[] = {
    /* Nothing of its own: the common server, with the common keys. */
    {{0}, {.endpoint = "@"}, {KEYS("SEEDBANK_S3", "COMMON")}, "@", "COMMON/us-east-1"},
    {{.region = "r-own"},
     {.endpoint = "@", .region = "r-common"},
     {KEYS("SEEDBANK_S3", "COMMON")},
     "@",
     "COMMON/r-own"},
    {{0},
     {.endpoint = "@", .region = "r-common"},
     {KEYS("SEEDBANK_S3", "COMMON"), {"SEEDBANK_DST_S3_REGION", "r-set"}},
     "@",
     "COMMON/r-set"},
    {{0},
     {.region = "r-common"},
     {KEYS("SEEDBANK_S3", "COMMON"), {"AWS_ENDPOINT_URL", "@"}},
     "@",
     "COMMON/r-common"},
    /* A set of its own, by options or variables. */
    {{.endpoint = "@"},
     {.endpoint = COMMON, .region = "r-common"},
     {KEYS("SEEDBANK_S3", "COMMON"), KEYS("SEEDBANK_DST_S3", "OWN")},
     "@",
     "OWN/us-east-1"},
    {{0},
     {.endpoint = COMMON},
     {KEYS("SEEDBANK_S3", "COMMON"),
      KEYS("SEEDBANK_DST_S3", "OWN"),
      {"SEEDBANK_DST_S3_ENDPOINT", "@"},
      {"SEEDBANK_DST_S3_REGION", "r-set"}},
     "@",
     "OWN/r-set"},
    {{.endpoint = "@", .region = "r-own"},
     {0},
     {KEYS("SEEDBANK_DST_S3", "OWN"),
      {"SEEDBANK_DST_S3_ENDPOINT", COMMON},
      {"SEEDBANK_DST_S3_REGION", "r-set"}},
     "@",
     "OWN/r-own"},
    /* The common keys do not go to an endpoint of its own ... */
    {{.endpoint = "@"}, {.endpoint = COMMON}, {KEYS("SEEDBANK_S3", "COMMON")}, "@", NULL},
    {{0},
     {0},
     {KEYS("SEEDBANK_S3", "COMMON"),
      {"SEEDBANK_S3_ENDPOINT", COMMON},
      {"SEEDBANK_DST_S3_ENDPOINT", "@"}},
     "@",
     NULL},
    {{.endpoint = "@"},
     {0},
     {{"AWS_ACCESS_KEY_ID", "AKID"},
      {"AWS_SECRET_ACCESS_KEY", "secret-of-AKID"},
      {"AWS_ENDPOINT_URL_S3", COMMON}},
     "@",
     NULL},
    /* ... nor keys of its own to the common endpoint, nor to that of AWS's variables. */
    {{0},
     {.endpoint = COMMON},
     {KEYS("SEEDBANK_DST_S3", "OWN"), {"SEEDBANK_S3_ENDPOINT", COMMON}},
     "https://s3.us-east-1.amazonaws.com",
     ""},
    {{0},
     {0},
     {KEYS("SEEDBANK_DST_S3", "OWN"),
      {"AWS_ENDPOINT_URL_S3", COMMON},
      {"AWS_ENDPOINT_URL", COMMON},
      {"SEEDBANK_DST_S3_REGION", "eu-central-1"}},
     "https://s3.eu-central-1.amazonaws.com",
     ""},
    {{.profile = "backup"}, {.endpoint = COMMON}, {{0}}, "https://s3.us-east-1.amazonaws.com", ""},
    /* Keys of the other side are nobody's here. */
    {{0},
     {.endpoint = "@"},
     {KEYS("SEEDBANK_S3", "COMMON"), {"SEEDBANK_SRC_S3_ACCESS_KEY", "SRC"}},
     "@",
     "COMMON/us-east-1"},
};

static void test_whose_keys_go_where(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct settings own = row->own, common = row->common;
        struct s3_target target;
        struct side_test *t;
        begin(state);
        t = *state;
        own.endpoint = real(t, own.endpoint);
        common.endpoint = real(t, common.endpoint);
        for (size_t k = 0; k < MAX_SET && row->set[k][0] != NULL; k++) {
            setenv(row->set[k][0], real(t, row->set[k][1]), 1);
        }
        assert_int_equal(settings_target_of(&t->cli,
                                            &(struct settings_of){&settings_dst, &own, &common},
                                            "files", &target),
                         RC_OK);
        assert_string_equal(target.bucket, "files");
        assert_string_equal(s3_client_url(t->cx->arena, target.client), real(t, row->url));
        if (strcmp(row->url, "@") == 0) {
            ask(t, row, &target);
        }
        if (row->signer != NULL && *row->signer != '\0') {
            signed_by(t, row->signer);
        }
        end(state);
    }
}

static void test_what_a_side_does_not_say_is_the_common_one_s(void **state)
{
    struct side_test *t = *state;
    struct settings own = {.owner = NULL};
    struct settings common = {.endpoint = COMMON, .owner = "111122223333"};
    struct s3_target target;

    assert_int_equal(settings_target_of(&t->cli,
                                        &(struct settings_of){&settings_src, &own, &common},
                                        "files", &target),
                     RC_OK);
    assert_string_equal(target.expected_owner, "111122223333");
    own.owner = "444455556666";
    assert_int_equal(settings_target_of(&t->cli,
                                        &(struct settings_of){&settings_src, &own, &common},
                                        "files", &target),
                     RC_OK);
    assert_string_equal(target.expected_owner, "444455556666");
    own = (struct settings){.endpoint = "http://127.0.0.1:2"};
    assert_int_equal(settings_target_of(&t->cli,
                                        &(struct settings_of){&settings_src, &own, &common},
                                        "files", &target),
                     RC_OK);
    assert_null(target.expected_owner);
}

/* The rows of a side are the common ones with a prefix: nothing is forgotten. */
static void test_each_side_has_all_options(void **state)
{
    static const struct settings_side *const sides[] = {&settings_src, &settings_dst,
                                                        &settings_against};
    struct side_test *t = *state;

    for (size_t i = 0; i < COUNT(sides); i++) {
        const struct cli_option *own = sides[i]->options, *common = settings_options;
        for (; common->name != NULL; own++, common++) {
            assert_string_equal(own->name,
                                arena_printf(t->cx->arena, "%s%s", sides[i]->prefix, common->name));
            assert_int_equal(own->offset, common->offset);
            assert_int_equal(own->kind, common->kind);
        }
        assert_null(own->name);
    }
}

static void test_messages_name_the_variables_of_the_side(void **state)
{
    struct side_test *t = *state;
    struct settings own = {.endpoint = http_server_url(t->server)}, common = {.endpoint = NULL};
    const struct settings_of of = {&settings_src, &own, &common};
    struct s3_target target;

    setenv("SEEDBANK_SRC_S3_ACCESS_KEY", "unknown", 1);
    setenv("SEEDBANK_SRC_S3_SECRET_KEY", "secret-of-unknown", 1);
    http_server_expect(
        t->server,
        &(struct http_server_step){
            .reply = {.status = 403, .body = "<Error><Code>InvalidAccessKeyId</Code></Error>"}});
    assert_int_equal(settings_target_of(&t->cli, &of, "files", &target), RC_OK);
    assert_int_equal(s3_versioning_get(t->cx, &target, &(struct s3_versioning){.date = 0}),
                     RC_FAIL);
    assert_diag(t->cx, "Check access_key (SEEDBANK_SRC_S3_ACCESS_KEY)");
    unsetenv("SEEDBANK_SRC_S3_SECRET_KEY");
}

static void test_as_a_command_line(void **state)
{
    struct side_test *t = *state;
    struct settings s = {
        .endpoint = "https://x", .profile = "it's mine", .path_style = true, .max_per_second = 40};
    struct buf *line = buf_new(t->cx->arena, 1000);

    settings_add(line, "against-", &s);
    assert_string_equal(line->data, " --against-endpoint https://x --against-profile "
                                    "'it'\\''s mine' --against-path-style "
                                    "--against-max-requests-per-second 40");
    assert_string_equal(
        settings_command(&t->cli, &s, (const char *const[]){"apply", "the plan", NULL}),
        "seedbank-bucket apply 'the plan' --profile 'it'\\''s mine' --path-style "
        "--max-requests-per-second 40");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whose_keys_go_where),
        cmocka_unit_test_setup_teardown(test_what_a_side_does_not_say_is_the_common_one_s, begin,
                                        end),
        cmocka_unit_test_setup_teardown(test_each_side_has_all_options, begin, end),
        cmocka_unit_test_setup_teardown(test_messages_name_the_variables_of_the_side, begin, end),
        cmocka_unit_test_setup_teardown(test_as_a_command_line, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
