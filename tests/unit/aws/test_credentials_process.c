/* Programs that print keys. */
#include "aws/credentials_private.h"
#include "fixture.h"

static void commands_are_split_as_a_shell_would(void **state)
{
    static const char *const rows[][2] = {
        {"a", "[a]"},
        {"  a \t b  ", "[a][b]"},
        {"'/opt/my tools/x' \"a b\" c\\ d", "[/opt/my tools/x][a b][c d]"},
        {"a '' \"\"", "[a][][]"},
        {"a 'b\\c' \"d\\\"e\"", "[a][b\\c][d\"e]"},
        {"a x'y z'w", "[a][xy zw]"},
        {"a $HOME `b` ; c | d", "[a][$HOME][`b`][;][c][|][d]"},
        {"a \\", "[a][\\]"},
        {"", NULL},
        {"  ", NULL},
        {"''", NULL},
        {"a 'b", NULL},
        {"a \"b", NULL},
    };
    struct arena *a = arena_new();
    char *many = arena_alloc(a, 201);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *const *argv;
        char *text = arena_strdup(a, "");
        bool ok = credentials_process_split(a, rows[i][0], &argv);
        if (ok != (rows[i][1] != NULL)) {
            fail_msg("%s", rows[i][0]);
        }
        for (; ok && *argv; argv++) {
            text = arena_printf(a, "%s[%s]", text, *argv);
        }
        assert_string_equal(text, rows[i][1] ? rows[i][1] : "");
    }
    for (size_t i = 0; i < 100; i++) {
        memcpy(many + 2 * i, "x ", 2);
    }
    assert_false(credentials_process_split(a, many, &(const char *const *){NULL}));
    arena_free(a);
}

static void run(struct fixture *f, const char *printed)
{
    f->options.profile = "p";
    fixture_set(f, "AWS_CONFIG_FILE", fixture_path(f, "config"));
    fixture_file(f, "token", printed);
    fixture_file(f, "config",
                 arena_printf(f->cx->arena, "[profile p]\ncredential_process = cat '%s'\n",
                              fixture_path(f, "token")));
}

#define KEYS(version, key, end)                                                                    \
    "{\"Version\": " version ", \"AccessKeyId\": \"" key "\", \"SecretAccessKey\": \"" SECRET      \
    "\", \"SessionToken\": \"" TOKEN "\", \"Expiration\": \"" end "\"}\n"

static void what_it_prints_is_used_and_renewed(void **state)
{
    struct fixture *f = *state;
    struct credentials *c;

    f->options.host = "minio.example";
    run(f, KEYS("1", "A", SOON));
    c = fixture_new(f);
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    fixture_file(f, "token", KEYS("1", "B", "2026-11-24T05:16:18Z"));
    assert_string_equal(fixture_keys_of(f, c), "A/" SECRET "/" TOKEN);
    test_clock_advance(&f->http->clock, 56 * 60 * 1000);
    assert_string_equal(fixture_keys_of(f, c), "B/" SECRET "/" TOKEN);
    run(f, "{\"Version\": 1, \"AccessKeyId\": \"C\", \"SecretAccessKey\": \"" SECRET "\"}");
    fixture_finds(f, "C/" SECRET "/-");
}

static void what_is_no_set_is_refused(void **state)
{
    static const char *const rows[][2] = {
        {KEYS("2", "A", SOON), "its Version is not 1"},
        {"{\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"" SECRET "\"}", "its Version is not 1"},
        {"{\"Version\": 1, \"SecretAccessKey\": \"" SECRET "\"}", "lacks one or both keys"},
        {KEYS("1", "A", "2026-01-01T00:00:00Z"), "check the clock"},
        {SECRET, "no valid JSON"},
        {"", "no valid JSON"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        run(f, rows[i][0]);
        fixture_fails(f, rows[i][1]);
        assert_diag(f->cx, "Cannot get S3 credentials from the profile in the settings");
    }
}

static void programs_that_fail_or_hang_are_named(void **state)
{
    static const char *const rows[][2] = {
        {"false", "ended with status 1"},
        {"sh -c \"echo " SECRET "; sleep 600\"", "did not end within 300 ms"},
        {"/no/such/program " SECRET, "could not be started"},
        {"'" SECRET, "a quote stays open"},
    };
    struct fixture *f = *state;

    f->options.timeout_ms = 300;
    f->options.profile = "p";
    fixture_set(f, "AWS_CONFIG_FILE", fixture_path(f, "config"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_file(
            f, "config",
            arena_printf(f->cx->arena, "[profile p]\ncredential_process = %s\n", rows[i][0]));
        fixture_fails(f, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_split_as_a_shell_would),
        TEST(what_it_prints_is_used_and_renewed),
        TEST(what_is_no_set_is_refused),
        TEST(programs_that_fail_or_hang_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
