#include "plugin/surroundings.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/str.h"

#define NAME_MAX_BYTES 128

/* open takes the lowest number that is free. */
static void fill_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

/* unsetenv moves what follows up: look at the same place again, unless nothing went. */
static void forget_variables(const char *prefix)
{
    char name[NAME_MAX_BYTES];
    for (char **at = environ; *at;) {
        size_t n = strcspn(*at, "=");
        if (str_starts(*at, prefix) && n < sizeof name) {
            memcpy(name, *at, n);
            name[n] = '\0';
            if (unsetenv(name) == 0) {
                continue;
            }
        }
        at++;
    }
}

/* One byte and not none: where a program takes the core files (core(5), "Piping core dumps to a
 * program"), Linux heeds no other limit, and with this one starts no such program. */
static void write_no_core(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max >= 1) {
        limit.rlim_cur = 1;
        setrlimit(RLIMIT_CORE, &limit);
    }
}

void surroundings_tidy(bool debug)
{
    fill_standard_streams();
    forget_variables("GRPC_");
    if (!debug) {
        write_no_core();
    }
}

#define FEWEST_FILES 16 /* gRPC aborts below 13 */
#define ENOUGH_FILES 64

enum rc surroundings_make_room(struct ctx *cx)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= ENOUGH_FILES) {
        return RC_OK;
    }
    limit.rlim_cur = limit.rlim_max < ENOUGH_FILES ? limit.rlim_max : ENOUGH_FILES;
    if (limit.rlim_cur >= FEWEST_FILES && setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        return RC_OK;
    }
    return diag_error(cx, NULL, "too few files may be open",
                      "at most %llu are allowed here, and %d are needed; raise that limit "
                      "(ulimit -Hn)",
                      (unsigned long long)limit.rlim_max, FEWEST_FILES);
}
