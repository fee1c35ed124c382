#include "value/refinement.h"

#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "value/number.h"
#include "value/pack.h"
#include "value/packed.h"
#include "value/type.h"

enum key {
    KEY_NULLNESS = 1, /* false: never null */
    KEY_PREFIX = 2,
    KEY_NUMBER_MIN = 3, /* [number, inclusive] */
    KEY_NUMBER_MAX = 4,
    KEY_LENGTH_MIN = 5,
    KEY_LENGTH_MAX = 6,
};

enum { PREFIX_MAX = 256 }; /* bytes that go-cty writes */

static bool is_collection(const struct type *t)
{
    return t->kind == TYPE_LIST || t->kind == TYPE_SET || t->kind == TYPE_MAP;
}

/* ---- Reading ---------------------------------------------------------------------------- */

static bool read_bound(struct arena *a, const struct packed *pair, struct str *ret_number,
                       bool *ret_inclusive)
{
    if (pair->kind != PACKED_ARRAY || pair->n != 2 || pair->items[1].kind != PACKED_BOOL) {
        return false;
    }
    *ret_inclusive = pair->items[1].boolean;
    return packed_number(a, &pair->items[0], ret_number);
}

static bool read_length(const struct packed *item, int64_t *ret_length)
{
    *ret_length = item->i64;
    return item->kind == PACKED_INT && item->i64 >= 0;
}

/* False when it cannot be so of that type. Keys that are not known yet promise something we may
 * ignore. */
static bool read_entry(struct arena *a, const struct type *t, const struct packed entry[2],
                       struct value_refinement *r)
{
    const struct packed *item = &entry[1];
    if (entry[0].kind != PACKED_INT) {
        return false;
    }
    switch (entry[0].i64) {
    case KEY_NULLNESS:
        r->not_null = true;
        return item->kind == PACKED_BOOL && !item->boolean;
    case KEY_PREFIX:
        r->prefix = item->text;
        return t->kind == TYPE_STRING && item->kind == PACKED_STR && str_utf8_valid(item->text);
    case KEY_NUMBER_MIN:
        return t->kind == TYPE_NUMBER && read_bound(a, item, &r->number_min, &r->min_inclusive);
    case KEY_NUMBER_MAX:
        return t->kind == TYPE_NUMBER && read_bound(a, item, &r->number_max, &r->max_inclusive);
    case KEY_LENGTH_MIN:
        return is_collection(t) && read_length(item, &r->length_min);
    case KEY_LENGTH_MAX:
        return is_collection(t) && read_length(item, &r->length_max);
    default:
        return true;
    }
}

const struct value_refinement *refinement_decode(struct arena *a, struct str payload,
                                                 const struct type *t)
{
    struct packed map;
    if (payload.n > REFINEMENT_SIZE_MAX || packed_parse(a, &payload, &map) != NULL ||
        map.kind != PACKED_MAP || map.n == 0) {
        return NULL;
    }
    struct value_refinement *r = arena_alloc(a, sizeof *r);
    r->length_min = r->length_max = -1;
    for (size_t i = 0; i < map.n; i++) {
        if (!read_entry(a, t, &map.items[2 * i], r)) {
            return NULL;
        }
    }
    return r;
}

/* ---- Writing ---------------------------------------------------------------------------- */

static void write_bound(struct msgpack_packer *pk, enum key key, struct str number, bool inclusive)
{
    msgpack_pack_int(pk, (int)key);
    msgpack_pack_array(pk, 2);
    pack_number(pk, number);
    pack_bool(pk, inclusive);
}

static void write_length(struct msgpack_packer *pk, enum key key, int64_t length)
{
    msgpack_pack_int(pk, (int)key);
    msgpack_pack_int64(pk, length);
}

static struct str cut_prefix(struct str s)
{
    if (s.n > PREFIX_MAX) {
        s.n = PREFIX_MAX;
        while (s.n > 0 && (s.p[s.n] & 0xc0) == 0x80) {
            s.n--;
        }
    }
    return s;
}

void refinement_encode(struct buf *out, const struct value_refinement *r, const struct type *t)
{
    bool number = t->kind == TYPE_NUMBER, length = is_collection(t);
    bool prefix = t->kind == TYPE_STRING && r->prefix.n > 0;
    bool min = number && r->number_min.n > 0, max = number && r->number_max.n > 0;
    bool shortest = length && r->length_min > 0, longest = length && r->length_max >= 0;
    size_t n = (size_t)r->not_null + prefix + min + max + shortest + longest;
    if (n == 0) {
        return;
    }
    struct msgpack_packer pk = pack_into(out);
    msgpack_pack_map(&pk, n);
    if (r->not_null) {
        msgpack_pack_int(&pk, KEY_NULLNESS);
        pack_bool(&pk, false);
    }
    if (prefix) {
        msgpack_pack_int(&pk, KEY_PREFIX);
        pack_text(&pk, cut_prefix(r->prefix));
    }
    if (min) {
        write_bound(&pk, KEY_NUMBER_MIN, r->number_min, r->min_inclusive);
    }
    if (max) {
        write_bound(&pk, KEY_NUMBER_MAX, r->number_max, r->max_inclusive);
    }
    if (shortest) {
        write_length(&pk, KEY_LENGTH_MIN, r->length_min);
    }
    if (longest) {
        write_length(&pk, KEY_LENGTH_MAX, r->length_max);
    }
}
