#include "seedbank-bucket/place_walk.h"

#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/walk.h"

struct place_walk {
    struct place_walk_options options;
    struct walk *walk;
    struct arena *arena; /* of `last` */
    char *last;          /* name */
    size_t room;
};

/* Those of names, as keys begin there. */
static struct cli_texts there(struct arena *a, const struct bucket_place *place,
                              const struct cli_texts *names)
{
    struct cli_texts t = {arena_array(a, names->n + 1, sizeof *t.items), names->n};

    for (size_t i = 0; i < names->n; i++) {
        t.items[i] = place_key(a, place, names->items[i]);
    }
    return t;
}

struct cli_texts place_walk_prefixes(struct arena *a, const struct bucket_place *place,
                                     const struct cli_texts *names)
{
    struct cli_texts prefixes = there(a, place, names);

    if (prefixes.n == 0 && *place->prefix != '\0') {
        prefixes.items[prefixes.n++] = place->prefix;
    }
    return walk_tidy(a, &prefixes);
}

struct place_walk *place_walk_new(const struct place_walk_options *o)
{
    struct arena *a = o->cli->cx->arena;
    struct place_walk *w = arena_alloc(a, sizeof *w);

    w->options = *o;
    w->arena = arena_within(a);
    w->walk =
        walk_new(&(struct walk_options){.cli = o->cli,
                                        .target = o->target,
                                        .prefixes = place_walk_prefixes(a, &o->place, &o->prefixes),
                                        .excludes = there(a, &o->place, &o->excludes),
                                        .live = o->live,
                                        .history = o->history,
                                        .doing = o->doing});
    return w;
}

static enum rc refuse_order(struct place_walk *w, const char *key)
{
    struct ctx *cx = w->options.cli->cx;

    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "The listing of bucket %s is not in order",
                                   w->options.target.bucket),
                      "The key %s came behind one that it belongs before. Two listings can only be "
                      "compared in the order of their bytes. Nothing was changed.",
                      cli_words_key(cx->arena, key));
}

static bool is_behind(const struct place_walk *w, const char *name)
{
    return w->last == NULL || strcmp(w->last, name) < 0;
}

static void keep_last(struct place_walk *w, const char *name)
{
    size_t n = strlen(name) + 1;

    if (n > w->room) {
        w->room = 2 * n;
        w->last = arena_alloc(w->arena, w->room);
    }
    memcpy(w->last, name, n);
}

enum rc place_walk_next(struct place_walk *w, const char **ret_name, const char **ret_key)
{
    const char *key = NULL, *name = NULL;
    enum rc rc = RC_OK;

    while (rc == RC_OK && name == NULL) {
        rc = walk_key(w->walk, &key);
        if (rc != RC_OK || key == NULL) {
            break;
        }
        name = place_name(&w->options.place, key);
        if (name != NULL && str_starts(name, WALK_RESERVED) && *w->options.place.prefix != '\0') {
            name = NULL; /* our own records, in one of the two places at least */
        }
    }
    if (rc == RC_OK && name != NULL && !is_behind(w, name)) {
        rc = refuse_order(w, key);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (name != NULL) {
        keep_last(w, name);
    }
    *ret_name = name;
    *ret_key = key;
    return RC_OK;
}

struct walk *place_walk_inner(struct place_walk *w)
{
    return w->walk;
}

void place_walk_end(struct place_walk *w)
{
    if (w != NULL) {
        walk_end(w->walk);
    }
}
