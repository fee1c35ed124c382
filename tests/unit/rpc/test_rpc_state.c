/* What is stored: read, upgraded, imported, turned into configuration. */
#include "unit.h"

#include <string.h>

#include "rpc_fixture.h"

#define STORED "zone=z name=n ttl=1h mode=on id=i-1 etag=e-1"
#define TEXT   "{etag=e-1 id=i-1 mode=on name=n ttl=1h zone=z}"
#define KEPT   "{\"n\":\"before\"}"

static const char *thing_text(struct rpc_fixture *f, const Tfplugin6__DynamicValue *wire)
{
    return rpc_fixture_text(f->cx, rpc_fixture_thing_attrs, wire);
}

/* All of it, and a part of what was said; "" means nothing was. */
static void assert_said(struct rpc_fixture *f, size_t n, Tfplugin6__Diagnostic **list,
                        const char *part)
{
    const char *said = rpc_fixture_said(f->cx, n, list);
    if (*part ? n != 1 || !strstr(said, part) : n != 0) {
        fail_msg("wanted \"%s\", said \"%s\"", part, said);
    }
}

/* ---- ReadResource ---------------------------------------------------------------------------- */

static const struct value not_a_number = {
    .type = &type_string, .state = VALUE_KNOWN, .text = {"much", 4}};

static void read_outcomes(void **state)
{
    static const struct {
        const char *stored;
        struct rpc_script script;
        const char *state, *identity, *private, *said;
    } rows[] = {
        {STORED,
         {.etag = "e-2"},
         "{etag=e-2 id=i-1 mode=on name=n ttl=1h zone=z}",
         "z/n",
         KEPT,
         ""},
        {STORED, {.note = "new"}, TEXT, "z/n", "{\"n\":\"new\"}", ""},
        {STORED, {.ttl = "60m"}, TEXT, "z/n", KEPT, ""},
        {STORED,
         {.ttl = "61m"},
         "{etag=e-1 id=i-1 mode=on name=n ttl=61m zone=z}",
         "z/n",
         KEPT,
         ""},
        {STORED, {.rc = RC_NOT_FOUND}, "null", "(none)", "", "W test_thing \"z/n\" is gone"},
        {STORED,
         {.rc = RC_FAIL, .says = "Refused", .etag = "e-2", .note = "new"},
         TEXT,
         "z/n",
         KEPT,
         "E Refused"},
        {STORED, {.rc = RC_FAIL, .etag = "e-2"}, TEXT, "z/n", KEPT, "E Provider defect: "},
        {STORED, {.rc = RC_CONFLICT}, TEXT, "z/n", KEPT, "E Cannot read test_thing: "},
        {STORED, {.weight = &not_a_number}, TEXT, "z/n", KEPT, "E Provider defect: "},
        {STORED, {.id = VALUE_UNKNOWN}, TEXT, "z/n", KEPT, "E Provider defect: "},
        {"null", {.etag = "e-2"}, "null", "z/n", KEPT, ""},
        {"zone=z name=?",
         {.etag = "e-2"},
         "{name=? zone=z}",
         "z/n",
         KEPT,
         "E Cannot read test_thing"},
        {"?", {.rc = RC_NOT_FOUND}, "?", "z/n", KEPT, "E Cannot read test_thing"},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        RPC_MESSAGES(ReadResource, read_resource);
        req.type_name = arena_strdup(f->cx->arena, "test_thing");
        req.current_state = rpc_fixture_wire(f->cx, rpc_fixture_thing_attrs, rows[i].stored);
        req.private_ = rpc_fixture_bytes(f->cx, KEPT);
        req.current_identity = rpc_fixture_identity_wire(f->cx, "zone=z name=n");
        f->script = rows[i].script;
        rpc_read_resource(f->cx, f->server, &req, &res);
        assert_said(f, res.n_diagnostics, res.diagnostics, rows[i].said);
        assert_string_equal(thing_text(f, res.new_state), rows[i].state);
        assert_string_equal(rpc_fixture_identity(f->cx, res.new_identity), rows[i].identity);
        assert_string_equal(rpc_fixture_bytes_text(f->cx, res.private_), rows[i].private);
    }
}

/* ---- UpgradeResourceState, UpgradeResourceIdentity ------------------------------------------- */

static Tfplugin6__RawState *raw(struct rpc_fixture *f, const char *json)
{
    Tfplugin6__RawState *wire = arena_alloc(f->cx->arena, sizeof(*wire));
    tfplugin6__raw_state__init(wire);
    wire->json = rpc_fixture_bytes(f->cx, json);
    return wire;
}

static void upgrade_outcomes(void **state)
{
    static const struct {
        const char *type;
        int64_t version;
        const char *json, *state, *said;
        int64_t upgraded_from;
    } rows[] = {
        {"test_thing", 2, "{\"zone\":\"z\",\"name\":\"n\",\"size\":12345678901234567890}",
         "{name=n size=12345678901234567890 zone=z}", "", 0},
        {"test_thing", 2, "{\"zone\":\"z\",\"name\":\"n\",\"gone\":{}}", "{name=n zone=z}", "", 0},
        {"test_thing", 2, "{\"zone\":\"z\",\"token\":\"leaked\"}", "{zone=z}", "", 0},
        {"test_thing", 2, "{}", "{}", "", 0},
        {"test_thing", 2, "null", "null", "", 0},
        {"test_thing", 1, "{\"zone\":\"z\",\"name\":\"n\"}", "{mode=upgraded name=n zone=z}", "",
         1},
        {"test_thing", 0, "{\"zone\":\"z\",\"mode\":\"m\"}", "{mode=m zone=z}", "", 0},
        {"test_thing", 1, "null", "null", "", 0},
        {"test_thing", 1, "{\"zone\":\"a\\u0000b\"}", "(none)", "E Text holds a NUL character", 0},
        {"test_thing", 3, "{\"zone\":\"z\"}", "(none)", "E The state was written by a newer", 0},
        {"test_thing", 2, "", "(none)", "E Cannot read the stored state", 0},
        {"test_thing", 2, "{\"zone\":", "(none)", "E Cannot read the stored state", 0},
        {"test_thing", 2, "[]", "(none)", "E Cannot read the stored state", 0},
        {"test_thing", 2, "{\"zone\":{}}", "(none)", "E Cannot read the stored state", 0},
        {"test_thing", 2, "{\"weight\":1e999999999}", "(none)", "E Cannot read the stored state",
         0},
        {"test_none", 2, "{}", "(none)", "E No resource type test_none", 0},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        RPC_MESSAGES(UpgradeResourceState, upgrade_resource_state);
        req.type_name = arena_strdup(f->cx->arena, rows[i].type);
        req.version = rows[i].version;
        req.raw_state = raw(f, rows[i].json);
        rpc_upgrade_resource_state(f->cx, f->server, &req, &res);
        assert_said(f, res.n_diagnostics, res.diagnostics, rows[i].said);
        assert_string_equal(thing_text(f, res.upgraded_state), rows[i].state);
        assert_int_equal(f->seen.from_version, rows[i].upgraded_from);
    }
}

static void an_old_state_without_an_upgrade_is_read_by_name(void **state)
{
    struct rpc_fixture *f = *state;
    RPC_MESSAGES(UpgradeResourceState, upgrade_resource_state);
    req.type_name = arena_strdup(f->cx->arena, "test_single");
    req.raw_state = raw(f, "{\"name\":\"n\",\"old\":1}");
    rpc_upgrade_resource_state(f->cx, f->server, &req, &res);
    assert_said(f, res.n_diagnostics, res.diagnostics, "");
    assert_string_equal(rpc_fixture_text(f->cx, rpc_fixture_single_attrs, res.upgraded_state),
                        "{name=n}");
}

static void flatmaps_and_nothing_are_refused(void **state)
{
    struct rpc_fixture *f = *state;
    for (int nothing = 0; nothing < 2; nothing++) {
        Tfplugin6__RawState__FlatmapEntry entry, *entries[] = {&entry};
        rpc_fixture_next(f);
        tfplugin6__raw_state__flatmap_entry__init(&entry);
        RPC_MESSAGES(UpgradeResourceState, upgrade_resource_state);
        req.type_name = arena_strdup(f->cx->arena, "test_thing");
        req.raw_state = nothing ? NULL : raw(f, "{}");
        if (req.raw_state) {
            req.raw_state->flatmap = entries;
            req.raw_state->n_flatmap = 1;
        }
        rpc_upgrade_resource_state(f->cx, f->server, &req, &res);
        assert_said(f, res.n_diagnostics, res.diagnostics, "Terraform 0.12");
        assert_null(res.upgraded_state);
    }
}

static void identity_upgrades(void **state)
{
    static const struct {
        int64_t version;
        const char *json, *identity, *said;
    } rows[] = {
        {0, "{\"zone\":\"z\",\"name\":\"n\",\"more\":1}", "z/n", ""},
        {0, "{\"zone\":\"z\"}", "z/-", ""},
        {0, "null", "(none)", "E Cannot read the stored identity"},
        {0, "{", "(none)", "E Cannot read the stored identity"},
        {0, "", "(none)", "E Cannot read the stored identity"},
        {1, "{\"zone\":\"z\",\"name\":\"n\"}", "(none)", "E The identity was written by a newer"},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        RPC_MESSAGES(UpgradeResourceIdentity, upgrade_resource_identity);
        req.type_name = arena_strdup(f->cx->arena, "test_thing");
        req.version = rows[i].version;
        req.raw_identity = raw(f, rows[i].json);
        rpc_upgrade_resource_identity(f->cx, f->server, &req, &res);
        assert_said(f, res.n_diagnostics, res.diagnostics, rows[i].said);
        assert_string_equal(rpc_fixture_identity(f->cx, res.upgraded_identity), rows[i].identity);
    }
}

/* ---- ImportResourceState --------------------------------------------------------------------- */

static Tfplugin6__ImportResourceState__Response *import(struct rpc_fixture *f, const char *type,
                                                        const char *id,
                                                        Tfplugin6__ResourceIdentityData *identity)
{
    Tfplugin6__ImportResourceState__Request req;
    Tfplugin6__ImportResourceState__Response *res = arena_alloc(f->cx->arena, sizeof(*res));
    tfplugin6__import_resource_state__request__init(&req);
    tfplugin6__import_resource_state__response__init(res);
    req.type_name = arena_strdup(f->cx->arena, type);
    req.id = arena_strdup(f->cx->arena, id);
    req.identity = identity;
    rpc_import_resource_state(f->cx, f->server, &req, res);
    return res;
}

static void import_by_id(void **state)
{
    static const struct {
        const char *type, *id, *state, *said;
    } rows[] = {
        {"test_thing", "z/n", "{mode=on name=n zone=z}", ""},
        {"test_thing", "z/n/m/", "{mode=on name=n/m/ zone=z}", ""},
        {"test_single", "a", "{name=a}", ""},
        {"test_single", "a/b", "{name=a/b}", ""},
        {"test_thing", "", NULL,
         "E Cannot import test_thing \"\": The import ID must have the form "
         "zone/name."},
        {"test_thing", "z", NULL, "zone/name"},
        {"test_thing", "z/", NULL, "zone/name"},
        {"test_thing", "/n", NULL, "zone/name"},
        {"test_thing", "/", NULL, "zone/name"},
        {"test_single", "", NULL, "form name."},
        {"test_thing", "z/caf\xe9", NULL, "E Cannot import test_thing"},
        {"test_none", "z/n", NULL, "E No resource type test_none"},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        const Tfplugin6__ImportResourceState__Response *res =
            import(f, rows[i].type, rows[i].id, NULL);
        bool is_thing = strcmp(rows[i].type, "test_thing") == 0;
        assert_said(f, res->n_diagnostics, res->diagnostics, rows[i].said);
        assert_int_equal(res->n_imported_resources, rows[i].state ? 1 : 0);
        if (!rows[i].state) {
            continue;
        }
        assert_string_equal(res->imported_resources[0]->type_name, rows[i].type);
        assert_string_equal(
            rpc_fixture_text(f->cx, is_thing ? rpc_fixture_thing_attrs : rpc_fixture_single_attrs,
                             res->imported_resources[0]->state),
            rows[i].state);
        assert_non_null(res->imported_resources[0]->identity);
        assert_int_equal(f->seen.calls, 0); /* core reads next */
    }
}

static void import_by_identity(void **state)
{
    static const struct {
        const char *identity, *result, *said;
    } rows[] = {
        {"zone=z name=n", "z/n", ""},
        {"zone='a/b' name=n", "a/b/n", ""},
        {"zone=z", NULL, "E Cannot import test_thing: The identity must give a value for name."},
        {"zone=z name=''", NULL, "a value for name"},
        {"zone=? name=n", NULL, "a value for zone"},
        {"null", NULL, "a value for zone"},
        {"?", NULL, "a value for zone"},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        const Tfplugin6__ImportResourceState__Response *res =
            import(f, "test_thing", "", rpc_fixture_identity_wire(f->cx, rows[i].identity));
        assert_said(f, res->n_diagnostics, res->diagnostics, rows[i].said);
        assert_int_equal(res->n_imported_resources, rows[i].result ? 1 : 0);
        if (rows[i].result) {
            assert_string_equal(rpc_fixture_identity(f->cx, res->imported_resources[0]->identity),
                                rows[i].result);
        }
    }
}

static void an_identity_wins_over_an_id(void **state)
{
    struct rpc_fixture *f = *state;
    const Tfplugin6__ImportResourceState__Response *res =
        import(f, "test_thing", "a/b", rpc_fixture_identity_wire(f->cx, "zone=z name=n"));
    assert_int_equal(res->n_imported_resources, 1);
    assert_string_equal(rpc_fixture_identity(f->cx, res->imported_resources[0]->identity), "z/n");
}

/* "a" must not be imported for "a", NUL, "b". */
static void a_nul_does_not_cut_an_identity(void **state)
{
    struct rpc_fixture *f = *state;
    Tfplugin6__ResourceIdentityData *identity = rpc_fixture_identity_wire(f->cx, "zone=z name=a.b");
    char *name =
        memchr(identity->identity_data->msgpack.data, '.', identity->identity_data->msgpack.len);
    assert_non_null(name);
    *name = '\0';
    const Tfplugin6__ImportResourceState__Response *res = import(f, "test_thing", "", identity);
    assert_said(f, res->n_diagnostics, res->diagnostics, "E Cannot import test_thing");
    assert_int_equal(res->n_imported_resources, 0);
}

/* ---- GenerateResourceConfig, MoveResourceState ----------------------------------------------- */

static void generated_configuration(void **state)
{
    static const struct {
        const char *state, *config;
    } rows[] = {
        {STORED, "{name=n ttl=1h zone=z}"},
        {"zone=z name=n mode=off", "{mode=off name=n zone=z}"},
        {"zone=z parts=[{key=a grade=low serial=7} {key=b grade=high serial=8}]",
         "{parts=[{key=a} {grade=high key=b}] zone=z}"},
        {"null", "null"},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        RPC_MESSAGES(GenerateResourceConfig, generate_resource_config);
        req.type_name = arena_strdup(f->cx->arena, "test_thing");
        req.state = rpc_fixture_wire(f->cx, rpc_fixture_thing_attrs, rows[i].state);
        rpc_generate_resource_config(f->cx, f->server, &req, &res);
        assert_said(f, res.n_diagnostics, res.diagnostics, "");
        assert_string_equal(thing_text(f, res.config), rows[i].config);
    }
}

static void a_move_is_refused_with_the_way_out(void **state)
{
    struct rpc_fixture *f = *state;
    RPC_MESSAGES(MoveResourceState, move_resource_state);
    req.source_type_name = arena_strdup(f->cx->arena, "aws_thing");
    req.target_type_name = arena_strdup(f->cx->arena, "test_thing");
    rpc_move_resource_state(f->cx, f->server, &req, &res);
    assert_said(f, res.n_diagnostics, res.diagnostics, "E Cannot move aws_thing to test_thing");
    assert_null(res.target_state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(read_outcomes),
        RPC_TEST(upgrade_outcomes),
        RPC_TEST(an_old_state_without_an_upgrade_is_read_by_name),
        RPC_TEST(flatmaps_and_nothing_are_refused),
        RPC_TEST(identity_upgrades),
        RPC_TEST(import_by_id),
        RPC_TEST(import_by_identity),
        RPC_TEST(an_identity_wins_over_an_id),
        RPC_TEST(a_nul_does_not_cut_an_identity),
        RPC_TEST(generated_configuration),
        RPC_TEST(a_move_is_refused_with_the_way_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
