/* One server: what it declares, and its configuration while many calls use it. */
#include "unit.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#include "base/cancel.h"
#include "plugin/message.h"
#include "rpc_fixture.h"
#include "services/registry.h"

/* ---- What is declared ------------------------------------------------------------------------ */

static void check_metadata(const struct registry *registry)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    struct rpc_server *s = rpc_server_new(registry, NULL, NULL);
    Tfplugin6__GetProviderSchema__Response schema;
    Tfplugin6__GetMetadata__Response metadata;
    Tfplugin6__GetFunctions__Response functions;
    Tfplugin6__GetResourceIdentitySchemas__Response identities;
    tfplugin6__get_provider_schema__response__init(&schema);
    tfplugin6__get_metadata__response__init(&metadata);
    tfplugin6__get_functions__response__init(&functions);
    tfplugin6__get_resource_identity_schemas__response__init(&identities);
    rpc_get_metadata(cx, s, NULL, &metadata);
    rpc_get_provider_schema(cx, s, NULL, &schema);
    rpc_get_functions(cx, s, NULL, &functions);
    rpc_get_resource_identity_schemas(cx, s, NULL, &identities);

    assert_true(schema.server_capabilities->plan_destroy);
    assert_true(schema.server_capabilities->get_provider_schema_optional);
    assert_ptr_equal(metadata.server_capabilities, schema.server_capabilities);
    assert_int_equal(metadata.n_resources, schema.n_resource_schemas);
    assert_int_equal(identities.n_identity_schemas, schema.n_resource_schemas);
    for (size_t i = 0; i < metadata.n_resources; i++) {
        assert_string_equal(metadata.resources[i]->type_name, schema.resource_schemas[i]->key);
        assert_string_equal(identities.identity_schemas[i]->key, schema.resource_schemas[i]->key);
        assert_non_null(schema.resource_schemas[i]->value->block);
        assert_true(identities.identity_schemas[i]->value->n_identity_attributes > 0);
    }
    assert_int_equal(metadata.n_data_sources, schema.n_data_source_schemas);
    for (size_t i = 0; i < metadata.n_data_sources; i++) {
        assert_string_equal(metadata.data_sources[i]->type_name,
                            schema.data_source_schemas[i]->key);
    }
    assert_int_equal(metadata.n_functions, schema.n_functions);
    assert_int_equal(functions.n_functions, schema.n_functions);
    for (size_t i = 0; i < metadata.n_functions; i++) {
        assert_string_equal(metadata.functions[i]->name, schema.functions[i]->key);
        assert_string_equal(functions.functions[i]->key, schema.functions[i]->key);
        assert_non_null(schema.functions[i]->value->return_);
    }
    rpc_server_free(s);
    ctx_free(cx);
}

static void all_lists_agree(void **state)
{
    (void)state;
    check_metadata(&rpc_fixture_registry);
    check_metadata(&registry_seedbank);
}

/* ---- ConfigureProvider ----------------------------------------------------------------------- */

static void host_versions(void **state)
{
    static const struct {
        const char *version;
        bool accepted;
    } rows[] = {
        {"1.11.0", true},
        {"1.13.0", true},
        {"1.100.1", true},
        {"2.0.0-beta", true},
        {"1.11.0-rc1", true},
        {"", true},
        {"dev", true},
        {"1.", true},
        {"1.10.6", false},
        {"1.9.0", false},
        {"0.15.5", false},
        {"1.10.0-beta1", false},
        {"1.99999999999999999999.0", true},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        const char *said = rpc_fixture_configure(f, f->cx, "endpoint=a", rows[i].version);
        if ((*said == '\0') != rows[i].accepted || (*said && !strstr(said, "1.11 or newer"))) {
            fail_msg("%s: %s", rows[i].version, said);
        }
    }
}

/* The endpoint that a call finds. */
static const char *endpoint(struct rpc_fixture *f)
{
    rpc_fixture_next(f);
    RPC_MESSAGES(ReadDataSource, read_data_source);
    req.type_name = arena_strdup(f->cx->arena, "test_lookup");
    req.config = rpc_fixture_wire(f->cx, rpc_fixture_lookup_attrs, "name=n");
    rpc_read_data_source(f->cx, f->server, &req, &res);
    assert_int_equal(res.n_diagnostics, 0);
    return f->seen.note;
}

static void a_failed_configuration_leaves_the_old_one(void **state)
{
    struct rpc_fixture *f = *state;
    assert_string_equal(endpoint(f), "");
    assert_string_equal(rpc_fixture_configure(f, f->cx, "endpoint=one", "1.11.0"), "");
    assert_string_equal(endpoint(f), "one");
    assert_non_null(strstr(rpc_fixture_configure(f, f->cx, "endpoint=refuse", ""), "Refused"));
    assert_string_equal(endpoint(f), "one");
    assert_non_null(strstr(rpc_fixture_configure(f, f->cx, "endpoint=x", "1.10.0"), "too old"));
    assert_string_equal(endpoint(f), "one");
    assert_int_equal(f->configurations_freed, 0);
    assert_string_equal(rpc_fixture_configure(f, f->cx, "endpoint=two", ""), "");
    assert_string_equal(endpoint(f), "two");
    assert_int_equal(f->configurations_freed, 1);
}

/* A call that made a configuration may use its session until it ends, as every other call. */
static void a_configuration_outlives_the_call_that_made_it(void **state)
{
    struct rpc_fixture *f = *state;
    struct ctx *first = ctx_new(&(struct ctx_options){0});
    rpc_fixture_configure(f, first, "endpoint=one", "");
    rpc_fixture_configure(f, f->cx, "endpoint=two", "");
    diag_warning(first, NULL, "Late", "Looks for secrets of the session.");
    assert_int_equal(f->configurations_freed, 0);
    ctx_free(first);
    assert_int_equal(f->configurations_freed, 1);
}

/* ---- Threads --------------------------------------------------------------------------------- */

struct held {
    struct rpc_fixture *f;
    sem_t inside, go_on;
};

static bool hold(void *arg)
{
    struct held *h = arg;
    sem_post(&h->inside);
    sem_wait(&h->go_on);
    return true;
}

static void read_thing(struct rpc_fixture *f, struct ctx *cx)
{
    RPC_MESSAGES(ReadResource, read_resource);
    req.type_name = arena_strdup(cx->arena, "test_thing");
    req.current_state = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, "zone=z name=n");
    rpc_read_resource(cx, f->server, &req, &res);
    assert_int_equal(res.n_diagnostics, 0);
}

static void *read_once(void *arg)
{
    struct held *h = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    read_thing(h->f, cx);
    ctx_free(cx);
    return NULL;
}

static void a_configuration_lives_until_its_last_call_ends(void **state)
{
    struct rpc_fixture *f = *state;
    struct held h = {.f = f};
    pthread_t threads[4];
    sem_init(&h.inside, 0, 0);
    sem_init(&h.go_on, 0, 0);
    f->script = (struct rpc_script){.hold = hold, .hold_arg = &h};
    rpc_fixture_configure(f, f->cx, "endpoint=one", "");
    for (size_t i = 0; i < COUNT(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_once, &h), 0);
    }
    for (size_t i = 0; i < COUNT(threads); i++) {
        sem_wait(&h.inside);
    }
    rpc_fixture_next(f);
    rpc_fixture_configure(f, f->cx, "endpoint=two", "");
    rpc_fixture_next(f);
    assert_int_equal(__atomic_load_n(&f->configurations_freed, __ATOMIC_SEQ_CST), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        sem_post(&h.go_on);
    }
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(f->configurations_freed, 1);
    sem_destroy(&h.inside);
    sem_destroy(&h.go_on);
}

static bool pass(void *arg)
{
    (void)arg;
    return true;
}

static void plan_thing(struct rpc_fixture *f, struct ctx *cx)
{
    RPC_MESSAGES(PlanResourceChange, plan_resource_change);
    req.type_name = arena_strdup(cx->arena, "test_thing");
    req.prior_state = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, "null");
    req.proposed_new_state = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, "zone=z name=n");
    req.config = req.proposed_new_state;
    rpc_plan_resource_change(cx, f->server, &req, &res);
    assert_int_equal(res.n_diagnostics, 0);
}

/* Packing walks over the schema that all calls share. */
static void ask_schema(struct rpc_fixture *f, struct ctx *cx)
{
    Tfplugin6__GetProviderSchema__Response res;
    tfplugin6__get_provider_schema__response__init(&res);
    rpc_get_provider_schema(cx, f->server, NULL, &res);
    assert_true(message_pack(cx->arena, &res.base).n > 0);
}

static void *do_all(void *arg)
{
    struct held *h = arg;
    for (int i = 0; i < 20; i++) {
        struct ctx *cx = ctx_new(&(struct ctx_options){0});
        ask_schema(h->f, cx);
        plan_thing(h->f, cx);
        ctx_free(cx);
        cx = ctx_new(&(struct ctx_options){0});
        read_thing(h->f, cx);
        ctx_free(cx);
        if (i % 5 == 0) {
            cx = ctx_new(&(struct ctx_options){0});
            assert_string_equal(rpc_fixture_configure(h->f, cx, "endpoint=more", ""), "");
            ctx_free(cx);
        }
    }
    return NULL;
}

static void sixteen_threads(void **state)
{
    struct held h = {.f = *state};
    pthread_t threads[16];
    h.f->script = (struct rpc_script){.hold = pass};
    for (size_t i = 0; i < COUNT(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, do_all, &h), 0);
    }
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(h.f->configurations_freed, 16 * 4 - 1);
}

/* ---- Unknown settings ------------------------------------------------------------------------ */

static void unknown_settings_matter_only_when_needed(void **state)
{
    struct rpc_fixture *f = *state;
    assert_string_equal(rpc_fixture_configure(f, f->cx, "endpoint=?", ""), "");
    plan_thing(f, f->cx);
    rpc_fixture_next(f);
    RPC_MESSAGES(ReadResource, read_resource);
    req.type_name = arena_strdup(f->cx->arena, "test_thing");
    req.current_state = rpc_fixture_wire(f->cx, rpc_fixture_thing_attrs, "zone=z name=n");
    rpc_read_resource(f->cx, f->server, &req, &res);
    assert_non_null(strstr(rpc_fixture_said(f->cx, res.n_diagnostics, res.diagnostics),
                           "E Provider setting endpoint is not known yet"));
    assert_string_equal(rpc_fixture_text(f->cx, rpc_fixture_thing_attrs, res.new_state),
                        "{name=n zone=z}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lists_agree),
        RPC_TEST(host_versions),
        RPC_TEST(a_failed_configuration_leaves_the_old_one),
        RPC_TEST(a_configuration_outlives_the_call_that_made_it),
        RPC_TEST(a_configuration_lives_until_its_last_call_ends),
        RPC_TEST(sixteen_threads),
        RPC_TEST(unknown_settings_matter_only_when_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
