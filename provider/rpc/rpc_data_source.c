/*
 * RPCs about data sources.
 */
#include "rpc/rpc_server.h"
#include "rpc/rpc_wire.h"
#include "schema/model.h"
#include "schema/validate.h"

static enum rc decode_config(struct ctx *cx, const struct data_source *d,
                             const Tfplugin6__DynamicValue *wire, const struct value **ret_config,
                             void **ret_model)
{
    const struct value *config = NULL;
    void *model = arena_alloc(cx->arena, d->model_size);
    if (rpc_wire_decode(cx, wire, attr_object_type(cx->arena, d->attrs), "configuration",
                        &config) != RC_OK ||
        model_decode(cx, d->attrs, config, model) != RC_OK) {
        return RC_FAIL;
    }
    *ret_config = config;
    *ret_model = model;
    return RC_OK;
}

static enum rc validate(struct ctx *cx, struct rpc_server *s,
                        const Tfplugin6__ValidateDataResourceConfig__Request *req)
{
    const struct data_source *d = NULL;
    const struct value *config = NULL;
    void *model = NULL;
    if (rpc_server_data_source(cx, s, req->type_name, &d) != RC_OK ||
        decode_config(cx, d, req->config, &config, &model) != RC_OK ||
        validate_config(cx, d->attrs, config,
                        (struct validate_options){.write_only_allowed = true}) != RC_OK) {
        return RC_FAIL;
    }
    return d->validate ? d->validate(cx, model) : RC_OK;
}

void rpc_validate_data_resource_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                       void *response)
{
    Tfplugin6__ValidateDataResourceConfig__Response *res = response;
    enum rc rc = validate(cx, s, request);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

static enum rc read(struct ctx *cx, struct rpc_server *s,
                    const Tfplugin6__ReadDataSource__Request *req,
                    Tfplugin6__DynamicValue **ret_state)
{
    const struct data_source *d = NULL;
    const struct value *config = NULL;
    void *model = NULL;
    struct call call = {.clients = rpc_server_clients(cx, s)};
    if (rpc_server_data_source(cx, s, req->type_name, &d) != RC_OK ||
        decode_config(cx, d, req->config, &config, &model) != RC_OK) {
        return RC_FAIL;
    }
    if (!value_is_known(config) || !value_is_wholly_known(config)) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot read %s", d->type_name),
                          "Its configuration is missing or still unknown. This is a defect of the "
                          "program that runs the plan.");
    }
    enum rc rc = d->read(cx, &call, model);
    if (rc != RC_OK) {
        return rc == RC_FAIL ? rc
                             : diag_error(cx, NULL, "Nothing found",
                                          "%s: what it describes does not exist.", d->type_name);
    }
    const struct value *state = model_encode(cx->arena, d->attrs, model);
    if (!value_is_wholly_known(state)) {
        return diag_error(cx, NULL, "Provider defect: the data source left a value unknown",
                          "Please report this with the configuration of the data source.");
    }
    return rpc_wire_encode(cx, state, attr_object_type(cx->arena, d->attrs), "result", ret_state);
}

void rpc_read_data_source(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    Tfplugin6__ReadDataSource__Response *res = response;
    enum rc rc = read(cx, s, request, &res->state);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}
