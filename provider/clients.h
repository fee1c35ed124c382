/*
 * From the provider block to configured service clients, each made on first use:
 * a service whose block is absent costs nothing until a resource needs it.
 *
 * Settings come from the block, then from SEEDBANK_* environment variables; an
 * endpoint also from AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL. Keys are sought by
 * the client's first request, as aws/credentials.h says.
 */
#ifndef PROVIDER_CLIENTS_H
#define PROVIDER_CLIENTS_H

#include "base/rc.h"
#include "schema/resource.h"

struct clients;
struct s3_client;
struct session;

/* The provider block: its rows, documentation, and how it is configured. For the registry. */
extern const struct provider_block clients_provider_block;

/* The S3 client, or an error that names the setting which is missing or not yet known. */
enum rc clients_s3(struct ctx *cx, struct clients *clients,
                   struct s3_client **ret_s3) RC_MUST_CHECK;

#endif
