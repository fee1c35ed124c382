#include "schema/docs.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "schema/docs_schema.h"

/* The first sentence of a Markdown text, for one plain line. */
static struct str first_sentence(const char *text)
{
    const char *end = strstr(text, ". ");
    size_t n = end ? (size_t)(end - text) + 1 : strlen(text);
    return (struct str){text, n};
}

struct head {
    const char *title; /* of the browser's page, before " - provider"; NULL: the provider's own */
    const char *heading;
    struct str description; /* one line */
    bool subcategory;
};

static void write_head(const struct docs_page *page, const struct head *head)
{
    buf_puts(page->out, "---\n# Generated from the provider's source.\n");
    if (head->title) {
        buf_printf(page->out, "page_title: \"%s - %s\"\n", head->title, page->provider);
    } else {
        buf_printf(page->out, "page_title: \"%s Provider\"\n", page->provider);
    }
    if (head->subcategory) {
        buf_puts(page->out, "subcategory: \"\"\n");
    }
    buf_printf(page->out, "description: |-\n  %.*s\n---\n\n# %s\n\n", (int)head->description.n,
               head->description.p, head->heading);
}

static void write_code(const struct docs_page *page, const char *language, const char *text)
{
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '\n') {
        n--;
    }
    buf_printf(page->out, "```%s\n%.*s\n```\n\n", language, (int)n, text);
}

static bool given(const char *text)
{
    return text && text[0];
}

static void write_example(const struct docs_page *page)
{
    if (given(page->example)) {
        buf_puts(page->out, "## Example Usage\n\n");
        write_code(page, "terraform", page->example);
    }
}

/* Parts of a page end with an empty line, a page with one line end. */
static void finish(const struct docs_page *page)
{
    struct buf *out = page->out;
    while (out->len > 1 && out->data[out->len - 1] == '\n' && out->data[out->len - 2] == '\n') {
        buf_truncate(out, out->len - 1);
    }
}

/* ---- Import -----------------------------------------------------------------------------------
 */

/* "`bucket`/`rule_id`" */
static const char *id_text(struct arena *a, const struct resource *r)
{
    const char *text = "";
    for (size_t i = 0; r->identity[i]; i++) {
        text = arena_printf(a, "%s%s`%s`", text, i == 0 ? "" : "/", r->identity[i]);
    }
    return text;
}

static void write_identity(const struct docs_page *page, const struct resource *r)
{
    buf_puts(page->out,
             "With OpenTofu or Terraform 1.12 or later, an `import` block may name it by "
             "its identity:\n\n");
    write_code(page, "terraform", page->import_identity);
    buf_puts(page->out, "### Identity Schema\n\n#### Required\n\n");
    for (size_t i = 0; r->identity[i]; i++) {
        const struct attr *attr = attr_find(r->attrs, r->identity[i]);
        buf_printf(page->out, "- `%s` (String) %s\n", attr->name, attr->doc);
    }
    buf_putc(page->out, '\n');
}

static void write_import(const struct docs_page *page, const struct resource *r)
{
    bool any =
        given(page->import_identity) || given(page->import_id) || given(page->import_command);
    if (!r->identity || !any) {
        return;
    }
    buf_puts(page->out, "## Import\n\n");
    if (given(page->import_identity)) {
        write_identity(page, r);
    }
    if (given(page->import_id)) {
        buf_printf(page->out, "An `import` block may name it by its ID, %s:\n\n",
                   id_text(page->arena, r));
        write_code(page, "terraform", page->import_id);
    }
    if (given(page->import_command)) {
        buf_puts(page->out, "Or on the command line:\n\n");
        write_code(page, "shell", page->import_command);
    }
}

/* ---- Pages ------------------------------------------------------------------------------------
 */

void docs_provider(const struct docs_page *page, const struct provider_block *block)
{
    write_head(page, &(struct head){
                         .heading = arena_printf(page->arena, "%s Provider", page->provider),
                         .description = first_sentence(block->doc),
                     });
    buf_printf(page->out, "%s\n\n", block->doc);
    write_example(page);
    docs_schema(page->arena, page->out, block->attrs);
    finish(page);
}

void docs_resource(const struct docs_page *page, const struct resource *resource)
{
    const char *name = resource->type_name;
    write_head(page, &(struct head){
                         .title = arena_printf(page->arena, "%s Resource", name),
                         .heading = arena_printf(page->arena, "%s (Resource)", name),
                         .description = str_of(resource->summary),
                         .subcategory = true,
                     });
    buf_printf(page->out, "%s\n\n", resource->doc);
    write_example(page);
    docs_schema(page->arena, page->out, resource->attrs);
    write_import(page, resource);
    finish(page);
}

void docs_data_source(const struct docs_page *page, const struct data_source *data_source)
{
    const char *name = data_source->type_name;
    write_head(page, &(struct head){
                         .title = arena_printf(page->arena, "%s Data Source", name),
                         .heading = arena_printf(page->arena, "%s (Data Source)", name),
                         .description = str_of(data_source->summary),
                         .subcategory = true,
                     });
    buf_printf(page->out, "%s\n\n", data_source->doc);
    write_example(page);
    docs_schema(page->arena, page->out, data_source->attrs);
    finish(page);
}

static void write_signature(const struct docs_page *page, const struct function *function)
{
    struct arena *a = page->arena;
    char *text = arena_printf(a, "%s(", function->name);
    const char *separator = "";
    for (const struct function_parameter *p = function->parameters; p->name; p++) {
        text = arena_printf(a, "%s%s%s %s", text, separator, p->name, type_text(a, p->type));
        separator = ", ";
    }
    buf_puts(page->out, "## Signature\n\n");
    write_code(page, "text", arena_printf(a, "%s) %s", text, type_text(a, function->result)));
}

void docs_function(const struct docs_page *page, const struct function *function)
{
    const char *name = function->name;
    write_head(page, &(struct head){
                         .title = arena_printf(page->arena, "%s function", name),
                         .heading = arena_printf(page->arena, "function: %s", name),
                         .description = str_of(function->summary),
                         .subcategory = true,
                     });
    buf_printf(page->out, "%s\n\n", function->doc);
    write_example(page);
    write_signature(page, function);
    if (function->parameters[0].name) {
        buf_puts(page->out, "## Arguments\n\n");
    }
    for (size_t i = 0; function->parameters[i].name; i++) {
        const struct function_parameter *p = &function->parameters[i];
        buf_printf(page->out, "%zu. `%s` (%s%s) %s\n", i + 1, p->name,
                   docs_schema_type(page->arena, p->type), p->allow_null ? ", Nullable" : "",
                   p->doc);
    }
    finish(page);
}
