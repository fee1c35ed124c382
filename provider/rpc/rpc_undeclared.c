/*
 * RPCs about kinds that this provider does not declare: ephemeral resources, list resources,
 * actions, moved state. A host has no reason to call them; if one does, it learns why nothing came.
 */
#include "rpc/rpc_server.h"
#include "rpc/rpc_wire.h"

static enum rc refuse(struct ctx *cx, const char *kind, const char *name)
{
    return diag_error(cx, NULL, arena_printf(cx->arena, "No %s %s", kind, name),
                      "This version of the provider (%s) declares no %s of that name.",
                      SEEDBANK_VERSION, kind);
}

#define UNDECLARED(method, Message, kind, member)                                                  \
    void method(struct ctx *cx, struct rpc_server *s, const void *request, void *response)         \
    {                                                                                              \
        const Message##__Request *req = request;                                                   \
        Message##__Response *res = response;                                                       \
        (void)s;                                                                                   \
        enum rc rc = refuse(cx, kind, req->member);                                                \
        rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);                      \
    }

UNDECLARED(rpc_validate_ephemeral_resource_config, Tfplugin6__ValidateEphemeralResourceConfig,
           "ephemeral resource", type_name)
UNDECLARED(rpc_open_ephemeral_resource, Tfplugin6__OpenEphemeralResource, "ephemeral resource",
           type_name)
UNDECLARED(rpc_renew_ephemeral_resource, Tfplugin6__RenewEphemeralResource, "ephemeral resource",
           type_name)
UNDECLARED(rpc_close_ephemeral_resource, Tfplugin6__CloseEphemeralResource, "ephemeral resource",
           type_name)
UNDECLARED(rpc_validate_list_resource_config, Tfplugin6__ValidateListResourceConfig,
           "list resource", type_name)
UNDECLARED(rpc_validate_action_config, Tfplugin6__ValidateActionConfig, "action", action_type)
UNDECLARED(rpc_plan_action, Tfplugin6__PlanAction, "action", action_type)

void rpc_move_resource_state(struct ctx *cx, struct rpc_server *s, const void *request,
                             void *response)
{
    const Tfplugin6__MoveResourceState__Request *req = request;
    Tfplugin6__MoveResourceState__Response *res = response;
    (void)s;
    enum rc rc = diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot move %s to %s", req->source_type_name,
                     req->target_type_name),
        "State of other resource types (here from %s) cannot be taken over. Remove the old "
        "resource with a `removed` block that keeps the object, and import the new one.",
        req->source_provider_address);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

void rpc_list_resource(struct ctx *cx, struct rpc_server *s, const void *request,
                       struct rpc_stream *stream)
{
    const Tfplugin6__ListResource__Request *req = request;
    Tfplugin6__ListResource__Event *event =
        rpc_wire_message(cx->arena, &tfplugin6__list_resource__event__descriptor);
    (void)s;
    enum rc rc = refuse(cx, "list resource", req->type_name);
    rpc_wire_diagnostics(cx, rc, &event->n_diagnostic, &event->diagnostic);
    stream->emit(stream, event);
}

void rpc_invoke_action(struct ctx *cx, struct rpc_server *s, const void *request,
                       struct rpc_stream *stream)
{
    const Tfplugin6__InvokeAction__Request *req = request;
    Tfplugin6__InvokeAction__Event *event =
        rpc_wire_message(cx->arena, &tfplugin6__invoke_action__event__descriptor);
    Tfplugin6__InvokeAction__Event__Completed *done =
        rpc_wire_message(cx->arena, &tfplugin6__invoke_action__event__completed__descriptor);
    (void)s;
    enum rc rc = refuse(cx, "action", req->action_type);
    rpc_wire_diagnostics(cx, rc, &done->n_diagnostics, &done->diagnostics);
    event->type_case = TFPLUGIN6__INVOKE_ACTION__EVENT__TYPE_COMPLETED;
    event->completed = done;
    stream->emit(stream, event);
}
