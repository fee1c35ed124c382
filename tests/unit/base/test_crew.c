#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/crew.h"
#include "base/ctx.h"

#define ITEMS 2000

enum what { WELL, FAIL, FAIL_ALIKE, WARN, STOP, HOLD };

struct item {
    const char *key;
    enum what what;
};

/* What the items did, as a caller of a crew keeps it. */
struct tally {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned done, running, most; /* at once */
    size_t bytes;                 /* of the keys */
    size_t footprint;             /* the largest of an arena that an item began with */
    bool held;                    /* items that HOLD wait */
    struct crew *crew;
};

struct fixture {
    struct tally tally;
    struct cancel *cancel, *stop;
    struct ctx *cx;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    pthread_mutex_init(&f->tally.lock, NULL);
    pthread_cond_init(&f->tally.changed, NULL);
    f->cancel = cancel_new(NULL);
    f->stop = cancel_new(NULL);
    f->cx = ctx_new(&(struct ctx_options){.cancel = f->cancel});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    ctx_free(f->cx);
    cancel_free(f->stop);
    cancel_free(f->cancel);
    free(f);
    return 0;
}

static const void *copy(struct arena *a, const void *item)
{
    struct item *own = arena_memdup(a, item, sizeof *own);

    own->key = arena_strdup(a, own->key);
    return own;
}

static void begin(struct ctx *cx, struct tally *t, const struct item *item)
{
    size_t footprint = arena_footprint(cx->arena);

    pthread_mutex_lock(&t->lock);
    t->running++;
    t->most = t->running > t->most ? t->running : t->most;
    t->footprint = footprint > t->footprint ? footprint : t->footprint;
    t->bytes += strlen(item->key);
    pthread_cond_broadcast(&t->changed);
    while (t->held && item->what == HOLD && !cancel_raised(cx->cancel)) {
        struct timespec slice;

        clock_gettime(CLOCK_REALTIME, &slice);
        slice.tv_nsec = (slice.tv_nsec + 5000000) % 1000000000;
        pthread_cond_timedwait(&t->changed, &t->lock, &slice);
    }
    pthread_mutex_unlock(&t->lock);
}

static enum rc run(struct ctx *cx, void *arg, const void *given)
{
    struct tally *t = arg;
    const struct item *item = given;
    enum rc rc = RC_OK;

    begin(cx, t, item);
    arena_alloc(cx->arena, 100000);
    if (item->what == FAIL) {
        rc = diag_error(cx, NULL, arena_printf(cx->arena, "cannot copy %s", item->key), "%s", "");
    } else if (item->what == WARN) {
        diag_warning(cx, NULL, item->key, "%s", "");
    } else if (item->what == FAIL_ALIKE || item->what == STOP) {
        rc = diag_error(cx, NULL, "the disk is full", "%s", "");
    } else if (item->what == HOLD) {
        rc = ctx_check(cx);
    }
    if (item->what == STOP) {
        crew_stop(t->crew);
    }
    pthread_mutex_lock(&t->lock);
    t->running--;
    t->done++;
    pthread_mutex_unlock(&t->lock);
    return rc;
}

static void start(struct fixture *f, unsigned threads, size_t queue)
{
    f->tally.crew = crew_new(f->cx, &(struct crew_options){.threads = threads,
                                                           .queue = queue,
                                                           .stop = f->stop,
                                                           .run = run,
                                                           .arg = &f->tally,
                                                           .copy = copy});
}

/* The giver's memory is used again for each item, as a reader of lines would. */
static enum rc give(struct fixture *f, unsigned i, enum what what)
{
    char key[32];

    snprintf(key, sizeof key, "key-%04u", i);
    return crew_give(f->cx, f->tally.crew, &(struct item){key, what});
}

static void wait_for_running(struct tally *t, unsigned n)
{
    pthread_mutex_lock(&t->lock);
    while (t->running < n) {
        pthread_cond_wait(&t->changed, &t->lock);
    }
    pthread_mutex_unlock(&t->lock);
}

static void let_go(struct tally *t)
{
    pthread_mutex_lock(&t->lock);
    t->held = false;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

static void test_every_item_is_done_once(void **state)
{
    struct fixture *f = *state;
    unsigned i;

    start(f, 16, 0);
    for (i = 0; i < ITEMS; i++) {
        assert_int_equal(give(f, i, WELL), RC_OK);
    }
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_OK);
    assert_int_equal(f->tally.done, ITEMS);
    assert_int_equal(f->tally.bytes, ITEMS * 8);
    assert_true(f->tally.most <= 16);
    assert_int_equal(f->cx->diags.errors, 0);
    assert_true(f->tally.footprint < 20000); /* what an item took is gone before the next */
}

static void test_no_item(void **state)
{
    struct fixture *f = *state;

    start(f, 128, 0);
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_OK);
}

static void test_threads_come_as_they_are_needed(void **state)
{
    struct fixture *f = *state;
    unsigned i;

    f->tally.held = true;
    start(f, 128, 0);
    for (i = 0; i < 128; i++) {
        assert_int_equal(give(f, i, HOLD), RC_OK);
        wait_for_running(&f->tally, i + 1);
    }
    let_go(&f->tally);
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_OK);
    assert_int_equal(f->tally.most, 128);
}

static void test_a_failure_keeps_no_other_from_being_done(void **state)
{
    struct fixture *f = *state;
    unsigned i;

    start(f, 8, 0);
    for (i = 0; i < 100; i++) {
        assert_int_equal(give(f, i, i % 2 ? WELL : FAIL), RC_OK);
    }
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_FAIL);
    assert_int_equal(f->tally.done, 100);
    assert_int_equal(f->cx->diags.errors, CREW_SHOWN + 1);
    assert_diag(f->cx, "cannot copy key-");
    assert_string_equal(f->cx->diags.last->summary, "and 30 more errors");
}

static void test_the_same_text_is_said_once_and_warnings_are_bounded(void **state)
{
    struct fixture *f = *state;
    unsigned i;

    start(f, 4, 0);
    for (i = 0; i < 60; i++) {
        assert_int_equal(give(f, i, i % 2 ? FAIL_ALIKE : WARN), RC_OK);
    }
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_int_equal(f->cx->diags.warnings, CREW_SHOWN + 1);
    assert_diag(f->cx, "and 10 more warnings");
}

static void test_an_item_may_stop_all_others(void **state)
{
    struct fixture *f = *state;
    enum rc rc = RC_OK;
    unsigned i;

    start(f, 2, 4);
    assert_int_equal(give(f, 0, STOP), RC_OK);
    for (i = 1; i < 1000000 && rc == RC_OK; i++) {
        rc = give(f, i, WELL);
    }
    assert_int_equal(rc, RC_FAIL);
    assert_diag(f->cx, "the disk is full"); /* known to the giver already */
    assert_int_equal(give(f, i, WELL), RC_FAIL);
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_FAIL);
    assert_int_equal(f->cx->diags.errors, 1);
}

/* The first Ctrl-C: what has begun ends well, what waits is not begun. */
static void test_a_stop_lets_end_what_has_begun(void **state)
{
    struct fixture *f = *state;
    unsigned i;

    f->tally.held = true;
    start(f, 2, 4);
    for (i = 0; i < 6; i++) {
        assert_int_equal(give(f, i, HOLD), RC_OK);
    }
    wait_for_running(&f->tally, 2);
    cancel_raise(f->stop);
    assert_int_equal(give(f, 6, HOLD), RC_FAIL); /* though the queue is full */
    assert_string_equal(f->cx->diags.last->summary, "interrupted");
    let_go(&f->tally);
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_FAIL);
    assert_int_equal(f->tally.done, 2);
    assert_int_equal(f->cx->diags.errors, 1);
}

static void test_items_that_were_never_begun_are_said(void **state)
{
    struct fixture *f = *state;

    f->tally.held = true;
    start(f, 1, 4);
    assert_int_equal(give(f, 0, HOLD), RC_OK);
    assert_int_equal(give(f, 1, HOLD), RC_OK);
    wait_for_running(&f->tally, 1);
    cancel_raise(f->stop);
    let_go(&f->tally);
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_FAIL);
    assert_int_equal(f->tally.done, 1);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_string_equal(f->cx->diags.last->summary, "interrupted");
}

static void test_a_cancel_is_said_once_however_many_it_hits(void **state)
{
    struct fixture *f = *state;
    unsigned i;

    f->tally.held = true;
    start(f, 8, 8);
    for (i = 0; i < 8; i++) {
        assert_int_equal(give(f, i, HOLD), RC_OK);
    }
    wait_for_running(&f->tally, 8);
    cancel_raise(f->cancel);
    assert_int_equal(crew_end(f->cx, f->tally.crew), RC_FAIL);
    assert_int_equal(f->tally.done, 8);
    assert_int_equal(f->cx->diags.errors, 1);
    assert_string_equal(f->cx->diags.last->summary, "interrupted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_item_is_done_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_item, setup, teardown),
        cmocka_unit_test_setup_teardown(test_threads_come_as_they_are_needed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_failure_keeps_no_other_from_being_done, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_the_same_text_is_said_once_and_warnings_are_bounded,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_item_may_stop_all_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stop_lets_end_what_has_begun, setup, teardown),
        cmocka_unit_test_setup_teardown(test_items_that_were_never_begun_are_said, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_cancel_is_said_once_however_many_it_hits, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
