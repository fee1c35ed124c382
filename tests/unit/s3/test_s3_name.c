/* Which names of buckets the client sends. */
#include "s3/s3_name.h"

#include <string.h>

#include "base/arena.h"
#include "unit.h"

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)

static int open_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

/* Names that some server has: AWS's today, those from before 2018, Ceph's with a tenant. */
static void names_that_servers_have_pass(void **state)
{
    static const char *const names[] = {
        "openedx-uploads", "a",  "with.dots", "under_score", "Upper",      "-a", "a..b",
        "tenant:b",        ":b", "_",         "...",         "192.168.5.4"};
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_null(s3_name_fault(*state, str_of(names[i])));
    }
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        struct str name;
        const char *fault;
    } rows[] = {
        {{NULL, 0}, "is empty"},
        {STR_INIT(""), "is empty"},
        {STR_INIT("."), "is a step in a path"},
        {STR_INIT(".."), "is a step in a path"},
        {STR_INIT("a/b"), "holds \"/\""},
        {STR_INIT("s3://b"), "holds \"/\""},
        {STR_INIT("a?x"), "holds \"?\""},
        {STR_INIT("a%2fb"), "holds \"%\""},
        {STR_INIT("a b"), "holds a blank"},
        {STR_INIT("a\nb"), "holds a control character"},
        {STR_INIT("a\0b"), "holds a control character"},
        {STR_INIT("a\x7f"), "holds a control character"},
        {STR_INIT("\xc3\xa4"), "holds a character that is not ASCII"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *fault = s3_name_fault(*state, rows[i].name);
        assert_non_null(fault);
        assert_string_equal(fault, rows[i].fault);
    }
}

static void up_to_255_bytes_pass(void **state)
{
    char name[256];
    memset(name, 'a', sizeof(name));
    assert_null(s3_name_fault(*state, (struct str){name, 255}));
    assert_string_equal(s3_name_fault(*state, (struct str){name, 256}), "has 256 bytes");
}

static void no_other_byte_passes(void **state)
{
    size_t passed = 0;
    for (int c = 0; c <= 0xff; c++) {
        const char name[] = {'a', (char)c};
        passed += s3_name_fault(*state, (struct str){name, 2}) == NULL;
    }
    assert_int_equal(passed, 26 + 26 + 10 + strlen("-._:"));
}

static void what_xml_or_a_header_cannot_hold_is_said(void **state)
{
    static const struct {
        struct str text;
        const char *in_xml, *in_header;
    } rows[] = {
        {{NULL, 0}, NULL, NULL},
        {STR_INIT("a/\xc3\xa4 \xf0\x9f\x98\x80 <&>"), NULL, NULL},
        {STR_INIT("\xef\xbf\xbd"), NULL, NULL}, /* U+FFFD */
        {STR_INIT("a\tb"), NULL, "U+0009"},
        {STR_INIT("a\r\nb"), NULL, "U+000D"},
        {STR_INIT("a\0"), "U+0000", "U+0000"},
        {STR_INIT("\x1f"), "U+001F", "U+001F"},
        {STR_INIT("a\x7f"), NULL, "U+007F"},
        {STR_INIT("a\xef\xbf\xbe"), "U+FFFE or U+FFFF", NULL},
        {STR_INIT("\xef\xbf\xbf!"), "U+FFFE or U+FFFF", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *said[] = {s3_name_text_fault(*state, rows[i].text),
                              s3_name_header_fault(*state, rows[i].text)};
        const char *expected[] = {rows[i].in_xml, rows[i].in_header};
        for (size_t k = 0; k < COUNT(said); k++) {
            assert_int_equal(said[k] != NULL, expected[k] != NULL);
            assert_true(said[k] == NULL || strstr(said[k], expected[k]) != NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_that_servers_have_pass),
        TEST(what_is_wrong_is_said),
        TEST(up_to_255_bytes_pass),
        TEST(no_other_byte_passes),
        TEST(what_xml_or_a_header_cannot_hold_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
