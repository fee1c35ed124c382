/*
 * Attribute rows to the wire's schemas. For the other files of rpc/ only.
 */
#ifndef RPC_RPC_SCHEMA_H
#define RPC_RPC_SCHEMA_H

#include "proto/tfplugin6.pb-c.h"
#include "schema/resource.h"

Tfplugin6__Schema *rpc_schema_of(struct arena *a, const struct attr *attrs, int64_t version,
                                 const char *doc);
Tfplugin6__ResourceIdentitySchema *rpc_schema_identity(struct arena *a, const struct resource *r);
Tfplugin6__Function *rpc_schema_function(struct arena *a, const struct function *f);

#endif
