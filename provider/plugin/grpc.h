/*
 * The gRPC server: the only part that knows gRPC. One thread takes calls from the wire and answers
 * at once what can be; the others go to the workers, so that StopProvider, Shutdown, the health
 * check and the held streams are served while all workers are busy.
 */
#ifndef PLUGIN_GRPC_H
#define PLUGIN_GRPC_H

#include <stdint.h>

#include "base/rc.h"

struct cancel;
struct certificate;
struct ctx;
struct life;
struct log;
struct rpc_server;
struct workers;

/* All borrowed; they outlive the server. */
struct grpc_plugin_options {
    const char *socket;                    /* path of a Unix socket to be made */
    const struct certificate *certificate; /* ours; NULL: no TLS */
    const char *client_pem;                /* the only certificate that gets in */
    struct rpc_server *rpc;
    struct workers *workers;
    struct life *life;
    struct cancel *cancel; /* of the process: parent of each call's own */
    const struct log *log;
    void (*host_connected)(void); /* on the first stream that the host holds; may be NULL */
};

/* It serves from here on, and lives in cx->arena, which must outlive it. Once in a process. */
struct grpc_plugin;
enum rc grpc_plugin_start(struct ctx *cx, const struct grpc_plugin_options *options,
                          struct grpc_plugin **ret_plugin) RC_MUST_CHECK;

/* Wait until the answers given so far are on the wire, for at most ms. After it the process just
 * exits: gRPC cannot be taken apart within the 2 s that a host waits, as its poller sleeps up to
 * 10 s before it looks whether it is still needed. */
void grpc_plugin_drain(struct grpc_plugin *p, int64_t ms);

#endif
