#include "fixture.h"
#include "value/packed.h"
#include "value/value_msgpack.h"

#define BYTES(s) ((struct str){s, sizeof(s) - 1})

static const struct value *decoded(struct ctx *cx, struct str bytes, const char *type)
{
    const struct value *v;
    if (value_msgpack_decode(cx, bytes, type_of(cx, type), &v) != RC_OK) {
        fail_msg("%s", cx->diags.last->detail);
    }
    return v;
}

static void assert_encodes(struct ctx *cx, const struct value *v, const struct type *t,
                           struct str wanted)
{
    struct str bytes;
    assert_int_equal(value_msgpack_encode(cx, v, t, &bytes), RC_OK);
    assert_int_equal(bytes.n, wanted.n);
    assert_memory_equal(bytes.p, wanted.p, wanted.n);
}

static void nothing_is_null(void **state)
{
    struct ctx *cx = *state;
    assert_true(value_is_null(decoded(cx, (struct str){NULL, 0}, "\"string\"")));
}

static void numbers_come_in_many_forms(void **state)
{
    struct ctx *cx = *state;
    const struct {
        struct str bytes;
        const char *wanted;
    } rows[] = {
        {BYTES("\x05"), "5"},
        {BYTES("\xff"), "-1"},
        {BYTES("\xcc\xff"), "255"},
        {BYTES("\xcd\xff\xff"), "65535"},
        {BYTES("\xce\xff\xff\xff\xff"), "4294967295"},
        {BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615"},
        {BYTES("\xd0\x80"), "-128"},
        {BYTES("\xd1\x80\x00"), "-32768"},
        {BYTES("\xd2\x80\x00\x00\x00"), "-2147483648"},
        {BYTES("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), "-9223372036854775808"},
        {BYTES("\xca\x3f\x00\x00\x00"), "0.5"},
        {BYTES("\xca\xbd\xcc\xcc\xcd"), "-0.100000001490116119384765625"},
        {BYTES("\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"), "1.5"},
        {BYTES("\xcb\x80\x00\x00\x00\x00\x00\x00\x00"), "0"},
        {BYTES("\xcb\x44\x15\xaf\x1d\x78\xb5\x8c\x40"), "100000000000000000000"},
        {BYTES("\xa3"
               "0.1"),
         "0.1"},
        {BYTES("\xa5"
               "1e+20"),
         "100000000000000000000"},
        {BYTES("\xd9\x04"
               "1.50"),
         "1.5"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_str(decoded(cx, rows[i].bytes, "\"number\"")->text, rows[i].wanted);
    }
}

static void assert_refused(struct ctx *cx, struct str bytes, const char *type)
{
    const struct value *v = NULL;
    size_t errors = cx->diags.errors;
    if (value_msgpack_decode(cx, bytes, type_of(cx, type), &v) != RC_FAIL) {
        fail_msg("accepted %zu bytes as %s", bytes.n, type);
    }
    assert_int_equal(cx->diags.errors, errors + 1);
    assert_null(v);
}

static void malformed_values_are_refused(void **state)
{
    struct ctx *cx = *state;
    static const char *const object = "[\"object\",{\"a\":\"string\",\"b\":\"bool\"}]";
    const struct {
        const char *type;
        struct str bytes;
    } rows[] = {
        {"\"string\"", BYTES("\xc1")},
        {"\"string\"", BYTES("\x01")},
        {"\"string\"", BYTES("\xc2")},
        {"\"string\"", BYTES("\xa1")},
        {"\"string\"", BYTES("\xa1\xff")},
        {"\"string\"", BYTES("\xa3\xed\xa0\x80")},
        {"\"string\"", BYTES("\xc4\x01x")},
        {"\"string\"", BYTES("\xa1xx")},
        {"\"string\"", BYTES("\xdb\xff\xff\xff\xff")},
        {"\"bool\"", BYTES("\x00")},
        {"\"bool\"", BYTES("\xa4true")},
        {"\"number\"", BYTES("\xa3NaN")},
        {"\"number\"", BYTES("\xa0")},
        {"\"number\"", BYTES("\xc3")},
        {"\"number\"", BYTES("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00")},
        {"\"number\"", BYTES("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00")},
        {"[\"list\",\"string\"]", BYTES("\xa1x")},
        {"[\"list\",\"string\"]", BYTES("\x80")},
        {"[\"list\",\"string\"]", BYTES("\x92\xa1x")},
        {"[\"list\",\"string\"]", BYTES("\x91\x01")},
        {"[\"list\",\"string\"]", BYTES("\xdd\xff\xff\xff\xff")},
        {"[\"list\",\"string\"]", BYTES("\xdc\xff\xff\xc0")},
        {"[\"set\",\"string\"]", BYTES("\x91\x01")},
        {"[\"map\",\"string\"]", BYTES("\x81\x01\xa1x")},
        {"[\"map\",\"string\"]", BYTES("\x81\xa1\xff\xa1x")},
        {"[\"map\",\"string\"]", BYTES("\xdf\xff\xff\xff\xff")},
        {"[\"map\",\"string\"]", BYTES("\x90")},
        {"[\"tuple\",[\"string\"]]", BYTES("\x90")},
        {"[\"tuple\",[\"string\"]]", BYTES("\x92\xa1x\xa1x")},
        {object, BYTES("\x81\xa1"
                       "a\xa1x")},
        {object, BYTES("\x82\xa1"
                       "a\xa1x\xa1"
                       "a\xa1x")},
        {object, BYTES("\x82\xa1"
                       "a\xa1x\xa1"
                       "c\xc2")},
        {object, BYTES("\x83\xa1"
                       "a\xa1x\xa1"
                       "b\xc2\xa1"
                       "c\xc2")},
        {object, BYTES("\x82\xa1"
                       "a\xa1x\x01\xc2")},
        {object, BYTES("\x90")},
        {"\"dynamic\"", BYTES("\xa1x")},
        {"\"dynamic\"", BYTES("\x91\xc4\x08\"string\"")},
        {"\"dynamic\"", BYTES("\x92\x01\xa1x")},
        {"\"dynamic\"", BYTES("\x92\xc4\x03\"x\"\xa1x")},
        {"\"dynamic\"", BYTES("\x92\xc4\x08\"string\"\x01")},
        {"\"string\"", BYTES("\xc9\xff\xff\xff\xff")},
        {"\"string\"", BYTES("\xc9\xff\xff\xff\xff\x0c\x80")},
        {"\"string\"", BYTES("\xd4\x00")},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_refused(cx, rows[i].bytes, rows[i].type);
    }
}

static void faults_name_their_place(void **state)
{
    struct ctx *cx = *state;
    const struct type *t =
        type_of(cx, "[\"object\",{\"a\":[\"list\",[\"map\",\"string\"]],\"s\":[\"set\",[\"list\","
                    "\"string\"]]}]");
    const struct value *v;
    assert_int_equal(value_msgpack_decode(cx,
                                          BYTES("\x82\xa1"
                                                "a\x91\x81\xa1k\x01\xa1s\x90"),
                                          t, &v),
                     RC_FAIL);
    assert_string_equal(path_text(cx->arena, cx->diags.last->path), "a[0][\"k\"]");
    assert_int_equal(value_msgpack_decode(cx,
                                          BYTES("\x82\xa1"
                                                "a\x90\xa1s\x91\x91\x01"),
                                          t, &v),
                     RC_FAIL);
    assert_string_equal(path_text(cx->arena, cx->diags.last->path), "s");
}

/* n arrays of one element around nil. */
static struct str nested(struct ctx *cx, size_t n)
{
    char *bytes = arena_alloc(cx->arena, n + 1);
    memset(bytes, '\x91', n);
    bytes[n] = '\xc0';
    return (struct str){bytes, n + 1};
}

static void nesting_is_bounded(void **state)
{
    struct ctx *cx = *state;
    static const struct {
        size_t depth;
        bool accepted;
    } rows[] = {{1, true}, {32, true}, {33, true}, {128, true}, {129, false}, {1000000, false}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct str bytes = nested(cx, rows[i].depth);
        struct packed root;
        const char *problem = packed_parse(cx->arena, &bytes, &root);
        if (rows[i].accepted) {
            assert_null(problem);
        } else {
            assert_string_equal(problem, "it is nested too deeply");
        }
    }
}

/* Each dynamic value holds a list with one more: types nest no deeper than the bytes. */
static void dynamic_in_dynamic_is_bounded(void **state)
{
    struct ctx *cx = *state;
    static const char layer[] = "\x92\xc4\x12[\"list\",\"dynamic\"]\x91";
    static const size_t depths[] = {60, 64, 10000};
    for (size_t i = 0; i < LENGTH(depths); i++) {
        size_t n = depths[i], size = sizeof layer - 1;
        char *bytes = arena_alloc(cx->arena, n * size + 1);
        for (size_t k = 0; k < n; k++) {
            memcpy(bytes + k * size, layer, size);
        }
        bytes[n * size] = '\xc0';
        const struct value *v;
        struct str input = {bytes, n * size + 1};
        enum rc rc = value_msgpack_decode(cx, input, &type_dynamic, &v);
        assert_int_equal(rc, n <= 64 ? RC_OK : RC_FAIL);
        if (rc == RC_OK) {
            assert_encodes(cx, v, &type_dynamic, input);
        }
    }
}

/* Lengths that lie cost nothing: memory follows the bytes that are there. */
static void memory_follows_the_input(void **state)
{
    struct ctx *cx = *state;
    const struct str liars[] = {
        BYTES("\xdd\xff\xff\xff\xff\xc0"), BYTES("\xdf\xff\xff\xff\xff\xc0\xc0"),
        BYTES("\xdb\xff\xff\xff\xffx"),    BYTES("\xc6\xff\xff\xff\xffx"),
        BYTES("\xc9\xff\xff\xff\xfex"),    BYTES("\x91\x91\x91\xdd\x10\x00\x00\x00"),
        BYTES("\x9f\xdc\xff\xff"),
    };
    for (size_t i = 0; i < LENGTH(liars); i++) {
        struct ctx *own = ctx_new(&(struct ctx_options){0});
        size_t before = arena_footprint(own->arena);
        struct packed root;
        struct str bytes = liars[i];
        assert_non_null(packed_parse(own->arena, &bytes, &root));
        assert_true(arena_footprint(own->arena) - before < 65536);
        ctx_free(own);
    }
    /* Arrays that each claim what is left: the sum counts, not each of them. */
    size_t n = 60000;
    char *bytes = arena_alloc(cx->arena, n);
    for (size_t i = 0; i + 3 <= n; i += 3) {
        memcpy(bytes + i, "\xdc\x40\x00", 3);
    }
    struct ctx *own = ctx_new(&(struct ctx_options){0});
    struct str input = {bytes, n};
    struct packed root;
    assert_non_null(packed_parse(own->arena, &input, &root));
    assert_true(arena_footprint(own->arena) < 3 * n * sizeof root);
    ctx_free(own);
}

static void any_extension_is_unknown(void **state)
{
    struct ctx *cx = *state;
    const struct str unknowns[] = {
        BYTES("\xd4\x00\x00"),                     /* as core writes it */
        BYTES("\xd4\x7f\x00"),                     /* another number */
        BYTES("\xc7\x00\x0c"),                     /* no payload */
        BYTES("\xd4\x0c\x80"),                     /* an empty map */
        BYTES("\xd4\x0c\x01"),                     /* no map */
        BYTES("\xd5\x0c\x81\x01"),                 /* cut short */
        BYTES("\xc7\x03\x0c\x81\x01\xc3"),         /* "certainly null" is never sent */
        BYTES("\xc7\x03\x0c\x81\x01\x05"),         /* nullness is no boolean */
        BYTES("\xc7\x03\x0c\x81\xa0\xc2"),         /* a key that is no integer */
        BYTES("\xc7\x04\x0c\x81\x02\xa1\xff"),     /* a prefix that is not UTF-8 */
        BYTES("\xc7\x03\x0c\x81\x02\x05"),         /* a prefix that is no string */
        BYTES("\xc7\x05\x0c\x81\x03\x92\x01\xc3"), /* a number's bound for a string */
        BYTES("\xc7\x03\x0c\x81\x05\x01"),         /* a length for a string */
        BYTES("\xd7\x05hello123"),
    };
    for (size_t i = 0; i < LENGTH(unknowns); i++) {
        const struct value *v = decoded(cx, unknowns[i], "\"string\"");
        assert_true(value_is_unknown(v));
        assert_null(v->refinement);
        assert_encodes(cx, v, &type_string, BYTES("\xd4\x00\x00"));
    }
    assert_int_equal(cx->diags.errors, 0);
}

static void refinements_are_read(void **state)
{
    struct ctx *cx = *state;
    const struct value_refinement *r =
        decoded(cx, BYTES("\xc7\x07\x0c\x82\x01\xc2\x02\xa2pr"), "\"string\"")->refinement;
    assert_true(r->not_null);
    assert_str(r->prefix, "pr");
    r = decoded(cx,
                BYTES("\xc7\x0c\x0c\x82\x03\x92\xa3"
                      "0.1\xc3\x04\x92\x05\xc2"),
                "\"number\"")
            ->refinement;
    assert_str(r->number_min, "0.1");
    assert_true(r->min_inclusive);
    assert_str(r->number_max, "5");
    assert_false(r->max_inclusive);
    r = decoded(cx, BYTES("\xc7\x05\x0c\x82\x05\x02\x06\x09"), "[\"set\",\"string\"]")->refinement;
    assert_int_equal(r->length_min, 2);
    assert_int_equal(r->length_max, 9);
    assert_false(r->not_null);
    /* A key of the future promises something that need not be understood. */
    r = decoded(cx, BYTES("\xc7\x05\x0c\x82\x01\xc2\x09\x90"), "\"bool\"")->refinement;
    assert_true(r->not_null);
}

static void refinements_that_do_not_fit_are_dropped(void **state)
{
    struct ctx *cx = *state;
    struct value_refinement r = {.length_min = 3, .length_max = -1, .prefix = STR_LIT("x")};
    const struct value *v = value_unknown_refined(cx->arena, &type_bool, &r);
    assert_encodes(cx, v, &type_bool, BYTES("\xd4\x00\x00"));
    char long_prefix[600];
    memset(long_prefix, 'x', sizeof long_prefix);
    memcpy(long_prefix + 255, "\xc3\xa9", 2); /* across the cut at 256 bytes */
    r.prefix = (struct str){long_prefix, sizeof long_prefix};
    v = value_unknown_refined(cx->arena, &type_string, &r);
    struct str bytes;
    assert_int_equal(value_msgpack_encode(cx, v, &type_string, &bytes), RC_OK);
    const struct value *back = decoded(cx, bytes, "\"string\"");
    assert_int_equal(back->refinement->prefix.n, 255);
    /* More than 1024 bytes: a promise that nobody would read. */
    char digits[2000];
    memset(digits, '7', sizeof digits);
    struct str canonical;
    r = (struct value_refinement){.length_min = -1, .length_max = -1};
    const struct value *number;
    assert_int_equal(value_number(cx, (struct str){digits, sizeof digits}, &number), RC_OK);
    canonical = number->text;
    r.number_min = canonical;
    v = value_unknown_refined(cx->arena, &type_number, &r);
    assert_encodes(cx, v, &type_number, BYTES("\xd4\x00\x00"));
}

static void values_that_do_not_fit_are_not_written(void **state)
{
    struct ctx *cx = *state;
    struct arena *a = cx->arena;
    const struct type *tuple = type_of(cx, "[\"tuple\",[\"string\",\"string\"]]");
    const struct type *one = type_of(cx, "[\"tuple\",[\"string\"]]");
    const struct type *list = &type_list_of_string;
    const struct {
        const struct value *v;
        const struct type *t;
        const char *path;
    } rows[] = {
        {NULL, &type_string, ""},
        {NULL, &type_dynamic, ""},
        {value_int(a, 1), &type_string, ""},
        {value_null(a, &type_dynamic), &type_string, ""},
        {value_list(a, one, ITEMS(cx, value_text(a, "x")), 1), tuple, ""},
        {value_list(a, list, ITEMS(cx, value_text(a, "x"), value_int(a, 2)), 2), list, "[1]"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct str bytes = {NULL, 0};
        assert_int_equal(value_msgpack_encode(cx, rows[i].v, rows[i].t, &bytes), RC_FAIL);
        assert_string_equal(path_text(a, cx->diags.last->path), rows[i].path);
        assert_null(bytes.p);
    }
}

static void long_texts_survive(void **state)
{
    struct ctx *cx = *state;
    static const size_t lengths[] = {65535, 65536, 1 << 20};
    for (size_t i = 0; i < LENGTH(lengths); i++) {
        char *text = arena_alloc(cx->arena, lengths[i]);
        memset(text, 'x', lengths[i]);
        const struct value *v = value_string(cx->arena, (struct str){text, lengths[i]}), *back;
        struct str bytes;
        assert_int_equal(value_msgpack_encode(cx, v, &type_string, &bytes), RC_OK);
        assert_int_equal(bytes.n, lengths[i] + (lengths[i] < 65536 ? 3 : 5));
        assert_int_equal(value_msgpack_decode(cx, bytes, &type_string, &back), RC_OK);
        assert_true(value_eq(v, back));
    }
}

RUN_TESTS(TEST(nothing_is_null), TEST(numbers_come_in_many_forms),
          TEST(malformed_values_are_refused), TEST(faults_name_their_place),
          TEST(nesting_is_bounded), TEST(dynamic_in_dynamic_is_bounded),
          TEST(memory_follows_the_input), TEST(any_extension_is_unknown),
          TEST(refinements_are_read), TEST(refinements_that_do_not_fit_are_dropped),
          TEST(values_that_do_not_fit_are_not_written), TEST(long_texts_survive))
