/* Both listings and the old manifest, merged key by key. */
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/copy_history.h"
#include "seedbank-bucket/history_merge.h"
#include "seedbank-bucket/place_walk.h"
#include "seedbank-bucket/walk.h"

/* One of the two listings. */
struct side {
    struct place_walk *walk; /* NULL: there is no bucket yet */
    const struct bucket_place *to;
    const char *key; /* that of the copy; NULL: there is no more */
};

struct listing {
    struct copy_history *history;
    struct side from, to;
    struct history_line known; /* of the old manifest, next; no key: there is no more */
    struct arena *known_arena, *ahead[2];
    struct history_writer *writer;
};

/* ---- One of the three ------------------------------------------------------------------------ */

static struct side side_of(const struct copy *c, const struct s3_target *target,
                           const struct bucket_place *place)
{
    return (struct side){.to = &c->to_place,
                         .walk = place_walk_new(&(struct place_walk_options){
                             .cli = c->cli,
                             .target = *target,
                             .place = *place,
                             .doing = target == &c->from ? "comparing" : NULL,
                         })};
}

/* The next key, in an arena of its own. */
static enum rc advance(struct side *s, struct arena **arena)
{
    const char *key = NULL, *name = NULL;
    enum rc rc = s->walk ? place_walk_next(s->walk, &name, &key) : RC_OK;

    s->key = NULL;
    if (rc == RC_OK && name != NULL) {
        arena_free(*arena);
        *arena = arena_new();
        s->key = place_key(*arena, s->to, name);
    }
    return rc;
}

static enum rc read_known(struct listing *l)
{
    struct copy_history *h = l->history;
    struct ctx *cx = h->copy->cli->cx;
    struct arena_mark mark = arena_mark(cx->arena);
    struct history_line line;
    enum rc rc = h->old ? history_file_next(cx, h->old, &line) : RC_NOT_FOUND;

    l->known.key = NULL;
    if (rc == RC_OK) {
        arena_free(l->known_arena);
        l->known_arena = arena_new();
        l->known = history_line_copy(l->known_arena, &line);
    }
    arena_rewind(cx->arena, mark);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static const char *first_of(const struct listing *l)
{
    const char *const keys[] = {l->from.key, l->to.key, l->known.key};
    const char *first = NULL;

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i] != NULL && (first == NULL || strcmp(keys[i], first) < 0)) {
            first = keys[i];
        }
    }
    return first;
}

/* ---- One key --------------------------------------------------------------------------------- */

static bool is_at(const char *key, const char *other)
{
    return other != NULL && strcmp(key, other) == 0;
}

static enum rc take_known(struct listing *l, struct arena *a, struct history_merge *key)
{
    enum rc rc = RC_OK;

    while (rc == RC_OK && is_at(key->key, l->known.key)) {
        history_lines_add(a, &key->old, &l->known);
        rc = read_known(l);
    }
    return rc;
}

static enum rc take_from(struct listing *l, struct arena *a, struct history_merge *key)
{
    const struct s3_list_entry *e = NULL;
    enum rc rc = RC_OK;

    if (!is_at(key->key, l->from.key)) {
        return RC_OK;
    }
    while ((rc = walk_entry(place_walk_inner(l->from.walk), &e)) == RC_OK && e != NULL) {
        history_versions_add(a, &key->source, e);
    }
    return rc == RC_OK ? advance(&l->from, &l->ahead[0]) : rc;
}

/* Down to the first that the manifest knows. */
static enum rc take_to(struct listing *l, struct arena *a, struct history_merge *key)
{
    const struct s3_list_entry *e = NULL;
    bool known = false;
    enum rc rc = RC_OK;

    if (!is_at(key->key, l->to.key)) {
        return RC_OK;
    }
    while (!known && (rc = walk_entry(place_walk_inner(l->to.walk), &e)) == RC_OK && e != NULL) {
        history_versions_add(a, &key->copy, e);
        known = history_lines_know(&key->old, e->version_id);
    }
    return rc == RC_OK ? advance(&l->to, &l->ahead[1]) : rc;
}

static void count(struct copy_history *h, const struct history_merge *in,
                  const struct history_merged *m)
{
    struct copy *c = h->copy;
    bool shows = in->source.n > 0 && !in->source.items[0].marker;

    c->live += m->live;
    c->counts[COPY_CHANGED].objects += m->overwritten;
    c->counts[COPY_EXTRA].objects += m->hidden;
    h->deleted += in->source.n > 0 && !shows;
    c->counts[COPY_NEW].objects += shows && !m->live;
    c->counts[COPY_SAME].objects += shows && m->live && !m->overwritten;
    h->keys += m->n_carry > 0;
    h->adopted += m->n_adopted;
    h->late += m->n_late;
    if (m->n_late > 0 && h->late_key == NULL) {
        h->late_key = arena_strdup(h->copy->cli->cx->arena, in->key);
    }
}

/* What is yet to be carried says so. */
static enum rc put(struct listing *l, struct history_merged *m)
{
    struct copy_history *h = l->history;
    enum rc rc = RC_OK;

    for (size_t i = 0; rc == RC_OK && i < m->lines.n; i++) {
        struct history_line *line = &m->lines.items[i];
        if (i < m->n_open && line->destination == NULL && line->why == NULL) {
            line->why = HISTORY_OPEN;
            h->versions += !line->marker;
            h->markers += line->marker;
            h->bytes += line->size;
        } else if (line->why != NULL && strcmp(line->why, HISTORY_OPEN) == 0) {
            line->why = HISTORY_GONE;
        }
        rc = history_file_add(h->copy->cli->cx, l->writer, line);
    }
    return rc;
}

static enum rc step(struct listing *l, struct arena *a, const char *key)
{
    struct copy_history *h = l->history;
    struct history_merge in = {.key = arena_strdup(a, key),
                               .found = h->head.made,
                               .hide_lost = h->copy->settings->delete_extra};
    struct history_merged m;
    enum rc rc = take_known(l, a, &in);

    if (rc == RC_OK) {
        rc = take_from(l, a, &in);
    }
    if (rc == RC_OK) {
        rc = take_to(l, a, &in);
    }
    if (rc == RC_OK) {
        m = history_merge(a, &in);
        count(h, &in, &m);
        rc = put(l, &m);
    }
    return rc;
}

/* ---- All of them ----------------------------------------------------------------------------- */

static enum rc begin(struct listing *l)
{
    struct cli *cli = l->history->copy->cli;
    enum rc rc = advance(&l->from, &l->ahead[0]);

    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(cli, &l->history->copy->from);
    }
    if (rc == RC_OK) {
        rc = advance(&l->to, &l->ahead[1]);
    }
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(cli, &l->history->copy->to);
    }
    return rc == RC_OK ? read_known(l) : rc;
}

static enum rc merge(struct listing *l)
{
    struct ctx *cx = l->history->copy->cli->cx;
    const char *key;
    enum rc rc = begin(l);

    while (rc == RC_OK && (key = first_of(l)) != NULL) {
        struct arena *a = arena_new();
        rc = ctx_check(cx);
        rc = rc == RC_OK ? step(l, a, key) : rc;
        arena_free(a);
    }
    return rc == RC_NOT_FOUND ? settings_no_bucket(l->history->copy->cli, &l->history->copy->from)
                              : rc;
}

enum rc copy_history_list(struct copy_history *h)
{
    struct copy *c = h->copy;
    struct ctx *cx = c->cli->cx;
    struct listing l = {
        .history = h,
        .from = side_of(c, &c->from, &c->from_place),
        .to = c->absent ? (struct side){.walk = NULL} : side_of(c, &c->to, &c->to_place),
        .known_arena = arena_new(),
        .ahead = {arena_new(), arena_new()},
    };
    struct history_totals totals;
    struct history_head head;
    FILE *file = NULL;
    enum rc rc = history_file_begin(cx, h->title, &h->head, &l.writer);

    if (rc == RC_OK) {
        rc = merge(&l);
    }
    place_walk_end(l.from.walk);
    place_walk_end(l.to.walk);
    arena_free(l.known_arena);
    arena_free(l.ahead[0]);
    arena_free(l.ahead[1]);
    if (rc == RC_OK) {
        rc = history_file_end(cx, l.writer, &totals, &file);
    }
    if (c->live == 0) { /* nothing can be emptied */
        c->counts[COPY_NEW].objects += h->deleted;
    }
    return rc == RC_OK ? history_file_read(cx, h->title, file, &head, &totals, &h->draft) : rc;
}
