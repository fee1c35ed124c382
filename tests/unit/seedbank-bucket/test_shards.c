/* Plans cut into pieces: even, whole, and read one by one. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ctx.h"
#include "seedbank-bucket/plan_file.h"
#include "seedbank-bucket/shards.h"

static int make(void **state)
{
    *state = ctx_new(&(struct ctx_options){.session = NULL});
    return 0;
}

static int unmake(void **state)
{
    ctx_free(*state);
    return 0;
}

/* Steps of 10 bytes from byte 100 on, of which every idle-th does nothing (0: none). */
static const struct shard *cut(struct ctx *cx, size_t n, uint64_t steps, uint64_t idle)
{
    struct shards *s = shards_new(cx->arena, n);

    for (uint64_t i = 0; i < steps; i++) {
        shards_add(s, 100 + 10 * i, idle == 0 || i % idle != 0);
    }
    return shards_end(s, 100 + 10 * steps);
}

static void pieces_are_whole_and_even(void **state)
{
    static const struct {
        size_t n;
        uint64_t steps, idle;
    } rows[] = {
        {1, 0, 0},       {3, 0, 0},         {1, 7, 0},   {3, 9, 0},     {3, 10, 0},
        {4, 3, 0},       {5, 2, 1},         {2, 100, 3}, {7, 10000, 0}, {7, 100001, 2},
        {1000, 1500, 0}, {1000, 200000, 7}, {64, 64, 0}, {2, 129, 0},   {3, 1000000, 5},
    };
    struct ctx *cx = *state;

    for (size_t r = 0; r < COUNT(rows); r++) {
        size_t n = rows[r].n;
        const struct shard *p = cut(cx, n, rows[r].steps, rows[r].idle);
        uint64_t all = p[n].active, most = all / n + 1;
        assert_int_equal(p[0].first, 0);
        assert_int_equal(p[0].offset, 100);
        assert_int_equal(p[0].active, 0);
        assert_int_equal(p[n].first, rows[r].steps);
        assert_int_equal(p[n].offset, 100 + 10 * rows[r].steps);
        for (size_t i = 0; i < n; i++) {
            assert_true(p[i + 1].first >= p[i].first && p[i + 1].active >= p[i].active);
            assert_int_equal(p[i].offset, 100 + 10 * p[i].first);
            assert_true(p[i + 1].active - p[i].active <= most + most / 32);
        }
    }
}

static void places_are_read_as_they_were_written(void **state)
{
    struct ctx *cx = *state;
    const struct shard *p = cut(cx, 3, 100, 4), *read;
    json_t *list = shards_to_json(p, 3);

    assert_true(shards_from_json(cx->arena, list, 3, &read));
    assert_memory_equal(p, read, 4 * sizeof *p);
    assert_false(shards_from_json(cx->arena, list, 2, &read));
    assert_false(shards_from_json(cx->arena, list, 4, &read));
    assert_false(shards_from_json(cx->arena, NULL, 0, &read));
    json_array_set_new(list, 1, json_pack("[i, i, i]", 100, 0, -1));
    assert_false(shards_from_json(cx->arena, list, 3, &read));
    json_array_set_new(list, 1, json_pack("[i, i, i]", 99, 0, 0)); /* before the one before it */
    assert_false(shards_from_json(cx->arena, list, 3, &read));
    json_decref(list);
}

/* ---- In a plan ------------------------------------------------------------------------------- */

#define STEPS 11
#define IDLE  4 /* that one does nothing */

static const char *write_plan(struct ctx *cx, const char *folder)
{
    static const struct plan_head head = {.endpoint = "http://127.0.0.1:1",
                                          .region = "r",
                                          .bucket = "b",
                                          .at = "2026-11-24T03:16:18Z",
                                          .made = "2026-11-24T05:00:00Z",
                                          .shards = 3};
    static const struct plan_totals totals = {
        .steps = {[STEP_HIDE] = {STEPS - 1, 0}, [STEP_UNKNOWN] = {1, 0}}};
    const char *path = arena_printf(cx->arena, "%s/a.plan", folder);
    struct plan_writer *w;

    assert_int_equal(plan_file_create(cx, path, &head, &w), RC_OK);
    for (int i = 0; i < STEPS; i++) {
        struct step s = {.kind = i == IDLE ? STEP_UNKNOWN : STEP_HIDE,
                         .key = arena_printf(cx->arena, "key %d", i),
                         .latest = "l",
                         .storage_class = "",
                         .why = i == IDLE ? "lost" : NULL};
        assert_int_equal(plan_file_add(cx, w, &s), RC_OK);
    }
    assert_int_equal(plan_file_end(cx, w, &totals), RC_OK);
    return path;
}

static void read_piece(struct ctx *cx, struct plan_reader *r, const struct plan_piece *piece)
{
    struct step s;
    uint64_t active = 0;

    for (uint64_t i = 0; i < piece->steps; i++) {
        assert_int_equal(plan_file_next(cx, r, &s), RC_OK);
        assert_string_equal(s.key, arena_printf(cx->arena, "key %ju", (uintmax_t)piece->first + i));
        active += !step_is_idle(s.kind);
    }
    assert_int_equal(plan_file_next(cx, r, &s), RC_NOT_FOUND);
    assert_int_equal(active, piece->active);
}

static void a_piece_is_read_alone(void **state)
{
    struct ctx *cx = *state;
    char folder[] = "/tmp/shards.XXXXXX";
    struct plan_head head;
    struct plan_totals totals;
    struct plan_reader *r;
    struct step s;
    const char *path;
    uint64_t steps = 0, all = 0;

    assert_non_null(mkdtemp(folder));
    path = write_plan(cx, folder);
    assert_int_equal(plan_file_open(cx, path, &head, &totals, &r), RC_OK);
    assert_int_equal(head.shards, 3);
    while (plan_file_next(cx, r, &s) == RC_OK) { /* nobody chose a piece */
        all++;
    }
    assert_int_equal(all, STEPS);
    for (uint64_t i = 3; i-- > 0;) {
        struct plan_piece piece = plan_file_piece(r, i);
        assert_in_range(piece.active, 3, 4);
        steps += piece.steps;
        read_piece(cx, r, &piece);
        plan_file_rewind(r);
        read_piece(cx, r, &piece);
    }
    assert_int_equal(steps, STEPS);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(pieces_are_whole_and_even),
        TEST(places_are_read_as_they_were_written),
        TEST(a_piece_is_read_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
