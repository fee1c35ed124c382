/*
 * The provider's state in one process. For the other files of rpc/ only.
 */
#ifndef RPC_RPC_SERVER_H
#define RPC_RPC_SERVER_H

#include "base/ctx.h"
#include "proto/tfplugin6.pb-c.h"
#include "rpc/rpc.h"
#include "schema/resource.h"

const struct registry *rpc_server_registry(const struct rpc_server *s);

/* The answer to GetProviderSchema, built once for the life of the server. */
const Tfplugin6__GetProviderSchema__Response *rpc_server_schema(struct rpc_server *s);

/* Configure the provider from a decoded block. In reattach mode it happens again and again: calls
 * under way keep the configuration they began with. */
enum rc rpc_server_configure(struct ctx *cx, struct rpc_server *s, const void *model) RC_MUST_CHECK;

/* Lend the current configuration to this call until its arena goes: sets cx->session. NULL when the
 * provider was not configured. */
struct clients *rpc_server_clients(struct ctx *cx, struct rpc_server *s);

/* NULL: there is no such type. */
const struct resource *rpc_server_find_resource(const struct rpc_server *s, const char *type_name);

/* The declaration of a type, or an error that names it. */
enum rc rpc_server_resource(struct ctx *cx, const struct rpc_server *s, const char *type_name,
                            const struct resource **ret_resource) RC_MUST_CHECK;
enum rc rpc_server_data_source(struct ctx *cx, const struct rpc_server *s, const char *type_name,
                               const struct data_source **ret_data_source) RC_MUST_CHECK;

#endif
