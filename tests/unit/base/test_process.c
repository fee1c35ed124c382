/* Programs that end well, badly, or not at all. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/process.h"

static int make(void **state)
{
    *state = ctx_new(&(struct ctx_options){.cancel = cancel_new(NULL)});
    return 0;
}

static int drop(void **state)
{
    struct ctx *cx = *state;
    struct cancel *cancel = cx->cancel;

    ctx_free(cx);
    cancel_free(cancel);
    return 0;
}

static enum rc shell(struct ctx *cx, const char *script, int64_t timeout_ms, struct str *ret_output)
{
    const char *const argv[] = {"sh", "-c", script, NULL};

    return process_run(
        cx, &(struct process){.argv = argv, .timeout_ms = timeout_ms, .max_output = 1000},
        ret_output);
}

static void output_is_kept(void **state)
{
    struct str out;

    assert_int_equal(shell(*state, "echo one; echo hidden >&2; cat; echo two", 20000, &out), RC_OK);
    assert_string_equal(out.p, "one\ntwo\n");
    assert_int_equal(shell(*state, "exit 0", 20000, &out), RC_OK);
    assert_int_equal(out.n, 0);
}

static void nothing_of_ours_is_inherited(void **state)
{
    struct str out;

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(
        shell(*state,
              "ls /proc/$$/fd | sort -n | head -n 3 | wc -l; sh -c 'kill -s PIPE $$'; echo $?",
              20000, &out),
        RC_OK);
    assert_string_equal(out.p, "3\n141\n");
    signal(SIGPIPE, SIG_DFL);
}

static void bad_ends_are_told_without_output(void **state)
{
    static const struct {
        const char *script, *says;
    } rows[] = {
        {"echo hunter2; exit 3", "ended with status 3"},
        {"kill -9 $$", "ended by signal 9"},
        {"while :; do echo hunter2; done", "more than the 1000 bytes"},
        {"echo hunter2; sleep 600", "did not end within 300 ms"},
        {"exec >&-; sleep 600", "closed its output, but did not end"},
    };
    struct ctx *cx = *state;
    struct str out;

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t timeout = strstr(rows[i].script, "sleep") ? 300 : 20000;
        assert_int_equal(shell(cx, rows[i].script, timeout, &out), RC_FAIL);
        assert_diag(cx, rows[i].says);
    }
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        assert_null(strstr(d->detail, "hunter2"));
    }
}

static void children_go_with_it(void **state)
{
    struct str out;
    int64_t pid;

    assert_int_equal(shell(*state, "sleep 600 >/dev/null & echo $!", 20000, &out), RC_OK);
    assert_true(str_to_i64((struct str){out.p, out.n - 1}, &pid));
    for (int i = 0; i < 200 && kill((pid_t)pid, 0) == 0; i++) {
        cancel_wait_ms(((struct ctx *)*state)->cancel, 10);
    }
    assert_int_equal(kill((pid_t)pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static void a_missing_program_is_named(void **state)
{
    const char *const argv[] = {"no-such-program-anywhere", NULL};
    struct str out;

    assert_int_equal(
        process_run(*state, &(struct process){.argv = argv, .timeout_ms = 1000, .max_output = 1},
                    &out),
        RC_FAIL);
    assert_diag(*state, "no-such-program-anywhere");
    assert_diag(*state, "could not be started");
}

static void a_cancelled_call_kills_it(void **state)
{
    struct ctx *cx = *state;
    int64_t start = clock_system.monotonic_ms(&clock_system);
    struct str out;

    cancel_raise(cx->cancel);
    assert_int_equal(shell(cx, "sleep 600", 60000, &out), RC_FAIL);
    assert_diag(cx, "interrupted");
    assert_int_equal(cx->diags.errors, 1);
    assert_true(clock_system.monotonic_ms(&clock_system) - start < 20000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(output_is_kept),
        TEST(nothing_of_ours_is_inherited),
        TEST(bad_ends_are_told_without_output),
        TEST(children_go_with_it),
        TEST(a_missing_program_is_named),
        TEST(a_cancelled_call_kills_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
