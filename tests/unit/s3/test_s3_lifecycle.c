/* The lifecycle document and its rules: read, changed in one spot, written, understood. */
#include "fixture_lifecycle.h"

#define RULE(id, body)                                                                             \
    "<Rule><ID>" id "</ID><Status>Enabled</Status><Filter><Prefix/></Filter>" body "</Rule>"
#define OLD(n)                                                                                     \
    "<NoncurrentVersionExpiration><NoncurrentDays>" n                                              \
    "</NoncurrentDays></NoncurrentVersionExpiration>"
#define NONE S3_LIFECYCLE_RULE_NONE

/* ---- The document ---------------------------------------------------------------------------- */

static void a_document_is_read_with_the_setting_beside_it(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules l = {0};

    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "GET",
                           .target = TARGET,
                           .reply = {.body = XML(DOC(RULE("a", OLD("3")) RULE("b", ""))),
                                     .headers = "x-amz-transition-default-minimum-object-size: "
                                                "varies_by_storage_class\r\n"}});
    assert_int_equal(s3_rules_get(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
    assert_string_equal(l.setting, "varies_by_storage_class");
    assert_string_equal(s3_rules_ids(f->cx->arena, &l), "\"a\", \"b\"");
    assert_non_null(s3_rules_find(&l, "b"));
    assert_null(s3_rules_find(&l, "c"));
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "PUT",
                                      .target = TARGET,
                                      .expect = {"content-type: application/xml", "content-md5: *",
                                                 "x-amz-transition-default-minimum-object-size: "
                                                 "varies_by_storage_class"},
                                      .body = DOC(RULE("a", OLD("3")) RULE("b", ""))});
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
}

static void no_document_is_one_without_rules(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules l = {0};

    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchLifecycleConfiguration", "none"));
    assert_int_equal(s3_rules_get(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
    assert_string_equal(s3_rules_ids(f->cx->arena, &l), "none");
    fixture_expect(f, "DELETE", TARGET, 204, NULL);
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
    fixture_expect(f, "DELETE", TARGET, 404, S3_ERROR("NoSuchLifecycleConfiguration", "none"));
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(s3_rules_get(f->cx, &target, &s3_lifecycle_kind, &l), RC_NOT_FOUND);
    fixture_expect(f, "DELETE", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_NOT_FOUND);
}

static void what_is_no_document_is_refused(void **state)
{
    static const struct {
        int status;
        const char *body, *says;
    } rows[] = {
        {200, "<LifecycleConfiguration><Rule>", "its body is no XML"},
        {200, "<html><body>Log in</body></html>", "no <LifecycleConfiguration> came"},
        {200, "", "its body is no XML"},
        {200, S3_ERROR("AccessDenied", "no"), "s3:GetLifecycleConfiguration"},
        {403, S3_ERROR("AccessDenied", "no"), "s3:GetLifecycleConfiguration"},
        {404, "nothing here", "Not said by S3 itself"},
    };
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules l = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_expect(f, "GET", TARGET, rows[i].status, rows[i].body);
        assert_int_equal(s3_rules_get(f->cx, &target, &s3_lifecycle_kind, &l), RC_FAIL);
        assert_diag(f->cx, "Cannot read the lifecycle rules of bucket files");
        assert_diag(f->cx, rows[i].says);
        assert_null(l.root);
    }
    l.root = parsed(f, DOC(RULE("a", "")));
    fixture_expect(f, "PUT", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_FAIL);
    assert_diag(f->cx, "s3:PutLifecycleConfiguration");
}

static void another_change_under_way_is_waited_out(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules l = {.root = parsed(f, DOC(RULE("a", "")))};

    fixture_expect(f, "PUT", TARGET, 409, S3_ERROR("OperationAborted", "busy"));
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
    assert_int_equal(f->clock.n_sleeps, 1);
    http_server_expect(f->server,
                       &(struct http_server_step){
                           .method = "PUT",
                           .times = HTTP_SERVER_ANY_TIMES,
                           .reply = {.status = 409, .body = S3_ERROR("OperationAborted", "busy")}});
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_FAIL);
    assert_diag(f->cx, "409 OperationAborted");
}

static void a_text_that_xml_cannot_hold_is_not_sent(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules l = {.root = parsed(f, DOC(RULE("a", "")))};

    xml_find(l.root, "Rule/Filter/Prefix")->text = "a\x01";
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_FAIL);
    assert_diag(f->cx, "Nothing was sent");
    assert_int_equal(http_server_count(f->server), 0);
}

static void refreshes_ask_once_and_a_put_makes_them_ask_again(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules l = {0};

    fixture_expect(f, "GET", TARGET, 200, XML(DOC(RULE("a", ""))));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(s3_rules_get_cached(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
        assert_non_null(s3_rules_find(&l, "a"));
    }
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchLifecycleConfiguration", ""));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s3_rules_get_cached(f->cx, &target, &s3_lifecycle_kind, &l), RC_OK);
        assert_string_equal(s3_rules_ids(f->cx->arena, &l), "none");
    }
}

static void a_copy_is_another_document_of_the_same_content(void **state)
{
    struct fixture *f = *state;
    const char *text = DOC(RULE("a", OLD("3")) "<Later x=\"1\"><Deep><Deeper/></Deep></Later>" RULE(
        "b", "<New>1</New>"));
    struct s3_rules l = {parsed(f, text), "x", false}, copy = s3_rules_copy(f->cx->arena, &l);

    assert_string_equal(written(f, copy.root), text);
    assert_string_equal(copy.setting, "x");
    xml_remove(s3_rules_find(&copy, "a"));
    assert_string_equal(written(f, l.root), text);
    l.root = parsed(f, DOC(""));
    assert_string_equal(written(f, s3_rules_copy(f->cx->arena, &l).root), written(f, l.root));
}

/* ---- How long old versions stay ---------------------------------------------------------------
 */

static void the_shortest_enabled_rule_counts(void **state)
{
    static const struct {
        const char *document;
        int64_t days;
        const char *id;
    } rows[] = {
        {DOC(""), NONE, NULL},
        {DOC(RULE("a", "<Expiration><Days>1</Days></Expiration>")), NONE, NULL},
        {DOC(RULE("a", OLD("30"))), 30, "a"},
        {DOC(RULE("a", OLD("30")) RULE("b", OLD("7")) RULE("c", OLD("9"))), 7, "b"},
        {DOC(RULE("a", OLD("30")) "<Rule><ID>b</ID><Status>Disabled</Status>" OLD("7") "</Rule>"),
         30, "a"},
        {DOC("<Rule><Status>Enabled</Status>" OLD("7") "</Rule>"), 7, ""},
        {DOC("<Rule><ID>b</ID>" OLD("7") "</Rule>"), 7, "b"},
        {DOC(RULE("a", OLD("soon"))), 0, "a"},
        {DOC(RULE("a", OLD("-4"))), 0, "a"},
        {DOC(RULE("a", "<NoncurrentVersionExpiration><NewerNoncurrentVersions>3"
                       "</NewerNoncurrentVersions></NoncurrentVersionExpiration>")),
         0, "a"},
        {DOC(RULE("a", "<Expiration><Days>5</Days><ExpiredObjectAllVersions>true"
                       "</ExpiredObjectAllVersions></Expiration>")),
         5, "a"},
        {DOC(RULE("a", "<Expiration><ExpiredObjectAllVersions>false</ExpiredObjectAllVersions>"
                       "</Expiration>")),
         NONE, NULL},
        {DOC(RULE("a", "<DelMarkerExpiration><Days>2</Days></DelMarkerExpiration>")), 2, "a"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_rules l = {.root = parsed(f, rows[i].document)};
        struct s3_lifecycle_window window = s3_lifecycle_window_of(&l);
        if (window.days != rows[i].days) {
            fail_msg("%s: %lld", rows[i].document, (long long)window.days);
        }
        if (rows[i].id) {
            assert_string_equal(window.rule_id, rows[i].id);
        } else {
            assert_null(window.rule_id);
        }
    }
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static struct s3_lifecycle_rule full(void)
{
    static const struct s3_rule_tag tags[] = {{"kind", "log"}, {"by", "me"}};
    struct s3_lifecycle_rule rule = s3_lifecycle_rule_new("a");

    rule.enabled = true;
    rule.filter.prefix = "logs/";
    rule.filter.tags = tags;
    rule.filter.n_tags = 2;
    rule.size_above = 0;
    rule.size_below = 100;
    rule.expire_days = 30;
    rule.expire_keep = 5;
    rule.move_days = 10;
    rule.move_class = "GLACIER";
    rule.abort_days = 7;
    rule.expired_marker = true;
    return rule;
}

#define ACTIONS                                                                                    \
    "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays><NewerNoncurrentVersions>5"   \
    "</NewerNoncurrentVersions></NoncurrentVersionExpiration><NoncurrentVersionTransition>"        \
    "<NoncurrentDays>10</NoncurrentDays><StorageClass>GLACIER</StorageClass>"                      \
    "</NoncurrentVersionTransition><AbortIncompleteMultipartUpload><DaysAfterInitiation>7"         \
    "</DaysAfterInitiation></AbortIncompleteMultipartUpload><Expiration>"                          \
    "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
#define FULL                                                                                       \
    "<Rule><ID>a</ID><Status>Enabled</Status><Filter><And><Prefix>logs/</Prefix>"                  \
    "<Tag><Key>kind</Key><Value>log</Value></Tag><Tag><Key>by</Key><Value>me</Value></Tag>"        \
    "<ObjectSizeGreaterThan>0</ObjectSizeGreaterThan><ObjectSizeLessThan>100"                      \
    "</ObjectSizeLessThan></And></Filter>" ACTIONS "</Rule>"

static void assert_same(struct fixture *f, const struct s3_lifecycle_rule *x,
                        const struct s3_lifecycle_rule *y)
{
    struct s3_rule_diff diff = s3_lifecycle_rule_compare(f->cx->arena, x, y);

    assert_string_equal(diff.limits, "");
    assert_string_equal(diff.others, "");
    assert_int_equal(x->enabled, y->enabled);
    assert_string_equal(x->id, y->id);
}

static void a_rule_is_written_and_read(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = full(), seen;
    struct xml_node *node = parsed(f, "<Rule><ID>a</ID></Rule>");
    const char *why;

    s3_lifecycle_rule_write(f->cx->arena, node, &rule, false);
    assert_string_equal(written(f, node), FULL);
    assert_true(s3_lifecycle_rule_read(f->cx->arena, node, &seen, &why));
    assert_same(f, &rule, &seen);
    s3_lifecycle_rule_write(f->cx->arena, node, &rule, true); /* the old form has no place for it */
    assert_string_equal(written(f, node), FULL);
    assert_string_equal(s3_lifecycle_rule_unknown(f->cx->arena, node), "");
}

static void filters_have_three_forms(void **state)
{
    static const struct {
        const char *filter, *prefix;
        size_t n_tags;
        const char *written, *old;
    } rows[] = {
        {"", "", 0, "<Filter><Prefix/></Filter>", "<Prefix/>"},
        {"<Prefix/>", "", 0, "<Filter><Prefix/></Filter>", "<Prefix/>"},
        {"<Filter/>", "", 0, "<Filter><Prefix/></Filter>", "<Prefix/>"},
        {"<Prefix>x/</Prefix>", "x/", 0, "<Filter><Prefix>x/</Prefix></Filter>",
         "<Prefix>x/</Prefix>"},
        {"<Filter><Prefix>x/</Prefix></Filter>", "x/", 0, "<Filter><Prefix>x/</Prefix></Filter>",
         "<Prefix>x/</Prefix>"},
        {"<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>", "", 1,
         "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>",
         "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena *a = f->cx->arena;
        struct xml_node *node =
            parsed(f, arena_printf(a, "<Rule><Status>Disabled</Status>%s</Rule>", rows[i].filter));
        struct s3_lifecycle_rule rule;
        const char *why;
        assert_true(s3_lifecycle_rule_read(a, node, &rule, &why));
        assert_string_equal(rule.filter.prefix, rows[i].prefix);
        assert_int_equal(rule.filter.n_tags, rows[i].n_tags);
        assert_false(rule.enabled);
        s3_lifecycle_rule_write(a, node, &rule, false);
        assert_string_equal(
            written(f, node),
            arena_printf(a, "<Rule><Status>Disabled</Status>%s</Rule>", rows[i].written));
        s3_lifecycle_rule_write(a, node, &rule, true);
        assert_string_equal(
            written(f, node),
            arena_printf(a, "<Rule><Status>Disabled</Status>%s</Rule>", rows[i].old));
    }
}

static void what_is_not_described_stays(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule rule = s3_lifecycle_rule_new("a");
    struct xml_node *node = parsed(
        f,
        "<Rule><ID>a</ID><Filter/><Status>Enabled</Status><Expiration><Days>9</Days>"
        "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><Later>x</Later>"
        "<NoncurrentVersionExpiration><NoncurrentDays>4</NoncurrentDays><Also>y</Also>"
        "</NoncurrentVersionExpiration></Rule>");

    assert_string_equal(s3_lifecycle_rule_unknown(f->cx->arena, node),
                        "Expiration/Days, Later, NoncurrentVersionExpiration/Also");
    rule.expire_days = 8;
    s3_lifecycle_rule_write(f->cx->arena, node, &rule, false);
    assert_string_equal(
        written(f, node),
        "<Rule><ID>a</ID><Expiration><Days>9</Days></Expiration><Later>x</Later>"
        "<NoncurrentVersionExpiration><Also>y</Also><NoncurrentDays>8</NoncurrentDays>"
        "</NoncurrentVersionExpiration><Status>Disabled</Status><Filter><Prefix/></Filter></Rule>");
}

static void a_rule_that_nobody_understands_is_not_read(void **state)
{
    static const struct {
        const char *body, *why;
    } rows[] = {
        {OLD("x"), "its <NoncurrentDays> is not a number of 0 or more"},
        {OLD("-1"), "its <NoncurrentDays> is not a number of 0 or more"},
        {"<Filter><Colour>red</Colour></Filter>", "its filter holds <Colour>"},
        {"<Filter><And><Prefix/><Colour/></And></Filter>", "its filter holds <Colour>"},
        {"<NoncurrentVersionTransition/><NoncurrentVersionTransition/>", "more than once"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_lifecycle_rule rule = {.id = "untouched"};
        const char *why = "", *text = arena_printf(f->cx->arena, "<Rule>%s</Rule>", rows[i].body);
        assert_false(s3_lifecycle_rule_read(f->cx->arena, parsed(f, text), &rule, &why));
        assert_non_null(strstr(why, rows[i].why));
        assert_string_equal(rule.id, "untouched");
    }
}

static void differences_are_named(void **state)
{
    struct fixture *f = *state;
    struct s3_lifecycle_rule wanted = full(), seen = full();
    struct s3_rule_diff diff;

    seen.filter.n_tags = 1;
    seen.expire_keep = NONE;
    seen.abort_days = NONE;
    seen.move_class = "";
    diff = s3_lifecycle_rule_compare(f->cx->arena, &wanted, &seen);
    assert_string_equal(diff.limits,
                        "tags, noncurrent_version_expiration.newer_noncurrent_versions");
    assert_string_equal(diff.others, "abort_incomplete_multipart_days, "
                                     "noncurrent_version_transition.storage_class");
    assert_true(diff.only_missing);
    seen.expire_days = 1;
    diff = s3_lifecycle_rule_compare(f->cx->arena, &wanted, &seen);
    assert_false(diff.only_missing);
    diff = s3_lifecycle_rule_compare(f->cx->arena, &seen, &wanted);
    assert_false(diff.only_missing);
    seen = full();
    seen.filter.prefix = "";
    seen.expired_marker = false;
    diff = s3_lifecycle_rule_compare(f->cx->arena, &wanted, &seen);
    assert_string_equal(diff.limits, "prefix");
    assert_string_equal(diff.others, "expired_object_delete_marker");
    assert_true(diff.only_missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_is_read_with_the_setting_beside_it),
        TEST(no_document_is_one_without_rules),
        TEST(what_is_no_document_is_refused),
        TEST(another_change_under_way_is_waited_out),
        TEST(a_text_that_xml_cannot_hold_is_not_sent),
        TEST(refreshes_ask_once_and_a_put_makes_them_ask_again),
        TEST(a_copy_is_another_document_of_the_same_content),
        TEST(the_shortest_enabled_rule_counts),
        TEST(a_rule_is_written_and_read),
        TEST(filters_have_three_forms),
        TEST(what_is_not_described_stays),
        TEST(a_rule_that_nobody_understands_is_not_read),
        TEST(differences_are_named),
    };

    return cmocka_run_group_tests_name("s3_lifecycle", tests, NULL, NULL);
}
