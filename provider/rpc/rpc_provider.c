/*
 * RPCs about the provider as a whole: what it has, and its configuration.
 */
#include "rpc/rpc_schema.h"
#include "rpc/rpc_server.h"
#include "rpc/rpc_wire.h"
#include "schema/model.h"
#include "schema/validate.h"

void rpc_get_provider_schema(struct ctx *cx, struct rpc_server *s, const void *request,
                             void *response)
{
    (void)cx;
    (void)request;
    *(Tfplugin6__GetProviderSchema__Response *)response = *rpc_server_schema(s);
}

void rpc_get_metadata(struct ctx *cx, struct rpc_server *s, const void *request, void *response)
{
    (void)request;
    Tfplugin6__GetMetadata__Response *res = response;
    const Tfplugin6__GetProviderSchema__Response *schema = rpc_server_schema(s);
    res->server_capabilities = schema->server_capabilities;

    res->n_resources = schema->n_resource_schemas;
    res->resources = arena_array(cx->arena, res->n_resources, sizeof(*res->resources));
    for (size_t i = 0; i < res->n_resources; i++) {
        res->resources[i] =
            rpc_wire_message(cx->arena, &tfplugin6__get_metadata__resource_metadata__descriptor);
        res->resources[i]->type_name = schema->resource_schemas[i]->key;
    }
    res->n_data_sources = schema->n_data_source_schemas;
    res->data_sources = arena_array(cx->arena, res->n_data_sources, sizeof(*res->data_sources));
    for (size_t i = 0; i < res->n_data_sources; i++) {
        res->data_sources[i] =
            rpc_wire_message(cx->arena, &tfplugin6__get_metadata__data_source_metadata__descriptor);
        res->data_sources[i]->type_name = schema->data_source_schemas[i]->key;
    }
    res->n_functions = schema->n_functions;
    res->functions = arena_array(cx->arena, res->n_functions, sizeof(*res->functions));
    for (size_t i = 0; i < res->n_functions; i++) {
        res->functions[i] =
            rpc_wire_message(cx->arena, &tfplugin6__get_metadata__function_metadata__descriptor);
        res->functions[i]->name = schema->functions[i]->key;
    }
}

void rpc_get_resource_identity_schemas(struct ctx *cx, struct rpc_server *s, const void *request,
                                       void *response)
{
    (void)request;
    Tfplugin6__GetResourceIdentitySchemas__Response *res = response;
    const struct resource *const *list = rpc_server_registry(s)->resources;
    size_t n = 0;
    while (list[n]) {
        n++;
    }
    res->n_identity_schemas = n;
    res->identity_schemas = arena_array(cx->arena, n, sizeof(*res->identity_schemas));
    for (size_t i = 0; i < n; i++) {
        Tfplugin6__GetResourceIdentitySchemas__Response__IdentitySchemasEntry *e = rpc_wire_message(
            cx->arena,
            &tfplugin6__get_resource_identity_schemas__response__identity_schemas_entry__descriptor);
        e->key = rpc_wire_text(cx->arena, list[i]->type_name);
        e->value = rpc_schema_identity(cx->arena, list[i]);
        res->identity_schemas[i] = e;
    }
}

/* The configuration, found valid. */
static enum rc decode(struct ctx *cx, struct rpc_server *s, const Tfplugin6__DynamicValue *wire,
                      const struct value **ret_config)
{
    const struct attr *attrs = rpc_server_registry(s)->provider->attrs;
    if (rpc_wire_decode(cx, wire, attr_object_type(cx->arena, attrs), "provider configuration",
                        ret_config) != RC_OK) {
        return RC_FAIL;
    }
    return validate_config(cx, attrs, *ret_config,
                           (struct validate_options){.write_only_allowed = true});
}

void rpc_validate_provider_config(struct ctx *cx, struct rpc_server *s, const void *request,
                                  void *response)
{
    const Tfplugin6__ValidateProviderConfig__Request *req = request;
    Tfplugin6__ValidateProviderConfig__Response *res = response;
    const struct value *config = NULL;
    enum rc rc = decode(cx, s, req->config, &config);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}

/* Before 1.11 there are no write-only attributes. What cannot be read as a version is let through:
 * OpenTofu 1.12 and later send a number that is not their own. */
static enum rc check_host_version(struct ctx *cx, const char *version)
{
    const char *dot = strchr(version, '.');
    const char *end = dot ? dot + 1 + strspn(dot + 1, "0123456789") : NULL;
    int64_t major = 0;
    int64_t minor = 0;
    if (!dot || !str_to_i64((struct str){version, (size_t)(dot - version)}, &major) ||
        !str_to_i64((struct str){dot + 1, (size_t)(end - dot - 1)}, &minor)) {
        return RC_OK;
    }
    if (major > 1 || (major == 1 && minor >= 11)) {
        return RC_OK;
    }
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Version %s is too old for this provider", version),
                      "seedbank needs OpenTofu or Terraform 1.11 or newer, for write-only "
                      "attributes. Upgrade the program that runs the plan.");
}

/* Judged once more: what was unknown to ValidateProviderConfig is known by now. */
static enum rc configure(struct ctx *cx, struct rpc_server *s,
                         const Tfplugin6__ConfigureProvider__Request *req)
{
    const struct provider_block *provider = rpc_server_registry(s)->provider;
    const struct value *config = NULL;
    struct diag_point point = diag_point(cx);
    if (check_host_version(cx, req->terraform_version) != RC_OK ||
        decode(cx, s, req->config, &config) != RC_OK) {
        return RC_FAIL;
    }
    diag_drop_since(cx, point); /* warnings, which ValidateProviderConfig gave */
    void *model = arena_alloc(cx->arena, provider->model_size);
    if (model_decode(cx, provider->attrs, config, model) != RC_OK) {
        return RC_FAIL;
    }
    return rpc_server_configure(cx, s, model);
}

void rpc_configure_provider(struct ctx *cx, struct rpc_server *s, const void *request,
                            void *response)
{
    Tfplugin6__ConfigureProvider__Response *res = response;
    enum rc rc = configure(cx, s, request);
    rpc_wire_diagnostics(cx, rc, &res->n_diagnostics, &res->diagnostics);
}
