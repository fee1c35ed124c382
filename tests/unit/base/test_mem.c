/* Running out of memory ends the process: seen from a child, by its signal and its last words. */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"

static void product_overflows(void)
{
    arena_array(arena_new(), SIZE_MAX / 2, 3);
}

static void sum_overflows(void)
{
    mem_add(SIZE_MAX, 1);
}

static void dies_saying_so(void (*fn)(void))
{
    char words[256] = "";
    size_t len = 0;
    ssize_t n;
    int fds[2], status;
    pid_t pid;

    assert_int_equal(pipe(fds), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(fds[1], STDERR_FILENO);
        fn();
        _exit(0);
    }
    close(fds[1]);
    while ((n = read(fds[0], words + len, sizeof words - 1 - len)) > 0) {
        len += (size_t)n;
    }
    close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(words, "out of memory"));
}

static void test_overflows_end_the_process(void **state)
{
    (void)state;
    dies_saying_so(product_overflows);
    dies_saying_so(sum_overflows);
}

static void test_new_is_zeroed(void **state)
{
    size_t i;
    char *p = mem_new(1000);

    (void)state;
    for (i = 0; i < 1000; i++) {
        assert_int_equal(p[i], 0);
    }
    mem_free(p, 1000);
    mem_free(mem_new(0), 0);
    mem_free(NULL, 5);
    mem_strfree(NULL);
    p = mem_strdup("seed");
    assert_string_equal(p, "seed");
    mem_strfree(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overflows_end_the_process),
        cmocka_unit_test(test_new_is_zeroed),
    };

    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
