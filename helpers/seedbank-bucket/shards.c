#include "seedbank-bucket/shards.h"

#include <stdlib.h>

#include "base/arena.h"

#define PLACES 64 /* of each piece */

struct shards {
    struct arena *arena;
    size_t n;
    struct shard *marks; /* every `stride`th active step, the first one included */
    size_t n_marks, room;
    uint64_t stride;
    uint64_t begin; /* where the first step is */
    uint64_t steps, active;
};

struct shards *shards_new(struct arena *a, size_t n)
{
    struct shards *s = arena_alloc(a, sizeof *s);

    s->arena = a;
    s->n = n;
    s->room = PLACES * n;
    s->marks = arena_array(a, s->room, sizeof *s->marks);
    s->stride = 1;
    return s;
}

static void thin_out(struct shards *s)
{
    for (size_t i = 0; 2 * i < s->n_marks; i++) {
        s->marks[i] = s->marks[2 * i];
    }
    s->n_marks = (s->n_marks + 1) / 2;
    s->stride *= 2;
}

void shards_add(struct shards *s, uint64_t offset, bool active)
{
    if (s->steps == 0) {
        s->begin = offset;
    }
    if (active && s->n_marks == s->room) {
        thin_out(s);
    }
    if (active && s->active % s->stride == 0) {
        s->marks[s->n_marks++] = (struct shard){offset, s->steps, s->active};
    }
    s->active += active;
    s->steps++;
}

/* The mark that is nearest to where the piece should begin. */
static struct shard nearest(const struct shards *s, size_t i, struct shard end)
{
    uint64_t wanted = s->active / s->n * i + s->active % s->n * i / s->n;
    uint64_t mark = (wanted + s->stride / 2) / s->stride;

    return mark < s->n_marks ? s->marks[mark] : end;
}

const struct shard *shards_end(struct shards *s, uint64_t offset)
{
    struct shard *places = arena_array(s->arena, s->n + 1, sizeof *places);
    struct shard end = {offset, s->steps, s->active};

    places[0] = (struct shard){s->steps > 0 ? s->begin : offset, 0, 0};
    for (size_t i = 1; i < s->n; i++) {
        places[i] = nearest(s, i, end);
        if (places[i].active == 0) { /* steps that do nothing stay in the first piece */
            places[i] = s->active > 0 ? places[0] : end;
        }
    }
    places[s->n] = end;
    return places;
}

json_t *shards_to_json(const struct shard *places, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i <= n; i++) {
        json_t *place = json_pack("[I, I, I]", (json_int_t)places[i].offset,
                                  (json_int_t)places[i].first, (json_int_t)places[i].active);
        if (json_array_append_new(list, place) != 0) {
            abort(); /* out of memory */
        }
    }
    return list;
}

static bool read_number(const json_t *place, size_t i, uint64_t *ret_number)
{
    const json_t *value = json_array_get(place, i);

    *ret_number = (uint64_t)json_integer_value(value);
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

bool shards_from_json(struct arena *a, const json_t *list, size_t n,
                      const struct shard **ret_places)
{
    struct shard *places;

    if (n > SHARDS_MAX || json_array_size(list) != n + 1) {
        return false;
    }
    places = arena_array(a, n + 1, sizeof *places);
    for (size_t i = 0; i <= n; i++) {
        const json_t *place = json_array_get(list, i);
        if (!read_number(place, 0, &places[i].offset) || !read_number(place, 1, &places[i].first) ||
            !read_number(place, 2, &places[i].active)) {
            return false;
        }
        if (i > 0 &&
            (places[i].offset < places[i - 1].offset || places[i].first < places[i - 1].first ||
             places[i].active < places[i - 1].active)) {
            return false;
        }
    }
    *ret_places = places;
    return true;
}
