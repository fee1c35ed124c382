/* What a program ends with. */
#include "base/ctx.h"
#include "cli/cli.h"
#include "unit.h"

struct settings {
    const char *outcome, *result;
};

/* Says the outcome that it was told, and ends with the result: f fails, n did not find. */
static enum rc run(struct cli *cli, const void *settings)
{
    const struct settings *s = settings;

    for (const char *o = s->outcome; *o != '-' && *o != '\0'; o++) {
        cli_outcome(cli, (enum cli_exit)(*o - '0'));
    }
    if (*s->result == 'f') {
        return diag_error(cli->cx, NULL, "It failed", "As it was told.");
    }
    return *s->result == 'n' ? RC_NOT_FOUND : RC_OK;
}

static const struct cli_command command = {
    .name = "do",
    .summary = "Do",
    .description = "Does.",
    .arguments =
        (const struct cli_argument[]){
            {"OUTCOME", "Digits.", offsetof(struct settings, outcome), false},
            {"RESULT", "One letter.", offsetof(struct settings, result), false},
            {NULL, NULL, 0, false},
        },
    .groups = (const struct cli_group[]){{NULL, NULL, 0}},
    .size = sizeof(struct settings),
    .run = run,
};

static const struct cli_program program = {
    .name = "thing",
    .summary = "Does things.",
    .commands = (const struct cli_command *const[]){&command, NULL},
    .environment = (const struct cli_option[]){{.name = NULL}},
};

static int ends(const char *outcome, const char *result)
{
    struct arena *a = arena_new();
    char *argv[] = {arena_strdup(a, "thing"), arena_strdup(a, "do"), arena_strdup(a, outcome),
                    arena_strdup(a, result), NULL};
    int code = cli_main(&program, 4, argv);

    arena_free(a);
    return code;
}

static void test_the_gravest_counts(void **state)
{
    static const struct {
        const char *outcome, *result;
        int code;
    } rows[] = {
        {"-", "ok", 0},
        {"0", "ok", 0},
        {"3", "ok", 3},
        {"34", "ok", 4},
        {"43", "ok", 4},
        {"41", "ok", 1},
        {"-", "f", 1},
        {"-", "n", 6},
        {"6", "f", 6},
        {"5", "f", 5},
        {"2", "f", 2},
        {"7", "f", 7},
        /* What went well before a failure does not hide it. */
        {"0", "f", 1},
        {"3", "f", 1},
        {"4", "f", 1},
        {"04", "f", 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(ends(rows[i].outcome, rows[i].result), rows[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_gravest_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
