/*
 * Small files that somebody else wrote: tokens, configuration. Read whole, with
 * a cap. What is not a regular file is refused without waiting: a named pipe
 * that nobody writes to would hang the call. And what others that handle files need.
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

/* Have the folder that holds path written to the disk: a new file's name is in it. */
enum rc file_sync_folder(struct ctx *cx, const char *path) RC_MUST_CHECK;

/* What an errno means, in words. */
struct arena;
const char *file_cause(struct arena *a, int error);

#endif
