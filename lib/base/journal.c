#include "base/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/file.h"
#include "base/journal_private.h"
#include "base/mem.h"

#define MAX_OPENS 8 /* of a file that others remove and make anew all the time */

struct journal {
    char *path;
    int fd;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t synced_more;
    uint64_t written, synced; /* lines since it was opened */
    bool syncing;
    int error;         /* why it is broken, as errno says it; 0: it is whole */
    const char *doing; /* what failed then */
    char line[JOURNAL_LINE_MAX + 1];
};

static enum rc refuse(struct ctx *cx, const char *path, const char *doing, int error)
{
    return diag_error(
        cx, NULL, arena_printf(cx->arena, "Cannot use the journal %s", path),
        "%s failed: %s. Check the path, the permissions of the user who runs this and "
        "the space on the disk.",
        doing, file_cause(cx->arena, error));
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

/* Whether the path still names what was opened: it may have been removed before the lock. */
static bool is_same(int fd, const char *path)
{
    struct stat opened, named;

    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

static enum rc check_regular(struct ctx *cx, int fd, const char *path)
{
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return refuse(cx, path, "Looking at it", errno);
    }
    if (!S_ISREG(st.st_mode)) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot use the journal %s", path),
                          "It is not a regular file. Move it away, or use a path elsewhere.");
    }
    return RC_OK;
}

static enum rc lock(struct ctx *cx, int fd, const char *path)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        return RC_OK;
    }
    return errno == EWOULDBLOCK ? journal_holder_report(cx, fd, path)
                                : refuse(cx, path, "Locking it", errno);
}

static enum rc open_locked(struct ctx *cx, const char *path, int *ret_fd)
{
    unsigned opens;

    for (opens = 0; opens < MAX_OPENS; opens++) {
        int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                      (mode_t)0600);

        if (fd < 0) {
            return refuse(cx, path, "Opening it", errno);
        }
        if (check_regular(cx, fd, path) != RC_OK || lock(cx, fd, path) != RC_OK) {
            close(fd);
            return RC_FAIL;
        }
        if (is_same(fd, path)) {
            *ret_fd = fd;
            return RC_OK;
        }
        close(fd);
    }
    return refuse(cx, path, "Opening the file that others remove", EBUSY);
}

/* Where the last whole line ends; -1 with errno. */
static off_t whole_length(int fd, off_t size)
{
    char block[4096];

    while (size > 0) {
        off_t at = (size - 1) / (off_t)sizeof block * (off_t)sizeof block;
        ssize_t n = pread(fd, block, (size_t)(size - at), at);
        const char *newline;

        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return -1;
        }
        newline = memrchr(block, '\n', (size_t)n);
        if (newline != NULL) {
            return at + (newline - block) + 1;
        }
        size = at;
    }
    return 0;
}

/* Cut off what a death left of a line, so that the next one does not follow it in one. */
static enum rc mend(struct ctx *cx, int fd, const char *path)
{
    struct stat st;
    off_t whole;

    if (fstat(fd, &st) != 0) {
        return refuse(cx, path, "Looking at it", errno);
    }
    whole = whole_length(fd, st.st_size);
    if (whole < 0) {
        return refuse(cx, path, "Reading it", errno);
    }
    if (whole < st.st_size && ftruncate(fd, whole) != 0) {
        return refuse(cx, path, "Cutting off its last, torn line", errno);
    }
    if (fsync(fd) != 0) {
        return refuse(cx, path, "Having it written to the disk", errno);
    }
    return file_sync_folder(cx, path);
}

enum rc journal_open(struct ctx *cx, const char *path, struct journal **ret_journal)
{
    struct journal *j;
    int fd = -1;

    if (open_locked(cx, path, &fd) != RC_OK) {
        return RC_FAIL;
    }
    if (mend(cx, fd, path) != RC_OK) {
        close(fd);
        return RC_FAIL;
    }
    j = mem_new(sizeof *j);
    j->path = mem_strdup(path);
    j->fd = fd;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->synced_more, NULL);
    *ret_journal = j;
    return RC_OK;
}

/* ---- Appending, with the lock held ------------------------------------------------------------
 */

static void break_down(struct journal *j, const char *doing, int error)
{
    if (j->error == 0) {
        j->error = error;
        j->doing = doing;
    }
    pthread_cond_broadcast(&j->synced_more);
}

static void write_line(struct journal *j, struct str line)
{
    size_t n = line.n + 1, done = 0;

    memcpy(j->line, line.p, line.n);
    j->line[line.n] = '\n';
    while (done < n && j->error == 0) {
        ssize_t wrote = write(j->fd, j->line + done, n - done);

        if (wrote > 0) {
            done += (size_t)wrote;
        } else if (wrote == 0 || errno != EINTR) {
            break_down(j, "Writing a line to it", wrote == 0 ? ENOSPC : errno);
        }
    }
    if (done == n) {
        j->written++;
    }
}

/* Until line number `line` is on the disk. Whoever finds no sync under way makes one, without the
 * lock, for all that is written by then; the others wait for it, and perhaps for the next. */
static void sync_to(struct journal *j, uint64_t line)
{
    while (j->synced < line && j->error == 0) {
        uint64_t upto = j->written;
        int error;

        if (j->syncing) {
            pthread_cond_wait(&j->synced_more, &j->lock);
            continue;
        }
        j->syncing = true;
        pthread_mutex_unlock(&j->lock);
        error = fdatasync(j->fd) == 0 ? 0 : errno;
        pthread_mutex_lock(&j->lock);
        j->syncing = false;
        if (error != 0) {
            break_down(j, "Having its lines written to the disk", error);
        } else {
            j->synced = upto;
            pthread_cond_broadcast(&j->synced_more);
        }
    }
}

/* ---- Appending --------------------------------------------------------------------------------
 */

static enum rc broken(struct ctx *cx, const struct journal *j, const char *doing, int error)
{
    return diag_error(cx, NULL, arena_printf(cx->arena, "The journal %s is broken", j->path),
                      "%s failed: %s. Nothing more is recorded in it, and so nothing more may be "
                      "begun. Mend the cause (space, quota, limit or fault of the disk), then run "
                      "the same command again: it goes on with what is recorded.",
                      doing, file_cause(cx->arena, error));
}

static enum rc unfit(struct ctx *cx, const struct journal *j)
{
    return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot write to the journal %s", j->path),
                      "A line of it may hold %u bytes, no newline and no NUL. This one was not "
                      "written.",
                      JOURNAL_LINE_MAX);
}

enum rc journal_append(struct ctx *cx, struct journal *j, struct str line, bool durable)
{
    const char *doing;
    int error;

    if (line.n > JOURNAL_LINE_MAX || memchr(line.p, '\n', line.n) != NULL ||
        memchr(line.p, '\0', line.n) != NULL) {
        return unfit(cx, j);
    }
    pthread_mutex_lock(&j->lock);
    if (j->error == 0) {
        write_line(j, line);
    }
    if (durable) {
        sync_to(j, j->written);
    }
    error = j->error;
    doing = j->doing;
    pthread_mutex_unlock(&j->lock);
    return error == 0 ? RC_OK : broken(cx, j, doing, error);
}

enum rc journal_close(struct ctx *cx, struct journal *j)
{
    enum rc rc;

    pthread_mutex_lock(&j->lock);
    sync_to(j, j->written);
    pthread_mutex_unlock(&j->lock);
    rc = j->error == 0 ? RC_OK : broken(cx, j, j->doing, j->error);
    close(j->fd);
    pthread_cond_destroy(&j->synced_more);
    pthread_mutex_destroy(&j->lock);
    mem_strfree(j->path);
    mem_free(j, sizeof *j);
    return rc;
}
