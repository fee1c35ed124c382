/*
 * MessagePack as a tree. Parsing is msgpack-c's (4.0) through its unpacking
 * template, because its ready-made msgpack_unpack_next allocates what a length
 * claims (five bytes can ask for 96 GB) and gives up at 32 levels. Here the tree
 * takes at most sizeof(struct packed) per byte of input, and nesting ends at
 * PACKED_DEPTH_MAX; the parser keeps it in a fixed array, not on the call stack.
 */
#ifndef VALUE_PACKED_H
#define VALUE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

enum { PACKED_DEPTH_MAX = 128 };

enum packed_kind {
    PACKED_NIL,
    PACKED_BOOL,
    PACKED_INT,    /* fits int64 */
    PACKED_UINT,   /* does not */
    PACKED_DOUBLE, /* may be infinite or no number */
    PACKED_STR,    /* any bytes */
    PACKED_BIN,
    PACKED_EXT,
    PACKED_ARRAY,
    PACKED_MAP,
};

struct packed {
    enum packed_kind kind;
    int8_t ext; /* the number of an ext */
    union {
        bool boolean;
        int64_t i64;
        uint64_t u64;
        double number;
        struct str text; /* of str, bin and ext; points into the input */
        struct {
            struct packed *items; /* of a map: key, value, key, value ... */
            size_t n;             /* of a map: pairs */
        };
    };
};

/* Parse one value off the front of *bytes, which must outlive the tree. NULL on success, else what
 * is wrong, for a message. */
const char *packed_parse(struct arena *a, struct str *bytes, struct packed *ret_root);

/* A number in any of its forms (integer, finite double, decimal text) as canonical text (number.h),
 * every digit kept; false when the item is none. */
bool packed_number(struct arena *a, const struct packed *item, struct str *ret_canonical);

/* "a string", "a map" ... for messages. */
const char *packed_kind_text(enum packed_kind kind);

#endif
