/*
 * ApplyResourceChange. Whatever happens, what is answered is what core stores, so
 * it must be what is really there: a created object must never be lost, and a
 * change that was not made must not look made.
 */
#include "rpc/rpc_identity.h"
#include "rpc/rpc_resource.h"
#include "rpc/rpc_wire.h"
#include "schema/private_state.h"
#include "schema/timeouts.h"
#include "schema/write_only.h"

/* One apply, decoded. */
struct change {
    const struct resource *r;
    const struct type *type;
    const struct value *prior, *planned, *config;
    void *prior_model, *model;
    struct call call;
};

static enum rc decode(struct ctx *cx, struct rpc_server *s,
                      const Tfplugin6__ApplyResourceChange__Request *req, struct change *ret_c)
{
    struct change c = {.call.clients = rpc_server_clients(cx, s)};
    if (rpc_server_resource(cx, s, req->type_name, &c.r) != RC_OK) {
        return RC_FAIL;
    }
    c.type = attr_object_type(cx->arena, c.r->attrs);
    if (rpc_wire_decode(cx, req->prior_state, c.type, "prior state", &c.prior) != RC_OK ||
        rpc_wire_decode(cx, req->planned_state, c.type, "planned state", &c.planned) != RC_OK ||
        rpc_wire_decode(cx, req->config, c.type, "configuration", &c.config) != RC_OK ||
        rpc_resource_model(cx, c.r, c.prior, &c.prior_model) != RC_OK) {
        return RC_FAIL;
    }
    /* Write-only values travel in the configuration alone. */
    const struct value *wanted = write_only_fill(cx, c.r->attrs, c.planned, c.config);
    if (rpc_resource_model(cx, c.r, wanted, &c.model) != RC_OK) {
        return RC_FAIL;
    }
    c.call.private = private_state_parse(cx, rpc_wire_str(req->planned_private));
    *ret_c = c;
    return RC_OK;
}

/* Answer with a state to store, its identity and private notes. */
static enum rc answer(struct ctx *cx, const struct change *c, const struct value *state,
                      Tfplugin6__ApplyResourceChange__Response *res)
{
    res->private_ = rpc_wire_bytes(cx->arena, private_state_bytes(cx, c->call.private));
    if (rpc_wire_encode(cx, state, c->type, "new state", &res->new_state) != RC_OK) {
        return RC_FAIL;
    }
    return value_is_null(state) ? RC_OK : rpc_identity_encode(cx, c->r, state, &res->new_identity);
}

static enum rc destroy(struct ctx *cx, struct change *c,
                       Tfplugin6__ApplyResourceChange__Response *res)
{
    c->call.timeout_ms = timeouts_get(c->prior, "delete", c->r->default_timeout_ms);
    enum rc rc = c->prior_model ? c->r->remove(cx, &c->call, c->prior_model) : RC_OK;
    bool removed = rc == RC_OK || rc == RC_NOT_FOUND;
    enum rc sent = answer(cx, c, removed ? value_null(cx->arena, c->type) : c->prior, res);
    return removed ? sent : RC_FAIL;
}

static enum rc create_or_update(struct ctx *cx, struct change *c,
                                Tfplugin6__ApplyResourceChange__Response *res)
{
    const char *operation = c->prior_model ? "update" : "create";
    c->call.timeout_ms = timeouts_get(c->planned, operation, c->r->default_timeout_ms);
    enum rc rc = c->prior_model ? c->r->update(cx, &c->call, c->prior_model, c->model)
                                : c->r->create(cx, &c->call, c->model);
    if (rc != RC_OK && cx->diags.errors == 0) {
        diag_error(cx, NULL, arena_printf(cx->arena, "Cannot %s %s", operation, c->r->type_name),
                   "The server says that %s.",
                   rc == RC_NOT_FOUND ? "what it belongs to does not exist"
                                      : "it was changed by somebody else meanwhile");
    }
    const struct value *state = c->prior; /* nothing was changed: null after a failed create */
    if (rc == RC_OK || c->call.changed) {
        state = rpc_resource_state(cx, c->r, c->model, c->planned);
    }
    enum rc sent = answer(cx, c, state, res);
    return rc == RC_OK ? sent : RC_FAIL;
}

static enum rc apply(struct ctx *cx, struct rpc_server *s,
                     const Tfplugin6__ApplyResourceChange__Request *req,
                     Tfplugin6__ApplyResourceChange__Response *res)
{
    struct change c = {0};
    if (decode(cx, s, req, &c) != RC_OK) {
        res->new_state = req->prior_state;
        res->private_ = req->planned_private;
        return RC_FAIL;
    }
    return c.model ? create_or_update(cx, &c, res) : destroy(cx, &c, res);
}

void rpc_apply_resource_change(struct ctx *cx, struct rpc_server *s, const void *request,
                               void *response)
{
    Tfplugin6__ApplyResourceChange__Response *res = response;
    enum rc rc = apply(cx, s, request, res);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}
