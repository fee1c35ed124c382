/* One key of a copy with history: source, copy and manifest merged. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "s3/s3_list.h"
#include "seedbank-bucket/history_merge.h"
#include "seedbank-bucket/history_view.h"
#include "seedbank-bucket/moment.h"

#define FOUND  "2026-11-24T10:00:00Z"
#define ROUNDS 20000

static const char *time_at(struct arena *a, int minute)
{
    return arena_printf(a, "2026-11-24T0%d:%02d:00Z", minute / 60, minute % 60);
}

/* Up to the next blank; NULL: there is no more. */
static char *next_word(struct arena *a, const char **words)
{
    const char *word = *words + strspn(*words, " ");
    size_t n = strcspn(word, " ");

    *words = word + n;
    return n > 0 ? arena_strndup(a, word, n) : NULL;
}

/*
 * A history in words, newest first, separated by blanks: v1@5=abc is version v1 of minute 5 with
 * content abc, v2@6- a delete marker.
 */
static struct history_versions versions(struct arena *a, const char *words)
{
    struct history_versions v = {.n = 0};

    for (char *word; (word = next_word(a, &words)) != NULL;) {
        char *minute = strchr(word, '@') + 1, *what = minute + strcspn(minute, "-=");
        struct s3_list_entry e = {.version_id = word, .etag = ""};
        e.marker = *what == '-';
        if (!e.marker) {
            e.etag = arena_printf(a, "\"%s\"", what + 1);
            e.size = strlen(what + 1);
        }
        minute[-1] = *what = '\0';
        e.last_modified = time_at(a, (int)strtol(minute, NULL, 10));
        history_versions_add(a, &v, &e);
    }
    return v;
}

/* The same of a manifest: >d1 is its destination, ! instead says that it is not there. */
static struct history_lines lines(struct arena *a, const char *words)
{
    struct history_lines l = {.n = 0};

    for (char *word; (word = next_word(a, &words)) != NULL;) {
        char *to = strpbrk(word, ">!");
        struct history_line line = {.key = "k", .etag = ""};
        const struct history_version *v;
        line.destination = *to == '>' ? to + 1 : NULL;
        line.why = *to == '!' ? "lost" : NULL;
        *to = '\0';
        v = versions(a, word).items;
        line.version = v->id;
        line.modified = v->modified;
        line.marker = v->marker;
        line.etag = v->etag;
        line.size = v->size;
        history_lines_add(a, &l, &line);
    }
    for (size_t i = 0; i < l.n; i++) {
        l.items[i].place = l.n - i;
    }
    return l;
}

/* In words: what is to be carried as it is, adopted as >id, carried again in brackets. */
static const char *told(struct arena *a, const struct history_merged *m)
{
    const char *text = "";

    for (size_t i = 0; i < m->lines.n; i++) {
        const struct history_line *l = &m->lines.items[i];
        bool open = l->destination == NULL && l->why == NULL;
        const char *one = arena_printf(a, "%s%s%s", *l->version ? l->version : "nothing",
                                       l->destination ? ">"
                                       : open         ? "?"
                                                      : "!",
                                       l->destination ? l->destination : "");
        text = arena_printf(a, "%s%s%s", text, *text ? " " : "",
                            l->again ? arena_printf(a, "(%s)", one) : one);
        assert_int_equal(l->place, m->lines.n - i);
        assert_true(i < m->n_open || !open);
        if (open) {
            assert_null(l->sha256);
        }
    }
    return text;
}

struct row {
    const char *name, *source, *copy, *old, *then;
    const char *change; /* what a reader of the copy sees changed */
    size_t late;
    bool hide;
};

static const struct row rows[] = {
    {"first time", "v2@5=b v1@4=a", "", "", "v2? v1?", "", 0, 0},
    {"nothing at all", "", "", "", "", "", 0, 0},
    {"nothing new", "v2@5=b v1@4=a", "d2@9=b d1@8=a", "v2@5=b>d2 v1@4=a>d1", "v2>d2 v1>d1", "", 0,
     0},
    {"one more", "v2@5=b v1@4=a", "d1@8=a", "v1@4=a>d1", "v2? v1>d1", "overwritten", 0, 0},
    {"deleted", "m@5- v1@4=a", "d1@8=a", "v1@4=a>d1", "m? v1>d1", "hidden", 0, 0},
    {"the same again", "v2@5=a v1@4=a", "d1@8=a", "v1@4=a>d1", "v2? v1>d1", "", 0, 0},
    {"gone from the source by its rules", "v2@5=b", "d2@9=b d1@8=a", "v2@5=b>d2 v1@4=a>d1",
     "v2>d2 v1>d1", "", 0, 0},
    {"a run that died is gone on with", "v3@6=c v2@5=b v1@4=a", "d2@9=b d1@8=a", "",
     "v3? v2>d2 v1>d1", "", 0, 0},
    {"it died behind an old one", "v3@6=c v2@5- v1@4=a", "d2@9- d1@8=a", "v1@4=a>d1",
     "v3? v2>d2 v1>d1", "", 0, 0},
    {"all of it is there", "v2@5=b v1@4=a", "d2@9=b d1@8=a", "", "v2>d2 v1>d1", "", 0, 0},
    {"not in order: once more", "v2@5=b v1@4=a", "d1@9=a d2@8=b", "", "v2? v1>d1", "", 0, 0},
    {"with another ETag: once more", "v2@5=b v1@4=a", "d1@9=x", "", "v2? v1?", "overwritten", 0, 0},
    {"written twice", "v2@5=b v1@4=a", "dx@9=a d1@8=a", "", "v2? v1>d1", "overwritten", 0, 0},
    {"something foreign on top", "v1@4=a", "f@9=x d1@8=a", "v1@4=a>d1", "(v1?) v1>d1",
     "overwritten", 0, 0},
    {"a foreign marker on top", "v1@4=a", "f@9- d1@8=a", "v1@4=a>d1", "(v1?) v1>d1", "", 0, 0},
    {"restored on the copy to what is right", "v1@4=a", "f@9=a d1@8=a", "v1@4=a>d1", "(v1>f) v1>d1",
     "", 0, 0},
    {"a marker was taken away in the source", "v1@4=a", "d2@9- d1@8=a", "m@5->d2 v1@4=a>d1",
     "(v1?) m>d2 v1>d1", "", 0, 0},
    {"a version was taken away in the source", "v1@4=a", "d2@9=b d1@8=a", "v2@5=b>d2 v1@4=a>d1",
     "(v1?) v2>d2 v1>d1", "overwritten", 0, 0},
    {"it was shown again, and then written", "v3@7=c v1@4=a", "d3@9=a d2@8- d1@8=a",
     "v1@6=a>d3 m@5->d2 v1@4=a>d1", "v3? v1>d3 m>d2 v1>d1", "overwritten", 0, 0},
    {"all taken away in the source", "", "d1@8=a", "v1@4=a>d1", "v1>d1", "", 0, 0},
    {"all taken away, and that is carried", "", "d1@8=a", "v1@4=a>d1", "(nothing?) v1>d1", "hidden",
     0, 1},
    {"all taken away, and nothing shows", "", "d2@9- d1@8=a", "m@5->d2 v1@4=a>d1", "m>d2 v1>d1", "",
     0, 1},
    {"lost in the copy", "v1@4=a", "", "v1@4=a>d1", "(v1?) v1>d1", "", 0, 0},
    {"the newest is lost in the copy", "v2@5=b v1@4=a", "d1@8=a", "v2@5=b>d2 v1@4=a>d1",
     "(v2?) v2>d2 v1>d1", "overwritten", 0, 0},
    {"what failed is tried again", "v3@6=c v2@5=b v1@4=a", "d1@8=a", "v3@6=c! v2@5=b! v1@4=a>d1",
     "v3? v2? v1>d1", "overwritten", 0, 0},
    {"what failed and is gone is not", "v3@6=c v1@4=a", "d1@8=a", "v2@5=b! v1@4=a>d1",
     "v3? v2! v1>d1", "overwritten", 0, 0},
    {"what could not be carried below is left", "v3@6=c v2@5=b v1@4=a", "d3@9=c d1@8=a",
     "v3@6=c>d3 v2@5=b! v1@4=a>d1", "v3>d3 v2! v1>d1", "", 0, 0},
    {"without an ID one replaces another", "null@6=b v1@4=a", "d2@9=x d1@8=a",
     "null@5=x>d2 v1@4=a>d1", "null? null>d2 v1>d1", "overwritten", 0, 0},
    {"without an ID it is the same", "null@5=x v1@4=a", "d2@9=x d1@8=a", "null@5=x>d2 v1@4=a>d1",
     "null>d2 v1>d1", "", 0, 0},
    {"something came in below", "v3@6=c v2@5=b v1@4=a", "d3@9=c d1@8=a", "v3@6=c>d3 v1@4=a>d1",
     "v3>d3 v1>d1", "", 1, 0},
};

static struct history_merge merge_of(struct arena *a, const struct row *row)
{
    return (struct history_merge){.key = "k",
                                  .source = versions(a, row->source),
                                  .copy = versions(a, row->copy),
                                  .old = lines(a, row->old),
                                  .found = FOUND,
                                  .hide_lost = row->hide};
}

static void test_what_a_key_needs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena *a = arena_new();
        struct history_merge in = merge_of(a, &rows[i]);
        struct history_merged m;
        if (strncmp(rows[i].name, "it was shown again", 18) == 0) {
            in.old.items[0].again = in.old.items[2].modified;
        }
        m = history_merge(a, &in);
        print_message("%s\n", rows[i].name);
        if (strncmp(rows[i].name, "it was shown again", 18) == 0) {
            assert_string_equal(told(a, &m), "v3? (v1>d3) m>d2 v1>d1");
        } else {
            assert_string_equal(told(a, &m), rows[i].then);
        }
        assert_int_equal(m.n_late, rows[i].late);
        assert_string_equal(m.hidden        ? "hidden"
                            : m.overwritten ? "overwritten"
                                            : "",
                            rows[i].change);
        arena_free(a);
    }
}

static void test_what_was_carried_finds_its_place(void **state)
{
    struct arena *a = arena_new();
    struct row row = {.source = "v4@7=d v3@6- v2@5=b v1@4=a", .copy = "d1@8=a", .old = ""};
    struct history_merge in = merge_of(a, &row);
    struct history_merged m = history_merge(a, &in);
    struct history_told told_ids[4] = {
        {true, "d4", NULL, "sum", false},
        {true, NULL, NULL, NULL, false}, /* an answer that got lost */
        {true, NULL, "2026-11-24T00:09:00Z", NULL, false},
        {false, NULL, NULL, NULL, false}};
    struct history_versions after = versions(a, "d4@9=d dm@9- f@9=x d2@9=b d1@8=a");

    (void)state;
    assert_int_equal(m.n_open, 4);
    assert_int_equal(m.n_carry, 3);
    assert_true(history_merge_settle(&m, told_ids, &after));
    assert_string_equal(told(a, &m), "v4>d4 v3>dm v2>d2 v1>d1");
    assert_string_equal(m.lines.items[0].sha256, "sum");
    arena_free(a);
}

/* Ceph makes no second marker, and tells no ID: a later one is not it. */
static void test_markers_in_a_row_may_be_one(void **state)
{
    struct arena *a = arena_new();
    struct row row = {.source = "v5@8- v4@7=d v3@6- v2@5- v1@4=a", .copy = "", .old = ""};
    struct history_merge in = merge_of(a, &row);
    struct history_merged m = history_merge(a, &in);
    struct history_told ids[5] = {{.tried = true, .id = "d5", .done = true},
                                  {.tried = true, .id = "d4", .done = true},
                                  {.tried = true, .done = true},
                                  {.tried = true, .id = "d2", .done = true},
                                  {.tried = true, .id = "d1", .done = true}};
    struct history_versions after = versions(a, "d5@9- d4@9=d d2@9- d1@8=a");

    (void)state;
    assert_int_equal(m.n_carry, 5);
    assert_true(history_merge_settle(&m, ids, &after));
    assert_string_equal(told(a, &m), "v5>d5 v4>d4 v3>d2 v2>d2 v1>d1");
    arena_free(a);
}

static void test_something_foreign_came_on_top(void **state)
{
    struct arena *a = arena_new();
    struct row row = {.source = "v1@4=a", .copy = "", .old = ""};
    struct history_merge in = merge_of(a, &row);
    struct history_merged m = history_merge(a, &in);
    struct history_told one = {true, "d1", NULL, NULL, true};
    struct history_versions after = versions(a, "f@9=a d1@8=a");

    (void)state;
    assert_false(history_merge_settle(&m, &one, &after));
    assert_string_equal(told(a, &m), "v1>d1");
    arena_free(a);
}

static void test_what_does_not_show_is_not_there(void **state)
{
    struct arena *a = arena_new();
    struct row row = {.source = "v1@4=a", .copy = "", .old = ""};
    struct history_merge in = merge_of(a, &row);
    struct history_merged m = history_merge(a, &in);
    struct history_told one = {true, "d1", NULL, NULL, true};
    struct history_versions after = versions(a, "");

    (void)state;
    assert_false(history_merge_settle(&m, &one, &after));
    assert_string_equal(told(a, &m), "v1!");
    arena_free(a);
}

/* ---- Any history, in any number of runs -------------------------------------------------------
 */

#define MAX  24
#define DAYS 6

struct stack {
    struct history_version items[8 * MAX]; /* oldest first */
    size_t n;
};

static unsigned dice(unsigned *seed, unsigned sides)
{
    return (unsigned)rand_r(seed) % sides;
}

static void push(struct arena *a, struct stack *s, const struct history_version *v, int minute)
{
    struct history_version copy = *v;

    copy.modified = time_at(a, minute);
    s->items[s->n++] = copy;
}

static struct history_versions newest_first(struct arena *a, const struct stack *s)
{
    struct history_versions v = {.items = arena_array(a, s->n, sizeof *v.items)};

    for (size_t i = s->n; i-- > 0;) {
        v.items[v.n++] = s->items[i];
    }
    return v;
}

/* What somebody does to the source. */
static void live(struct arena *a, struct stack *source, unsigned *seed, int *minute, unsigned *id)
{
    bool marker = dice(seed, 4) == 0, null = dice(seed, 5) == 0;
    struct history_version v = {.id = null ? "null" : arena_printf(a, "v%u", ++*id),
                                .etag = marker ? "" : arena_printf(a, "\"%u\"", dice(seed, 4)),
                                .size = marker ? 0 : 1,
                                .marker = marker};

    if (dice(seed, 8) == 0 && source->n > 0) { /* a rule removes the oldest */
        memmove(source->items, source->items + 1, --source->n * sizeof *source->items);
        return;
    }
    if (dice(seed, 12) == 0 && source->n > 0) { /* the newest is taken away */
        source->n--;
        return;
    }
    for (size_t i = 0; null && i < source->n; i++) {
        if (strcmp(source->items[i].id, "null") == 0) {
            memmove(source->items + i, source->items + i + 1,
                    (--source->n - i) * sizeof *source->items);
        }
    }
    push(a, source, &v, ++*minute);
}

/* Carries, dies on the way with some luck; false: it died. */
static bool run(struct arena *a, struct history_merge *in, struct stack *copy, unsigned *seed,
                unsigned *id, struct history_lines *ret_lines)
{
    struct history_merged m = history_merge(a, in);
    struct history_told *ids = arena_array(a, m.n_open, sizeof *ids);
    struct history_versions after;

    for (size_t i = m.n_open; i-- > 0;) {
        const struct history_line *l = &m.lines.items[i];
        struct history_version v = {.etag = l->etag, .size = l->size, .marker = l->marker};
        if (l->destination != NULL || l->why != NULL) {
            continue;
        }
        if (dice(seed, 20) == 0) {
            return false;
        }
        if (v.marker && copy->n > 0 && copy->items[copy->n - 1].marker && dice(seed, 2) == 0) {
            ids[i] = (struct history_told){.tried = true, .done = true}; /* as Ceph does */
            continue;
        }
        v.id = arena_printf(a, "d%u", ++*id);
        push(a, copy, &v, 500);
        ids[i] = (struct history_told){.tried = true, .id = dice(seed, 3) ? v.id : NULL};
        if (dice(seed, 10) == 0) { /* sent twice */
            v.id = arena_printf(a, "d%u", ++*id);
            push(a, copy, &v, 500);
            ids[i].id = NULL;
        }
    }
    after = newest_first(a, copy);
    for (size_t i = 0; i < after.n; i++) {
        if (history_lines_know(&in->old, after.items[i].id)) {
            after.n = i;
        }
    }
    if (m.n_carry > 0) { /* a second one of the newest may lie above it */
        (void)history_merge_settle(&m, ids, &after);
    }
    *ret_lines = m.lines;
    return true;
}

/* What the source showed at the end of a run that went well. */
struct remembered {
    const char *time, *etag; /* etag NULL: nothing */
};

static struct remembered remember(const struct stack *source, const char *time)
{
    const struct history_version *v = source->n ? &source->items[source->n - 1] : NULL;

    return (struct remembered){time, v != NULL && !v->marker ? v->etag : NULL};
}

/* The copy says the same of that moment. */
static void recall(struct arena *a, const struct stack *copy, const struct history_lines *l,
                   const struct remembered *r)
{
    static const struct history_version marker = {.marker = true};
    const struct history_version *found = NULL;
    struct history_view *view =
        history_view_new(a, &(struct history_view_options){.lines = *l, .until = INT64_MAX - 1});
    int64_t moment = 0;

    assert_true(moment_read(r->time, &moment));
    for (size_t i = copy->n + 1; i-- > 0;) {
        const struct history_version *v = i > 0 ? &copy->items[i - 1] : NULL;
        struct s3_list_entry e, as;
        if (v != NULL) {
            e = (struct s3_list_entry){.version_id = v->id, .last_modified = v->modified};
        }
        history_view_take(view, v ? &e : NULL);
        while (history_view_next(view, &as)) {
            assert_false(as.gone && !as.marker); /* of two markers that are one, one is */
            if (found == NULL && moment_of(as.modified) <= moment) {
                found = as.gone ? &marker : v;
            }
        }
    }
    assert_null(history_view_doubt(view, moment));
    if (r->etag == NULL) {
        assert_true(found == NULL || found->marker);
    } else if (found == NULL) {
        fail_msg("nothing is there of %s", r->time);
    } else {
        assert_false(found->marker);
        assert_string_equal(found->etag, r->etag);
    }
}

static void round_of(unsigned seed)
{
    struct arena *a = arena_new();
    struct stack source = {.n = 0}, copy = {.n = 0};
    struct history_lines known = {.n = 0};
    struct remembered moments[DAYS];
    size_t n_moments = 0;
    unsigned id = 0, copy_id = 0;
    int minute = 0;

    for (int day = 0; day < DAYS; day++) {
        struct history_merge in = {.key = "k", .hide_lost = true};
        for (unsigned n = dice(&seed, MAX / 4); n > 0; n--) {
            live(a, &source, &seed, &minute, &id);
        }
        if (dice(&seed, 8) == 0) { /* somebody writes into the copy */
            push(a, &copy,
                 &(struct history_version){
                     .id = arena_printf(a, "f%u", ++copy_id), .etag = "\"f\"", .size = 1},
                 500);
        }
        in.source = newest_first(a, &source);
        in.copy = newest_first(a, &copy);
        in.old = known;
        in.found = time_at(a, ++minute);
        if (!run(a, &in, &copy, &seed, &copy_id, &known)) {
            continue;
        }
        if (source.n > 0) { /* what readers see */
            assert_int_equal(copy.items[copy.n - 1].marker, source.items[source.n - 1].marker);
            assert_string_equal(copy.items[copy.n - 1].etag, source.items[source.n - 1].etag);
        } else if (copy.n > 0) {
            assert_true(copy.items[copy.n - 1].marker);
        }
        for (size_t i = 0; i < source.n; i++) {
            bool shown = false; /* once its place has come in this history */
            for (size_t k = 0; k < known.n; k++) {
                shown = shown || strcmp(known.items[k].version, source.items[i].id) == 0;
            }
            assert_true(shown);
        }
        moments[n_moments++] = remember(&source, time_at(a, minute));
        for (size_t i = 0; i < n_moments; i++) {
            recall(a, &copy, &known, &moments[i]);
        }
    }
    arena_free(a);
}

static void test_any_history_in_any_number_of_runs(void **state)
{
    const char *given = getenv("SEED");
    unsigned first = given ? (unsigned)strtoul(given, NULL, 10) : 1;

    (void)state;
    for (unsigned seed = first; seed < first + (given ? 1 : ROUNDS); seed++) {
        round_of(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_key_needs),
        cmocka_unit_test(test_what_was_carried_finds_its_place),
        cmocka_unit_test(test_markers_in_a_row_may_be_one),
        cmocka_unit_test(test_something_foreign_came_on_top),
        cmocka_unit_test(test_what_does_not_show_is_not_there),
        cmocka_unit_test(test_any_history_in_any_number_of_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
