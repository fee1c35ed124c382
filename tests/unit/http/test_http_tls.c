/* TLS: verified always, by the CA asked for and no other. */
#include "unit.h"

#include <unistd.h>

#include "http_fixture.h"

static const struct http_client_options steady = {.request_timeout_ms = 20000, .max_retries = 2};

static struct http_fixture *start(enum test_tls tls, const struct http_client_options *client)
{
    return http_fixture_new(&(struct http_server_options){.tls = tls}, client);
}

static void refuses(struct http_fixture *f, const char *cause, unsigned tries)
{
    struct http_response r;

    assert_int_equal(http_fixture_get(f, "/", &r), RC_FAIL);
    assert_diag(f->cx, cause);
    assert_diag(f->cx, http_server_url(f->server));
    assert_diag(f->cx, arena_printf(f->cx->arena, "tried %u time", tries));
    assert_int_equal(http_server_count(f->server), 0);
    http_fixture_free(f);
}

static void test_good(void **state)
{
    struct http_fixture *f = start(TEST_TLS_GOOD, &steady);
    struct http_response r;

    (void)state;
    http_server_expect(f->server, &(struct http_server_step){.times = 3, .reply = {.body = "s"}});
    assert_int_equal(http_fixture_get(f, "/1", &r), RC_OK);
    assert_int_equal(http_fixture_get(f, "/2", &r), RC_OK);
    assert_int_equal(http_fixture_get(f, "/3", &r), RC_OK);
    assert_string_equal(r.body.p, "s");
    http_server_stop(f->server);
    assert_satisfied(f->server);
    assert_int_equal(http_server_connections(f->server), 1);
    http_fixture_free(f);
}

static void test_bad_certificates(void **state)
{
    (void)state;
    refuses(start(TEST_TLS_WRONG_HOST, &steady), "certificate is not trusted", 1);
    refuses(start(TEST_TLS_SELF_SIGNED, &steady), "certificate is not trusted", 1);
    refuses(start(TEST_TLS_EXPIRED, &steady), "certificate is not trusted", 1);
}

static void test_old_versions(void **state)
{
    (void)state;
    refuses(start(TEST_TLS_OLD_VERSION, &steady), "handshake failed", 3);
}

static void test_the_systems_certificates_do_not_know_the_test_ca(void **state)
{
    struct http_fixture *f = start(TEST_TLS_GOOD, &steady);

    (void)state;
    f->client = http_client_new(f->session, &(struct http_client_options){0});
    refuses(f, "certificate is not trusted", 1);
}

static void test_the_environment_names_a_file(void **state)
{
    struct http_fixture *f = start(TEST_TLS_GOOD, &steady);
    struct http_response r;

    (void)state;
    setenv("SSL_CERT_FILE", http_server_ca_file(f->server), 1);
    f->client = http_client_new(f->session, &(struct http_client_options){0});
    unsetenv("SSL_CERT_FILE");
    http_server_expect(f->server, &(struct http_server_step){0});
    assert_int_equal(http_fixture_get(f, "/", &r), RC_OK);
    http_fixture_free(f);
}

static void test_the_environment_names_a_folder(void **state)
{
    struct http_fixture *f = start(TEST_TLS_GOOD, &steady);
    char path[] = "/tmp/seedbank-test-empty-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(path));
    setenv("SSL_CERT_DIR", path, 1);
    f->client = http_client_new(f->session, &(struct http_client_options){0});
    unsetenv("SSL_CERT_DIR");
    refuses(f, "certificate is not trusted", 1);
    rmdir(path);
}

/* Whoever names a CA means that one: what the system, or its environment, trusts is not added. */
static void test_a_ca_file_stands_alone(void **state)
{
    struct http_fixture *other = start(TEST_TLS_GOOD, &steady);
    struct http_fixture *f =
        start(TEST_TLS_GOOD,
              &(struct http_client_options){.ca_file = http_server_ca_file(other->server)});

    (void)state;
    setenv("SSL_CERT_FILE", http_server_ca_file(f->server), 1);
    refuses(f, "certificate is not trusted", 1);
    unsetenv("SSL_CERT_FILE");
    http_fixture_free(other);
}

static void test_a_missing_or_empty_ca_file(void **state)
{
    char path[] = "/tmp/seedbank-test-empty-XXXXXX";
    struct http_client_options options = steady;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    options.ca_file = path;
    refuses(start(TEST_TLS_GOOD, &options), "file of trusted certificates cannot be used", 1);
    unlink(path);
    refuses(start(TEST_TLS_GOOD, &options), path, 1);
}

static void test_cut_over_tls(void **state)
{
    static const enum http_server_where places[] = {HTTP_SERVER_AT_START, HTTP_SERVER_IN_HEAD,
                                                    HTTP_SERVER_IN_BODY};
    struct http_fixture *f = start(TEST_TLS_GOOD, &(struct http_client_options){0});
    struct http_response r;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(places); i++) {
        http_server_expect(
            f->server,
            &(struct http_server_step){
                .reply = {.body = "12345678", .fault = HTTP_SERVER_CLOSE, .where = places[i]}});
        assert_int_equal(http_fixture_get(f, "/", &r), RC_FAIL);
    }
    http_server_stop(f->server);
    assert_satisfied(f->server);
    assert_diag(f->cx, "closed or reset before an answer");
    assert_diag(f->cx, "cut inside its headers");
    assert_diag(f->cx, "cut inside its body");
    http_fixture_free(f);
}

static void test_plain_where_tls_is_expected_and_back(void **state)
{
    struct http_fixture *f = start(TEST_TLS_NONE, &(struct http_client_options){0});
    struct http_request q = {.method = "GET"};
    struct http_response r;

    (void)state;
    q.url = arena_printf(f->cx->arena, "https%s/", http_server_url(f->server) + 4);
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_diag(f->cx, "handshake failed");
    http_fixture_free(f);
    f = start(TEST_TLS_GOOD, &(struct http_client_options){0});
    q.url = arena_printf(f->cx->arena, "http%s/", http_server_url(f->server) + 5);
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    assert_diag(f->cx, "before an answer");
    http_fixture_free(f);
}

/* A large body into a connection that is reset: no SIGPIPE ends the program. */
static void test_no_signal_from_a_broken_pipe(void **state)
{
    struct http_fixture *f = start(TEST_TLS_GOOD, &(struct http_client_options){0});
    size_t n = 8u << 20;
    struct http_request q = {.method = "PUT",
                             .url = http_fixture_url(f, "/"),
                             .headers = &(struct http_header){"Transfer-Encoding", "nonsense"},
                             .n_headers = 1,
                             .body = arena_alloc(f->cx->arena, n),
                             .body_len = n};
    struct http_response r;

    (void)state;
    assert_int_equal(http_send(f->cx, f->client, &q, &r), RC_FAIL);
    http_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad_certificates),
        cmocka_unit_test(test_old_versions),
        cmocka_unit_test(test_the_systems_certificates_do_not_know_the_test_ca),
        cmocka_unit_test(test_the_environment_names_a_file),
        cmocka_unit_test(test_the_environment_names_a_folder),
        cmocka_unit_test(test_a_ca_file_stands_alone),
        cmocka_unit_test(test_a_missing_or_empty_ca_file),
        cmocka_unit_test(test_cut_over_tls),
        cmocka_unit_test(test_plain_where_tls_is_expected_and_back),
        cmocka_unit_test(test_no_signal_from_a_broken_pipe),
    };

    return cmocka_run_group_tests_name("http_tls", tests, NULL, NULL);
}
