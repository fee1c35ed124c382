/*
 * What the RPCs of one managed resource share. For the other files of rpc/ only.
 */
#ifndef RPC_RPC_RESOURCE_H
#define RPC_RPC_RESOURCE_H

#include "proto/tfplugin6.pb-c.h"
#include "rpc/rpc_server.h"

/* The model of an object value; a null value gives NULL. */
enum rc rpc_resource_model(struct ctx *cx, const struct resource *r, const struct value *object,
                           void **ret_model) RC_MUST_CHECK;

/* The stored form of a model: write-only attributes null, spellings of `before` kept where they
 * mean the same, nothing unknown. An unknown left over is an error beside a state that can be
 * stored, for a created object must never be lost. */
const struct value *rpc_resource_state(struct ctx *cx, const struct resource *r, const void *model,
                                       const struct value *before);

/* The error for an operation ("create", "delete") that ended with RC_NOT_FOUND or RC_CONFLICT,
 * which say nothing. Adds none where there is one already; RC_OK and RC_FAIL are left to others. */
void rpc_resource_explain(struct ctx *cx, const struct resource *r, const char *operation,
                          enum rc rc);

#endif
