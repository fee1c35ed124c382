/*
 * Protobuf messages in arenas, through the descriptors that protoc-c generates: one way in, one way
 * out, for every message. What protobuf-c does not do is done here: strings that leave are valid
 * UTF-8 (one invalid byte makes the host refuse the whole answer).
 */
#ifndef PLUGIN_MESSAGE_H
#define PLUGIN_MESSAGE_H

#include <protobuf-c/protobuf-c.h>

#include "base/str.h"

struct arena;

/* NULL if the bytes are no such message. Fields that the descriptor lacks are skipped: hosts newer
 * than our proto/ send them. */
ProtobufCMessage *message_unpack(struct arena *a, const ProtobufCMessageDescriptor *descriptor,
                                 struct str bytes);

/* An empty message. */
ProtobufCMessage *message_new(struct arena *a, const ProtobufCMessageDescriptor *descriptor);

/* The bytes of a message. Its invalid strings are replaced in place by mended copies. */
struct str message_pack(struct arena *a, ProtobufCMessage *message);

#endif
