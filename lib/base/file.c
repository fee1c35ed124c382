#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ctx.h"

static enum rc refuse(struct ctx *cx, const char *path, const char *why)
{
    return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot read the file %s", path),
                      "Reading it failed: %s. Check the path and that the user who runs this may "
                      "read it.",
                      why);
}

const char *file_cause(struct arena *a, int error)
{
    char text[128] = "";

    return arena_strdup(a, strerror_r(error, text, sizeof(text)));
}

/* One byte more than allowed is asked for, so that a file that grew meanwhile is seen too. */
static enum rc read_all(struct ctx *cx, int fd, size_t max, struct str *ret_content,
                        const char **ret_why)
{
    struct stat st;
    char *data;
    size_t n = 0;
    ssize_t got = 1;

    if (fstat(fd, &st) != 0) {
        *ret_why = file_cause(cx->arena, errno);
        return RC_FAIL;
    }
    if (!S_ISREG(st.st_mode)) {
        *ret_why = "it is not a regular file";
        return RC_FAIL;
    }
    data = arena_alloc(cx->arena, max + 2);
    while (n <= max && got > 0) {
        got = read(fd, data + n, max + 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        *ret_why = file_cause(cx->arena, errno);
        return RC_FAIL;
    }
    if (n > max) {
        *ret_why = arena_printf(cx->arena, "it holds more than the %zu bytes allowed", max);
        return RC_FAIL;
    }
    *ret_content = (struct str){data, n};
    return RC_OK;
}

enum rc file_read(struct ctx *cx, const char *path, size_t max, struct str *ret_content)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    const char *why = NULL;
    enum rc rc;

    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR ? RC_NOT_FOUND
                                                   : refuse(cx, path, file_cause(cx->arena, errno));
    }
    rc = read_all(cx, fd, max, ret_content, &why);
    close(fd);
    return rc == RC_OK ? RC_OK : refuse(cx, path, why);
}

enum rc file_sync_folder(struct ctx *cx, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash == NULL ? "." : arena_strndup(cx->arena, path, (size_t)(slash - path) + 1);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0) {
        close(fd);
    }
    if (error == 0) {
        return RC_OK;
    }
    return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot write the folder %s", folder),
                      "Having it written to the disk failed: %s. Check the folder and its disk, or "
                      "use a path elsewhere.",
                      file_cause(cx->arena, error));
}
