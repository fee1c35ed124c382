/* What everything about one bucket checks before any request. */
#include "unit.h"

#include <string.h>

#include "base/ctx.h"
#include "notation.h"
#include "schema/validate.h"
#include "services/registry.h"

static struct ctx *validated(const struct attr *attrs, const char *text)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    const struct value *config =
        notation_object(cx->arena, attr_object_type(cx->arena, attrs), text);
    enum rc rc =
        validate_config(cx, attrs, config, (struct validate_options){.write_only_allowed = true});
    assert_int_equal(rc, cx->diags.errors ? RC_FAIL : RC_OK);
    return cx;
}

static void refused(const struct attr *attrs, const char *config, const char *summary,
                    const char *detail)
{
    struct ctx *cx = validated(attrs, config);
    assert_int_equal(cx->diags.errors, 1);
    assert_string_equal(cx->diags.first->summary, summary);
    assert_true(str_starts(cx->diags.first->detail, detail));
    assert_diag(cx, "must be the name alone, without s3://, server or path: 1 to 255 letters");
    assert_string_equal(path_text(cx->arena, cx->diags.first->path), "bucket");
    ctx_free(cx);
}

static void judge(const struct attr *attrs)
{
    static const char *const good[] = {"bucket=files", "bucket=?", "bucket=tenant:Old_Name.x"};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct ctx *cx = validated(attrs, good[i]);
        assert_null(cx->diags.first);
        ctx_free(cx);
    }
    refused(attrs, "bucket=a/b", "\"a/b\" is not a bucket name", "bucket holds \"/\". It must");
    refused(attrs, "bucket=''", "\"\" is not a bucket name", "bucket is empty. It must");
}

static void every_bucket_is_judged_by_its_name(void **state)
{
    (void)state;
    size_t judged = 0;
    for (const struct resource *const *r = registry_seedbank.resources; *r; r++) {
        if (attr_find((*r)->attrs, "bucket")) {
            judge((*r)->attrs);
            judged++;
        }
    }
    for (const struct data_source *const *d = registry_seedbank.data_sources; *d; d++) {
        if (attr_find((*d)->attrs, "bucket")) {
            judge((*d)->attrs);
            judged++;
        }
    }
    assert_true(judged >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bucket_is_judged_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
