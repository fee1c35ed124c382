/* What seedbank_bucket_protection makes of a server's answers. */
#include "fixture.h"

static void answer(struct fixture *f, int status, const char *body, const char *header)
{
    fixture_expect(f, (struct http_server_step){.method = "GET",
                                                .target = TARGET,
                                                .expect = {header},
                                                .reply = {.status = status, .body = body}});
}

#define LOCK(s)  "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>" s END_LOCK
#define END_LOCK "</ObjectLockConfiguration>"
#define RULE(s)  "<Rule><DefaultRetention>" s "</DefaultRetention></Rule>"
#define NO_LOCK  404, NO("ObjectLockConfigurationNotFoundError")

static void answer_lock(struct fixture *f, int status, const char *body)
{
    fixture_expect(f, (struct http_server_step){.method = "GET",
                                                .target = "/files?object-lock",
                                                .reply = {.status = status, .body = body}});
}

#define LIFECYCLE(rules)   200, "<LifecycleConfiguration>" rules "</LifecycleConfiguration>"
#define NO_LIFECYCLE       404, NO("NoSuchLifecycleConfiguration")
#define REPLICATION(rules) 200, "<ReplicationConfiguration>" rules "</ReplicationConfiguration>"
#define NO_REPLICATION     404, NO("ReplicationConfigurationNotFoundError")
#define DENIED             403, NO("AccessDenied")

static void answer_rules(struct fixture *f, const char *target, int status, const char *body)
{
    fixture_expect(f, (struct http_server_step){.method = "GET",
                                                .target = target,
                                                .reply = {.status = status, .body = body}});
}

static void answer_lifecycle(struct fixture *f, int status, const char *body)
{
    session_forget(f->cx, "lifecycle of bucket files of ");
    answer_rules(f, "/files?lifecycle", status, body);
}

static void answer_replication(struct fixture *f, int status, const char *body)
{
    session_forget(f->cx, "replication of bucket files of ");
    answer_rules(f, "/files?replication", status, body);
}

static void answer_no_rules(struct fixture *f)
{
    answer_lifecycle(f, NO_LIFECYCLE);
    answer_replication(f, NO_REPLICATION);
}

extern const struct data_source bucket_protection_data_source;

/* Read; the result, or NULL when that failed. */
static const struct value *result(struct fixture *f, const char *config)
{
    const struct data_source *d = &bucket_protection_data_source;
    void *model = fixture_model(f, *d, config);
    enum rc rc = d->read(f->cx, &f->call, model);
    assert_int_equal(rc, f->cx->diags.errors ? RC_FAIL : RC_OK);
    return rc == RC_OK ? model_encode(f->cx->arena, d->attrs, model) : NULL;
}

static void assert_field(struct fixture *f, const struct value *object, const char *name,
                         const char *expected)
{
    const struct value *field = value_field(object, name);
    assert_non_null(field);
    assert_true(value_is_wholly_known(field));
    assert_string_equal(notation_text(f->cx->arena, field), expected);
}

static void versioning_that_is_on_has_no_finding(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, IS("Enabled"), "!x-amz-expected-bucket-owner");
    answer_lock(f, NO_LOCK);
    answer_no_rules(f);
    const struct value *v = result(f, "bucket=files");
    assert_field(f, v, "bucket", "files");
    assert_field(f, v, "versioning", "{mfa_delete=Disabled status=Enabled}");
    assert_field(f, v, "findings", "[]");
}

static void mfa_delete_is_shown(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, ANSWER "<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>" END, NULL);
    answer_lock(f, NO_LOCK);
    answer_no_rules(f);
    assert_field(f, result(f, "bucket=files"), "versioning", "{mfa_delete=Enabled status=Enabled}");
}

static void what_is_missing_is_an_error_with_a_remedy(void **state)
{
    static const struct {
        const char *answer, *versioning, *message;
    } rows[] = {
        {ANSWER END, "{mfa_delete=Disabled status=Disabled}", "keeps no old versions"},
        {IS("Suspended"), "{mfa_delete=Disabled status=Suspended}", "not of what is written since"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer(f, 200, rows[i].answer, NULL);
        answer_lock(f, NO_LOCK);
        answer_no_rules(f);
        const struct value *v = result(f, "bucket=files");
        const struct value *findings = value_field(v, "findings");
        assert_field(f, v, "versioning", rows[i].versioning);
        assert_int_equal(findings->n, 1);
        assert_field(f, findings->items[0], "severity", "error");
        const char *message = value_field(findings->items[0], "message")->text.p;
        const char *remedy = value_field(findings->items[0], "remedy")->text.p;
        assert_true(str_starts(message, "Bucket files "));
        assert_non_null(strstr(message, rows[i].message));
        assert_non_null(strstr(remedy, "seedbank_bucket_versioning"));
    }
}

static void the_lock_is_shown_and_its_absence_is_no_finding(void **state)
{
    static const struct {
        int status;
        const char *answer, *lock;
    } rows[] = {
        {NO_LOCK, "{status=Disabled}"},
        {501, NO("NotImplemented"), "{status=Unsupported}"},
        {200, LOCK(""), "{status=Enabled}"},
        {200, LOCK(RULE("<Mode>GOVERNANCE</Mode><Days>30</Days>")),
         "{days=30 mode=GOVERNANCE status=Enabled}"},
        {200, LOCK(RULE("<Mode>COMPLIANCE</Mode><Years>2</Years>")),
         "{mode=COMPLIANCE status=Enabled years=2}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer(f, 200, IS("Enabled"), NULL);
        answer_lock(f, rows[i].status, rows[i].answer);
        answer_no_rules(f);
        const struct value *v = result(f, "bucket=files");
        assert_field(f, v, "lock", rows[i].lock);
        assert_field(f, v, "findings", "[]");
    }
}

static void the_owner_is_asked_for(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, IS("Enabled"), "x-amz-expected-bucket-owner: 123456789012");
    answer_lock(f, NO_LOCK);
    answer_no_rules(f);
    assert_non_null(result(f, "bucket=files expected_bucket_owner=123456789012"));
}

static void a_bucket_that_is_not_there_is_an_error_naming_bucket_and_server(void **state)
{
    struct fixture *f = *state;
    answer(f, 404, NO("NoSuchBucket"), NULL);
    assert_null(result(f, "bucket=files"));
    assert_diag(f->cx, "Bucket files does not exist");
    assert_diag(f->cx, http_server_url(f->server));
    assert_string_equal(path_text(f->cx->arena, f->cx->diags.first->path), "bucket");
}

static void a_refusal_names_the_permission(void **state)
{
    struct fixture *f = *state;
    answer(f, 403, NO("AccessDenied"), NULL);
    assert_null(result(f, "bucket=files"));
    assert_diag(f->cx, "bucket files");
    assert_diag(f->cx, "s3:GetBucketVersioning");
}

static const char *finding(const struct value *v, size_t i, const char *name)
{
    const struct value *findings = value_field(v, "findings");
    assert_true(i < findings->n);
    return value_field(findings->items[i], name)->text.p;
}

static void what_may_not_be_read_is_null_and_a_finding_names_the_permission(void **state)
{
    static const struct {
        const char *part, *permission;
    } rows[] = {
        {"lock", "s3:GetBucketObjectLockConfiguration"},
        {"lifecycle_rules", "s3:GetLifecycleConfiguration"},
        {"replication_rules", "s3:GetReplicationConfiguration"},
    };
    struct fixture *f = *state;
    answer(f, 200, IS("Enabled"), NULL);
    answer_lock(f, DENIED);
    answer_lifecycle(f, DENIED);
    answer_replication(f, DENIED);
    const struct value *v = result(f, "bucket=files");
    assert_int_equal(value_field(v, "findings")->n, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_field(f, v, rows[i].part, "null");
        assert_string_equal(finding(v, i, "severity"), "warning");
        assert_non_null(strstr(finding(v, i, "message"), rows[i].permission));
    }
    assert_field(
        f, v, "apis",
        "{lifecycle=unknown object_lock=unknown replication=unknown versioning=available}");
    assert_field(f, v, "recovery_window_days", "null");
}

static void a_server_that_fails_is_an_error_though_it_told_the_first(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, IS("Enabled"), NULL);
    answer_lock(f, NO_LOCK);
    answer_lifecycle(f, 403, NO("InvalidAccessKeyId"));
    assert_null(result(f, "bucket=files"));
    assert_diag(f->cx, "InvalidAccessKeyId");
}

static void what_the_server_lacks_is_absent(void **state)
{
    struct fixture *f = *state;
    answer(f, 501, NO("NotImplemented"), NULL);
    answer_lock(f, 501, NO("NotImplemented"));
    answer_lifecycle(f, 501, NO("NotImplemented"));
    answer_replication(f, 405, NO("MethodNotAllowed"));
    const struct value *v = result(f, "bucket=files");
    assert_field(f, v, "apis",
                 "{lifecycle=absent object_lock=absent replication=absent versioning=absent}");
    assert_field(f, v, "lifecycle_rules", "[]");
    assert_field(f, v, "replication_rules", "[]");
    assert_field(f, v, "versioning", "null");
    assert_field(f, v, "recovery_window_days", "0");
    assert_int_equal(value_field(v, "findings")->n, 2);
    assert_non_null(strstr(finding(v, 0, "message"), "its server has no versioning"));
    assert_string_equal(finding(v, 1, "severity"), "info");
    assert_non_null(strstr(finding(v, 1, "remedy"), "rclone"));
}

#define EXPIRE(id, status, days)                                                                   \
    "<Rule><ID>" id "</ID><Status>" status "</Status><Filter><Prefix>logs/</Prefix></Filter>"      \
    "<NoncurrentVersionExpiration><NoncurrentDays>" days "</NoncurrentDays>"                       \
    "</NoncurrentVersionExpiration></Rule>"

static void the_window_is_that_of_the_enabled_rule_that_deletes_soonest(void **state)
{
    static const struct {
        const char *versioning, *window;
    } rows[] = {{IS("Enabled"), "30"}, {IS("Suspended"), "0"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer(f, 200, rows[i].versioning, NULL);
        answer_lock(f, NO_LOCK);
        answer_lifecycle(f, LIFECYCLE(EXPIRE("a", "Enabled", "90") EXPIRE("b", "Enabled", "30")
                                          EXPIRE("c", "Disabled", "1")));
        answer_replication(f, NO_REPLICATION);
        const struct value *v = result(f, "bucket=files");
        assert_field(f, v, "recovery_window_days", rows[i].window);
        assert_int_equal(value_field(v, "lifecycle_rules")->n, 3);
    }
}

static void every_rule_is_shown_whoever_made_it(void **state)
{
    struct fixture *f = *state;
    answer(f, 200, IS("Enabled"), NULL);
    answer_lock(f, NO_LOCK);
    answer_lifecycle(
        f, LIFECYCLE(EXPIRE(
               "a", "Enabled",
               "90") "<Rule><ID>tmp</ID><Status>Enabled</Status>"
                     "<Filter><Prefix>tmp/</Prefix></Filter><Expiration><Days>7</Days></Expiration>"
                     "</Rule><Rule><ID>odd</ID><Status>Enabled</Status><Filter><Mood>blue</Mood>"
                     "</Filter></Rule>"));
    answer_replication(f, NO_REPLICATION);
    const struct value *v = result(f, "bucket=files");
    const struct value *rules = value_field(v, "lifecycle_rules");
    assert_field(f, rules->items[0], "noncurrent_version_expiration_days", "90");
    assert_field(f, rules->items[0], "prefix", "logs/");
    assert_field(f, rules->items[1], "other_actions", "Expiration/Days");
    assert_field(f, rules->items[2], "id", "odd");
    assert_non_null(strstr(value_field(rules->items[2], "unreadable")->text.p, "Mood"));
    assert_field(f, rules->items[2], "prefix", "null");
    assert_non_null(strstr(finding(v, 0, "message"), "\"odd\" that cannot be understood"));
    assert_string_equal(finding(v, 1, "severity"), "info");
    assert_non_null(strstr(finding(v, 1, "message"), "\"tmp\" that deletes current objects"));
}

#define COPY_TO(id, status, arn)                                                                   \
    "<Rule><ID>" id "</ID><Status>" status "</Status><Priority>1</Priority><Filter/>"              \
    "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Destination>"    \
    "<Bucket>" arn "</Bucket></Destination></Rule>"
#define COPY(id, status) COPY_TO(id, status, "arn:aws:s3:::copies")
#define LISTING(entries)                                                                           \
    "<ListVersionsResult><IsTruncated>false</IsTruncated>" entries "</ListVersionsResult>"
#define ENTRY                                                                                      \
    "<Version><Key>k</Key><VersionId>1</VersionId><IsLatest>true</IsLatest>"                       \
    "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>\"e\"</ETag><Size>1</Size>"        \
    "</Version>"

static void copies_are_shown_with_what_they_lack(void **state)
{
    static const struct {
        const char *rules, *listing, *copies, *severity, *says;
    } rows[] = {
        {COPY("off", "Disabled"), LISTING(""), NULL, "warning", "\"off\" that is disabled"},
        {COPY("on", "Enabled"), LISTING(ENTRY), IS("Enabled"), "info",
         "written before it was made"},
        {COPY("on", "Enabled"), LISTING(""), IS("Enabled"), NULL, NULL},
        {COPY("on", "Enabled") COPY("too", "Enabled"), LISTING(""), IS("Suspended"), "warning",
         "\"on\" that copies nothing: versioning of its destination, bucket copies, is Suspended"},
        {COPY("on", "Enabled"), LISTING(""), ANSWER END, "warning", "bucket copies, is Disabled"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer(f, 200, IS("Enabled"), NULL);
        answer_lock(f, NO_LOCK);
        answer_lifecycle(f, NO_LIFECYCLE);
        answer_replication(f, 200,
                           arena_printf(f->cx->arena,
                                        "<ReplicationConfiguration><Role>arn:aws:iam::1:role/r"
                                        "</Role>%s</ReplicationConfiguration>",
                                        rows[i].rules));
        answer_rules(f, NULL, 200, rows[i].listing);
        if (rows[i].copies) {
            answer_rules(f, "/copies?versioning", 200, rows[i].copies);
        }
        const struct value *v = result(f, "bucket=files");
        assert_non_null(v);
        assert_field(f, v, "replication_role", "arn:aws:iam::1:role/r");
        assert_field(f, value_field(v, "replication_rules")->items[0], "destination_bucket",
                     "arn:aws:s3:::copies");
        assert_int_equal(value_field(v, "findings")->n, rows[i].says ? 1 : 0);
        if (rows[i].says) {
            assert_string_equal(finding(v, 0, "severity"), rows[i].severity);
            assert_non_null(strstr(finding(v, 0, "message"), rows[i].says));
        }
    }
}

static void copies_to(struct fixture *f, const char *rules)
{
    answer(f, 200, IS("Enabled"), NULL);
    answer_lock(f, NO_LOCK);
    answer_lifecycle(f, NO_LIFECYCLE);
    answer_replication(f, 200,
                       arena_printf(f->cx->arena,
                                    "<ReplicationConfiguration>%s</ReplicationConfiguration>",
                                    rules));
    answer_rules(f, NULL, 200, LISTING(""));
}

static void a_destination_that_is_gone_is_a_finding_and_one_out_of_sight_is_not(void **state)
{
    static const struct {
        int status;
        const char *body, *says;
    } rows[] = {
        {404, NO("NoSuchBucket"), "\"on\" that copies nothing: its destination, bucket copies, "},
        {403, NO("AccessDenied"), NULL},
        {301, NO("PermanentRedirect"), NULL},
        {501, NO("NotImplemented"), NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        copies_to(f, COPY("on", "Enabled"));
        answer_rules(f, "/copies?versioning", rows[i].status, rows[i].body);
        const struct value *v = result(f, "bucket=files");
        assert_int_equal(value_field(v, "findings")->n, rows[i].says ? 1 : 0);
        if (rows[i].says) {
            assert_non_null(strstr(finding(v, 0, "message"), rows[i].says));
        }
    }
}

/* Three rules and two buckets: the second is asked for too, each once; another server's never. */
static void each_destination_is_asked_for_once(void **state)
{
    struct fixture *f = *state;
    copies_to(f, COPY("a", "Enabled") COPY("b", "Enabled")
                     COPY_TO("c", "Enabled", "arn:minio:replication::1:more")
                         COPY_TO("d", "Enabled", "arn:aws:s3:::more"));
    answer_rules(f, "/copies?versioning", 200, IS("Enabled"));
    answer_rules(f, "/more?versioning", 200, IS("Suspended"));
    const struct value *v = result(f, "bucket=files");
    assert_int_equal(value_field(v, "findings")->n, 1);
    assert_non_null(strstr(finding(v, 0, "message"), "\"d\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(versioning_that_is_on_has_no_finding),
        TEST(mfa_delete_is_shown),
        TEST(what_is_missing_is_an_error_with_a_remedy),
        TEST(the_lock_is_shown_and_its_absence_is_no_finding),
        TEST(the_owner_is_asked_for),
        TEST(a_bucket_that_is_not_there_is_an_error_naming_bucket_and_server),
        TEST(a_refusal_names_the_permission),
        TEST(what_may_not_be_read_is_null_and_a_finding_names_the_permission),
        TEST(a_server_that_fails_is_an_error_though_it_told_the_first),
        TEST(what_the_server_lacks_is_absent),
        TEST(the_window_is_that_of_the_enabled_rule_that_deletes_soonest),
        TEST(every_rule_is_shown_whoever_made_it),
        TEST(copies_are_shown_with_what_they_lack),
        TEST(a_destination_that_is_gone_is_a_finding_and_one_out_of_sight_is_not),
        TEST(each_destination_is_asked_for_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
