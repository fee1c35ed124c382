#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "s3/s3_rules.h"
#include "seedbank-bucket/expiry.h"
#include "unit.h"
#include "xml/xml.h"

#define DAY INT64_C(86400)
#define T0  (INT64_C(20000) * DAY)

#define RULE(id, status, prefix, more)                                                             \
    "<Rule><ID>" id "</ID><Filter>" prefix "</Filter><Status>" status "</Status>" more "</Rule>"
#define OLD(days, keep)                                                                            \
    "<NoncurrentVersionExpiration><NoncurrentDays>" days "</NoncurrentDays>" keep                  \
    "</NoncurrentVersionExpiration>"

static struct expiry *of(struct arena *a, const char *rules, const char **ret_strange)
{
    const char *why = NULL;
    struct s3_rules document = {.root = xml_parse(a,
                                                  str_of(arena_printf(a,
                                                                      "<LifecycleConfiguration>%s"
                                                                      "</LifecycleConfiguration>",
                                                                      rules)),
                                                  &why)};

    assert_non_null(document.root);
    return expiry_new(a, &document, ret_strange);
}

static void test_rules_and_versions(void **state)
{
    static const struct {
        const char *rules;
        struct expiry_version version;
        int64_t at;
        const char *rule;
    } rows[] = {
        {"", {"k", 5, T0, 0}, EXPIRY_NEVER, NULL},
        {RULE("r", "Enabled", "<Prefix/>", OLD("3", "")), {"k", 5, T0, 0}, T0 + 3 * DAY, "r"},
        {RULE("r", "Enabled", "<Prefix/>", OLD("3", "")), {"k", 5, T0 + 1, 0}, T0 + 4 * DAY, "r"},
        {RULE("r", "Disabled", "<Prefix/>", OLD("3", "")), {"k", 5, T0, 0}, EXPIRY_NEVER, NULL},
        {RULE("r", "Enabled", "<Prefix>a/</Prefix>", OLD("3", "")),
         {"b/k", 5, T0, 0},
         EXPIRY_NEVER,
         NULL},
        {RULE("r", "Enabled", "<Prefix>a/</Prefix>", OLD("3", "")),
         {"a/k", 5, T0, 0},
         T0 + 3 * DAY,
         "r"},
        {RULE("r", "Enabled", "<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>", OLD("3", "")),
         {"k", 5, T0, 0},
         EXPIRY_NEVER,
         NULL},
        {RULE("r", "Enabled", "<ObjectSizeLessThan>6</ObjectSizeLessThan>", OLD("3", "")),
         {"k", 5, T0, 0},
         T0 + 3 * DAY,
         "r"},
        {RULE("r", "Enabled", "<Prefix/>",
              OLD("3", "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>")),
         {"k", 5, T0, 1},
         EXPIRY_NEVER,
         NULL},
        {RULE("r", "Enabled", "<Prefix/>",
              OLD("3", "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>")),
         {"k", 5, T0, 2},
         T0 + 3 * DAY,
         "r"},
        {RULE("slow", "Enabled", "<Prefix/>", OLD("30", ""))
             RULE("soon", "Enabled", "<Prefix/>", OLD("2", "")),
         {"k", 5, T0, 0},
         T0 + 2 * DAY,
         "soon"},
        {RULE("r", "Enabled", "<Prefix/>", "<Expiration><Days>1</Days></Expiration>"),
         {"k", 5, T0, 0},
         EXPIRY_NEVER,
         NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena *a = arena_new();
        const char *rule = NULL, *strange;
        struct expiry *e = of(a, rows[i].rules, &strange);
        assert_null(strange);
        assert_true(expiry_of(e, &rows[i].version, &rule) == rows[i].at);
        if (rows[i].rule) {
            assert_string_equal(rule, rows[i].rule);
        } else {
            assert_null(rule);
        }
        arena_free(a);
    }
}

static void test_what_is_not_understood_counts_as_at_once(void **state)
{
    struct arena *a = arena_new();
    const char *rule = NULL, *strange = NULL;
    struct expiry *e =
        of(a, RULE("odd", "Enabled", "<Phase>full moon</Phase>", OLD("300", "")), &strange);

    (void)state;
    assert_string_equal(strange, "odd");
    assert_true(expiry_of(e, &(struct expiry_version){"k", 5, T0, 0}, &rule) == T0);
    assert_string_equal(rule, "odd");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_and_versions),
        cmocka_unit_test(test_what_is_not_understood_counts_as_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
