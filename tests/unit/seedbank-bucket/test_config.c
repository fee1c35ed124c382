/* The settings of a bucket in a file. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "seedbank-bucket/config.h"

static const char *write_file(struct ctx *cx, const char *text)
{
    char *path = arena_strdup(cx->arena, "/tmp/seedbank-config-XXXXXX");
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

static void what_audit_writes_is_read(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.clock = NULL});
    const char *path = write_file(cx, "{\"seedbank_bucket_config\":1,\"bucket\":\"b\",\"saved\":"
                                      "\"2026-11-24T03:16:18Z\",\"documents\":{\"cors\":\"<C/>\","
                                      "\"policy_url\":\"%7B%FF\"}}\n");
    struct config *c;
    struct str document;

    (void)state;
    assert_int_equal(config_read(cx, path, &c), RC_OK);
    assert_string_equal(config_bucket(c), "b");
    assert_true(config_document(c, "cors", &document));
    assert_true(str_is(document, "<C/>"));
    assert_true(config_document(c, "policy", &document));
    assert_true(str_is(document, "{\xff"));
    assert_false(config_document(c, "lifecycle", &document));
    unlink(path);
    ctx_free(cx);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "no JSON",
        "[]",
        "{}",
        "{\"seedbank_bucket_config\":2,\"bucket\":\"b\",\"saved\":\"x\",\"documents\":{}}",
        "{\"seedbank_bucket_config\":1,\"saved\":\"x\",\"documents\":{}}",
        "{\"seedbank_bucket_config\":1,\"bucket\":\"b\",\"saved\":\"x\"}",
        "{\"seedbank_bucket_config\":1,\"bucket\":\"b\",\"saved\":\"x\",\"documents\":[]}",
    };
    struct ctx *cx = ctx_new(&(struct ctx_options){.clock = NULL});
    struct config *c = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *path = write_file(cx, rows[i]);
        struct diag_point before = diag_point(cx);
        assert_int_equal(config_read(cx, path, &c), RC_FAIL);
        assert_diag(cx, "does not hold the settings of a bucket");
        diag_drop_since(cx, before);
        unlink(path);
    }
    assert_int_equal(config_read(cx, "/nonexistent/file", &c), RC_FAIL);
    assert_diag(cx, "There is no such file");
    assert_null(c);
    ctx_free(cx);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_audit_writes_is_read),
        cmocka_unit_test(what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
