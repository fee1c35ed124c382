/*
 * Diagnostics: what went wrong, for a person. Collected in cx->diags; a function
 * that returns RC_FAIL has added an error there. Texts are made valid UTF-8,
 * bounded (summary 400 bytes, detail 8 KiB), redacted, and freed of control characters (of the
 * detail's, newline and tab stay) as they are added.
 *
 * summary: one line, what could not be done and with which thing.
 * detail: what was asked, what came back (HTTP status, service's code, request
 *         id), what to do next.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/path.h"
#include "base/rc.h"

struct arena;
struct ctx;

enum diag_severity { DIAG_ERROR = 1, DIAG_WARNING = 2 };

struct diag {
    enum diag_severity severity;
    const char *summary;
    const char *detail;      /* never NULL, may be empty */
    const struct path *path; /* NULL: concerns the whole */
    int status;              /* HTTP's, of the refusal of a service; 0: it was none */
    struct diag *next;
};

struct diags {
    struct arena *arena; /* of all texts here, so that they outlive rewinds of cx->arena */
    struct diag *first, *last;
    size_t errors, warnings;
};

/* Add an error and return RC_FAIL, so that `return diag_error(...)` reads well. */
enum rc diag_error(struct ctx *cx, const struct path *path, const char *summary,
                   const char *detail_format, ...) __attribute__((format(printf, 4, 5)));
void diag_warning(struct ctx *cx, const struct path *path, const char *summary,
                  const char *detail_format, ...) __attribute__((format(printf, 4, 5)));

/* Where the messages stand now; for the functions below. */
struct diag_point {
    struct diag *last;
};
struct diag_point diag_point(const struct ctx *cx);

/* Put "prefix: " before the summaries added since the point, and return RC_FAIL. */
enum rc diag_wrap(struct ctx *cx, struct diag_point since, const char *prefix_format, ...)
    __attribute__((format(printf, 3, 4)));

/* Give the messages added since the point that have no path yet this one. */
void diag_path_since(struct ctx *cx, struct diag_point since, const struct path *path);

/* Take back the messages added since the point: what they say turned out not to matter. */
void diag_drop_since(struct ctx *cx, struct diag_point since);

bool diag_failed_since(const struct ctx *cx, struct diag_point since);

/* The last message is about a refusal of that status, for who can do with less; see
 * diag_status_since. */
void diag_set_status(struct ctx *cx, int status);

/* That of the last message since the point that has one; 0: no service refused anything. */
int diag_status_since(const struct ctx *cx, struct diag_point since);

/* Take them back as one line, in cx->arena: for what is told of one item of many. NULL: none. */
const char *diag_line_since(struct ctx *cx, struct diag_point since);

/* Add a copy of a message of another ctx; forget all messages and free their memory: for what is
 * gathered from many threads. */
void diag_copy(struct ctx *cx, const struct diag *d);
void diag_clear(struct ctx *cx);

#endif
