#include "services/registry.h"

#include "clients.h"

extern const struct resource bucket_versioning_resource;

static const struct resource *const resources[] = {
    &bucket_versioning_resource,
    NULL,
};

static const struct data_source *const data_sources[] = {
    NULL,
};

static const struct function *const functions[] = {
    NULL,
};

const struct registry registry_seedbank = {
    .provider = &clients_provider_block,
    .resources = resources,
    .data_sources = data_sources,
    .functions = functions,
};
