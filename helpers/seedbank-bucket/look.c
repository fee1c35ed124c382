#include "seedbank-bucket/look.h"

#include <string.h>

#include "base/ctx.h"
#include "s3/s3_list.h"

#define PAGE       1000u /* the most that servers give */
#define SKIP       1000  /* entries that nobody wants, after which a listing is given up */
#define WORTH      16    /* keys that one listing must find to be worth it */
#define MAX_SINGLE 512   /* keys asked for one by one before a listing is tried again */

struct walk {
    const struct look *look;
    size_t at; /* keys before it are finished */
    size_t skipped;
    bool single; /* only the key at `at` is wanted */
};

static void keep(struct walk *w, struct look_key *k, const struct s3_list_entry *e)
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

/* RC_CONFLICT ends the listing: it has found all, or goes on among what nobody wants. */
static enum rc visit(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    struct walk *w = arg;
    const struct look *l = w->look;
    size_t end = w->single ? w->at + 1 : l->n;

    (void)cx;
    while (w->at < end && strcmp(l->keys[w->at].key, e->key) < 0) {
        w->at++;
    }
    if (w->at == end) {
        return RC_CONFLICT;
    }
    if (strcmp(l->keys[w->at].key, e->key) == 0 && !l->keys[w->at].seen) {
        keep(w, &l->keys[w->at], e);
        w->skipped = 0;
    } else {
        w->skipped++;
    }
    return w->skipped > SKIP || (l->keys[w->at].seen && w->at + 1 == end) ? RC_CONFLICT : RC_OK;
}

/* The key at `at` alone: it is the first of those that begin with it. */
static enum rc look_at_one(struct ctx *cx, struct walk *w)
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
    enum rc rc;

    w->single = true;
    w->skipped = 0;
    rc = s3_list_versions(cx, l->target->client, &options, (struct s3_list_visitor){visit, w});
    w->single = false;
    w->at = at + 1;
    return rc == RC_CONFLICT ? RC_OK : rc;
}

/* All that follow, as long as they are met often enough. */
static enum rc look_at_many(struct ctx *cx, struct walk *w)
{
    const struct look *l = w->look;
    struct s3_list_options options = {
        .bucket = l->target->bucket,
        .start_after = l->keys[w->at - 1].key,
        .expected_owner = l->target->expected_owner,
        .page_size = PAGE,
    };
    enum rc rc;

    w->skipped = 0;
    rc = s3_list_versions(cx, l->target->client, &options, (struct s3_list_visitor){visit, w});
    if (rc == RC_OK) {
        w->at = l->n; /* the bucket ends here */
    } else if (rc == RC_CONFLICT && w->at < l->n && l->keys[w->at].seen) {
        w->at++;
    }
    return rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc look_up(struct ctx *cx, const struct look *look)
{
    struct walk w = {.look = look};
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
