/* Where the two things are that are compared. */
#include <string.h>

#include "base/ctx.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/verify_private.h"

enum rc verify_place_refuse(struct verifying *v, const char *summary)
{
    cli_outcome(v->cli, CLI_USAGE);
    return diag_error(v->cli->cx, NULL, summary, "See %s verify --help. Nothing was done.",
                      v->cli->program->name);
}

static enum rc read_place(struct verifying *v, const char *what, const char *text,
                          struct bucket_place *ret_place)
{
    enum rc rc = place_read(v->cli->cx, what, text, ret_place);

    if (rc == RC_FAIL) {
        cli_outcome(v->cli, CLI_USAGE);
    }
    return rc;
}

enum rc verify_place_bucket(struct verifying *v)
{
    const struct verify *s = v->settings;
    enum rc rc = read_place(v, "BUCKET", s->bucket, &v->want.place);

    if (rc == RC_OK) {
        rc = settings_target(v->cli, &s->server, v->want.place.bucket, &v->want.target);
    }
    v->found = v->want;
    v->one_server = v->same_ids = true;
    v->prefixes = s->prefixes;
    v->excludes = s->excludes;
    return rc;
}

enum rc verify_place_other(struct verifying *v, const char *option, const char *text)
{
    struct arena *a = v->cli->cx->arena;
    const struct verify *s = v->settings;
    enum rc rc = read_place(v, option, text, &v->found.place);

    if (rc == RC_OK) {
        rc = settings_target_of(v->cli, &settings_against, &s->other, &s->server,
                                v->found.place.bucket, &v->found.target);
    }
    if (rc != RC_OK) {
        return rc;
    }
    v->separate = true;
    v->one_server = strcmp(s3_client_url(a, v->want.target.client),
                           s3_client_url(a, v->found.target.client)) == 0;
    v->same_ids = false;
    if (v->one_server &&
        strcmp(place_text(a, &v->want.place), place_text(a, &v->found.place)) == 0) {
        return verify_place_refuse(
            v, arena_printf(a, "%s names what BUCKET names: nothing would be proven", option));
    }
    return RC_OK;
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
