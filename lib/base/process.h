/*
 * Another program, run to its end: no shell, nothing on its standard input, its
 * standard output kept, its standard error dropped (what it says there may hold
 * secrets). It leads a process group of its own, which is killed when the time
 * is up, the call is cancelled or too much is written, so that nothing stays
 * behind. No descriptor of this process but those three reaches it.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"

struct ctx;

struct process {
    const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH */
    int64_t timeout_ms;      /* from start to end, by the system's clock */
    size_t max_output;       /* bytes of standard output */
};

/* RC_OK when it ended with status 0: its output, NUL-terminated, in cx->arena. RC_FAIL with a
 * message that names the program, never its arguments or output. */
enum rc process_run(struct ctx *cx, const struct process *process,
                    struct str *ret_output) RC_MUST_CHECK;

#endif
