/* One key of a copy as it was in the source, and what the past makes of it. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "seedbank-bucket/history_view.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/past.h"

#define UNTIL "2026-11-24T09:00:00Z"

static int64_t moment(const char *text)
{
    int64_t m = 0;

    assert_true(moment_read(text, &m));
    return m;
}

static const char *at(struct arena *a, int hour)
{
    return arena_printf(a, "2026-11-24T%02d:00:00Z", hour);
}

/* Lines of the hours given, newest first; 'm' is a delete marker, '!' was not carried. */
static struct history_lines lines(struct arena *a, const char *kinds, const int *hours)
{
    struct history_lines l = {.n = 0};
    size_t n = strlen(kinds);

    for (size_t i = 0; i < n; i++) {
        bool marker = kinds[i] == 'm';
        struct history_line line = {
            .key = "k",
            .place = n - i,
            .version = kinds[i] == 'n' ? "null" : arena_printf(a, "v%d", hours[i]),
            .modified = at(a, hours[i]),
            .marker = marker,
            .size = marker ? 0 : 1,
            .etag = marker ? "" : "\"e\"",
            .destination = kinds[i] == '!' ? NULL : arena_printf(a, "d%d", hours[i]),
            .why = kinds[i] == '!' ? "it lies in an archive" : NULL,
        };
        history_lines_add(a, &l, &line);
    }
    return l;
}

/* An entry of the copy: its ID, 'm' at its end for a marker. */
static struct s3_list_entry entry(struct arena *a, const char *id)
{
    bool marker = id[strlen(id) - 1] == 'm';
    struct s3_list_entry e = {
        .key = "k",
        .version_id = marker ? arena_strndup(a, id, strlen(id) - 1) : id,
        .etag = marker ? "" : "\"e\"",
        .last_modified = "2026-11-24T12:00:00Z",
        .storage_class = "",
        .size = marker ? 0 : 1,
        .marker = marker,
    };

    e.modified.tv_sec = (time_t)(moment(e.last_modified) / MOMENT_SECOND);
    return e;
}

static bool no(void *arg, const char *key)
{
    (void)arg, (void)key;
    return false;
}

struct row {
    const char *name, *kinds;
    int hours[4];
    const char *copy[5]; /* newest first */
    int at;
    const char *seen;   /* IDs as they come; in brackets what is gone, + behind later ones */
    const char *wanted; /* what is done: kind, and the version wanted */
    int since;
};

static const struct row rows[] = {
    {"as it was", "vv", {5, 3}, {"d5", "d3"}, 4, "d5 d3", "copy d3", 0},
    {"the same now", "vv", {5, 3}, {"d5", "d3"}, 6, "d5 d3", "unchanged", 0},
    {"before there was any", "vv", {5, 3}, {"d5", "d3"}, 2, "d5 d3", "newer", 0},
    {"hidden then", "vmv", {5, 4, 3}, {"d5", "d4m", "d3"}, 4, "d5 d4 d3", "newer", 0},
    {"revealed", "mv", {5, 3}, {"d5m", "d3"}, 4, "d5 d3", "reveal d3", 0},
    {"written in the copy later: newer than all", "v", {5}, {"x", "d5"}, 6, "x+ d5", "copy d5", 0},
    {"written in the copy later, and what was then is not known",
     "v",
     {5},
     {"x", "d5"},
     10,
     "x+ d5",
     "unknown",
     0},
    {"a marker of an undo, later", "v", {5}, {"xm", "d5"}, 6, "x+ d5", "reveal d5", 0},
    {"something foreign below is nobody's",
     "vv",
     {5, 3},
     {"d5", "x", "d3"},
     4,
     "d5 d3",
     "copy d3",
     0},
    {"nothing of the source's", "", {0}, {"x"}, 6, "x+", "newer", 0},
    {"a marker that is gone was there", "vmv", {5, 4, 3}, {"d5", "d3"}, 4, "d5 (m) d3", "newer", 0},
    {"and does not matter later", "vmv", {5, 4, 3}, {"d5", "d3"}, 6, "d5 (m) d3", "unchanged", 0},
    {"nor before", "vmv", {5, 4, 3}, {"d5", "d3"}, 3, "d5 (m) d3", "copy d3", 0},
    {"a marker on top that is gone: what shows was hidden",
     "mv",
     {5, 3},
     {"d3"},
     6,
     "(m) d3",
     "newer",
     0},
    {"and was shown before", "mv", {5, 3}, {"d3"}, 4, "(m) d3", "unchanged", 0},
    {"two markers in one", "mmv", {5, 4, 3}, {"d5m", "d3"}, 4, "d5 (m) d3", "absent", 0},
    {"a version that is gone", "vvv", {5, 4, 3}, {"d5", "d3"}, 4, "d5 (v) d3", "unknown", 0},
    {"does not matter at other times",
     "vvv",
     {5, 4, 3},
     {"d5", "d3"},
     3,
     "d5 (v) d3",
     "copy d3",
     0},
    {"one that was not carried", "v!v", {5, 4, 3}, {"d5", "d3"}, 4, "d5 (v) d3", "unknown", 0},
    {"nothing is left", "vv", {5, 3}, {NULL}, 4, "(v) (v)", "unknown", 0},
    {"nothing is left of what was hidden", "mv", {5, 3}, {NULL}, 6, "(m) (v)", "absent", 0},
    {"the source had lost what was then", "v", {5}, {"d5"}, 3, "d5", "unknown", 4},
    {"and had not", "v", {5}, {"d5"}, 4, "d5", "newer", 4},
    {"without an ID in the source", "nv", {5, 3}, {"d5", "d3"}, 4, "d5n d3", "doubtful d3", 0},
};

static const char *verdict(struct arena *a, const struct past_end *end)
{
    static const char *const names[] = {
        [PAST_ABSENT] = "absent", [PAST_UNCHANGED] = "unchanged", [PAST_NEWER] = "newer"};

    if (end->verdict != PAST_STEP) {
        return names[end->verdict];
    }
    if (end->step.version == NULL) {
        return step_name(end->step.kind);
    }
    return arena_printf(a, "%s %s", end->step.why ? "doubtful" : step_name(end->step.kind),
                        end->step.version);
}

static void look(const struct row *row)
{
    struct arena *a = arena_new();
    int64_t then = moment(at(a, row->at));
    struct history_view *v = history_view_new(
        a, &(struct history_view_options){.lines = lines(a, row->kinds, row->hours),
                                          .until = moment(UNTIL),
                                          .since = row->since ? moment(at(a, row->since)) : 0});
    struct past *p = past_new(
        a, &(struct past_options){.at = then, .ask = {.has_gap = no, .keeps_markers = no}});
    const char *seen = "";
    struct past_end end;

    past_begin(p, "k");
    for (size_t i = 0;; i++) {
        struct s3_list_entry given, e;
        if (row->copy[i] != NULL) {
            given = entry(a, row->copy[i]);
        }
        history_view_take(v, row->copy[i] ? &given : NULL);
        while (history_view_next(v, &e)) {
            bool later = moment_of(e.modified) > moment(UNTIL);
            seen = arena_printf(a, "%s%s%s%s%s", seen, *seen ? " " : "",
                                e.gone ? (e.marker ? "(m)" : "(v)") : e.version_id,
                                later ? "+" : "", e.null_origin ? "n" : "");
            past_add(p, &e);
        }
        if (row->copy[i] == NULL) {
            break;
        }
    }
    past_doubt(p, history_view_doubt(v, then));
    end = past_end(p);
    print_message("%s\n", row->name);
    assert_string_equal(seen, row->seen);
    assert_string_equal(verdict(a, &end), row->wanted);
    assert_int_equal(history_view_later(v) > 0, strchr(row->seen, '+') != NULL);
    arena_free(a);
}

static void test_what_a_key_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        look(&rows[i]);
    }
}

/* A clock that is behind does not make it older than what the manifest speaks of. */
static void test_what_came_later_is_newer(void **state)
{
    struct arena *a = arena_new();
    struct history_view *v =
        history_view_new(a, &(struct history_view_options){.until = moment(UNTIL)});
    struct s3_list_entry given = entry(a, "x"), e;

    (void)state;
    given.modified = (struct timespec){.tv_sec = 1};
    history_view_take(v, &given);
    assert_true(history_view_next(v, &e));
    assert_true(moment_of(e.modified) > moment(UNTIL));
    assert_true(moment(e.last_modified) > moment(UNTIL));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_key_was),
        cmocka_unit_test(test_what_came_later_is_newer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
