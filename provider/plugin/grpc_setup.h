/*
 * gRPC as a plugin wants it: where its log goes, what its server takes, how it does TLS.
 */
#ifndef PLUGIN_GRPC_SETUP_H
#define PLUGIN_GRPC_SETUP_H

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

struct certificate;
struct log;

/* For the whole process; the log is borrowed. */
void grpc_setup_log(const struct log *log);

/* Initialises gRPC; the server is the caller's, to destroy before grpc_shutdown. */
grpc_server *grpc_setup_server(void);

/* TLS for the holder of the client's certificate alone, or none where we have no certificate. NULL
 * if gRPC takes offence at one of them; the caller's to release. */
grpc_server_credentials *grpc_setup_credentials(const struct certificate *ours,
                                                const char *client_pem);

#endif
