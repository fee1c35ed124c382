/* What seedbank_bucket_lock asks of a server, what it makes of the answers, and what a plan says.
 */
#include "fixture.h"

extern const struct resource bucket_lock_resource;

#define AT    "/files?object-lock"
#define OPEN  "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define ON    OPEN "<ObjectLockEnabled>Enabled</ObjectLockEnabled>"
#define CLOSE "</ObjectLockConfiguration>"
#define SHOWN(mode, period)                                                                        \
    ON "<Rule><DefaultRetention><Mode>" mode "</Mode>" period "</DefaultRetention></Rule>" CLOSE
#define DAYS(n) SHOWN("GOVERNANCE", "<Days>" n "</Days>")
#define NO_RULE ON CLOSE

#define GET(code, text)                                                                            \
    {                                                                                              \
        .method = "GET", .target = AT, .reply = {.status = (code), .body = (text) }                \
    }
#define PUT(sent, code, text)                                                                      \
    {                                                                                              \
        .method = "PUT", .target = AT, .body = (sent), .reply = {                                  \
            .status = (code),                                                                      \
            .body = (text)                                                                         \
        }                                                                                          \
    }
#define NO_LOCK NO("ObjectLockConfigurationNotFoundError")

#define WANT(n)   "bucket=files mode=GOVERNANCE on_destroy=keep days=" n
#define HAVE(n)   "{bucket=files days=" n " mode=GOVERNANCE on_destroy=keep}"
#define REMOVE(n) "bucket=files mode=GOVERNANCE on_destroy=remove days=" n

enum operation { CREATE, READ, UPDATE, DESTROY };

/* max_retries is the provider's own default here, so no row answers with what is tried again. */
struct row {
    const char *what;
    enum operation operation;
    const char *prior; /* of an update */
    const char *model;
    const char *notes;                /* private ones; NULL: none */
    struct http_server_step steps[4]; /* ended by one without a method */
    const char *state;                /* NULL: as it came */
    enum rc rc;
    const char *said; /* error or warning; NULL: neither */
    bool changed;
};

static const struct row rows[] = {
    {.what = "create: on a bucket without Object Lock",
     .model = WANT("30"),
     .steps = {GET(404, NO_LOCK), PUT(DAYS("30"), 200, ""), GET(200, DAYS("30"))},
     .state = HAVE("30"),
     .changed = true},
    {.what = "create: Object Lock without default retention",
     .model = WANT("30"),
     .steps = {GET(200, NO_RULE), PUT(DAYS("30"), 200, ""), GET(200, DAYS("30"))},
     .state = HAVE("30"),
     .changed = true},
    {.what = "create: the same is adopted",
     .model = WANT("30"),
     .steps = {GET(200, DAYS("30"))},
     .state = HAVE("30")},
    {.what = "create: another one is in the way",
     .model = WANT("30"),
     .steps = {GET(200, DAYS("90"))},
     .rc = RC_FAIL,
     .said = "terraform import seedbank_bucket_lock.NAME files"},
    {.what = "create: COMPLIANCE for years",
     .model = "bucket=files mode=COMPLIANCE years=2 acknowledge_irrevocable=true",
     .steps = {GET(404, NO_LOCK), PUT(SHOWN("COMPLIANCE", "<Years>2</Years>"), 200, ""),
               GET(200, SHOWN("COMPLIANCE", "<Years>2</Years>"))},
     .state = "{acknowledge_irrevocable=true bucket=files mode=COMPLIANCE years=2}",
     .changed = true},
    {.what = "create: COMPLIANCE that became known late, without the word",
     .model = "bucket=files mode=COMPLIANCE years=2",
     .rc = RC_FAIL,
     .said = "acknowledge_irrevocable = true"},
    {.what = "create: two lengths that became known late",
     .model = WANT("30") " years=2",
     .rc = RC_FAIL,
     .said = "Both days and years"},
    {.what = "create: no bucket",
     .model = WANT("30"),
     .steps = {GET(404, NO("NoSuchBucket"))},
     .rc = RC_FAIL,
     .said = "Bucket files does not exist"},
    {.what = "create: a server without Object Lock",
     .model = WANT("30"),
     .steps = {GET(501, NO("NotImplemented"))},
     .rc = RC_FAIL,
     .said = "does not offer Object Lock"},
    {.what = "create: a server that locks only new buckets",
     .model = WANT("30"),
     .steps = {GET(404, NO_LOCK), PUT(DAYS("30"), 409, NO("InvalidBucketState")),
               GET(404, NO_LOCK)},
     .rc = RC_FAIL,
     .said = "--object-lock-enabled-for-bucket"},
    {.what = "create: refused, but made all the same",
     .model = WANT("30"),
     .steps = {GET(404, NO_LOCK), PUT(DAYS("30"), 403, NO("AccessDenied")), GET(200, DAYS("30"))},
     .state = HAVE("30"),
     .changed = true},
    {.what = "create: refused, and nobody knows",
     .model = WANT("30"),
     .steps = {GET(404, NO_LOCK), PUT(DAYS("30"), 403, NO("AccessDenied")),
               GET(403, NO("AccessDenied"))},
     .rc = RC_FAIL,
     .said = "s3:PutBucketObjectLockConfiguration",
     .changed = true},

    {.what = "read: what is there",
     .operation = READ,
     .model = WANT("30"),
     .steps = {GET(200, SHOWN("COMPLIANCE", "<Years>1</Years>"))},
     .state = "{bucket=files mode=COMPLIANCE on_destroy=keep years=1}"},
    {.what = "read: after an import COMPLIANCE counts as acknowledged",
     .operation = READ,
     .model = "bucket=files on_destroy=keep",
     .steps = {GET(200, SHOWN("COMPLIANCE", "<Years>1</Years>"))},
     .state = "{acknowledge_irrevocable=true bucket=files mode=COMPLIANCE on_destroy=keep "
              "years=1}"},
    {.what = "read: after an import GOVERNANCE needs no acknowledgement",
     .operation = READ,
     .model = "bucket=files on_destroy=keep",
     .steps = {GET(200, DAYS("30"))},
     .state = HAVE("30")},
    {.what = "read: the default retention is gone",
     .operation = READ,
     .model = WANT("30"),
     .steps = {GET(200, NO_RULE)},
     .rc = RC_NOT_FOUND},
    {.what = "read: the bucket was made anew",
     .operation = READ,
     .model = WANT("30"),
     .steps = {GET(404, NO_LOCK)},
     .rc = RC_NOT_FOUND},
    {.what = "read: the bucket is gone",
     .operation = READ,
     .model = WANT("30"),
     .steps = {GET(404, NO("NoSuchBucket"))},
     .rc = RC_NOT_FOUND},
    {.what = "read: not allowed is not gone",
     .operation = READ,
     .model = WANT("30"),
     .steps = {GET(403, NO("AccessDenied"))},
     .rc = RC_FAIL,
     .said = "s3:GetBucketObjectLockConfiguration"},
    {.what = "read: another server is not gone",
     .operation = READ,
     .model = WANT("30"),
     .steps = {GET(501, NO("NotImplemented"))},
     .rc = RC_FAIL,
     .said = "does not offer Object Lock"},

    {.what = "update: longer",
     .operation = UPDATE,
     .prior = WANT("30"),
     .model = WANT("90"),
     .steps = {GET(200, DAYS("30")), PUT(DAYS("90"), 200, ""), GET(200, DAYS("90"))},
     .state = HAVE("90"),
     .changed = true},
    {.what = "update: shorter, as the plan said",
     .operation = UPDATE,
     .prior = WANT("30"),
     .model = WANT("10"),
     .steps = {GET(200, DAYS("30")), PUT(DAYS("10"), 200, ""), GET(200, DAYS("10"))},
     .state = HAVE("10"),
     .changed = true},
    {.what = "update: made stronger by somebody since the plan",
     .operation = UPDATE,
     .prior = WANT("10"),
     .model = WANT("30"),
     .steps = {GET(200, DAYS("90"))},
     .rc = RC_FAIL,
     .said = "without a word in the plan"},
    {.what = "update: made weaker by somebody since the plan",
     .operation = UPDATE,
     .prior = WANT("10"),
     .model = WANT("30"),
     .steps = {GET(200, DAYS("1")), PUT(DAYS("30"), 200, ""), GET(200, DAYS("30"))},
     .state = HAVE("30"),
     .changed = true},
    {.what = "update: of something else",
     .operation = UPDATE,
     .prior = WANT("30"),
     .model = REMOVE("30"),
     .steps = {GET(200, DAYS("30"))},
     .state = "{bucket=files days=30 mode=GOVERNANCE on_destroy=remove}"},
    {.what = "update: no bucket",
     .operation = UPDATE,
     .prior = WANT("30"),
     .model = WANT("90"),
     .steps = {GET(404, NO("NoSuchBucket"))},
     .rc = RC_FAIL,
     .said = "Bucket files does not exist"},
    {.what = "update: nobody knows, so the former state stays",
     .operation = UPDATE,
     .prior = WANT("30"),
     .model = WANT("90"),
     .steps = {GET(200, DAYS("30")), PUT(DAYS("90"), 403, NO("AccessDenied")),
               GET(403, NO("AccessDenied"))},
     .rc = RC_FAIL,
     .said = "s3:PutBucketObjectLockConfiguration"},

    {.what = "destroy: keep asks nothing", .operation = DESTROY, .model = WANT("30")},
    {.what = "destroy: remove",
     .operation = DESTROY,
     .model = REMOVE("30"),
     .steps = {GET(200, DAYS("30")), PUT(NO_RULE, 200, ""), GET(200, NO_RULE)},
     .changed = true},
    {.what = "destroy: removed already",
     .operation = DESTROY,
     .model = REMOVE("30"),
     .steps = {GET(200, NO_RULE)}},
    {.what = "destroy: no bucket",
     .operation = DESTROY,
     .model = REMOVE("30"),
     .steps = {GET(404, NO("NoSuchBucket"))}},
    {.what = "destroy: what somebody changed stays",
     .operation = DESTROY,
     .model = REMOVE("30"),
     .steps = {GET(200, DAYS("90"))},
     .said = "GOVERNANCE for 90 days"},
    {.what = "destroy: refused",
     .operation = DESTROY,
     .model = REMOVE("30"),
     .steps = {GET(200, DAYS("30")), PUT(NO_RULE, 403, NO("AccessDenied")), GET(200, DAYS("30"))},
     .rc = RC_FAIL,
     .said = "Cannot remove the default retention of bucket files"},
};

static void *model_of(struct fixture *f, const char *text)
{
    return fixture_model(f, bucket_lock_resource, text);
}

static enum rc run(struct fixture *f, const struct row *row, void *model)
{
    const struct resource *r = &bucket_lock_resource;
    switch (row->operation) {
    case CREATE:
        return r->create(f->cx, &f->call, model);
    case READ:
        return r->read(f->cx, &f->call, model);
    case UPDATE:
        return r->update(f->cx, &f->call, model_of(f, row->prior), model);
    case DESTROY:
        break;
    }
    return r->remove(f->cx, &f->call, model);
}

/* What was said since the point, all of it; "" for nothing. */
static const char *said_since(struct fixture *f, struct diag_point point)
{
    const struct diag *d = point.last ? point.last->next : f->cx->diags.first;
    const char *text = "";
    for (; d; d = d->next) {
        text = arena_printf(f->cx->arena, "%s%s: %s: %s\n", text,
                            d->severity == DIAG_ERROR ? "error" : "warning", d->summary, d->detail);
    }
    return text;
}

static void assert_said(const char *what, const char *said, const char *wanted)
{
    if (wanted ? !strstr(said, wanted) : *said != '\0') {
        fail_msg("%s: said \"%s\"", what, said);
    }
}

static void assert_row(struct fixture *f, const struct row *row)
{
    void *model = model_of(f, row->model);
    struct diag_point point = diag_point(f->cx);
    fixture_begin(f, row->notes);
    for (size_t i = 0; i < COUNT(row->steps) && row->steps[i].method; i++) {
        fixture_expect(f, row->steps[i]);
    }
    enum rc rc = run(f, row, model);
    const char *got =
        notation_text(f->cx->arena, model_encode(f->cx->arena, bucket_lock_resource.attrs, model));
    if (rc != row->rc || f->call.changed != row->changed ||
        (row->state && strcmp(got, row->state) != 0)) {
        fail_msg("%s: rc %d, changed %d, %s\n%s", row->what, rc, f->call.changed, got,
                 said_since(f, point));
    }
    assert_said(row->what, said_since(f, point), row->said);
}

/* Each in a session of its own: what one created, another must not leave alone. */
static void changes_are_made_and_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        void *each = NULL;
        assert_int_equal(fixture_make(&each), 0);
        assert_row(each, &rows[i]);
        assert_int_equal(fixture_free(&each), 0);
    }
}

/* create_before_destroy: the new resource adopted the lock that the old one would remove. */
static void what_was_taken_charge_of_is_not_removed(void **state)
{
    static const struct row create = {
        .what = "the new one", .model = REMOVE("30"), .steps = {GET(200, DAYS("30"))}};
    static const struct row destroy = {
        .what = "the old one", .operation = DESTROY, .model = REMOVE("30")};
    assert_row(*state, &create);
    assert_row(*state, &destroy);
}

/* -replace, in the default order: both halves get the notes of the plan that creates. */
static void a_replacement_is_handed_the_lock(void **state)
{
    static const char notes[] = "{\"next_bucket\":\"files\"}";
    static const struct row destroy = {.what = "the old one",
                                       .operation = DESTROY,
                                       .model = REMOVE("30"),
                                       .notes = notes,
                                       .steps = {GET(200, DAYS("30"))}};
    static const struct row create = {
        .what = "the new one",
        .model = REMOVE("10"),
        .notes = notes,
        .steps = {GET(200, DAYS("30")), PUT(DAYS("10"), 200, ""), GET(200, DAYS("10"))},
        .changed = true};
    struct fixture *f = *state;
    assert_row(f, &destroy);
    assert_row(f, &create);
    assert_null(private_state_get(f->call.private, "next_bucket")); /* a later destroy is one */
}

/* By one of another bucket: nobody takes over. */
static void a_replacement_elsewhere_is_handed_nothing(void **state)
{
    static const struct row destroy = {
        .what = "the old one",
        .operation = DESTROY,
        .model = REMOVE("30"),
        .notes = "{\"next_bucket\":\"other\"}",
        .steps = {GET(200, DAYS("30")), PUT(NO_RULE, 200, ""), GET(200, NO_RULE)},
        .changed = true};
    assert_row(*state, &destroy);
}

/* A name that changes without `moved`: what could not take charge is nothing to be spared for. */
static void what_was_refused_charge_of_is_removed(void **state)
{
    static const struct row create = {.what = "the new one",
                                      .model = REMOVE("10"),
                                      .steps = {GET(200, DAYS("30"))},
                                      .rc = RC_FAIL,
                                      .said = "another default retention"};
    static const struct row destroy = {
        .what = "the old one",
        .operation = DESTROY,
        .model = REMOVE("30"),
        .steps = {GET(200, DAYS("30")), PUT(NO_RULE, 200, ""), GET(200, NO_RULE)},
        .changed = true};
    assert_row(*state, &create);
    assert_row(*state, &destroy);
}

static void configurations_are_checked(void **state)
{
    static const struct {
        const char *config, *path, *said;
    } cases[] = {
        {"bucket=files mode=GOVERNANCE days=30", NULL, NULL},
        {"bucket=files mode=GOVERNANCE", "days", "Give days or years"},
        {"bucket=files mode=GOVERNANCE days=30 years=1", "years", "Both days and years"},
        {"bucket=files mode=GOVERNANCE days=?", NULL, NULL},
        {"bucket=files mode=GOVERNANCE days=? years=1", NULL, NULL},
        {"bucket=files mode=? days=30", NULL, NULL},
        {"bucket=files mode=COMPLIANCE days=30", "acknowledge_irrevocable", "owner of the account"},
        {"bucket=files mode=COMPLIANCE days=30 acknowledge_irrevocable=false",
         "acknowledge_irrevocable", "owner of the account"},
        {"bucket=files mode=COMPLIANCE days=30 acknowledge_irrevocable=true", NULL, NULL},
        {"bucket=files mode=COMPLIANCE days=30 acknowledge_irrevocable=?", NULL, NULL},
        {"bucket=files mode=GOVERNANCE days=30 acknowledge_irrevocable=false", NULL, NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct diag_point point = diag_point(f->cx);
        enum rc rc = bucket_lock_resource.validate(f->cx, model_of(f, cases[i].config));
        assert_int_equal(rc, cases[i].said ? RC_FAIL : RC_OK);
        assert_said(cases[i].config, said_since(f, point), cases[i].said);
        if (cases[i].path) {
            assert_string_equal(path_text(f->cx->arena, f->cx->diags.last->path), cases[i].path);
        }
    }
}

static void plans_say_what_becomes_weaker(void **state)
{
    static const struct {
        const char *prior, *planned, *said;
    } cases[] = {
        {NULL, WANT("30"), NULL},
        {WANT("30"), WANT("30"), NULL},
        {WANT("30"), WANT("90"), NULL},
        {WANT("30"), WANT("10"), "It is GOVERNANCE for 30 days and becomes GOVERNANCE for 10 days"},
        {WANT("30"), WANT("?"), "may become weaker: It is GOVERNANCE for 30 days"},
        {WANT("30"), "bucket=files mode=COMPLIANCE days=30", NULL},
        {"bucket=files mode=COMPLIANCE days=30", WANT("90"), "bucket files becomes weaker"},
        {"bucket=files mode=GOVERNANCE years=1", WANT("365"), "for 1 year and becomes"},
        {WANT("365"), "bucket=files mode=GOVERNANCE years=1", NULL},
        {WANT("30"), "bucket=other mode=GOVERNANCE days=90",
         "Bucket files keeps its default retention"},
        {REMOVE("30"), "bucket=? mode=GOVERNANCE days=90",
         "Bucket files loses its default retention"},
    };
    struct fixture *f = *state;
    fixture_begin(f, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct diag_point point = diag_point(f->cx);
        struct resource_plan plan = {
            .prior = cases[i].prior ? model_of(f, cases[i].prior) : NULL,
            .config = model_of(f, cases[i].planned),
            .planned = model_of(f, cases[i].planned),
        };
        assert_int_equal(bucket_lock_resource.plan(f->cx, &f->call, &plan), RC_OK);
        assert_said(cases[i].planned, said_since(f, point), cases[i].said);
    }
}

static void plans_of_a_destroy_say_what_happens(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(bucket_lock_resource.plan_remove(f->cx, &f->call, model_of(f, WANT("30"))),
                     RC_OK);
    assert_diag(f->cx, "Bucket files keeps its default retention");
    assert_diag(f->cx, "still locked: GOVERNANCE for 30 days");
    assert_int_equal(bucket_lock_resource.plan_remove(f->cx, &f->call, model_of(f, REMOVE("1"))),
                     RC_OK);
    assert_diag(f->cx, "Bucket files loses its default retention");
    assert_diag(f->cx, "It is GOVERNANCE for 1 day,");
    assert_int_equal(f->cx->diags.errors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_made_and_seen),
        TEST(what_was_taken_charge_of_is_not_removed),
        TEST(a_replacement_is_handed_the_lock),
        TEST(a_replacement_elsewhere_is_handed_nothing),
        TEST(what_was_refused_charge_of_is_removed),
        TEST(configurations_are_checked),
        TEST(plans_say_what_becomes_weaker),
        TEST(plans_of_a_destroy_say_what_happens),
    };
    return cmocka_run_group_tests_name("bucket_lock", tests, NULL, NULL);
}
