/*
 * Small files that somebody else wrote: tokens, configuration. Read whole, with
 * a cap. What is not a regular file is refused without waiting: a named pipe
 * that nobody writes to would hang the call.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

#include "base/rc.h"
#include "base/str.h"

struct ctx;

/* The content, NUL-terminated, in cx->arena. RC_NOT_FOUND: no such file, silently; RC_FAIL: it
 * cannot be read, or holds more than max bytes; the message names path and cause, never content. */
enum rc file_read(struct ctx *cx, const char *path, size_t max,
                  struct str *ret_content) RC_MUST_CHECK;

#endif
