#include "value/packed.h"

#include <assert.h>
#include <math.h>

#include "base/arena.h"
#include "value/number.h"

#define MSGPACK_EMBED_STACK_SIZE 128 /* PACKED_DEPTH_MAX, for the preprocessor */
#include <msgpack/unpack.h>
#include <msgpack/unpack_define.h>

static_assert(MSGPACK_EMBED_STACK_SIZE == PACKED_DEPTH_MAX, "one depth");

enum refusal {
    REFUSED_LENGTH = -100, /* msgpack-c's own codes are small: msgpack_unpack_return */
    REFUSED_EXT = -101,
};

struct builder {
    struct arena *arena;
    size_t left; /* items that the rest of the input can still hold, one byte each */
};

/* ---- Callbacks of the template: 0, or a refusal ----------------------------------------- */

typedef struct packed packed_object;
typedef struct builder packed_user;

static inline struct packed build_root(struct builder *b)
{
    (void)b;
    return (struct packed){.kind = PACKED_NIL};
}

static inline int build_nil(struct builder *b, struct packed *o)
{
    (void)b;
    *o = (struct packed){.kind = PACKED_NIL};
    return 0;
}

static inline int build_bool(struct packed *o, bool value)
{
    *o = (struct packed){.kind = PACKED_BOOL, .boolean = value};
    return 0;
}

static inline int build_true(struct builder *b, struct packed *o)
{
    (void)b;
    return build_bool(o, true);
}

static inline int build_false(struct builder *b, struct packed *o)
{
    (void)b;
    return build_bool(o, false);
}

static inline int build_int64(struct builder *b, int64_t n, struct packed *o)
{
    (void)b;
    *o = (struct packed){.kind = PACKED_INT, .i64 = n};
    return 0;
}

static inline int build_uint64(struct builder *b, uint64_t n, struct packed *o)
{
    if (n <= INT64_MAX) {
        return build_int64(b, (int64_t)n, o);
    }
    *o = (struct packed){.kind = PACKED_UINT, .u64 = n};
    return 0;
}

static inline int build_double(struct builder *b, double n, struct packed *o)
{
    (void)b;
    *o = (struct packed){.kind = PACKED_DOUBLE, .number = n};
    return 0;
}

#define build_uint8  build_int64
#define build_uint16 build_int64
#define build_uint32 build_int64
#define build_int8   build_int64
#define build_int16  build_int64
#define build_int32  build_int64
#define build_float  build_double

static inline int build_text(struct packed *o, enum packed_kind kind, struct str text)
{
    *o = (struct packed){.kind = kind, .text = text};
    return 0;
}

static inline int build_str(struct builder *b, const char *base, const char *p, unsigned n,
                            struct packed *o)
{
    (void)b, (void)base;
    return build_text(o, PACKED_STR, (struct str){p, n});
}

static inline int build_bin(struct builder *b, const char *base, const char *p, unsigned n,
                            struct packed *o)
{
    (void)b, (void)base;
    return build_text(o, PACKED_BIN, (struct str){p, n});
}

/* The first byte is the ext's number; there is none when the length overflowed in the template. */
static inline int build_ext(struct builder *b, const char *base, const char *p, unsigned n,
                            struct packed *o)
{
    (void)b, (void)base;
    if (n == 0) {
        return REFUSED_EXT;
    }
    build_text(o, PACKED_EXT, (struct str){p + 1, n - 1});
    o->ext = (int8_t)*p;
    return 0;
}

static inline int build_container(struct builder *b, enum packed_kind kind, size_t n,
                                  struct packed *o)
{
    size_t items = kind == PACKED_MAP ? 2 * n : n;
    if (items > b->left) {
        return REFUSED_LENGTH;
    }
    b->left -= items;
    *o = (struct packed){.kind = kind};
    o->items = arena_array(b->arena, items, sizeof *o->items);
    return 0;
}

static inline int build_array(struct builder *b, unsigned n, struct packed *o)
{
    return build_container(b, PACKED_ARRAY, n, o);
}

static inline int build_map(struct builder *b, unsigned n, struct packed *o)
{
    return build_container(b, PACKED_MAP, n, o);
}

static inline int build_array_item(struct builder *b, struct packed *o, struct packed item)
{
    (void)b;
    o->items[o->n++] = item;
    return 0;
}

static inline int build_map_item(struct builder *b, struct packed *o, struct packed key,
                                 struct packed value)
{
    (void)b;
    o->items[2 * o->n] = key;
    o->items[2 * o->n + 1] = value;
    o->n++;
    return 0;
}

#define msgpack_unpack_struct(name)    struct unpack##name
#define msgpack_unpack_func(ret, name) static ret unpack##name
#define msgpack_unpack_callback(name)  build##name
#define msgpack_unpack_object          packed_object
#define msgpack_unpack_user            packed_user
#include <msgpack/unpack_template.h>

/* ---- The interface ---------------------------------------------------------------------- */

const char *packed_parse(struct arena *a, struct str *bytes, struct packed *ret_root)
{
    struct unpack_context context;
    context.user = (struct builder){.arena = a, .left = bytes->n};
    unpack_init(&context);
    size_t used = 0;
    switch (unpack_execute(&context, bytes->n > 0 ? bytes->p : "", bytes->n, &used)) {
    case 1:
        *ret_root = unpack_data(&context);
        bytes->p += used;
        bytes->n -= used;
        return NULL;
    case 0:
        return "it was cut short";
    case REFUSED_LENGTH:
        return "it claims more elements than it has bytes";
    case MSGPACK_UNPACK_NOMEM_ERROR:
        return "it is nested too deeply";
    default:
        return "it is not MessagePack";
    }
}

bool packed_number(struct arena *a, const struct packed *item, struct str *ret_canonical)
{
    switch (item->kind) {
    case PACKED_INT:
        *ret_canonical = number_of_i64(a, item->i64);
        return true;
    case PACKED_UINT:
        *ret_canonical = number_of_u64(a, item->u64);
        return true;
    case PACKED_DOUBLE:
        if (!isfinite(item->number)) {
            return false;
        }
        *ret_canonical = number_of_double(a, item->number);
        return true;
    case PACKED_STR:
        return number_canonical(a, item->text, ret_canonical);
    case PACKED_NIL:
    case PACKED_BOOL:
    case PACKED_BIN:
    case PACKED_EXT:
    case PACKED_ARRAY:
    case PACKED_MAP:
    default:
        return false;
    }
}

const char *packed_kind_text(enum packed_kind kind)
{
    static const char *const names[] = {
        [PACKED_NIL] = "nil",         [PACKED_BOOL] = "a boolean",   [PACKED_INT] = "an integer",
        [PACKED_UINT] = "an integer", [PACKED_DOUBLE] = "a double",  [PACKED_STR] = "a string",
        [PACKED_BIN] = "bytes",       [PACKED_EXT] = "an extension", [PACKED_ARRAY] = "an array",
        [PACKED_MAP] = "a map",
    };
    return names[kind];
}
