#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "plugin/workers.h"

#define MANY 2000

/* What the jobs of a test have done. */
static atomic_int running, most_at_once, ran, finished, interrupted;

struct task {
    struct job job; /* first */
    int64_t wait_ms;
};

static void run(struct job *job)
{
    struct task *task = (struct task *)job;
    int now = atomic_fetch_add(&running, 1) + 1;
    int most = atomic_load(&most_at_once);
    while (now > most && !atomic_compare_exchange_weak(&most_at_once, &most, now)) {
        continue;
    }
    if (cancel_wait_ms(job->cancel, task->wait_ms)) {
        atomic_fetch_add(&interrupted, 1);
    }
    atomic_fetch_sub(&running, 1);
    atomic_fetch_add(&ran, 1);
}

static void done(struct job *job)
{
    cancel_free(job->cancel);
    atomic_fetch_add(&finished, 1);
}

static struct workers *start(unsigned max)
{
    atomic_store(&running, 0);
    atomic_store(&most_at_once, 0);
    atomic_store(&ran, 0);
    atomic_store(&finished, 0);
    atomic_store(&interrupted, 0);
    return workers_new(max);
}

static bool accepted(struct workers *w, struct task *task, int64_t wait_ms)
{
    task->job = (struct job){.run = run, .done = done, .cancel = cancel_new(NULL)};
    task->wait_ms = wait_ms;
    return workers_submit(w, &task->job);
}

static void submit(struct workers *w, struct task *task, int64_t wait_ms)
{
    assert_true(accepted(w, task, wait_ms));
}

static void test_every_job_runs_once(void **state)
{
    static struct task tasks[MANY];
    struct workers *w = start(16);

    (void)state;
    for (int i = 0; i < MANY; i++) {
        submit(w, &tasks[i], 0);
    }
    assert_true(workers_wait_idle(w, 20000));
    assert_int_equal(atomic_load(&ran), MANY);
    assert_int_equal(atomic_load(&finished), MANY);
    workers_free(w);
}

static void test_no_more_threads_than_the_maximum(void **state)
{
    struct task tasks[12];
    struct workers *w = start(4);

    (void)state;
    for (size_t i = 0; i < COUNT(tasks); i++) {
        submit(w, &tasks[i], 30);
    }
    assert_true(workers_wait_idle(w, 20000));
    assert_int_equal(atomic_load(&most_at_once), 4);
    workers_free(w);
}

static void test_cancel_reaches_waiting_and_running_jobs_but_no_later_one(void **state)
{
    struct task tasks[10], later;
    struct workers *w = start(3);

    (void)state;
    for (size_t i = 0; i < COUNT(tasks); i++) {
        submit(w, &tasks[i], 60000);
    }
    assert_false(workers_wait_idle(w, 50));
    workers_cancel(w);
    submit(w, &later, 1);
    assert_true(workers_wait_idle(w, 20000));
    assert_int_equal(atomic_load(&interrupted), COUNT(tasks));
    assert_int_equal(atomic_load(&finished), COUNT(tasks) + 1);
    workers_free(w);
}

static void test_wait_gives_up_in_time(void **state)
{
    struct task task;
    struct workers *w = start(1);
    int64_t before = clock_system.monotonic_ms(&clock_system);

    (void)state;
    assert_true(workers_wait_idle(w, 0));
    submit(w, &task, 60000);
    assert_false(workers_wait_idle(w, 40));
    assert_in_range(clock_system.monotonic_ms(&clock_system) - before, 39, 10000);
    workers_free(w); /* cancels */
    assert_int_equal(atomic_load(&interrupted), 1);
}

/* Of each thread from now on: more than there are addresses for, or as usual. */
static void set_stack_size(size_t size)
{
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, size), 0);
    assert_int_equal(pthread_setattr_default_np(&attributes), 0);
    pthread_attr_destroy(&attributes);
}

static void test_without_a_thread_nothing_is_accepted(void **state)
{
    struct task refused, first, second;
    struct workers *w = start(2);

    (void)state;
    set_stack_size((size_t)1 << 47);
    assert_false(accepted(w, &refused, 0));
    cancel_free(refused.job.cancel);
    assert_true(workers_wait_idle(w, 0));

    set_stack_size((size_t)8 << 20);
    submit(w, &first, 30);
    set_stack_size((size_t)1 << 47);
    submit(w, &second, 0); /* the first one's thread runs it */
    set_stack_size((size_t)8 << 20);
    assert_true(workers_wait_idle(w, 20000));
    assert_int_equal(atomic_load(&ran), 2);
    assert_int_equal(atomic_load(&most_at_once), 1);
    workers_free(w);
}

static void test_none_at_all(void **state)
{
    (void)state;
    workers_free(start(16));
    assert_int_equal(atomic_load(&ran), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_job_runs_once),
        cmocka_unit_test(test_no_more_threads_than_the_maximum),
        cmocka_unit_test(test_cancel_reaches_waiting_and_running_jobs_but_no_later_one),
        cmocka_unit_test(test_wait_gives_up_in_time),
        cmocka_unit_test(test_without_a_thread_nothing_is_accepted),
        cmocka_unit_test(test_none_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
