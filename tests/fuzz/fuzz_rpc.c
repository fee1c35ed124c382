/*
 * Any bytes for any method are refused or answered, and what is answered can be read: the first
 * byte picks the row of plugin/methods.c, the rest is the request. The provider is never configured
 * and its work counts as cancelled, so that nothing goes to any network.
 */
#include <stdint.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "plugin/message.h"
#include "plugin/methods.h"
#include "rpc/rpc.h"
#include "services/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct exchange {
    struct methods_call call; /* first */
    const struct method *method;
    size_t answers;
};

static bool read_answer(struct methods_call *call, struct str answer)
{
    struct exchange *x = (struct exchange *)call;
    if (!message_unpack(call->cx->arena, x->method->response, answer)) {
        abort();
    }
    x->answers++;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    struct cancel *cancel = cancel_new(NULL);
    cancel_raise(cancel);
    struct rpc_server *server = rpc_server_new(&registry_seedbank, NULL, cancel);
    struct exchange x = {
        .method = &methods_table[data[0] % methods_count],
        .call = {.cx = ctx_new(&(struct ctx_options){.cancel = cancel}),
                 .server = server,
                 .send = read_answer},
    };
    struct str request = {(const char *)data + 1, size - 1};
    bool understood = methods_unpack(x.method, &x.call, request);
    if (understood) {
        methods_run(x.method, &x.call);
    }
    if (x.method->kind != METHOD_STREAM && x.answers != (understood ? 1 : 0)) {
        abort();
    }
    ctx_free(x.call.cx);
    rpc_server_free(server);
    cancel_free(cancel);
    return 0;
}
