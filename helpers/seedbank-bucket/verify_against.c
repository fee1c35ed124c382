/* Against another place: each object as BUCKET has it now. And against nothing: what is there. */
#include "base/ctx.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/verify_private.h"
#include "seedbank-bucket/walk.h"

static enum rc open_against(struct verifying *v)
{
    struct arena *a = v->cli->cx->arena;
    const struct verify *s = v->settings;
    enum rc rc = verify_place_bucket(v);

    if (rc == RC_OK) {
        rc = verify_place_other(v, "--against", s->against);
    }
    if (rc == RC_OK) {
        rc = verify_place_now(v);
    }
    if (rc != RC_OK) {
        return rc;
    }
    v->want_texts = verify_texts_new(v);
    v->want_walk = place_walk_new(&(struct place_walk_options){.cli = v->cli,
                                                               .target = v->want.target,
                                                               .place = v->want.place,
                                                               .prefixes = v->prefixes,
                                                               .excludes = v->excludes,
                                                               .live = true,
                                                               .doing = "verifying"});
    v->as = arena_printf(a, "as in %s", place_text(a, &v->want.place));
    return RC_OK;
}

static enum rc next_against(struct verifying *v, struct verify_want *ret_want)
{
    struct arena *a = verify_texts_begin(&v->want_texts);
    const char *name = NULL, *key = NULL;
    const struct s3_list_entry *e = NULL;
    enum rc rc = place_walk_next(v->want_walk, &name, &key);

    if (rc == RC_OK && name != NULL) {
        rc = walk_entry(place_walk_inner(v->want_walk), &e);
    }
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(v->cli, &v->want.target);
    }
    if (rc != RC_OK) {
        return rc;
    }
    *ret_want = (struct verify_want){.name = NULL};
    if (name != NULL) {
        *ret_want = (struct verify_want){
            .name = arena_strdup(a, name),
            .is = {.kind = CHECK_CONTENT, .etag = arena_strdup(a, e->etag), .size = e->size},
            .modified = moment_of(e->modified),
        };
    }
    return RC_OK;
}

const struct verify_mode verify_by_against = {
    .option = "--against",
    .offset = offsetof(struct verify, against),
    .open = open_against,
    .next = next_against,
};

/* ---- Nothing --------------------------------------------------------------------------------- */

static enum rc open_nothing(struct verifying *v)
{
    enum rc rc = verify_place_bucket(v);

    v->separate = true;
    v->as = "there now";
    return rc == RC_OK ? verify_place_now(v) : rc;
}

static enum rc next_nothing(struct verifying *v, struct verify_want *ret_want)
{
    (void)v;
    *ret_want = (struct verify_want){.name = NULL};
    return RC_OK;
}

const struct verify_mode verify_by_nothing = {.open = open_nothing, .next = next_nothing};
