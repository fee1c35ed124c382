/*
 * Private state: what a resource remembers beside its state, invisible to the
 * user: key and text pairs in a JSON object. Core hands the bytes back unchanged
 * from plan to apply to read. Bytes that do not parse count as empty, with a
 * warning: they cannot be mended by the user.
 */
#ifndef SCHEMA_PRIVATE_STATE_H
#define SCHEMA_PRIVATE_STATE_H

#include "base/str.h"

struct ctx;
struct private_state;

/* Lives in cx->arena, as do the texts it hands out. */
struct private_state *private_state_parse(struct ctx *cx, struct str bytes);
/* NULL when there is none of that key. */
const char *private_state_get(const struct private_state *p, const char *key);
void private_state_set(struct private_state *p, const char *key, const char *value); /* copies */
void private_state_unset(struct private_state *p, const char *key);
struct str private_state_bytes(struct ctx *cx, const struct private_state *p); /* empty: none */

#endif
