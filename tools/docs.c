/*
 * docs OUT: write the reference pages of everything in the registry into the folder OUT, from the
 * rows that the provider serves and the files below examples/. `make docs` runs it.
 */
#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "schema/docs.h"
#include "services/registry.h"

#define MOST_EXAMPLE (64 * 1024)
#define MOST_PAGE    (500 * 1024) /* what registries take */

/* The text of examples/<folder>/<name>/<file>, or NULL. */
static const char *example(struct arena *a, const char *folder, const char *name, const char *file)
{
    FILE *f = fopen(arena_printf(a, "examples/%s/%s/%s", folder, name, file), "re");
    if (!f) {
        return NULL;
    }
    char *text = arena_alloc(a, MOST_EXAMPLE);
    size_t n = fread(text, 1, MOST_EXAMPLE - 1, f);
    fclose(f);
    return n ? text : NULL;
}

static enum rc write_page(struct ctx *cx, const char *path, const struct buf *page)
{
    FILE *f = fopen(path, "we");
    bool written = f && fwrite(page->data, 1, page->len, f) == page->len;
    if (f && fclose(f) != 0) {
        written = false;
    }
    return written ? RC_OK
                   : diag_error(cx, NULL, arena_printf(cx->arena, "Cannot write %s", path), "%s",
                                strerror(errno));
}

static struct docs_page new_page(struct ctx *cx)
{
    return (struct docs_page){
        .arena = cx->arena, .provider = "seedbank", .out = buf_new(cx->arena, MOST_PAGE)};
}

static const char *short_name(const char *type_name)
{
    const char *rest = strchr(type_name, '_');
    return rest ? rest + 1 : type_name;
}

static enum rc finish(struct ctx *cx, const struct docs_page *page, const char *out,
                      const char *name)
{
    return write_page(cx, arena_printf(cx->arena, "%s/%s.md", out, name), page->out);
}

static enum rc provider(struct ctx *cx, const char *out)
{
    struct docs_page page = new_page(cx);
    page.example = example(cx->arena, ".", "provider", "provider.tf");
    docs_provider(&page, registry_seedbank.provider);
    return finish(cx, &page, out, "index");
}

static enum rc resource(struct ctx *cx, const char *out, const struct resource *r)
{
    struct docs_page page = new_page(cx);
    page.example = example(cx->arena, "resources", r->type_name, "resource.tf");
    page.import_id = example(cx->arena, "resources", r->type_name, "import-by-id.tf");
    page.import_identity = example(cx->arena, "resources", r->type_name, "import-by-identity.tf");
    page.import_command = example(cx->arena, "resources", r->type_name, "import.sh");
    docs_resource(&page, r);
    return finish(cx, &page, arena_printf(cx->arena, "%s/resources", out),
                  short_name(r->type_name));
}

static enum rc data_source(struct ctx *cx, const char *out, const struct data_source *d)
{
    struct docs_page page = new_page(cx);
    page.example = example(cx->arena, "data-sources", d->type_name, "data-source.tf");
    docs_data_source(&page, d);
    return finish(cx, &page, arena_printf(cx->arena, "%s/data-sources", out),
                  short_name(d->type_name));
}

static enum rc function(struct ctx *cx, const char *out, const struct function *f)
{
    struct docs_page page = new_page(cx);
    page.example = example(cx->arena, "functions", f->name, "function.tf");
    docs_function(&page, f);
    return finish(cx, &page, arena_printf(cx->arena, "%s/functions", out), f->name);
}

static enum rc all(struct ctx *cx, const char *out)
{
    const struct registry *r = &registry_seedbank;
    enum rc rc = provider(cx, out);
    for (size_t i = 0; rc == RC_OK && r->resources[i]; i++) {
        rc = resource(cx, out, r->resources[i]);
    }
    for (size_t i = 0; rc == RC_OK && r->data_sources[i]; i++) {
        rc = data_source(cx, out, r->data_sources[i]);
    }
    for (size_t i = 0; rc == RC_OK && r->functions[i]; i++) {
        rc = function(cx, out, r->functions[i]);
    }
    return rc;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: docs OUT\n");
        return 2;
    }
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    enum rc rc = all(cx, argv[1]);
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        fprintf(stderr, "docs: %s: %s\n", d->summary, d->detail);
    }
    ctx_free(cx);
    return rc == RC_OK ? 0 : 1;
}
