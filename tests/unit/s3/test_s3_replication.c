/* The replication document and its rules: read, changed in one spot, written, understood. */
#include "fixture_replication.h"

#define ROLE "<Role>arn:aws:iam::123456789012:role/copier</Role>"
#define RULE(id, body)                                                                             \
    "<Rule><ID>" id "</ID><Priority>1</Priority><Status>Enabled</Status><Filter><Prefix/>"         \
    "</Filter><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"        \
    "<Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination>" body "</Rule>"

/* ---- The document ---------------------------------------------------------------------------- */

static void a_document_is_read_and_written_with_its_role(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules r = {.root = NULL};

    fixture_expect(f, "GET", TARGET, 200, XML(DOC(ROLE RULE("a", "") RULE("b", "<Later/>"))));
    assert_int_equal(s3_rules_get(f->cx, &target, &s3_replication_kind, &r), RC_OK);
    assert_string_equal(s3_rules_ids(f->cx->arena, &r), "\"a\", \"b\"");
    assert_string_equal(s3_replication_role(&r), "arn:aws:iam::123456789012:role/copier");
    assert_false(r.unsupported);
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "PUT",
                                      .target = TARGET,
                                      .expect = {"content-type: application/xml", "content-md5: *"},
                                      .body = DOC(ROLE RULE("a", "") RULE("b", "<Later/>"))});
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_replication_kind, &r), RC_OK);
    s3_replication_set_role(f->cx->arena, &r, "arn:other");
    assert_string_equal(s3_replication_role(&r), "arn:other");
    s3_replication_set_role(f->cx->arena, &r, "");
    assert_string_equal(written(f, r.root), DOC(RULE("a", "") RULE("b", "<Later/>")));
}

static void no_document_is_one_without_rules(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules r = {.root = NULL};

    fixture_expect(f, "GET", TARGET, 404, NO_RULES);
    assert_int_equal(s3_rules_get(f->cx, &target, &s3_replication_kind, &r), RC_OK);
    assert_string_equal(s3_rules_ids(f->cx->arena, &r), "none");
    assert_string_equal(s3_replication_role(&r), "");
    assert_false(r.unsupported);
    fixture_expect(f, "DELETE", TARGET, 204, NULL);
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_replication_kind, &r), RC_OK);
    fixture_expect(f, "DELETE", TARGET, 404, NO_RULES);
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_replication_kind, &r), RC_OK);
    fixture_expect(f, "GET", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(s3_rules_get(f->cx, &target, &s3_replication_kind, &r), RC_NOT_FOUND);
    fixture_expect(f, "DELETE", TARGET, 404, S3_ERROR("NoSuchBucket", ""));
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_replication_kind, &r), RC_NOT_FOUND);
}

static void a_server_without_it_is_told_apart(void **state)
{
    static const struct {
        int status;
        const char *body;
    } rows[] = {
        {501, S3_ERROR("NotImplemented", "no")},
        {405, S3_ERROR("MethodNotAllowed", "no")},
        {501, NULL},
        {405, "<html><body>no</body></html>"},
        {200, "<ListBucketResult xmlns=\"" S3_NS "\"><Name>files</Name></ListBucketResult>"},
    };
    struct fixture *f = *state;
    struct s3_target target = files_of(f);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_rules r = {.root = NULL}, cached = {.root = NULL};
        fixture_expect(f, "GET", TARGET, rows[i].status, rows[i].body);
        assert_int_equal(s3_rules_get(f->cx, &target, &s3_replication_kind, &r), RC_OK);
        assert_true(r.unsupported);
        assert_null(xml_child(r.root, "Rule"));
        fixture_expect(f, "GET", TARGET, rows[i].status, rows[i].body);
        for (int j = 0; j < 2; j++) {
            assert_int_equal(s3_rules_get_cached(f->cx, &target, &s3_replication_kind, &cached),
                             RC_OK);
            assert_true(cached.unsupported);
        }
        session_forget(f->cx, "replication of bucket files of ");
    }
    assert_int_equal(f->cx->diags.errors, 0);
    assert_int_equal(s3_rules_missing(f->cx, &target, &s3_replication_kind), RC_FAIL);
    assert_diag(f->cx, "The server of bucket files has no replication rules");
    assert_diag(f->cx, "rclone sync");
}

static void a_put_that_the_server_does_not_offer_names_the_alternative(void **state)
{
    static const struct {
        int status;
        const char *body;
    } rows[] = {
        {405, S3_ERROR("MethodNotAllowed", "no")},
        {501, S3_ERROR("NotImplemented", "no")},
        {405, NULL},
        {501, NULL},
    };
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules r = {.root = parsed(f, DOC(RULE("a", "")))};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct diag_point point = diag_point(f->cx);
        fixture_expect(f, "PUT", TARGET, rows[i].status, rows[i].body);
        assert_int_equal(s3_rules_put(f->cx, &target, &s3_replication_kind, &r), RC_FAIL);
        assert_diag(f->cx, "Cannot write the replication rules of bucket files");
        assert_diag(f->cx, "mc mirror");
        diag_drop_since(f->cx, point);
    }
    fixture_expect(f, "PUT", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_replication_kind, &r), RC_FAIL);
    assert_diag(f->cx, "s3:PutReplicationConfiguration");
}

static void refreshes_ask_once_and_a_put_makes_them_ask_again(void **state)
{
    struct fixture *f = *state;
    struct s3_target target = files_of(f);
    struct s3_rules r = {.root = NULL};

    fixture_expect(f, "GET", TARGET, 200, XML(DOC(ROLE RULE("a", ""))));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(s3_rules_get_cached(f->cx, &target, &s3_replication_kind, &r), RC_OK);
        assert_non_null(s3_rules_find(&r, "a"));
    }
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    assert_int_equal(s3_rules_put(f->cx, &target, &s3_replication_kind, &r), RC_OK);
    fixture_expect(f, "GET", TARGET, 404, NO_RULES);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s3_rules_get_cached(f->cx, &target, &s3_replication_kind, &r), RC_OK);
        assert_string_equal(s3_rules_ids(f->cx->arena, &r), "none");
    }
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static struct s3_replication_rule full(void)
{
    static const struct s3_rule_tag tags[] = {{"kind", "log"}, {"by", "me"}};
    struct s3_replication_rule rule = s3_replication_rule_new("a");

    rule.enabled = true;
    rule.priority = 7;
    rule.filter = (struct s3_rule_filter){"logs/", tags, 2};
    rule.bucket = "arn:aws:s3:::copy";
    rule.account = "123456789012";
    rule.storage_class = "GLACIER_IR";
    rule.kms_key = "arn:aws:kms:eu-west-1:123456789012:key/k";
    rule.owner_override = true;
    rule.replication_time = true;
    rule.metrics = true;
    rule.replica_modifications = true;
    return rule;
}

#define FULL                                                                                       \
    "<Rule><ID>a</ID><Priority>7</Priority><Status>Enabled</Status><Filter><And>"                  \
    "<Prefix>logs/</Prefix><Tag><Key>kind</Key><Value>log</Value></Tag>"                           \
    "<Tag><Key>by</Key><Value>me</Value></Tag></And></Filter>"                                     \
    "<Destination><Bucket>arn:aws:s3:::copy</Bucket><Account>123456789012</Account>"               \
    "<StorageClass>GLACIER_IR</StorageClass><EncryptionConfiguration>"                             \
    "<ReplicaKmsKeyID>arn:aws:kms:eu-west-1:123456789012:key/k</ReplicaKmsKeyID>"                  \
    "</EncryptionConfiguration><AccessControlTranslation><Owner>Destination</Owner>"               \
    "</AccessControlTranslation><ReplicationTime><Status>Enabled</Status><Time>"                   \
    "<Minutes>15</Minutes></Time></ReplicationTime><Metrics><Status>Enabled</Status>"              \
    "<EventThreshold><Minutes>15</Minutes></EventThreshold></Metrics></Destination>"               \
    "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"                 \
    "<SourceSelectionCriteria><ReplicaModifications><Status>Enabled</Status>"                      \
    "</ReplicaModifications><SseKmsEncryptedObjects><Status>Enabled</Status>"                      \
    "</SseKmsEncryptedObjects></SourceSelectionCriteria></Rule>"

static void assert_same(struct fixture *f, const struct s3_replication_rule *x,
                        const struct s3_replication_rule *y)
{
    struct s3_rule_diff diff = s3_replication_rule_compare(f->cx->arena, x, y);

    assert_string_equal(diff.limits, "");
    assert_string_equal(diff.others, "");
    assert_int_equal(x->enabled, y->enabled);
    assert_string_equal(x->id, y->id);
}

static void a_rule_is_written_and_read(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = full(), seen;
    struct xml_node *node = parsed(f, "<Rule><ID>a</ID></Rule>");
    const char *why;

    s3_replication_rule_write(f->cx->arena, node, &rule);
    assert_string_equal(written(f, node), FULL);
    assert_true(s3_replication_rule_read(f->cx->arena, node, &seen, &why));
    assert_same(f, &rule, &seen);
    s3_replication_rule_write(f->cx->arena, node, &rule);
    assert_string_equal(written(f, node), FULL);
    assert_string_equal(s3_replication_rule_unknown(f->cx->arena, node), "");
}

static void the_least_rule_says_all_that_must_be_said(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = s3_replication_rule_new("a");
    struct xml_node *node = parsed(f, "<Rule><ID>a</ID></Rule>");

    rule.priority = 1;
    rule.bucket = "arn:aws:s3:::copy";
    s3_replication_rule_write(f->cx->arena, node, &rule);
    assert_string_equal(written(f, node),
                        "<Rule><ID>a</ID><Priority>1</Priority><Status>Disabled</Status><Filter>"
                        "<Prefix/></Filter><Destination><Bucket>arn:aws:s3:::copy</Bucket>"
                        "</Destination><DeleteMarkerReplication><Status>Disabled</Status>"
                        "</DeleteMarkerReplication><SourceSelectionCriteria><ReplicaModifications>"
                        "<Status>Disabled</Status></ReplicaModifications>"
                        "</SourceSelectionCriteria></Rule>");
}

static void the_first_version_copies_delete_markers(void **state)
{
    static const struct {
        const char *body;
        bool markers, implied;
    } rows[] = {
        {"<Prefix>x/</Prefix>", true, true},
        {"", true, true},
        {"<Filter/>", false, false},
        {"<Filter/><DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>",
         true, false},
        {"<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>", false,
         false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_replication_rule rule;
        const char *why, *text = arena_printf(f->cx->arena, "<Rule>%s</Rule>", rows[i].body);
        assert_true(s3_replication_rule_read(f->cx->arena, parsed(f, text), &rule, &why));
        assert_int_equal(rule.delete_markers, rows[i].markers);
        assert_int_equal(rule.markers_implied, rows[i].implied);
        assert_int_equal(rule.priority, S3_REPLICATION_RULE_NONE);
    }
}

static void a_priority_is_of_the_second_version(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule;
    const char *why;

    assert_true(s3_replication_rule_read(
        f->cx->arena, parsed(f, "<Rule><Priority>3</Priority></Rule>"), &rule, &why));
    assert_int_equal(rule.priority, 3);
    assert_false(rule.delete_markers);
}

static void what_is_not_described_stays(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = s3_replication_rule_new("a");
    struct xml_node *node =
        parsed(f, "<Rule><ID>a</ID><Prefix>x</Prefix><Status>Enabled</Status><Destination>"
                  "<Bucket>arn:aws:s3:::b</Bucket><Zone>z</Zone></Destination>"
                  "<DeleteReplication><Status>Enabled</Status></DeleteReplication>"
                  "<ExistingObjectReplication><Status>Disabled</Status></ExistingObjectReplication>"
                  "<Later/></Rule>");

    assert_string_equal(s3_replication_rule_unknown(f->cx->arena, node),
                        "Destination/Zone, DeleteReplication/Status, Later");
    rule.priority = 0;
    rule.bucket = "arn:aws:s3:::c";
    s3_replication_rule_write(f->cx->arena, node, &rule);
    assert_string_equal(
        written(f, node),
        "<Rule><ID>a</ID><Destination><Zone>z</Zone><Bucket>arn:aws:s3:::c</Bucket></Destination>"
        "<DeleteReplication><Status>Enabled</Status></DeleteReplication><ExistingObjectReplication>"
        "<Status>Disabled</Status></ExistingObjectReplication><Later/><Priority>0</Priority>"
        "<Status>Disabled</Status><Filter><Prefix/></Filter><DeleteMarkerReplication>"
        "<Status>Disabled</Status></DeleteMarkerReplication><SourceSelectionCriteria>"
        "<ReplicaModifications><Status>Disabled</Status></ReplicaModifications>"
        "</SourceSelectionCriteria></Rule>");
}

static void a_rule_that_nobody_understands_is_not_read(void **state)
{
    static const struct {
        const char *body, *why;
    } rows[] = {
        {"<Priority>high</Priority>", "its <Priority> is not a number"},
        {"<Priority>-1</Priority>", "its <Priority> is not a number"},
        {"<Filter><Colour>red</Colour></Filter>", "its filter holds <Colour>"},
        {"<Filter><And><Prefix/><ObjectSizeLessThan/></And></Filter>",
         "its filter holds <ObjectSizeLessThan>"},
        {"<Destination><ReplicationTime><Time><Minutes>5</Minutes></Time></ReplicationTime>"
         "</Destination>",
         "other than 15 minutes"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_replication_rule rule = {.id = "untouched"};
        const char *why = "", *text = arena_printf(f->cx->arena, "<Rule>%s</Rule>", rows[i].body);
        assert_false(s3_replication_rule_read(f->cx->arena, parsed(f, text), &rule, &why));
        assert_non_null(strstr(why, rows[i].why));
        assert_string_equal(rule.id, "untouched");
    }
}

static void differences_are_named(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule wanted = full(), seen = full();
    struct s3_rule_diff diff;

    seen.filter = (struct s3_rule_filter){"", NULL, 0};
    seen.priority = S3_REPLICATION_RULE_NONE;
    seen.kms_key = "";
    seen.metrics = false;
    seen.delete_markers = seen.markers_implied = true;
    diff = s3_replication_rule_compare(f->cx->arena, &wanted, &seen);
    assert_string_equal(diff.limits, "prefix, tags");
    assert_string_equal(diff.others, "priority, destination.replica_kms_key_id, "
                                     "delete_marker_replication, destination.metrics");
    assert_true(diff.only_missing);
    seen.markers_implied = false;
    diff = s3_replication_rule_compare(f->cx->arena, &wanted, &seen);
    assert_false(diff.only_missing);
    seen = full();
    seen.bucket = "arn:aws:s3:::elsewhere";
    diff = s3_replication_rule_compare(f->cx->arena, &wanted, &seen);
    assert_string_equal(diff.limits, "destination.bucket");
    assert_string_equal(diff.others, "");
    assert_false(diff.only_missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_is_read_and_written_with_its_role),
        TEST(no_document_is_one_without_rules),
        TEST(a_server_without_it_is_told_apart),
        TEST(a_put_that_the_server_does_not_offer_names_the_alternative),
        TEST(refreshes_ask_once_and_a_put_makes_them_ask_again),
        TEST(a_rule_is_written_and_read),
        TEST(the_least_rule_says_all_that_must_be_said),
        TEST(the_first_version_copies_delete_markers),
        TEST(a_priority_is_of_the_second_version),
        TEST(what_is_not_described_stays),
        TEST(a_rule_that_nobody_understands_is_not_read),
        TEST(differences_are_named),
    };

    return cmocka_run_group_tests_name("s3_replication", tests, NULL, NULL);
}
