/* Reading small files of others. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/file.h"

struct place {
    char folder[64];
    struct ctx *cx;
};

static int make(void **state)
{
    struct place *p = test_calloc(1, sizeof(*p));

    memcpy(p->folder, "/tmp/seedbank-file-XXXXXX", sizeof("/tmp/seedbank-file-XXXXXX"));
    assert_non_null(mkdtemp(p->folder));
    p->cx = ctx_new(&(struct ctx_options){.session = NULL});
    *state = p;
    return 0;
}

static int drop(void **state)
{
    struct place *p = *state;

    unlink(arena_printf(p->cx->arena, "%s/f", p->folder));
    rmdir(p->folder);
    ctx_free(p->cx);
    test_free(p);
    return 0;
}

static char *path_of(struct place *p)
{
    return arena_printf(p->cx->arena, "%s/f", p->folder);
}

static void put(struct place *p, const char *text, size_t n)
{
    FILE *f = fopen(path_of(p), "w");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void content_comes_whole_and_ended(void **state)
{
    struct place *p = *state;
    struct str s;

    put(p, "a\0b\n", 4);
    assert_int_equal(file_read(p->cx, path_of(p), 4, &s), RC_OK);
    assert_int_equal(s.n, 4);
    assert_memory_equal(s.p, "a\0b\n", 5);
    put(p, "", 0);
    assert_int_equal(file_read(p->cx, path_of(p), 4, &s), RC_OK);
    assert_int_equal(s.n, 0);
}

static void a_missing_file_says_nothing(void **state)
{
    struct place *p = *state;
    struct str s = {"kept", 4};

    assert_int_equal(file_read(p->cx, path_of(p), 10, &s), RC_NOT_FOUND);
    assert_int_equal(file_read(p->cx, arena_printf(p->cx->arena, "%s/x", path_of(p)), 10, &s),
                     RC_NOT_FOUND);
    assert_int_equal(p->cx->diags.errors, 0);
    assert_string_equal(s.p, "kept");
}

static void too_much_is_refused_and_not_shown(void **state)
{
    struct place *p = *state;
    struct str s;

    put(p, "hunter2", 7);
    assert_int_equal(file_read(p->cx, path_of(p), 6, &s), RC_FAIL);
    assert_diag(p->cx, "more than the 6 bytes");
    assert_diag(p->cx, p->folder);
    assert_null(strstr(p->cx->diags.first->detail, "hunter2"));
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    struct place *p = *state;
    struct str s;

    assert_int_equal(mkfifo(path_of(p), 0600), 0);
    assert_int_equal(file_read(p->cx, path_of(p), 10, &s), RC_FAIL);
    assert_int_equal(file_read(p->cx, p->folder, 10, &s), RC_FAIL);
    assert_int_equal(p->cx->diags.errors, 2);
    assert_diag(p->cx, "not a regular file");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)

static void a_folder_is_synced_or_named(void **state)
{
    struct place *p = *state;

    assert_int_equal(file_sync_folder(p->cx, path_of(p)), RC_OK); /* the file need not be there */
    assert_int_equal(file_sync_folder(p->cx, "in-the-current-one"), RC_OK);
    assert_int_equal(file_sync_folder(p->cx, arena_printf(p->cx->arena, "%s/none/f", p->folder)),
                     RC_FAIL);
    assert_diag(p->cx, "/none/");
    assert_diag(p->cx, "No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(content_comes_whole_and_ended),     TEST(a_missing_file_says_nothing),
        TEST(too_much_is_refused_and_not_shown), TEST(what_is_no_file_is_refused_at_once),
        TEST(a_folder_is_synced_or_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
