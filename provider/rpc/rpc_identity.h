/*
 * A resource's identity: the attributes named in resource.identity, as an object
 * of their own. For the other files of rpc/ only.
 */
#ifndef RPC_RPC_IDENTITY_H
#define RPC_RPC_IDENTITY_H

#include "proto/tfplugin6.pb-c.h"
#include "schema/resource.h"

const struct type *rpc_identity_type(struct arena *a, const struct resource *r);

/* The identity of a state or plan (a known object). None, and *ret_wire stays as it was, while a
 * part is unknown: hosts fail on a plan that holds such an identity ("value is not known", OpenTofu
 * 1.12 in the apply, Terraform 1.15 when it shows the plan). */
enum rc rpc_identity_encode(struct ctx *cx, const struct resource *r, const struct value *object,
                            Tfplugin6__ResourceIdentityData **ret_wire) RC_MUST_CHECK;

/* The parts, in the order of resource.identity, from an import ID (joined by '/'; the last part may
 * hold more of them) or from an identity. */
enum rc rpc_identity_from_id(struct ctx *cx, const struct resource *r, const char *id,
                             const char **ret_parts) RC_MUST_CHECK;
enum rc rpc_identity_from_wire(struct ctx *cx, const struct resource *r,
                               const Tfplugin6__ResourceIdentityData *wire,
                               const char **ret_parts) RC_MUST_CHECK;

/* The parts of a known object joined by '/', for messages. */
const char *rpc_identity_text(struct arena *a, const struct resource *r,
                              const struct value *object);

size_t rpc_identity_count(const struct resource *r);

#endif
