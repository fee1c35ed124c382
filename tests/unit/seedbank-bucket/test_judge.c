/* What may be done to a key: nothing that somebody else made is ever touched. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "seedbank-bucket/judge.h"

/* The wanted version is "w" of size 5 and ETag "e"; the plan saw "l" as the newest. */
static const char *newer[] = {"m1", "m2"};
static const struct step copy = {
    .kind = STEP_COPY, .key = "k", .latest = "l", .version = "w", .etag = "e", .size = 5};
/* Into another place, where the plan saw nothing of that key. */
static const struct step anew = {
    .kind = STEP_COPY, .key = "k", .version = "w", .etag = "e", .size = 5};
static const struct step hide = {.kind = STEP_HIDE, .key = "k", .latest = "l"};
static const struct step reveal = {.kind = STEP_REVEAL,
                                   .key = "k",
                                   .latest = "m1",
                                   .version = "w",
                                   .etag = "e",
                                   .size = 5,
                                   .newer = newer,
                                   .n_newer = 2};
static const struct step take_away = {
    .kind = STEP_PURGE, .key = "k", .latest = "m1", .etag = "", .newer = newer, .n_newer = 2};

/* "a l" are entries, newest first: a data version of size 5 and ETag "e"; "a!" a marker, "a#" of
 * size 6, "a~" with another ETag, "a=" the same, but compared and found a copy, "a@" of the time
 * that the server told. */
static struct judge_view view_of(struct arena *a, const char *text)
{
    struct judge_entry *entries = arena_array(a, strlen(text) + 1, sizeof *entries);
    struct judge_view view = {entries, 0};

    while (*text != '\0') {
        size_t n = strcspn(text, " "), id = strcspn(text, " !#~=@");
        char kind = text[id];
        bool marker = kind == '!';
        entries[view.n++] = (struct judge_entry){
            .id = arena_strndup(a, text, id),
            .etag = marker                       ? ""
                    : kind == '~' || kind == '=' ? "other"
                                                 : "e",
            .modified = kind == '@' ? "then" : "another time",
            .size = marker        ? 0
                    : kind == '#' ? 6
                                  : 5,
            .marker = marker,
            .same = kind == '=',
        };
        text += n;
        text += *text == ' ';
    }
    return view;
}

static const char *ids_of(struct arena *a, const struct judge_result *r)
{
    const char *text = "";

    for (size_t i = 0; i < r->n_ids; i++) {
        text = arena_printf(a, "%s%s%s", text, i ? " " : "", r->ids[i]);
    }
    return text;
}

static const char *verdict_name(enum judge_verdict v)
{
    static const char *const names[] = {
        [JUDGE_GO] = "go",
        [JUDGE_DONE] = "done",
        [JUDGE_CONFLICT] = "conflict",
        [JUDGE_TAKE_BACK] = "take back",
        [JUDGE_MISSING] = "missing",
    };

    return names[v];
}

struct row {
    const struct step *step;
    const char *seen;
    const char *told;  /* one ID of ours; NULL: none */
    const char *flags; /* b: begun, r: retried, t: a time was told, u: the write replaces */
    const char *wanted;
    const char *ids;
};

static struct judge_own own_of(const struct row *row)
{
    const char *flags = row->flags;

    return (struct judge_own){
        .ids = &row->told,
        .n_ids = row->told != NULL,
        .modified = strchr(flags, 't') ? "then" : NULL,
        .begun = strchr(flags, 'b') != NULL,
        .retried = strchr(flags, 'r') != NULL,
        .replaces = strchr(flags, 'u') != NULL,
    };
}

static void compare(struct arena *a, const struct row *row, const struct judge_result *r)
{
    const char *got = verdict_name(r->verdict);

    if (strcmp(got, row->wanted) != 0 || strcmp(ids_of(a, r), row->ids) != 0) {
        fail_msg("%s of \"%s\" (told %s, %s): got %s [%s], wanted %s [%s]",
                 step_name(row->step->kind), row->seen, row->told ? row->told : "nothing",
                 row->flags, got, ids_of(a, r), row->wanted, row->ids);
    }
    assert_int_equal(r->why != NULL, strcmp(got, "go") != 0 && strcmp(got, "done") != 0);
}

static const struct row before_a_write_rows[] = {
    {&copy, "l w", NULL, "", "go", ""},
    {&copy, "l! w", NULL, "", "go", ""},
    /* Somebody was faster; whatever it is, and however much like ours. */
    {&copy, "x l w", NULL, "", "conflict", ""},
    {&copy, "x! l w", NULL, "", "conflict", ""},
    {&copy, "x# y l w", NULL, "", "conflict", ""},
    {&copy, "w", NULL, "", "conflict", ""},
    {&copy, "", NULL, "", "conflict", ""},
    /* An earlier run meant to write. */
    {&copy, "l w", NULL, "b", "go", ""},
    {&copy, "a l w", NULL, "b", "done", "a"},
    {&copy, "a b l w", NULL, "b", "done", "a b"},
    {&copy, "a= l w", NULL, "b", "done", "a"},
    {&copy, "a~ l w", NULL, "b", "conflict", ""},
    {&copy, "a# l w", NULL, "b", "conflict", ""},
    {&copy, "a! l w", NULL, "b", "conflict", ""},
    {&copy, "a~ l w", "a", "b", "done", "a"},
    {&copy, "a@ l w", NULL, "bt", "done", "a"},
    /* Ours among theirs: taken away only where it is known to be ours. */
    {&copy, "a x# l w", "a", "b", "take back", "a"},
    {&copy, "x# a l w", "a", "b", "take back", "a"},
    {&copy, "a@ x# l w", NULL, "bt", "take back", "a"},
    {&copy, "a x# l w", NULL, "b", "conflict", ""},
    {&copy, "x# a l w", NULL, "b", "conflict", ""},
    {&copy, "a w", "a", "b", "take back", "a"},
    {&copy, "a w", NULL, "b", "conflict", ""},

    {&anew, "", NULL, "", "go", ""},
    {&anew, "x", NULL, "", "conflict", ""},
    {&anew, "x!", NULL, "", "conflict", ""},
    {&anew, "", NULL, "b", "go", ""},
    {&anew, "a", NULL, "b", "done", "a"},
    {&anew, "a=", NULL, "b", "done", "a"},
    {&anew, "a@", NULL, "bt", "done", "a"},
    {&anew, "a x#", "a", "b", "take back", "a"},
    {&anew, "x# a", NULL, "b", "conflict", ""},

    {&hide, "l", NULL, "", "go", ""},
    {&hide, "x! l", NULL, "", "conflict", ""},
    {&hide, "a! l", NULL, "b", "done", "a"},
    {&hide, "x l", NULL, "b", "conflict", ""},
    {&hide, "a! x l", "a", "b", "take back", "a"},
    {&hide, "x! a! l", "a", "b", "done", "x a"},

    {&reveal, "m1! m2! w l", NULL, "", "go", "m1 m2"},
    {&reveal, "m2! w", NULL, "", "conflict", ""},
    {&reveal, "w", NULL, "", "conflict", ""},
    {&reveal, "x! m1! m2! w", NULL, "", "conflict", ""},
    {&reveal, "m1! x m2! w", NULL, "", "conflict", ""},
    {&reveal, "m1! m2! x w", NULL, "", "conflict", ""},
    {&reveal, "m1! m2!", NULL, "", "conflict", ""},
    {&reveal, "", NULL, "", "conflict", ""},
    {&reveal, "m2! w", NULL, "b", "go", "m2"},
    {&reveal, "w", NULL, "b", "done", ""},
    {&reveal, "x! m2! w", NULL, "b", "conflict", ""},
    {&reveal, "x w", NULL, "b", "conflict", ""},
    {&reveal, "m1! w", NULL, "b", "conflict", ""},

    {&take_away, "m1 m2 l", NULL, "", "go", "m1 m2"},
    {&take_away, "m1 m2", NULL, "", "go", "m1 m2"},
    {&take_away, "x m1 m2", NULL, "", "conflict", ""},
    {&take_away, "m1 x m2", NULL, "", "conflict", ""},
    {&take_away, "m2 l", NULL, "b", "go", "m2"},
    {&take_away, "l", NULL, "b", "done", ""},
    {&take_away, "", NULL, "b", "done", ""},
    {&take_away, "x m1 m2", NULL, "b", "conflict", ""},
    {&take_away, "x m2 l", NULL, "b", "conflict", ""},
};

static void before_a_write(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(before_a_write_rows); i++) {
        struct judge_view view = view_of(a, before_a_write_rows[i].seen);
        struct judge_own own = own_of(&before_a_write_rows[i]);
        struct judge_result r = judge_before(a, before_a_write_rows[i].step, &view, &own);
        compare(a, &before_a_write_rows[i], &r);
    }
    arena_free(a);
}

static const struct row after_a_write_rows[] = {
    {&copy, "a l w", "a", "", "done", "a"},
    {&copy, "a~ l w", "a", "", "done", "a"},      /* KMS: the ETag is no proof, the ID is */
    {&copy, "a# l w", "a", "", "take back", "a"}, /* named as ours, and of another size */
    {&copy, "a@ l w", NULL, "t", "done", "a"},
    {&copy, "a~@ l w", NULL, "", "conflict", ""},
    {&copy, "l w", "a", "", "missing", ""},
    {&copy, "l w", NULL, "r", "missing", ""},
    {&copy, "a l w", NULL, "r", "done", "a"},
    {&copy, "a b l w", "b", "r", "done", "a b"},
    /* Right below ours: sent again. Above it: somebody else's, however alike. */
    {&copy, "a b l w", "a", "", "done", "a b"},
    {&copy, "x a l w", "a", "", "take back", "a"},
    {&copy, "a x# l w", "a", "", "take back", "a"},
    {&copy, "x# a l w", "a", "", "take back", "a"},
    {&copy, "x! a l w", "a", "", "take back", "a"},
    {&copy, "x# l w", "a", "", "conflict", ""},
    {&copy, "x# l w", NULL, "r", "conflict", ""},
    {&copy, "a w", "a", "", "take back", "a"},
    {&copy, "l w", NULL, "u", "done", ""},
    {&copy, "l# w", NULL, "u", "missing", ""},

    {&anew, "a", "a", "", "done", "a"},
    {&anew, "a~", "a", "", "done", "a"},
    {&anew, "", "a", "", "missing", ""},
    {&anew, "a b", "b", "r", "done", "a b"},
    {&anew, "x# a", "a", "", "take back", "a"},
    {&anew, "x", NULL, "", "conflict", ""},

    {&hide, "a! l", "a", "", "done", "a"},
    {&hide, "l", "a", "", "missing", ""},
    {&hide, "a! x! l", "a", "", "take back", "a"},
    {&hide, "a! b! l", "a", "r", "done", "a b"},
    {&hide, "x a! l", "a", "", "take back", "a"},
    {&hide, "l!", NULL, "u", "done", ""},
};

static void after_a_write(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(after_a_write_rows); i++) {
        struct judge_view view = view_of(a, after_a_write_rows[i].seen);
        struct judge_own own = own_of(&after_a_write_rows[i]);
        struct judge_result r = judge_after(a, after_a_write_rows[i].step, &view, &own);
        compare(a, &after_a_write_rows[i], &r);
    }
    arena_free(a);
}

static void after_a_removal(void **state)
{
    static const struct {
        const struct step *step;
        const char *seen, *below, *wanted;
    } rows[] = {
        {&reveal, "w l", "w", "done"},        {&reveal, "m2! w", "w", "missing"},
        {&reveal, "m1! w", "w", "missing"},   {&reveal, "x w", "w", "conflict"},
        {&reveal, "x! w", "w", "conflict"},   {&reveal, "", "w", "conflict"},
        {&take_away, "l", "l", "done"},       {&take_away, "", NULL, "done"},
        {&take_away, "x", NULL, "conflict"},  {&take_away, "x l", "l", "conflict"},
        {&take_away, "m2 l", "l", "missing"},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct judge_view view = view_of(a, rows[i].seen);
        struct judge_own own = {.below = rows[i].below};
        struct judge_result r = judge_after(a, rows[i].step, &view, &own);
        if (strcmp(verdict_name(r.verdict), rows[i].wanted) != 0) {
            fail_msg("\"%s\": got %s, wanted %s", rows[i].seen, verdict_name(r.verdict),
                     rows[i].wanted);
        }
    }
    arena_free(a);
}

/* What must be the newest afterwards is known before. */
static void below_what_is_removed(void **state)
{
    struct arena *a = arena_new();
    struct judge_own own = {.n_ids = 0};
    struct judge_view view = view_of(a, "m1! m2! w");

    (void)state;
    assert_string_equal(judge_before(a, &reveal, &view, &own).below, "w");
    view = view_of(a, "m1 m2 l");
    assert_string_equal(judge_before(a, &take_away, &view, &own).below, "l");
    view = view_of(a, "m1 m2");
    assert_null(judge_before(a, &take_away, &view, &own).below);
    arena_free(a);
}

static void only_what_cannot_be_told_is_compared(void **state)
{
    static const struct {
        const struct step *step;
        const char *seen;
        size_t at;
    } rows[] = {
        {&copy, "a l w", 3},  {&copy, "a~ l w", 0}, {&copy, "a b~ l", 1}, {&copy, "a# l w", 3},
        {&copy, "a! l w", 3}, {&copy, "l w~", 2},   {&anew, "a~", 0},     {&anew, "a# b~", 1},
        {&anew, "", 0},       {&copy, "a= l w", 3}, {&hide, "a~ l", 2},   {&reveal, "m1! w~", 2},
    };
    struct arena *a = arena_new();
    struct judge_own own = {.begun = true};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct judge_view view = view_of(a, rows[i].seen);
        assert_int_equal(judge_unsure(rows[i].step, &view, &own), rows[i].at);
    }
    arena_free(a);
}

static void so_far_a_key_is_looked_at(void **state)
{
    (void)state;
    assert_string_equal(judge_last(&copy), "l");
    assert_string_equal(judge_last(&hide), "l");
    assert_string_equal(judge_last(&reveal), "w");
    assert_null(judge_last(&take_away));
    assert_int_equal(judge_depth(&take_away), 3);
    assert_null(judge_last(&anew));
    assert_true(judge_depth(&anew) > 10);
    assert_true(judge_depth(&copy) > 10);
    assert_true(judge_depth(&reveal) > 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_a_write),
        cmocka_unit_test(after_a_write),
        cmocka_unit_test(after_a_removal),
        cmocka_unit_test(below_what_is_removed),
        cmocka_unit_test(only_what_cannot_be_told_is_compared),
        cmocka_unit_test(so_far_a_key_is_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
