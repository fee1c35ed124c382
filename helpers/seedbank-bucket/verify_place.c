/* Where the two things are that are compared. */
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/verify_private.h"

enum rc verify_place_refuse(struct verifying *v, const char *summary)
{
    struct arena *a = v->cli->cx->arena;

    return cli_misuse(v->cli, summary,
                      arena_printf(a, "See %s verify --help.", v->cli->program->name));
}

enum rc verify_place_bucket(struct verifying *v)
{
    const struct verify *s = v->settings;
    enum rc rc = place_argument(v->cli, "BUCKET", s->bucket, &v->want.place);

    if (rc == RC_OK) {
        rc = settings_target(v->cli, &s->server, v->want.place.bucket, &v->want.target);
    }
    v->found = v->want;
    v->one_server = v->same_ids = true;
    v->prefixes = s->prefixes;
    v->excludes = s->excludes;
    return rc;
}

/* What is compared cannot hold what it is compared with: a folder of the same bucket is left out.
 */
static void leave_out(struct verifying *v)
{
    struct arena *a = v->cli->cx->arena;
    const char *x = v->want.place.prefix, *y = v->found.place.prefix;
    const char **items = arena_array(a, v->excludes.n + 1, sizeof *items);

    if (!place_overlap(&v->want.place, &v->found.place)) {
        return;
    }
    for (size_t i = 0; i < v->excludes.n; i++) {
        items[i] = v->excludes.items[i];
    }
    items[v->excludes.n] = str_starts(y, x) ? y + strlen(x) : x + strlen(y);
    v->excludes = (struct cli_texts){items, v->excludes.n + 1};
}

enum rc verify_place_elsewhere(struct verifying *v, const char *option)
{
    struct arena *a = v->cli->cx->arena;

    v->separate = true;
    v->one_server = strcmp(s3_client_url(a, v->want.target.client),
                           s3_client_url(a, v->found.target.client)) == 0;
    v->same_ids = false;
    if (!v->one_server || strcmp(v->want.place.bucket, v->found.place.bucket) != 0) {
        return RC_OK;
    }
    if (strcmp(v->want.place.prefix, v->found.place.prefix) == 0) {
        return verify_place_refuse(
            v, arena_printf(a, "%s names what BUCKET names: nothing would be proven", option));
    }
    leave_out(v);
    return RC_OK;
}

enum rc verify_place_other(struct verifying *v, const char *option, const char *text)
{
    const struct verify *s = v->settings;
    enum rc rc = place_argument(v->cli, option, text, &v->found.place);

    if (rc == RC_OK) {
        rc = settings_target_of(v->cli,
                                &(struct settings_of){&settings_against, &s->other, &s->server},
                                v->found.place.bucket, &v->found.target);
    }
    return rc == RC_OK ? verify_place_elsewhere(v, option) : rc;
}

enum rc verify_place_now(struct verifying *v)
{
    struct ctx *cx = v->cli->cx;
    struct s3_target target = v->want.target;
    struct s3_versioning versioning = {.date = 0};
    enum rc rc;

    target.may_be_denied = true;
    rc = s3_versioning_get(cx, &target, &versioning);
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(v->cli, &target);
    }
    if (rc == RC_FAIL) {
        return rc;
    }
    v->now = versioning.date > 0 ? versioning.date * MOMENT_SECOND
                                 : moment_of(cx->clock->now(cx->clock));
    return RC_OK;
}

struct verify_texts verify_texts_new(struct verifying *v)
{
    struct arena *a = arena_within(v->cli->cx->arena);

    return (struct verify_texts){a, arena_mark(a)};
}

struct arena *verify_texts_begin(struct verify_texts *t)
{
    arena_rewind(t->arena, t->fresh);
    t->fresh = arena_mark(t->arena);
    return t->arena;
}
