/* Who has a journal open. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/ctx.h"
#include "base/journal_private.h"
#include "base/str.h"

/* proc(5), /proc/locks: "1: FLOCK  ADVISORY  WRITE 5433 08:01:7864448 0 EOF", the device's numbers
 * in hex, the inode's in decimal; waiting locks have "->" after the first number. */
static uint64_t holder_in(struct ctx *cx, const char *line, const char *file)
{
    const char *at = strstr(line, file), *word = at;
    uint64_t pid = 0;

    if (at == NULL || strstr(line, "FLOCK") == NULL || strstr(line, "->") != NULL) {
        return 0;
    }
    while (word > line && word[-1] != ' ') {
        word--;
    }
    return str_to_u64(str_of(arena_strndup(cx->arena, word, (size_t)(at - word))), &pid) ? pid : 0;
}

/* 0: unknown, as on file systems whose device has another number here, or in another container. */
static uint64_t holder(struct ctx *cx, int fd)
{
    FILE *locks = fopen("/proc/locks", "re");
    uint64_t pid = 0;
    struct stat st;
    char line[256];
    const char *file;

    if (locks == NULL || fstat(fd, &st) != 0) {
        if (locks != NULL) {
            fclose(locks);
        }
        return 0;
    }
    file = arena_printf(cx->arena, " %02x:%02x:%ju ", major(st.st_dev), minor(st.st_dev),
                        (uintmax_t)st.st_ino);
    while (pid == 0 && fgets(line, sizeof line, locks) != NULL) {
        pid = holder_in(cx, line, file);
    }
    fclose(locks);
    return pid;
}

enum rc journal_holder_report(struct ctx *cx, int fd, const char *path)
{
    uint64_t pid = holder(cx, fd);
    const char *who =
        pid == 0 ? "another process" : arena_printf(cx->arena, "process %ju", (uintmax_t)pid);

    return diag_error(
        cx, NULL, arena_printf(cx->arena, "The journal %s is in use", path),
        "It is locked by %s, which works on the same plan. Wait for it to end, or end "
        "it, then run the same command again.",
        who);
}
