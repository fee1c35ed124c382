/* Both listings, merged name by name. */
#include <string.h>

#include "base/crew.h"
#include "base/ctx.h"
#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/place_walk.h"
#include "seedbank-bucket/walk.h"

#define THREADS 32 /* the pace of the clients says how many of them ask at once */

struct side {
    struct place_walk *walk;           /* NULL: there is no bucket yet */
    const char *name;                  /* NULL: there is no more */
    const struct s3_list_entry *entry; /* of that name */
};

struct listing {
    struct copy *copy;
    struct crew *crew;
    struct side from, to;
};

/* ---- One side -------------------------------------------------------------------------------- */

static struct place_walk *walk_of(const struct copy *c, const struct s3_target *target,
                                  const struct bucket_place *place)
{
    return place_walk_new(&(struct place_walk_options){
        .cli = c->cli,
        .target = *target,
        .place = *place,
        .prefixes = c->settings->prefixes,
        .excludes = c->settings->excludes,
        .live = true,
        .doing = target == &c->from ? "comparing" : NULL,
    });
}

static enum rc advance(struct side *s)
{
    const char *key;
    enum rc rc = RC_OK;

    s->name = NULL;
    if (s->walk != NULL) {
        rc = place_walk_next(s->walk, &s->name, &key);
    }
    return rc == RC_OK && s->name != NULL ? walk_entry(place_walk_inner(s->walk), &s->entry) : rc;
}

/* ---- Both ------------------------------------------------------------------------------------ */

static enum rc add_one(struct listing *l, enum copy_kind kind, const struct side *s)
{
    struct copy *c = l->copy;
    struct copy_item item = {.kind = kind,
                             .name = s->name,
                             .size = s->entry->size,
                             .etag = s->entry->etag,
                             .there = kind == COPY_EXTRA ? s->entry->etag : ""};

    return copy_spool_add(c->cli->cx, c, &item);
}

static enum rc add_pair(struct ctx *cx, struct copy *c, const struct copy_pair *p, bool same)
{
    struct copy_item item = {.kind = same ? COPY_SAME : COPY_CHANGED,
                             .name = p->name,
                             .size = p->from.size,
                             .etag = p->from.etag,
                             .there = p->to.etag};

    return copy_spool_add(cx, c, &item);
}

static const void *copy_of_pair(struct arena *a, const void *item)
{
    struct copy_pair *p = arena_memdup(a, item, sizeof *p);

    p->name = arena_strdup(a, p->name);
    p->from.etag = arena_strdup(a, p->from.etag);
    p->to.etag = arena_strdup(a, p->to.etag);
    return p;
}

static enum rc look(struct ctx *cx, void *arg, const void *item)
{
    struct copy *c = arg;
    bool same = false, by_time = false;
    enum rc rc = copy_judge_look(cx, c, item, &same, &by_time);

    if (rc != RC_OK) {
        return rc;
    }
    if (by_time) {
        pthread_mutex_lock(&c->lock);
        c->by_time++;
        pthread_mutex_unlock(&c->lock);
    }
    return add_pair(cx, c, item, same);
}

static struct copy_side side_of(const struct s3_list_entry *e, int64_t ahead)
{
    return (struct copy_side){
        .etag = e->etag, .size = e->size, .modified = moment_of(e->modified) - ahead};
}

static enum rc judge(struct listing *l)
{
    struct copy *c = l->copy;
    struct copy_pair pair = {.name = l->from.name,
                             .from = side_of(l->from.entry, 0),
                             .to = side_of(l->to.entry, c->ahead)};
    enum copy_answer answer = copy_judge(&pair);

    return answer == COPY_ASK ? crew_give(c->cli->cx, l->crew, &pair)
                              : add_pair(c->cli->cx, c, &pair, answer == COPY_IS_SAME);
}

static int order(const struct listing *l)
{
    if (l->from.name == NULL || l->to.name == NULL) {
        return l->from.name != NULL ? -1 : 1;
    }
    return strcmp(l->from.name, l->to.name);
}

/* The name at hand, and on to the next. */
static enum rc step(struct listing *l)
{
    int first = order(l);
    enum rc rc = first < 0   ? add_one(l, COPY_NEW, &l->from)
                 : first > 0 ? add_one(l, COPY_EXTRA, &l->to)
                             : judge(l);

    if (first >= 0) {
        l->copy->live++;
    }
    if (rc == RC_OK && first <= 0) {
        rc = advance(&l->from);
    }
    if (rc == RC_OK && first >= 0) {
        rc = advance(&l->to);
    }
    return rc;
}

static enum rc merge(struct listing *l)
{
    struct cli *cli = l->copy->cli;
    enum rc rc = advance(&l->from);

    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(cli, &l->copy->from);
    }
    if (rc == RC_OK) {
        rc = advance(&l->to);
    }
    while (rc == RC_OK && (l->from.name != NULL || l->to.name != NULL)) {
        struct arena_mark mark = arena_mark(cli->cx->arena);
        rc = ctx_check(cli->cx);
        rc = rc == RC_OK ? step(l) : rc;
        arena_rewind(cli->cx->arena, mark);
    }
    return rc == RC_NOT_FOUND ? settings_no_bucket(cli, &l->copy->to) : rc;
}

enum rc copy_list(struct copy *c)
{
    struct listing l = {
        .copy = c,
        .from = {.walk = walk_of(c, &c->from, &c->from_place)},
        .to = {.walk = c->absent ? NULL : walk_of(c, &c->to, &c->to_place)},
    };
    const struct crew_options crew = {
        .threads = THREADS, .stop = c->cli->stop, .run = look, .arg = c, .copy = copy_of_pair};
    enum rc rc = copy_spool_begin(c), looked;

    if (rc != RC_OK) {
        return rc;
    }
    l.crew = crew_new(c->cli->cx, &crew);
    rc = merge(&l);
    looked = crew_end(c->cli->cx, l.crew);
    place_walk_end(l.from.walk);
    place_walk_end(l.to.walk);
    rc = rc == RC_OK ? looked : rc;
    return rc == RC_OK ? copy_spool_end(c) : rc;
}
