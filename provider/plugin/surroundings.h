/*
 * What the process was started with and must not be led astray by: closed standard streams,
 * variables meant for other programs, a limit that lets its memory be written to a file.
 */
#ifndef PLUGIN_SURROUNDINGS_H
#define PLUGIN_SURROUNDINGS_H

#include <stdbool.h>

#include "base/rc.h"

struct ctx;

/*
 * Called first, before threads, files and gRPC.
 * - Standard streams that are closed become /dev/null: else the next socket would get their number,
 *   and log lines would be written to a server.
 * - gRPC's own variables (GRPC_*) go: GRPC_TRACE prints calls, keys and all, and an unknown
 *   GRPC_POLL_STRATEGY aborts.
 * - No core file, since memory holds keys; unless `debug`: who debugs may want one.
 */
void surroundings_tidy(bool debug);

/*
 * So many files that the plugin's own connections and one request fit: where fewer may be open, the
 * limit is raised, for what it starts too. RC_FAIL when it cannot be: gRPC would abort in mid-call.
 */
enum rc surroundings_make_room(struct ctx *cx) RC_MUST_CHECK;

#endif
