#include "services/registry.h"

#include "clients.h"

extern const struct resource bucket_lock_resource;
extern const struct resource bucket_replication_resource;
extern const struct resource bucket_retention_resource;
extern const struct resource bucket_versioning_resource;
extern const struct data_source bucket_protection_data_source;

static const struct resource *const resources[] = {
    &bucket_lock_resource,
    &bucket_replication_resource,
    &bucket_retention_resource,
    &bucket_versioning_resource,
    NULL,
};

static const struct data_source *const data_sources[] = {
    &bucket_protection_data_source,
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
