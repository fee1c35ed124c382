/*
 * Between protobuf messages and the layers below: values, diagnostics, paths.
 * For the other files of rpc/ only.
 */
#ifndef RPC_RPC_WIRE_H
#define RPC_RPC_WIRE_H

#include "base/ctx.h"
#include "proto/tfplugin6.pb-c.h"
#include "schema/attr.h"

/* A new message of that kind, initialised, in the arena. */
void *rpc_wire_message(struct arena *a, const ProtobufCMessageDescriptor *descriptor);

/* Protobuf-c's strings are not const; these are copies in the arena. NULL gives "". */
char *rpc_wire_text(struct arena *a, const char *s);
ProtobufCBinaryData rpc_wire_bytes(struct arena *a, struct str s);
struct str rpc_wire_str(ProtobufCBinaryData b);

/* A missing message and an empty one both mean null. `what` is for the message on failure. */
enum rc rpc_wire_decode(struct ctx *cx, const Tfplugin6__DynamicValue *wire, const struct type *t,
                        const char *what, const struct value **ret_v) RC_MUST_CHECK;

/* The guard of every answer: a value that does not conform to its type becomes an error here,
 * instead of a crash or a lost object in core. */
enum rc rpc_wire_encode(struct ctx *cx, const struct value *v, const struct type *t,
                        const char *what, Tfplugin6__DynamicValue **ret_wire) RC_MUST_CHECK;

Tfplugin6__AttributePath *rpc_wire_path(struct arena *a, const struct path *path);

/* Put cx->diags into a response. RC_FAIL without any error message becomes one that says so: no
 * failure may be silent. */
void rpc_wire_diagnostics(struct ctx *cx, enum rc rc, size_t *ret_n,
                          Tfplugin6__Diagnostic ***ret_list);

#endif
