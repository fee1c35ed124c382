/* Items done at once come out in order, whatever takes how long; and what ends it early. */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/ring.h"

#define MANY 500

struct item {
    size_t i;
    const char *text;
};

struct fixture {
    struct cancel *cancel;
    struct ctx *cx;
    struct ring *ring;
    size_t n;           /* came out */
    size_t bad;         /* the item that fails; MANY: none */
    size_t refused;     /* the one that is not taken */
    bool raise, worked; /* the cancel, in run; the item that came out last */
};

static void copy(struct arena *a, void *arg)
{
    struct item *item = arg;

    item->text = arena_strdup(a, item->text);
}

static enum rc run(struct ctx *cx, void *arg, struct arena *a, void *ptr)
{
    struct fixture *f = arg;
    struct item *item = ptr;

    usleep((unsigned)item->i % 7 * 100);
    if (f->raise) {
        cancel_raise(f->cancel);
    }
    if (item->i == f->bad) {
        return diag_error(cx, NULL, "this one fails", "%s", item->text);
    }
    item->text = arena_printf(a, "%s done", item->text);
    return RC_OK;
}

static enum rc take(struct ctx *cx, void *arg, const void *ptr)
{
    struct fixture *f = arg;
    const struct item *item = ptr;

    (void)cx;
    assert_int_equal(item->i, f->n);
    f->n++;
    f->worked = strcmp(item->text, "item done") == 0;
    return item->i == f->refused ? RC_CONFLICT : RC_OK;
}

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    f->cancel = cancel_new(NULL);
    f->cx = ctx_new(&(struct ctx_options){.cancel = f->cancel});
    f->bad = f->refused = MANY;
    f->ring = ring_new(f->cx, &(struct ring_options){.threads = 8,
                                                     .slots = 20,
                                                     .size = sizeof(struct item),
                                                     .copy = copy,
                                                     .run = run,
                                                     .take = take,
                                                     .arg = f});
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    ctx_free(f->cx);
    cancel_free(f->cancel);
    test_free(f);
    return 0;
}

/* Every third one needs no work. */
static enum rc give_many(struct fixture *f)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; rc == RC_OK && i < MANY; i++) {
        char text[] = "item";
        const struct item item = {i, text};
        rc = ring_give(f->cx, f->ring, &item, i % 3 != 0);
        memset(text, 'x', sizeof text - 1); /* it was copied */
    }
    return ring_end(f->cx, f->ring, rc);
}

static void test_order(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give_many(f), RC_OK);
    assert_int_equal(f->n, MANY);
    assert_int_equal(f->worked, (MANY - 1) % 3 != 0);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void test_one_fails(void **state)
{
    struct fixture *f = *state;

    f->bad = 100;
    assert_int_equal(give_many(f), RC_FAIL);
    assert_true(f->n <= 100);
    assert_string_equal(f->cx->diags.first->summary, "this one fails");
}

static void test_one_is_not_taken(void **state)
{
    struct fixture *f = *state;

    f->refused = 50;
    assert_int_equal(give_many(f), RC_CONFLICT);
    assert_int_equal(f->n, 51);
    assert_int_equal(f->cx->diags.errors, 0);
}

static void test_interrupted(void **state)
{
    struct fixture *f = *state;

    f->raise = true;
    assert_int_equal(give_many(f), RC_FAIL);
    assert_true(f->n < MANY);
    assert_true(f->cx->diags.errors > 0);
}

static void test_nothing_given(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ring_end(f->cx, f->ring, RC_OK), RC_OK);
    assert_int_equal(f->n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, make, unmake),
        cmocka_unit_test_setup_teardown(test_one_fails, make, unmake),
        cmocka_unit_test_setup_teardown(test_one_is_not_taken, make, unmake),
        cmocka_unit_test_setup_teardown(test_interrupted, make, unmake),
        cmocka_unit_test_setup_teardown(test_nothing_given, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
