/*
 * PlanResourceChange: the shared algorithm, then the resource's own step.
 */
#include "rpc/rpc_identity.h"
#include "rpc/rpc_resource.h"
#include "rpc/rpc_wire.h"
#include "schema/model.h"
#include "schema/plan.h"
#include "schema/private_state.h"
#include "schema/write_only.h"

/* Run resource.plan on typed models and take its changes over. */
static enum rc own_step(struct ctx *cx, const struct resource *r, struct call *call,
                        const struct plan_request *request, struct plan_result *result)
{
    struct resource_plan step = {.replace = result->replace};
    void *config = NULL;
    void *prior = NULL;
    if (!r->plan) {
        return RC_OK;
    }
    if (rpc_resource_model(cx, r, request->config, &config) != RC_OK ||
        rpc_resource_model(cx, r, request->prior, &prior) != RC_OK ||
        rpc_resource_model(cx, r, result->planned, &step.planned) != RC_OK) {
        return RC_FAIL;
    }
    step.config = config;
    step.prior = prior;
    if (r->plan(cx, call, &step) != RC_OK) {
        return RC_FAIL;
    }
    path_list_sort(&step.replace);
    result->planned =
        write_only_null(cx, r->attrs, model_encode(cx->arena, r->attrs, step.planned));
    result->replace = step.replace;
    return RC_OK;
}

static enum rc own_step_of_destroy(struct ctx *cx, const struct resource *r, struct call *call,
                                   const struct value *prior_state)
{
    void *prior = NULL;
    if (!r->plan_remove) {
        return RC_OK;
    }
    if (rpc_resource_model(cx, r, prior_state, &prior) != RC_OK) {
        return RC_FAIL;
    }
    return prior ? r->plan_remove(cx, call, prior) : RC_OK;
}

static enum rc answer(struct ctx *cx, const struct resource *r, const struct plan_result *result,
                      Tfplugin6__PlanResourceChange__Response *res)
{
    const struct type *t = attr_object_type(cx->arena, r->attrs);
    if (rpc_wire_encode(cx, result->planned, t, "plan", &res->planned_state) != RC_OK) {
        return RC_FAIL;
    }
    res->n_requires_replace = result->replace.n;
    res->requires_replace =
        arena_array(cx->arena, res->n_requires_replace, sizeof(*res->requires_replace));
    for (size_t i = 0; i < res->n_requires_replace; i++) {
        res->requires_replace[i] = rpc_wire_path(cx->arena, result->replace.v[i]);
    }
    return rpc_identity_encode(cx, r, result->planned, &res->planned_identity);
}

static enum rc plan(struct ctx *cx, struct rpc_server *s,
                    const Tfplugin6__PlanResourceChange__Request *req,
                    Tfplugin6__PlanResourceChange__Response *res)
{
    const struct resource *r = NULL;
    struct plan_request request = {0};
    struct plan_result result = {0};
    struct call call = {.clients = rpc_server_clients(cx, s)};
    if (rpc_server_resource(cx, s, req->type_name, &r) != RC_OK) {
        return RC_FAIL;
    }
    const struct type *t = attr_object_type(cx->arena, r->attrs);
    if (rpc_wire_decode(cx, req->prior_state, t, "prior state", &request.prior) != RC_OK ||
        rpc_wire_decode(cx, req->proposed_new_state, t, "proposed state", &request.proposed) !=
            RC_OK ||
        rpc_wire_decode(cx, req->config, t, "configuration", &request.config) != RC_OK) {
        return RC_FAIL;
    }
    call.private = private_state_parse(cx, rpc_wire_str(req->prior_private));
    if (value_is_null(request.proposed)) { /* destroy */
        res->planned_private = req->prior_private;
        res->planned_identity = req->prior_identity;
        if (own_step_of_destroy(cx, r, &call, request.prior) != RC_OK) {
            return RC_FAIL;
        }
        return rpc_wire_encode(cx, request.proposed, t, "plan", &res->planned_state);
    }
    if (plan_resource(cx, r->attrs, &request, &result) != RC_OK ||
        own_step(cx, r, &call, &request, &result) != RC_OK) {
        return RC_FAIL;
    }
    res->planned_private = rpc_wire_bytes(cx->arena, private_state_bytes(cx, call.private));
    return answer(cx, r, &result, res);
}

void rpc_plan_resource_change(struct ctx *cx, struct rpc_server *s, const void *request,
                              void *response)
{
    Tfplugin6__PlanResourceChange__Response *res = response;
    enum rc rc = plan(cx, s, request, res);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

bool rpc_plan_waits(const struct rpc_server *s, const void *request)
{
    const Tfplugin6__PlanResourceChange__Request *req = request;
    const struct resource *r = rpc_server_find_resource(s, req->type_name);
    return r && (r->plan || r->plan_remove);
}
