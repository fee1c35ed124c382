/* The bucket's own settings in a file, from which a lost bucket can be made again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "s3/s3_config.h"
#include "seedbank-bucket/audit.h"
#include "json/json_bytes.h"
#include "json/json_line.h"

static enum rc collect(struct audit *a, json_t *documents)
{
    struct ctx *cx = a->cli->cx;
    struct s3_target target = a->target;

    target.may_be_denied = true;
    for (const struct s3_config_part *part = s3_config_parts; part->name != NULL; part++) {
        struct str document = {NULL, 0};
        enum rc rc = s3_config_get(cx, &target, part, &document);
        if (rc == RC_FAIL) {
            return rc;
        }
        if (rc == RC_CONFLICT) {
            diag_warning(cx, NULL,
                         arena_printf(cx->arena, "The setting %s is not saved", part->name),
                         "These keys may not read it; allow %s.", part->permission);
        }
        if (rc == RC_OK) {
            json_bytes_set(documents, part->name, str_dup(cx->arena, document));
        }
    }
    return RC_OK;
}

/* The file appears whole or not at all, and for its owner alone: a policy tells who may do what. */
static bool write_file(const char *path, const char *text, struct arena *arena)
{
    char *temporary = arena_printf(arena, "%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    size_t n = strlen(text);
    bool fine = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0 &&
                rename(temporary, path) == 0;
    int cause = errno;

    if (fd >= 0) {
        close(fd);
        if (!fine) {
            unlink(temporary);
        }
    }
    errno = cause;
    return fine;
}

enum rc audit_config_save(struct audit *a)
{
    struct ctx *cx = a->cli->cx;
    const char *path = a->settings->save_config;
    json_t *documents = json_object();
    const char *text;
    enum rc rc = collect(a, documents);

    if (rc != RC_OK) {
        json_decref(documents);
        return rc;
    }
    text =
        json_line(cx->arena,
                  json_pack("{s:i, s:s, s:s, s:o}", "seedbank_bucket_config", 1, "bucket",
                            a->settings->bucket, "saved",
                            clock_rfc3339(cx->arena, (struct timespec){.tv_sec = (time_t)a->now_s}),
                            "documents", documents));
    text = arena_printf(cx->arena, "%s\n", text);
    if (!write_file(path, text, cx->arena)) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot save the settings in %s", path),
                          "%s.", strerror(errno));
    }
    cli_say(a->cli, "\nThe bucket's settings are in %s.", path);
    return RC_OK;
}
