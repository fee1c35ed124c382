/*
 * docs DIRECTORY: write the pages of docs/ from what the registry declares and from the files below
 * examples/ (of the current folder), as `make docs` does. Pages are replaced whole, each by a
 * rename.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "schema/docs.h"
#include "services/registry.h"

#define PROVIDER "seedbank"

enum { MOST_PAGE = 500 * 1000, MOST_EXAMPLE = 64 * 1024 };

struct writer {
    struct ctx *cx;
    const char *directory;
    bool failed;
};

static void complain(struct writer *w, const char *what, const char *path)
{
    (void)fprintf(stderr, "docs: cannot %s %s: %s\n", what, path, strerror(errno));
    w->failed = true;
}

/* A file below examples/; NULL when there is none. */
static const char *example(struct writer *w, const char *folder, const char *name, const char *file)
{
    struct arena *a = w->cx->arena;
    const char *path = arena_printf(a, "examples/%s/%s/%s", folder, name, file);
    FILE *f = fopen(path, "re");
    if (!f) {
        if (errno != ENOENT) {
            complain(w, "open", path);
        }
        return NULL;
    }
    char *text = arena_alloc(a, MOST_EXAMPLE + 1);
    size_t n = fread(text, 1, MOST_EXAMPLE, f);
    if (ferror(f) || !feof(f)) {
        errno = ferror(f) ? errno : EFBIG;
        complain(w, "read", path);
    }
    text[n] = '\0';
    (void)fclose(f);
    return text;
}

static struct docs_page begin(struct writer *w)
{
    return (struct docs_page){
        .arena = w->cx->arena,
        .provider = PROVIDER,
        .out = buf_new(w->cx->arena, MOST_PAGE),
    };
}

/* Write to a neighbour first: a page is never half there. */
static void finish(struct writer *w, const struct docs_page *page, const char *folder,
                   const char *name)
{
    struct arena *a = w->cx->arena;
    const char *directory = arena_printf(a, "%s/%s", w->directory, folder);
    const char *path = arena_printf(a, "%s/%s.md", directory, name);
    const char *fresh = arena_printf(a, "%s.new", path);
    if (page->out->full) {
        errno = EFBIG;
        complain(w, "hold the page for", path);
        return;
    }
    bool there = (mkdir(w->directory, 0777) == 0 || errno == EEXIST) &&
                 (mkdir(directory, 0777) == 0 || errno == EEXIST);
    if (!there) {
        complain(w, "make", directory);
        return;
    }
    FILE *f = fopen(fresh, "we");
    if (!f) {
        complain(w, "open", fresh);
        return;
    }
    bool written = fwrite(page->out->data, 1, page->out->len, f) == page->out->len;
    if (fclose(f) != 0 || !written || rename(fresh, path) != 0) {
        complain(w, "write", path);
    }
}

/* Pages are named without the provider's prefix. */
static const char *page_name(const char *type_name)
{
    return str_starts(type_name, PROVIDER "_") ? type_name + strlen(PROVIDER "_") : type_name;
}

static void write_resource(struct writer *w, const struct resource *r)
{
    struct docs_page page = begin(w);
    page.example = example(w, "resources", r->type_name, "resource.tf");
    page.import_identity = example(w, "resources", r->type_name, "import-by-identity.tf");
    page.import_id = example(w, "resources", r->type_name, "import-by-id.tf");
    page.import_command = example(w, "resources", r->type_name, "import.sh");
    docs_resource(&page, r);
    finish(w, &page, "resources", page_name(r->type_name));
}

static void write_data_source(struct writer *w, const struct data_source *d)
{
    struct docs_page page = begin(w);
    page.example = example(w, "data-sources", d->type_name, "data-source.tf");
    docs_data_source(&page, d);
    finish(w, &page, "data-sources", page_name(d->type_name));
}

static void write_function(struct writer *w, const struct function *f)
{
    struct docs_page page = begin(w);
    page.example = example(w, "functions", f->name, "function.tf");
    docs_function(&page, f);
    finish(w, &page, "functions", f->name);
}

static void write_all(struct writer *w, const struct registry *registry)
{
    struct docs_page page = begin(w);
    page.example = example(w, "provider", ".", "provider.tf");
    docs_provider(&page, registry->provider);
    finish(w, &page, ".", "index");
    for (const struct resource *const *r = registry->resources; *r; r++) {
        write_resource(w, *r);
    }
    for (const struct data_source *const *d = registry->data_sources; *d; d++) {
        write_data_source(w, *d);
    }
    for (const struct function *const *f = registry->functions; *f; f++) {
        write_function(w, *f);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fputs("usage: docs DIRECTORY\n", stderr);
        return 2;
    }
    struct writer w = {.cx = ctx_new(&(struct ctx_options){0}), .directory = argv[1]};
    write_all(&w, &registry_seedbank);
    ctx_free(w.cx);
    return w.failed ? 1 : 0;
}
