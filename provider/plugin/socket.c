#include "plugin/socket.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/str.h"

#define NAME_IN_BASE "/seedbank-XXXXXX"
#define NAME_IN_DIR  "/s"

#define PATH_SIZE sizeof(((struct sockaddr_un *)NULL)->sun_path)

/* Static, because a signal handler removes them. Empty: nothing to remove. */
static char directory[PATH_SIZE];
static char path[PATH_SIZE];

/* The host reads the path from a line, and may have another working directory; gRPC takes % for the
 * beginning of an escape. */
static bool usable(const char *base)
{
    return base && base[0] == '/' && !strpbrk(base, "|\n%") &&
           strlen(base) + sizeof(NAME_IN_BASE NAME_IN_DIR) <= PATH_SIZE;
}

static bool make_in(const char *base)
{
    char made[PATH_SIZE];
    if (snprintf(made, sizeof made, "%s" NAME_IN_BASE, base) < 0 || !mkdtemp(made)) {
        return false;
    }
    memcpy(directory, made, sizeof directory);
    memcpy(path, made, sizeof path);
    memcpy(path + strlen(path), NAME_IN_DIR, sizeof NAME_IN_DIR);
    return true;
}

enum rc socket_make(struct ctx *cx, const char **ret_path)
{
    const char *bases[] = {getenv("PLUGIN_UNIX_SOCKET_DIR"), getenv("TMPDIR"), "/tmp"};
    const char *tried = "/tmp";
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        if (!usable(bases[i])) {
            continue;
        }
        tried = bases[i];
        if (make_in(tried)) {
            *ret_path = path;
            return RC_OK;
        }
    }
    return diag_error(cx, NULL, "no place for the plugin's socket",
                      "a directory could not be made in %s: %s; set TMPDIR to a writable directory",
                      tried, strerror(errno));
}

void socket_remove(void)
{
    if (path[0]) {
        unlink(path);
    }
    if (directory[0]) {
        rmdir(directory);
    }
}
