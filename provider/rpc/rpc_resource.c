/*
 * RPCs about managed resources that touch no server: validation, stored state of
 * earlier versions, import, generated configuration.
 */
#include "rpc/rpc_resource.h"

#include "rpc/rpc_identity.h"
#include "rpc/rpc_wire.h"
#include "schema/defaults.h"
#include "schema/model.h"
#include "schema/same.h"
#include "schema/validate.h"
#include "schema/write_only.h"
#include "value/value_json.h"

enum rc rpc_resource_model(struct ctx *cx, const struct resource *r, const struct value *object,
                           void **ret_model)
{
    if (value_is_null(object)) {
        *ret_model = NULL;
        return RC_OK;
    }
    void *model = arena_alloc(cx->arena, r->model_size);
    if (model_decode(cx, r->attrs, object, model) != RC_OK) {
        return RC_FAIL;
    }
    *ret_model = model;
    return RC_OK;
}

const struct value *rpc_resource_state(struct ctx *cx, const struct resource *r, const void *model,
                                       const struct value *before)
{
    const struct value *state = model_encode(cx->arena, r->attrs, model);
    state = write_only_null(cx, r->attrs, state);
    state = same_keep_spelling(cx->arena, r->attrs, before, state);
    if (value_is_wholly_known(state)) {
        return state;
    }
    if (cx->diags.errors == 0) {
        diag_error(cx, NULL, "Provider defect: the result still holds unknown values",
                   "What is known of %s is incomplete. Please report this.", r->type_name);
    }
    return value_without_unknowns(cx->arena, state);
}

void rpc_resource_explain(struct ctx *cx, const struct resource *r, const char *operation,
                          enum rc rc)
{
    if ((rc != RC_NOT_FOUND && rc != RC_CONFLICT) || cx->diags.errors > 0) {
        return;
    }
    diag_error(cx, NULL, arena_printf(cx->arena, "Cannot %s %s", operation, r->type_name),
               "The server says that %s.",
               rc == RC_NOT_FOUND ? "what it belongs to does not exist"
                                  : "it was changed by somebody else meanwhile");
}

/* ---- ValidateResourceConfig ------------------------------------------------------------------ */

static enum rc validate(struct ctx *cx, struct rpc_server *s,
                        const Tfplugin6__ValidateResourceConfig__Request *req)
{
    const struct resource *r = NULL;
    const struct value *config = NULL;
    void *model = NULL;
    struct validate_options options = {
        .write_only_allowed =
            req->client_capabilities && req->client_capabilities->write_only_attributes_allowed,
    };
    if (rpc_server_resource(cx, s, req->type_name, &r) != RC_OK ||
        rpc_wire_decode(cx, req->config, attr_object_type(cx->arena, r->attrs), "configuration",
                        &config) != RC_OK ||
        validate_config(cx, r->attrs, config, options) != RC_OK ||
        rpc_resource_model(cx, r, config, &model) != RC_OK) {
        return RC_FAIL;
    }
    return r->validate && model ? r->validate(cx, model) : RC_OK;
}

void rpc_validate_resource_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response)
{
    Tfplugin6__ValidateResourceConfig__Response *res = response;
    enum rc rc = validate(cx, s, request);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

/* ---- UpgradeResourceState, UpgradeResourceIdentity ------------------------------------------- */

static enum rc decode_raw(struct ctx *cx, const Tfplugin6__RawState *raw, const struct type *t,
                          const char *what, const struct value **ret_v)
{
    if (!raw || raw->n_flatmap || !raw->json.len) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot read the stored %s", what),
                          "It is not in the JSON form that Terraform 0.12 and later write.");
    }
    struct diag_point point = diag_point(cx);
    if (value_json_decode(cx, rpc_wire_str(raw->json), t, VALUE_JSON_IGNORE_EXTRAS, ret_v) !=
        RC_OK) {
        return diag_wrap(cx, point, "Cannot read the stored %s", what);
    }
    return RC_OK;
}

static enum rc upgrade(struct ctx *cx, struct rpc_server *s,
                       const Tfplugin6__UpgradeResourceState__Request *req,
                       Tfplugin6__DynamicValue **ret_state)
{
    const struct resource *r = NULL;
    const struct value *state = NULL;
    if (rpc_server_resource(cx, s, req->type_name, &r) != RC_OK) {
        return RC_FAIL;
    }
    if (req->version > r->version) {
        return diag_error(cx, NULL, "The state was written by a newer version of the provider",
                          "%s is stored with schema version %lld, this provider (%s) knows %lld. "
                          "Use the newer provider again.",
                          r->type_name, (long long)req->version, SEEDBANK_VERSION,
                          (long long)r->version);
    }
    const struct type *t = attr_object_type(cx->arena, r->attrs);
    if (decode_raw(cx, req->raw_state, t, "state", &state) != RC_OK) {
        return RC_FAIL;
    }
    if (req->version < r->version && r->upgrade && !value_is_null(state)) {
        void *model = NULL;
        if (rpc_resource_model(cx, r, state, &model) != RC_OK ||
            r->upgrade(cx, req->version, model) != RC_OK) {
            return RC_FAIL;
        }
        state = model_encode(cx->arena, r->attrs, model);
    }
    return rpc_wire_encode(cx, write_only_null(cx, r->attrs, state), t, "upgraded state",
                           ret_state);
}

void rpc_upgrade_resource_state(struct ctx *cx, struct rpc_server *s, const void *request,
                                void *response)
{
    Tfplugin6__UpgradeResourceState__Response *res = response;
    enum rc rc = upgrade(cx, s, request, &res->upgraded_state);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

static enum rc upgrade_identity(struct ctx *cx, struct rpc_server *s,
                                const Tfplugin6__UpgradeResourceIdentity__Request *req,
                                Tfplugin6__ResourceIdentityData **ret_wire)
{
    const struct resource *r = NULL;
    const struct value *v = NULL;
    if (rpc_server_resource(cx, s, req->type_name, &r) != RC_OK) {
        return RC_FAIL;
    }
    if (req->version > 0) { /* no identity has a later one so far */
        return diag_error(cx, NULL, "The identity was written by a newer version of the provider",
                          "%s is stored with identity version %lld, this provider (%s) knows 0. "
                          "Use the newer provider again.",
                          r->type_name, (long long)req->version, SEEDBANK_VERSION);
    }
    if (decode_raw(cx, req->raw_identity, rpc_identity_type(cx->arena, r), "identity", &v) !=
        RC_OK) {
        return RC_FAIL;
    }
    if (value_is_null(v)) {
        return diag_error(cx, NULL, "Cannot read the stored identity",
                          "%s is stored with an identity that is null. Refresh it.", r->type_name);
    }
    return rpc_identity_encode(cx, r, v, ret_wire);
}

void rpc_upgrade_resource_identity(struct ctx *cx, struct rpc_server *s, const void *request,
                                   void *response)
{
    Tfplugin6__UpgradeResourceIdentity__Response *res = response;
    enum rc rc = upgrade_identity(cx, s, request, &res->upgraded_identity);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

/* ---- ImportResourceState --------------------------------------------------------------------- */

/* What is stored before the read that follows at once: the identity, and the defaults of what lives
 * only in state, so that the plan after an import is empty. */
static enum rc imported_state(struct ctx *cx, const struct resource *r, const char *const *parts,
                              const struct value **ret_state)
{
    const struct type *t = attr_object_type(cx->arena, r->attrs);
    const struct value **items = arena_array(cx->arena, t->n_fields, sizeof(const struct value *));
    for (size_t i = 0; i < t->n_fields; i++) {
        items[i] = value_null(cx->arena, t->fields[i].type);
    }
    for (size_t i = 0; r->identity[i]; i++) {
        items[type_field_index(t, str_of(r->identity[i]))] = value_text(cx->arena, parts[i]);
    }
    return defaults_apply(cx, r->attrs, value_object(cx->arena, t, items), ret_state);
}

static enum rc import(struct ctx *cx, struct rpc_server *s,
                      const Tfplugin6__ImportResourceState__Request *req,
                      Tfplugin6__ImportResourceState__Response *res)
{
    const struct resource *r = NULL;
    if (rpc_server_resource(cx, s, req->type_name, &r) != RC_OK) {
        return RC_FAIL;
    }
    const char **parts = arena_array(cx->arena, rpc_identity_count(r), sizeof(*parts));
    enum rc rc = req->identity && req->identity->identity_data
                     ? rpc_identity_from_wire(cx, r, req->identity, parts)
                     : rpc_identity_from_id(cx, r, req->id, parts);
    const struct value *state = NULL;
    if (rc != RC_OK || imported_state(cx, r, parts, &state) != RC_OK) {
        return RC_FAIL;
    }
    Tfplugin6__ImportResourceState__ImportedResource *one = rpc_wire_message(
        cx->arena, &tfplugin6__import_resource_state__imported_resource__descriptor);
    one->type_name = rpc_wire_text(cx->arena, r->type_name);
    if (rpc_wire_encode(cx, state, state->type, "imported state", &one->state) != RC_OK ||
        rpc_identity_encode(cx, r, state, &one->identity) != RC_OK) {
        return RC_FAIL;
    }
    res->n_imported_resources = 1;
    res->imported_resources = arena_array(cx->arena, 1, sizeof(*res->imported_resources));
    res->imported_resources[0] = one;
    return RC_OK;
}

void rpc_import_resource_state(struct ctx *cx, struct rpc_server *s, const void *request,
                               void *response)
{
    Tfplugin6__ImportResourceState__Response *res = response;
    enum rc rc = import(cx, s, request, res);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

/* ---- GenerateResourceConfig ------------------------------------------------------------------ */

/* What a person would write: nothing that is computed or equal to its default. */
static enum rc generate(struct ctx *cx, struct rpc_server *s,
                        const Tfplugin6__GenerateResourceConfig__Request *req,
                        Tfplugin6__DynamicValue **ret_config)
{
    const struct resource *r = NULL;
    const struct value *state = NULL;
    if (rpc_server_resource(cx, s, req->type_name, &r) != RC_OK) {
        return RC_FAIL;
    }
    const struct type *t = attr_object_type(cx->arena, r->attrs);
    if (rpc_wire_decode(cx, req->state, t, "state", &state) != RC_OK ||
        defaults_strip(cx, r->attrs, state, &state) != RC_OK) {
        return RC_FAIL;
    }
    return rpc_wire_encode(cx, state, t, "generated configuration", ret_config);
}

void rpc_generate_resource_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response)
{
    Tfplugin6__GenerateResourceConfig__Response *res = response;
    enum rc rc = generate(cx, s, request, &res->config);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}
