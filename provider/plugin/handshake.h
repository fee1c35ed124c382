/*
 * go-plugin's handshake: what the host says through the environment, and the one line on stdout
 * that it waits for (hashicorp/go-plugin, server.go and docs/internals.md).
 */
#ifndef PLUGIN_HANDSHAKE_H
#define PLUGIN_HANDSHAKE_H

#include "base/rc.h"

struct ctx;

/* Fails, explaining what this program is, unless Terraform or OpenTofu started it. */
enum rc handshake_check(struct ctx *cx) RC_MUST_CHECK;

/* PLUGIN_CLIENT_CERT; NULL when the host wants no TLS. */
const char *handshake_client_certificate(void);

/* Print the line; after it stdout leads nowhere, because anything more there could break the host.
 * `certificate` is base64 or NULL. Fails when the host reads no more. */
enum rc handshake_send(struct ctx *cx, const char *socket, const char *certificate) RC_MUST_CHECK;

/* For a debugger: print the environment variable that makes a host connect to this process. */
enum rc handshake_send_reattach(struct ctx *cx, const char *socket) RC_MUST_CHECK;

#endif
