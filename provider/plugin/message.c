#include "plugin/message.h"

#include "base/arena.h"

static void *allocate(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

/* The arena frees. */
static void release(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

ProtobufCMessage *message_unpack(struct arena *a, const ProtobufCMessageDescriptor *descriptor,
                                 struct str bytes)
{
    ProtobufCAllocator allocator = {.alloc = allocate, .free = release, .allocator_data = a};
    const uint8_t *data = bytes.n ? (const uint8_t *)bytes.p : (const uint8_t *)"";
    return protobuf_c_message_unpack(descriptor, &allocator, bytes.n, data);
}

ProtobufCMessage *message_new(struct arena *a, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = arena_alloc(a, descriptor->sizeof_message);
    protobuf_c_message_init(descriptor, message);
    return message;
}

static void mend(struct arena *a, ProtobufCMessage *message);

static void mend_member(struct arena *a, const ProtobufCFieldDescriptor *field, void *member)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        ProtobufCMessage **child = member;
        if (*child) {
            mend(a, *child);
        }
        return;
    }
    char **text = member;
    struct str s = str_of(*text);
    if (!str_utf8_valid(s)) {
        *text = str_utf8_clean(a, s, SIZE_MAX);
    }
}

static void mend_field(struct arena *a, const ProtobufCFieldDescriptor *field, char *message)
{
    void *member = message + field->offset;
    const void *quantifier = message + field->quantifier_offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t n = *(const size_t *)quantifier;
        void **items = *(void ***)member;
        for (size_t i = 0; i < n; i++) {
            mend_member(a, field, &items[i]);
        }
        return;
    }
    /* Members of a oneof share their place: only the one named by the case is there. */
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
        *(const uint32_t *)quantifier != field->id) {
        return;
    }
    mend_member(a, field, member);
}

/* As deep as the message is; what handlers build is as deep as a schema. */
static void mend(struct arena *a, ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
            mend_field(a, field, (char *)message);
        }
    }
}

struct str message_pack(struct arena *a, ProtobufCMessage *message)
{
    mend(a, message);
    size_t n = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(a, n);
    protobuf_c_message_pack(message, bytes);
    return (struct str){(const char *)bytes, n};
}
