/* What seedbank_bucket_retention makes of configurations, of a server's rules, and of refusals. */
#include "fixture_rule.h"
#include "s3/s3_lifecycle.h"

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

extern const struct resource bucket_retention_resource;

const struct rule_fixture rule_fixture = {
    .resource = &bucket_retention_resource,
    .kind = &s3_lifecycle_kind,
    .config = WANT,
    .head = "",
    .ours = OURS("Enabled"),
    .other = RULE("x", "Enabled", ""),
};

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
        assert_validated(f, rows[i].config, rows[i].said);
    }
}

/* ---- Changes --------------------------------------------------------------------------------- */

#define BARE     "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define BARE_END "</LifecycleConfiguration>"

#define MOVED(status)                                                                              \
    "<Rule><ID>r</ID><Status>" status                                                              \
    "</Status><Filter><Prefix>p/</Prefix></Filter>" DAYS("30") "</Rule>"

static const struct change rows[] = {
    {"create: the first rule",
     NULL,
     WANT,
     {GET(404, NO_RULES), PUT(BARE OURS("Disabled") BARE_END), GET(200, RULES(OURS("Disabled"))),
      PUT(RULES(OURS("Enabled"))), GET(200, RULES(OURS("Enabled"))),
      GET(200, RULES(OURS("Enabled")))},
     NULL,
     NULL,
     true},
    {"create: an equal one is adopted",
     NULL,
     WANT,
     {GET(200, RULES(OURS("Enabled")))},
     NULL,
     NULL,
     false},
    {"create: another one is in the way",
     NULL,
     WANT,
     {GET(200, RULES(RULE("r", "Enabled", DAYS("1"))))},
     "terraform import seedbank_bucket_retention.NAME 'files/r'",
     NULL,
     false},
    {"create: no bucket",
     NULL,
     WANT,
     {GET(404, NO("NoSuchBucket"))},
     "Bucket files does not exist",
     NULL,
     false},
    {"create: no permission",
     NULL,
     WANT,
     {GET(403, NO("AccessDenied"))},
     "s3:GetLifecycleConfiguration",
     NULL,
     false},
    {"create: the window",
     NULL,
     WANT " min_recovery_window_days=14",
     {GET(200, RULES(RULE("x", "Enabled", DAYS("7"))))},
     "rule \"x\" of the bucket deletes old versions after 7",
     "min_recovery_window_days",
     false},
    {"update: what differs",
     WANT,
     WANT " prefix=p/",
     {GET(200, RULES(OURS("Enabled"))), PUT(RULES(MOVED("Disabled"))),
      GET(200, RULES(MOVED("Disabled"))), PUT(RULES(MOVED("Enabled"))),
      GET(200, RULES(MOVED("Enabled"))), GET(200, RULES(MOVED("Enabled")))},
     NULL,
     NULL,
     true},
    {"update: of something else",
     WANT,
     WANT,
     {GET(200, RULES(OURS("Enabled")))},
     NULL,
     NULL,
     false},
    {"update: dropped by the server",
     WANT,
     WANT " object_size_less_than=9",
     {GET(200, RULES(OURS("Enabled"))),
      PUT(RULES("<Rule><ID>r</ID><Status>Disabled</Status><Filter><ObjectSizeLessThan>9"
                "</ObjectSizeLessThan></Filter>" DAYS("30") "</Rule>")),
      GET(200, RULES(OURS("Disabled"))), PUT(RULES(OURS("Enabled")))},
     "object_size_less_than",
     NULL,
     false},
};

static void changes_are_made_and_refusals_explained(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_change(*state, &rows[i]);
    }
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void rules_become_state(void **state)
{
    static const struct {
        const char *stored, *rules, *state;
    } table[] = {
        {WANT, OURS("Enabled"),
         "bucket=files enabled=true expired_object_delete_marker=false "
         "noncurrent_version_expiration={days=30} on_destroy=remove rule_id=r"},
        {WANT " prefix='' tags={}", OURS("Disabled"),
         "bucket=files enabled=false expired_object_delete_marker=false "
         "noncurrent_version_expiration={days=30} on_destroy=remove prefix='' rule_id=r tags={}"},
        {"bucket=files rule_id=r on_destroy=remove prefix=was tags={was=1}",
         RULE("r", "Enabled",
              "<NoncurrentVersionTransition><NoncurrentDays>3</NoncurrentDays><StorageClass>C"
              "</StorageClass></NoncurrentVersionTransition><Expiration>"
              "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"),
         "bucket=files enabled=true expired_object_delete_marker=true "
         "noncurrent_version_transition={days=3 storage_class=C} on_destroy=remove rule_id=r"},
        {"bucket=files rule_id=r on_destroy=remove",
         "<Rule><ID>r</ID><Status>Enabled</Status><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key>"
         "<Value>v</Value></Tag><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan>"
         "<ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>" DAYS("2") "</Rule>",
         "bucket=files enabled=true expired_object_delete_marker=false "
         "noncurrent_version_expiration={days=2} object_size_greater_than=1 "
         "object_size_less_than=9 on_destroy=remove prefix=p rule_id=r tags={k=v}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_read(f, table[i].stored, table[i].rules, table[i].state);
    }
}

static void what_else_a_rule_does_is_told(void **state)
{
    assert_does_more(*state, RULE("r", "Enabled", "<Expiration><Days>3</Days></Expiration>"),
                     "Expiration/Days");
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
        assert_unreadable(
            f, (struct http_server_reply){.status = table[i].status, .body = table[i].body},
            table[i].said);
    }
}

/* ---- Plan ------------------------------------------------------------------------------------ */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(combinations_are_checked),
        TEST(changes_are_made_and_refusals_explained),
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
