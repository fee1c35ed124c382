#include "plugin/methods.h"

#include "base/ctx.h"
#include "plugin/message.h"
#include "proto/go_plugin.pb-c.h"
#include "proto/health.pb-c.h"
#include "proto/tfplugin6.pb-c.h"
#include "rpc/rpc.h"

/* go-plugin hosts ask for "plugin"; a health probe may leave the name empty. */
static void health_check(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    (void)cx;
    (void)s;
    const Grpc__Health__V1__HealthCheckRequest *asked = request;
    Grpc__Health__V1__HealthCheckResponse *answer = response;
    struct str service = str_of(asked->service);
    if (service.n == 0 || str_is(service, "plugin")) {
        answer->status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
    }
}

#define MESSAGES(name, answer)                                                                     \
    &tfplugin6__##name##__request__descriptor, &tfplugin6__##name##__##answer##__descriptor
#define ANSWER(Name, name, kind)                                                                   \
    {                                                                                              \
        "/tfplugin6.Provider/" Name, MESSAGES(name, response), kind, rpc_##name, NULL              \
    }
#define CALL(Name, name) ANSWER(Name, name, METHOD_CALL)
#define NOW(Name, name)  ANSWER(Name, name, METHOD_NOW)
#define STREAM(Name, name)                                                                         \
    {                                                                                              \
        "/tfplugin6.Provider/" Name, MESSAGES(name, event), METHOD_STREAM, NULL, rpc_##name        \
    }

const struct method methods_table[] = {
    NOW("GetMetadata", get_metadata),
    NOW("GetProviderSchema", get_provider_schema),
    NOW("GetResourceIdentitySchemas", get_resource_identity_schemas),
    NOW("ValidateProviderConfig", validate_provider_config),
    CALL("ConfigureProvider", configure_provider),
    NOW("ValidateResourceConfig", validate_resource_config),
    NOW("UpgradeResourceState", upgrade_resource_state),
    NOW("UpgradeResourceIdentity", upgrade_resource_identity),
    CALL("ReadResource", read_resource),
    ANSWER("PlanResourceChange", plan_resource_change, METHOD_PLAN),
    CALL("ApplyResourceChange", apply_resource_change),
    CALL("ImportResourceState", import_resource_state),
    NOW("MoveResourceState", move_resource_state),
    NOW("GenerateResourceConfig", generate_resource_config),
    NOW("ValidateDataResourceConfig", validate_data_resource_config),
    CALL("ReadDataSource", read_data_source),
    NOW("GetFunctions", get_functions),
    NOW("CallFunction", call_function),
    NOW("ValidateEphemeralResourceConfig", validate_ephemeral_resource_config),
    CALL("OpenEphemeralResource", open_ephemeral_resource),
    CALL("RenewEphemeralResource", renew_ephemeral_resource),
    CALL("CloseEphemeralResource", close_ephemeral_resource),
    NOW("ValidateListResourceConfig", validate_list_resource_config),
    STREAM("ListResource", list_resource),
    NOW("ValidateActionConfig", validate_action_config),
    CALL("PlanAction", plan_action),
    STREAM("InvokeAction", invoke_action),
    {"/tfplugin6.Provider/StopProvider", MESSAGES(stop_provider, response), METHOD_STOP, NULL,
     NULL},
    {"/plugin.GRPCController/Shutdown", &plugin__empty__descriptor, &plugin__empty__descriptor,
     METHOD_SHUTDOWN, NULL, NULL},
    {"/plugin.GRPCBroker/StartStream", &plugin__conn_info__descriptor,
     &plugin__conn_info__descriptor, METHOD_HELD, NULL, NULL},
    {"/plugin.GRPCStdio/StreamStdio", &plugin__empty__descriptor, &plugin__stdio_data__descriptor,
     METHOD_HELD, NULL, NULL},
    {"/grpc.health.v1.Health/Check", &grpc__health__v1__health_check_request__descriptor,
     &grpc__health__v1__health_check_response__descriptor, METHOD_NOW, health_check, NULL},
};

const size_t methods_count = sizeof(methods_table) / sizeof(methods_table[0]);

const struct method *methods_find(struct str path)
{
    for (size_t i = 0; i < methods_count; i++) {
        if (str_is(path, methods_table[i].path)) {
            return &methods_table[i];
        }
    }
    return NULL;
}

/* Packs what a streaming handler emits. */
struct emitter {
    struct rpc_stream stream;
    struct methods_call *call;
};

/* Mended strings go with the mark, which is why a message is not to be used again. */
static bool emit(struct rpc_stream *stream, void *message)
{
    struct methods_call *call = ((struct emitter *)stream)->call;
    struct arena_mark mark = arena_mark(call->cx->arena);
    bool heard = call->send(call, message_pack(call->cx->arena, message));
    arena_rewind(call->cx->arena, mark);
    return heard;
}

bool methods_unpack(const struct method *method, struct methods_call *call, struct str request)
{
    call->request = message_unpack(call->cx->arena, method->request, request);
    return call->request != NULL;
}

bool methods_waits(const struct method *method, const struct methods_call *call)
{
    return method->kind == METHOD_CALL || method->kind == METHOD_STREAM ||
           (method->kind == METHOD_PLAN && rpc_plan_waits(call->server, call->request));
}

void methods_run(const struct method *method, struct methods_call *call)
{
    if (method->stream) {
        struct emitter e = {.stream = {.emit = emit}, .call = call};
        method->stream(call->cx, call->server, call->request, &e.stream);
        return;
    }
    ProtobufCMessage *response = message_new(call->cx->arena, method->response);
    if (method->handle) {
        method->handle(call->cx, call->server, call->request, response);
    }
    call->send(call, message_pack(call->cx->arena, response));
}
