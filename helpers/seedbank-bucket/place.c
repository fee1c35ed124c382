#include "seedbank-bucket/place.h"

#include <string.h>

#include "base/ctx.h"
#include "cli/cli.h"
#include "s3/s3_name.h"

#define MAX_KEY 1024

enum rc place_read(struct ctx *cx, const char *what, const char *text,
                   struct bucket_place *ret_place)
{
    size_t n = strcspn(text, "/");
    const char *prefix = text[n] == '/' ? text + n + 1 : "";
    const char *fault = s3_name_fault(cx->arena, (struct str){text, n});
    const char *summary = arena_printf(cx->arena, "%s is not BUCKET or BUCKET/PREFIX", what);

    if (str_starts(text, "s3://")) {
        return diag_error(cx, NULL, summary, "Leave out s3://: %s.", text + strlen("s3://"));
    }
    if (fault != NULL) {
        return diag_error(cx, NULL, summary,
                          "The bucket's name in %s %s: before the first slash "
                          "stands " S3_NAME_RULE ".",
                          text, fault);
    }
    prefix = arena_printf(cx->arena, "%s%s", prefix,
                          *prefix == '\0' || str_ends(prefix, "/") ? "" : "/");
    if (!place_key_fits(prefix)) {
        return diag_error(cx, NULL, summary,
                          "What stands after the bucket is longer than a key "
                          "can be, which is %d bytes.",
                          MAX_KEY);
    }
    *ret_place = (struct bucket_place){str_dup(cx->arena, (struct str){text, n}), prefix};
    return RC_OK;
}

enum rc place_argument(struct cli *cli, const char *what, const char *text,
                       struct bucket_place *ret_place)
{
    enum rc rc = place_read(cli->cx, what, text, ret_place);

    if (rc != RC_OK) {
        cli_outcome(cli, CLI_USAGE);
    }
    return rc;
}

const char *place_text(struct arena *a, const struct bucket_place *place)
{
    size_t n = strlen(place->prefix);
    bool folder = n > 1 && place->prefix[n - 2] != '/';

    return arena_printf(a, "%s%s%.*s", place->bucket, n > 0 ? "/" : "", (int)(folder ? n - 1 : n),
                        place->prefix);
}

const char *place_name(const struct bucket_place *place, const char *key)
{
    size_t n = strlen(place->prefix);

    return strncmp(key, place->prefix, n) == 0 && key[n] != '\0' ? key + n : NULL;
}

const char *place_key(struct arena *a, const struct bucket_place *place, const char *name)
{
    return arena_printf(a, "%s%s", place->prefix, name);
}

const char *place_map(struct arena *a, const struct bucket_place *from,
                      const struct bucket_place *to, const char *key)
{
    const char *name = place_name(from, key);

    return name != NULL ? place_key(a, to, name) : NULL;
}

bool place_key_fits(const char *key)
{
    return strlen(key) <= MAX_KEY;
}

bool place_overlap(const struct bucket_place *x, const struct bucket_place *y)
{
    return strcmp(x->bucket, y->bucket) == 0 &&
           (str_starts(x->prefix, y->prefix) || str_starts(y->prefix, x->prefix));
}
