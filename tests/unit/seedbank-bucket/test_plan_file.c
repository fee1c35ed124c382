/* Plans on disk: whole, or refused. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ctx.h"
#include "seedbank-bucket/plan_file.h"

#define STEPS 5

struct fixture {
    struct ctx *cx;
    char folder[64];
    const char *path;
};

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    f->cx = ctx_new(&(struct ctx_options){.session = NULL});
    snprintf(f->folder, sizeof f->folder, "/tmp/plan.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->path = arena_printf(f->cx->arena, "%s/a.plan", f->folder);
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0); /* nothing else was left */
    ctx_free(f->cx);
    test_free(f);
    return 0;
}

static const char *prefixes[] = {"a/", "b \xc3\xa9"};

static const struct plan_head head = {
    .endpoint = "http://127.0.0.1:1",
    .region = "us-east-1",
    .bucket = "b",
    .at = "2026-11-24T03:16:18Z",
    .made = "2026-11-24T05:00:00Z",
    .prefixes = {prefixes, 2},
    .keep_history = true,
    .probed = true,
};

static const struct plan_totals totals = {
    .steps = {[STEP_COPY] = {STEPS, 15}, [STEP_UNKNOWN] = {1, 0}},
    .unchanged = {7, 700},
    .newer = {8, 800},
    .doubtful = 2,
};

static struct step step_at(struct arena *a, int i)
{
    return (struct step){
        .kind = STEP_COPY,
        .key = arena_printf(a, "a/key%d\n\xff", i),
        .latest = "l",
        .version = "v",
        .etag = "\"e\"",
        .modified = "2026-11-24T03:16:18Z",
        .size = (uint64_t)i,
        .storage_class = "STANDARD",
    };
}

static void begin(struct fixture *f, struct plan_writer **ret_writer)
{
    assert_int_equal(plan_file_create(f->cx, f->path, &head, ret_writer), RC_OK);
    for (int i = 0; i < STEPS; i++) {
        struct step s = step_at(f->cx->arena, i);
        assert_int_equal(plan_file_add(f->cx, *ret_writer, &s), RC_OK);
    }
}

static void write_plan(struct fixture *f)
{
    struct plan_writer *w;

    begin(f, &w);
    assert_int_equal(access(f->path, F_OK), -1);
    assert_int_equal(plan_file_end(f->cx, w, &totals), RC_OK);
    assert_int_equal(access(f->path, F_OK), 0);
}

static void test_what_was_written_is_read(void **state)
{
    struct fixture *f = *state;
    struct plan_reader *r;
    struct plan_totals t;
    struct plan_head h;

    write_plan(f);
    assert_int_equal(plan_file_open(f->cx, f->path, &h, &t, &r), RC_OK);
    assert_string_equal(h.bucket, "b");
    assert_string_equal(h.endpoint, head.endpoint);
    assert_string_equal(h.region, head.region);
    assert_string_equal(h.at, head.at);
    assert_string_equal(h.made, head.made);
    assert_int_equal(h.prefixes.n, 2);
    assert_string_equal(h.prefixes.items[1], prefixes[1]);
    assert_int_equal(h.excludes.n, 0);
    assert_null(h.to);
    assert_int_equal(h.shards, 0);
    assert_true(h.keep_history && h.probed);
    assert_false(h.hide_newer || h.purge_newer || h.accept_gaps || h.allow_unversioned);
    assert_memory_equal(&t, &totals, sizeof t);
    for (int pass = 0; pass < 2; pass++) {
        struct step s;
        for (int i = 0; i < STEPS; i++) {
            assert_int_equal(plan_file_next(f->cx, r, &s), RC_OK);
            assert_string_equal(s.key, step_at(f->cx->arena, i).key);
            assert_int_equal(s.size, i);
        }
        assert_int_equal(plan_file_next(f->cx, r, &s), RC_NOT_FOUND);
        plan_file_rewind(r);
    }
}

/* Into another place: a copy may be made where nothing is. */
static void test_a_plan_for_another_place(void **state)
{
    struct fixture *f = *state;
    struct plan_head other = head, h;
    struct plan_totals t;
    struct plan_reader *r;
    struct plan_writer *w;
    struct step s = step_at(f->cx->arena, 1);

    other.to = "target/in";
    s.latest = NULL;
    assert_int_equal(plan_file_create(f->cx, f->path, &other, &w), RC_OK);
    assert_int_equal(plan_file_add(f->cx, w, &s), RC_OK);
    assert_int_equal(plan_file_end(f->cx, w, &totals), RC_OK);
    assert_int_equal(plan_file_open(f->cx, f->path, &h, &t, &r), RC_OK);
    assert_string_equal(h.to, "target/in");
    assert_int_equal(plan_file_next(f->cx, r, &s), RC_OK);
    assert_null(s.latest);
}

static void test_only_its_owner_may_read_it(void **state)
{
    struct fixture *f = *state;
    struct stat st;

    write_plan(f);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

/* ---- Damage ---------------------------------------------------------------------------------- */

static char *read_all(struct fixture *f, size_t *ret_n)
{
    FILE *file = fopen(f->path, "r");
    char *bytes = arena_alloc(f->cx->arena, 65536);

    assert_non_null(file);
    *ret_n = fread(bytes, 1, 65536, file);
    fclose(file);
    return bytes;
}

static void write_all(struct fixture *f, const char *bytes, size_t n)
{
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* In a scope of its own: thousands of messages. */
static enum rc open_plan(const struct fixture *f)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = NULL});
    struct plan_head h = {.bucket = "untouched"};
    struct plan_reader *r = NULL;
    struct plan_totals t;
    enum rc rc = plan_file_open(cx, f->path, &h, &t, &r);

    if (rc != RC_OK) {
        assert_null(r);
        assert_int_equal(cx->diags.errors, rc == RC_FAIL);
    }
    ctx_free(cx);
    return rc;
}

static void test_cut_anywhere_it_is_refused(void **state)
{
    struct fixture *f = *state;
    size_t n;
    char *bytes;

    write_plan(f);
    bytes = read_all(f, &n);
    for (size_t cut = 0; cut < n; cut++) {
        write_all(f, bytes, cut);
        assert_int_equal(open_plan(f), RC_FAIL);
    }
    write_all(f, bytes, n);
    assert_int_equal(open_plan(f), RC_OK);
}

static void test_changed_anywhere_it_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char others[] = {'\0', '\n', '0', '"', 'x'};
    size_t n;
    char *bytes;

    write_plan(f);
    bytes = read_all(f, &n);
    for (size_t at = 0; at < n; at++) {
        char was = bytes[at];
        for (size_t i = 0; i < COUNT(others); i++) {
            bytes[at] = others[i];
            if (bytes[at] != was) {
                write_all(f, bytes, n);
                assert_int_equal(open_plan(f), RC_FAIL);
            }
        }
        bytes[at] = was;
    }
}

static void test_more_behind_its_end_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const more[] = {"\n", " ", "{}\n", "x"};
    size_t n;
    char *bytes;

    write_plan(f);
    bytes = read_all(f, &n);
    for (size_t i = 0; i < COUNT(more); i++) {
        memcpy(bytes + n, more[i], strlen(more[i]));
        write_all(f, bytes, n + strlen(more[i]));
        assert_int_equal(open_plan(f), RC_FAIL);
    }
    memcpy(bytes + n, bytes, n); /* two of them */
    write_all(f, bytes, 2 * n);
    assert_int_equal(open_plan(f), RC_FAIL);
}

static void test_what_is_no_plan_is_refused(void **state)
{
    struct fixture *f = *state;
    struct plan_head h;
    struct plan_reader *r;
    struct plan_totals t;

    assert_int_equal(plan_file_open(f->cx, f->path, &h, &t, &r), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.errors, 0);
    write_all(f, "", 0);
    assert_int_equal(open_plan(f), RC_FAIL);
    write_all(f, "some text\n", 10);
    assert_int_equal(open_plan(f), RC_FAIL);
    assert_int_equal(plan_file_open(f->cx, f->folder, &h, &t, &r), RC_FAIL);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void test_what_is_there_is_not_replaced(void **state)
{
    struct fixture *f = *state;
    struct plan_writer *w;
    size_t n;

    begin(f, &w);
    write_all(f, "mine", 4); /* it comes while the plan is made */
    assert_int_equal(plan_file_end(f->cx, w, &totals), RC_FAIL);
    assert_diag(f->cx, "File exists");
    assert_int_equal(plan_file_create(f->cx, f->path, &head, &w), RC_FAIL);
    assert_string_equal(read_all(f, &n), "mine");
}

static void test_what_was_not_ended_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct arena_mark mark = arena_mark(f->cx->arena);
    struct plan_writer *w;

    begin(f, &w);
    arena_rewind(f->cx->arena, mark);
    assert_int_equal(access(f->path, F_OK), -1);
}

static void test_a_killed_writer_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct plan_writer *w;
        begin(f, &w);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(access(f->path, F_OK), -1); /* unmake looks for anything else */
}

static void test_where_it_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    struct plan_writer *w;
    struct plan_head odd = head;

    assert_int_equal(
        plan_file_create(f->cx, arena_printf(f->cx->arena, "%s/no/a.plan", f->folder), &head, &w),
        RC_FAIL);
    assert_diag(f->cx, "No such file or directory");
    odd.bucket = "\xff";
    assert_int_equal(plan_file_create(f->cx, f->path, &odd, &w), RC_FAIL);
    assert_diag(f->cx, "UTF-8");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_written_is_read),          TEST(test_a_plan_for_another_place),
        TEST(test_only_its_owner_may_read_it),        TEST(test_cut_anywhere_it_is_refused),
        TEST(test_changed_anywhere_it_is_refused),    TEST(test_more_behind_its_end_is_refused),
        TEST(test_what_is_no_plan_is_refused),        TEST(test_what_is_there_is_not_replaced),
        TEST(test_what_was_not_ended_leaves_nothing), TEST(test_a_killed_writer_leaves_nothing),
        TEST(test_where_it_cannot_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
