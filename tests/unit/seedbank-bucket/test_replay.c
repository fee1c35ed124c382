/* Lines of the journal, and what a journal comes to. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "seedbank-bucket/replay.h"

#define SUM        "2aef55c29a514b10a908e81fc162f33bd2d5d653852c19aa23937a4b0c90d909"
#define BEGIN      "{\"did\":\"begin\",\"seedbank_journal\":1,\"plan\":\"" SUM "\"}\n"
#define KEYS       32 /* room for all that are visited */
#define UNDO_BEGIN "{\"undo\":\"begin\",\"seedbank_journal\":1,\"plan\":\"" SUM "\"}\n"

struct fixture {
    struct ctx *cx;
    char path[64];
};

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    int fd;

    f->cx = ctx_new(&(struct ctx_options){.session = NULL});
    snprintf(f->path, sizeof f->path, "/tmp/journal.XXXXXX");
    fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    ctx_free(f->cx);
    test_free(f);
    return 0;
}

static void write_to(struct fixture *f, const char *lines)
{
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    assert_true(fputs(lines, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static enum rc replay(struct fixture *f, const char *lines, struct replay **ret_replay)
{
    struct replay_plan plan = {f->path, SUM, 4, 0};

    write_to(f, lines);
    return replay_read(f->cx, &plan, ret_replay);
}

/* ---- One line -------------------------------------------------------------------------------- */

static void lines_are_read_as_they_were_written(void **state)
{
    static const char *made[] = {"v1", "v2"};
    static const struct record rows[] = {
        {.kind = RECORD_BEGIN, .plan = SUM},
        {.kind = RECORD_BEGIN, .undo = true, .plan = SUM},
        {.kind = RECORD_INTENT, .number = 0},
        {.kind = RECORD_MADE, .number = 7, .made = made, .n_made = 1},
        {.kind = RECORD_MADE, .number = 7, .modified = "2026-11-24T03:16:18.123Z"},
        {.kind = RECORD_DONE,
         .number = 1,
         .step = STEP_COPY,
         .key = "a b",
         .made = made,
         .n_made = 2},
        {.kind = RECORD_DONE, .number = 1, .step = STEP_REVEAL, .key = "\xff\x01", .version = "v"},
        {.kind = RECORD_LEFT, .undo = true, .number = 1u << 31, .why = "changed since: \"x\""},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct record r;
        struct str line = record_write(a, &rows[i]);
        assert_null(memchr(line.p, '\n', line.n));
        assert_true(record_read(a, line, &r));
        assert_int_equal(r.kind, rows[i].kind);
        assert_int_equal(r.undo, rows[i].undo);
        assert_int_equal(r.number, rows[i].number);
        assert_int_equal(r.n_made, rows[i].n_made);
        assert_true(str_eq(record_write(a, &r), line));
        if (rows[i].key != NULL) {
            assert_string_equal(r.key, rows[i].key);
        }
    }
    arena_free(a);
}

static void other_lines_are_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "x",
        "[]",
        "{}",
        "{\"did\":\"dance\",\"n\":1}",
        "{\"did\":\"intent\"}",
        "{\"did\":\"intent\",\"n\":-1}",
        "{\"did\":\"intent\",\"n\":\"1\"}",
        "{\"did\":\"intent\",\"n\":1.5}",
        "{\"did\":\"begin\",\"plan\":\"x\"}",
        "{\"did\":\"begin\",\"seedbank_journal\":2,\"plan\":\"x\"}",
        "{\"did\":\"begin\",\"seedbank_journal\":1}",
        "{\"did\":\"done\",\"n\":1,\"step\":\"copy\"}",
        "{\"did\":\"done\",\"n\":1,\"key\":\"k\"}",
        "{\"did\":\"done\",\"n\":1,\"key\":\"k\",\"step\":\"x\"}",
        "{\"did\":\"made\",\"n\":1,\"made\":[1]}",
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct record r;
        if (record_read(a, str_of(rows[i]), &r)) {
            fail_msg("taken: %s", rows[i]);
        }
    }
    arena_free(a);
}

/* ---- A journal ------------------------------------------------------------------------------- */

static void a_new_journal_says_nothing(void **state)
{
    struct fixture *f = *state;
    struct replay *r = NULL;

    assert_int_equal(replay(f, "", &r), RC_OK);
    assert_true(replay_is_new(r));
    assert_false(replay_is_undoing(r));
    assert_int_equal(replay_state(r, false, 3), REPLAY_NONE);
    assert_int_equal(replay_count(r, false, REPLAY_NONE), 4);
    assert_int_equal(replay(f, "{\"did\":\"begin\",\"torn", &r), RC_OK);
    assert_true(replay_is_new(r));
}

static void each_step_is_as_far_as_its_last_line(void **state)
{
    struct fixture *f = *state;
    struct replay *r = NULL;
    struct judge_own own;

    assert_int_equal(replay(f,
                            BEGIN "{\"did\":\"intent\",\"n\":0}\n{\"did\":\"intent\",\"n\":1}\n"
                                  "{\"did\":\"intent\",\"n\":2}\n"
                                  "{\"did\":\"made\",\"n\":0,\"made\":[\"v0\"]}\n"
                                  "{\"did\":\"made\",\"n\":1,\"made\":[\"v1\"]}\n"
                                  "{\"did\":\"done\",\"n\":0,\"step\":\"copy\",\"key\":\"a\","
                                  "\"made\":[\"v0\"]}\n"
                                  "{\"did\":\"left\",\"n\":2,\"why\":\"x\"}\n"
                                  "{\"did\":\"made\",\"n\":1,\"made\":[\"v2\"]}\n"
                                  "{\"did\":\"made\",\"n\":1,\"modified\":\"then\"}\n"
                                  "{\"did\":\"done\",\"n\":1,\"st",
                            &r),
                     RC_OK);
    assert_false(replay_is_new(r));
    assert_int_equal(replay_state(r, false, 0), REPLAY_DONE);
    assert_int_equal(replay_state(r, false, 1), REPLAY_OPEN);
    assert_int_equal(replay_state(r, false, 2), REPLAY_LEFT);
    assert_int_equal(replay_state(r, false, 3), REPLAY_NONE);
    assert_int_equal(replay_count(r, false, REPLAY_DONE), 1);
    assert_int_equal(replay_count(r, true, REPLAY_NONE), 4);

    replay_made(r, f->cx->arena, &(struct replay_step){1, false}, &own);
    assert_true(own.begun);
    assert_int_equal(own.n_ids, 2);
    assert_string_equal(own.ids[0], "v1");
    assert_string_equal(own.ids[1], "v2");
    assert_string_equal(own.modified, "then");
    replay_made(r, f->cx->arena, &(struct replay_step){1, true}, &own);
    assert_int_equal(own.n_ids, 0);
}

static enum rc visit(struct ctx *cx, void *arg, const struct record *done)
{
    char *text = arg;
    size_t n = strlen(text);

    (void)cx;
    snprintf(text + n, KEYS - n, "%s", done->key);
    return RC_OK;
}

static void undoing_is_told_apart(void **state)
{
    struct fixture *f = *state;
    struct replay *r = NULL;
    char keys[KEYS] = "";

    assert_int_equal(
        replay(f,
               BEGIN "{\"did\":\"done\",\"n\":3,\"step\":\"hide\",\"key\":\"b\",\"made\":[\"m\"]}\n"
                     "{\"did\":\"done\",\"n\":0,\"step\":\"copy\",\"key\":\"a\",\"made\":[\"v\"]}"
                     "\n" UNDO_BEGIN
                     "{\"undo\":\"intent\",\"n\":3}\n{\"undo\":\"intent\",\"n\":0}\n"
                     "{\"undo\":\"done\",\"n\":3,\"step\":\"purge\",\"key\":\"b\"}\n",
               &r),
        RC_OK);
    assert_true(replay_is_undoing(r));
    assert_int_equal(replay_state(r, false, 3), REPLAY_DONE);
    assert_int_equal(replay_state(r, true, 3), REPLAY_DONE);
    assert_int_equal(replay_state(r, false, 0), REPLAY_DONE);
    assert_int_equal(replay_state(r, true, 0), REPLAY_OPEN);
    assert_int_equal(replay_done(f->cx, r, (struct replay_visitor){visit, keys}), RC_OK);
    assert_string_equal(keys, "ba");
}

static void what_is_written_while_it_is_read_is_not_visited(void **state)
{
    struct fixture *f = *state;
    struct replay *r = NULL;
    char keys[KEYS] = "";
    FILE *more;

    assert_int_equal(
        replay(f, BEGIN "{\"did\":\"done\",\"n\":0,\"step\":\"copy\",\"key\":\"a\"}\n", &r), RC_OK);
    more = fopen(f->path, "a");
    assert_non_null(more);
    fputs("{\"did\":\"done\",\"n\":1,\"step\":\"copy\",\"key\":\"b\"}\n", more);
    fclose(more);
    assert_int_equal(replay_done(f->cx, r, (struct replay_visitor){visit, keys}), RC_OK);
    assert_string_equal(keys, "a");
}

static void a_journal_that_does_not_fit_is_refused(void **state)
{
    static const struct {
        const char *lines, *why;
    } rows[] = {
        {"{\"did\":\"begin\",\"seedbank_journal\":1,\"plan\":\"other\"}\n", "another plan"},
        {BEGIN "{\"did\":\"intent\",\"n\":4}\n", "no such step"},
        {BEGIN "nonsense\n", "did not write it"},
        {BEGIN BEGIN, "begins twice"},
        {"{\"did\":\"intent\",\"n\":1}\n", "does not begin"},
        {UNDO_BEGIN, "does not begin"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct replay *r = NULL;
        assert_int_equal(replay(f, rows[i].lines, &r), RC_FAIL);
        assert_null(r);
        assert_diag(f->cx, rows[i].why);
        assert_diag(f->cx, f->path);
        diag_clear(f->cx);
    }
}

/* The journal of one piece of a plan: its steps are counted as the whole plan counts them. */
static void a_piece_has_steps_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct replay_plan plan = {f->path, SUM, 2, 10};
    struct replay *r;

    write_to(f, BEGIN "{\"did\":\"intent\",\"n\":11}\n");
    assert_int_equal(replay_read(f->cx, &plan, &r), RC_OK);
    assert_int_equal(replay_state(r, false, 11), REPLAY_OPEN);
    assert_int_equal(replay_state(r, false, 10), REPLAY_NONE);
    assert_int_equal(replay_state(r, false, 1), REPLAY_NONE);
    for (int n = 9; n <= 12; n += 3) {
        write_to(f, arena_printf(f->cx->arena, BEGIN "{\"did\":\"intent\",\"n\":%d}\n", n));
        assert_int_equal(replay_read(f->cx, &plan, &r), RC_FAIL);
        assert_diag(f->cx, "has no such step");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_as_they_were_written),
        cmocka_unit_test(other_lines_are_refused),
        cmocka_unit_test_setup_teardown(a_new_journal_says_nothing, make, unmake),
        cmocka_unit_test_setup_teardown(each_step_is_as_far_as_its_last_line, make, unmake),
        cmocka_unit_test_setup_teardown(undoing_is_told_apart, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_written_while_it_is_read_is_not_visited, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_journal_that_does_not_fit_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(a_piece_has_steps_of_its_own, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
