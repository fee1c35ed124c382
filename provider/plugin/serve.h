/*
 * The plugin's whole life: from the handshake to the last call's end.
 */
#ifndef PLUGIN_SERVE_H
#define PLUGIN_SERVE_H

#include <stdbool.h>

struct registry;

/* Serve until the host or a signal ends it. With `reattach` (a debugger's mode) the process was
 * started by a person: no cookie, no TLS, many hosts one after another. Returns the exit code; may
 * also exit from inside, when a call that does not come back must not hold up the end. */
int serve_run(const struct registry *registry, bool reattach);

#endif
