/* A step as JSON and back. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "seedbank-bucket/step.h"
#include "json/json_line.h"

static const char *const ids[] = {"m2", "m1"};

#define WANTED                                                                                     \
    .key = "a/\xff k", .latest = "m2", .version = "v1", .etag = "\"e\"",                           \
    .modified = "2026-11-24T03:16:18Z", .size = 5, .storage_class = "STANDARD"

static const struct step steps[] = {
    {.kind = STEP_REVEAL, WANTED, .newer = (const char **)(uintptr_t)ids, .n_newer = 2},
    {.kind = STEP_PURGE, WANTED, .newer = (const char **)(uintptr_t)ids, .n_newer = 1},
    {.kind = STEP_COPY, WANTED},
    {.kind = STEP_COPY, WANTED, .why = "it is doubtful"},
    {.kind = STEP_UNREACHABLE, WANTED, .why = "it lies in an archive"},
    {.kind = STEP_HIDE, .key = "k", .latest = "m2", .storage_class = ""},
    {.kind = STEP_UNKNOWN, .key = "k", .latest = "null", .storage_class = "", .why = "lost"},
};

static void same_text(const char *x, const char *y)
{
    assert_int_equal(x == NULL, y == NULL);
    if (x != NULL) {
        assert_string_equal(x, y);
    }
}

static void test_each_kind_reads_back_the_same(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        const char *line = json_line(a, step_to_json(&steps[i])), *why = NULL;
        const json_t *o = json_line_read(a, (struct str){line, strlen(line)}, &why);
        struct step s;
        assert_true(step_from_json(a, o, &s));
        assert_int_equal(s.kind, steps[i].kind);
        same_text(s.key, steps[i].key);
        same_text(s.latest, steps[i].latest);
        same_text(s.version, steps[i].version);
        same_text(s.etag, steps[i].etag);
        same_text(s.modified, steps[i].modified);
        same_text(s.storage_class, steps[i].storage_class);
        same_text(s.why, steps[i].why);
        assert_int_equal(s.size, steps[i].size);
        assert_int_equal(s.n_newer, steps[i].n_newer);
        for (size_t j = 0; j < s.n_newer; j++) {
            same_text(s.newer[j], steps[i].newer[j]);
        }
    }
    arena_free(a);
}

static void test_what_is_no_step_is_refused(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"step\":\"explode\",\"key\":\"k\",\"latest\":\"l\"}",
        "{\"step\":1,\"key\":\"k\",\"latest\":\"l\"}",
        "{\"step\":\"hide\",\"latest\":\"l\"}",              /* of what? */
        "{\"step\":\"hide\",\"key\":\"\",\"latest\":\"l\"}", /* that is the bucket */
        "{\"step\":\"hide\",\"key\":\"k\"}",                 /* on what condition? */
        "{\"step\":\"hide\",\"key\":\"k\",\"latest\":\"l\",\"version\":\"v\"}",
        "{\"step\":\"copy\",\"key\":\"k\",\"latest\":\"l\",\"etag\":\"e\"}",
        "{\"step\":\"copy\",\"key\":\"k\",\"latest\":\"l\",\"version\":\"v\"}",
        "{\"step\":\"copy\",\"key\":\"k\",\"latest\":\"l\",\"version\":\"v\",\"etag\":\"e\","
        "\"size\":-1}",
        "{\"step\":\"copy\",\"key\":\"k\",\"latest\":\"l\",\"version\":\"v\",\"etag\":\"e\","
        "\"newer\":[\"x\"]}",
        "{\"step\":\"reveal\",\"key\":\"k\",\"latest\":\"l\",\"version\":\"v\",\"etag\":\"e\"}",
        "{\"step\":\"reveal\",\"key\":\"k\",\"latest\":\"l\",\"version\":\"v\",\"etag\":\"e\","
        "\"newer\":[1]}",
        "{\"step\":\"purge\",\"key\":\"k\",\"latest\":\"l\",\"version\":\"v\",\"newer\":[]}",
        "{\"step\":\"unknown\",\"key\":\"k\",\"latest\":\"l\"}",
        "{\"step\":\"unreachable\",\"key\":\"k\",\"latest\":\"l\"}",
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = NULL;
        const json_t *o = json_line_read(a, (struct str){rows[i], strlen(rows[i])}, &why);
        struct step s = {.key = "untouched"};
        assert_non_null(o);
        assert_false(step_from_json(a, o, &s));
        assert_string_equal(s.key, "untouched");
    }
    arena_free(a);
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < STEP_KINDS; i++) {
        assert_true(strlen(step_name((enum step_kind)i)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_reads_back_the_same),
        cmocka_unit_test(test_what_is_no_step_is_refused),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
