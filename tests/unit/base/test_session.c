#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/session.h"
#include "test_clock.h"

#define THREADS 8

static char freed[8];

static void note_free(void *object)
{
    size_t n = strlen(freed);

    freed[n] = *(const char *)object;
    freed[n + 1] = '\0';
}

static void test_owned_objects_go_last_added_first(void **state)
{
    static char a[] = "a", b[] = "b", c[] = "c";
    struct session *s = session_new();

    (void)state;
    session_own(s, a, note_free);
    session_own(s, b, note_free);
    session_own(s, c, note_free);
    session_free(s);
    assert_string_equal(freed, "cba");
    session_free(NULL);
}

/* ---- Locks ------------------------------------------------------------------------------------
 */

struct worker {
    struct session *session;
    pthread_t thread;
    int *counter; /* deliberately plain: the lock alone protects it */
    atomic_int *fetches;
    atomic_int inside;
    struct cancel *cancel;
    enum rc rc;
    bool same;
};

static void *count_under_lock(void *arg)
{
    struct worker *w = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = w->session, .cancel = w->cancel});
    int i;

    for (i = 0; i < 100 && (w->rc = session_lock(cx, "lifecycle/b")) == RC_OK; i++) {
        ++*w->counter;
        session_unlock(cx, "lifecycle/b");
    }
    ctx_free(cx);
    return NULL;
}

static void test_one_document_has_one_writer(void **state)
{
    struct session *s = session_new();
    struct worker w[THREADS];
    int counter = 0, i;

    (void)state;
    for (i = 0; i < THREADS; i++) {
        w[i] = (struct worker){.session = s, .counter = &counter};
        assert_int_equal(pthread_create(&w[i].thread, NULL, count_under_lock, &w[i]), 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(w[i].thread, NULL);
        assert_int_equal(w[i].rc, RC_OK);
    }
    assert_int_equal(counter, THREADS * 100);
    session_free(s);
}

static void test_other_documents_do_not_wait(void **state)
{
    struct session *s = session_new();
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = s});

    (void)state;
    assert_int_equal(session_lock(cx, "lifecycle/a"), RC_OK);
    assert_int_equal(session_lock(cx, "lifecycle/b"), RC_OK);
    session_unlock(cx, "lifecycle/a");
    assert_int_equal(session_lock(cx, "lifecycle/a"), RC_OK);
    ctx_free(cx);
    session_free(s); /* also frees what is still locked */
}

static void test_a_claim_lasts_as_long_as_the_session(void **state)
{
    struct session *s = session_new();
    struct ctx *first = ctx_new(&(struct ctx_options){.session = s});
    struct ctx *second = ctx_new(&(struct ctx_options){.session = s});

    (void)state;
    assert_false(session_is_claimed(first, "a"));
    session_claim(first, "a");
    session_claim(first, "a");
    session_claim(first, "b");
    ctx_free(first);
    assert_true(session_is_claimed(second, "a"));
    assert_true(session_is_claimed(second, "b"));
    assert_false(session_is_claimed(second, "ab"));
    ctx_free(second);
    session_free(s);
}

static void test_a_waiter_heeds_its_cancel(void **state)
{
    struct session *s = session_new();
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = s});
    struct worker w = {.session = s, .counter = &(int){0}, .cancel = cancel_new(NULL)};

    (void)state;
    assert_int_equal(session_lock(cx, "lifecycle/b"), RC_OK);
    assert_int_equal(pthread_create(&w.thread, NULL, count_under_lock, &w), 0);
    usleep(20000);
    cancel_raise(w.cancel);
    pthread_join(w.thread, NULL);
    assert_int_equal(w.rc, RC_FAIL);
    assert_int_equal(*w.counter, 0);
    w.rc = RC_OK;
    count_under_lock(&w); /* cancelled before it began */
    assert_int_equal(w.rc, RC_FAIL);
    session_unlock(cx, "lifecycle/b");
    assert_int_equal(session_lock(cx, "lifecycle/b"), RC_OK);
    ctx_free(cx);
    cancel_free(w.cancel);
    session_free(s);
}

/* ---- Cache ------------------------------------------------------------------------------------
 */

struct remote {
    atomic_int fetches;
    enum rc rc;
    const char *body;
    useconds_t takes_us;
    bool forget_meanwhile;
    atomic_bool held; /* no answer before it is let go */
};

static enum rc fetch_remote(struct ctx *cx, void *arg, struct session_document *ret_body)
{
    struct remote *r = arg;

    atomic_fetch_add(&r->fetches, 1);
    if (r->takes_us > 0) {
        usleep(r->takes_us);
    }
    while (atomic_load(&r->held)) {
        usleep(1000);
    }
    if (r->forget_meanwhile) {
        session_forget(cx, "doc");
    }
    if (r->rc == RC_FAIL) {
        return diag_error(cx, NULL, "no answer", "%s", "");
    }
    if (r->rc == RC_OK) {
        *ret_body = (struct session_document){arena_strdup(cx->arena, r->body), strlen(r->body)};
    }
    return r->rc;
}

static enum rc get(struct ctx *cx, struct remote *r, struct session_document *ret_body)
{
    return session_cached(cx, "doc", (struct session_fetch){fetch_remote, r}, ret_body);
}

struct fixture {
    struct session *session;
    struct test_clock clock;
    struct ctx *cx;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->session = session_new();
    test_clock_init(&f->clock, 0);
    f->cx = ctx_new(&(struct ctx_options){.session = f->session, .clock = &f->clock.clock});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    ctx_free(f->cx);
    session_free(f->session);
    free(f);
    return 0;
}

static void test_an_answer_is_kept_for_ten_seconds(void **state)
{
    struct fixture *f = *state;
    struct remote r = {.rc = RC_OK, .body = "<a/>"};
    struct session_document d = {NULL, 0};

    assert_int_equal(get(f->cx, &r, &d), RC_OK);
    assert_string_equal(d.body, "<a/>");
    assert_int_equal(d.len, 4);
    r.body = "<b/>";
    test_clock_advance(&f->clock, 9999);
    assert_int_equal(get(f->cx, &r, &d), RC_OK);
    assert_string_equal(d.body, "<a/>");
    assert_int_equal(atomic_load(&r.fetches), 1);
    test_clock_advance(&f->clock, 1);
    assert_int_equal(get(f->cx, &r, &d), RC_OK);
    assert_string_equal(d.body, "<b/>");
    assert_int_equal(atomic_load(&r.fetches), 2);
}

static void test_absence_is_kept_and_failure_is_not(void **state)
{
    struct fixture *f = *state;
    struct remote r = {.rc = RC_FAIL, .body = ""};
    struct session_document d = {"untouched", 9};

    assert_int_equal(get(f->cx, &r, &d), RC_FAIL);
    assert_int_equal(get(f->cx, &r, &d), RC_FAIL);
    assert_int_equal(atomic_load(&r.fetches), 2);
    r.rc = RC_NOT_FOUND;
    assert_int_equal(get(f->cx, &r, &d), RC_NOT_FOUND);
    assert_int_equal(get(f->cx, &r, &d), RC_NOT_FOUND);
    assert_int_equal(atomic_load(&r.fetches), 3);
    assert_string_equal(d.body, "untouched");
}

static void test_a_write_drops_the_answer(void **state)
{
    struct fixture *f = *state;
    struct remote r = {.rc = RC_OK, .body = ""};
    struct session_document d;

    session_forget(f->cx, "doc"); /* not there: fine */
    assert_int_equal(get(f->cx, &r, &d), RC_OK);
    assert_int_equal(d.len, 0);
    session_forget(f->cx, "doc");
    r.forget_meanwhile = true; /* and one that happens while the answer is on its way */
    assert_int_equal(get(f->cx, &r, &d), RC_OK);
    r.forget_meanwhile = false;
    assert_int_equal(get(f->cx, &r, &d), RC_OK);
    assert_int_equal(get(f->cx, &r, &d), RC_OK);
    assert_int_equal(atomic_load(&r.fetches), 3);
}

struct asker {
    pthread_t thread;
    struct session *session;
    struct remote *remote;
    struct cancel *cancel;
    enum rc rc;
    bool right;
};

static void *ask(void *arg)
{
    struct asker *k = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = k->session, .cancel = k->cancel});
    struct session_document d = {"", 0};

    k->rc = get(cx, k->remote, &d);
    k->right = strcmp(d.body, "<a/>") == 0;
    ctx_free(cx);
    return NULL;
}

static void test_concurrent_askers_share_one_fetch(void **state)
{
    struct fixture *f = *state;
    struct remote r = {.rc = RC_OK, .body = "<a/>", .takes_us = 100000};
    struct asker askers[THREADS];
    int i;

    for (i = 0; i < THREADS; i++) {
        askers[i] = (struct asker){.session = f->session, .remote = &r};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].rc, RC_OK);
        assert_true(askers[i].right);
    }
    assert_int_equal(atomic_load(&r.fetches), 1);
}

static void test_an_asker_heeds_its_cancel_while_another_fetches(void **state)
{
    struct fixture *f = *state;
    struct remote r = {.rc = RC_OK, .body = "<a/>", .held = true};
    struct asker slow = {.session = f->session, .remote = &r};
    struct asker impatient = {.session = f->session, .remote = &r, .cancel = cancel_new(NULL)};

    assert_int_equal(pthread_create(&slow.thread, NULL, ask, &slow), 0);
    while (atomic_load(&r.fetches) == 0) {
        usleep(1000);
    }
    assert_int_equal(pthread_create(&impatient.thread, NULL, ask, &impatient), 0);
    cancel_raise(impatient.cancel);
    pthread_join(impatient.thread, NULL);
    assert_int_equal(impatient.rc, RC_FAIL);
    atomic_store(&r.held, false);
    pthread_join(slow.thread, NULL);
    assert_int_equal(slow.rc, RC_OK);
    cancel_free(impatient.cancel);
}

static void test_waiters_ask_themselves_after_a_failure(void **state)
{
    struct fixture *f = *state;
    struct remote r = {.rc = RC_FAIL, .body = "", .takes_us = 10000};
    struct asker askers[3];
    size_t i;

    for (i = 0; i < COUNT(askers); i++) {
        askers[i] = (struct asker){.session = f->session, .remote = &r};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
    }
    for (i = 0; i < COUNT(askers); i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].rc, RC_FAIL);
    }
    assert_int_equal(atomic_load(&r.fetches), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owned_objects_go_last_added_first),
        cmocka_unit_test(test_one_document_has_one_writer),
        cmocka_unit_test(test_other_documents_do_not_wait),
        cmocka_unit_test(test_a_claim_lasts_as_long_as_the_session),
        cmocka_unit_test(test_a_waiter_heeds_its_cancel),
        cmocka_unit_test_setup_teardown(test_an_answer_is_kept_for_ten_seconds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absence_is_kept_and_failure_is_not, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_write_drops_the_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_concurrent_askers_share_one_fetch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_asker_heeds_its_cancel_while_another_fetches, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_waiters_ask_themselves_after_a_failure, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
