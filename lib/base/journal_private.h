/* What the files journal*.c share; for them alone. */
#ifndef BASE_JOURNAL_PRIVATE_H
#define BASE_JOURNAL_PRIVATE_H

#include "base/rc.h"

struct ctx;

/* RC_FAIL with a message: another process holds the lock on that file. */
enum rc journal_holder_report(struct ctx *cx, int fd, const char *path);

#endif
