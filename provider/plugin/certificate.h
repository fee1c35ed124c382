/*
 * TLS for the one connection between host and plugin (go-plugin's AutoMTLS): the host gives its
 * certificate in PLUGIN_CLIENT_CERT and gets ours in the handshake line; each trusts exactly the
 * other's. Ours is made at each start, of kind P-256 (the cheapest that all hosts accept), with the
 * name localhost, which hosts check, and the same extensions that go-plugin's own have.
 */
#ifndef PLUGIN_CERTIFICATE_H
#define PLUGIN_CERTIFICATE_H

#include "base/rc.h"

struct ctx;

struct certificate {
    const char *pem; /* with key_pem, for the server; the key is wiped with the arena */
    const char *key_pem;
    const char *line; /* for the handshake: DER in standard base64 without padding */
};

/* All in cx->arena. */
enum rc certificate_make(struct ctx *cx, struct certificate *ret_certificate) RC_MUST_CHECK;

/* Fails unless the text is one PEM certificate, to say so before a connection fails without words.
 */
enum rc certificate_check(struct ctx *cx, const char *pem) RC_MUST_CHECK;

#endif
