#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "seedbank-bucket/timeline.h"
#include "unit.h"

#define DAY INT64_C(86400)
#define T0  (INT64_C(20000) * DAY)

static void version(struct timeline *t, const char *key, int64_t at_s, bool latest)
{
    timeline_add(t,
                 &(struct timeline_entry){.key = key, .at_s = at_s, .size = 10, .latest = latest});
}

static void marker(struct timeline *t, const char *key, int64_t at_s, bool latest)
{
    timeline_add(
        t, &(struct timeline_entry){.key = key, .at_s = at_s, .marker = true, .latest = latest});
}

static void test_what_is_there_is_summed(void **state)
{
    struct arena *a = arena_new();
    struct timeline *t = timeline_new(a, "");
    struct timeline_sums s;

    (void)state;
    version(t, "a", T0 + 5, true);
    version(t, "a", T0 + 1, false);
    marker(t, "b", T0 + 9, true);
    version(t, "b", T0 + 2, false);
    marker(t, "b", T0 + 1, false);
    timeline_add(t,
                 &(struct timeline_entry){
                     .key = "c", .at_s = T0 + 3, .size = 7, .latest = true, .null_version = true});
    s = timeline_sums(t);
    assert_int_equal(s.live, 2);
    assert_int_equal(s.live_bytes, 17);
    assert_int_equal(s.old, 2);
    assert_int_equal(s.old_bytes, 20);
    assert_int_equal(s.markers, 2);
    assert_int_equal(s.deleted, 1);
    assert_int_equal(s.null_versions, 1);
    assert_int_equal(s.keys, 3);
    assert_int_equal(s.first_s, T0 + 1);
    assert_int_equal(s.last_s, T0 + 9);
    arena_free(a);
}

static char key[64];
static const char *named(const char *folder, int i)
{
    snprintf(key, sizeof key, "%s%06d", folder, i);
    return key;
}

static void test_an_accident_stands_out(void **state)
{
    struct arena *a = arena_new();
    struct timeline *t = timeline_new(a, "");
    struct timeline_loss l[4];

    (void)state;
    /* Everyday: one overwrite an hour. */
    for (int i = 0; i < 200; i++) {
        version(t, named("daily/", i), T0 + (i + 1) * 3600, true);
        version(t, named("daily/", i), T0 + i * 60, false);
    }
    /* 30 deleted and 20 overwritten within two minutes, on the third day. */
    for (int i = 0; i < 30; i++) {
        marker(t, named("images/", i), T0 + 3 * DAY + 7 + i, true);
        version(t, named("images/", i), T0 + i, false);
    }
    for (int i = 0; i < 20; i++) {
        version(t, named("video/", i), T0 + 3 * DAY + 90 + i, true);
        version(t, named("video/", i), T0 + i, false);
    }
    assert_int_equal(timeline_losses(t, l, 4), 1);
    assert_int_equal(l[0].deleted, 30);
    assert_in_range(l[0].overwritten, 20, 21);
    assert_in_range(l[0].first_s, T0 + 3 * DAY, T0 + 3 * DAY + 7);
    assert_int_equal(l[0].last_s, T0 + 3 * DAY + 109);
    assert_string_equal(l[0].folders[0].name, "images/");
    assert_int_equal(l[0].folders[0].n, 30);
    assert_string_equal(l[0].folders[1].name, "video/");
    arena_free(a);
}

static void test_a_small_bucket_that_lost_little_has_no_accident(void **state)
{
    struct arena *a = arena_new();
    struct timeline *t = timeline_new(a, "");
    struct timeline_loss l[4];

    (void)state;
    for (int i = 0; i < 9; i++) {
        marker(t, named("", i), T0 + 60, true);
        version(t, named("", i), T0, false);
    }
    assert_int_equal(timeline_losses(t, l, 4), 0);
    marker(t, named("", 9), T0 + 60, true);
    version(t, named("", 9), T0, false);
    t = timeline_new(a, "");
    for (int i = 0; i < 10; i++) {
        marker(t, named("", i), T0 + 60, true);
        version(t, named("", i), T0, false);
    }
    assert_int_equal(timeline_losses(t, l, 4), 1);
    assert_int_equal(l[0].first_s, T0 + 60);
    assert_string_equal(l[0].folders[0].name, "");
    arena_free(a);
}

static void test_two_accidents_come_newest_first(void **state)
{
    struct arena *a = arena_new();
    struct timeline *t = timeline_new(a, "p/");
    struct timeline_loss l[4];

    (void)state;
    for (int i = 0; i < 12; i++) {
        marker(t, named("p/x/", i), T0 + 5 * DAY + 30 * i, true);
        version(t, named("p/x/", i), T0 + DAY + i, false);
        version(t, named("p/x/", i), T0, false);
    }
    assert_int_equal(timeline_losses(t, l, 4), 2);
    assert_int_equal(l[0].first_s, T0 + 5 * DAY);
    assert_int_equal(l[0].deleted, 12);
    assert_int_equal(l[0].overwritten, 0);
    assert_string_equal(l[0].folders[0].name, "p/x/");
    assert_int_equal(l[1].first_s, T0 + DAY);
    assert_int_equal(l[1].overwritten, 12);
    assert_int_equal(timeline_losses(t, l, 1), 1);
    arena_free(a);
}

/* A deploy, its repair a minute later, and what came three minutes after that. */
static void test_one_loss_has_its_waves(void **state)
{
    struct arena *a = arena_new();
    struct timeline *t = timeline_new(a, "");
    struct timeline_loss l[4];
    static const int after[] = {0, 80, 260};

    (void)state;
    for (int i = 0; i < 30; i++) {
        version(t, named("", i), T0 + DAY + after[2] + i, true);
        version(t, named("", i), T0 + DAY + after[1] + i / 10, false);
        version(t, named("", i), T0 + DAY + after[0] + i / 10, false);
        version(t, named("", i), T0, false);
    }
    assert_int_equal(timeline_losses(t, l, 4), 1);
    assert_int_equal(l[0].overwritten, 90);
    assert_int_equal(l[0].n_waves, 3);
    assert_false(l[0].more_waves);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(l[0].waves[i].first_s, T0 + DAY + after[2 - i]);
        assert_int_equal(l[0].waves[i].overwritten, 30);
        assert_int_equal(l[0].waves[i].deleted, 0);
    }
    assert_int_equal(l[0].waves[0].last_s, T0 + DAY + after[2] + 29);
    /* Many of them: the last ones. */
    t = timeline_new(a, "");
    for (int i = 0; i < 60; i++) {
        marker(t, named("", i), T0 + DAY + i / 10 * 180, true);
        version(t, named("", i), T0, false);
    }
    assert_int_equal(timeline_losses(t, l, 4), 1);
    assert_int_equal(l[0].n_waves, TIMELINE_WAVES);
    assert_true(l[0].more_waves);
    assert_int_equal(l[0].waves[TIMELINE_WAVES - 1].first_s, T0 + DAY + 2 * 180);
    arena_free(a);
}

static void test_memory_does_not_grow_with_time(void **state)
{
    struct arena *a = arena_new();
    struct timeline *t = timeline_new(a, "");
    struct timeline_bin bins[24];
    uint64_t writes = 0, losses = 0;
    int64_t length;
    size_t n;

    (void)state;
    for (int i = 0; i < 300000; i++) { /* a minute apart: more minutes than slots */
        version(t, "k", T0 + (300000 - i) * 60, i == 0);
    }
    assert_true(arena_footprint(a) < (size_t)64 << 20);
    n = timeline_bins(t, T0, T0 + 300001 * 60, bins, COUNT(bins), &length);
    assert_int_equal(length, 30 * DAY);
    assert_in_range(n, 7, 9);
    for (size_t i = 0; i < n; i++) {
        writes += bins[i].writes;
        losses += bins[i].losses;
    }
    assert_int_equal(writes, 300000);
    assert_int_equal(losses, 299999);
    arena_free(a);
}

static void test_more_folders_than_are_told_apart(void **state)
{
    struct arena *a = arena_new();
    struct timeline *t = timeline_new(a, "");
    struct timeline_loss l[1];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char folder[16];
        snprintf(folder, sizeof folder, "f%03d/", i);
        marker(t, named(folder, 0), T0 + 100, true);
        version(t, named(folder, 0), T0, false);
    }
    assert_int_equal(timeline_losses(t, l, 1), 1);
    assert_int_equal(l[0].deleted, 1000);
    assert_string_equal(l[0].folders[0].name, "other folders");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_there_is_summed),
        cmocka_unit_test(test_an_accident_stands_out),
        cmocka_unit_test(test_a_small_bucket_that_lost_little_has_no_accident),
        cmocka_unit_test(test_two_accidents_come_newest_first),
        cmocka_unit_test(test_one_loss_has_its_waves),
        cmocka_unit_test(test_memory_does_not_grow_with_time),
        cmocka_unit_test(test_more_folders_than_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
