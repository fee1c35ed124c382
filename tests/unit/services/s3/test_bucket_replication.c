/* What seedbank_bucket_replication makes of configurations, of a server's rules, and of refusals.
 */
#include "fixture.h"
#include "schema/private_state.h"

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
#define ON           "Enabled"
#define OFF          "Disabled"
#define NO_RULES     NO("ReplicationConfigurationNotFoundError")
#define MODEL(role, more)                                                                          \
    "bucket=files rule_id=r " role "priority=1 status=Enabled delete_marker_replication=false "    \
    "replica_modifications=false replace_role=false on_destroy=remove "                            \
    "destination={bucket='arn:aws:s3:::copy' owner_override=false replication_time=false "         \
    "metrics=false}" more
#define WANT MODEL("role='arn:aws:iam::1:role/a' ", "")

#define GET(code, text)                                                                            \
    {                                                                                              \
        .method = "GET", .target = TARGET, .reply = {.status = (code), .body = (text) }            \
    }
#define PUT(text)                                                                                  \
    {                                                                                              \
        .method = "PUT", .target = TARGET, .body = (text)                                          \
    }
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

static const struct resource *resource(void)
{
    for (const struct resource *const *r = registry_seedbank.resources; *r; r++) {
        if (strcmp((*r)->type_name, "seedbank_bucket_replication") == 0) {
            return *r;
        }
    }
    fail();
    return NULL;
}

static void *model_of(struct fixture *f, const char *text)
{
    const struct resource *r = resource();
    struct arena *a = f->cx->arena;
    void *model = arena_alloc(a, r->model_size);
    const struct value *v = notation_object(a, attr_object_type(a, r->attrs), text);
    assert_int_equal(model_decode(f->cx, r->attrs, v, model), RC_OK);
    return model;
}

static const char *text_of(struct fixture *f, const void *model)
{
    return notation_text(f->cx->arena, model_encode(f->cx->arena, resource()->attrs, model));
}

static void begin(struct fixture *f)
{
    f->call.private = private_state_parse(f->cx, (struct str){NULL, 0});
    f->call.timeout_ms = 1000;
    f->call.changed = false;
    session_claims_free(f->session); /* a run of its own */
}

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
        size_t errors = f->cx->diags.errors;
        const void *config =
            model_of(f, arena_printf(f->cx->arena, "bucket=files rule_id=r %s", rows[i].config));
        enum rc rc = resource()->validate(f->cx, config);
        if (rc != (rows[i].said ? RC_FAIL : RC_OK) ||
            f->cx->diags.errors - errors != (rows[i].said ? 1 : 0)) {
            fail_msg("%s: rc %d", rows[i].config, rc);
        }
        if (rows[i].said) {
            assert_non_null(strstr(f->cx->diags.last->summary, rows[i].said));
            assert_non_null(f->cx->diags.last->path);
        }
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
    const struct attr *to = attr_find(resource()->attrs, "destination");
    const struct attr_check *check = attr_find(to->attrs, "bucket")->checks;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *fault = check->fault(f->cx->arena, str_of(rows[i].arn));
        if (rows[i].fault ? !fault || !strstr(fault, rows[i].fault) : fault != NULL) {
            fail_msg("%s: %s", rows[i].arn, fault ? fault : "no fault");
        }
    }
}

/* ---- Changes --------------------------------------------------------------------------------- */

struct row {
    const char *what, *prior, *wanted;
    struct http_server_step steps[10];
    const char *said, *path;
    bool changed;
};

static const struct row rows[] = {
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

static void assert_row(struct fixture *f, const struct row *row)
{
    void *state = model_of(f, row->wanted);
    const char *before = text_of(f, state);
    begin(f);
    for (size_t i = 0; i < COUNT(row->steps) && row->steps[i].method; i++) {
        fixture_expect(f, row->steps[i]);
    }
    enum rc rc = row->prior ? resource()->update(f->cx, &f->call, model_of(f, row->prior), state)
                            : resource()->create(f->cx, &f->call, state);
    if (rc != (row->said ? RC_FAIL : RC_OK) || f->call.changed != row->changed) {
        const struct diag *last = f->cx->diags.last;
        fail_msg("%s: rc %d, changed %d: %s", row->what, rc, f->call.changed,
                 last ? last->detail : "");
    }
    assert_string_equal(text_of(f, state), before);
    if (row->said) {
        const struct diag *last = f->cx->diags.last;
        const char *said = arena_printf(f->cx->arena, "%s: %s", last->summary, last->detail);
        if (!strstr(said, row->said)) {
            fail_msg("%s: %s", row->what, said);
        }
        if (row->path) {
            assert_string_equal(path_text(f->cx->arena, last->path), row->path);
        }
    }
}

static void changes_are_made_and_refusals_explained(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(f, &rows[i]);
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
    assert_int_equal(resource()->create(f->cx, &f->call, state), RC_OK);
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
    assert_int_equal(resource()->create(f->cx, &f->call, m), RC_OK);
    assert_string_equal(text_of(f, m), text_of(f, model_of(f, WANT)));
}

static void removing_takes_only_ours(void **state)
{
    struct fixture *f = *state;
    begin(f);
    fixture_expect(f,
                   (struct http_server_step)GET(200, RULES(ROLE OURS(ON) RULE("x", "2", ON, ""))));
    fixture_expect(f, (struct http_server_step)PUT(RULES(ROLE RULE("x", "2", ON, ""))));
    for (int look = 0; look < 2; look++) {
        fixture_expect(f, (struct http_server_step)GET(200, RULES(ROLE RULE("x", "2", ON, ""))));
    }
    assert_int_equal(resource()->remove(f->cx, &f->call, model_of(f, WANT)), RC_OK);
    fixture_expect(f, (struct http_server_step)GET(404, NO("NoSuchBucket")));
    assert_int_equal(resource()->remove(f->cx, &f->call, model_of(f, WANT)), RC_OK);
    const void *kept = model_of(f, "bucket=files rule_id=r on_destroy=keep");
    assert_int_equal(resource()->remove(f->cx, &f->call, kept), RC_OK);
    assert_int_equal(f->cx->diags.errors, 0);
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
        void *model = model_of(f, table[i].stored);
        begin(f);
        session_forget(f->cx, "replication of bucket files of ");
        fixture_expect(f, (struct http_server_step)GET(
                              200, arena_printf(f->cx->arena, RULES("%s"), table[i].rules)));
        assert_int_equal(resource()->read(f->cx, &f->call, model), RC_OK);
        assert_string_equal(text_of(f, model), text_of(f, model_of(f, table[i].state)));
        assert_int_equal(f->cx->diags.warnings, 0);
    }
}

static void what_else_a_rule_does_is_told(void **state)
{
    struct fixture *f = *state;
    begin(f);
    fixture_expect(f, (struct http_server_step)GET(
                          200, RULES(RULE("r", "1", ON,
                                          "<ExistingObjectReplication><Status>Enabled</Status>"
                                          "</ExistingObjectReplication>"))));
    assert_int_equal(resource()->read(f->cx, &f->call, model_of(f, WANT)), RC_OK);
    assert_diag(f->cx, "It also holds ExistingObjectReplication/Status");
    assert_int_equal(f->cx->diags.warnings, 1);
}

/* One GET serves both: refresh goes through the cache. */
static void a_vanished_rule_is_gone_and_explained(void **state)
{
    struct fixture *f = *state;
    begin(f);
    fixture_expect(f, (struct http_server_step)GET(200, RULES(RULE("x", "1", ON, ""))));
    assert_int_equal(resource()->read(f->cx, &f->call, model_of(f, WANT)), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.warnings, 0); /* never seen: an import of what is not there */
    private_state_set(f->call.private, "rule_seen", "yes");
    assert_int_equal(resource()->read(f->cx, &f->call, model_of(f, WANT)), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx, "Another program replaced the replication rules of bucket files");
    assert_diag(f->cx, "Rules that are there now: \"x\"");
    assert_diag(f->cx, "aws_s3_bucket_replication_configuration");
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
        begin(f);
        session_forget(f->cx, "replication of bucket files of ");
        fixture_expect(f, (struct http_server_step)GET(table[i].status, table[i].body));
        assert_int_equal(resource()->read(f->cx, &f->call, model_of(f, WANT)), RC_FAIL);
        assert_diag(f->cx, table[i].said);
    }
}

/* ---- Plan ------------------------------------------------------------------------------------ */

static void a_rule_that_stays_behind_is_told(void **state)
{
    struct fixture *f = *state;
    struct resource_plan step = {
        .prior = model_of(f, "bucket=files rule_id=old on_destroy=keep"),
        .planned = model_of(f, WANT),
    };
    step.config = step.planned;
    assert_int_equal(resource()->plan(f->cx, &f->call, &step), RC_OK);
    assert_int_equal(f->cx->diags.warnings, 0);
    path_list_add(f->cx->arena, &step.replace, path_attribute(f->cx->arena, NULL, "rule_id"));
    assert_int_equal(resource()->plan(f->cx, &f->call, &step), RC_OK);
    assert_diag(f->cx, "The former replication rule stays");
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
