/*
 * RPCs about functions: pure, called on a provider that was never configured.
 */
#include <string.h>

#include "rpc/rpc_server.h"
#include "rpc/rpc_wire.h"

void rpc_get_functions(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    (void)request;
    Tfplugin6__GetFunctions__Response *res = response;
    const Tfplugin6__GetProviderSchema__Response *schema = rpc_server_schema(s);
    res->n_functions = schema->n_functions;
    res->functions = arena_array(cx->arena, res->n_functions, sizeof(*res->functions));
    for (size_t i = 0; i < res->n_functions; i++) {
        Tfplugin6__GetFunctions__Response__FunctionsEntry *e = rpc_wire_message(
            cx->arena, &tfplugin6__get_functions__response__functions_entry__descriptor);
        e->key = schema->functions[i]->key;
        e->value = schema->functions[i]->value;
        res->functions[i] = e;
    }
}

static const struct function *find(const struct rpc_server *s, const char *name)
{
    const struct function *const *list = rpc_server_registry(s)->functions;
    for (size_t i = 0; list[i]; i++) {
        if (strcmp(list[i]->name, name) == 0) {
            return list[i];
        }
    }
    return NULL;
}

static enum rc call(struct ctx *cx, struct rpc_server *s,
                    const Tfplugin6__CallFunction__Request *req, int64_t *ret_argument,
                    Tfplugin6__DynamicValue **ret_result)
{
    const struct function *f = find(s, req->name);
    const struct value *arguments[6] = {NULL};
    const size_t most = sizeof(arguments) / sizeof(arguments[0]);
    if (!f) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "No function %s", req->name),
                          "This version of the provider does not have it.");
    }
    size_t n = 0;
    for (; n < most && f->parameters[n].name; n++) {
        if (n >= req->n_arguments) {
            break;
        }
        if (rpc_wire_decode(cx, req->arguments[n], f->parameters[n].type, "argument",
                            &arguments[n]) != RC_OK) {
            *ret_argument = (int64_t)n;
            return RC_FAIL;
        }
    }
    if (n != req->n_arguments || (n < most && f->parameters[n].name)) {
        return diag_error(cx, NULL,
                          arena_printf(cx->arena, "%s: wrong number of arguments", f->name),
                          "Got %zu.", req->n_arguments);
    }
    const struct value *result = NULL;
    if (f->call(cx, arguments, ret_argument, &result) != RC_OK) {
        return RC_FAIL;
    }
    return rpc_wire_encode(cx, result, f->result, "function result", ret_result);
}

void rpc_call_function(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    Tfplugin6__CallFunction__Response *res = response;
    int64_t argument = -1;
    if (call(cx, s, request, &argument, &res->result) == RC_OK) {
        return;
    }
    const struct diag *d = cx->diags.first;
    Tfplugin6__FunctionError *e =
        rpc_wire_message(cx->arena, &tfplugin6__function_error__descriptor);
    e->text = d ? arena_printf(cx->arena, "%s%s%s", d->summary, d->detail[0] ? ": " : "", d->detail)
                : rpc_wire_text(cx->arena, "failed without saying why (provider defect)");
    if (argument >= 0) {
        e->argument_case = TFPLUGIN6__FUNCTION_ERROR__ARGUMENT_FUNCTION_ARGUMENT;
        e->function_argument = argument;
    }
    res->error = e;
}
