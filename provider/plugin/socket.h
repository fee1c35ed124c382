/*
 * The place of the process's Unix socket: a directory of mode 0700 of its own, so that nobody else
 * can connect or put a socket of the same name there. One per process.
 */
#ifndef PLUGIN_SOCKET_H
#define PLUGIN_SOCKET_H

#include "base/rc.h"

struct ctx;

/* Make the directory, in PLUGIN_UNIX_SOCKET_DIR, TMPDIR or /tmp: the first where it can be made and
 * where the path fits a socket address (108 bytes) and the handshake line (no '|', no newline). */
enum rc socket_make(struct ctx *cx, const char **ret_path) RC_MUST_CHECK;

/* Remove socket and directory. Async-signal-safe; may be called again and before socket_make. */
void socket_remove(void);

#endif
