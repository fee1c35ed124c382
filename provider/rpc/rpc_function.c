/*
 * RPCs about functions: pure, called on a provider that was never configured.
 */
#include <string.h>

#include "rpc/rpc_server.h"
#include "rpc/rpc_wire.h"

enum {
    MOST_PARAMETERS =
        sizeof(((struct function *)NULL)->parameters) / sizeof(struct function_parameter)
};

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

static size_t parameter_count(const struct function *f)
{
    size_t n = 0;
    while (n < MOST_PARAMETERS && f->parameters[n].name) {
        n++;
    }
    return n;
}

/* Decode one argument, which must be there when its parameter says so. */
static enum rc take(struct ctx *cx, const struct function_parameter *p,
                    const Tfplugin6__DynamicValue *wire, const struct value **ret_argument)
{
    if (rpc_wire_decode(cx, wire, p->type, "argument", ret_argument) != RC_OK) {
        return RC_FAIL;
    }
    if (value_is_null(*ret_argument) && !p->allow_null) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "%s must not be null", p->name),
                          "Give it a value.");
    }
    return RC_OK;
}

static enum rc check_count(struct ctx *cx, const struct function *f, size_t got)
{
    size_t n = parameter_count(f);
    return got == n ? RC_OK
                    : diag_error(cx, NULL,
                                 arena_printf(cx->arena, "%s: wrong number of arguments", f->name),
                                 "It takes %zu, got %zu.", n, got);
}

static enum rc call(struct ctx *cx, struct rpc_server *s,
                    const Tfplugin6__CallFunction__Request *req, int64_t *ret_argument,
                    Tfplugin6__DynamicValue **ret_result)
{
    const struct function *f = find(s, req->name);
    const struct value *arguments[MOST_PARAMETERS] = {NULL};
    const struct value *result = NULL;
    if (!f) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "No function %s", req->name),
                          "This version of the provider does not have it.");
    }
    if (check_count(cx, f, req->n_arguments) != RC_OK) {
        return RC_FAIL;
    }
    for (size_t i = 0; i < req->n_arguments; i++) {
        if (take(cx, &f->parameters[i], req->arguments[i], &arguments[i]) != RC_OK) {
            *ret_argument = (int64_t)i;
            return RC_FAIL;
        }
        if (!f->parameters[i].allow_unknown && !value_is_wholly_known(arguments[i])) {
            result = value_unknown(cx->arena, f->result); /* as of any operation on unknowns */
        }
    }
    if (!result && f->call(cx, arguments, ret_argument, &result) != RC_OK) {
        return RC_FAIL;
    }
    if (!result) {
        return diag_error(cx, NULL, "Provider defect: a function gave no result",
                          "Please report this with the call of %s.", f->name);
    }
    return rpc_wire_encode(cx, result, f->result, "function result", ret_result);
}

/* Warnings have no place in the answer. */
static const char *why(struct ctx *cx)
{
    const struct diag *d = cx->diags.first;
    while (d && d->severity != DIAG_ERROR) {
        d = d->next;
    }
    return d ? arena_printf(cx->arena, "%s%s%s", d->summary, d->detail[0] ? ": " : "", d->detail)
             : "The function failed without saying why. This is a defect of the provider: please "
               "report it.";
}

void rpc_call_function(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    Tfplugin6__CallFunction__Response *res = response;
    int64_t argument = -1;
    if (call(cx, s, request, &argument, &res->result) == RC_OK) {
        return;
    }
    Tfplugin6__FunctionError *e =
        rpc_wire_message(cx->arena, &tfplugin6__function_error__descriptor);
    e->text = rpc_wire_text(cx->arena, why(cx));
    if (argument >= 0) {
        e->argument_case = TFPLUGIN6__FUNCTION_ERROR__ARGUMENT_FUNCTION_ARGUMENT;
        e->function_argument = argument;
    }
    res->error = e;
}
