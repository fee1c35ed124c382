/* seedbank_bucket_versioning through the handlers, on a scripted server: an update whose bucket
 * changed since the plan, and what a destroy suspends. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "http_server.h"
#include "rpc_fixture.h"
#include "services/registry.h"

#define IS(s)                                                                                      \
    "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>" s        \
    "</Status></VersioningConfiguration>"
#define STORED  "bucket=files status=Enabled on_destroy=keep mfa_delete=Disabled"
#define PLANNED "bucket=files status=Enabled on_destroy=suspend mfa_delete=Disabled"

extern const struct resource bucket_versioning_resource;

struct exchange {
    struct http_server *server;
    struct rpc_server *rpc;
    struct ctx *cx;
    const struct attr *attrs;
};

static int open_exchange(void **state)
{
    static struct exchange x;
    x.server = http_server_start(&(struct http_server_options){.any_order = false});
    x.rpc = rpc_server_new(&registry_seedbank, NULL, NULL);
    x.cx = ctx_new(&(struct ctx_options){0});
    x.attrs = bucket_versioning_resource.attrs;
    RPC_MESSAGES(ConfigureProvider, configure_provider);
    req.config = rpc_fixture_wire(
        x.cx, registry_seedbank.provider->attrs,
        arena_printf(x.cx->arena, "s3={endpoint='%s' access_key=a secret_key=b max_retries=0}",
                     http_server_url(x.server)));
    rpc_configure_provider(x.cx, x.rpc, &req, &res);
    assert_int_equal(res.n_diagnostics, 0);
    *state = &x;
    return 0;
}

static int close_exchange(void **state)
{
    struct exchange *x = *state;
    http_server_stop(x->server);
    assert_satisfied(x->server);
    ctx_free(x->cx);
    rpc_server_free(x->rpc);
    http_server_free(x->server);
    return 0;
}

static void expect(struct exchange *x, const char *method, int status, const char *body)
{
    http_server_expect(x->server,
                       &(struct http_server_step){.method = method,
                                                  .target = "/files?versioning",
                                                  .reply = {.status = status, .body = body}});
}

/* The state answered, and what was said. */
static const char *apply(struct exchange *x, const char *prior, const char *planned,
                         const char *notes, const char **ret_said)
{
    RPC_MESSAGES(ApplyResourceChange, apply_resource_change);
    req.type_name = arena_strdup(x->cx->arena, "seedbank_bucket_versioning");
    req.prior_state = rpc_fixture_wire(x->cx, x->attrs, prior);
    req.planned_state = rpc_fixture_wire(x->cx, x->attrs, planned);
    req.config = rpc_fixture_wire(
        x->cx, x->attrs, strcmp(planned, "null") == 0 ? "null" : "bucket=files on_destroy=suspend");
    req.planned_private = rpc_fixture_bytes(x->cx, notes);
    rpc_apply_resource_change(x->cx, x->rpc, &req, &res);
    *ret_said = rpc_fixture_said(x->cx, res.n_diagnostics, res.diagnostics);
    return rpc_fixture_text(x->cx, x->attrs, res.new_state);
}

static const char *update(struct exchange *x, const char **ret_said)
{
    return apply(x, STORED, PLANNED, NULL, ret_said);
}

#define UPDATED "{bucket=files mfa_delete=Disabled on_destroy=suspend status=Enabled}"
#define BEFORE  "{bucket=files mfa_delete=Disabled on_destroy=keep status=Enabled}"

static void nothing_is_sent_for_what_is_there(void **state)
{
    struct exchange *x = *state;
    const char *said;
    expect(x, "GET", 200, IS("Enabled"));
    assert_string_equal(update(x, &said), UPDATED);
    assert_string_equal(said, "");
}

/* Core calls any other answer than the plan a defect of the provider. */
static void a_change_since_the_plan_is_mended(void **state)
{
    struct exchange *x = *state;
    const char *said;
    expect(x, "GET", 200, IS("Suspended"));
    expect(x, "PUT", 200, NULL);
    expect(x, "GET", 200, IS("Enabled"));
    assert_string_equal(update(x, &said), UPDATED);
    assert_string_equal(said, "");
}

static void a_bucket_that_went_is_named(void **state)
{
    struct exchange *x = *state;
    const char *said;
    expect(x, "GET", 404, "<Error><Code>NoSuchBucket</Code></Error>");
    assert_string_equal(update(x, &said), BEFORE);
    if (!strstr(said, "E Bucket files does not exist")) {
        fail_msg("%s", said);
    }
}

/* With these private notes; what was said. */
static const char *destroy(struct exchange *x, const char *notes)
{
    const char *said;
    assert_string_equal(apply(x, PLANNED, "null", notes, &said), "null");
    return said;
}

static void what_was_switched_on_is_suspended(void **state)
{
    struct exchange *x = *state;
    expect(x, "PUT", 200, NULL);
    expect(x, "GET", 200, IS("Suspended"));
    assert_string_equal(destroy(x, "{\"status_before\":\"Disabled\"}"), "");
}

static void what_was_on_before_stays(void **state)
{
    assert_string_equal(destroy(*state, "{\"status_before\":\"Enabled\"}"), "");
}

/* Nothing is sent. */
static void without_notes_protection_stays(void **state)
{
    static const char *const notes[] = {"", "{}", "damaged", "{\"status_before\":7}"};
    for (size_t i = 0; i < COUNT(notes); i++) {
        const char *said = destroy(*state, notes[i]);
        if (!strstr(said, "W Versioning is left as it is")) {
            fail_msg("%s: %s", notes[i], said);
        }
    }
}

/* create_before_destroy: what the new resource took charge of, the old one's destroy leaves alone.
 */
static void a_successor_keeps_its_versioning(void **state)
{
    struct exchange *x = *state;
    const char *said;
    expect(x, "GET", 200, IS("Enabled"));
    assert_string_equal(apply(x, "null", PLANNED, NULL, &said), UPDATED);
    assert_string_equal(said, "");
    assert_string_equal(destroy(x, "{\"status_before\":\"Disabled\"}"), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_exchange, close_exchange)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_sent_for_what_is_there), TEST(a_change_since_the_plan_is_mended),
        TEST(a_bucket_that_went_is_named),       TEST(what_was_switched_on_is_suspended),
        TEST(what_was_on_before_stays),          TEST(without_notes_protection_stays),
        TEST(a_successor_keeps_its_versioning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
