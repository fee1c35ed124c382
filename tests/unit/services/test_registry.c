/* What every declaration of the provider must keep to, so that core and users can rely on it. */
#include "unit.h"

#include <string.h>

#include "base/ctx.h"
#include "services/registry.h"

static void check_table(const char *owner, const struct attr *attrs)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    if (attr_table_check(cx, owner, attrs) != RC_OK) {
        for (const struct diag *d = cx->diags.first; d; d = d->next) {
            print_error("%s\n", d->summary);
        }
        fail_msg("the attribute table of %s is wrong", owner);
    }
    ctx_free(cx);
}

static void check_texts(const char *owner, const char *summary, const char *doc)
{
    if (!summary || strchr(summary, '\n') || !str_ends(summary, ".") || !doc || !*doc) {
        fail_msg("%s needs a summary of one line, ending with a full stop, and a doc", owner);
    }
}

static void check_identity(const struct resource *r)
{
    assert_non_null(r->identity);
    assert_non_null(r->identity[0]);
    for (const char *const *name = r->identity; *name; name++) {
        const struct attr *attr = attr_find(r->attrs, *name);
        bool fits = attr && attr->kind == ATTR_STRING && attr->flags & ATTR_REQUIRED &&
                    attr->flags & ATTR_REPLACE;
        if (!fits) {
            fail_msg("%s: identity %s must be a required text that replaces", r->type_name, *name);
        }
    }
}

static void the_provider_block_is_sound(void **state)
{
    (void)state;
    const struct provider_block *block = registry_seedbank.provider;
    check_table("provider", block->attrs);
    check_texts("provider", "None.", block->doc);
    assert_null(attr_find(block->attrs, "alias"));
    assert_null(attr_find(block->attrs, "version"));
    assert_non_null(block->configure);
}

/* The page says how long a resource waits where nothing is given. */
static void check_timeouts(const struct resource *r)
{
    const struct attr *row = attr_find(r->attrs, "timeouts");
    char text[64];
    if (row) {
        snprintf(text, sizeof text, " %lld minutes where it is left out",
                 (long long)(r->default_timeout_ms / 60000));
        assert_non_null(strstr(row->doc, text));
    }
}

static void resources_are_sound(void **state)
{
    (void)state;
    for (const struct resource *const *at = registry_seedbank.resources; *at; at++) {
        const struct resource *r = *at;
        check_table(r->type_name, r->attrs);
        check_texts(r->type_name, r->summary, r->doc);
        check_identity(r);
        check_timeouts(r);
        assert_true(str_starts(r->type_name, "seedbank_"));
        assert_true(r->create && r->read && r->update && r->remove);
        assert_true(r->version >= 0 && r->model_size > 0 && r->default_timeout_ms >= 0);
    }
}

/* Nothing of a data source is planned or stored: such a row would be ignored without a word. */
static void check_unplanned(const char *owner, const struct attr *attrs)
{
    const unsigned planned =
        ATTR_REPLACE | ATTR_REPLACE_IF_CONFIGURED | ATTR_KEEP | ATTR_WRITE_ONLY;
    for (const struct attr *attr = attrs; attr->name; attr++) {
        if (attr->flags & planned || attr->default_text || attr->same) {
            fail_msg("%s: %s: a data source has no defaults and no plan", owner, attr->name);
        }
        if (attr_is_nested(attr)) {
            check_unplanned(owner, attr->attrs);
        }
    }
}

static void data_sources_are_sound(void **state)
{
    (void)state;
    for (const struct data_source *const *at = registry_seedbank.data_sources; *at; at++) {
        const struct data_source *d = *at;
        check_table(d->type_name, d->attrs);
        check_texts(d->type_name, d->summary, d->doc);
        check_unplanned(d->type_name, d->attrs);
        assert_true(str_starts(d->type_name, "seedbank_"));
        assert_non_null(d->read);
    }
}

static void functions_are_sound(void **state)
{
    (void)state;
    for (const struct function *const *at = registry_seedbank.functions; *at; at++) {
        const struct function *f = *at;
        check_texts(f->name, f->summary, f->doc);
        assert_non_null(f->result);
        assert_non_null(f->call);
        for (const struct function_parameter *p = f->parameters; p->name; p++) {
            assert_non_null(p->type);
            assert_non_null(p->doc);
            for (const struct function_parameter *q = f->parameters; q != p; q++) {
                assert_string_not_equal(p->name, q->name);
            }
        }
    }
}

static void type_names_are_unique(void **state)
{
    (void)state;
    for (const struct resource *const *a = registry_seedbank.resources; *a; a++) {
        for (const struct resource *const *b = registry_seedbank.resources; b != a; b++) {
            assert_string_not_equal((*a)->type_name, (*b)->type_name);
        }
    }
    for (const struct data_source *const *a = registry_seedbank.data_sources; *a; a++) {
        for (const struct data_source *const *b = registry_seedbank.data_sources; b != a; b++) {
            assert_string_not_equal((*a)->type_name, (*b)->type_name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_provider_block_is_sound), cmocka_unit_test(resources_are_sound),
        cmocka_unit_test(data_sources_are_sound),      cmocka_unit_test(functions_are_sound),
        cmocka_unit_test(type_names_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
