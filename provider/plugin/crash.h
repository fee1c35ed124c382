/*
 * Last words. When the process dies of SIGSEGV, SIGBUS, SIGABRT, SIGFPE or SIGILL, a text that
 * starts with "panic: " goes to stderr (the host shows such lines to the user: go-plugin's
 * convention for Go's own crashes): signal, version and a backtrace of addresses. No data of any
 * call is in it, so no secret can be.
 */
#ifndef PLUGIN_CRASH_H
#define PLUGIN_CRASH_H

/* For the whole process. `cleanup` must be async-signal-safe; it runs before the process dies. */
void crash_install(void (*cleanup)(void));

/* Give the calling thread a stack for its last words, so that it has some after using up its own.
 * crash_install does it for the thread that calls it. */
void crash_watch_thread(void);

#endif
