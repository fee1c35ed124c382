/* Every name, in order: what it should be beside what is there, and what that comes to. */
#include <string.h>

#include "base/ctx.h"
#include "base/ring.h"
#include "seedbank-bucket/verify_private.h"
#include "seedbank-bucket/walk.h"

#define THREADS 32  /* the pace of the clients says how many of them ask at once */
#define SLOTS   256 /* names under way */

/* ---- On its way ------------------------------------------------------------------------------ */

static void copy_item(struct arena *a, void *ptr)
{
    struct verify_item *i = ptr;

    i->name = arena_strdup(a, i->name);
    i->want.version = arena_strdup_if(a, i->want.version);
    i->want.etag = arena_strdup_if(a, i->want.etag);
    i->want.sha256 = arena_strdup_if(a, i->want.sha256);
    i->found.id = arena_strdup_if(a, i->found.id);
    i->found.etag = arena_strdup_if(a, i->found.etag);
    i->sha256 = arena_strdup_if(a, i->sha256);
}

static enum rc run(struct ctx *cx, void *arg, struct arena *a, void *item)
{
    return verify_prove(cx, arg, a, item);
}

static enum rc take(struct ctx *cx, void *arg, const void *item)
{
    (void)cx;
    return verify_report(arg, item);
}

static enum rc give(struct verifying *v, const struct verify_want *want,
                    const struct check_found *found)
{
    struct verify_item item = {
        .name = want->name, .want = want->is, .found = *found, .modified = want->modified};
    const struct check_options options = {.same_ids = v->same_ids, .deep = v->settings->deep};
    bool sum;

    item.result = check(&item.want, &item.found, options);
    if (item.result.verdict == CHECK_FINE && v->mode == &verify_by_manifest) {
        item.sha256 = item.want.sha256;
    }
    sum = v->sums && found->there && item.sha256 == NULL && item.result.verdict != CHECK_DIFFERS;
    return ring_give(v->cli->cx, v->ring, &item, sum || item.result.verdict == CHECK_COMPARE);
}

/* ---- Both sides ------------------------------------------------------------------------------ */

struct found {
    const char *name; /* NULL: there are no more */
    struct check_found is;
};

static enum rc next_found(struct verifying *v, struct found *ret_found)
{
    struct arena *a = verify_texts_begin(&v->found_texts);
    struct found f = {.name = NULL};
    const struct s3_list_entry *e = NULL;
    const char *key = NULL;
    enum rc rc = v->separate ? place_walk_next(v->found_walk, &f.name, &key) : RC_OK;

    if (rc == RC_OK && f.name != NULL) {
        rc = walk_entry(place_walk_inner(v->found_walk), &e);
    }
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(v->cli, &v->found.target);
    }
    if (rc == RC_OK && f.name != NULL) {
        f.name = arena_strdup(a, f.name);
        f.is = (struct check_found){.there = !e->marker,
                                    .id = v->versions ? arena_strdup(a, e->version_id) : NULL,
                                    .etag = arena_strdup(a, e->etag),
                                    .size = e->size};
    }
    if (rc == RC_OK) {
        *ret_found = f;
    }
    return rc;
}

/* <0: only wanted; 0: both; >0: only found. */
static int order(const struct verify_want *want, const struct found *found)
{
    if (want->name == NULL || found->name == NULL) {
        return want->name != NULL ? -1 : 1;
    }
    return strcmp(want->name, found->name);
}

static enum rc one(struct verifying *v, struct verify_want *want, struct found *found)
{
    static const struct check_found nothing = {.there = false};
    const struct verify_want unwanted = {.name = found->name, .is = {.kind = CHECK_NOTHING}};
    int first = order(want, found);
    enum rc rc;

    if (first > 0) {
        rc = give(v, &unwanted, &found->is);
    } else {
        rc = give(v, want, first == 0 ? &found->is : v->separate ? &nothing : &want->found);
    }
    if (rc == RC_OK && first <= 0) {
        rc = v->mode->next(v, want);
    }
    if (rc == RC_OK && first >= 0) {
        rc = next_found(v, found);
    }
    return rc;
}

static enum rc merge(struct verifying *v)
{
    struct ctx *cx = v->cli->cx;
    struct verify_want want = {.name = NULL};
    struct found found = {.name = NULL};
    enum rc rc = v->mode->next(v, &want);

    if (rc == RC_OK) {
        rc = next_found(v, &found);
    }
    while (rc == RC_OK && (want.name != NULL || found.name != NULL)) {
        struct arena_mark mark = arena_mark(cx->arena);
        rc = ctx_check(cx);
        rc = rc == RC_OK ? one(v, &want, &found) : rc;
        arena_rewind(cx->arena, mark);
    }
    return rc;
}

enum rc verify_pass(struct verifying *v)
{
    enum rc rc;

    v->found_texts = verify_texts_new(v);
    if (v->separate) {
        v->found_walk = place_walk_new(
            &(struct place_walk_options){.cli = v->cli,
                                         .target = v->found.target,
                                         .place = v->found.place,
                                         .prefixes = v->prefixes,
                                         .excludes = v->excludes,
                                         .live = !v->versions,
                                         .sparse = true,
                                         .doing = v->want_walk ? NULL : "verifying"});
    }
    v->ring = ring_new(v->cli->cx, &(struct ring_options){.threads = THREADS,
                                                          .slots = SLOTS,
                                                          .size = sizeof(struct verify_item),
                                                          .copy = copy_item,
                                                          .run = run,
                                                          .take = take,
                                                          .arg = v});
    rc = ring_end(v->cli->cx, v->ring, merge(v));
    place_walk_end(v->want_walk);
    place_walk_end(v->found_walk);
    return rc;
}
