/*
 * What ends the process: the host's Shutdown, SIGTERM or SIGHUP, or a host that is no more. Nothing
 * tells a provider that its host was killed, so two things are watched: the parent's process id,
 * looked at each second, and the streams that a host holds open for as long as it lives. (stdin is
 * inherited and says nothing; PR_SET_PDEATHSIG follows the host's thread, not the host.)
 */
#ifndef PLUGIN_LIFE_H
#define PLUGIN_LIFE_H

#include <stdbool.h>

struct arena;

/* One per process, made by its first thread before any other. With `reattach` a person started the
 * process and hosts come and go: SIGINT ends it too, Shutdown and lost hosts do not. Without,
 * SIGINT is ignored: terminals send it to the whole group, and the host says what to do. SIGPIPE is
 * ignored in both. */
struct life;
struct life *life_new(struct arena *a, bool reattach);

/* From any thread. */
void life_shut_down(struct life *l);    /* Shutdown was answered */
void life_stream_began(struct life *l); /* the host opened a stream that it holds */
void life_stream_ended(struct life *l);

enum life_end { LIFE_SHUTDOWN, LIFE_SIGNAL, LIFE_ORPHAN };

/* Wait for the end; in the thread that called life_new. */
enum life_end life_wait(struct life *l);

#endif
