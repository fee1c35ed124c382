/*
 * Journal: lines that say what was done, appended to a file beside the plan that they belong to, so
 * that a run which was killed can go on where it was. What the lines mean is the caller's.
 *
 * One process at a time has a journal open (an advisory lock: flock(2)); it dies with the process.
 * A line is in the kernel's hands when journal_append returns, and so survives the death of the
 * process; a durable one is on the disk, and survives that of the machine. Many threads append at
 * once, and one fdatasync serves all lines written before it began.
 *
 * After a write or sync that failed, what the file holds is unknown, and asking again would not
 * tell: the kernel reports an error once, drops the pages, and the next fsync succeeds (known as
 * fsyncgate; PostgreSQL's answer to it is the same). The journal is then broken, and takes no
 * further line. A program that uses it must ignore SIGXFSZ, or the limit on file sizes ends it.
 *
 * Only the last line can be torn, by a death or a full disk in the middle of it. Readers leave it
 * out, and journal_open cuts it off.
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"

struct ctx;
struct journal;

#define JOURNAL_LINE_MAX (64u << 10) /* bytes, without the newline */

/* Create (mode 0600, on the disk with its folder) or go on with what is there. RC_FAIL with path,
 * cause and remedy; where another run has it open, its process too, if the system tells. */
enum rc journal_open(struct ctx *cx, const char *path, struct journal **ret_journal) RC_MUST_CHECK;

/* Append a line, which holds neither newline nor NUL. Thread-safe. Heeds no cancel: what was done
 * must be told even then. RC_FAIL: nothing is known of this line, and no further one is taken. (Too
 * long, or holding a newline, it is not written, and the journal remains whole.) */
enum rc journal_append(struct ctx *cx, struct journal *j, struct str line,
                       bool durable) RC_MUST_CHECK;

/* Sync what is not yet durable, give up the lock, free. RC_FAIL when lines may be lost. */
enum rc journal_close(struct ctx *cx, struct journal *j) RC_MUST_CHECK;

/* All whole lines of a file, whether or not it is open as a journal; each NUL-terminated, lent for
 * the call. The first is number 1. What visit returns other than RC_OK ends the reading and is
 * returned. RC_NOT_FOUND: no such file, silently. RC_FAIL: it cannot be read, or a line holds NUL
 * or more than JOURNAL_LINE_MAX bytes, whose number the message tells. */
struct journal_visitor {
    enum rc (*visit)(struct ctx *cx, void *arg, struct str line, uint64_t number);
    void *arg;
};
enum rc journal_read(struct ctx *cx, const char *path,
                     struct journal_visitor visitor) RC_MUST_CHECK;

#endif
