/* One key's history, against a model that keeps all of it and looks everything up. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/past.h"

#define HISTORIES   20000
#define MAX_ENTRIES 12
#define T0          (INT64_C(1795490178) * MOMENT_SECOND)

/* ---- Histories ------------------------------------------------------------------------------- */

struct history {
    struct s3_list_entry entries[MAX_ENTRIES];
    int64_t times[MAX_ENTRIES];
    size_t n;
};

struct answers {
    bool gap, keep;
};

static bool answer_gap(void *arg, const char *key)
{
    assert_string_equal(key, "k");
    return ((const struct answers *)arg)->gap;
}

static bool answer_keep(void *arg, const char *key)
{
    assert_string_equal(key, "k");
    return ((const struct answers *)arg)->keep;
}

static unsigned dice(unsigned *seed, unsigned sides)
{
    return (unsigned)rand_r(seed) % sides;
}

static struct timespec time_of(int64_t moment)
{
    return (struct timespec){.tv_sec = moment / MOMENT_SECOND, .tv_nsec = moment % MOMENT_SECOND};
}

/* Newest first, several in a second now and then; at most one without an ID, as S3 has it. */
static struct history random_history(struct arena *a, unsigned *seed)
{
    struct history h = {.n = 1 + dice(seed, MAX_ENTRIES)};
    int64_t time = T0 + (int64_t)dice(seed, 10) * MOMENT_SECOND;
    size_t null = dice(seed, 3) == 0 ? dice(seed, (unsigned)h.n) : MAX_ENTRIES;

    for (size_t i = 0; i < h.n; i++) {
        bool marker = dice(seed, 3) == 0;
        time -= (int64_t)dice(seed, 3) * MOMENT_SECOND;
        h.times[i] = time;
        h.entries[i] = (struct s3_list_entry){
            .key = "k",
            .version_id = i == null ? "null" : arena_printf(a, "id%zu", i),
            .etag = marker ? "" : arena_printf(a, "\"etag%zu\"", i),
            .last_modified = moment_text(a, time),
            .modified = time_of(time),
            .storage_class = marker ? "" : "STANDARD",
            .size = marker ? 0 : 10 + i,
            .latest = i == 0,
            .marker = marker,
        };
    }
    return h;
}

static struct past_end feed(struct past *p, const struct history *h)
{
    past_begin(p, "k");
    for (size_t i = 0; i < h->n; i++) {
        past_add(p, &h->entries[i]);
    }
    return past_end(p);
}

/* ---- The model ------------------------------------------------------------------------------- */

struct verdict {
    enum past_verdict verdict;
    enum step_kind kind;
    bool doubtful;
    size_t wanted; /* h->n: none */
};

static bool newer_has(const struct history *h, size_t wanted,
                      bool (*is)(const struct s3_list_entry *))
{
    for (size_t i = 0; i < wanted; i++) {
        if (is(&h->entries[i])) {
            return true;
        }
    }
    return false;
}

static bool is_null(const struct s3_list_entry *e)
{
    return strcmp(e->version_id, "null") == 0;
}

static bool is_data(const struct s3_list_entry *e)
{
    return !e->marker;
}

/* Of a version that was there and is not the newest. */
static enum step_kind way_back(const struct history *h, size_t wanted, const struct past_options *o,
                               bool keep)
{
    if (newer_has(h, wanted, is_null)) {
        return STEP_COPY;
    }
    if (o->purge_newer) {
        return STEP_PURGE;
    }
    return keep || o->elsewhere || newer_has(h, wanted, is_data) ? STEP_COPY : STEP_REVEAL;
}

/* Of a key that was not there, or of which nothing is left. */
static void was_absent(const struct history *h, const struct past_options *o, bool lost,
                       struct verdict *v)
{
    if (lost) {
        v->kind = STEP_UNKNOWN;
    } else if (h->entries[0].marker || o->elsewhere) {
        v->verdict = PAST_ABSENT;
    } else {
        v->verdict = o->hide_newer ? PAST_STEP : PAST_NEWER;
        v->kind = STEP_HIDE;
    }
}

static struct verdict model(const struct history *h, const struct past_options *o,
                            const struct answers *answers)
{
    struct verdict v = {.verdict = PAST_STEP, .wanted = 0};
    bool there, lost;

    while (v.wanted < h->n && h->times[v.wanted] > o->at) {
        v.wanted++;
    }
    there = v.wanted < h->n && !h->entries[v.wanted].marker;
    lost = newer_has(h, v.wanted, is_null);
    if (v.wanted == 0 && there && o->elsewhere) {
        v.kind = STEP_COPY;
    } else if (v.wanted == 0) {
        v.verdict = there ? PAST_UNCHANGED : PAST_ABSENT;
    } else if (!there) {
        was_absent(h, o, lost || (v.wanted == h->n && answers->gap), &v);
    } else {
        v.kind = way_back(h, v.wanted, o, answers->keep);
        v.doubtful = lost;
    }
    return v;
}

static void check(const struct history *h, const struct verdict *v, const struct past_end *end)
{
    const struct step *s = &end->step;
    bool removes = v->kind == STEP_REVEAL || v->kind == STEP_PURGE;

    assert_int_equal(end->verdict, v->verdict);
    if (v->verdict == PAST_UNCHANGED) {
        assert_int_equal(end->bytes, h->entries[0].size);
    }
    if (v->verdict == PAST_NEWER) {
        assert_int_equal(end->bytes, h->entries[0].size);
    }
    if (v->verdict != PAST_STEP) {
        return;
    }
    assert_int_equal(s->kind, v->kind);
    assert_string_equal(s->key, "k");
    assert_string_equal(s->latest ? s->latest : "none",
                        end->elsewhere ? "none" : h->entries[0].version_id);
    assert_int_equal(s->why != NULL, v->doubtful || v->kind == STEP_UNKNOWN);
    assert_int_equal(s->n_newer, removes ? v->wanted : 0);
    for (size_t i = 0; i < s->n_newer; i++) {
        assert_string_equal(s->newer[i], h->entries[i].version_id);
    }
    if (v->kind == STEP_HIDE || v->kind == STEP_UNKNOWN) {
        assert_null(s->version);
        return;
    }
    assert_string_equal(s->version, h->entries[v->wanted].version_id);
    assert_string_equal(s->etag, h->entries[v->wanted].etag);
    assert_string_equal(s->modified, h->entries[v->wanted].last_modified);
    assert_int_equal(s->size, h->entries[v->wanted].size);
    assert_int_equal(end->modified, h->times[v->wanted]);
    assert_int_equal(end->superseded, v->wanted > 0 ? h->times[v->wanted - 1] : 0);
}

static void test_random_histories(void **state)
{
    const char *given = getenv("SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

    (void)state;
    printf("# SEED=%u\n", seed);
    for (unsigned i = 0; i < HISTORIES; i++) {
        struct arena *a = arena_new();
        struct history first = random_history(a, &seed), h = random_history(a, &seed);
        struct answers answers = {dice(&seed, 2) == 0, dice(&seed, 2) == 0};
        struct past_options options = {
            .at = T0 + ((int64_t)dice(&seed, 24) - 12) * MOMENT_SECOND / 2,
            .hide_newer = dice(&seed, 2) == 0,
            .purge_newer = dice(&seed, 3) == 0,
            .elsewhere = dice(&seed, 3) == 0,
            .ask = {answer_gap, answer_keep, &answers},
        };
        options.purge_newer = options.purge_newer && !options.elsewhere;
        struct past *p = past_new(a, &options);
        struct verdict v = model(&h, &options, &answers);
        struct past_end end;
        feed(p, &first); /* nothing of it may be left */
        end = feed(p, &h);
        check(&h, &v, &end);
        arena_free(a);
    }
}

/* ---- Single cases ---------------------------------------------------------------------------- */

static bool never(void *arg, const char *key)
{
    (void)arg;
    (void)key;
    return false;
}

static struct past *past_at(struct arena *a, int64_t at)
{
    return past_new(a, &(struct past_options){.at = at, .ask = {never, never, NULL}});
}

static struct s3_list_entry version(struct arena *a, const char *id, int64_t time)
{
    return (struct s3_list_entry){.key = "k",
                                  .version_id = id,
                                  .etag = "\"e\"",
                                  .last_modified = moment_text(a, time),
                                  .modified = time_of(time),
                                  .storage_class = "",
                                  .size = 1};
}

static void test_the_moment_itself_counts_as_then(void **state)
{
    struct arena *a = arena_new();
    struct past *p = past_at(a, T0);
    struct s3_list_entry now = version(a, "a", T0), later = version(a, "b", T0 + 1);

    (void)state;
    past_begin(p, "k");
    past_add(p, &now);
    assert_int_equal(past_end(p).verdict, PAST_UNCHANGED);
    past_begin(p, "k");
    past_add(p, &later);
    past_add(p, &now);
    assert_int_equal(past_end(p).step.kind, STEP_COPY);
    arena_free(a);
}

static void test_multipart_near_the_moment_is_told(void **state)
{
    struct arena *a = arena_new();
    struct past *p = past_at(a, T0);
    const struct {
        const char *etag;
        int64_t age;
        bool near;
    } rows[] = {
        {"\"00112233445566778899aabbccddeeff-3\"", 0, true},
        {"\"00112233445566778899aabbccddeeff-3\"", MOMENT_DAY - 1, true},
        {"\"00112233445566778899aabbccddeeff-3\"", MOMENT_DAY, false},
        {"\"00112233445566778899aabbccddeeff\"", 0, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_list_entry e = version(a, "a", T0 - rows[i].age);
        e.etag = rows[i].etag;
        past_begin(p, "k");
        past_add(p, &e);
        assert_int_equal(past_end(p).multipart_near, rows[i].near);
    }
    arena_free(a);
}

static void test_what_was_seen_of_the_bucket(void **state)
{
    struct arena *a = arena_new();
    struct past *p = past_at(a, T0);
    struct s3_list_entry null = version(a, "null", T0 - 9), one = version(a, "a", T0 - 5),
                         two = version(a, "b", T0 - 7);

    (void)state;
    assert_int_equal(past_seen(p).oldest_of_id, INT64_MAX);
    past_begin(p, "k");
    past_add(p, &one);
    past_add(p, &two);
    assert_false(past_seen(p).null);
    past_end(p);
    past_begin(p, "l");
    past_add(p, &null);
    assert_true(past_seen(p).null);
    assert_int_equal(past_seen(p).oldest_of_id, T0 - 7);
    assert_int_equal(past_seen(p).entries, 3);
    arena_free(a);
}

/* However many versions are newer, they are not kept where none is to be removed. */
static void test_memory_of_a_long_history(void **state)
{
    struct arena *a = arena_new();
    struct past *p = past_at(a, T0);
    size_t before;

    (void)state;
    past_begin(p, "k");
    for (int i = 0; i < 10; i++) {
        struct s3_list_entry e = version(a, "some-version-id-of-usual-length", T0 + 1000000 - i);
        past_add(p, &e);
    }
    before = past_footprint(p);
    for (int i = 10; i < 100000; i++) {
        struct arena_mark mark = arena_mark(a);
        struct s3_list_entry e = version(a, "some-version-id-of-usual-length", T0 + 1000000 - i);
        past_add(p, &e);
        arena_rewind(a, mark);
    }
    assert_int_equal(past_footprint(p), before);
    arena_free(a);
}

/* A line of a plan has its largest size, too. */
static void test_more_than_a_plan_can_name(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (int purge = 0; purge < 2; purge++) {
        struct past *p = past_new(
            a, &(struct past_options){.at = T0, .purge_newer = purge, .ask = {never, never, NULL}});
        struct s3_list_entry marker = version(a, "some-version-id-of-usual-length", T0 + 1);
        struct s3_list_entry wanted = version(a, "a", T0);
        struct past_end end;
        marker.marker = true;
        past_begin(p, "k");
        for (int i = 0; i < 600000; i++) {
            past_add(p, &marker);
        }
        past_add(p, &wanted);
        end = past_end(p);
        assert_int_equal(end.step.kind, purge ? STEP_UNREACHABLE : STEP_COPY);
        assert_int_equal(end.step.n_newer, 0);
        assert_int_equal(end.kept_markers, !purge);
        assert_string_equal(end.step.version, "a");
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_histories),
        cmocka_unit_test(test_the_moment_itself_counts_as_then),
        cmocka_unit_test(test_multipart_near_the_moment_is_told),
        cmocka_unit_test(test_what_was_seen_of_the_bucket),
        cmocka_unit_test(test_memory_of_a_long_history),
        cmocka_unit_test(test_more_than_a_plan_can_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
