/* The lines of a journal. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/file.h"
#include "base/journal.h"

struct reader {
    const char *path;
    int fd;
    uint64_t number; /* of the last line taken */
    size_t start, end;
    char *data; /* JOURNAL_LINE_MAX and a newline fit in */
};

static enum rc refuse(struct ctx *cx, const char *path, int error)
{
    return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot read the journal %s", path),
                      "Reading it failed: %s. Check the path and that the user who runs this may "
                      "read it.",
                      file_cause(cx->arena, error));
}

static enum rc damaged(struct ctx *cx, const struct reader *r, const char *how)
{
    return diag_error(
        cx, NULL, arena_printf(cx->arena, "The journal %s is damaged", r->path),
        "Line %ju %s. No run of this program writes such a line: the file was changed "
        "otherwise, or its disk lost data. Bring back the file from a copy.",
        (uintmax_t)r->number + 1, how);
}

/* More bytes behind those that are left; *ret_more is false at the end of the file. */
static enum rc fill(struct ctx *cx, struct reader *r, bool *ret_more)
{
    ssize_t n;

    memmove(r->data, r->data + r->start, r->end - r->start);
    r->end -= r->start;
    r->start = 0;
    if (r->end > JOURNAL_LINE_MAX) {
        return damaged(cx, r, arena_printf(cx->arena, "is longer than %u bytes", JOURNAL_LINE_MAX));
    }
    do {
        n = read(r->fd, r->data + r->end, JOURNAL_LINE_MAX + 1 - r->end);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return refuse(cx, r->path, errno);
    }
    r->end += (size_t)n;
    *ret_more = n > 0;
    return RC_OK;
}

static enum rc take(struct ctx *cx, struct reader *r, char *newline, struct journal_visitor visitor)
{
    char *line = r->data + r->start;
    size_t n = (size_t)(newline - line);

    if (memchr(line, '\0', n) != NULL) {
        return damaged(cx, r, "holds NUL");
    }
    *newline = '\0';
    r->start += n + 1;
    r->number++;
    return visitor.visit(cx, visitor.arg, (struct str){line, n}, r->number);
}

/* What follows the last newline is a torn line, and left out. */
static enum rc read_lines(struct ctx *cx, struct reader *r, struct journal_visitor visitor)
{
    bool more = true;
    enum rc rc = RC_OK;

    while (rc == RC_OK && more) {
        char *newline = memchr(r->data + r->start, '\n', r->end - r->start);

        rc = newline != NULL ? take(cx, r, newline, visitor) : fill(cx, r, &more);
    }
    return rc;
}

enum rc journal_read(struct ctx *cx, const char *path, struct journal_visitor visitor)
{
    struct reader r = {.path = path,
                       .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    enum rc rc;

    if (r.fd < 0) {
        return errno == ENOENT ? RC_NOT_FOUND : refuse(cx, path, errno);
    }
    r.data = arena_alloc(cx->arena, JOURNAL_LINE_MAX + 1);
    rc = read_lines(cx, &r, visitor);
    close(r.fd);
    return rc;
}
