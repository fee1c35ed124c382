#include <string.h>

#include "base/ctx.h"
#include "cli/cli.h"
#include "unit.h"

struct server {
    const char *endpoint;
};

struct settings {
    struct server server;
    const char *bucket, *other;
    const char *at;
    struct cli_texts prefixes;
    uint64_t shards;
    int64_t age_ms;
    bool yes;
};

static const struct cli_option server_options[] = {
    {.name = "endpoint",
     .value = "URL",
     .kind = CLI_TEXT,
     .offset = offsetof(struct server, endpoint),
     .doc = "Server."},
    {.name = NULL},
};

#define ROW(member, option, short_letter, word, how, must)                                         \
    {                                                                                              \
        .name = (option), .letter = (short_letter), .value = (word), .kind = (how),                \
        .offset = offsetof(struct settings, member), .required = (must), .doc = "Doc.",            \
    }

static const struct cli_option options[] = {
    ROW(at, "at", 0, "TIME", CLI_TEXT, true),
    ROW(prefixes, "prefix", 'p', "PREFIX", CLI_TEXTS, false),
    ROW(shards, "shards", 0, "N", CLI_NUMBER, false),
    ROW(age_ms, "max-age", 0, "DURATION", CLI_DURATION, false),
    ROW(yes, "yes", 'y', NULL, CLI_FLAG, false),
    {.name = NULL},
};

static const struct cli_command command = {
    .name = "plan",
    .summary = "Plan",
    .description = "Plans.\n\n  thing plan A\n  thing plan B\n\nThe end.",
    .arguments =
        (const struct cli_argument[]){
            {"BUCKET", "The bucket.", offsetof(struct settings, bucket), false},
            {"OTHER", "Another.", offsetof(struct settings, other), true},
            {NULL, NULL, 0, false},
        },
    .groups =
        (const struct cli_group[]){
            {"Server", server_options, offsetof(struct settings, server)},
            {"Options", options, 0},
            {NULL, NULL, 0},
        },
    .size = sizeof(struct settings),
};

#define MAX_WORDS 12

static enum rc parse(struct ctx *cx, const char *const *words, struct settings *s,
                     struct cli_common *common)
{
    char *argv[MAX_WORDS + 1] = {NULL};

    for (size_t i = 0; words[i] != NULL; i++) {
        argv[i] = arena_strdup(cx->arena, words[i]);
    }
    *s = (struct settings){.bucket = NULL};
    *common = (struct cli_common){.json = false};
    return cli_parse(cx, &command, argv, s, common);
}

static void test_rows_fill_their_members(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.log = NULL});
    struct cli_common common;
    struct settings s;

    (void)state;
    assert_int_equal(
        parse(cx,
              (const char *const[]){"plan", "--at", "2h ago", "b", "-pa/", "--prefix=b/", "-y",
                                    "--json", "--shards=3", "--endpoint", "http://h", NULL},
              &s, &common),
        RC_OK);
    assert_string_equal(s.bucket, "b");
    assert_null(s.other);
    assert_string_equal(s.at, "2h ago");
    assert_int_equal(s.prefixes.n, 2);
    assert_string_equal(s.prefixes.items[0], "a/");
    assert_string_equal(s.prefixes.items[1], "b/");
    assert_int_equal(s.shards, 3);
    assert_string_equal(s.server.endpoint, "http://h");
    assert_true(s.yes);
    assert_true(common.json && !common.quiet && !common.verbose && !common.help);
    ctx_free(cx);
}

static void test_options_may_follow_arguments_until_two_dashes(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.log = NULL});
    struct cli_common common;
    struct settings s;

    (void)state;
    assert_int_equal(parse(cx,
                           (const char *const[]){"plan", "b", "--max-age", "36h", "--at", "t", "--",
                                                 "--other", NULL},
                           &s, &common),
                     RC_OK);
    assert_string_equal(s.other, "--other");
    assert_int_equal(s.age_ms, INT64_C(36) * 3600 * 1000);
    ctx_free(cx);
}

static void test_what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *words[MAX_WORDS];
        const char *says;
    } rows[] = {
        {{"plan", "b"}, "--at is missing"},
        {{"plan", "--at", "t"}, "BUCKET is missing"},
        {{"plan", "--at", "t", ""}, "BUCKET is empty"},
        {{"plan", "--at", "t", "b", "o", "x"}, "\"x\" is one argument too many"},
        {{"plan", "--at", "t", "--at", "u", "b"}, "--at is given twice"},
        {{"plan", "b", "--at"}, "--at needs a value"},
        {{"plan", "b", "-p"}, "--prefix needs a value"},
        {{"plan", "b", "--yes=1"}, "--yes takes no value"},
        {{"plan", "b", "--shards", "-1"}, "--shards takes a whole number"},
        {{"plan", "b", "--max-age", "soon"}, "--max-age takes a duration"},
        {{"plan", "b", "--nonsense"}, "--nonsense is no option"},
        {{"plan", "b", "-x"}, "-x is no option"},
        {{"plan", "b", "--ma", "1h", "--e", "x"}, "--at is missing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ctx *cx = ctx_new(&(struct ctx_options){.log = NULL});
        struct cli_common common;
        struct settings s;
        assert_int_equal(parse(cx, rows[i].words, &s, &common), RC_FAIL);
        assert_non_null(strstr(cx->diags.first->summary, rows[i].says));
        assert_non_null(strstr(cx->diags.first->detail, "Nothing was done."));
        ctx_free(cx);
    }
}

static void test_help_misses_nothing(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.log = NULL});
    struct cli_common common;
    struct settings s;

    (void)state;
    assert_int_equal(parse(cx, (const char *const[]){"plan", "-h", NULL}, &s, &common), RC_OK);
    assert_true(common.help);
    ctx_free(cx);
}

/* ---- The same rows as text ------------------------------------------------------------------- */

static const struct cli_program program = {
    .name = "seedbank-thing",
    .summary = "Does things.",
    .commands = (const struct cli_command *const[]){&command, NULL},
    .environment =
        (const struct cli_option[]){{.name = "THING", .doc = "A thing."}, {.name = NULL}},
};

static const char *printed(struct arena *a, void (*print)(FILE *out))
{
    char *text = arena_alloc(a, 16384);
    FILE *out = fmemopen(text, 16384, "w");

    print(out);
    fclose(out);
    return text;
}

static void print_help(FILE *out)
{
    cli_help(out, &program, NULL);
}
static void print_command(FILE *out)
{
    cli_help(out, &program, &command);
}
static void print_man(FILE *out)
{
    cli_man(out, &program);
}
static void print_completion(FILE *out)
{
    cli_completion(out, &program);
}

static void test_every_row_is_in_every_text(void **state)
{
    struct arena *a = arena_new();
    const char *help = printed(a, print_help), *command_help = printed(a, print_command);
    const char *man = printed(a, print_man), *completion = printed(a, print_completion);

    (void)state;
    assert_non_null(strstr(help, "\n  plan                    Plan\n"));
    assert_non_null(strstr(help, "\n  130                     interrupted"));
    assert_non_null(strstr(help, "\n  THING                   A thing.\n"));
    assert_non_null(
        strstr(command_help, "Usage: seedbank-thing plan BUCKET [OTHER] --at TIME [OPTION]...\n"));
    assert_non_null(strstr(command_help, "\n\n  thing plan A\n  thing plan B\n\nThe end.\n"));
    assert_non_null(strstr(command_help, "\n  -p, --prefix PREFIX     Doc.\n"));
    assert_non_null(strstr(command_help, "\nServer:\n  --endpoint URL          Server.\n"));
    assert_non_null(strstr(command_help, "\nEvery command:\n"));
    for (const struct cli_option *o = options; o->name != NULL; o++) {
        const char *dashed = arena_printf(a, "--%s", o->name);
        const char *troff = strcmp(o->name, "max-age") == 0 ? "max\\-age" : o->name;
        assert_non_null(strstr(command_help, dashed));
        assert_non_null(strstr(completion, dashed));
        assert_non_null(strstr(man, troff));
    }
    assert_non_null(strstr(completion, "_seedbank_thing() {"));
    assert_non_null(strstr(man, ".TH SEEDBANK-THING 1"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_fill_their_members),
        cmocka_unit_test(test_options_may_follow_arguments_until_two_dashes),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_help_misses_nothing),
        cmocka_unit_test(test_every_row_is_in_every_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
