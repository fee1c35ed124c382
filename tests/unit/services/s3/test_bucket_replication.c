/* What seedbank_bucket_replication makes of configurations, of a server's rules, and of refusals.
 */
#include "fixture_rule.h"
#include "s3/s3_replication.h"

#undef TARGET
#define TARGET   "/files?replication"
#define RULES(s) "<ReplicationConfiguration>" s "</ReplicationConfiguration>"
#define BARE(s)                                                                                    \
    "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" s               \
    "</ReplicationConfiguration>"
#define ROLE "<Role>arn:aws:iam::1:role/a</Role>"
#define RULE(id, n, status, more)                                                                  \
    "<Rule><ID>" id "</ID><Priority>" n "</Priority><Status>" status                               \
    "</Status><Filter><Prefix/></Filter><Destination><Bucket>arn:aws:s3:::copy</Bucket>"           \
    "</Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"   \
    "<SourceSelectionCriteria><ReplicaModifications><Status>Disabled</Status>"                     \
    "</ReplicaModifications></SourceSelectionCriteria>" more "</Rule>"
#define OURS(status) RULE("r", "1", status, "")
#define NO_RULES     NO("ReplicationConfigurationNotFoundError")
#define MODEL(role, more)                                                                          \
    "bucket=files rule_id=r " role "priority=1 status=Enabled delete_marker_replication=false "    \
    "replica_modifications=false replace_role=false on_destroy=remove "                            \
    "destination={bucket='arn:aws:s3:::copy' owner_override=false replication_time=false "         \
    "metrics=false}" more
#define WANT MODEL("role='arn:aws:iam::1:role/a' ", "")

#define VERSIONED(bucket)                                                                          \
    {                                                                                              \
        .method = "GET", .target = "/" bucket "?versioning", .reply = {.body = IS("Enabled") }     \
    }
#define LIST(text)                                                                                 \
    {                                                                                              \
        .method = "GET", .target = "/files?encoding-type=url&max-keys=1&versions", .reply = {      \
            .body = (text)                                                                         \
        }                                                                                          \
    }
#define NOTHING                                                                                    \
    "<ListVersionsResult><Name>files</Name><IsTruncated>false</IsTruncated></ListVersionsResult>"
#define SOMETHING                                                                                  \
    "<ListVersionsResult><Name>files</Name><IsTruncated>false</IsTruncated><Version><Key>k</Key>"  \
    "<VersionId>null</VersionId><IsLatest>true</IsLatest><LastModified>2026-01-01T00:00:00.000Z"   \
    "</LastModified><ETag>\"e\"</ETag><Size>1</Size></Version></ListVersionsResult>"

extern const struct resource bucket_replication_resource;

const struct rule_fixture rule_fixture = {
    .resource = &bucket_replication_resource,
    .kind = &s3_replication_kind,
    .config = WANT,
    .head = ROLE,
    .ours = OURS(ON),
    .other = RULE("x", "2", ON, ""),
};

/* ---- Validation ------------------------------------------------------------------------------ */

static void combinations_are_checked(void **state)
{
    static const struct {
        const char *config, *said; /* NULL: fine */
    } rows[] = {
        {"destination={bucket='arn:aws:s3:::copy'}", NULL},
        {"destination=?", NULL},
        {"destination={bucket=?}", NULL},
        {"destination={bucket='arn:aws:s3:::files'}", "cannot be copied into itself"},
        {"destination={bucket='arn:aws:s3:::more-files'}", NULL},
        {"destination={bucket='arn:minio:replication::b:files'}", NULL},
        {"destination={bucket='arn:aws:s3:::copy' owner_override=true}", "not named"},
        {"destination={bucket='arn:aws:s3:::copy' owner_override=true account=?}", NULL},
        {"destination={bucket='arn:aws:s3:::copy' owner_override=true account='1'}", NULL},
        {"destination={bucket='arn:aws:s3:::copy' replication_time=true}", "needs metrics"},
        {"destination={bucket='arn:aws:s3:::copy' replication_time=true metrics=false}",
         "needs metrics"},
        {"destination={bucket='arn:aws:s3:::copy' replication_time=true metrics=?}", NULL},
        {"destination={bucket='arn:aws:s3:::copy' replication_time=true metrics=true}", NULL},
        {"destination={bucket='arn:aws:s3:::copy'} tags={a=b} delete_marker_replication=true",
         "Delete markers have no tags"},
        {"destination={bucket='arn:aws:s3:::copy'} tags={} delete_marker_replication=true", NULL},
        {"destination={bucket='arn:aws:s3:::copy'} tags=? delete_marker_replication=true", NULL},
        {"destination={bucket='arn:aws:s3:::copy'} replace_role=true", "no role to set"},
        {"destination={bucket='arn:aws:s3:::copy'} replace_role=true role=?", NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_validated(f, rows[i].config, rows[i].said);
    }
}

static void a_destination_is_an_arn(void **state)
{
    static const struct {
        const char *arn, *fault;
    } rows[] = {
        {"arn:aws:s3:::copy", NULL},
        {"arn:aws-cn:s3:::copy", NULL},
        {"arn:minio:replication:eu:0b1c:copy", NULL},
        {"copy", "begin with \"arn:\""},
        {"arn", "begin with \"arn:\""},
        {"arn:aws:s3:copy", "too few parts"},
        {"arn:aws:s3:::", "names nothing"},
    };
    struct fixture *f = *state;
    const struct attr *to = attr_find(bucket_replication_resource.attrs, "destination");
    const struct attr_check *check = attr_find(to->attrs, "bucket")->checks;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *fault = check->fault(f->cx->arena, str_of(rows[i].arn));
        if (rows[i].fault ? !fault || !strstr(fault, rows[i].fault) : fault != NULL) {
            fail_msg("%s: %s", rows[i].arn, fault ? fault : "no fault");
        }
    }
}

/* ---- Changes --------------------------------------------------------------------------------- */

static const struct change rows[] = {
    {"create: the first rule",
     NULL,
     WANT,
     {VERSIONED("files"), VERSIONED("copy"), GET(404, NO_RULES), PUT(BARE(OURS(OFF) ROLE)),
      GET(200, RULES(ROLE OURS(OFF))), PUT(RULES(OURS(ON) ROLE)), GET(200, RULES(ROLE OURS(ON))),
      GET(200, RULES(ROLE OURS(ON))), LIST(NOTHING)},
     NULL,
     NULL,
     true},
    {"create: an equal one is adopted",
     NULL,
     WANT,
     {VERSIONED("files"), VERSIONED("copy"), GET(200, RULES(ROLE OURS(ON)))},
     NULL,
     NULL,
     false},
    {"create: another one is in the way",
     NULL,
     WANT,
     {VERSIONED("files"), VERSIONED("copy"), GET(200, RULES(ROLE RULE("r", "3", ON, "")))},
     "terraform import seedbank_bucket_replication.NAME 'files/r'",
     "rule_id",
     false},
    {"create: no bucket",
     NULL,
     WANT,
     {{.method = "GET",
       .target = "/files?versioning",
       .reply = {.status = 404, .body = NO("NoSuchBucket")}}},
     "Bucket files does not exist",
     "bucket",
     false},
    {"create: no versioning",
     NULL,
     WANT,
     {{.method = "GET", .target = "/files?versioning", .reply = {.body = ANSWER END}}},
     "Bucket files does not have versioning Enabled",
     "bucket",
     false},
    {"create: no versioning there",
     NULL,
     WANT,
     {VERSIONED("files"),
      {.method = "GET", .target = "/copy?versioning", .reply = {.body = IS("Suspended")}}},
     "Bucket copy does not have versioning Enabled",
     "destination.bucket",
     false},
    {"create: another role",
     NULL,
     WANT,
     {VERSIONED("files"), VERSIONED("copy"),
      GET(200, RULES("<Role>arn:aws:iam::1:role/b</Role>" RULE("x", "2", ON, "")))},
     "the rules \"x\" rely on it",
     "role",
     false},
    {"create: the same priority",
     NULL,
     WANT,
     {VERSIONED("files"), VERSIONED("copy"), GET(200, RULES(ROLE RULE("x", "1", ON, "")))},
     "\"x\" has it",
     "priority",
     false},
    {"create: no replication on this server",
     NULL,
     WANT,
     {VERSIONED("files"), VERSIONED("copy"), GET(501, NO("NotImplemented"))},
     "rclone sync",
     NULL,
     false},
    {"update: what differs",
     WANT,
     MODEL("role='arn:aws:iam::1:role/a' ", ""),
     {VERSIONED("files"), VERSIONED("copy"), GET(200, RULES(ROLE RULE("r", "4", ON, ""))),
      PUT(RULES(OURS(ON) ROLE)), GET(200, RULES(ROLE OURS(ON))), GET(200, RULES(ROLE OURS(ON)))},
     NULL,
     NULL,
     true},
};

static void changes_are_made_and_refusals_explained(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_change(f, &rows[i]);
    }
    assert_int_equal(f->cx->diags.warnings, 0);
}

/* Creates WANT on a server where everything goes well, up to the listing. */
static void create_with(struct fixture *f, struct http_server_step listing, void *state)
{
    begin(f);
    for (size_t i = 0; i < 8; i++) {
        fixture_expect(f, rows[0].steps[i]);
    }
    fixture_expect(f, listing);
    assert_int_equal(bucket_replication_resource.create(f->cx, &f->call, state), RC_OK);
}

static void objects_that_are_there_already_are_told(void **state)
{
    struct fixture *f = *state;
    create_with(f, (struct http_server_step)LIST(SOMETHING), model_of(f, WANT));
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx, "Objects that bucket files already holds are not replicated");
    assert_diag(f->cx, "S3 Batch Replication");
    assert_diag(f->cx, "mc replicate resync");
}

static void a_listing_that_is_refused_is_no_error(void **state)
{
    struct fixture *f = *state;
    struct http_server_step refused = LIST(NO("AccessDenied"));
    refused.reply.status = 403;
    create_with(f, refused, model_of(f, WANT));
    assert_int_equal(f->cx->diags.errors + f->cx->diags.warnings, 0);
}

static void a_role_that_is_left_out_is_the_documents(void **state)
{
    struct fixture *f = *state;
    void *m = model_of(f, MODEL("role=? ", ""));
    begin(f);
    fixture_expect(f, (struct http_server_step)VERSIONED("files"));
    fixture_expect(f, (struct http_server_step)VERSIONED("copy"));
    fixture_expect(f, (struct http_server_step)GET(200, RULES(ROLE OURS(ON))));
    fixture_expect(f, (struct http_server_step)GET(200, RULES(ROLE OURS(ON))));
    assert_int_equal(bucket_replication_resource.create(f->cx, &f->call, m), RC_OK);
    assert_string_equal(text_of(f, m), text_of(f, model_of(f, WANT)));
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void rules_become_state(void **state)
{
    static const struct {
        const char *stored, *rules, *state;
    } table[] = {
        {WANT, ROLE OURS(ON), WANT},
        {"bucket=files rule_id=r on_destroy=remove replace_role=false", ROLE OURS(ON), WANT},
        {"bucket=files rule_id=r prefix='' tags={}",
         "<Role/><Rule><ID>r</ID><Prefix>old/</Prefix><Status>Disabled</Status><Destination>"
         "<Bucket>arn:aws:s3:::copy</Bucket></Destination></Rule>",
         "bucket=files rule_id=r prefix='old/' tags={} status=Disabled "
         "delete_marker_replication=true replica_modifications=false "
         "destination={bucket='arn:aws:s3:::copy' owner_override=false replication_time=false "
         "metrics=false}"},
        {"bucket=files rule_id=r prefix=was tags={was=1}",
         "<Rule><ID>r</ID><Priority>9</Priority><Status>Enabled</Status><Filter><Tag><Key>k</Key>"
         "<Value>v</Value></Tag></Filter><Destination><Bucket>arn:aws:s3:::copy</Bucket>"
         "<Account>1</Account><StorageClass>C</StorageClass><AccessControlTranslation>"
         "<Owner>Destination</Owner></AccessControlTranslation><EncryptionConfiguration>"
         "<ReplicaKmsKeyID>key</ReplicaKmsKeyID></EncryptionConfiguration><ReplicationTime>"
         "<Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime><Metrics>"
         "<Status>Enabled</Status><EventThreshold><Minutes>15</Minutes></EventThreshold></Metrics>"
         "</Destination><SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status>"
         "</SseKmsEncryptedObjects><ReplicaModifications><Status>Enabled</Status>"
         "</ReplicaModifications></SourceSelectionCriteria><DeleteMarkerReplication>"
         "<Status>Disabled</Status></DeleteMarkerReplication></Rule>",
         "bucket=files rule_id=r tags={k=v} status=Enabled priority=9 "
         "delete_marker_replication=false replica_modifications=true "
         "destination={bucket='arn:aws:s3:::copy' account='1' storage_class=C "
         "replica_kms_key_id=key owner_override=true replication_time=true metrics=true}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_read(f, table[i].stored, table[i].rules, table[i].state);
    }
}

static void what_else_a_rule_does_is_told(void **state)
{
    assert_does_more(*state,
                     RULE("r", "1", ON,
                          "<ExistingObjectReplication><Status>Enabled</Status>"
                          "</ExistingObjectReplication>"),
                     "ExistingObjectReplication/Status");
}

static void what_cannot_be_read_is_never_gone(void **state)
{
    static const struct {
        int status;
        const char *body, *said;
    } table[] = {
        {403, NO("AccessDenied"), "s3:GetReplicationConfiguration"},
        {200, "<ReplicationConfiguration><Rule>", "its body is no XML"},
        {200, RULES(RULE("r", "high", ON, "")), "is not a number"},
        {405, NO("MethodNotAllowed"), "has no replication rules"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_unreadable(
            f, (struct http_server_reply){.status = table[i].status, .body = table[i].body},
            table[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(combinations_are_checked),
        TEST(a_destination_is_an_arn),
        TEST(changes_are_made_and_refusals_explained),
        TEST(objects_that_are_there_already_are_told),
        TEST(a_listing_that_is_refused_is_no_error),
        TEST(a_role_that_is_left_out_is_the_documents),
        TEST(removing_takes_only_ours),
        TEST(rules_become_state),
        TEST(what_else_a_rule_does_is_told),
        TEST(a_vanished_rule_is_gone_and_explained),
        TEST(what_cannot_be_read_is_never_gone),
        TEST(a_rule_that_stays_behind_is_told),
    };
    return cmocka_run_group_tests_name("bucket_replication", tests, NULL, NULL);
}
