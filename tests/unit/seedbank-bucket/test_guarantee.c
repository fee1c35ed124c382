/* How far back the rules of a bucket let it go, and what they would undo. */
#include "unit.h"

#include <string.h>

#include "base/ctx.h"
#include "base/session.h"
#include "http_server.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/past.h"
#include "seedbank-bucket/replica.h"
#include "xml/xml.h"

#define NOW (INT64_C(1795490178) * MOMENT_SECOND)
#define DAY MOMENT_DAY

#define RULE(id, what) "<Rule><ID>" id "</ID>" what "</Rule>"
#define ON             "<Status>Enabled</Status>"
#define OFF            "<Status>Disabled</Status>"
#define PREFIX(p)      "<Filter><Prefix>" p "</Prefix></Filter>"
#define OLD(days)                                                                                  \
    "<NoncurrentVersionExpiration><NoncurrentDays>" days                                           \
    "</NoncurrentDays></NoncurrentVersionExpiration>"
#define CURRENT(what) "<Expiration>" what "</Expiration>"

static int make(void **state)
{
    *state = ctx_new(&(struct ctx_options){.session = NULL});
    return 0;
}

static int unmake(void **state)
{
    ctx_free(*state);
    return 0;
}

static struct s3_rules rules_of(struct ctx *cx, const char *name, const char *rules)
{
    const char *text = arena_printf(cx->arena, "<%s>%s</%s>", name, rules, name), *why = NULL;
    struct s3_rules read = {.root = xml_parse(cx->arena, str_of(text), &why)};

    assert_non_null(read.root);
    return read;
}

static struct guarantee *guarantee_of(struct ctx *cx, const char *rules)
{
    struct s3_rules read = rules_of(cx, "LifecycleConfiguration", rules);

    return guarantee_new(cx->arena, &read, NOW);
}

static void test_how_far_back(void **state)
{
    struct ctx *cx = *state;
    const char *a_prefix[] = {"a/b"}, *z_prefix[] = {"z/"}, *both[] = {"a/b", "z/"};
    const struct cli_texts all = {NULL, 0}, in_a = {a_prefix, 1}, in_z = {z_prefix, 1},
                           in_both = {both, 2};
    const struct {
        const char *rules;
        const struct cli_texts *prefixes;
        int64_t days; /* -1: for ever */
        const char *rule;
    } rows[] = {
        {"", &all, -1, NULL},
        {RULE("x", ON OLD("30")), &all, 30, "x"},
        {RULE("x", OFF OLD("30")), &all, -1, NULL},
        {RULE("x", ON OLD("30")) RULE("y", ON OLD("7")), &all, 7, "y"},
        {RULE("x", ON PREFIX("a/") OLD("30")), &all, 30, "x"},
        {RULE("x", ON PREFIX("a/") OLD("30")), &in_a, 30, "x"},
        {RULE("x", ON PREFIX("a/b/c") OLD("30")), &in_a, 30, "x"}, /* some keys there */
        {RULE("x", ON PREFIX("a/") OLD("30")), &in_z, -1, NULL},
        {RULE("x", ON PREFIX("a/") OLD("30")) RULE("y", ON PREFIX("z/") OLD("3")), &in_both, 3,
         "y"},
        {RULE("x", ON PREFIX("a/") OLD("30")) RULE("y", ON PREFIX("z/") OLD("3")), &in_a, 30, "x"},
        {RULE("x", ON CURRENT("<Days>1</Days>")), &all, -1, NULL}, /* hides, does not remove */
        {RULE("x", ON OLD("soon")), &all, 0, "x"},
        {RULE("x", ON "<Filter><Weather>rain</Weather></Filter>" OLD("9")), &in_z, 9, "x"},
        {RULE("x", ON OLD("99999999999")), &all, -1, NULL},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *rule = "untouched";
        int64_t since = guarantee_since(guarantee_of(cx, rows[i].rules), rows[i].prefixes, &rule);
        assert_int_equal(since, rows[i].days < 0 ? 0 : NOW - rows[i].days * DAY);
        assert_int_equal(rule == NULL, rows[i].rule == NULL);
        if (rule != NULL) {
            assert_string_equal(rule, rows[i].rule);
        }
    }
}

static void test_gaps_of_a_key(void **state)
{
    struct ctx *cx = *state;
    struct guarantee *g = guarantee_of(cx, RULE("x", ON PREFIX("a/") OLD("30")));

    assert_false(guarantee_has_gap(g, "a/k", NOW - 30 * DAY));
    assert_true(guarantee_has_gap(g, "a/k", NOW - 30 * DAY - 1));
    assert_false(guarantee_has_gap(g, "b/k", NOW - 300 * DAY));
}

/* A key of which something is to be done; what is newer came so many days ago. */
static struct past_end end_of(enum step_kind kind, const char *key, int64_t modified_days,
                              int64_t superseded_days)
{
    return (struct past_end){
        .verdict = PAST_STEP,
        .step = {.kind = kind, .key = key},
        .modified = NOW - modified_days * DAY,
        .superseded = NOW - superseded_days * DAY,
    };
}

static size_t warnings(struct ctx *cx, const char *rules, struct past_end end)
{
    struct guarantee *g = guarantee_of(cx, rules);
    size_t before = cx->diags.warnings;

    guarantee_look(g, &end);
    guarantee_warn(cx, g);
    return cx->diags.warnings - before;
}

static void test_what_rules_would_undo(void **state)
{
    struct ctx *cx = *state;
    const char *old = RULE("x", ON PREFIX("a/") OLD("30")), *soon = RULE("y", ON OLD("3"));
    const char *current = RULE("z", ON CURRENT("<Days>10</Days>"));

    /* The wanted version goes 30 days after it was superseded. */
    assert_int_equal(warnings(cx, old, end_of(STEP_REVEAL, "a/k", 99, 5)), 0);
    assert_int_equal(warnings(cx, old, end_of(STEP_REVEAL, "a/k", 99, 28)), 0);
    assert_int_equal(warnings(cx, old, end_of(STEP_REVEAL, "a/k", 99, 30)), 1);
    assert_int_equal(warnings(cx, old, end_of(STEP_COPY, "a/k", 99, 30)), 1);
    assert_int_equal(warnings(cx, old, end_of(STEP_COPY, "b/k", 99, 30)), 0);
    assert_int_equal(warnings(cx, old, end_of(STEP_HIDE, "a/k", 99, 30)), 0);
    assert_diag(cx, "\"x\"");
    /* What is hidden goes soon. */
    assert_int_equal(warnings(cx, soon, end_of(STEP_COPY, "k", 1, 1)), 1);
    assert_int_equal(warnings(cx, soon, end_of(STEP_HIDE, "k", 1, 1)), 1);
    assert_int_equal(warnings(cx, soon, end_of(STEP_REVEAL, "k", 1, 1)), 0);
    assert_diag(cx, "after 3 days");
    /* What is revealed is too old to stay. */
    assert_int_equal(warnings(cx, current, end_of(STEP_REVEAL, "k", 10, 1)), 1);
    assert_int_equal(warnings(cx, current, end_of(STEP_REVEAL, "k", 8, 1)), 0);
    assert_int_equal(warnings(cx, current, end_of(STEP_COPY, "k", 10, 1)), 0);
    assert_int_equal(warnings(cx, RULE("d", ON CURRENT("<Date>2020-01-01T00:00:00Z</Date>")),
                              end_of(STEP_REVEAL, "k", 1, 1)),
                     1);
    assert_int_equal(warnings(cx, RULE("d", ON CURRENT("<Date>2099-01-01T00:00:00Z</Date>")),
                              end_of(STEP_REVEAL, "k", 1, 1)),
                     0);
    assert_int_equal(cx->diags.errors, 0);
}

static void test_which_keys_are_replicated(void **state)
{
    struct ctx *cx = *state;
    struct s3_rules read = rules_of(
        cx, "ReplicationConfiguration",
        RULE("off", OFF PREFIX("")) RULE("a", ON PREFIX("a/"))
            RULE("tags", ON "<Filter><And><Prefix>t/</Prefix><Tag><Key>k</Key><Value>v</Value>"
                            "</Tag></And></Filter>"));
    struct replica *r = replica_new(cx->arena, &read);

    assert_string_equal(replica_rule(r, "a/k"), "a");
    assert_string_equal(replica_rule(r, "t/k"), "tags"); /* may be */
    assert_null(replica_rule(r, "b/k"));
    read =
        rules_of(cx, "ReplicationConfiguration", RULE("odd", ON "<Filter><New>1</New></Filter>"));
    assert_string_equal(replica_rule(replica_new(cx->arena, &read), "b/k"), "odd");
}

/* ---- Asked of a server ----------------------------------------------------------------------- */

#define DENIED "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"

static void test_rules_that_may_not_be_read(void **state)
{
    const struct cli_texts all = {NULL, 0};
    struct http_server *server =
        http_server_start(&(struct http_server_options){.any_order = true});
    struct session *session = session_new();
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = session});
    struct s3_target target = {.bucket = "b"};
    struct guarantee *g;
    struct replica *r;
    const char *rule = "untouched";

    (void)state;
    assert_int_equal(s3_client_new(cx, session,
                                   &(struct s3_options){.endpoint = http_server_url(server),
                                                        .access_key = "some-access-key",
                                                        .secret_key = "some-secret-key"},
                                   &target.client),
                     RC_OK);
    http_server_expect(server,
                       &(struct http_server_step){.target = "/b?lifecycle",
                                                  .reply = {.status = 403, .body = DENIED}});
    http_server_expect(server,
                       &(struct http_server_step){.target = "/b?replication",
                                                  .reply = {.status = 403, .body = DENIED}});
    assert_int_equal(guarantee_get(cx, &target, NOW, &g), RC_OK);
    assert_int_equal(guarantee_since(g, &all, &rule), NOW); /* nothing is promised */
    assert_null(rule);
    assert_true(guarantee_has_gap(g, "k", NOW - 1));
    assert_int_equal(replica_get(cx, &target, &r), RC_OK);
    assert_null(replica_rule(r, "k"));
    assert_int_equal(cx->diags.warnings, 1);
    assert_diag(cx, "s3:GetReplicationConfiguration");
    http_server_stop(server);
    assert_satisfied(server);
    ctx_free(cx);
    session_free(session);
    http_server_free(server);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(test_how_far_back),
        TEST(test_gaps_of_a_key),
        TEST(test_what_rules_would_undo),
        TEST(test_which_keys_are_replicated),
        cmocka_unit_test(test_rules_that_may_not_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
