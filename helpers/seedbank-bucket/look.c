#include "seedbank-bucket/look.h"

#include <pthread.h>
#include <string.h>

#include "base/crew.h"
#include "base/ctx.h"
#include "s3/s3_list.h"

#define PAGE       1000u /* the most that servers give */
#define WORTH      16    /* keys that one listing must find to be worth it */
#define MAX_SINGLE 512   /* keys asked for one by one before a listing is tried again */
#define THREADS    32    /* at most, for those; the pace of the client says how many of them ask */
#define PAGE_LEAST 100u  /* a page for few keys: so many entries, and */
#define PER_KEY    4u    /* so many for each */

struct looking {
    const struct look *look;
    size_t at;             /* keys before it are finished */
    size_t skipped;        /* entries that nobody wants; a wanted one makes up for some */
    size_t patience;       /* so many of them, and a listing is given up */
    bool single;           /* only the key at `at` is wanted */
    pthread_mutex_t *lock; /* of the look's arena; NULL: nobody else writes into it */
};

static void add(struct arena *a, struct look_key *k, const struct s3_list_entry *e)
{
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
}

static void keep(struct looking *w, struct look_key *k, const struct s3_list_entry *e)
{
    if (w->lock != NULL) {
        pthread_mutex_lock(w->lock);
    }
    add(w->look->into, k, e);
    if (w->lock != NULL) {
        pthread_mutex_unlock(w->lock);
    }
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
        w->skipped -= w->skipped < w->patience / WORTH ? w->skipped : w->patience / WORTH;
    } else {
        w->skipped++;
    }
    return w->skipped < w->patience && !(l->keys[w->at].seen && w->at + 1 == end);
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
    w->patience = options->page_size;
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

/* ---- Many, each by itself -------------------------------------------------------------------- */

struct apart {
    const struct look *look;
    pthread_mutex_t lock; /* of the look's arena, and of: */
    bool gone;            /* the bucket */
};

static enum rc run(struct ctx *cx, void *arg, const void *item)
{
    struct apart *p = arg;
    struct looking w = {.look = p->look, .at = *(const size_t *)item, .lock = &p->lock};
    enum rc rc = look_at_one(cx, &w);

    if (rc == RC_NOT_FOUND) {
        pthread_mutex_lock(&p->lock);
        p->gone = true;
        pthread_mutex_unlock(&p->lock);
        return RC_OK;
    }
    return rc;
}

static const void *copy(struct arena *a, const void *item)
{
    return arena_memdup(a, item, sizeof(size_t));
}

static unsigned useful(void *arg)
{
    const struct apart *p = arg;

    return s3_client_window(p->look->target->client);
}

/* The next n keys. */
static enum rc look_at_each(struct ctx *cx, struct looking *w, size_t n)
{
    struct apart p = {.look = w->look};
    struct crew_options options = {
        .threads = THREADS, .run = run, .arg = &p, .useful = useful, .copy = copy};
    struct crew *crew;
    enum rc rc = RC_OK, end;

    if (n == 1) {
        return look_at_one(cx, w);
    }
    pthread_mutex_init(&p.lock, NULL);
    crew = crew_new(cx, &options);
    for (; n > 0 && rc == RC_OK; n--) {
        rc = crew_give(cx, crew, &w->at);
        w->at++;
    }
    end = crew_end(cx, crew);
    pthread_mutex_destroy(&p.lock);
    rc = rc == RC_OK ? end : rc;
    return rc == RC_OK && p.gone ? RC_NOT_FOUND : rc;
}

/* ---- Many in one listing ----------------------------------------------------------------------
 */

/* All that follow, as long as they are met often enough. */
static enum rc look_at_many(struct ctx *cx, struct looking *w)
{
    const struct look *l = w->look;
    size_t page = PAGE_LEAST + PER_KEY * (l->n - w->at);
    struct s3_list_options options = {
        .bucket = l->target->bucket,
        .start_after = l->keys[w->at - 1].key,
        .expected_owner = l->target->expected_owner,
        .page_size = page < PAGE ? (unsigned)page : PAGE,
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
    size_t apart = look->apart != NULL ? atomic_load(look->apart) : 0;
    enum rc rc = RC_OK;

    apart = apart > 0 ? apart : 1;
    while (rc == RC_OK && w.at < look->n) {
        size_t before, left = look->n - w.at;
        rc = look_at_each(cx, &w, apart < left ? apart : left);
        if (rc != RC_OK || w.at == look->n) {
            break;
        }
        before = w.at;
        rc = look_at_many(cx, &w);
        apart = w.at - before >= WORTH ? 1 : 2 * apart;
        apart = apart > MAX_SINGLE ? MAX_SINGLE : apart;
    }
    if (look->apart != NULL) { /* not for ever where each look is smaller than that */
        atomic_store(look->apart, apart > 1 ? apart / 2 : 1);
    }
    return rc;
}
