#include "seedbank-bucket/look.h"

#include <string.h>

#include "base/ctx.h"
#include "s3/s3_list.h"

#define PAGE       1000u /* the most that servers give */
#define SKIP       1000  /* entries that nobody wants, after which a listing is given up */
#define WORTH      16    /* keys that one listing must find to be worth it */
#define MAX_SINGLE 512   /* keys asked for one by one before a listing is tried again */

struct looking {
    const struct look *look;
    size_t at; /* keys before it are finished */
    size_t skipped;
    bool single; /* only the key at `at` is wanted */
};

static void keep(struct looking *w, struct look_key *k, const struct s3_list_entry *e)
{
    struct arena *a = w->look->into;

    if (k->n == k->room) {
        size_t room = k->room ? 2 * k->room : 4;
        struct judge_entry *more = arena_array(a, room, sizeof *more);
        for (size_t i = 0; i < k->n; i++) {
            more[i] = k->entries[i];
        }
        k->entries = more;
        k->room = room;
    }
    k->entries[k->n++] = (struct judge_entry){
        .id = arena_strdup(a, e->version_id),
        .etag = arena_strdup(a, e->etag),
        .modified = arena_strdup(a, e->last_modified),
        .size = e->size,
        .marker = e->marker,
    };
    k->seen = k->n == k->depth || (k->last != NULL && strcmp(e->version_id, k->last) == 0);
}

/* False: the listing has shown all, or goes on among what nobody wants. */
static bool take(struct looking *w, const struct s3_list_entry *e)
{
    const struct look *l = w->look;
    size_t end = w->single ? w->at + 1 : l->n;

    while (w->at < end && strcmp(l->keys[w->at].key, e->key) < 0) {
        w->at++;
    }
    if (w->at == end) {
        return false;
    }
    if (strcmp(l->keys[w->at].key, e->key) == 0 && !l->keys[w->at].seen) {
        keep(w, &l->keys[w->at], e);
        w->skipped = 0;
    } else {
        w->skipped++;
    }
    return w->skipped <= SKIP && !(l->keys[w->at].seen && w->at + 1 == end);
}

/* *ret_ended: the listing came to its end. */
static enum rc list(struct ctx *cx, struct looking *w, const struct s3_list_options *options,
                    bool *ret_ended)
{
    struct arena_mark mark = arena_mark(cx->arena);
    struct s3_list *list = s3_list_new(cx, w->look->target->client, options);
    const struct s3_list_entry *e;
    enum rc rc;

    w->skipped = 0;
    while ((rc = s3_list_next(cx, list, &e)) == RC_OK && e != NULL && take(w, e)) {
    }
    *ret_ended = e == NULL;
    arena_rewind(cx->arena, mark);
    return rc;
}

/* The key at `at` alone: it is the first of those that begin with it. */
static enum rc look_at_one(struct ctx *cx, struct looking *w)
{
    const struct look *l = w->look;
    struct look_key *k = &l->keys[w->at];
    size_t at = w->at, page = k->depth < PAGE ? k->depth + 1 : PAGE;
    struct s3_list_options options = {
        .bucket = l->target->bucket,
        .prefix = k->key,
        .expected_owner = l->target->expected_owner,
        .page_size = (unsigned)page,
    };
    bool ended;
    enum rc rc;

    w->single = true;
    rc = list(cx, w, &options, &ended);
    w->single = false;
    w->at = at + 1;
    return rc;
}

/* All that follow, as long as they are met often enough. */
static enum rc look_at_many(struct ctx *cx, struct looking *w)
{
    const struct look *l = w->look;
    struct s3_list_options options = {
        .bucket = l->target->bucket,
        .start_after = l->keys[w->at - 1].key,
        .expected_owner = l->target->expected_owner,
        .page_size = PAGE,
    };
    bool ended;
    enum rc rc = list(cx, w, &options, &ended);

    if (rc == RC_OK && ended) {
        w->at = l->n;
    } else if (rc == RC_OK && w->at < l->n && l->keys[w->at].seen) {
        w->at++;
    }
    return rc;
}

enum rc look_up(struct ctx *cx, const struct look *look)
{
    struct looking w = {.look = look};
    size_t singles = 0, run = 1;
    enum rc rc = RC_OK;

    while (rc == RC_OK && w.at < look->n) {
        size_t before;
        rc = look_at_one(cx, &w);
        if (rc != RC_OK || w.at == look->n || ++singles < run) {
            continue;
        }
        before = w.at;
        rc = look_at_many(cx, &w);
        run = w.at - before >= WORTH ? 1 : 2 * run;
        run = run > MAX_SINGLE ? MAX_SINGLE : run;
        singles = 0;
    }
    return rc;
}
