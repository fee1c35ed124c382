/* One replication rule among others: what is looked at first, put, refused and taken back. */
#include "fixture.h"
#include "s3/s3_replication_edit.h"

#define TARGET "/files?replication"
#define DOC(body)                                                                                  \
    "<ReplicationConfiguration xmlns=\"" S3_NS "\">" body "</ReplicationConfiguration>"
#define ROLE(name) "<Role>arn:aws:iam::1:role/" name "</Role>"
#define RULE(id, n, status, filter, markers)                                                       \
    "<Rule><ID>" id "</ID><Priority>" n "</Priority><Status>" status "</Status><Filter>" filter    \
    "</Filter><Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination>" markers               \
    "<SourceSelectionCriteria><ReplicaModifications><Status>Disabled</Status>"                     \
    "</ReplicaModifications></SourceSelectionCriteria></Rule>"
#define NO_MARKERS "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"
#define MARKERS    "<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>"
#define OURS(s)    RULE("ours", "1", s, "<Prefix/>", NO_MARKERS)
#define BELOW(s)   RULE("ours", "1", s, "<Prefix>x/</Prefix>", NO_MARKERS)
#define THEIRS     RULE("theirs", "2", "Enabled", "<Prefix>y/</Prefix>", NO_MARKERS)
#define OFF        "Disabled"
#define ON         "Enabled"
#define NO_RULES   S3_ERROR("ReplicationConfigurationNotFoundError", "none")
#define VERSIONING(body)                                                                           \
    "<VersioningConfiguration xmlns=\"" S3_NS "\">" body "</VersioningConfiguration>"
#define IS(s) VERSIONING("<Status>" s "</Status>")

static void shows(struct fixture *f, const char *body)
{
    fixture_expect(f, "GET", TARGET, 200, body);
}
static void shows_none(struct fixture *f)
{
    fixture_expect(f, "GET", TARGET, 404, NO_RULES);
}
static void takes(struct fixture *f, const char *body)
{
    http_server_expect(f->server,
                       &(struct http_server_step){.method = "PUT", .target = TARGET, .body = body});
}
static void is_versioned(struct fixture *f)
{
    fixture_expect(f, "GET", "/files?versioning", 200, IS("Enabled"));
    fixture_expect(f, "GET", "/copy?versioning", 200, IS("Enabled"));
}

static struct s3_replication_rule ours(void)
{
    struct s3_replication_rule rule = s3_replication_rule_new("ours");

    rule.enabled = true;
    rule.priority = 1;
    rule.bucket = "arn:aws:s3:::copy";
    return rule;
}

static void assert_run(struct fixture *f, struct s3_replication_edit edit, enum rc rc, bool changed)
{
    struct s3_target target = {f->client, .bucket = "files", .timeout_ms = 30000};

    edit.id = "ours";
    edit.role = edit.role ? edit.role : "";
    assert_int_equal(s3_replication_edit_run(f->cx, &target, &edit), rc);
    assert_int_equal(edit.changed, changed);
    assert_int_equal(f->cx->diags.errors > 0, rc == RC_FAIL);
}

/* ---- Without trouble ------------------------------------------------------------------------- */

static void the_first_rule_brings_the_role(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    is_versioned(f);
    shows_none(f);
    takes(f, DOC(OURS(OFF) ROLE("a")));
    shows(f, DOC(ROLE("a") OURS(OFF)));
    takes(f, DOC(OURS(ON) ROLE("a")));
    shows(f, DOC(ROLE("a") OURS(ON)));
    shows(f, DOC(ROLE("a") OURS(ON)));
    assert_run(f,
               (struct s3_replication_edit){
                   .wanted = &rule, .role = "arn:aws:iam::1:role/a", .create = true},
               RC_OK, true);
}

/* What is written while a rule is disabled is never copied. */
static void a_rule_that_works_is_never_disabled_in_between(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.filter.prefix = "x/";
    is_versioned(f);
    shows(f, DOC(ROLE("a") THEIRS OURS(ON)));
    takes(f, DOC(ROLE("a") THEIRS BELOW(ON)));
    shows(f, DOC(ROLE("a") THEIRS BELOW(ON)));
    shows(f, DOC(ROLE("a") THEIRS BELOW(ON)));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule}, RC_OK, true);
}

static void an_equal_rule_is_adopted_and_another_is_not(void **state)
{
    static const struct {
        const char *there;
        enum rc rc;
    } rows[] = {
        {ROLE("a") OURS(ON), RC_OK},
        {ROLE("b") OURS(ON), RC_CONFLICT},
        {ROLE("a") BELOW(ON), RC_CONFLICT},
        {ROLE("a") RULE("ours", "1", ON, "<Prefix/>", NO_MARKERS "<Later/>"), RC_CONFLICT},
        {ROLE("a") RULE("ours", "3", ON, "<Prefix/>", NO_MARKERS), RC_CONFLICT},
    };
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    for (size_t i = 0; i < COUNT(rows); i++) {
        is_versioned(f);
        shows(f, arena_printf(f->cx->arena, DOC("%s"), rows[i].there));
        assert_run(f,
                   (struct s3_replication_edit){
                       .wanted = &rule, .role = "arn:aws:iam::1:role/a", .create = true},
                   rows[i].rc, false);
        session_claims_free(f->session); /* each in a run of its own */
    }
}

/* Nothing but the document is asked for. */
static void only_ours_goes_and_the_document_with_the_last_rule(void **state)
{
    struct fixture *f = *state;

    shows(f, DOC(ROLE("a") THEIRS OURS(ON)));
    takes(f, DOC(ROLE("a") THEIRS));
    shows(f, DOC(ROLE("a") THEIRS));
    shows(f, DOC(ROLE("a") THEIRS));
    assert_run(f, (struct s3_replication_edit){0}, RC_OK, true);
    shows(f, DOC(ROLE("a") OURS(ON)));
    fixture_expect(f, "DELETE", TARGET, 204, NULL);
    shows_none(f);
    shows_none(f);
    assert_run(f, (struct s3_replication_edit){0}, RC_OK, true);
    fixture_expect(f, "GET", TARGET, 501, S3_ERROR("NotImplemented", "no"));
    assert_run(f, (struct s3_replication_edit){0}, RC_OK, false);
}

/* ---- What is looked at first ----------------------------------------------------------------- */

static void both_buckets_need_versioning(void **state)
{
    static const struct {
        const char *here, *there, *said;
    } rows[] = {
        {VERSIONING(""), NULL, "Bucket files does not have versioning Enabled"},
        {IS("Suspended"), NULL, "it is Suspended here"},
        {IS("Enabled"), VERSIONING(""), "Bucket copy does not have versioning Enabled"},
        {IS("Enabled"), IS("Suspended"), "it is Suspended here"},
    };
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct diag_point point = diag_point(f->cx);
        fixture_expect(f, "GET", "/files?versioning", 200, rows[i].here);
        if (rows[i].there) {
            fixture_expect(f, "GET", "/copy?versioning", 200, rows[i].there);
        }
        assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_FAIL,
                   false);
        assert_diag(f->cx, rows[i].said);
        diag_drop_since(f->cx, point);
    }
    fixture_expect(f, "GET", "/files?versioning", 404, S3_ERROR("NoSuchBucket", ""));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_NOT_FOUND,
               false);
}

/* Ceph's gateway ends when it is given a rule for a bucket that does not exist. */
static void a_destination_that_does_not_exist_is_refused(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    fixture_expect(f, "GET", "/files?versioning", 200, IS("Enabled"));
    fixture_expect(f, "GET", "/copy?versioning", 404, S3_ERROR("NoSuchBucket", ""));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_FAIL, false);
    assert_diag(f->cx, "Destination bucket copy does not exist");
}

static void a_destination_out_of_sight_is_no_error(void **state)
{
    static const struct {
        int status;
        const char *body;
    } rows[] = {
        {403, S3_ERROR("AccessDenied", "no")},
        {404, "nothing here"},
        {301, S3_ERROR("PermanentRedirect", "elsewhere")},
    };
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_expect(f, "GET", "/files?versioning", 200, IS("Enabled"));
        fixture_expect(f, "GET", "/copy?versioning", rows[i].status, rows[i].body);
        shows(f, DOC(OURS(ON)));
        assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_OK, false);
        session_claims_free(f->session); /* each in a run of its own */
    }
    /* On another server: not asked for. */
    rule.bucket = "arn:minio:replication::b7:copy";
    fixture_expect(f, "GET", "/files?versioning", 200, IS("Enabled"));
    shows(f, DOC("<Rule><ID>ours</ID><Priority>1</Priority><Status>Enabled</Status><Filter/>"
                 "<Destination><Bucket>arn:minio:replication::b7:copy</Bucket></Destination>"
                 "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"
                 "<DeleteReplication><Status>Disabled</Status></DeleteReplication></Rule>"));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_OK, false);
}

static void the_owner_of_the_destination_is_checked(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.account = "123456789012";
    fixture_expect(f, "GET", "/files?versioning", 200, IS("Enabled"));
    http_server_expect(f->server, &(struct http_server_step){
                                      .method = "GET",
                                      .target = "/copy?versioning",
                                      .expect = {"x-amz-expected-bucket-owner: 123456789012"},
                                      .reply = {.status = 200, .body = VERSIONING("")}});
    assert_run(f, (struct s3_replication_edit){.wanted = &rule}, RC_FAIL, false);
}

/* ---- The role and the priority --------------------------------------------------------------- */

static void the_role_of_others_is_not_replaced_unless_asked(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();
    const char *other = "arn:aws:iam::1:role/b";

    rule.enabled = false;
    is_versioned(f);
    shows(f, DOC(ROLE("a") THEIRS));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .role = other, .create = true},
               RC_FAIL, false);
    assert_diag(f->cx, "Other replication rules of bucket files use another role");
    assert_diag(f->cx, "It is \"arn:aws:iam::1:role/a\", and the rules \"theirs\" rely on it");
    diag_drop_since(f->cx, (struct diag_point){NULL});
    is_versioned(f);
    shows(f, DOC(ROLE("a") THEIRS));
    takes(f, DOC(THEIRS OURS(OFF) ROLE("b")));
    shows(f, DOC(ROLE("b") THEIRS OURS(OFF)));
    shows(f, DOC(ROLE("b") THEIRS OURS(OFF)));
    assert_run(f,
               (struct s3_replication_edit){
                   .wanted = &rule, .role = other, .replace_role = true, .create = true},
               RC_OK, true);
}

static void a_role_that_only_ours_relies_on_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    is_versioned(f);
    shows(f, DOC(ROLE("a") OURS(ON)));
    takes(f, DOC(OURS(ON) ROLE("b")));
    shows(f, DOC(ROLE("b") OURS(ON)));
    shows(f, DOC(ROLE("b") OURS(ON)));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .role = "arn:aws:iam::1:role/b"},
               RC_OK, true);
}

static void without_a_role_the_one_that_is_there_stays(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.enabled = false;
    is_versioned(f);
    shows(f, DOC(ROLE("a") THEIRS));
    takes(f, DOC(ROLE("a") THEIRS OURS(OFF)));
    shows(f, DOC(ROLE("a") THEIRS OURS(OFF)));
    shows(f, DOC(ROLE("a") THEIRS OURS(OFF)));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_OK, true);
}

static void aws_needs_a_role(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    f->client->aws = true;
    is_versioned(f);
    shows_none(f);
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_FAIL, false);
    assert_diag(f->cx, "Replication of bucket files needs a role");
}

static void no_two_rules_have_one_priority(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.priority = 2;
    is_versioned(f);
    shows(f, DOC(ROLE("a") THEIRS));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_FAIL, false);
    assert_diag(f->cx, "Another replication rule of bucket files has priority 2");
    assert_diag(f->cx, "\"theirs\" has it");
}

/* ---- Servers that lack it, or drop fields ---------------------------------------------------- */

static void a_server_without_replication_names_the_alternative(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    is_versioned(f);
    fixture_expect(f, "GET", TARGET, 501, S3_ERROR("NotImplemented", "no"));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_FAIL, false);
    assert_diag(f->cx, "The server of bucket files has no replication rules");
    assert_diag(f->cx, "rclone sync");
    diag_drop_since(f->cx, (struct diag_point){NULL});
    is_versioned(f);
    shows_none(f);
    fixture_expect(f, "PUT", TARGET, 405, S3_ERROR("MethodNotAllowed", "no"));
    shows_none(f);
    assert_run(f, (struct s3_replication_edit){.wanted = &rule, .create = true}, RC_FAIL, false);
    assert_diag(f->cx, "mc mirror");
}

static void a_filter_that_is_dropped_is_taken_back_with_the_role(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.filter.prefix = "x/";
    is_versioned(f);
    shows(f, DOC(ROLE("a") THEIRS));
    takes(f, DOC(THEIRS BELOW(OFF) ROLE("b")));
    shows(f, DOC(ROLE("b") THEIRS OURS(OFF)));
    takes(f, DOC(THEIRS ROLE("a")));
    assert_run(
        f,
        (struct s3_replication_edit){
            .wanted = &rule, .role = "arn:aws:iam::1:role/b", .replace_role = true, .create = true},
        RC_FAIL, false);
    assert_diag(f->cx, "does not keep prefix of replication rules");
    assert_diag(f->cx, http_server_url(f->server));
}

static void an_update_goes_back_to_what_was_there(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.filter.prefix = "x/";
    is_versioned(f);
    shows(f, DOC(RULE("ours", "1", ON, "<Prefix>w/</Prefix>", NO_MARKERS)));
    takes(f, DOC(BELOW(ON)));
    shows(f, DOC(OURS(ON)));
    fixture_expect(f, "PUT", TARGET, 403, S3_ERROR("AccessDenied", "no"));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule}, RC_FAIL, true);
    assert_diag(f->cx, "Rule \"ours\" is left as it came back");
}

static void what_limits_nothing_warns_once(void **state)
{
#define BARE(s)                                                                                    \
    "<Rule><Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination><ID>ours</ID>"             \
    "<Priority>1</Priority><Status>" s "</Status></Rule>"
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.delete_markers = true;
    is_versioned(f);
    shows(f, DOC("<Role/>"));
    takes(f, DOC(RULE("ours", "1", OFF, "<Prefix/>", MARKERS) ROLE("a")));
    shows(f, DOC("<Role/>" BARE(OFF)));
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    shows(f, DOC("<Role/>" BARE(ON)));
    shows(f, DOC("<Role/>" BARE(ON)));
    assert_run(f,
               (struct s3_replication_edit){
                   .wanted = &rule, .role = "arn:aws:iam::1:role/a", .create = true},
               RC_OK, true);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx, "does not keep delete_marker_replication, role of replication rules");
}

static void shows_until_asked_no_more(struct fixture *f, const char *body)
{
    http_server_expect(f->server, &(struct http_server_step){.method = "GET",
                                                             .target = TARGET,
                                                             .times = HTTP_SERVER_ANY_TIMES,
                                                             .reply = {.body = body}});
}

/* The document looks as before: the server may lag. */
static void what_a_rule_that_works_lacks_for_a_while_was_dropped(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.delete_markers = true;
    is_versioned(f);
    shows(f, DOC(BARE(ON)));
    fixture_expect(f, "PUT", TARGET, 200, NULL);
    shows_until_asked_no_more(f, DOC(BARE(ON)));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule}, RC_OK, true);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx, "does not keep delete_marker_replication");
    assert_in_range(f->clock.monotonic_ms, 9000, 11000);
}

static void a_limit_that_it_lacks_is_waited_for_and_taken_back(void **state)
{
    struct fixture *f = *state;
    struct s3_replication_rule rule = ours();

    rule.filter.prefix = "x/";
    rule.enabled = false;
    is_versioned(f);
    shows(f, DOC(BARE(OFF)));
    takes(f, DOC(BELOW(OFF)));
    shows_until_asked_no_more(f, DOC(BARE(OFF)));
    takes(f, DOC(BARE(OFF)));
    assert_run(f, (struct s3_replication_edit){.wanted = &rule}, RC_FAIL, false);
    assert_diag(f->cx, "does not keep prefix of replication rules");
    assert_in_range(f->clock.monotonic_ms, 9000, 11000); /* a third of the time-out */
}

/* ---- What is there already ------------------------------------------------------------------- */

static void one_short_listing_finds_what_is_there(void **state)
{
#define LIST "/files?encoding-type=url&max-keys=1&prefix=x%2F&versions"
#define VERSIONS(body)                                                                             \
    "<ListVersionsResult xmlns=\"" S3_NS "\"><Name>files</Name><IsTruncated>true</IsTruncated>"    \
    "<NextKeyMarker>x/b</NextKeyMarker><NextVersionIdMarker>2</NextVersionIdMarker>" body          \
    "</ListVersionsResult>"
    struct fixture *f = *state;
    struct s3_target target = {f->client, .bucket = "files", .timeout_ms = 1000};
    bool any = false;

    fixture_expect(f, "GET", LIST, 200,
                   VERSIONS("<Version><Key>x/b</Key><VersionId>2</VersionId><IsLatest>true"
                            "</IsLatest><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                            "<ETag>\"e\"</ETag><Size>1</Size></Version>"));
    assert_int_equal(s3_replication_edit_finds(f->cx, &target, "x/", &any), RC_OK);
    assert_true(any);
    fixture_expect(f, "GET", LIST, 200,
                   "<ListVersionsResult xmlns=\"" S3_NS "\"><Name>files</Name>"
                   "<IsTruncated>false</IsTruncated></ListVersionsResult>");
    assert_int_equal(s3_replication_edit_finds(f->cx, &target, "x/", &any), RC_OK);
    assert_false(any);
    fixture_expect(f, "GET", LIST, 403, S3_ERROR("AccessDenied", "no"));
    assert_int_equal(s3_replication_edit_finds(f->cx, &target, "x/", &any), RC_FAIL);
    assert_diag(f->cx, "s3:ListBucketVersions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_rule_brings_the_role),
        TEST(a_rule_that_works_is_never_disabled_in_between),
        TEST(an_equal_rule_is_adopted_and_another_is_not),
        TEST(only_ours_goes_and_the_document_with_the_last_rule),
        TEST(both_buckets_need_versioning),
        TEST(a_destination_that_does_not_exist_is_refused),
        TEST(a_destination_out_of_sight_is_no_error),
        TEST(the_owner_of_the_destination_is_checked),
        TEST(the_role_of_others_is_not_replaced_unless_asked),
        TEST(a_role_that_only_ours_relies_on_is_replaced),
        TEST(without_a_role_the_one_that_is_there_stays),
        TEST(aws_needs_a_role),
        TEST(no_two_rules_have_one_priority),
        TEST(a_server_without_replication_names_the_alternative),
        TEST(a_filter_that_is_dropped_is_taken_back_with_the_role),
        TEST(an_update_goes_back_to_what_was_there),
        TEST(what_limits_nothing_warns_once),
        TEST(what_a_rule_that_works_lacks_for_a_while_was_dropped),
        TEST(a_limit_that_it_lacks_is_waited_for_and_taken_back),
        TEST(one_short_listing_finds_what_is_there),
    };

    return cmocka_run_group_tests_name("s3_replication_edit", tests, NULL, NULL);
}
