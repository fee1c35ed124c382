/* PlanResourceChange around the planning algorithm, which has its own tests. */
#include "unit.h"

#include <string.h>

#include "rpc_fixture.h"

#define STORED "zone=z name=n mode=on id=i-1 etag=e-1"
#define KEPT   "{\"n\":\"before\"}"

static const struct row {
    const char *name, *prior, *proposed, *config;
    struct rpc_script script;
    const char *planned, *replace, *identity, *private, *said;
} rows[] = {
    {"create",
     "null",
     "zone=z name=n",
     "zone=z name=n",
     {0},
     "{etag=? id=? mode=on name=n weight=? zone=z}",
     "",
     "z/n",
     KEPT,
     ""},
    {"create under a name that is not known",
     "null",
     "zone=z name=?",
     "zone=z name=?",
     {0},
     "{etag=? id=? mode=on name=? weight=? zone=z}",
     "",
     "(none)",
     KEPT,
     ""},
    {"all is unknown",
     "null",
     "zone=? name=? ttl=? mode=? size=? parts=? timeouts=?",
     "zone=? name=? ttl=? mode=? size=? parts=? timeouts=?",
     {0},
     "{etag=? id=? mode=? name=? parts=? size=? timeouts=? ttl=? weight=? zone=?}",
     "",
     "(none)",
     KEPT,
     ""},
    {"nothing to do",
     STORED,
     STORED,
     "zone=z name=n",
     {0},
     "{etag=e-1 id=i-1 mode=on name=n zone=z}",
     "",
     "z/n",
     KEPT,
     ""},
    {"update",
     STORED,
     STORED " size=2",
     "zone=z name=n size=2",
     {.note = "new"},
     "{etag=? id=i-1 mode=on name=n size=2 weight=? zone=z}",
     "",
     "z/n",
     "{\"n\":\"new\"}",
     ""},
    {"another name",
     STORED,
     "zone=z name=m mode=on id=i-1 etag=e-1",
     "zone=z name=m",
     {0},
     "{etag=? id=i-1 mode=on name=m weight=? zone=z}",
     "name",
     "z/m",
     KEPT,
     ""},
    {"own replacements, sorted and each once",
     STORED,
     "zone=z name=m mode=on id=i-1 etag=e-1 size=2",
     "zone=z name=m size=2",
     {.replace = {"size", "name", "size"}},
     "{etag=? id=i-1 mode=on name=m size=2 weight=? zone=z}",
     "name size",
     "z/m",
     KEPT,
     ""},
    {"destroy", STORED, "null", "null", {.note = "new"}, "null", "", "z/n", KEPT, ""},
    {"destroy of which there is something to say",
     STORED,
     "null",
     "null",
     {.note = "new", .warns = "Farewell"},
     "null",
     "",
     "z/n",
     KEPT,
     "W Farewell"},
    {"destroy of what is not there",
     "null",
     "null",
     "null",
     {.warns = "Farewell"},
     "null",
     "",
     "z/n",
     KEPT,
     ""},
    {"the plan step of a destroy fails",
     STORED,
     "null",
     "null",
     {.rc = RC_FAIL},
     "(none)",
     "",
     "z/n",
     KEPT,
     "E Provider defect: an operation failed without saying why"},
    {"write-only values stay out",
     "null",
     "zone=z name=n token=s3cret",
     "zone=z name=n token=s3cret",
     {.tells_token = true},
     "{etag=? id=? mode=on name=n weight=? zone=z}",
     "",
     "z/n",
     KEPT,
     ""},
    {"the plan step fails",
     STORED,
     STORED,
     "zone=z name=n",
     {.rc = RC_FAIL},
     "(none)",
     "",
     "(none)",
     "",
     "E Provider defect: an operation failed without saying why"},
};

static void check(struct ctx *cx, const struct row *row,
                  const Tfplugin6__PlanResourceChange__Response *res)
{
    const char *said = rpc_fixture_said(cx, res->n_diagnostics, res->diagnostics);
    const char *planned = rpc_fixture_text(cx, rpc_fixture_thing_attrs, res->planned_state);
    const char *identity = rpc_fixture_identity(cx, res->planned_identity);
    const char *private = rpc_fixture_bytes_text(cx, res->planned_private);
    const char *replace = "";
    for (size_t k = 0; k < res->n_requires_replace; k++) {
        assert_int_equal(res->requires_replace[k]->n_steps, 1);
        replace = arena_printf(cx->arena, "%s%s%s", replace, k ? " " : "",
                               res->requires_replace[k]->steps[0]->attribute_name);
    }
    bool fits = *row->said ? strstr(said, row->said) != NULL : *said == '\0';
    if (!fits || strcmp(planned, row->planned) != 0 || strcmp(replace, row->replace) != 0 ||
        strcmp(identity, row->identity) != 0 || strcmp(private, row->private) != 0) {
        fail_msg("%s:\n  planned %s\n  replace %s\n  identity %s\n  private %s\n  said %s",
                 row->name, planned, replace, identity, private, said);
    }
}

static void plans(void **state)
{
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        struct ctx *cx = f->cx;
        RPC_MESSAGES(PlanResourceChange, plan_resource_change);
        req.type_name = arena_strdup(cx->arena, "test_thing");
        req.prior_state = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, rows[i].prior);
        req.proposed_new_state = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, rows[i].proposed);
        req.config = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, rows[i].config);
        req.prior_private = rpc_fixture_bytes(cx, KEPT);
        req.prior_identity = rpc_fixture_identity_wire(cx, "zone=z name=n");
        f->script = rows[i].script;
        rpc_plan_resource_change(cx, f->server, &req, &res);

        check(cx, &rows[i], &res);
        assert_false(res.legacy_type_system);
        assert_null(res.deferred);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {RPC_TEST(plans)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
