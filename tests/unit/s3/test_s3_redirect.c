/* A bucket that is elsewhere: another region, another host, and whereto keys never go. */
#include "fixture.h"

#include <stdlib.h>

#define GRANTED "<VersioningConfiguration xmlns=\"" S3_NS "\"/>"
#define MALFORMED(region)                                                                          \
    "<Error><Code>AuthorizationHeaderMalformed</Code><Region>" region "</Region></Error>"

static const struct sigv4_param versioning[] = {{"versioning", NULL}};

static enum rc ask_for(struct fixture *f, struct s3_client *client, const char *bucket)
{
    struct s3_request r = {
        .doing = "read the versioning of",
        .permission = "s3:GetBucketVersioning",
        .method = "GET",
        .bucket = bucket,
        .params = versioning,
        .n_params = 1,
        .root = "VersioningConfiguration",
    };
    struct s3_reply reply;

    return s3_request_send(f->cx, client, &r, &reply);
}

static struct s3_client *client_of(struct fixture *f, const char *endpoint, const char *region)
{
    struct s3_client *client;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = endpoint,
                                                        .region = region,
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET},
                                   &client),
                     RC_OK);
    return client;
}

/* A request as it must come, and its answer. */
struct leg {
    const char *host, *target, *region;
    int status;
    const char *headers, *body;
};

static void expect(struct fixture *f, const struct leg *leg)
{
    struct arena *a = f->cx->arena;

    http_server_expect(
        f->server,
        &(struct http_server_step){
            .target = leg->target,
            .expect = {arena_printf(a,
                                    "Authorization: AWS4-HMAC-SHA256 "
                                    "Credential=AKIDEXAMPLE/20150830/%s/s3/aws4_request, *",
                                    leg->region),
                       leg->host ? arena_printf(a, "Host: %s", leg->host) : NULL},
            .reply = {.status = leg->status, .headers = leg->headers, .body = leg->body}});
}

static void expect_region(struct fixture *f, const char *bucket, const char *region, int status,
                          const char *body)
{
    expect(f, &(struct leg){.target = arena_printf(f->cx->arena, "/%s?versioning", bucket),
                            .region = region,
                            .status = status,
                            .body = body});
}

static void the_region_is_learnt_for_the_bucket(void **state)
{
    struct fixture *f = *state;

    expect_region(f, "files", REGION, 400, MALFORMED("eu-west-3"));
    expect_region(f, "files", "eu-west-3", 200, GRANTED);
    assert_int_equal(ask_for(f, f->client, "files"), RC_OK);
    expect_region(f, "files", "eu-west-3", 200, GRANTED);
    assert_int_equal(ask_for(f, f->client, "files"), RC_OK);
    expect_region(f, "other", REGION, 200, GRANTED);
    assert_int_equal(ask_for(f, f->client, "other"), RC_OK);

    /* The bucket was made again elsewhere. */
    expect_region(f, "files", "eu-west-3", 400, MALFORMED("eu-west-4"));
    expect_region(f, "files", "eu-west-4", 200, GRANTED);
    assert_int_equal(ask_for(f, f->client, "files"), RC_OK);
    expect_region(f, "files", "eu-west-4", 200, GRANTED);
    assert_int_equal(ask_for(f, f->client, "files"), RC_OK);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void a_header_says_it_too(void **state)
{
    static const int statuses[] = {400, 301, 307};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct s3_client *c = client_of(f, http_server_url(f->server), REGION);
        expect(f, &(struct leg){.target = "/files?versioning",
                                .region = REGION,
                                .status = statuses[i],
                                .headers = "x-amz-bucket-region: ap-south-1\r\n"});
        expect_region(f, "files", "ap-south-1", 200, GRANTED);
        assert_int_equal(ask_for(f, c, "files"), RC_OK);
    }
}

/* What teaches nothing new is the answer. */
static void what_says_nothing_new_ends_it(void **state)
{
    static const struct {
        int status;
        const char *headers, *body, *text;
    } rows[] = {
        {400, NULL, MALFORMED(REGION), "signed for " REGION},
        {400, NULL, MALFORMED("not a region"), "server says not a region"},
        {400, NULL, MALFORMED(""), "Wrong region or endpoint"},
        {403, "x-amz-bucket-region: ap-south-1\r\n", S3_ERROR("AccessDenied", ""), "permission"},
        {301, NULL, S3_ERROR("PermanentRedirect", ""), "Wrong region or endpoint"},
        {307, "Location: /elsewhere?x\r\n", "", "Wrong region or endpoint"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(f, &(struct leg){.region = REGION,
                                .status = rows[i].status,
                                .headers = rows[i].headers,
                                .body = rows[i].body});
        assert_int_equal(ask_for(f, f->client, "files"), RC_FAIL);
        assert_int_equal(f->cx->diags.errors, i + 1);
        assert_diag(f->cx, rows[i].text);
    }
}

static void loops_end(void **state)
{
    struct fixture *f = *state;

    expect_region(f, "files", REGION, 400, MALFORMED("one"));
    expect_region(f, "files", "one", 400, MALFORMED("two"));
    expect_region(f, "files", "two", 400, MALFORMED("one"));
    expect_region(f, "files", "one", 400, MALFORMED("two"));
    expect_region(f, "files", "two", 400, MALFORMED("one"));
    assert_int_equal(ask_for(f, f->client, "files"), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_diag(f->cx, "It was asked 5 times");
    assert_diag(f->cx, "signed for two, and the server says one");
    /* Nothing of it was kept. */
    expect_region(f, "files", REGION, 200, GRANTED);
    assert_int_equal(ask_for(f, f->client, "files"), RC_OK);
}

/* Every name under localhost is this machine (RFC 6761). */
static void names_below_the_servers_own_are_followed(void **state)
{
    struct fixture *f = *state;
    struct arena *a = f->cx->arena;
    const char *port = strrchr(http_server_url(f->server), ':');
    const char *host = arena_printf(a, "files.s3.localhost%s", port);
    const char *eu = arena_printf(a, "files.eu.s3.localhost%s", port);
    struct s3_client *c = client_of(f, arena_printf(a, "http://s3.localhost%s", port), "us-east-1");

    /* For this once: Temporary. */
    expect(f, &(struct leg){host, "/?versioning", "us-east-1", 307,
                            arena_printf(a, "Location: http://%s/?versioning\r\n", eu), ""});
    expect(f, &(struct leg){eu, "/?versioning", "us-east-1", 400, NULL, MALFORMED("eu-1")});
    expect(f, &(struct leg){eu, "/?versioning", "eu-1", 200, NULL, GRANTED});
    assert_int_equal(ask_for(f, c, "files"), RC_OK);

    /* For good. */
    expect(f, &(struct leg){host, "/?versioning", "us-east-1", 301, NULL,
                            arena_printf(a,
                                         "<Error><Code>PermanentRedirect</Code><Endpoint>%s"
                                         "</Endpoint><Region>eu-1</Region></Error>",
                                         eu)});
    expect(f, &(struct leg){eu, "/?versioning", "eu-1", 200, NULL, GRANTED});
    assert_int_equal(ask_for(f, c, "files"), RC_OK);
    expect(f, &(struct leg){eu, "/?versioning", "eu-1", 200, NULL, GRANTED});
    assert_int_equal(ask_for(f, c, "files"), RC_OK);
}

/* AWS's own hosts, with the scripted server as the proxy in between. */
static void buckets_of_aws_are_found(void **state)
{
    static const struct {
        const char *endpoint, *region;
        struct leg first, second;
    } rows[] = {
        /* The region's label in the host is replaced, whatever the Endpoint says. */
        {"http://s3.eu-west-1.amazonaws.com",
         "eu-west-1",
         {"files.s3.eu-west-1.amazonaws.com", NULL, "eu-west-1", 301,
          "x-amz-bucket-region: eu-central-1\r\n",
          "<Error><Code>PermanentRedirect</Code><Endpoint>evil.example</Endpoint></Error>"},
         {"files.s3.eu-central-1.amazonaws.com", NULL, "eu-central-1", 200, NULL, GRANTED}},
        {"http://s3.dualstack.eu-west-1.amazonaws.com",
         "eu-west-1",
         {"files.s3.dualstack.eu-west-1.amazonaws.com", NULL, "eu-west-1", 400, NULL,
          MALFORMED("us-west-2")},
         {"files.s3.dualstack.us-west-2.amazonaws.com", NULL, "us-west-2", 200, NULL, GRANTED}},
        {"http://s3.cn-north-1.amazonaws.com.cn",
         "cn-north-1",
         {"files.s3.cn-north-1.amazonaws.com.cn", NULL, "cn-north-1", 400,
          "x-amz-bucket-region: cn-northwest-1\r\n", ""},
         {"files.s3.cn-northwest-1.amazonaws.com.cn", NULL, "cn-northwest-1", 200, NULL, GRANTED}},
        /* The host without a region stays, or goes where the reply says. */
        {"http://s3.amazonaws.com",
         "us-east-1",
         {"files.s3.amazonaws.com", NULL, "us-east-1", 400, NULL, MALFORMED("eu-west-3")},
         {"files.s3.amazonaws.com", NULL, "eu-west-3", 200, NULL, GRANTED}},
        {"http://s3.amazonaws.com",
         "us-east-1",
         {"files.s3.amazonaws.com", NULL, "us-east-1", 301, "x-amz-bucket-region: eu-west-1\r\n",
          "<Error><Code>PermanentRedirect</Code><Endpoint>files.s3-eu-west-1.amazonaws.com"
          "</Endpoint></Error>"},
         {"files.s3-eu-west-1.amazonaws.com", NULL, "eu-west-1", 200, NULL, GRANTED}},
        {"http://s3.amazonaws.com",
         "us-east-1",
         {"files.s3.amazonaws.com", NULL, "us-east-1", 301, "x-amz-bucket-region: eu-west-1\r\n",
          ""},
         {"files.s3.eu-west-1.amazonaws.com", NULL, "eu-west-1", 200, NULL, GRANTED}},
        {"http://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com",
         "us-east-1",
         {"files.bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com", NULL, "us-east-1", 301,
          "x-amz-bucket-region: eu-west-1\r\n", ""},
         {"files.s3.eu-west-1.amazonaws.com", NULL, "eu-west-1", 200, NULL, GRANTED}},
        {"http://s3.us-east-1.amazonaws.com",
         "us-east-1",
         {"files.s3.us-east-1.amazonaws.com", NULL, "us-east-1", 307,
          "Location: http://files.s3-us-west-2.amazonaws.com/?versioning\r\n",
          S3_ERROR("TemporaryRedirect", "")},
         {"files.s3-us-west-2.amazonaws.com", NULL, "us-east-1", 200, NULL, GRANTED}},
    };
    struct fixture *f = *state;

    assert_int_equal(setenv("http_proxy", http_server_url(f->server), 1), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_client *c = client_of(f, rows[i].endpoint, rows[i].region);
        expect(f, &rows[i].first);
        expect(f, &rows[i].second);
        assert_int_equal(ask_for(f, c, "files"), RC_OK);
    }
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(f->cx->diags.errors, 0);
}

#define TO(endpoint)                                                                               \
    "<Error><Code>PermanentRedirect</Code><Endpoint>" endpoint "</Endpoint></Error>"

/* One request goes out, to the configured server; the message names both. */
static void keys_go_nowhere_else(void **state)
{
    static const struct {
        const char *endpoint, *location, *body, *named;
    } rows[] = {
        {"http://s3.eu-west-1.amazonaws.com", NULL, TO("s3.example.org"), "http://s3.example.org"},
        {"http://s3.eu-west-1.amazonaws.com", NULL, TO("s3.amazonaws.com.evil.example"), "evil"},
        {"http://s3.eu-west-1.amazonaws.com", NULL, TO("s3.evilamazonaws.com"), "evilamazonaws"},
        {"http://s3.eu-west-1.amazonaws.com", NULL, TO("s3.cn-north-1.amazonaws.com.cn"), "com.cn"},
        {"http://s3.cn-north-1.amazonaws.com.cn", NULL, TO("s3.eu-west-1.amazonaws.com"), "com"},
        {"http://s3.eu-west-1.amazonaws.com", NULL, TO("ec2-192-0-2-1.compute-1.amazonaws.com"),
         "ec2-192-0-2-1"},
        {"http://s3.eu-west-1.amazonaws.com", NULL, TO("s3.us-east-1.amazonaws.com:8080"), "8080"},
        {"http://s3.eu-west-1.amazonaws.com", NULL, TO("a b"), "a b"},
        {"http://s3.eu-west-1.amazonaws.com", "ftp://s3.us-east-1.amazonaws.com/", "", "ftp://"},
        {"http://s3.eu-west-1.amazonaws.com", "http://me@evil.example/x", "", "evil.example"},
        {"http://s3.eu-west-1.amazonaws.com", "//evil.example/x", "", "http://evil.example"},
        {"http://fra1.digitaloceanspaces.com", NULL, TO("spaces.example"), "spaces.example"},
        {"http://s3.example.org", NULL, TO("s3.eu.example.org"), "s3.eu.example.org"},
        {"http://s3.example.org", NULL, TO("xs3.example.org"), "xs3.example.org"},
        {"http://192.0.2.1:8000", NULL, TO("192.0.2.2:8000"), "192.0.2.2"},
        {"http://192.0.2.1:8000", NULL, TO("192.0.2.1:8001"), "192.0.2.1:8001"},
    };
    struct fixture *f = *state;

    assert_int_equal(setenv("http_proxy", http_server_url(f->server), 1), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_client *c = client_of(f, rows[i].endpoint, "us-east-1");
        const char *location = rows[i].location;
        expect(f, &(struct leg){
                      .region = "us-east-1",
                      .status = 301,
                      .headers = location ? arena_printf(f->cx->arena, "Location: %s\r\n", location)
                                          : NULL,
                      .body = rows[i].body});
        if (ask_for(f, c, "files") != RC_FAIL || f->cx->diags.errors != i + 1) {
            fail_msg("row %zu", i);
        }
        assert_diag(f->cx, rows[i].endpoint);
        assert_diag(f->cx, rows[i].named);
        assert_diag(f->cx, "was not followed");
    }
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(http_server_count(f->server), COUNT(rows));
}

/* The same host, but for all to read. */
static void never_from_tls_to_plain(void **state)
{
    struct fixture *f = *state;
    struct http_server *tls =
        http_server_start(&(struct http_server_options){.tls = TEST_TLS_GOOD});
    const char *host = strstr(http_server_url(tls), "://");
    struct s3_client *c;

    assert_int_equal(s3_client_new(f->cx, f->session,
                                   &(struct s3_options){.endpoint = http_server_url(tls),
                                                        .access_key = "AKIDEXAMPLE",
                                                        .secret_key = SECRET,
                                                        .ca_file = http_server_ca_file(tls)},
                                   &c),
                     RC_OK);
    http_server_expect(
        tls, &(struct http_server_step){
                 .reply = {.status = 307,
                           .headers = arena_printf(f->cx->arena, "Location: http%s/\r\n", host)}});
    assert_int_equal(ask_for(f, c, "files"), RC_FAIL);
    assert_diag(f->cx, "was not followed");
    http_server_stop(tls);
    assert_satisfied(tls);
    http_server_free(tls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_region_is_learnt_for_the_bucket),
        TEST(a_header_says_it_too),
        TEST(what_says_nothing_new_ends_it),
        TEST(loops_end),
        TEST(names_below_the_servers_own_are_followed),
        TEST(buckets_of_aws_are_found),
        TEST(keys_go_nowhere_else),
        TEST(never_from_tls_to_plain),
    };

    return cmocka_run_group_tests_name("s3_redirect", tests, NULL, NULL);
}
