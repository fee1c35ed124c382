/*
 * ReadResource: what is really there.
 */
#include "base/log.h"
#include "rpc/rpc_identity.h"
#include "rpc/rpc_resource.h"
#include "rpc/rpc_wire.h"
#include "schema/private_state.h"

static void warn_gone(struct ctx *cx, const struct resource *r, const struct value *prior)
{
    diag_warning(cx, NULL,
                 arena_printf(cx->arena, "%s \"%s\" is gone", r->type_name,
                              rpc_identity_text(cx->arena, r, prior)),
                 "It is in the state, but the server no longer has it: it was removed outside of "
                 "this configuration, or the provider now points at another server. The plan will "
                 "create it again.");
}

static enum rc read(struct ctx *cx, struct rpc_server *s,
                    const Tfplugin6__ReadResource__Request *req,
                    Tfplugin6__ReadResource__Response *res)
{
    const struct resource *r = NULL;
    const struct value *prior = NULL;
    void *model = NULL;
    struct call call = {.clients = rpc_server_clients(cx, s)};
    if (rpc_server_resource(cx, s, req->type_name, &r) != RC_OK) {
        return RC_FAIL;
    }
    const struct type *t = attr_object_type(cx->arena, r->attrs);
    if (rpc_wire_decode(cx, req->current_state, t, "state", &prior) != RC_OK ||
        rpc_resource_model(cx, r, prior, &model) != RC_OK) {
        return RC_FAIL;
    }
    if (!value_is_wholly_known(prior)) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot read %s", r->type_name),
                          "The stored state holds unknown values. This is a defect of the program "
                          "that runs the plan.");
    }
    if (!model) {
        res->private_ = req->private_;
        res->new_identity = req->current_identity;
        return rpc_wire_encode(cx, prior, t, "state", &res->new_state);
    }
    call.private = private_state_parse(cx, rpc_wire_str(req->private_));
    call.timeout_ms = r->default_timeout_ms; /* `timeouts` has none for reading */
    enum rc rc = r->read(cx, &call, model);
    if (rc == RC_NOT_FOUND) {
        warn_gone(cx, r, prior);
        return rpc_wire_encode(cx, value_null(cx->arena, t), t, "state", &res->new_state);
    }
    rpc_resource_explain(cx, r, "read", rc);
    if (rc != RC_OK) {
        return rc;
    }
    struct diag_point point = diag_point(cx);
    const struct value *state = rpc_resource_state(cx, r, model, prior);
    res->private_ = rpc_wire_bytes(cx->arena, private_state_bytes(cx, call.private));
    if (diag_failed_since(cx, point) ||
        rpc_wire_encode(cx, state, t, "state", &res->new_state) != RC_OK) {
        return RC_FAIL;
    }
    return rpc_identity_encode(cx, r, state, &res->new_identity);
}

void rpc_read_resource(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    const Tfplugin6__ReadResource__Request *req = request;
    Tfplugin6__ReadResource__Response *res = response;
    enum rc rc = read(cx, s, req, res);
    if (rc != RC_OK) { /* nothing learned: what was stored stays */
        res->new_state = req->current_state;
        res->private_ = req->private_;
        res->new_identity = req->current_identity;
    }
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}
