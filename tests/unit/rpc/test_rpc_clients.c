/* From the provider block to the S3 client: which keys, what is missing, one client for all. */
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/session.h"
#include "clients.h"
#include "http/http_private.h"
#include "http_server.h"
#include "notation.h"
#include "rpc_fixture.h"
#include "s3/s3_client.h"
#include "schema/model.h"
#include "services/registry.h"

#define ENV_KEYS 3
static const char *const variables[] = {
    "SEEDBANK_S3_ACCESS_KEY", "SEEDBANK_S3_SECRET_KEY", "SEEDBANK_S3_SESSION_TOKEN",
    "SEEDBANK_S3_ENDPOINT",   "SEEDBANK_S3_REGION",     "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",       "AWS_ACCESS_KEY_ID",      "AWS_SECRET_ACCESS_KEY"};

/* Sources that are not this file's subject, and that whoever runs it may have. */
static int leave_home(void **state)
{
    static const char *const others[] = {"AWS_SESSION_TOKEN",
                                         "AWS_PROFILE",
                                         "AWS_DEFAULT_PROFILE",
                                         "AWS_REGION",
                                         "AWS_DEFAULT_REGION",
                                         "AWS_WEB_IDENTITY_TOKEN_FILE",
                                         "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                         "AWS_CONTAINER_CREDENTIALS_FULL_URI"};
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        unsetenv(others[i]);
    }
    setenv("AWS_CONFIG_FILE", "/no/such/file", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/no/such/file", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    return 0;
}

struct made {
    struct ctx *cx;
    struct session *session;
    struct clients *clients;
};

static struct made make(const char *block)
{
    struct made m = {.session = session_new()};
    m.cx = ctx_new(&(struct ctx_options){.session = m.session});
    const struct type *t = attr_object_type(m.cx->arena, clients_provider_block.attrs);
    void *model = arena_alloc(m.cx->arena, clients_provider_block.model_size);
    assert_int_equal(model_decode(m.cx, clients_provider_block.attrs,
                                  notation_object(m.cx->arena, t, block), model),
                     RC_OK);
    assert_int_equal(clients_provider_block.configure(m.cx, m.session, model, &m.clients), RC_OK);
    return m;
}

static void drop(struct made *m)
{
    ctx_free(m->cx);
    session_free(m->session);
}

static void set_environment(const char *const *values, size_t n)
{
    for (size_t i = 0; i < COUNT(variables); i++) {
        unsetenv(variables[i]);
    }
    for (size_t i = 0; i < n; i++) {
        if (values[i]) {
            setenv(variables[i], values[i], 1);
        }
    }
}

static const char *none(const char *s)
{
    return s ? s : "-";
}

static void keys_are_one_set_from_one_source(void **state)
{
    static const struct {
        const char *block, *environment[ENV_KEYS];
        const char *keys; /* access/secret/token */
        const char *error;
    } rows[] = {
        {"s3={access_key=a secret_key=b}", {0}, "a/b/-", NULL},
        {"s3={access_key=a secret_key=b session_token=c}", {0}, "a/b/c", NULL},
        {"s3={access_key=a secret_key=b}", {"x", "y", "z"}, "a/b/-", NULL},
        {"s3={}", {"x", "y", "z"}, "x/y/z", NULL},
        {"null", {"x", "y", NULL}, "x/y/-", NULL},
        {"s3={access_key='' secret_key='' session_token=''}", {"x", "y", NULL}, "x/y/-", NULL},
        {"s3={access_key=a secret_key=b session_token=''}", {"x", "y", "z"}, "a/b/-", NULL},
        {"s3={access_key=a}", {"x", "y", NULL}, NULL, "s3.access_key is set but s3.secret_key is"},
        {"s3={access_key=a secret_key=''}", {0}, NULL, "s3.access_key is set but s3.secret_key is"},
        {"s3={secret_key=b}", {"x", "y", NULL}, NULL, "s3.secret_key is set but s3.access_key is"},
        {"s3={session_token=c}",
         {"x", "y", NULL},
         NULL,
         "s3.session_token is set but s3.access_key is"},
        {"s3={}",
         {"x", NULL, NULL},
         NULL,
         "SEEDBANK_S3_ACCESS_KEY is set but SEEDBANK_S3_SECRET_KEY is"},
        {"s3={}",
         {"x", "", NULL},
         NULL,
         "SEEDBANK_S3_ACCESS_KEY is set but SEEDBANK_S3_SECRET_KEY is"},
        {"s3={}",
         {NULL, "y", NULL},
         NULL,
         "SEEDBANK_S3_SECRET_KEY is set but SEEDBANK_S3_ACCESS_KEY is"},
        {"s3={}",
         {NULL, NULL, "z"},
         NULL,
         "SEEDBANK_S3_SESSION_TOKEN is set but SEEDBANK_S3_ACCESS_KEY is"},
        {"s3={}", {0}, NULL, "SEEDBANK_S3_ACCESS_KEY is not set"},
        {"s3={access_key='' secret_key=''}", {"", "", ""}, NULL, "s3.secret_key are not set"},
        {"s3={access_key=a secret_key=b profile=p}", {0}, NULL, "Two sources of S3 credentials"},
        {"s3={profile=p}", {"x", "y", NULL}, NULL, "Profile p does not exist"},
        {"s3={profile=''}", {"x", "y", NULL}, "x/y/-", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        set_environment(rows[i].environment, ENV_KEYS);
        struct made m = make(rows[i].block);
        struct s3_client *s3 = NULL;
        struct sigv4_credentials k;
        assert_int_equal(clients_s3(m.cx, m.clients, &s3), RC_OK);
        enum rc rc = credentials_get(m.cx, s3->credentials, &k);
        if (rows[i].keys) {
            if (rc != RC_OK) {
                fail_msg("row %zu: %s", i, m.cx->diags.first->summary);
            }
            assert_string_equal(arena_printf(m.cx->arena, "%s/%s/%s", k.access_key, k.secret_key,
                                             none(k.session_token)),
                                rows[i].keys);
        } else {
            assert_int_equal(rc, RC_FAIL);
            assert_int_equal(m.cx->diags.errors, 1);
            assert_diag(m.cx, rows[i].error);
            /* A path would be looked up in the configuration of the resource at hand. */
            assert_null(m.cx->diags.first->path);
        }
        drop(&m);
    }
    set_environment(NULL, 0);
}

static void endpoint_and_region(void **state)
{
    static const char *const environment[] = {"x", "y", NULL, "http://env.example", "env-1"};
    static const struct {
        const char *block, *host, *region;
    } rows[] = {
        {"s3={}", "env.example", "env-1"},
        {"s3={endpoint='' region=''}", "env.example", "env-1"},
        {"s3={endpoint='http://own.example' region=own-1}", "own.example", "own-1"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        set_environment(environment, COUNT(environment));
        struct made m = make(rows[i].block);
        struct s3_client *s3 = NULL;
        assert_int_equal(clients_s3(m.cx, m.clients, &s3), RC_OK);
        assert_string_equal(s3->host, rows[i].host);
        assert_string_equal(s3->region, rows[i].region);
        drop(&m);
    }
    set_environment(NULL, 0);
}

static void aws_variables_name_endpoint_and_keys(void **state)
{
    static const struct {
        const char *values[COUNT(variables)];
        const char *host, *keys; /* NULL: refused */
    } rows[] = {
        {{[5] = "http://a.example", [6] = "http://b.example", [7] = "K", [8] = "S"},
         "a.example",
         "K/S"},
        {{[6] = "http://b.example", [7] = "K", [8] = "S"}, "b.example", "K/S"},
        {{[3] = "http://own.example", [5] = "http://a.example", [7] = "K", [8] = "S"},
         "own.example",
         NULL},
        {{[7] = "K", [8] = "S"}, "s3.us-east-1.amazonaws.com", "K/S"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        set_environment(rows[i].values, COUNT(variables));
        struct made m = make("s3={}");
        struct s3_client *s3 = NULL;
        struct sigv4_credentials k;
        assert_int_equal(clients_s3(m.cx, m.clients, &s3), RC_OK);
        assert_string_equal(s3->host, rows[i].host);
        enum rc rc = credentials_get(m.cx, s3->credentials, &k);
        if (rows[i].keys) {
            assert_int_equal(rc, RC_OK);
            assert_string_equal(arena_printf(m.cx->arena, "%s/%s", k.access_key, k.secret_key),
                                rows[i].keys);
        } else {
            assert_int_equal(rc, RC_FAIL);
            assert_diag(m.cx, "No S3 credentials for own.example");
        }
        drop(&m);
    }
    set_environment(NULL, 0);
}

static void a_role_reaches_sts(void **state)
{
    struct http_server *server = http_server_start(&(struct http_server_options){0});
    struct made m = make("s3={access_key=a secret_key=b assume_role={role_arn=r external_id=e "
                         "session_name=n duration=30m}}");
    struct s3_client *s3 = NULL;
    struct sigv4_credentials k;
    (void)state;
    http_server_expect(
        server,
        &(struct http_server_step){
            .body = "Action=AssumeRole&DurationSeconds=1800&ExternalId=e&RoleArn=r"
                    "&RoleSessionName=n&Version=2011-06-15",
            .reply = {.body = "<R><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>"
                              "<SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
                              "</Credentials></AssumeRoleResult></R>"},
        });
    setenv("AWS_ENDPOINT_URL_STS", http_server_url(server), 1);
    assert_int_equal(clients_s3(m.cx, m.clients, &s3), RC_OK);
    assert_int_equal(credentials_get(m.cx, s3->credentials, &k), RC_OK);
    assert_string_equal(
        arena_printf(m.cx->arena, "%s/%s/%s", k.access_key, k.secret_key, k.session_token),
        "A/S/T");
    unsetenv("AWS_ENDPOINT_URL_STS");
    drop(&m);
    http_server_stop(server);
    assert_satisfied(server);
    http_server_free(server);
}

/* As a module passes on a variable that nobody set. */
static void an_empty_ca_file_is_none(void **state)
{
    struct made m = make("s3={access_key=a secret_key=b ca_file=''}");
    struct s3_client *s3 = NULL;
    (void)state;
    setenv("SSL_CERT_FILE", "/the/usual", 1);
    assert_int_equal(clients_s3(m.cx, m.clients, &s3), RC_OK);
    assert_string_equal(s3->http->ca_file, "/the/usual");
    unsetenv("SSL_CERT_FILE");
    drop(&m);
}

static void unknown_settings_are_named(void **state)
{
    static const char *const settings[] = {
        "endpoint",        "region",  "access_key",       "secret_key",
        "session_token",   "ca_file", "force_path_style", "max_retries",
        "request_timeout", "profile", "assume_role",
    };
    (void)state;
    static const char *const role[] = {"role_arn", "session_name", "external_id", "duration",
                                       "web_identity_token_file"};
    for (size_t i = 0; i < COUNT(role); i++) {
        char block[128], wanted[128];
        snprintf(block, sizeof(block), "s3={assume_role={%s=?}}", role[i]);
        snprintf(wanted, sizeof(wanted), "Provider setting s3.assume_role.%s is not", role[i]);
        struct made m = make(block);
        struct s3_client *s3 = NULL;
        assert_int_equal(clients_s3(m.cx, m.clients, &s3), RC_FAIL);
        assert_diag(m.cx, wanted);
        drop(&m);
    }
    for (size_t i = 0; i <= COUNT(settings); i++) {
        char block[64] = "s3=?";
        char wanted[64] = "Provider setting s3 is not known yet";
        if (i < COUNT(settings)) {
            snprintf(block, sizeof(block), "s3={%s=?}", settings[i]);
            snprintf(wanted, sizeof(wanted), "Provider setting s3.%s is not", settings[i]);
        }
        struct made m = make(block);
        struct s3_client *s3 = NULL;
        assert_int_equal(clients_s3(m.cx, m.clients, &s3), RC_FAIL);
        assert_int_equal(m.cx->diags.errors, 1);
        assert_diag(m.cx, wanted);
        drop(&m);
    }
}

static void without_configuration(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    struct s3_client *s3 = NULL;
    (void)state;
    assert_int_equal(clients_s3(cx, NULL, &s3), RC_FAIL);
    assert_diag(cx, "The provider is not configured");
    ctx_free(cx);
}

/* A caller that validates nothing, or did while values were unknown: -1 retries would be endless.
 */
static void configure_judges_by_itself(void **state)
{
    static const struct {
        const char *block, *said;
    } rows[] = {
        {"s3={max_retries=50 request_timeout=5s endpoint='http://h'}", ""},
        {"s3={max_retries=? request_timeout=? endpoint=?}", ""},
        {"s3={max_retries=-1}", "s3.max_retries must be 0 to 50"},
        {"s3={max_retries=4294967296}", "s3.max_retries must be 0 to 50"},
        {"s3={max_retries=1.5}", "s3.max_retries must be a whole number"},
        {"s3={request_timeout=soon}", "s3.request_timeout must be"},
        {"s3={endpoint=host}", "s3.endpoint must start with"},
        {"s3={assume_role={role_arn=''}}", "s3.assume_role.role_arn: the length in bytes must be"},
    };
    struct rpc_server *s = rpc_server_new(&registry_seedbank, NULL, NULL);
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ctx *cx = ctx_new(&(struct ctx_options){0});
        Tfplugin6__ConfigureProvider__Request req;
        Tfplugin6__ConfigureProvider__Response res;
        tfplugin6__configure_provider__request__init(&req);
        tfplugin6__configure_provider__response__init(&res);
        req.config = rpc_fixture_wire(cx, clients_provider_block.attrs, rows[i].block);
        rpc_configure_provider(cx, s, &req, &res);
        const char *said = rpc_fixture_said(cx, res.n_diagnostics, res.diagnostics);
        if (!strstr(said, rows[i].said) || (said[0] != '\0') != (rows[i].said[0] != '\0')) {
            fail_msg("%s: %s", rows[i].block, said);
        }
        ctx_free(cx);
    }
    rpc_server_free(s);
}

struct asker {
    const struct made *made;
    struct s3_client *s3;
};

static void *ask(void *arg)
{
    struct asker *a = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = a->made->session});
    assert_int_equal(clients_s3(cx, a->made->clients, &a->s3), RC_OK);
    ctx_free(cx);
    return NULL;
}

static void one_client_for_all_threads(void **state)
{
    struct made m = make("s3={access_key=a secret_key=b}");
    struct asker askers[16];
    pthread_t threads[COUNT(askers)];
    (void)state;
    for (size_t i = 0; i < COUNT(askers); i++) {
        askers[i] = (struct asker){.made = &m};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(askers); i++) {
        pthread_join(threads[i], NULL);
    }
    for (size_t i = 0; i < COUNT(askers); i++) {
        assert_non_null(askers[i].s3);
        assert_ptr_equal(askers[i].s3, askers[0].s3);
    }
    drop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_one_set_from_one_source),
        cmocka_unit_test(endpoint_and_region),
        cmocka_unit_test(aws_variables_name_endpoint_and_keys),
        cmocka_unit_test(a_role_reaches_sts),
        cmocka_unit_test(unknown_settings_are_named),
        cmocka_unit_test(without_configuration),
        cmocka_unit_test(one_client_for_all_threads),
        cmocka_unit_test(configure_judges_by_itself),
        cmocka_unit_test(an_empty_ca_file_is_none),
    };
    return cmocka_run_group_tests(tests, leave_home, NULL);
}
