/* History manifests: what was written is read; anything else is refused. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/ctx.h"
#include "seedbank-bucket/history_file.h"

#define SUM_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TIME           "2026-11-24T03:16:18.123Z"

static const struct history_head head = {
    .endpoint = "http://127.0.0.1:1",
    .bucket = "source",
    .prefix = "pre\xff/",
    .copy_prefix = "copies/",
    .made = "2026-11-24T05:00:00Z",
    .since = "",
};

static const struct history_line lines[] = {
    {.key = "copies/a\n\xff",
     .place = 3,
     .version = "v3",
     .modified = TIME,
     .marker = true,
     .etag = "",
     .destination = "d3"},
    {.key = "copies/a\n\xff",
     .place = 2,
     .version = "v1",
     .again = TIME,
     .modified = TIME,
     .size = 5,
     .etag = "\"e\"",
     .why = "it lies in an archive"},
    {.key = "copies/a\n\xff",
     .place = 1,
     .version = "v1",
     .modified = TIME,
     .size = 5,
     .etag = "\"e\"",
     .destination = "d1",
     .sha256 = SUM_OF_NOTHING},
    {.key = "copies/b",
     .place = 1,
     .version = "",
     .again = "",
     .modified = TIME,
     .marker = true,
     .etag = "",
     .destination = "d2"},
};

static int make(void **state)
{
    *state = ctx_new(&(struct ctx_options){.session = NULL});
    return 0;
}

static int unmake(void **state)
{
    ctx_free(*state);
    return 0;
}

static FILE *written(struct ctx *cx, struct history_totals *ret_totals)
{
    struct history_writer *w;
    FILE *file;

    assert_int_equal(history_file_begin(cx, "the one", &head, &w), RC_OK);
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_int_equal(history_file_add(cx, w, &lines[i]), RC_OK);
    }
    assert_int_equal(history_file_end(cx, w, ret_totals, &file), RC_OK);
    return file;
}

static void same_text(const char *x, const char *y)
{
    assert_string_equal(x ? x : "(none)", y ? y : "(none)");
}

static void test_what_was_written_is_read(void **state)
{
    struct ctx *cx = *state;
    struct history_totals totals, again;
    struct history_reader *r;
    struct history_head h;
    struct history_line l;
    FILE *file = written(cx, &totals);

    assert_int_equal(history_file_read(cx, "the one", file, &h, &again, &r), RC_OK);
    assert_memory_equal(&again, &totals, sizeof totals);
    assert_int_equal(totals.keys, 2);
    assert_int_equal(totals.versions, 2);
    assert_int_equal(totals.markers, 2);
    assert_int_equal(totals.bytes, 5);
    assert_int_equal(totals.missing, 1);
    same_text(h.prefix, head.prefix);
    same_text(h.copy_prefix, head.copy_prefix);
    same_text(h.made, head.made);
    same_text(h.since, head.since);
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_int_equal(history_file_next(cx, r, &l), RC_OK);
        same_text(l.key, lines[i].key);
        same_text(l.version, lines[i].version);
        same_text(l.modified, lines[i].modified);
        same_text(l.again, lines[i].again);
        same_text(l.etag, lines[i].etag);
        same_text(l.destination, lines[i].destination);
        same_text(l.sha256, lines[i].sha256);
        same_text(l.why, lines[i].why);
        assert_int_equal(l.place, lines[i].place);
        assert_int_equal(l.size, lines[i].size);
        assert_int_equal(l.marker, lines[i].marker);
    }
    assert_int_equal(history_file_next(cx, r, &l), RC_NOT_FOUND);
}

/* ---- Damage ---------------------------------------------------------------------------------- */

static enum rc read_bytes(const char *bytes, size_t n)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = NULL});
    struct history_totals totals;
    struct history_reader *r;
    struct history_head h;
    struct history_line l;
    FILE *file = tmpfile();
    enum rc rc;

    assert_int_equal(fwrite(bytes, 1, n, file), n);
    rc = history_file_read(cx, "the one", file, &h, &totals, &r);
    while (rc == RC_OK) {
        rc = history_file_next(cx, r, &l);
    }
    assert_int_equal(cx->diags.errors, rc == RC_FAIL);
    fclose(file);
    ctx_free(cx);
    return rc;
}

static char *all_of(struct ctx *cx, size_t *ret_n)
{
    struct history_totals totals;
    char *bytes = arena_alloc(cx->arena, 65536);

    *ret_n = fread(bytes, 1, 65536, written(cx, &totals));
    return bytes;
}

static void test_cut_anywhere_it_is_refused(void **state)
{
    size_t n;
    char *bytes = all_of(*state, &n);

    for (size_t cut = 0; cut < n; cut++) {
        assert_int_equal(read_bytes(bytes, cut), RC_FAIL);
    }
    assert_int_equal(read_bytes(bytes, n), RC_NOT_FOUND);
}

static void test_changed_anywhere_it_is_refused(void **state)
{
    size_t n;
    char *bytes = all_of(*state, &n);

    for (size_t at = 0; at < n; at++) {
        char was = bytes[at];
        bytes[at] = was == 'x' ? 'y' : 'x';
        assert_int_equal(read_bytes(bytes, n), RC_FAIL);
        bytes[at] = was;
    }
    memcpy(bytes + n, "\n", 1);
    assert_int_equal(read_bytes(bytes, n + 1), RC_FAIL);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static void test_a_line_that_is_not_in_its_place_is_not_written(void **state)
{
    struct ctx *cx = *state;
    struct history_line l = lines[3], first = lines[2];
    struct history_writer *w;

    assert_int_equal(history_file_begin(cx, "the one", &head, &w), RC_OK);
    assert_int_equal(history_file_add(cx, w, &l), RC_OK);
    assert_int_equal(history_file_add(cx, w, &l), RC_FAIL);     /* the same place */
    assert_int_equal(history_file_add(cx, w, &first), RC_FAIL); /* a key before */
    l.key = "copies/c";
    l.place = 2;
    assert_int_equal(history_file_add(cx, w, &l), RC_OK);
    l.key = "copies/d";
    assert_int_equal(history_file_add(cx, w, &l), RC_FAIL); /* c has no first place yet */
}

static void test_what_is_no_line(void **state)
{
    struct history_line l;

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_true(history_line_is_whole(&lines[i]));
    }
#define BAD(i, member, value)                                                                      \
    l = lines[i];                                                                                  \
    l.member = (value);                                                                            \
    assert_false(history_line_is_whole(&l))
    BAD(0, key, "");
    BAD(0, key, NULL);
    BAD(0, place, 0);
    BAD(0, version, NULL);
    BAD(0, version, ""); /* and not again */
    BAD(0, modified, "yesterday");
    BAD(0, size, 1);
    BAD(0, etag, "\"e\"");
    BAD(0, destination, NULL); /* without a reason */
    BAD(0, destination, "");
    BAD(0, sha256, SUM_OF_NOTHING);
    BAD(1, why, NULL);
    BAD(1, again, "then");
    BAD(1, again, "");
    BAD(2, etag, "");
    BAD(2, sha256, "short");
    BAD(2, why, "there all the same");
    BAD(3, again, TIME); /* of no version */
    BAD(3, marker, false);
#undef BAD
}

static void test_the_key_of_a_manifest(void **state)
{
    struct ctx *cx = *state;
    char *lengthy = arena_alloc(cx->arena, 1024);

    same_text(history_file_key(cx->arena, ""), ".seedbank/history/all.ndjson");
    same_text(history_file_key(cx->arena, "all/"), ".seedbank/history/all%2F.ndjson");
    same_text(history_file_key(cx->arena, "a b/\xc3\xa9-_~.9Z/"),
              ".seedbank/history/a%20b%2F%C3%A9-_~.9Z%2F.ndjson");
    memset(lengthy, '/', 1000);
    assert_true(strlen(history_file_key(cx->arena, lengthy)) < 128);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_written_is_read),
        TEST(test_cut_anywhere_it_is_refused),
        TEST(test_changed_anywhere_it_is_refused),
        TEST(test_a_line_that_is_not_in_its_place_is_not_written),
        TEST(test_what_is_no_line),
        TEST(test_the_key_of_a_manifest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
