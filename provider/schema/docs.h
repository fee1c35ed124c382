/*
 * A page of docs/ from what a resource, data source, function or the provider block
 * declares: Markdown in the registry's layout, as terraform-plugin-docs orders it.
 * Source: https://developer.hashicorp.com/terraform/registry/providers/docs. Pure: the
 * same rows and example give the same bytes.
 */
#ifndef SCHEMA_DOCS_H
#define SCHEMA_DOCS_H

#include "schema/resource.h"

struct buf;

struct docs_page {
    struct arena *arena;
    const char *provider; /* "seedbank" */
    /* Texts of files below examples/, as terraform-plugin-docs names them; NULL or "": none. */
    const char *example;         /* provider.tf, resource.tf, data-source.tf, function.tf */
    const char *import_identity; /* import-by-identity.tf */
    const char *import_id;       /* import-by-id.tf */
    const char *import_command;  /* import.sh */
    struct buf *out;             /* the page is appended; a registry takes at most 500 KB */
};

void docs_provider(const struct docs_page *page, const struct provider_block *block);
void docs_resource(const struct docs_page *page, const struct resource *resource);
void docs_data_source(const struct docs_page *page, const struct data_source *data_source);
void docs_function(const struct docs_page *page, const struct function *function);

#endif
