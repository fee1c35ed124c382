/* Where requests go: endpoints, regions, host style and path style. */
#include "fixture.h"

static const char *nothing(const struct credentials_environment *e, const char *name)
{
    (void)e, (void)name;
    return NULL;
}

static enum rc make(struct fixture *f, const char *endpoint, const char *region, bool force,
                    struct s3_client **ret_client)
{
    static const struct credentials_environment none = {nothing, NULL};
    struct s3_options o = {
        .endpoint = endpoint, .region = region, .force_path_style = force, .environment = &none};

    return s3_client_new(f->cx, f->session, &o, ret_client);
}

static void endpoints(void **state)
{
    static const struct {
        const char *endpoint, *region, *scheme, *host, *signed_for;
        bool aws;
    } rows[] = {
        {NULL, "eu-central-1", "https", "s3.eu-central-1.amazonaws.com", "eu-central-1", true},
        {"", NULL, "https", "s3.us-east-1.amazonaws.com", "us-east-1", true},
        {NULL, "cn-north-1", "https", "s3.cn-north-1.amazonaws.com.cn", "cn-north-1", true},
        {"https://s3.eu-west-1.amazonaws.com", "eu-west-1", "https", "s3.eu-west-1.amazonaws.com",
         "eu-west-1", true},
        {"https://fra1.digitaloceanspaces.com/", NULL, "https", "fra1.digitaloceanspaces.com",
         "us-east-1", false},
        {"HTTPS://s3.example.org:443", "RegionOne", "https", "s3.example.org", "RegionOne", false},
        {"http://127.0.0.1:8000", "", "http", "127.0.0.1:8000", "us-east-1", false},
        {"http://s3.example.org:80", NULL, "http", "s3.example.org", "us-east-1", false},
        {"http://s3.example.org:443", NULL, "http", "s3.example.org:443", "us-east-1", false},
        {"http://[::1]:9000", NULL, "http", "[::1]:9000", "us-east-1", false},
        {"https://[fe80::1]", NULL, "https", "[fe80::1]", "us-east-1", false},
        {"http://minio", NULL, "http", "minio", "us-east-1", false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_client *c;
        assert_int_equal(make(*state, rows[i].endpoint, rows[i].region, false, &c), RC_OK);
        assert_string_equal(c->scheme, rows[i].scheme);
        assert_string_equal(c->host, rows[i].host);
        assert_string_equal(c->region, rows[i].signed_for);
        assert_int_equal(c->aws, rows[i].aws);
    }
}

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

/* AWS's variables name AWS's regions, which other servers do not know. */
static void the_environment_names_the_region_of_aws(void **state)
{
    static const struct {
        const char *endpoint, *region, *table[5], *wanted;
    } rows[] = {
        {NULL, NULL, {"AWS_REGION", "eu-west-1", "AWS_DEFAULT_REGION", "no"}, "eu-west-1"},
        {NULL, NULL, {"AWS_REGION", "", "AWS_DEFAULT_REGION", "eu-west-2"}, "eu-west-2"},
        {NULL, "eu-west-3", {"AWS_REGION", "eu-west-1"}, "eu-west-3"},
        {"https://s3.eu-west-1.amazonaws.com", NULL, {"AWS_REGION", "eu-west-1"}, "eu-west-1"},
        {"https://fra1.digitaloceanspaces.com", NULL, {"AWS_REGION", "eu-west-1"}, "us-east-1"},
        {"http://127.0.0.1:8000", "", {"AWS_DEFAULT_REGION", "eu-west-1"}, "us-east-1"},
        {NULL, NULL, {NULL}, "us-east-1"},
    };
    struct fixture *f = *state;
    struct credentials_environment e = {variable, NULL};
    struct s3_options o = {.environment = &e};
    struct s3_client *c;

    for (size_t i = 0; i < COUNT(rows); i++) {
        e.state = rows[i].table;
        o.endpoint = rows[i].endpoint;
        o.region = rows[i].region;
        assert_int_equal(s3_client_new(f->cx, f->session, &o, &c), RC_OK);
        assert_string_equal(c->region, rows[i].wanted);
        if (o.endpoint == NULL) {
            assert_string_equal(c->host,
                                arena_printf(f->cx->arena, "s3.%s.amazonaws.com", rows[i].wanted));
        }
    }
    e.state = (const char *const[]){"AWS_REGION", "a b", NULL};
    o.endpoint = NULL;
    o.region = NULL;
    assert_int_equal(s3_client_new(f->cx, f->session, &o, &c), RC_FAIL);
    assert_diag(f->cx, "(AWS_REGION)");
}

static void malformed_settings_are_named(void **state)
{
    static const char *const endpoints[] = {
        "s3.example.org",
        "ftp://s3.example.org",
        "https://",
        "https:///",
        "https://user:pass@s3.example.org",
        "https://user:a/b@s3.example.org",
        "https://s3.example.org/base",
        "https://s3.example.org?x",
        "https://s3.example.org:",
        "https://s3.example.org:0",
        "https://s3.example.org:65536",
        "https://s3.example.org:123456",
        "https://s3.example.org:80x",
        "https://s3 .example.org",
        "https://s3.example.org\r\nx: y",
        "https://\xc3\xa4.example.org",
        "https://s3.example.org%2fx",
        "https://[::1",
        "https://[]",
        "https://[::1]x",
        "https://::1",
    };
    static const char *const regions[] = {"eu central", "x/y", "a.b", "é", "\n"};
    struct fixture *f = *state;
    struct s3_client *c = NULL;

    for (size_t i = 0; i < COUNT(endpoints); i++) {
        if (make(f, endpoints[i], NULL, false, &c) != RC_FAIL) {
            fail_msg("accepted %s", endpoints[i]);
        }
    }
    assert_int_equal(f->cx->diags.errors, COUNT(endpoints));
    assert_diag(f->cx, "SEEDBANK_S3_ENDPOINT");
    for (size_t i = 0; i < COUNT(regions); i++) {
        if (make(f, NULL, regions[i], false, &c) != RC_FAIL) {
            fail_msg("accepted region %s", regions[i]);
        }
    }
    assert_diag(f->cx, "SEEDBANK_S3_REGION");
    assert_null(c);
}

static void host_style_where_it_can_be(void **state)
{
    static const struct {
        const char *endpoint, *bucket, *key, *host, *path;
        bool force;
    } rows[] = {
        {NULL, "course-files", NULL, "course-files.s3.us-east-1.amazonaws.com", "/", false},
        {NULL, "course-files", "a//b/..", "course-files.s3.us-east-1.amazonaws.com", "/a//b/..",
         false},
        {NULL, "course-files", "k", "s3.us-east-1.amazonaws.com", "/course-files/k", true},
        {NULL, "with.dots", NULL, "s3.us-east-1.amazonaws.com", "/with.dots", false},
        {"http://s3.example.org", "with.dots", "k", "with.dots.s3.example.org", "/k", false},
        {NULL, "Upper", NULL, "s3.us-east-1.amazonaws.com", "/Upper", false},
        {NULL, "under_score", "/k", "s3.us-east-1.amazonaws.com", "/under_score//k", false},
        {NULL, "ab", NULL, "s3.us-east-1.amazonaws.com", "/ab", false},
        {NULL, "-ab", NULL, "s3.us-east-1.amazonaws.com", "/-ab", false},
        {NULL, "a..b", NULL, "s3.us-east-1.amazonaws.com", "/a..b", false},
        {NULL, "tenant:b", NULL, "s3.us-east-1.amazonaws.com", "/tenant:b", false},
        {"https://fra1.digitaloceanspaces.com", "files", "k", "files.fra1.digitaloceanspaces.com",
         "/k", false},
        {"http://127.0.0.1:8000", "files", "k", "127.0.0.1:8000", "/files/k", false},
        {"http://[::1]:8000", "files", "k", "[::1]:8000", "/files/k", false},
        {"http://localhost:8000", "files", "k", "localhost:8000", "/files/k", false},
        {"http://minio:9000", "files", NULL, "minio:9000", "/files", false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_client *c;
        struct s3_address at;
        assert_int_equal(make(f, rows[i].endpoint, NULL, rows[i].force, &c), RC_OK);
        struct s3_place place = s3_known_place(f->cx->arena, c, rows[i].bucket);
        assert_int_equal(s3_client_address(f->cx, &place, rows[i].bucket, rows[i].key, &at), RC_OK);
        assert_string_equal(at.host, rows[i].host);
        assert_string_equal(at.path, rows[i].path);
        assert_int_equal(at.virtual_host, strcmp(rows[i].host, c->host) != 0);
    }
}

static void what_is_no_bucket_name_is_not_sent(void **state)
{
    static const char *const names[] = {NULL,  "",      ".",    "..",       "a/b", "s3://b", "a b",
                                        "a?x", "a%2fb", "a\nb", "\xc3\xa4", "a@b", "b#"};
    struct fixture *f = *state;
    struct s3_address at = {.host = "untouched"};

    for (size_t i = 0; i < COUNT(names); i++) {
        struct s3_place place = s3_known_place(f->cx->arena, f->client, NULL);
        assert_int_equal(s3_client_address(f->cx, &place, names[i], NULL, &at), RC_FAIL);
    }
    assert_diag(f->cx, "is not a bucket name");
    assert_string_equal(at.host, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(endpoints),
        TEST(the_environment_names_the_region_of_aws),
        TEST(malformed_settings_are_named),
        TEST(host_style_where_it_can_be),
        TEST(what_is_no_bucket_name_is_not_sent),
    };

    return cmocka_run_group_tests_name("s3_client", tests, NULL, NULL);
}
