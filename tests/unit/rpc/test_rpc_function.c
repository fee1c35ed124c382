/* Functions and data sources: arguments and configurations as no good host sends them. */
#include "unit.h"

#include <string.h>

#include "rpc_fixture.h"

#define MOST 7

static void calls(void **state)
{
    static const struct {
        const char *name;
        const char *arguments[MOST]; /* of texts; the third is a list; "empty": no bytes at all */
        const char *result, *error;
        int64_t argument; /* the one at fault, or -1 */
    } rows[] = {
        {"glue", {"x", "y", "[]"}, "x+y", NULL, -1},
        {"glue", {"x", "null", "[]"}, "x+nothing", NULL, -1},
        {"glue", {"x", "empty", "[]"}, "x+nothing", NULL, -1},
        {"glue", {"x", "y", "[a ?]"}, "x+y", NULL, -1},
        {"glue", {"?", "y", "[]"}, "?", NULL, -1},
        {"glue", {"x", "?", "?"}, "?", NULL, -1},
        {"glue", {"null", "y", "[]"}, NULL, "a must not be null", 0},
        {"glue", {"empty", "y", "[]"}, NULL, "a must not be null", 0},
        {"glue", {"x", "y", "null"}, NULL, "c must not be null", 2},
        {"glue", {"x", "bad", "[]"}, NULL, "Cannot glue: It is bad.", 1},
        {"glue", {"x", "silent", "[]"}, NULL, "defect", -1},
        {"glue", {"x", "lost", "[]"}, NULL, "defect", -1},
        {"glue", {"x", "y", "wrong-type"}, NULL, "Cannot decode the argument", 2},
        {"glue", {"x", "y"}, NULL, "glue: wrong number of arguments: It takes 3, got 2.", -1},
        {"glue", {"x", "y", "[]", "z"}, NULL, "It takes 3, got 4.", -1},
        {"glue", {NULL}, NULL, "It takes 3, got 0.", -1},
        {"six", {"a", "b", "c", "d", "e", "f"}, "f", NULL, -1},
        {"six", {"a", "b", "c", "d", "e", "f", "g"}, NULL, "It takes 6, got 7.", -1},
        {"seven", {"a"}, NULL, "No function seven", -1},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        Tfplugin6__DynamicValue *arguments[MOST] = {NULL};
        rpc_fixture_next(f);
        RPC_MESSAGES(CallFunction, call_function);
        req.name = arena_strdup(f->cx->arena, rows[i].name);
        req.arguments = arguments;
        for (size_t k = 0; k < MOST && rows[i].arguments[k]; k++) {
            const char *text = rows[i].arguments[k];
            bool is_list = k == 2 && strcmp(rows[i].name, "glue") == 0;
            bool is_wrong = strcmp(text, "wrong-type") == 0;
            arguments[k] = rpc_fixture_value(
                f->cx, is_list && !is_wrong ? &type_list_of_string : &type_string, text);
            if (strcmp(text, "empty") == 0) {
                tfplugin6__dynamic_value__init(arguments[k]);
            }
            req.n_arguments = k + 1;
        }
        rpc_call_function(f->cx, f->server, &req, &res);
        if (rows[i].error) {
            if (!res.error || !strstr(res.error->text, rows[i].error) || res.result) {
                fail_msg("row %zu: %s", i, res.error ? res.error->text : "no error");
            }
            bool named =
                res.error->argument_case == TFPLUGIN6__FUNCTION_ERROR__ARGUMENT_FUNCTION_ARGUMENT;
            assert_int_equal(named ? res.error->function_argument : -1, rows[i].argument);
        } else {
            if (res.error) {
                fail_msg("row %zu: %s", i, res.error->text);
            }
            assert_string_equal(rpc_fixture_value_text(f->cx, &type_string, res.result),
                                rows[i].result);
        }
    }
}

static void data_sources(void **state)
{
    static const struct {
        const char *config;
        struct rpc_script script;
        const char *result, *said;
        int calls;
    } rows[] = {
        {"name=n", {.id = VALUE_KNOWN}, "{found=it name=n}", "", 1},
        {"name=n", {0}, "{name=n}", "", 1},
        {"name=n", {.id = VALUE_UNKNOWN}, "(none)", "left a value unknown", 1},
        {"name=n", {.rc = RC_NOT_FOUND}, "(none)", "E Nothing found: test_lookup", 1},
        {"name=n", {.rc = RC_FAIL}, "(none)", "failed without saying why", 1},
        {"name=?", {0}, "(none)", "E Cannot read test_lookup", 0},
        {"?", {0}, "(none)", "E Cannot read test_lookup", 0},
        {"null", {0}, "(none)", "E Cannot read test_lookup", 0},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        RPC_MESSAGES(ReadDataSource, read_data_source);
        req.type_name = arena_strdup(f->cx->arena, "test_lookup");
        req.config = rpc_fixture_wire(f->cx, rpc_fixture_lookup_attrs, rows[i].config);
        f->script = rows[i].script;
        rpc_read_data_source(f->cx, f->server, &req, &res);
        const char *said = rpc_fixture_said(f->cx, res.n_diagnostics, res.diagnostics);
        if (*rows[i].said ? !strstr(said, rows[i].said) : *said) {
            fail_msg("row %zu: %s", i, said);
        }
        assert_string_equal(rpc_fixture_text(f->cx, rpc_fixture_lookup_attrs, res.state),
                            rows[i].result);
        assert_int_equal(f->seen.calls, rows[i].calls);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {RPC_TEST(calls), RPC_TEST(data_sources)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
