/*
 * Dynamic values in MessagePack, the form in which core sends and wants them.
 * Source: object-wire-format.md of hashicorp/terraform, and go-cty's msgpack package: null = nil,
 * unknown = any ext (refined = ext 12), numbers = int, exactly representable float, or
 * decimal text; dynamic = [bin type-JSON, value].
 */
#ifndef VALUE_VALUE_MSGPACK_H
#define VALUE_VALUE_MSGPACK_H

#include "base/rc.h"
#include "base/str.h"

struct ctx;
struct type;
struct value;

/* Decode bytes of the given type. Empty bytes mean null (OpenTofu sends them for null arguments).
 * Bounded: depth 128, and no allocation larger than the input allows. An object must have exactly
 * the type's attributes. */
enum rc value_msgpack_decode(struct ctx *cx, struct str bytes, const struct type *t,
                             const struct value **ret_v) RC_MUST_CHECK;

/* Encode v in a place of type t. Never fails on a value that conforms. */
enum rc value_msgpack_encode(struct ctx *cx, const struct value *v, const struct type *t,
                             struct str *ret_bytes) RC_MUST_CHECK;

#endif
