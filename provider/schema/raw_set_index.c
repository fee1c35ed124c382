#include "schema/raw_set_index.h"

#include "base/arena.h"
#include "value/value.h"

/* FNV-1a, a word at a time where there is one. */
#define HASH_START UINT64_C(14695981039346656037)
#define HASH_PRIME UINT64_C(1099511628211)

uint64_t raw_set_index_mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * HASH_PRIME;
    return hash ^ hash >> 32; /* the index looks at low bits */
}

static uint64_t hash_text(struct str s)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < s.n; i++) {
        hash = (hash ^ (unsigned char)s.p[i]) * HASH_PRIME;
    }
    return raw_set_index_mix(hash, s.n);
}

uint64_t raw_set_index_hash(const struct value *v)
{
    if (!value_is_known(v)) {
        return raw_set_index_mix(HASH_START, v->state);
    }
    uint64_t hash = raw_set_index_mix(HASH_START, (uint64_t)v->type->kind << 8);
    if (v->type->kind == TYPE_BOOL) {
        return raw_set_index_mix(hash, v->boolean);
    }
    if (v->type->kind == TYPE_NUMBER || v->type->kind == TYPE_STRING) {
        return raw_set_index_mix(hash, hash_text(v->text));
    }
    hash = raw_set_index_mix(hash, v->n);
    if (v->type->kind == TYPE_SET) {
        return hash; /* in any order, and a repeated element may stand for another */
    }
    for (size_t i = 0; i < v->n; i++) {
        if (v->keys) {
            hash = raw_set_index_mix(hash, hash_text(v->keys[i]));
        }
        hash = raw_set_index_mix(hash, raw_set_index_hash(v->items[i]));
    }
    return hash;
}

struct raw_set_index raw_set_index_new(struct arena *a, const uint64_t *hashes, size_t n)
{
    size_t slots = 1;
    while (slots < n) {
        slots *= 2;
    }
    struct raw_set_index x = {
        .hashes = hashes,
        .first = arena_array(a, slots, sizeof(*x.first)),
        .next = arena_array(a, n, sizeof(*x.next)),
        .mask = slots - 1,
        .n = n,
    };
    for (size_t i = 0; i < slots; i++) {
        x.first[i] = n;
    }
    for (size_t i = n; i-- > 0;) { /* from behind, so that chains rise */
        size_t *slot = &x.first[hashes[i] & x.mask];
        x.next[i] = *slot;
        *slot = i;
    }
    return x;
}

struct raw_set_index raw_set_index_of(struct arena *a, const struct value *set)
{
    uint64_t *hashes = arena_array(a, set->n, sizeof(*hashes));
    for (size_t i = 0; i < set->n; i++) {
        hashes[i] = raw_set_index_hash(set->items[i]);
    }
    return raw_set_index_new(a, hashes, set->n);
}

static size_t skip_to(const struct raw_set_index *x, size_t place, uint64_t hash)
{
    while (place < x->n && x->hashes[place] != hash) {
        place = x->next[place];
    }
    return place;
}

size_t raw_set_index_first(const struct raw_set_index *x, uint64_t hash)
{
    return skip_to(x, x->first[hash & x->mask], hash);
}

size_t raw_set_index_next(const struct raw_set_index *x, size_t place)
{
    return skip_to(x, x->next[place], x->hashes[place]);
}
