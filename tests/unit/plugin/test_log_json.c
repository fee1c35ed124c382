#include "unit.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/str.h"
#include "plugin/log_json.h"

#define SIZE 65536

static char line[SIZE + 1];

/* The line as JSON, after checks that hold for every line. */
static json_t *write_line(size_t size, struct log_json_entry entry)
{
    json_error_t error;
    size_t n;
    json_t *object;

    memset(line, '#', sizeof line);
    entry.level = LOG_WARN;
    entry.module = "http";
    n = log_json_line(line, size, &entry);
    assert_in_range(n, 2, size);
    assert_int_equal(line[size], '#');
    assert_int_equal(line[n - 1], '\n');
    assert_null(memchr(line, '\n', n - 1));
    assert_true(str_utf8_valid((struct str){line, n}));
    object = json_loadb(line, n, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(object);
    assert_string_equal(json_string_value(json_object_get(object, "@level")), "warn");
    assert_string_equal(json_string_value(json_object_get(object, "@module")), "seedbank.http");
    assert_true(json_is_string(json_object_get(object, "@message")));
    assert_true(json_is_string(json_object_get(object, "@timestamp")));
    return object;
}

static const char *get(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void test_members(void **state)
{
    const struct log_field fields[] = {{"url", "http://a/?b=\"c\""}, {"empty", ""}, {NULL, NULL}};
    json_t *o = write_line(
        SIZE,
        (struct log_json_entry){.message = "tab\t, line\n, quote\", back\\slash, \x01, caf\xc3\xa9",
                                .fields = fields,
                                .time = {.tv_sec = 1764000000, .tv_nsec = 1999}});

    (void)state;
    assert_string_equal(get(o, "@message"),
                        "tab\t, line\n, quote\", back\\slash, \x01, caf\xc3\xa9");
    assert_string_equal(get(o, "@timestamp"), "2025-11-24T16:00:00.000001Z");
    assert_string_equal(get(o, "url"), "http://a/?b=\"c\"");
    assert_string_equal(get(o, "empty"), "");
    json_decref(o);
}

static void test_a_long_message_leaves_room_for_fields(void **state)
{
    struct arena *a = arena_new();
    char *text = arena_alloc(a, 4 * SIZE + 1);
    const struct log_field fields[] = {{"status", "503"}, {"body", text}, {"x", "y"}, {NULL, NULL}};

    (void)state;
    for (size_t i = 0; i < 2 * SIZE; i++) {
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    }
    /* Whatever byte the limit falls on, no character is cut in two. */
    for (size_t cut = 0; cut < 9; cut++) {
        json_t *o = write_line(
            SIZE - cut, (struct log_json_entry){.message = text + 2 * SIZE, .fields = fields});
        assert_in_range(strlen(get(o, "@message")), SIZE - 1024, SIZE);
        assert_string_equal(get(o, "status"), "503");
        json_decref(o);
    }
    arena_free(a);
}

static void test_escapes_are_not_cut_either(void **state)
{
    char text[2000];

    (void)state;
    memset(text, '\x02', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t size = 1024; size < 1040; size++) {
        json_decref(write_line(size, (struct log_json_entry){.message = text}));
    }
}

static void test_many_fields_fill_the_line(void **state)
{
    struct log_field fields[400] = {{NULL, NULL}};
    char names[399][8];

    (void)state;
    for (size_t i = 0; i < 399; i++) {
        snprintf(names[i], sizeof names[i], "f%zu", i);
        fields[i] = (struct log_field){names[i], "some value\nof some length"};
    }
    for (size_t size = 1024; size < 1100; size++) {
        json_t *o = write_line(size, (struct log_json_entry){.message = "m", .fields = fields});
        assert_non_null(get(o, "f0"));
        assert_null(get(o, "f300"));
        json_decref(o);
    }
}

static void test_level_from_environment(void **state)
{
    static const struct {
        const char *own, *provider, *all;
        enum log_level level;
    } rows[] = {
        {NULL, NULL, NULL, LOG_OFF},       {NULL, NULL, "DEBUG", LOG_DEBUG},
        {NULL, "warn", "trace", LOG_WARN}, {"error", "warn", "trace", LOG_ERROR},
        {"", "", "info", LOG_INFO},        {"off", NULL, "trace", LOG_OFF},
        {NULL, NULL, "json", LOG_TRACE},   {NULL, NULL, "nonsense", LOG_OFF},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *names[] = {"TF_LOG_PROVIDER_SEEDBANK", "TF_LOG_PROVIDER", "TF_LOG"};
        const char *values[] = {rows[i].own, rows[i].provider, rows[i].all};
        for (size_t j = 0; j < COUNT(names); j++) {
            if (values[j]) {
                setenv(names[j], values[j], 1);
            } else {
                unsetenv(names[j]);
            }
        }
        assert_int_equal(log_json_from_environment().level, rows[i].level);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_a_long_message_leaves_room_for_fields),
        cmocka_unit_test(test_escapes_are_not_cut_either),
        cmocka_unit_test(test_many_fields_fill_the_line),
        cmocka_unit_test(test_level_from_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
