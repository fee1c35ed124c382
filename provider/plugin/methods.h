/*
 * Every method that the process answers, as one table, and the way from request bytes to response
 * bytes. No sockets: tests and fuzzers run rows with bytes. A path that has no row is
 * UNIMPLEMENTED, which the host takes well for what no schema of ours can make it call (state
 * stores).
 */
#ifndef PLUGIN_METHODS_H
#define PLUGIN_METHODS_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/str.h"

struct ctx;
struct rpc_server;
struct rpc_stream;

enum method_kind {
    METHOD_CALL,     /* one answer, may take long: a worker runs it */
    METHOD_STREAM,   /* many answers, may take long: a worker runs it */
    METHOD_NOW,      /* one answer at once, from the request alone */
    METHOD_PLAN,     /* as METHOD_NOW where the resource plans from the request alone */
    METHOD_STOP,     /* answered at once, then the calls in flight are cancelled */
    METHOD_SHUTDOWN, /* answered at once, then the process ends */
    METHOD_HELD,     /* never answered: its end tells that the host went away */
};

struct method {
    const char *path;
    const ProtobufCMessageDescriptor *request, *response;
    enum method_kind kind;
    /* At most one. Neither: the answer is the empty response. */
    void (*handle)(struct ctx *cx, struct rpc_server *s, const void *request, void *response);
    void (*stream)(struct ctx *cx, struct rpc_server *s, const void *request,
                   struct rpc_stream *stream);
};

extern const struct method methods_table[];
extern const size_t methods_count;

/* NULL if there is no such method. */
const struct method *methods_find(struct str path);

/* One call. `send` gets the packed answers: one, or for METHOD_STREAM any number. The bytes live
 * until it returns for a stream, else as long as cx. It says false when nobody listens any more. */
struct methods_call {
    struct ctx *cx;
    struct rpc_server *server;
    bool (*send)(struct methods_call *call, struct str answer);
    const ProtobufCMessage *request; /* of methods_unpack */
};

/* First of all; copies what it keeps of the bytes. False if they are malformed: that ends it. */
bool methods_unpack(const struct method *method, struct methods_call *call, struct str request);

/* Whether methods_run may take long, as it waits for others. */
bool methods_waits(const struct method *method, const struct methods_call *call);

/* Handle, pack, send. */
void methods_run(const struct method *method, struct methods_call *call);

#endif
