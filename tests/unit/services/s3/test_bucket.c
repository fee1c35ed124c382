/* What everything about one bucket checks before any request. */
#include "unit.h"

#include <string.h>

#include "base/ctx.h"
#include "notation.h"
#include "schema/validate.h"
#include "services/registry.h"

/* The configuration of a bucket, with something in each other text that is required. */
static const char *completed(struct arena *a, const struct attr *attrs, const char *text)
{
    for (const struct attr *attr = attrs; attr->name; attr++) {
        if (attr->flags & ATTR_REQUIRED && attr->kind == ATTR_STRING &&
            strcmp(attr->name, "bucket") != 0) {
            text = arena_printf(a, "%s %s=x", text, attr->name);
        }
    }
    return text;
}

static struct ctx *validated(const struct attr *attrs, const char *config_text)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    const char *text = completed(cx->arena, attrs, config_text);
    const struct value *config =
        notation_object(cx->arena, attr_object_type(cx->arena, attrs), text);
    enum rc rc =
        validate_config(cx, attrs, config, (struct validate_options){.write_only_allowed = true});
    assert_int_equal(rc, cx->diags.errors ? RC_FAIL : RC_OK);
    return cx;
}

/* What was said of the bucket; other attributes that a type requires are missing here. */
static const struct diag *about_bucket(const struct ctx *cx)
{
    const struct diag *found = NULL;
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        if (strcmp(path_text(cx->arena, d->path), "bucket") == 0) {
            assert_null(found);
            found = d;
        }
    }
    return found;
}

static void refused(const struct attr *attrs, const char *config, const char *summary,
                    const char *detail)
{
    struct ctx *cx = validated(attrs, config);
    const struct diag *said = about_bucket(cx);
    assert_non_null(said);
    assert_string_equal(said->summary, summary);
    assert_true(str_starts(said->detail, detail));
    assert_diag(cx, "must be the name alone, without s3://, server or path: 1 to 255 letters");
    ctx_free(cx);
}

static void judge(const struct attr *attrs)
{
    static const char *const good[] = {"bucket=files", "bucket=?", "bucket=tenant:Old_Name.x"};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct ctx *cx = validated(attrs, good[i]);
        assert_null(about_bucket(cx));
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
