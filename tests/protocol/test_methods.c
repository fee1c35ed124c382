/*
 * The rows of plugin/methods.c called with bytes, no socket: the real handlers with the real
 * registry, not configured, so that nothing goes to any network.
 */
#include "unit.h"

#include "base/cancel.h"
#include "base/ctx.h"
#include "plugin/message.h"
#include "plugin/methods.h"
#include "proto/health.pb-c.h"
#include "proto/tfplugin6.pb-c.h"
#include "rpc/rpc.h"
#include "services/registry.h"

#define MOST_ANSWERS 8

/* One call, and what came back, unpacked. */
struct exchange {
    struct methods_call call; /* first */
    const struct method *method;
    ProtobufCMessage *answers[MOST_ANSWERS];
    size_t n;
};

static struct rpc_server *server;

static bool keep(struct methods_call *call, struct str answer)
{
    struct exchange *x = (struct exchange *)call;
    assert_true(x->n < MOST_ANSWERS);
    x->answers[x->n] = message_unpack(call->cx->arena, x->method->response, answer);
    assert_non_null(x->answers[x->n]);
    x->n++;
    return true;
}

/* In a ctx of its own, to be freed with finish. False if the request was refused. */
static bool exchange(struct exchange *x, const struct method *method, struct str request)
{
    *x = (struct exchange){
        .method = method,
        .call = {.cx = ctx_new(&(struct ctx_options){0}), .server = server, .send = keep}};
    if (!methods_unpack(method, &x->call, request)) {
        return false;
    }
    methods_run(method, &x->call);
    return true;
}

static void finish(struct exchange *x)
{
    ctx_free(x->call.cx);
}

static const struct method *find(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "/tfplugin6.Provider/%s", name);
    const struct method *m = methods_find(str_of(path));
    assert_non_null(m);
    return m;
}

/* ---- The table ----------------------------------------------------------------------------------
 */

static void test_rows_are_whole_and_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < methods_count; i++) {
        const struct method *m = &methods_table[i];
        assert_ptr_equal(methods_find(str_of(m->path)), m);
        assert_int_equal(m->handle != NULL,
                         m->kind == METHOD_CALL || m->kind == METHOD_NOW || m->kind == METHOD_PLAN);
        assert_int_equal(m->stream != NULL, m->kind == METHOD_STREAM);
        assert_non_null(m->request);
        assert_non_null(m->response);
    }
}

static void test_paths_that_are_none(void **state)
{
    static const struct str paths[] = {STR_INIT(""),
                                       STR_INIT("/"),
                                       STR_INIT("ReadResource"),
                                       STR_INIT("/tfplugin6.Provider/"),
                                       STR_INIT("/tfplugin6.Provider/ReadResourc"),
                                       STR_INIT("/tfplugin6.Provider/ReadResource\0"),
                                       STR_INIT("/tfplugin6.Provider/ReadResource/"),
                                       STR_INIT("/tfplugin5.Provider/ReadResource"),
                                       STR_INIT("/tfplugin6.Provider/LockState")};
    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        assert_null(methods_find(paths[i]));
    }
}

/* ---- Every row ----------------------------------------------------------------------------------
 */

static void test_empty_request_is_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < methods_count; i++) {
        const struct method *m = &methods_table[i];
        struct exchange x;
        assert_true(exchange(&x, m, (struct str){NULL, 0}));
        if (m->kind != METHOD_STREAM) {
            assert_int_equal(x.n, 1);
        }
        finish(&x);
    }
}

static void test_malformed_request_is_refused(void **state)
{
    /* No field number; a length beyond the end; a group, which proto3 has not. */
    static const struct str requests[] = {STR_INIT("\x00"), STR_INIT("\x0a\x7f"), STR_INIT("\x80"),
                                          STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")};
    (void)state;
    for (size_t i = 0; i < methods_count; i++) {
        for (size_t j = 0; j < COUNT(requests); j++) {
            struct exchange x;
            assert_false(exchange(&x, &methods_table[i], requests[j]));
            assert_int_equal(x.n, 0);
            finish(&x);
        }
    }
}

/* Bytes that look like fields of every kind: whatever the row makes of them, it survives, and what
 * it answers can be read. */
static void test_fields_of_wrong_content_are_survived(void **state)
{
    static const struct str contents[] = {STR_INIT(""),
                                          STR_INIT("\xff\xfe"),
                                          STR_INIT("seedbank_bucket_versioning"),
                                          STR_INIT("\x0a\x01\xc0"),
                                          STR_INIT("\x0a\x03\xd4\x00\x00"),
                                          STR_INIT("\x12\x02{}"),
                                          STR_INIT("\x0a\x05\xdd\xff\xff\xff\xff"),
                                          STR_INIT("\x12\x0a[[[[[[[[[[")};
    (void)state;
    for (size_t i = 0; i < methods_count; i++) {
        for (size_t j = 0; j < COUNT(contents); j++) {
            char request[512];
            size_t n = 0;
            for (int number = 1; number <= 8; number++) {
                request[n++] = (char)(number << 3 | 2);
                request[n++] = (char)contents[j].n;
                memcpy(request + n, contents[j].p, contents[j].n);
                n += contents[j].n;
            }
            struct exchange x;
            exchange(&x, &methods_table[i], (struct str){request, n});
            finish(&x);
        }
    }
}

/* ---- Single rows --------------------------------------------------------------------------------
 */

static void test_health(void **state)
{
    static const struct {
        struct str request;
        Grpc__Health__V1__HealthCheckResponse__ServingStatus status;
    } rows[] = {
        {STR_INIT(""), GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING},
        {STR_INIT("\x0a\x06plugin"),
         GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING},
        {STR_INIT("\x0a\x05other"),
         GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__UNKNOWN},
    };
    const struct method *m = methods_find(STR_LIT("/grpc.health.v1.Health/Check"));

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange x;
        assert_true(exchange(&x, m, rows[i].request));
        assert_int_equal(((Grpc__Health__V1__HealthCheckResponse *)x.answers[0])->status,
                         rows[i].status);
        finish(&x);
    }
}

/* A Schema without block, and a type that is no JSON, crash the host. */
static void test_schema_holds_what_hosts_need(void **state)
{
    struct exchange x;
    const Tfplugin6__GetProviderSchema__Response *r;

    (void)state;
    assert_true(exchange(&x, find("GetProviderSchema"), (struct str){NULL, 0}));
    r = (const void *)x.answers[0];
    assert_int_equal(r->n_diagnostics, 0);
    assert_non_null(r->provider);
    assert_non_null(r->provider->block);
    assert_true(r->server_capabilities->plan_destroy);
    assert_true(r->server_capabilities->get_provider_schema_optional);
    assert_true(r->n_resource_schemas > 0);
    for (size_t i = 0; i < r->n_resource_schemas; i++) {
        const Tfplugin6__Schema *schema = r->resource_schemas[i]->value;
        assert_non_null(schema);
        assert_non_null(schema->block);
        for (size_t j = 0; j < schema->block->n_attributes; j++) {
            const Tfplugin6__Schema__Attribute *a = schema->block->attributes[j];
            assert_int_equal(a->type.len == 0, a->nested_type != NULL);
            assert_true(a->required + a->optional + a->computed > 0);
        }
    }
    finish(&x);
}

static void test_unknown_type_is_a_diagnostic(void **state)
{
    struct exchange x;
    const Tfplugin6__ReadResource__Response *r;

    (void)state;
    assert_true(exchange(&x, find("ReadResource"), STR_LIT("\x0a\x0cseedbank_pie")));
    r = (const void *)x.answers[0];
    assert_int_equal(r->n_diagnostics, 1);
    assert_int_equal(r->diagnostics[0]->severity, TFPLUGIN6__DIAGNOSTIC__SEVERITY__ERROR);
    assert_non_null(strstr(r->diagnostics[0]->summary, "seedbank_pie"));
    finish(&x);
}

static int setup(void **state)
{
    (void)state;
    server = rpc_server_new(&registry_seedbank, NULL, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rpc_server_free(server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_whole_and_found),
        cmocka_unit_test(test_paths_that_are_none),
        cmocka_unit_test(test_empty_request_is_answered),
        cmocka_unit_test(test_malformed_request_is_refused),
        cmocka_unit_test(test_fields_of_wrong_content_are_survived),
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_schema_holds_what_hosts_need),
        cmocka_unit_test(test_unknown_type_is_a_diagnostic),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
