/* A manifest on disk: the same when it is read, and none when it is not whole. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "seedbank-bucket/manifest.h"

#define SUM  "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

static const struct manifest_object objects[] = {
    {"a", "version", SUM, 5},
    {"b \x01\n\xff", NULL, ZERO, 0}, /* no UTF-8, no version */
    {"c/\"quoted\"", "null", SUM, UINT64_C(5) << 40},
};

struct fixture {
    struct ctx *cx;
    char folder[32];
    const char *path;
};

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    snprintf(f->folder, sizeof f->folder, "/tmp/manifest.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->cx = ctx_new(&(struct ctx_options){.session = NULL});
    f->path = arena_printf(f->cx->arena, "%s/m", f->folder);
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0);
    ctx_free(f->cx);
    test_free(f);
    return 0;
}

static void write_all(struct fixture *f)
{
    const char *prefixes[] = {"c/\"", "\xff"};
    const struct manifest_head head = {.endpoint = "http://server:1",
                                       .place = {"bucket", "folder/"},
                                       .made = "2026-11-24T03:16:18Z",
                                       .prefixes = {prefixes, COUNT(prefixes)}};
    struct manifest_writer *w;
    struct manifest_totals t;

    assert_int_equal(manifest_create(f->cx, f->path, &head, &w), RC_OK);
    for (size_t i = 0; i < COUNT(objects); i++) {
        assert_int_equal(manifest_add(f->cx, w, &objects[i]), RC_OK);
        assert_int_not_equal(access(f->path, F_OK), 0); /* not before its end */
    }
    assert_int_equal(manifest_end(f->cx, w, &t), RC_OK);
    assert_int_equal(t.objects, COUNT(objects));
    assert_int_equal(t.bytes, (UINT64_C(5) << 40) + 5);
}

static void test_round_trip(void **state)
{
    struct fixture *f = *state;
    struct manifest_reader *r;
    struct manifest_head head;
    struct manifest_object o;

    write_all(f);
    assert_int_equal(manifest_open(f->cx, f->path, &head, &r), RC_OK);
    assert_string_equal(head.endpoint, "http://server:1");
    assert_string_equal(head.place.bucket, "bucket");
    assert_string_equal(head.place.prefix, "folder/");
    assert_int_equal(head.prefixes.n, 2);
    assert_string_equal(head.prefixes.items[1], "\xff");
    assert_int_equal(head.excludes.n, 0);
    for (size_t i = 0; i < COUNT(objects); i++) {
        assert_int_equal(manifest_next(f->cx, r, &o), RC_OK);
        assert_string_equal(o.key, objects[i].key);
        assert_string_equal(o.version ? o.version : "none",
                            objects[i].version ? objects[i].version : "none");
        assert_string_equal(o.sha256, objects[i].sha256);
        assert_int_equal(o.size, objects[i].size);
    }
    assert_int_equal(manifest_next(f->cx, r, &o), RC_NOT_FOUND);
}

static char *read_file(struct fixture *f)
{
    FILE *file = fopen(f->path, "r");
    char *all = arena_alloc(f->cx->arena, 65536);

    assert_non_null(file);
    assert_true(fread(all, 1, 65535, file) > 0);
    fclose(file);
    return all;
}

static void write_file(struct fixture *f, const char *text, size_t n)
{
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    fclose(file);
}

static void refused(struct fixture *f)
{
    struct manifest_head head;
    struct manifest_reader *r;

    assert_int_equal(manifest_open(f->cx, f->path, &head, &r), RC_FAIL);
    assert_non_null(strstr(f->cx->diags.last->summary, "is no whole manifest"));
}

static void test_damage_is_refused(void **state)
{
    struct fixture *f = *state;
    char *all;
    size_t n;

    write_all(f);
    all = read_file(f);
    n = strlen(all);
    for (size_t i = 0; i < n; i += 7) {
        write_file(f, all, i);
        refused(f);
    }
    for (size_t i = 0; i < n; i += 11) {
        all[i] ^= 1;
        write_file(f, all, n);
        refused(f);
        all[i] ^= 1;
    }
    write_file(f, arena_printf(f->cx->arena, "%s{}\n", all), n + 3);
    refused(f);
}

/* Whole by its sum, but not what its end says. */
static void test_wrong_totals(void **state)
{
    struct fixture *f = *state;
    const struct manifest_head head = {
        .endpoint = "http://server:1", .place = {"bucket", ""}, .made = "2026-11-24T03:16:18Z"};
    const struct manifest_object bad = {"k", "v", "no sum", 1};
    struct manifest_head read;
    struct manifest_writer *w;
    struct manifest_reader *r;
    struct manifest_totals t;
    struct manifest_object o;

    assert_int_equal(manifest_create(f->cx, f->path, &head, &w), RC_OK);
    assert_int_equal(manifest_add(f->cx, w, &bad), RC_OK);
    assert_int_equal(manifest_end(f->cx, w, &t), RC_OK);
    assert_int_equal(manifest_open(f->cx, f->path, &read, &r), RC_OK);
    assert_int_equal(manifest_next(f->cx, r, &o), RC_FAIL);
    assert_non_null(strstr(f->cx->diags.last->detail, "A line is no object"));
}

static void test_nothing_is_written_over(void **state)
{
    struct fixture *f = *state;
    const struct manifest_head head = {
        .endpoint = "http://server:1", .place = {"bucket", ""}, .made = "2026-11-24T03:16:18Z"};
    struct manifest_writer *w;
    struct manifest_head read;
    struct manifest_reader *r;

    assert_int_equal(manifest_open(f->cx, f->path, &read, &r), RC_NOT_FOUND);
    write_all(f);
    assert_int_equal(manifest_create(f->cx, f->path, &head, &w), RC_FAIL);
    assert_non_null(strstr(f->cx->diags.last->summary, "Cannot write the manifest"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, make, unmake),
        cmocka_unit_test_setup_teardown(test_damage_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(test_wrong_totals, make, unmake),
        cmocka_unit_test_setup_teardown(test_nothing_is_written_over, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
