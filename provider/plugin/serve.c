#include "plugin/serve.h"

#include <malloc.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/tls_words.h"
#include "plugin/algorithms.h"
#include "plugin/certificate.h"
#include "plugin/crash.h"
#include "plugin/grpc.h"
#include "plugin/handshake.h"
#include "plugin/life.h"
#include "plugin/log_json.h"
#include "plugin/socket.h"
#include "plugin/surroundings.h"
#include "plugin/workers.h"
#include "rpc/rpc.h"

/* The host's default parallelism is 10; a few more cover a second operation. */
#define MOST_WORKERS 16

/* How long calls may take to come back once they were cancelled. A host that waits for none of them
 * any more (it called Shutdown) kills after 2 s; a lost one leaves us time to put things right. */
#define BACK_AFTER_SHUTDOWN_MS 50
#define BACK_AFTER_LOSS_MS     5000
#define DRAIN_MS               50

/* Everything that lives as long as the process serves. */
struct service {
    struct ctx *cx;
    struct log log;
    bool reattach;
    struct life *life;
    struct cancel *cancel;
    struct workers *workers;
    struct rpc_server *rpc;
    struct grpc_plugin *grpc;
};

static void print_trouble(const struct ctx *cx)
{
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        fprintf(stderr, "%s\n%s\n", d->summary, d->detail);
    }
}

static enum rc secure(struct service *s, struct grpc_plugin_options *options,
                      struct certificate *certificate)
{
    const char *client = s->reattach ? NULL : handshake_client_certificate();
    if (!client) {
        return RC_OK;
    }
    enum rc rc = certificate_make(s->cx, certificate);
    options->client_pem = client;
    options->certificate = certificate;
    return rc;
}

static enum rc start(struct service *s)
{
    struct certificate certificate = {0};
    struct grpc_plugin_options options = {
        .rpc = s->rpc, .workers = s->workers, .life = s->life, .cancel = s->cancel, .log = &s->log};
    enum rc rc = secure(s, &options, &certificate);
    if (rc == RC_OK) {
        rc = socket_make(s->cx, &options.socket);
    }
    /* A host that is connected needs the path no more; so not even kill -9 leaves one behind. */
    if (!s->reattach) {
        options.host_connected = socket_remove;
    }
    if (rc == RC_OK) {
        rc = grpc_plugin_start(s->cx, &options, &s->grpc);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (s->reattach) {
        return handshake_send_reattach(s->cx, options.socket);
    }
    return handshake_send(s->cx, options.socket, certificate.line);
}

/* Cancel what runs, wait for it a while, let what was answered arrive, and leave as we are. */
static _Noreturn void end(struct service *s, enum life_end why)
{
    socket_remove();
    cancel_raise(s->cancel);
    workers_cancel(s->workers);
    workers_wait_idle(s->workers,
                      why == LIFE_SHUTDOWN ? BACK_AFTER_SHUTDOWN_MS : BACK_AFTER_LOSS_MS);
    grpc_plugin_drain(s->grpc, DRAIN_MS);
    _exit(0);
}

int serve_run(const struct registry *registry, bool reattach)
{
    surroundings_tidy(reattach);
    tls_words_postpone();
    algorithms_narrow();
    struct service s = {.reattach = reattach, .log = log_json_from_environment()};
    s.cx = ctx_new(&(struct ctx_options){.log = &s.log});
    if (!reattach && handshake_check(s.cx) != RC_OK) {
        print_trouble(s.cx);
        ctx_free(s.cx);
        return 1;
    }
    /* Many threads that each allocate little, from one heap: glibc gives each 64 MB of addresses,
     * and lets them grow by system calls of a page or two. */
    mallopt(M_ARENA_MAX, 1);
    crash_install(socket_remove);
    s.life = life_new(s.cx->arena, reattach);
    s.cancel = cancel_new(NULL);
    s.workers = workers_new(MOST_WORKERS);
    s.rpc = rpc_server_new(registry, &s.log, s.cancel);

    if (start(&s) != RC_OK) {
        print_trouble(s.cx);
        socket_remove();
        _exit(1); /* gRPC's threads may be anywhere */
    }
    end(&s, life_wait(s.life));
}
