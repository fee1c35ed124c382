#include "plugin/grpc.h"

#include <errno.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/log.h"
#include "plugin/certificate.h"
#include "plugin/crash.h"
#include "plugin/grpc_setup.h"
#include "plugin/life.h"
#include "plugin/methods.h"
#include "plugin/workers.h"

struct call;

/* What is awaited from the completion queue; handled by the queue's thread. */
struct event {
    void (*happened)(struct call *call, bool ok);
    struct call *call;
};

/*
 * One call, from the moment that the server is ready to take it. It lives in cx->arena and is freed
 * with the last reference: one for each awaited event and one for the worker.
 */
struct call {
    struct job job; /* first: the workers hand it back */
    struct methods_call run;
    struct grpc_plugin *plugin;
    struct ctx *cx;
    struct cancel *cancel;
    atomic_int references;

    grpc_call *call;
    grpc_call_details details;
    grpc_metadata_array metadata;
    const struct method *method;
    grpc_byte_buffer *payload;
    int cut_off; /* the host cancelled the call, or is gone */
    bool headers_sent;
    struct str answer;     /* of a call with one */
    bool sending, sent_ok; /* of a stream; under plugin->lock */

    struct event arrived, received, closed, sent, finished;
};

struct grpc_plugin {
    struct grpc_plugin_options options;
    grpc_server *server;
    grpc_completion_queue *queue;
    pthread_mutex_t lock;
    pthread_cond_t sent; /* an answer, or a message of a stream */
    unsigned leaving;    /* answers given to gRPC and not yet sent; under the lock */
    bool connected;
};

/* ---- Life of a call ---------------------------------------------------------------------------
 */

static void release(struct call *call)
{
    if (atomic_fetch_sub(&call->references, 1) > 1) {
        return;
    }
    struct ctx *cx = call->cx;
    struct cancel *cancel = call->cancel;
    if (call->call) {
        grpc_call_unref(call->call);
    }
    grpc_call_details_destroy(&call->details);
    grpc_metadata_array_destroy(&call->metadata);
    grpc_byte_buffer_destroy(call->payload);
    ctx_free(cx);
    cancel_free(cancel);
}

/* Ask gRPC for the operations and await them as one event, which holds a reference. */
static bool await(struct call *call, const grpc_op *ops, size_t n, struct event *event)
{
    atomic_fetch_add(&call->references, 1);
    if (grpc_call_start_batch(call->call, ops, n, event, NULL) == GRPC_CALL_OK) {
        return true;
    }
    release(call);
    return false;
}

static void listen_for_call(struct grpc_plugin *p);

/* ---- Answers ----------------------------------------------------------------------------------
 */

static grpc_byte_buffer *to_buffer(struct str bytes)
{
    grpc_slice slice = grpc_slice_from_copied_buffer(bytes.n ? bytes.p : "", bytes.n);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return buffer;
}

static void count_leaving(struct grpc_plugin *p, int change)
{
    pthread_mutex_lock(&p->lock);
    p->leaving += (unsigned)change;
    pthread_cond_broadcast(&p->sent);
    pthread_mutex_unlock(&p->lock);
}

/* End the call with a status; `answer`, when not NULL, goes before it. */
static void finish(struct call *call, grpc_status_code status, const char *details,
                   const struct str *answer)
{
    grpc_op ops[3];
    size_t n = 0;
    grpc_byte_buffer *message = answer ? to_buffer(*answer) : NULL;
    grpc_slice text = grpc_slice_from_copied_string(details);

    memset(ops, 0, sizeof ops);
    if (!call->headers_sent) {
        ops[n++].op = GRPC_OP_SEND_INITIAL_METADATA;
    }
    if (message) {
        ops[n].op = GRPC_OP_SEND_MESSAGE;
        ops[n++].data.send_message.send_message = message;
    }
    ops[n].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
    ops[n].data.send_status_from_server.status = status;
    ops[n++].data.send_status_from_server.status_details = &text;
    count_leaving(call->plugin, +1);
    if (!await(call, ops, n, &call->finished)) {
        count_leaving(call->plugin, -1);
    }
    grpc_slice_unref(text);
    grpc_byte_buffer_destroy(message);
}

/* A call's one answer is kept until its handler is done, to leave in one piece with the status. */
static bool keep_answer(struct methods_call *run, struct str answer)
{
    struct call *call = (struct call *)((char *)run - offsetof(struct call, run));
    call->answer = answer;
    return true;
}

/* One message of a stream; waits until the host took it, so that a slow host slows the handler. */
static bool send_message(struct methods_call *run, struct str answer)
{
    struct call *call = (struct call *)((char *)run - offsetof(struct call, run));
    struct grpc_plugin *p = call->plugin;
    grpc_op ops[2];
    size_t n = 0;
    grpc_byte_buffer *message = to_buffer(answer);

    memset(ops, 0, sizeof ops);
    if (!call->headers_sent) {
        ops[n++].op = GRPC_OP_SEND_INITIAL_METADATA;
    }
    call->headers_sent = true;
    ops[n].op = GRPC_OP_SEND_MESSAGE;
    ops[n++].data.send_message.send_message = message;

    pthread_mutex_lock(&p->lock);
    call->sending = await(call, ops, n, &call->sent);
    call->sent_ok = false;
    while (call->sending) {
        pthread_cond_wait(&p->sent, &p->lock);
    }
    bool ok = call->sent_ok;
    pthread_mutex_unlock(&p->lock);
    grpc_byte_buffer_destroy(message);
    return ok;
}

static void on_sent(struct call *call, bool ok)
{
    pthread_mutex_lock(&call->plugin->lock);
    call->sending = false;
    call->sent_ok = ok;
    pthread_cond_broadcast(&call->plugin->sent);
    pthread_mutex_unlock(&call->plugin->lock);
}

static void on_finished(struct call *call, bool ok)
{
    (void)ok;
    count_leaving(call->plugin, -1);
    if (call->method && call->method->kind == METHOD_SHUTDOWN) {
        life_shut_down(call->plugin->options.life);
    }
}

/* ---- Handling ---------------------------------------------------------------------------------
 */

static void log_answered(struct call *call, int64_t began)
{
    struct ctx *cx = call->cx;
    if (!log_wanted(cx, LOG_DEBUG)) {
        return;
    }
    int64_t ms = cx->clock->monotonic_ms(cx->clock) - began;
    log_event(cx, LOG_DEBUG, "plugin", "answered", "method", call->method->path, "ms",
              arena_printf(cx->arena, "%lld", (long long)ms), "bytes",
              arena_printf(cx->arena, "%zu", call->answer.n), NULL);
}

/* False: the call is ended. */
static bool take_request(struct call *call)
{
    grpc_byte_buffer_reader reader;
    call->run = (struct methods_call){
        .cx = call->cx,
        .server = call->plugin->options.rpc,
        .send = call->method->kind == METHOD_STREAM ? send_message : keep_answer,
    };
    if (!grpc_byte_buffer_reader_init(&reader, call->payload)) {
        finish(call, GRPC_STATUS_INTERNAL, "the request could not be decompressed", NULL);
        return false;
    }
    grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    struct str bytes = {(const char *)GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice)};
    bool understood = methods_unpack(call->method, &call->run, bytes);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_slice_unref(slice);
    if (!understood) {
        finish(call, GRPC_STATUS_INTERNAL, "the request is not a message of this method", NULL);
    }
    return understood;
}

/* Run the handler and end the call. On a worker's thread, or at once on the queue's. */
static void run(struct job *job)
{
    struct call *call = (struct call *)job;
    int64_t began = call->cx->clock->monotonic_ms(call->cx->clock);
    methods_run(call->method, &call->run);
    log_answered(call, began);
    finish(call, GRPC_STATUS_OK, "", call->method->kind == METHOD_STREAM ? NULL : &call->answer);
}

static void done(struct job *job)
{
    release((struct call *)job);
}

static void give_to_workers(struct call *call)
{
    call->job = (struct job){.run = run, .done = done, .cancel = call->cancel};
    atomic_fetch_add(&call->references, 1);
    if (workers_submit(call->plugin->options.workers, &call->job)) {
        return;
    }
    finish(call, GRPC_STATUS_RESOURCE_EXHAUSTED, "the system gives this plugin no thread", NULL);
    release(call);
}

static void on_received(struct call *call, bool ok)
{
    if (!ok || !call->payload) {
        finish(call, GRPC_STATUS_INTERNAL, "the call came without a request", NULL);
    } else if (take_request(call)) {
        if (methods_waits(call->method, &call->run)) {
            give_to_workers(call);
            return;
        }
        if (call->method->kind == METHOD_STOP) {
            workers_cancel(call->plugin->options.workers);
        }
        run(&call->job);
    }
}

/* ---- Beginning and end of calls ----------------------------------------------------------------
 */

static void on_closed(struct call *call, bool ok)
{
    (void)ok;
    if (call->cut_off) {
        cancel_raise(call->cancel);
    }
    if (call->method && call->method->kind == METHOD_HELD) {
        life_stream_ended(call->plugin->options.life);
    }
}

static void hold(struct call *call)
{
    struct grpc_plugin *p = call->plugin;
    grpc_op op = {.op = GRPC_OP_SEND_INITIAL_METADATA};
    life_stream_began(p->options.life);
    if (!p->connected && p->options.host_connected) {
        p->options.host_connected();
    }
    p->connected = true;
    await(call, &op, 1, &call->sent);
}

static void on_arrived(struct call *call, bool ok)
{
    (void)ok; /* false only of a server that stops: ours does not, its process ends */
    listen_for_call(call->plugin);
    struct str path = {(const char *)GRPC_SLICE_START_PTR(call->details.method),
                       GRPC_SLICE_LENGTH(call->details.method)};
    call->method = methods_find(path);
    grpc_op close = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER,
                     .data.recv_close_on_server.cancelled = &call->cut_off};
    if (!await(call, &close, 1, &call->closed)) {
        return;
    }
    if (!call->method) {
        finish(call, GRPC_STATUS_UNIMPLEMENTED, "this plugin has no such method", NULL);
    } else if (call->method->kind == METHOD_HELD) {
        hold(call);
    } else {
        grpc_op receive = {.op = GRPC_OP_RECV_MESSAGE,
                           .data.recv_message.recv_message = &call->payload};
        await(call, &receive, 1, &call->received);
    }
}

/* Be ready for one more call. */
static void listen_for_call(struct grpc_plugin *p)
{
    struct cancel *cancel = cancel_new(p->options.cancel);
    struct ctx *cx = ctx_new(&(struct ctx_options){.log = p->options.log, .cancel = cancel});
    struct call *call = arena_alloc(cx->arena, sizeof *call);
    call->plugin = p;
    call->cx = cx;
    call->cancel = cancel;
    call->arrived = (struct event){on_arrived, call};
    call->received = (struct event){on_received, call};
    call->closed = (struct event){on_closed, call};
    call->sent = (struct event){on_sent, call};
    call->finished = (struct event){on_finished, call};
    grpc_call_details_init(&call->details);
    grpc_metadata_array_init(&call->metadata);
    atomic_init(&call->references, 1);
    if (grpc_server_request_call(p->server, &call->call, &call->details, &call->metadata, p->queue,
                                 p->queue, &call->arrived) != GRPC_CALL_OK) {
        release(call);
    }
}

/* ---- The server -------------------------------------------------------------------------------
 */

/* The queue's thread: everything that happens, in turn. */
static void *serve(void *arg)
{
    struct grpc_plugin *p = arg;
    gpr_timespec forever = gpr_inf_future(GPR_CLOCK_REALTIME);
    crash_watch_thread();
    listen_for_call(p);
    for (;;) { /* as long as the process lives */
        grpc_event e = grpc_completion_queue_next(p->queue, forever, NULL);
        struct event *event = e.tag;
        struct call *call = event->call;
        event->happened(call, e.success != 0);
        release(call);
    }
    return NULL;
}

/* As gRPC has no words of its own. */
static enum rc not_listening(struct ctx *cx, const struct grpc_plugin_options *o)
{
    if (o->client_pem && certificate_check(cx, o->client_pem) != RC_OK) {
        return RC_FAIL;
    }
    return diag_error(cx, NULL, "the plugin's socket could not be opened", "%s", o->socket);
}

static enum rc start_queue(struct ctx *cx, struct grpc_plugin *p)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, serve, p);
    return error ? diag_error(cx, NULL, "no thread could be started", "%s", strerror(error))
                 : RC_OK;
}

enum rc grpc_plugin_start(struct ctx *cx, const struct grpc_plugin_options *options,
                          struct grpc_plugin **ret_plugin)
{
    struct grpc_plugin *p = arena_alloc(cx->arena, sizeof *p);
    p->options = *options;
    pthread_mutex_init(&p->lock, NULL);
    clock_cond_init(&p->sent);
    grpc_setup_log(options->log);
    p->server = grpc_setup_server();
    p->queue = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(p->server, p->queue, NULL);
    grpc_server_credentials *creds =
        grpc_setup_credentials(options->certificate, options->client_pem);
    const char *address = arena_printf(cx->arena, "unix:%s", options->socket);
    int port = creds ? grpc_server_add_http2_port(p->server, address, creds) : 0;
    grpc_server_credentials_release(creds);
    if (port == 0) {
        return not_listening(cx, options);
    }
    grpc_server_start(p->server);
    if (start_queue(cx, p) != RC_OK) {
        return RC_FAIL;
    }
    *ret_plugin = p;
    return RC_OK;
}

void grpc_plugin_drain(struct grpc_plugin *p, int64_t ms)
{
    struct timespec end = clock_deadline(ms);
    int rc = 0;
    pthread_mutex_lock(&p->lock);
    while (p->leaving > 0 && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&p->sent, &p->lock, &end);
    }
    pthread_mutex_unlock(&p->lock);
}
