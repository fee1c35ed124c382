/*
 * Writing MessagePack into a buf with msgpack-c's packer: what the encoders of
 * values and of refinements share.
 */
#ifndef VALUE_PACK_H
#define VALUE_PACK_H

#include <msgpack/pack.h>
#include <stdbool.h>

#include "base/str.h"

struct buf;

/* The buf remembers in `full` when it was too small. */
struct msgpack_packer pack_into(struct buf *out);

void pack_bool(struct msgpack_packer *pk, bool b);
void pack_text(struct msgpack_packer *pk, struct str s);
void pack_bytes(struct msgpack_packer *pk, struct str s);
void pack_ext(struct msgpack_packer *pk, int8_t number, struct str payload);

/* Canonical decimal text as go-cty does: an integer when it fits int64, a double when it is a
 * fraction that the double holds exactly, else the text. */
void pack_number(struct msgpack_packer *pk, struct str canonical);

#endif
