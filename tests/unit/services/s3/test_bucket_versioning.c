/* What seedbank_bucket_versioning asks of a server, and what it makes of the answers. */
#include "fixture.h"

extern const struct resource bucket_versioning_resource;

/* max_retries is the provider's own default here, so no row answers with what is tried again. */
struct row {
    const char *what;
    const char *prior; /* NULL: create */
    const char *wanted;
    struct http_server_step steps[4]; /* ended by one without a method */
    const char *state;                /* NULL: as it came */
    const char *said;
    bool changed;
};

#define GET(code, text)                                                                            \
    {                                                                                              \
        .method = "GET", .target = TARGET, .reply = {.status = (code), .body = (text) }            \
    }
#define PUT(code, text)                                                                            \
    {                                                                                              \
        .method = "PUT", .target = TARGET, .reply = {.status = (code), .body = (text) }            \
    }
#define NEVER   ANSWER END
#define WANT(s) "bucket=files on_destroy=keep status=" s
#define HAVE(s) "{bucket=files mfa_delete=Disabled on_destroy=keep status=" s "}"

static const struct row rows[] = {
    {"create: what is so already is adopted",
     NULL,
     WANT("Enabled"),
     {GET(200, IS("Enabled"))},
     HAVE("Enabled"),
     NULL,
     false},
    {"create: asked for, then shown",
     NULL,
     WANT("Enabled"),
     {GET(200, NEVER), PUT(200, ""), GET(200, IS("Enabled"))},
     HAVE("Enabled"),
     NULL,
     true},
    {"create: no bucket",
     NULL,
     WANT("Enabled"),
     {GET(404, NO("NoSuchBucket"))},
     NULL,
     "Bucket files does not exist",
     false},
    {"create: the bucket goes before the change",
     NULL,
     WANT("Enabled"),
     {GET(200, NEVER), PUT(404, NO("NoSuchBucket"))},
     NULL,
     "Bucket files does not exist",
     false},
    {"create: refused, and not made",
     NULL,
     WANT("Enabled"),
     {GET(200, NEVER), PUT(403, NO("AccessDenied")), GET(200, NEVER)},
     NULL,
     "s3:PutBucketVersioning",
     false},
    {"create: refused, but made all the same",
     NULL,
     WANT("Enabled"),
     {GET(200, NEVER), PUT(403, NO("AccessDenied")), GET(200, IS("Enabled"))},
     HAVE("Enabled"),
     NULL,
     true},
    {"create: refused, and nobody knows",
     NULL,
     WANT("Enabled"),
     {GET(200, NEVER), PUT(403, NO("AccessDenied")), GET(403, NO("AccessDenied"))},
     NULL,
     "s3:PutBucketVersioning",
     true},
    {"update: another status",
     WANT("Enabled"),
     WANT("Suspended"),
     {GET(200, IS("Enabled")), PUT(200, ""), GET(200, IS("Suspended"))},
     HAVE("Suspended"),
     NULL,
     true},
    {"update: of something else",
     WANT("Enabled"),
     WANT("Enabled"),
     {GET(200, IS("Enabled"))},
     HAVE("Enabled"),
     NULL,
     false},
    {"update: of something else, and somebody changed the status since the plan",
     WANT("Enabled"),
     WANT("Enabled"),
     {GET(200, IS("Suspended")), PUT(200, ""), GET(200, IS("Enabled"))},
     HAVE("Enabled"),
     NULL,
     true},
    {"update: done already",
     WANT("Enabled"),
     WANT("Suspended"),
     {GET(200, IS("Suspended"))},
     HAVE("Suspended"),
     NULL,
     false},
    {"update: no bucket",
     WANT("Enabled"),
     WANT("Suspended"),
     {GET(404, NO("NoSuchBucket"))},
     NULL,
     "Bucket files does not exist",
     false},
    {"update: nobody knows, so the former state stays",
     WANT("Enabled"),
     WANT("Suspended"),
     {GET(200, IS("Enabled")), PUT(403, NO("AccessDenied")), GET(403, NO("AccessDenied"))},
     NULL,
     "s3:PutBucketVersioning",
     false},
};

static void assert_row(struct fixture *f, const struct row *row)
{
    const struct resource *r = &bucket_versioning_resource;
    void *state = fixture_model(f, *r, row->wanted);
    size_t errors = f->cx->diags.errors;
    fixture_begin(f, NULL);
    for (size_t i = 0; i < COUNT(row->steps) && row->steps[i].method; i++) {
        fixture_expect(f, row->steps[i]);
    }
    enum rc rc = row->prior ? r->update(f->cx, &f->call, fixture_model(f, *r, row->prior), state)
                            : r->create(f->cx, &f->call, state);
    const char *got = notation_text(f->cx->arena, model_encode(f->cx->arena, r->attrs, state));
    bool failed = f->cx->diags.errors > errors;
    if (rc != (row->said ? RC_FAIL : RC_OK) || failed != (row->said != NULL) ||
        f->call.changed != row->changed || (row->state && strcmp(got, row->state) != 0)) {
        fail_msg("%s: rc %d, changed %d, %s", row->what, rc, f->call.changed, got);
    }
    if (row->said) {
        const struct diag *last = f->cx->diags.last;
        const char *said = arena_printf(f->cx->arena, "%s: %s", last->summary, last->detail);
        if (!strstr(said, row->said)) {
            fail_msg("%s: %s", row->what, said);
        }
    }
}

static void changes_are_made_and_seen(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(*state, &rows[i]);
    }
}

static void the_first_state_is_remembered(void **state)
{
    struct fixture *f = *state;
    assert_row(f, &rows[1]);
    assert_string_equal(private_state_get(f->call.private, "status_before"), "Disabled");
    assert_row(f, &rows[0]);
    assert_string_equal(private_state_get(f->call.private, "status_before"), "Enabled");
}

static void a_bucket_that_is_not_there_is_gone(void **state)
{
    struct fixture *f = *state;
    const struct resource *r = &bucket_versioning_resource;
    fixture_expect(f, (struct http_server_step)GET(404, NO("NoSuchBucket")));
    assert_int_equal(r->read(f->cx, &f->call, fixture_model(f, *r, WANT("Enabled"))), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.errors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changes_are_made_and_seen),
        TEST(the_first_state_is_remembered),
        TEST(a_bucket_that_is_not_there_is_gone),
    };
    return cmocka_run_group_tests_name("bucket_versioning", tests, NULL, NULL);
}
