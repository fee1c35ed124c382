/*
 * The plugin runtime with handlers that do on order what real ones do by accident, for
 * tests/protocol. What to do is in the request's type_name:
 *   ReadResource "echo"   answer current_state and private
 *                "big"    answer 5 MiB
 *                "wait"   wait until cancelled, then answer with a diagnostic
 *                "stuck"  hang for 60 s, deaf to everything
 *                "bad"    answer a diagnostic of invalid UTF-8
 *                "crash"  die of SIGSEGV
 *                "deep"   die of a stack used up
 *   ListResource          emit `limit` events; type_name "wait" waits for the cancel first
 *   PlanResourceChange    "wait" waits for the cancel; all others say that they wait for nobody
 * All others answer the empty response.
 */
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/str.h"
#include "plugin/serve.h"
#include "proto/tfplugin6.pb-c.h"
#include "rpc/rpc.h"

#define BIG          (5u << 20)
#define LONG_WAIT_MS 60000

struct rpc_server {
    int unused;
};

struct rpc_server *rpc_server_new(const struct registry *registry, const struct log *log,
                                  struct cancel *root)
{
    static struct rpc_server server;
    (void)registry;
    (void)log;
    (void)root;
    return &server;
}

static void say(struct ctx *cx, Tfplugin6__ReadResource__Response *response, const char *summary)
{
    Tfplugin6__Diagnostic *d = arena_alloc(cx->arena, sizeof *d);
    tfplugin6__diagnostic__init(d);
    d->severity = TFPLUGIN6__DIAGNOSTIC__SEVERITY__ERROR;
    d->summary = arena_strdup(cx->arena, summary);
    response->diagnostics = arena_memdup(cx->arena, &d, sizeof(Tfplugin6__Diagnostic *));
    response->n_diagnostics = 1;
}

/* The compiler must not see that this has no end. */
static volatile int deepest = INT_MAX;

static int use_up_stack(int depth)
{
    volatile char frame[4096];
    frame[0] = (char)depth;
    return depth < deepest ? use_up_stack(depth + 1) + frame[0] : depth;
}

void rpc_read_resource(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    const Tfplugin6__ReadResource__Request *q = request;
    Tfplugin6__ReadResource__Response *r = response;
    struct str order = str_of(q->type_name);
    (void)s;
    if (str_is(order, "echo")) {
        r->new_state = q->current_state;
        r->private_ = q->private_;
    } else if (str_is(order, "big")) {
        r->private_.data = arena_alloc(cx->arena, BIG);
        r->private_.len = BIG;
    } else if (str_is(order, "wait")) {
        bool told = cancel_wait_ms(cx->cancel, LONG_WAIT_MS);
        say(cx, r, told ? "interrupted" : "waited in vain");
    } else if (str_is(order, "stuck")) {
        sleep(LONG_WAIT_MS / 1000);
    } else if (str_is(order, "bad")) {
        say(cx, r, "caf\xe9 \xff\xfe");
    } else if (str_is(order, "crash")) {
        raise(SIGSEGV);
    } else if (str_is(order, "deep")) {
        r->private_.len = (size_t)use_up_stack(0);
    }
}

bool rpc_plan_waits(const struct rpc_server *s, const void *request)
{
    const Tfplugin6__PlanResourceChange__Request *q = request;
    (void)s;
    return str_is(str_of(q->type_name), "wait");
}

void rpc_plan_resource_change(struct ctx *cx, struct rpc_server *s, const void *request,
                              void *response)
{
    (void)response;
    if (rpc_plan_waits(s, request)) {
        cancel_wait_ms(cx->cancel, LONG_WAIT_MS);
    }
}

void rpc_list_resource(struct ctx *cx, struct rpc_server *s, const void *request,
                       struct rpc_stream *stream)
{
    const Tfplugin6__ListResource__Request *q = request;
    (void)s;
    if (str_is(str_of(q->type_name), "wait")) {
        cancel_wait_ms(cx->cancel, LONG_WAIT_MS);
    }
    for (int64_t i = 0; i < q->limit; i++) {
        Tfplugin6__ListResource__Event event;
        tfplugin6__list_resource__event__init(&event);
        event.display_name = arena_printf(cx->arena, "event %lld", (long long)i);
        if (!stream->emit(stream, &event)) {
            return;
        }
    }
}

void rpc_invoke_action(struct ctx *cx, struct rpc_server *s, const void *request,
                       struct rpc_stream *stream)
{
    (void)cx;
    (void)s;
    (void)request;
    (void)stream;
}

#define EMPTY(name)                                                                                \
    void rpc_##name(struct ctx *cx, struct rpc_server *s, const void *request, void *response)     \
    {                                                                                              \
        (void)cx;                                                                                  \
        (void)s;                                                                                   \
        (void)request;                                                                             \
        (void)response;                                                                            \
    }

EMPTY(get_metadata)
EMPTY(get_provider_schema)
EMPTY(get_resource_identity_schemas)
EMPTY(validate_provider_config)
EMPTY(configure_provider)
EMPTY(validate_resource_config)
EMPTY(upgrade_resource_state)
EMPTY(upgrade_resource_identity)
EMPTY(apply_resource_change)
EMPTY(import_resource_state)
EMPTY(move_resource_state)
EMPTY(generate_resource_config)
EMPTY(validate_data_resource_config)
EMPTY(read_data_source)
EMPTY(get_functions)
EMPTY(call_function)
EMPTY(validate_ephemeral_resource_config)
EMPTY(open_ephemeral_resource)
EMPTY(renew_ephemeral_resource)
EMPTY(close_ephemeral_resource)
EMPTY(validate_list_resource_config)
EMPTY(validate_action_config)
EMPTY(plan_action)

int main(int argc, char **argv)
{
    return serve_run(NULL, argc > 1 && str_is(str_of(argv[1]), "-debug"));
}
