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
    ProtobufCBinaryData notes; /* the private ones as they came */
};

/* Terraform and OpenTofu never send such values; callbacks rely on it. */
static enum rc check_known(struct ctx *cx, const struct change *c)
{
    if (value_is_wholly_known(c->prior) && value_is_wholly_known(c->config) &&
        !value_is_unknown(c->planned)) {
        return RC_OK;
    }
    return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot apply %s", c->r->type_name),
                      "The program that runs the plan sent values that are still unknown. Nothing "
                      "was changed. This is a defect of that program.");
}

static enum rc decode(struct ctx *cx, struct rpc_server *s,
                      const Tfplugin6__ApplyResourceChange__Request *req, struct change *ret_c)
{
    struct change c = {.call.clients = rpc_server_clients(cx, s), .notes = req->planned_private};
    if (rpc_server_resource(cx, s, req->type_name, &c.r) != RC_OK) {
        return RC_FAIL;
    }
    c.type = attr_object_type(cx->arena, c.r->attrs);
    if (rpc_wire_decode(cx, req->prior_state, c.type, "prior state", &c.prior) != RC_OK ||
        rpc_wire_decode(cx, req->planned_state, c.type, "planned state", &c.planned) != RC_OK ||
        rpc_wire_decode(cx, req->config, c.type, "configuration", &c.config) != RC_OK ||
        check_known(cx, &c) != RC_OK ||
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

/* The state of a model that was filled with something the schema has no place for: an error, and
 * for each attribute that does not fit what was planned of it. The rest must not be lost. */
static const struct value *storable(struct ctx *cx, const struct change *c,
                                    const struct value *state)
{
    struct diag_point point = diag_point(cx);
    if (value_conforms(cx, state, c->type) == RC_OK) {
        return state;
    }
    diag_wrap(cx, point, "Provider defect: the new state does not fit its schema");
    const struct value **items = arena_array(cx->arena, state->n, sizeof(const struct value *));
    for (size_t i = 0; i < state->n; i++) {
        point = diag_point(cx);
        bool fits = value_conforms(cx, state->items[i], c->type->fields[i].type) == RC_OK;
        diag_drop_since(cx, point); /* said above */
        items[i] = fits ? state->items[i] : value_without_unknowns(cx->arena, c->planned->items[i]);
    }
    return value_object(cx->arena, c->type, items);
}

/* Answer with what is to be stored: a state with its identity, and the private notes, which are
 * those of before as long as nothing was changed. */
static enum rc answer(struct ctx *cx, const struct change *c, const struct value *state,
                      bool changed, Tfplugin6__ApplyResourceChange__Response *res)
{
    res->private_ =
        changed ? rpc_wire_bytes(cx->arena, private_state_bytes(cx, c->call.private)) : c->notes;
    if (rpc_wire_encode(cx, state, c->type, "new state", &res->new_state) != RC_OK) {
        return RC_FAIL;
    }
    return value_is_null(state) ? RC_OK : rpc_identity_encode(cx, c->r, state, &res->new_identity);
}

/* How long a person is willing to wait, for what is waited for and for tries that fail. */
static void set_timeout(struct ctx *cx, struct change *c, const struct value *object,
                        const char *operation)
{
    c->call.timeout_ms = timeouts_get(object, operation, c->r->default_timeout_ms);
    cx->patience_end_ms = cx->clock->monotonic_ms(cx->clock) + c->call.timeout_ms;
}

static enum rc destroy(struct ctx *cx, struct change *c,
                       Tfplugin6__ApplyResourceChange__Response *res)
{
    set_timeout(cx, c, c->prior, "delete");
    enum rc rc = c->prior_model ? c->r->remove(cx, &c->call, c->prior_model) : RC_OK;
    if (rc == RC_OK || rc == RC_NOT_FOUND) {
        return answer(cx, c, value_null(cx->arena, c->type), true, res);
    }
    rpc_resource_explain(cx, c->r, "delete", rc);
    enum rc sent = answer(cx, c, c->prior, c->call.changed, res);
    return sent == RC_OK ? rc : sent;
}

static enum rc create_or_update(struct ctx *cx, struct change *c,
                                Tfplugin6__ApplyResourceChange__Response *res)
{
    const char *operation = c->prior_model ? "update" : "create";
    set_timeout(cx, c, c->planned, operation);
    enum rc rc = c->prior_model ? c->r->update(cx, &c->call, c->prior_model, c->model)
                                : c->r->create(cx, &c->call, c->model);
    rpc_resource_explain(cx, c->r, operation, rc);
    bool changed = rc == RC_OK || c->call.changed;
    const struct value *state = c->prior; /* null after a failed create */
    if (changed) {
        state = storable(cx, c, rpc_resource_state(cx, c->r, c->model, c->planned));
    }
    enum rc sent = answer(cx, c, state, changed, res);
    return sent == RC_OK ? rc : sent;
}

static enum rc apply(struct ctx *cx, struct rpc_server *s,
                     const Tfplugin6__ApplyResourceChange__Request *req,
                     Tfplugin6__ApplyResourceChange__Response *res)
{
    struct change c = {0};
    if (decode(cx, s, req, &c) != RC_OK) { /* nothing was done: what was stored stays */
        bool stored = req->prior_state && req->prior_state->msgpack.len > 1; /* more than nil */
        res->new_state = req->prior_state;
        res->private_ = req->planned_private;
        res->new_identity = stored ? req->planned_identity : NULL;
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
