/* Whole pages, byte for byte: what the registry shows is what stands here. */
#include "schema/docs.h"

#include "base/buf.h"
#include "fixture.h"
#include "schema/checks.h"

#define DOC(row_name, row_kind, text, ...)                                                         \
    {                                                                                              \
        .name = (row_name), .kind = (row_kind), .doc = (text), .flags = __VA_ARGS__                \
    }

static const struct attr leaf[] = {DOC("z", ATTR_BOOL, "Leaf.", C), {0}};

static const struct attr rule[] = {
    DOC("days", ATTR_INT, "Days.", R,
        .checks = (const struct attr_check[]){CHECK_RANGE(1, 30), {0}}),
    DOC("leaf", ATTR_OBJECT, "Deeper.", C, .attrs = leaf, .nested_size = 1),
    {0},
};

static const struct attr attrs[] = {
    DOC("bucket", ATTR_STRING, "Bucket.", R | ATTR_REPLACE,
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 255), {0}}),
    DOC("rule_id", ATTR_STRING, "Rule.", R),
    DOC("status", ATTR_STRING, "Status.", O | C, .default_text = "on",
        .checks = (const struct attr_check[]){CHECK_ONE_OF("on", "off", "auto"), {0}}),
    DOC("prefix", ATTR_STRING, "Prefix.", O | C | ATTR_REPLACE_IF_CONFIGURED, .default_text = ""),
    DOC("token", ATTR_STRING, "Token.", O | ATTR_SENSITIVE | ATTR_WRITE_ONLY),
    DOC("old", ATTR_STRING, "Old.", O | ATTR_DEPRECATED, .deprecation = "Use status."),
    DOC("times", ATTR_STRINGS, "Times.", O, .type = &type_set_of_string,
        .checks = (const struct attr_check[]){CHECK_DURATION, CHECK_LENGTH(1, INT64_MAX), {0}}),
    DOC("tags", ATTR_STRING_MAP, "Tags.", O),
    DOC("any", ATTR_VALUE, "Any.", O, .type = &type_dynamic),
    DOC("rule", ATTR_OBJECT_LIST, "Rules.", O, .attrs = rule, .nested_size = 1),
    DOC("etag", ATTR_STRING, "Etag.", C),
    {0},
};

static const struct resource resource = {
    .type_name = "seedbank_thing",
    .summary = "Keeps a thing.",
    .doc = "Keeps a thing. Really.",
    .attrs = attrs,
    .identity = (const char *const[]){"bucket", "rule_id", NULL},
};

#define ATTRIBUTES                                                                                 \
    "## Schema\n\n"                                                                                \
    "### Required\n\n"                                                                             \
    "- `bucket` (String) Bucket. Length in bytes: 1 to 255. Changing it replaces the resource.\n"  \
    "- `rule_id` (String) Rule.\n\n"                                                               \
    "### Optional\n\n"                                                                             \
    "- `any` (Dynamic) Any.\n"                                                                     \
    "- `old` (String, Deprecated) Old. Deprecated: Use status.\n"                                  \
    "- `prefix` (String) Prefix. Default: `\"\"`. Giving it another value replaces the "           \
    "resource.\n"                                                                                  \
    "- `rule` (Attributes List) Rules. (see [below for nested schema](#nestedatt--rule))\n"        \
    "- `status` (String) Status. Must be `on`, `off` or `auto`. Default: `on`.\n"                  \
    "- `tags` (Map of String) Tags.\n"                                                             \
    "- `times` (Set of String) Times. Each must be a duration such as `30m` or `1h30m`. Number "   \
    "of elements: at least 1.\n"                                                                   \
    "- `token` (String, Sensitive, "                                                               \
    "[Write-only](https://developer.hashicorp.com/terraform/language/resources/"                   \
    "ephemeral#write-only-arguments)) Token.\n\n"                                                  \
    "### Read-Only\n\n"                                                                            \
    "- `etag` (String) Etag.\n\n"                                                                  \
    "<a id=\"nestedatt--rule\"></a>\n"                                                             \
    "### Nested Schema for `rule`\n\n"                                                             \
    "Required:\n\n"                                                                                \
    "- `days` (Number) Days. Must be 1 to 30.\n\n"                                                 \
    "Read-Only:\n\n"                                                                               \
    "- `leaf` (Attributes) Deeper. (see [below for nested schema](#nestedatt--rule--leaf))\n\n"    \
    "<a id=\"nestedatt--rule--leaf\"></a>\n"                                                       \
    "### Nested Schema for `rule.leaf`\n\n"                                                        \
    "Read-Only:\n\n"                                                                               \
    "- `z` (Boolean) Leaf.\n"

static struct docs_page page_of(struct ctx *cx)
{
    return (struct docs_page){
        .arena = cx->arena,
        .provider = "seedbank",
        .out = buf_new(cx->arena, 500000),
    };
}

static void a_resource(void **state)
{
    struct docs_page page = page_of(*state);
    page.example = "resource {}\n";
    page.import_identity = "import { identity }\n";
    page.import_id = "import { id }\n";
    page.import_command = "tofu import seedbank_thing.example b/r\n";
    docs_resource(&page, &resource);
    assert_string_equal(
        page.out->data,
        "---\n"
        "# Generated from the provider's source.\n"
        "page_title: \"seedbank_thing Resource - seedbank\"\n"
        "subcategory: \"\"\n"
        "description: |-\n"
        "  Keeps a thing.\n"
        "---\n\n"
        "# seedbank_thing (Resource)\n\n"
        "Keeps a thing. Really.\n\n"
        "## Example Usage\n\n"
        "```terraform\nresource {}\n```\n\n" ATTRIBUTES "\n"
        "## Import\n\n"
        "With OpenTofu or Terraform 1.12 or later, an `import` block may name it by "
        "its identity:\n\n"
        "```terraform\nimport { identity }\n```\n\n"
        "### Identity Schema\n\n"
        "#### Required\n\n"
        "- `bucket` (String) Bucket.\n"
        "- `rule_id` (String) Rule.\n\n"
        "An `import` block may name it by its ID, `bucket`/`rule_id`:\n\n"
        "```terraform\nimport { id }\n```\n\n"
        "Or on the command line:\n\n"
        "```shell\ntofu import seedbank_thing.example b/r\n```\n");
}

static void a_resource_without_examples(void **state)
{
    struct docs_page page = page_of(*state);
    docs_resource(&page, &resource);
    assert_null(strstr(page.out->data, "## Example Usage"));
    assert_null(strstr(page.out->data, "## Import"));
    assert_true(str_ends(page.out->data, ATTRIBUTES));
}

static void a_data_source(void **state)
{
    struct docs_page page = page_of(*state);
    docs_data_source(&page, &(struct data_source){
                                .type_name = "seedbank_things",
                                .summary = "Lists things.",
                                .doc = "Lists things.",
                                .attrs = leaf,
                            });
    assert_string_equal(page.out->data, "---\n"
                                        "# Generated from the provider's source.\n"
                                        "page_title: \"seedbank_things Data Source - seedbank\"\n"
                                        "subcategory: \"\"\n"
                                        "description: |-\n"
                                        "  Lists things.\n"
                                        "---\n\n"
                                        "# seedbank_things (Data Source)\n\n"
                                        "Lists things.\n\n"
                                        "## Schema\n\n"
                                        "### Read-Only\n\n"
                                        "- `z` (Boolean) Leaf.\n");
}

static void the_provider(void **state)
{
    struct docs_page page = page_of(*state);
    page.example = "provider {}";
    docs_provider(&page, &(struct provider_block){.doc = "First. Second.", .attrs = leaf});
    assert_string_equal(page.out->data, "---\n"
                                        "# Generated from the provider's source.\n"
                                        "page_title: \"seedbank Provider\"\n"
                                        "description: |-\n"
                                        "  First.\n"
                                        "---\n\n"
                                        "# seedbank Provider\n\n"
                                        "First. Second.\n\n"
                                        "## Example Usage\n\n"
                                        "```terraform\nprovider {}\n```\n\n"
                                        "## Schema\n\n"
                                        "### Read-Only\n\n"
                                        "- `z` (Boolean) Leaf.\n");
}

static void a_function(void **state)
{
    struct docs_page page = page_of(*state);
    static const struct function function = {
        .name = "next",
        .summary = "Next run.",
        .doc = "Says when.",
        .parameters =
            {
                {.name = "cron", .doc = "Schedule.", .type = &type_string},
                {.name = "zones",
                 .doc = "Zones.",
                 .type = &type_list_of_string,
                 .allow_null = true},
            },
        .result = &type_string,
    };
    docs_function(&page, &function);
    assert_string_equal(page.out->data, "---\n"
                                        "# Generated from the provider's source.\n"
                                        "page_title: \"next function - seedbank\"\n"
                                        "subcategory: \"\"\n"
                                        "description: |-\n"
                                        "  Next run.\n"
                                        "---\n\n"
                                        "# function: next\n\n"
                                        "Says when.\n\n"
                                        "## Signature\n\n"
                                        "```text\n"
                                        "next(cron string, zones list of string) string\n"
                                        "```\n\n"
                                        "## Arguments\n\n"
                                        "1. `cron` (String) Schedule.\n"
                                        "2. `zones` (List of String, Nullable) Zones.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_resource),    TEST(a_resource_without_examples),
        TEST(a_data_source), TEST(the_provider),
        TEST(a_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
