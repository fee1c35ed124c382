/*
 * The RPCs of tfplugin6 as functions: a protobuf message in, a protobuf message out. plugin/ finds
 * the function of a call in its table (plugin/methods.c), unpacks, calls, and packs; nothing here
 * knows of gRPC, sockets or threads.
 *
 * Every handler runs with a cx of its own, whose cancel is raised by StopProvider, by a host that
 * went away, and by Shutdown. Those that may wait run on a thread of their own, up to 16 at once.
 * It
 *   - reads `request`, an unpacked message that lives in cx->arena;
 *   - fills `response`, an initialised message whose parts it allocates in cx->arena, and turns
 *     cx->diags into the response's diagnostics. Strings need not be valid UTF-8: plugin/ mends
 *     them as it packs;
 *   - never fails otherwise: trouble is a diagnostic. A gRPC error would lose a created object.
 * The types behind the void pointers are the ones of the row in plugin/methods.c, which follow the
 * RPC's name: rpc_read_resource has Tfplugin6__ReadResource__Request and ..__Response.
 */
#ifndef RPC_RPC_H
#define RPC_RPC_H

#include <stdbool.h>

struct cancel;
struct ctx;
struct log;
struct registry;

/* One per process: the registry, the provider's configuration with its session and clients once
 * ConfigureProvider was called (again and again in reattach mode), log and the cancel of the whole
 * process. Safe to use from all threads. */
struct rpc_server;

/* All three are borrowed and outlive the server. */
struct rpc_server *rpc_server_new(const struct registry *registry, const struct log *log,
                                  struct cancel *root);
void rpc_server_free(struct rpc_server *s); /* no handler may be running; NULL is allowed */

/* Where the handler of a streaming RPC puts its messages. */
struct rpc_stream {
    /* Send one message, packed before it returns and not to be used again. False: the host is gone,
     * stop. */
    bool (*emit)(struct rpc_stream *stream, void *message);
};

/* ---- Provider ------------------------------------------------------------------------------- */
void rpc_get_metadata(struct ctx *cx, struct rpc_server *s, const void *request, void *response);
void rpc_get_provider_schema(struct ctx *cx, struct rpc_server *s, const void *request,
                             void *response);
void rpc_get_resource_identity_schemas(struct ctx *cx, struct rpc_server *s, const void *request,
                                       void *response);
void rpc_validate_provider_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response);
void rpc_configure_provider(struct ctx *cx, struct rpc_server *s, const void *request,
                            void *response);

/* ---- Managed resources ---------------------------------------------------------------------- */
void rpc_validate_resource_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response);
void rpc_upgrade_resource_state(struct ctx *cx, struct rpc_server *s, const void *request,
                                void *response);
void rpc_upgrade_resource_identity(struct ctx *cx, struct rpc_server *s, const void *request,
                                   void *response);
void rpc_read_resource(struct ctx *cx, struct rpc_server *s, const void *request, void *response);
void rpc_plan_resource_change(struct ctx *cx, struct rpc_server *s, const void *request,
                              void *response);
/* False: the resource plans from the request alone, and asks no server. */
bool rpc_plan_waits(const struct rpc_server *s, const void *request);
void rpc_apply_resource_change(struct ctx *cx, struct rpc_server *s, const void *request,
                               void *response);
void rpc_import_resource_state(struct ctx *cx, struct rpc_server *s, const void *request,
                               void *response);
void rpc_move_resource_state(struct ctx *cx, struct rpc_server *s, const void *request,
                             void *response);
void rpc_generate_resource_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response);

/* ---- Data sources and functions ------------------------------------------------------------- */
void rpc_validate_data_resource_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                       void *response);
void rpc_read_data_source(struct ctx *cx, struct rpc_server *s, const void *request,
                          void *response);
void rpc_get_functions(struct ctx *cx, struct rpc_server *s, const void *request, void *response);
void rpc_call_function(struct ctx *cx, struct rpc_server *s, const void *request, void *response);

/* ---- Kinds that this provider does not declare: each answers with one diagnostic --------------
 */
void rpc_validate_ephemeral_resource_config(struct ctx *cx, struct rpc_server *s,
                                            const void *request, void *response);
void rpc_open_ephemeral_resource(struct ctx *cx, struct rpc_server *s, const void *request,
                                 void *response);
void rpc_renew_ephemeral_resource(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response);
void rpc_close_ephemeral_resource(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response);
void rpc_validate_list_resource_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                       void *response);
void rpc_validate_action_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                void *response);
void rpc_plan_action(struct ctx *cx, struct rpc_server *s, const void *request, void *response);
void rpc_list_resource(struct ctx *cx, struct rpc_server *s, const void *request,
                       struct rpc_stream *stream);
void rpc_invoke_action(struct ctx *cx, struct rpc_server *s, const void *request,
                       struct rpc_stream *stream);

#endif
