#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/journal.h"

#define THREADS 16
#define EACH    50

struct fixture {
    char folder[64];
    char *path;
    struct ctx *cx;
    struct journal *journal;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    snprintf(f->folder, sizeof f->folder, "/tmp/seedbank-journal-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->cx = ctx_new(&(struct ctx_options){0});
    f->path = arena_printf(f->cx->arena, "%s/plan.journal", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0);
    ctx_free(f->cx);
    free(f);
    return 0;
}

static enum rc join(struct ctx *cx, void *arg, struct str line, uint64_t number)
{
    (void)cx;
    buf_printf(arg, "%d=%s ", (int)number, line.p);
    return strcmp(line.p, "enough") == 0 ? RC_CONFLICT : RC_OK;
}

static enum rc lines(struct fixture *f, const char **ret_lines)
{
    struct buf *b = buf_new(f->cx->arena, 4 << 20);
    enum rc rc = journal_read(f->cx, f->path, (struct journal_visitor){join, b});

    *ret_lines = b->data;
    return rc;
}

static void assert_lines(struct fixture *f, const char *wanted)
{
    const char *got;

    assert_int_equal(lines(f, &got), RC_OK);
    assert_string_equal(got, wanted);
}

static void put(struct fixture *f, const char *bytes, size_t n)
{
    int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), (ssize_t)n);
    close(fd);
}

static void begin(struct fixture *f)
{
    assert_int_equal(journal_open(f->cx, f->path, &f->journal), RC_OK);
}

static enum rc append(struct fixture *f, const char *line)
{
    return journal_append(f->cx, f->journal, str_of(line), true);
}

static enum rc end(struct fixture *f)
{
    return journal_close(f->cx, f->journal);
}

static void test_lines_come_back_and_more_may_follow(void **state)
{
    struct fixture *f = *state;
    const char *none;
    struct stat st;

    assert_int_equal(lines(f, &none), RC_NOT_FOUND);
    begin(f);
    assert_lines(f, "");
    assert_int_equal(append(f, "one"), RC_OK);
    assert_int_equal(journal_append(f->cx, f->journal, str_of(""), false), RC_OK);
    assert_lines(f, "1=one 2= "); /* before it is closed, and on no disk yet */
    assert_int_equal(end(f), RC_OK);
    begin(f);
    assert_int_equal(append(f, "three"), RC_OK);
    assert_int_equal(end(f), RC_OK);
    assert_lines(f, "1=one 2= 3=three ");
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_a_visitor_may_end_the_reading(void **state)
{
    struct fixture *f = *state;
    const char *got;

    put(f, "a\nenough\nb\n", 11);
    assert_int_equal(lines(f, &got), RC_CONFLICT);
    assert_string_equal(got, "1=a 2=enough ");
}

static void test_a_torn_last_line_is_left_out_and_cut_off(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *whole, *then;
    } rows[] = {
        {"", 0, "", "1=next "},
        {"a\n", 2, "1=a ", "1=a 2=next "},
        {"a\nb", 3, "1=a ", "1=a 2=next "},
        {"torn", 4, "", "1=next "},
        {"a\n\0\0\0", 5, "1=a ", "1=a 2=next "}, /* what a machine's death may leave */
        {"\n\n{", 3, "1= 2= ", "1= 2= 3=next "},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        put(f, rows[i].bytes, rows[i].n);
        assert_lines(f, rows[i].whole);
        begin(f);
        assert_int_equal(append(f, "next"), RC_OK);
        assert_int_equal(end(f), RC_OK);
        assert_lines(f, rows[i].then);
    }
}

static void test_a_torn_line_longer_than_a_block(void **state)
{
    struct fixture *f = *state;
    char *bytes = malloc(20000);

    memset(bytes, 'x', 20000);
    bytes[4095] = '\n';
    put(f, bytes, 20000);
    begin(f);
    assert_int_equal(append(f, "b"), RC_OK);
    assert_int_equal(end(f), RC_OK);
    bytes[4095] = '\0';
    assert_lines(f, arena_printf(f->cx->arena, "1=%s 2=b ", bytes));
    free(bytes);
}

static void test_damage_is_told_by_line(void **state)
{
    struct fixture *f = *state;
    char *bytes = malloc(JOURNAL_LINE_MAX + 5);
    const char *got;

    put(f, "a\nb\0c\nd\n", 8);
    assert_int_equal(lines(f, &got), RC_FAIL);
    assert_string_equal(got, "1=a ");
    assert_diag(f->cx, "plan.journal is damaged");
    assert_diag(f->cx, "Line 2 holds NUL");

    memset(bytes, 'x', JOURNAL_LINE_MAX + 5);
    bytes[1] = bytes[3] = bytes[JOURNAL_LINE_MAX + 4] = '\n';
    put(f, bytes, JOURNAL_LINE_MAX + 5);
    assert_int_equal(lines(f, &got), RC_OK); /* just fits */
    bytes[3] = 'x';
    bytes[2] = '\n';
    put(f, bytes, JOURNAL_LINE_MAX + 5);
    assert_int_equal(lines(f, &got), RC_FAIL);
    assert_diag(f->cx, "Line 3 is longer than 65536 bytes");
    free(bytes);
}

static void test_an_unfit_line_is_refused_and_harms_nothing(void **state)
{
    struct fixture *f = *state;
    char *longest = calloc(1, JOURNAL_LINE_MAX + 1);

    begin(f);
    memset(longest, 'x', JOURNAL_LINE_MAX + 1);
    assert_int_equal(append(f, "a\nb"), RC_FAIL);
    assert_int_equal(journal_append(f->cx, f->journal, (struct str){"a\0b", 3}, true), RC_FAIL);
    assert_int_equal(
        journal_append(f->cx, f->journal, (struct str){longest, JOURNAL_LINE_MAX + 1}, true),
        RC_FAIL);
    assert_diag(f->cx, "This one was not written");
    assert_int_equal(append(f, "good"), RC_OK);
    assert_int_equal(
        journal_append(f->cx, f->journal, (struct str){longest, JOURNAL_LINE_MAX}, true), RC_OK);
    assert_int_equal(end(f), RC_OK);
    longest[JOURNAL_LINE_MAX] = '\0';
    assert_lines(f, arena_printf(f->cx->arena, "1=good 2=%s ", longest));
    free(longest);
}

/* ---- Refusals ---------------------------------------------------------------------------------
 */

static void test_two_cannot_have_it_open(void **state)
{
    struct fixture *f = *state;
    struct journal *second = NULL;

    begin(f);
    assert_int_equal(journal_open(f->cx, f->path, &second), RC_FAIL);
    assert_null(second);
    assert_diag(f->cx, "plan.journal is in use");
    assert_diag(f->cx, "locked by");
    assert_int_equal(append(f, "a"), RC_OK);
    assert_int_equal(end(f), RC_OK);
    begin(f);
    assert_int_equal(end(f), RC_OK);
}

static void test_what_cannot_be_a_journal(void **state)
{
    struct fixture *f = *state;
    const char *missing = arena_printf(f->cx->arena, "%s/no/journal", f->folder);
    struct journal *none = NULL;
    const char *got;

    assert_int_equal(journal_open(f->cx, missing, &none), RC_FAIL);
    assert_diag(f->cx, "No such file or directory");
    assert_int_equal(journal_open(f->cx, f->folder, &none), RC_FAIL);
    assert_diag(f->cx, "Is a directory");
    assert_int_equal(mkfifo(f->path, 0600), 0);
    assert_int_equal(journal_open(f->cx, f->path, &none), RC_FAIL);
    assert_diag(f->cx, "It is not a regular file");
    unlink(f->path);
    assert_int_equal(mkdir(f->path, 0700), 0);
    assert_int_equal(lines(f, &got), RC_FAIL);
    assert_diag(f->cx, "Cannot read the journal");
    rmdir(f->path);
}

/* ---- A disk that fails ------------------------------------------------------------------------
 */

/* As the disk is full: the file may not grow, which takes a process of its own. */
static int fill_up(struct fixture *f)
{
    struct rlimit limit = {1000, RLIM_INFINITY};
    int good = 0;
    bool stays_broken;

    signal(SIGXFSZ, SIG_IGN);
    begin(f);
    setrlimit(RLIMIT_FSIZE, &limit);
    while (append(f, "123456789012345678") == RC_OK) {
        good++;
    }
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    stays_broken = append(f, "a") == RC_FAIL && end(f) == RC_FAIL;
    return good == 52 && stays_broken && unit_has_diag(f->cx, "plan.journal is broken") &&
                   unit_has_diag(f->cx, "File too large")
               ? 0
               : 1;
}

static int status_of(pid_t child)
{
    int status = -1;

    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_a_full_disk_breaks_it_for_good(void **state)
{
    struct fixture *f = *state;
    pid_t child = fork();
    const char *got;

    if (child == 0) {
        int code = fill_up(f);

        ctx_free(f->cx);
        _exit(code);
    }
    assert_int_equal(status_of(child), 0);
    assert_int_equal(lines(f, &got), RC_OK); /* 52 whole lines; 12 bytes of the next are left out */
    assert_non_null(strstr(got, " 52=123456789012345678 "));
    assert_null(strstr(got, " 53="));
    begin(f);
    assert_int_equal(append(f, "more"), RC_OK);
    assert_int_equal(end(f), RC_OK);
    assert_int_equal(lines(f, &got), RC_OK);
    assert_non_null(strstr(got, " 53=more "));
}

/* The descriptor that the journal has open. */
static int descriptor(const struct fixture *f)
{
    char name[64], target[256];
    int fd;

    for (fd = 3; fd < 1000; fd++) {
        ssize_t n;

        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        n = readlink(name, target, sizeof target - 1);
        if (n > 0 && strncmp(target, f->path, (size_t)n) == 0) {
            return fd;
        }
    }
    fail_msg("the journal has no descriptor");
    return -1;
}

/* A pipe takes bytes and cannot be synced: the sync fails once, later ones would succeed. */
static void test_a_failed_sync_is_never_tried_again(void **state)
{
    struct fixture *f = *state;
    int ends[2], fd, kept;

    begin(f);
    assert_int_equal(append(f, "a"), RC_OK);
    fd = descriptor(f);
    kept = dup(fd);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[1], fd), fd);
    assert_int_equal(append(f, "b"), RC_FAIL);
    assert_diag(f->cx, "Having its lines written to the disk failed: Invalid argument");
    assert_int_equal(dup2(kept, fd), fd);
    assert_int_equal(append(f, "c"), RC_FAIL);
    assert_int_equal(journal_append(f->cx, f->journal, str_of("d"), false), RC_FAIL);
    close(kept);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(end(f), RC_FAIL);
    assert_lines(f, "1=a ");
}

/* ---- Many threads, and death ------------------------------------------------------------------
 */

struct writer {
    struct fixture *f;
    pthread_t thread;
    unsigned first;
    unsigned lines;
    int told; /* where each line's number goes once it is durable; -1: nowhere */
    bool ok;
};

static void *write_lines(void *arg)
{
    struct writer *w = arg;
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    unsigned i;

    w->ok = true;
    for (i = w->first; i < w->first + w->lines; i++) {
        char line[64];

        snprintf(line, sizeof line, "%08u and some more bytes", i);
        w->ok = w->ok && journal_append(cx, w->f->journal, str_of(line), i % 3 != 0) == RC_OK;
        if (w->told >= 0 && write(w->told, &i, sizeof i) != (ssize_t)sizeof i) {
            break;
        }
    }
    ctx_free(cx);
    return NULL;
}

static void write_at_once(struct fixture *f, struct writer *writers, unsigned each, int told)
{
    unsigned i;

    for (i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){.f = f, .first = i * each, .lines = each, .told = told};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]), 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(writers[i].thread, NULL);
    }
}

struct seen {
    unsigned char *times;
    unsigned most;
};

static enum rc note(struct ctx *cx, void *arg, struct str line, uint64_t number)
{
    struct seen *seen = arg;
    uint64_t i = 0;

    (void)cx;
    (void)number;
    assert_true(str_to_u64((struct str){line.p, 8}, &i) && i < seen->most);
    assert_string_equal(line.p + 8, " and some more bytes");
    seen->times[i]++;
    return RC_OK;
}

static void test_many_threads_append_each_line_once(void **state)
{
    struct fixture *f = *state;
    struct writer writers[THREADS];
    struct seen seen = {calloc(THREADS * EACH, 1), THREADS * EACH};
    unsigned i;

    begin(f);
    write_at_once(f, writers, EACH, -1);
    assert_int_equal(end(f), RC_OK);
    assert_int_equal(journal_read(f->cx, f->path, (struct journal_visitor){note, &seen}), RC_OK);
    for (i = 0; i < THREADS; i++) {
        assert_true(writers[i].ok);
    }
    for (i = 0; i < THREADS * EACH; i++) {
        assert_int_equal(seen.times[i], 1);
    }
    free(seen.times);
}

/* Killed in the middle of many appends: each line that was reported is there, the file is whole,
 * and the lock is free. */
static void test_a_kill_loses_no_line_that_was_told(void **state)
{
    struct fixture *f = *state;
    const unsigned each = 1000000;
    struct seen seen = {calloc(THREADS * each, 1), THREADS * each};
    unsigned *told = calloc(THREADS * each, sizeof *told), n = 0, i;
    struct writer writers[THREADS];
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        close(ends[0]);
        begin(f);
        write_at_once(f, writers, each, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    while (n < 500 && read(ends[0], &told[n], sizeof *told) == (ssize_t)sizeof *told) {
        n++;
    }
    kill(child, SIGKILL);
    assert_true(WIFSIGNALED(status_of(child)));
    while (read(ends[0], &told[n], sizeof *told) == (ssize_t)sizeof *told) {
        n++;
    }
    close(ends[0]);
    assert_true(n >= 500);
    begin(f);
    assert_int_equal(end(f), RC_OK);
    assert_int_equal(journal_read(f->cx, f->path, (struct journal_visitor){note, &seen}), RC_OK);
    for (i = 0; i < n; i++) {
        assert_int_equal(seen.times[told[i]], 1);
    }
    free(told);
    free(seen.times);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lines_come_back_and_more_may_follow),
        TEST(test_a_visitor_may_end_the_reading),
        TEST(test_a_torn_last_line_is_left_out_and_cut_off),
        TEST(test_a_torn_line_longer_than_a_block),
        TEST(test_damage_is_told_by_line),
        TEST(test_an_unfit_line_is_refused_and_harms_nothing),
        TEST(test_two_cannot_have_it_open),
        TEST(test_what_cannot_be_a_journal),
        TEST(test_a_full_disk_breaks_it_for_good),
        TEST(test_a_failed_sync_is_never_tried_again),
        TEST(test_many_threads_append_each_line_once),
        TEST(test_a_kill_loses_no_line_that_was_told),
    };

    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
