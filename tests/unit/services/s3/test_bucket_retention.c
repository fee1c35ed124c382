/* What seedbank_bucket_retention makes of configurations, of a server's rules, and of refusals. */
#include "fixture.h"
#include "schema/private_state.h"

extern const struct resource bucket_retention_resource;

#undef TARGET
#define TARGET   "/files?lifecycle"
#define RULES(s) "<LifecycleConfiguration>" s "</LifecycleConfiguration>"
#define RULE(id, status, more)                                                                     \
    "<Rule><ID>" id "</ID><Status>" status "</Status><Filter><Prefix/></Filter>" more "</Rule>"
#define DAYS(n)                                                                                    \
    "<NoncurrentVersionExpiration><NoncurrentDays>" n                                              \
    "</NoncurrentDays></NoncurrentVersionExpiration>"
#define OURS(status) RULE("r", status, DAYS("30"))
#define NO_RULES     NO("NoSuchLifecycleConfiguration")
#define WANT                                                                                       \
    "bucket=files rule_id=r enabled=true expired_object_delete_marker=false on_destroy=remove "    \
    "noncurrent_version_expiration={days=30}"

#define GET(code, text)                                                                            \
    {                                                                                              \
        .method = "GET", .target = TARGET, .reply = {.status = (code), .body = (text) }            \
    }
#define PUT(text)                                                                                  \
    {                                                                                              \
        .method = "PUT", .target = TARGET, .body = (text)                                          \
    }

static void *model_of(struct fixture *f, const char *text)
{
    const struct resource *r = &bucket_retention_resource;
    struct arena *a = f->cx->arena;
    void *model = arena_alloc(a, r->model_size);
    const struct value *v = notation_object(a, attr_object_type(a, r->attrs), text);
    assert_int_equal(model_decode(f->cx, r->attrs, v, model), RC_OK);
    return model;
}

static const char *text_of(struct fixture *f, const void *model)
{
    return notation_text(f->cx->arena,
                         model_encode(f->cx->arena, bucket_retention_resource.attrs, model));
}

static void begin(struct fixture *f)
{
    f->call.private = private_state_parse(f->cx, (struct str){NULL, 0});
    f->call.timeout_ms = 1000;
    f->call.changed = false;
}

/* ---- Validation ------------------------------------------------------------------------------ */

static void combinations_are_checked(void **state)
{
    static const struct {
        const char *config, *said; /* NULL: fine */
    } rows[] = {
        {"noncurrent_version_expiration={days=30}", NULL},
        {"noncurrent_version_expiration=?", NULL},
        {"abort_incomplete_multipart_days=7 prefix=x", NULL},
        {"expired_object_delete_marker=true", NULL},
        {"expired_object_delete_marker=?", NULL},
        {"expired_object_delete_marker=false", "The rule does nothing"},
        {"prefix=x", "The rule does nothing"},
        {"noncurrent_version_expiration={days=30} object_size_greater_than=5 "
         "object_size_less_than=5",
         "No object has such a size"},
        {"noncurrent_version_expiration={days=30} object_size_greater_than=4 "
         "object_size_less_than=5",
         NULL},
        {"abort_incomplete_multipart_days=7 tags={a=b}", "neither tags nor a size"},
        {"abort_incomplete_multipart_days=7 tags={}", NULL},
        {"abort_incomplete_multipart_days=7 tags=?", NULL},
        {"abort_incomplete_multipart_days=7 object_size_less_than=5", "neither tags nor a size"},
        {"expired_object_delete_marker=true tags={a=b}", "Delete markers have no tags"},
        {"noncurrent_version_expiration={days=30} "
         "noncurrent_version_transition={days=30 storage_class=C}",
         "deleted before they move"},
        {"noncurrent_version_expiration={days=30} "
         "noncurrent_version_transition={days=29 storage_class=C}",
         NULL},
        {"noncurrent_version_expiration={days=30} min_recovery_window_days=31", "deleted too soon"},
        {"noncurrent_version_expiration={days=30} min_recovery_window_days=30", NULL},
        {"noncurrent_version_expiration={days=30} min_recovery_window_days=31 enabled=false", NULL},
        {"noncurrent_version_expiration={days=?} min_recovery_window_days=31", NULL},
        {"noncurrent_version_expiration={days=30} min_recovery_window_days=?", NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t errors = f->cx->diags.errors;
        const void *config =
            model_of(f, arena_printf(f->cx->arena, "bucket=files rule_id=r %s", rows[i].config));
        enum rc rc = bucket_retention_resource.validate(f->cx, config);
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

/* ---- Changes --------------------------------------------------------------------------------- */

struct row {
    const char *what, *prior, *wanted;
    struct http_server_step steps[7];
    const char *said;
    bool changed;
};

#define BARE     "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define BARE_END "</LifecycleConfiguration>"

#define MOVED(status)                                                                              \
    "<Rule><ID>r</ID><Status>" status                                                              \
    "</Status><Filter><Prefix>p/</Prefix></Filter>" DAYS("30") "</Rule>"

static const struct row rows[] = {
    {"create: the first rule",
     NULL,
     WANT,
     {GET(404, NO_RULES), PUT(BARE OURS("Disabled") BARE_END), GET(200, RULES(OURS("Disabled"))),
      PUT(RULES(OURS("Enabled"))), GET(200, RULES(OURS("Enabled"))),
      GET(200, RULES(OURS("Enabled")))},
     NULL,
     true},
    {"create: an equal one is adopted",
     NULL,
     WANT,
     {GET(200, RULES(OURS("Enabled")))},
     NULL,
     false},
    {"create: another one is in the way",
     NULL,
     WANT,
     {GET(200, RULES(RULE("r", "Enabled", DAYS("1"))))},
     "terraform import seedbank_bucket_retention.NAME 'files/r'",
     false},
    {"create: no bucket",
     NULL,
     WANT,
     {GET(404, NO("NoSuchBucket"))},
     "Bucket files does not exist",
     false},
    {"create: no permission",
     NULL,
     WANT,
     {GET(403, NO("AccessDenied"))},
     "s3:GetLifecycleConfiguration",
     false},
    {"create: the window",
     NULL,
     WANT " min_recovery_window_days=14",
     {GET(200, RULES(RULE("x", "Enabled", DAYS("7"))))},
     "rule \"x\" of the bucket deletes old versions after 7",
     false},
    {"update: what differs",
     WANT,
     WANT " prefix=p/",
     {GET(200, RULES(OURS("Enabled"))), PUT(RULES(MOVED("Disabled"))),
      GET(200, RULES(MOVED("Disabled"))), PUT(RULES(MOVED("Enabled"))),
      GET(200, RULES(MOVED("Enabled"))), GET(200, RULES(MOVED("Enabled")))},
     NULL,
     true},
    {"update: of something else", WANT, WANT, {GET(200, RULES(OURS("Enabled")))}, NULL, false},
    {"update: dropped by the server",
     WANT,
     WANT " object_size_less_than=9",
     {GET(200, RULES(OURS("Enabled"))),
      PUT(RULES("<Rule><ID>r</ID><Status>Disabled</Status><Filter><ObjectSizeLessThan>9"
                "</ObjectSizeLessThan></Filter>" DAYS("30") "</Rule>")),
      GET(200, RULES(OURS("Disabled"))), PUT(RULES(OURS("Enabled")))},
     "object_size_less_than",
     false},
};

static void assert_row(struct fixture *f, const struct row *row)
{
    void *state = model_of(f, row->wanted);
    const char *before = text_of(f, state);
    begin(f);
    for (size_t i = 0; i < COUNT(row->steps) && row->steps[i].method; i++) {
        fixture_expect(f, row->steps[i]);
    }
    enum rc rc = row->prior ? bucket_retention_resource.update(f->cx, &f->call,
                                                               model_of(f, row->prior), state)
                            : bucket_retention_resource.create(f->cx, &f->call, state);
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
    }
}

static void changes_are_made_and_refusals_explained(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(*state, &rows[i]);
    }
}

static void the_window_is_an_error_of_its_attribute(void **state)
{
    struct fixture *f = *state;
    assert_row(f, &rows[5]);
    assert_string_equal(path_text(f->cx->arena, f->cx->diags.last->path),
                        "min_recovery_window_days");
}

static void removing_takes_only_ours(void **state)
{
    struct fixture *f = *state;
    begin(f);
    fixture_expect(
        f, (struct http_server_step)GET(200, RULES(OURS("Enabled") RULE("x", "Enabled", ""))));
    fixture_expect(f, (struct http_server_step)PUT(RULES(RULE("x", "Enabled", ""))));
    for (int look = 0; look < 2; look++) {
        fixture_expect(f, (struct http_server_step)GET(200, RULES(RULE("x", "Enabled", ""))));
    }
    assert_int_equal(bucket_retention_resource.remove(f->cx, &f->call, model_of(f, WANT)), RC_OK);
    fixture_expect(f, (struct http_server_step)GET(404, NO("NoSuchBucket")));
    assert_int_equal(bucket_retention_resource.remove(f->cx, &f->call, model_of(f, WANT)), RC_OK);
    const void *kept = model_of(f, "bucket=files rule_id=r on_destroy=keep");
    assert_int_equal(bucket_retention_resource.remove(f->cx, &f->call, kept), RC_OK);
    assert_int_equal(f->cx->diags.errors, 0);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void rules_become_state(void **state)
{
    static const struct {
        const char *stored, *rules, *state;
    } table[] = {
        {WANT, OURS("Enabled"),
         "{bucket=files enabled=true expired_object_delete_marker=false "
         "noncurrent_version_expiration={days=30} on_destroy=remove rule_id=r}"},
        {WANT " prefix='' tags={}", OURS("Disabled"),
         "{bucket=files enabled=false expired_object_delete_marker=false "
         "noncurrent_version_expiration={days=30} on_destroy=remove prefix='' rule_id=r tags={}}"},
        {"bucket=files rule_id=r on_destroy=remove prefix=was tags={was=1}",
         RULE("r", "Enabled",
              "<NoncurrentVersionTransition><NoncurrentDays>3</NoncurrentDays><StorageClass>C"
              "</StorageClass></NoncurrentVersionTransition><Expiration>"
              "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"),
         "{bucket=files enabled=true expired_object_delete_marker=true "
         "noncurrent_version_transition={days=3 storage_class=C} on_destroy=remove rule_id=r}"},
        {"bucket=files rule_id=r on_destroy=remove",
         "<Rule><ID>r</ID><Status>Enabled</Status><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key>"
         "<Value>v</Value></Tag><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan>"
         "<ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>" DAYS("2") "</Rule>",
         "{bucket=files enabled=true expired_object_delete_marker=false "
         "noncurrent_version_expiration={days=2} object_size_greater_than=1 "
         "object_size_less_than=9 on_destroy=remove prefix=p rule_id=r tags={k=v}}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(table); i++) {
        void *model = model_of(f, table[i].stored);
        begin(f);
        session_forget(f->cx, "lifecycle of bucket files of ");
        fixture_expect(f, (struct http_server_step)GET(
                              200, arena_printf(f->cx->arena, RULES("%s"), table[i].rules)));
        assert_int_equal(bucket_retention_resource.read(f->cx, &f->call, model), RC_OK);
        assert_string_equal(text_of(f, model), table[i].state);
        assert_int_equal(f->cx->diags.warnings, 0);
    }
}

static void what_else_a_rule_does_is_told(void **state)
{
    struct fixture *f = *state;
    begin(f);
    fixture_expect(
        f, (struct http_server_step)GET(
               200, RULES(RULE("r", "Enabled", "<Expiration><Days>3</Days></Expiration>"))));
    assert_int_equal(bucket_retention_resource.read(f->cx, &f->call, model_of(f, WANT)), RC_OK);
    assert_diag(f->cx, "It also holds Expiration/Days");
    assert_int_equal(f->cx->diags.warnings, 1);
}

/* One GET serves both: refresh goes through the cache. */
static void a_vanished_rule_is_gone_and_explained(void **state)
{
    struct fixture *f = *state;
    begin(f);
    fixture_expect(f, (struct http_server_step)GET(200, RULES(RULE("x", "Enabled", ""))));
    assert_int_equal(bucket_retention_resource.read(f->cx, &f->call, model_of(f, WANT)),
                     RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.warnings, 0); /* never seen: an import of what is not there */
    private_state_set(f->call.private, "rule_seen", "yes");
    assert_int_equal(bucket_retention_resource.read(f->cx, &f->call, model_of(f, WANT)),
                     RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx, "Another program replaced the lifecycle rules of bucket files");
    assert_diag(f->cx, "Rules that are there now: \"x\"");
}

static void what_cannot_be_read_is_never_gone(void **state)
{
    static const struct {
        int status;
        const char *body, *said;
    } table[] = {
        {403, NO("AccessDenied"), "s3:GetLifecycleConfiguration"},
        {200, "<LifecycleConfiguration><Rule>", "its body is no XML"},
        {200, RULES(RULE("r", "Enabled", DAYS("many"))), "is not a number"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(table); i++) {
        begin(f);
        fixture_expect(f, (struct http_server_step)GET(table[i].status, table[i].body));
        assert_int_equal(bucket_retention_resource.read(f->cx, &f->call, model_of(f, WANT)),
                         RC_FAIL);
        assert_diag(f->cx, table[i].said);
    }
}

/* ---- Plan ------------------------------------------------------------------------------------ */

static enum rc plan(struct fixture *f, const char *prior, const char *planned, bool replaced)
{
    struct resource_plan step = {
        .prior = prior ? model_of(f, prior) : NULL,
        .planned = model_of(f, planned),
    };
    if (replaced) {
        path_list_add(f->cx->arena, &step.replace, path_attribute(f->cx->arena, NULL, "rule_id"));
    }
    step.config = step.planned;
    return bucket_retention_resource.plan(f->cx, &f->call, &step);
}

static void a_plan_looks_at_the_other_rules(void **state)
{
    struct fixture *f = *state;
    fixture_expect(f, (struct http_server_step)GET(200, RULES(RULE("x", "Enabled", DAYS("7")))));
    assert_int_equal(plan(f, NULL, WANT " min_recovery_window_days=7", false), RC_OK);
    assert_int_equal(plan(f, NULL, WANT " min_recovery_window_days=8", false), RC_FAIL);
    assert_diag(f->cx, "rule \"x\" of the bucket deletes old versions after 7");
    assert_string_equal(path_text(f->cx->arena, f->cx->diags.last->path),
                        "min_recovery_window_days");
}

static void a_plan_that_cannot_look_goes_on(void **state)
{
    struct fixture *f = *state;
    fixture_expect(f, (struct http_server_step)GET(403, NO("AccessDenied")));
    assert_int_equal(plan(f, NULL, WANT " min_recovery_window_days=8", false), RC_OK);
    assert_int_equal(plan(f, NULL, WANT, false), RC_OK); /* asks nothing */
    assert_int_equal(plan(f, NULL,
                          "bucket=? rule_id=r enabled=true min_recovery_window_days=8 "
                          "noncurrent_version_expiration={days=30}",
                          false),
                     RC_OK);
    assert_int_equal(plan(f, NULL,
                          "bucket=files rule_id=r enabled=true min_recovery_window_days=8 "
                          "noncurrent_version_expiration={days=?}",
                          false),
                     RC_OK);
    f->call.clients = NULL; /* before any configuration */
    assert_int_equal(plan(f, NULL, WANT " min_recovery_window_days=8", false), RC_OK);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void a_plan_does_not_spread_what_else_the_rule_does(void **state)
{
    struct fixture *f = *state;
    const char *narrow = "bucket=files rule_id=r enabled=true prefix=a/ "
                         "noncurrent_version_expiration={days=30}";
    fixture_expect(f, (struct http_server_step)GET(
                          200, RULES("<Rule><ID>r</ID><Status>Enabled</Status>"
                                     "<Filter><Prefix>a/</Prefix></Filter>" DAYS(
                                         "30") "<Expiration><Days>3</Days></Expiration></Rule>")));
    assert_int_equal(plan(f, narrow, WANT, false), RC_FAIL);
    assert_diag(f->cx, "It also holds Expiration/Days");
    assert_int_equal(f->cx->diags.errors, 1);
    assert_int_equal(plan(f, narrow, narrow, false), RC_OK);
    assert_int_equal(plan(f, narrow, WANT, true), RC_OK); /* it goes, and a new one comes */
    assert_int_equal(plan(f, narrow, WANT " tags={a=?}", false), RC_OK);
    assert_int_equal(plan(f, narrow, WANT " prefix=?", false), RC_OK);
    assert_int_equal(plan(f, narrow, WANT " object_size_less_than=?", false), RC_OK);
    assert_int_equal(f->cx->diags.errors, 1);
}

static void a_rule_that_stays_behind_is_told(void **state)
{
    struct fixture *f = *state;
    const char *kept = "bucket=files rule_id=old enabled=true on_destroy=keep";
    assert_int_equal(plan(f, kept, WANT, false), RC_OK);
    assert_int_equal(f->cx->diags.warnings, 0);
    assert_int_equal(plan(f, kept, WANT, true), RC_OK);
    assert_diag(f->cx, "The former lifecycle rule stays");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(combinations_are_checked),
        TEST(changes_are_made_and_refusals_explained),
        TEST(the_window_is_an_error_of_its_attribute),
        TEST(removing_takes_only_ours),
        TEST(rules_become_state),
        TEST(what_else_a_rule_does_is_told),
        TEST(a_vanished_rule_is_gone_and_explained),
        TEST(what_cannot_be_read_is_never_gone),
        TEST(a_plan_looks_at_the_other_rules),
        TEST(a_plan_that_cannot_look_goes_on),
        TEST(a_plan_does_not_spread_what_else_the_rule_does),
        TEST(a_rule_that_stays_behind_is_told),
    };
    return cmocka_run_group_tests_name("bucket_retention", tests, NULL, NULL);
}
