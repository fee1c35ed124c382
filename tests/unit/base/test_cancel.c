#include "unit.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"

static int64_t now_ms(void)
{
    return clock_system.monotonic_ms(&clock_system);
}

static void test_not_raised(void **state)
{
    struct cancel *c = cancel_new(NULL);
    int64_t before = now_ms();

    (void)state;
    assert_false(cancel_raised(NULL));
    assert_false(cancel_raised(c));
    assert_false(cancel_wait_ms(c, 0));
    assert_false(cancel_wait_ms(c, -5));
    assert_false(cancel_wait_ms(c, 15));
    assert_false(cancel_wait_ms(NULL, 15));
    assert_true(now_ms() - before >= 29);
    cancel_free(c);
    cancel_free(NULL);
}

static void test_children_inherit_but_do_not_pass_up(void **state)
{
    struct cancel *process = cancel_new(NULL), *one = cancel_new(process),
                  *two = cancel_new(process);

    (void)state;
    cancel_raise(one);
    cancel_raise(one); /* twice does no harm */
    assert_true(cancel_raised(one));
    assert_false(cancel_raised(process));
    assert_false(cancel_raised(two));
    cancel_raise(process);
    assert_true(cancel_raised(two));
    assert_true(cancel_wait_ms(two, INT64_MAX));
    cancel_free(one);
    cancel_free(two);
    cancel_free(process);
}

static void *raise_later(void *arg)
{
    usleep(30000);
    cancel_raise(arg);
    return NULL;
}

static void wakes(struct cancel *raised, struct cancel *waiting)
{
    int64_t before = now_ms();
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, raise_later, raised), 0);
    assert_true(cancel_wait_ms(waiting, 60000));
    assert_true(now_ms() - before < 10000);
    pthread_join(thread, NULL);
}

static void test_waiters_wake_at_their_own_or_an_ancestors_raise(void **state)
{
    struct cancel *process = cancel_new(NULL), *call = cancel_new(process),
                  *part = cancel_new(call), *other = cancel_new(process);

    (void)state;
    wakes(other, other);
    wakes(process, part);
    cancel_free(other);
    cancel_free(part);
    cancel_free(call);
    cancel_free(process);
}

static struct cancel *signalled;

static void on_signal(int sig)
{
    (void)sig;
    cancel_raise(signalled);
}

static void test_raise_in_a_signal_handler(void **state)
{
    struct sigaction action = {.sa_handler = on_signal}, before;

    (void)state;
    signalled = cancel_new(NULL);
    sigaction(SIGUSR1, &action, &before);
    raise(SIGUSR1);
    sigaction(SIGUSR1, &before, NULL);
    assert_true(cancel_wait_ms(signalled, 60000));
    cancel_free(signalled);
}

/* A process that has no descriptor left still cancels, only a little later. */
static void test_without_descriptors(void **state)
{
    struct rlimit limit, none;
    struct cancel *c;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    c = cancel_new(NULL);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_false(cancel_wait_ms(c, 30));
    wakes(c, c);
    cancel_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_raised),
        cmocka_unit_test(test_children_inherit_but_do_not_pass_up),
        cmocka_unit_test(test_waiters_wake_at_their_own_or_an_ancestors_raise),
        cmocka_unit_test(test_raise_in_a_signal_handler),
        cmocka_unit_test(test_without_descriptors),
    };

    return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
