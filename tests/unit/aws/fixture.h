/* Credentials sought with a table for an environment, beside a scripted server and in a folder of
 * their own. Whatever a test did: no message and no log line shows a secret. */
#ifndef UNIT_AWS_FIXTURE_H
#define UNIT_AWS_FIXTURE_H

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "http_fixture.h"
#include "unit.h"

#define SECRET   "a-secret-key-nobody-may-see"
#define SECRET_2 "another-secret-nobody-may-see"
#define TOKEN    "a-session-token-nobody-may-see"
#define JWT      "eyJ-a-web-identity-nobody-may-see"
#define AWS_HOST "s3.eu-central-1.amazonaws.com"
#define SOON     "2026-11-24T04:16:18Z" /* an hour after the clock's start */

#define VARIABLES_MAX 80

struct fixture {
    struct http_fixture *http;
    struct ctx *cx;
    struct http_server *server;
    struct credentials_environment environment;
    const char *variables[VARIABLES_MAX][2];
    size_t n_variables;
    char folder[64];
    struct credentials_options options; /* of the next fixture_new */
};

static inline const char *fixture_variable(const struct credentials_environment *e,
                                           const char *name)
{
    const struct fixture *f = e->state;

    for (size_t i = f->n_variables; i > 0; i--) {
        if (strcmp(f->variables[i - 1][0], name) == 0) {
            return f->variables[i - 1][1];
        }
    }
    return NULL;
}

/* The last value given counts; texts are borrowed. */
static inline void fixture_set(struct fixture *f, const char *name, const char *value)
{
    assert_true(f->n_variables < VARIABLES_MAX);
    f->variables[f->n_variables][0] = name;
    f->variables[f->n_variables++][1] = value;
}

static inline char *fixture_path(struct fixture *f, const char *name)
{
    return arena_printf(f->cx->arena, "%s/%s", f->folder, name);
}

static inline char *fixture_file(struct fixture *f, const char *name, const char *content)
{
    char *path = fixture_path(f, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline char *fixture_url(struct fixture *f, const char *target)
{
    return http_fixture_url(f->http, target);
}

static inline int fixture_make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));

    memcpy(f->folder, "/tmp/seedbank-keys-XXXXXX", sizeof("/tmp/seedbank-keys-XXXXXX"));
    assert_non_null(mkdtemp(f->folder));
    f->http = http_fixture_new(&(struct http_server_options){.any_order = false},
                               &(struct http_client_options){.max_retries = 0});
    f->cx = f->http->cx;
    f->server = f->http->server;
    f->environment = (struct credentials_environment){fixture_variable, f};
    f->options = (struct credentials_options){
        .host = AWS_HOST, .region = "eu-central-1", .environment = &f->environment};
    fixture_set(f, "HOME", f->folder);
    fixture_set(f, "AWS_EC2_METADATA_DISABLED", "true");
    *state = f;
    return 0;
}

static inline void fixture_hides(struct fixture *f)
{
    static const char *const hidden[] = {SECRET, SECRET_2, TOKEN, JWT, NULL};

    http_fixture_hides(f->cx, hidden);
    for (const char *const *secret = hidden; *secret; secret++) {
        assert_false(test_log_has(&f->http->log, *secret));
    }
}

static inline int fixture_free(void **state)
{
    struct fixture *f = *state;

    fixture_hides(f);
    http_server_stop(f->server);
    assert_satisfied(f->server);
    for (const char *const *name = (const char *const[]){"config", "credentials", "token", NULL};
         *name; name++) {
        unlink(fixture_path(f, *name));
    }
    assert_int_equal(rmdir(f->folder), 0);
    http_fixture_free(f->http);
    test_free(f);
    return 0;
}

static inline struct credentials *fixture_new(struct fixture *f)
{
    return credentials_new(f->http->session, &f->options);
}

/* "access/secret/token" of what one search finds; NULL where it fails. */
static inline const char *fixture_keys_of(struct fixture *f, struct credentials *c)
{
    struct sigv4_credentials k;

    if (credentials_get(f->cx, c, &k) != RC_OK) {
        assert_true(f->cx->diags.errors > 0);
        return NULL;
    }
    return arena_printf(f->cx->arena, "%s/%s/%s", k.access_key, k.secret_key,
                        k.session_token ? k.session_token : "-");
}

static inline void fixture_finds(struct fixture *f, const char *keys)
{
    const char *found = fixture_keys_of(f, fixture_new(f));

    if (found == NULL) {
        fail_msg("%s: %s", f->cx->diags.first->summary, f->cx->diags.first->detail);
    }
    assert_string_equal(found, keys);
    assert_int_equal(f->cx->diags.errors, 0);
}

/* Exactly one more error, which says that. */
static inline void fixture_fails(struct fixture *f, const char *says)
{
    size_t errors = f->cx->diags.errors;

    assert_null(fixture_keys_of(f, fixture_new(f)));
    assert_int_equal(f->cx->diags.errors, errors + 1);
    if (!strstr(f->cx->diags.last->summary, says) && !strstr(f->cx->diags.last->detail, says)) {
        fail_msg("not \"%s\" but %s: %s", says, f->cx->diags.last->summary,
                 f->cx->diags.last->detail);
    }
}

static inline void fixture_expect(struct fixture *f, const char *method, const char *target,
                                  int status, const char *body)
{
    http_fixture_expect(f->server, method, target,
                        (struct http_server_reply){.status = status, .body = body});
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_free)

#endif
