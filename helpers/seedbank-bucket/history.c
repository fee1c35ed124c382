#include "seedbank-bucket/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/history_file.h"
#include "seedbank-bucket/history_store.h"
#include "seedbank-bucket/history_view.h"
#include "seedbank-bucket/moment.h"

struct manifest {
    const char *prefix;
    struct history_head head;
    int64_t until, since;
    struct history_reader *reader;
};

struct history {
    struct manifest *items; /* in the order of their prefixes, none within another */
    size_t n, at;           /* the one that `ahead` is of */
    struct arena *ahead_arena;
    struct arena_mark ahead_fresh;
    struct history_line ahead; /* no key: nothing was read ahead, or there is no more */
    bool ended;

    struct arena *key_arena; /* of the key at hand */
    struct arena_mark key_fresh;
    struct history_view *view;         /* NULL: no manifest speaks of it */
    const struct s3_list_entry *plain; /* then: what the listing has, as it is */
};

/* ---- Opening --------------------------------------------------------------------------------- */

static bool meets(const char *prefix, const struct cli_texts *prefixes)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        if (str_starts(prefixes->items[i], prefix) || str_starts(prefix, prefixes->items[i])) {
            return true;
        }
    }
    return prefixes->n == 0;
}

static int64_t moment_or_none(const char *text)
{
    int64_t moment = 0;

    return moment_read(text, &moment) ? moment : 0;
}

static enum rc open_one(struct ctx *cx, const struct s3_target *target,
                        const struct history_object *object, struct manifest *ret_manifest)
{
    const char *title = arena_printf(cx->arena, "%s/%s", target->bucket, object->key);
    struct history_totals totals;
    struct manifest m = {.until = 0};
    FILE *file = NULL;
    enum rc rc = history_store_get(cx, target, object, &file);

    if (rc == RC_OK) {
        rc = history_file_read(cx, title, file, &m.head, &totals, &m.reader);
    }
    if (rc == RC_OK && strcmp(history_file_key(cx->arena, m.head.copy_prefix), object->key) != 0) {
        rc = diag_error(cx, NULL, arena_printf(cx->arena, "%s is of another place", title),
                        "It says that it is of the folder \"%s\". Remove it if it is a copy.",
                        cli_words_key(cx->arena, m.head.copy_prefix));
    }
    if (rc == RC_OK) {
        m.prefix = m.head.copy_prefix;
        m.until = moment_or_none(m.head.made);
        m.since = moment_or_none(m.head.since);
        *ret_manifest = m;
    }
    return rc;
}

static int compare(const void *x, const void *y)
{
    const struct manifest *a = x, *b = y;

    return strcmp(a->prefix, b->prefix);
}

/* `n` of them, sorted; one within another would have two words on a key. */
static enum rc check(struct ctx *cx, const struct history *h)
{
    for (size_t i = 1; i < h->n; i++) {
        if (str_starts(h->items[i].prefix, h->items[i - 1].prefix)) {
            return diag_error(cx, NULL, "Two history manifests speak of the same keys",
                              "One is of the folder \"%s\", the other of \"%s\". Remove the one "
                              "that is wrong from " HISTORY_FOLDER ".",
                              cli_words_key(cx->arena, h->items[i - 1].prefix),
                              cli_words_key(cx->arena, h->items[i].prefix));
        }
    }
    return RC_OK;
}

static enum rc open_all(struct ctx *cx, const struct s3_target *target,
                        const struct cli_texts *prefixes, const struct history_objects *objects,
                        struct history *h)
{
    enum rc rc = RC_OK;

    h->items = arena_array(cx->arena, objects->n, sizeof *h->items);
    for (size_t i = 0; i < objects->n && rc == RC_OK; i++) {
        const struct history_object *o = &objects->items[i];
        if (o->copy_prefix == NULL || meets(o->copy_prefix, prefixes)) {
            rc = open_one(cx, target, o, &h->items[h->n]);
            h->n += rc == RC_OK;
        }
    }
    if (rc == RC_OK && h->n > 0) {
        qsort(h->items, h->n, sizeof *h->items, compare);
        rc = check(cx, h);
    }
    return rc;
}

enum rc history_open(struct cli *cli, const struct s3_target *target,
                     const struct cli_texts *prefixes, struct history **ret_history)
{
    struct ctx *cx = cli->cx;
    struct history *h = arena_alloc(cx->arena, sizeof *h);
    struct history_objects objects;
    enum rc rc = history_store_list(cx, target, &objects);

    if (rc != RC_OK) {
        return rc;
    }
    rc = open_all(cx, target, prefixes, &objects, h);
    if (rc != RC_OK) {
        cli_outcome(cli, CLI_REFUSED);
        return RC_FAIL;
    }
    h->ahead_arena = arena_within(cx->arena);
    h->ahead_fresh = arena_mark(h->ahead_arena);
    h->key_arena = arena_within(cx->arena);
    h->key_fresh = arena_mark(h->key_arena);
    *ret_history = h->n > 0 ? h : NULL;
    return RC_OK;
}

static const struct manifest *of_key(const struct history *h, const char *key)
{
    for (size_t i = 0; i < h->n; i++) {
        if (str_starts(key, h->items[i].prefix)) {
            return &h->items[i];
        }
    }
    return NULL;
}

bool history_knows(const struct history *h, const char *key)
{
    return of_key(h, key) != NULL;
}

bool history_covers(const struct history *h, const struct cli_texts *prefixes)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        if (of_key(h, prefixes->items[i]) == NULL) {
            return false;
        }
    }
    return prefixes->n > 0 || of_key(h, "") != NULL;
}

int64_t history_until(const struct history *h)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < h->n; i++) {
        first = h->items[i].until < first ? h->items[i].until : first;
    }
    return first;
}

int64_t history_since(const struct history *h)
{
    int64_t last = 0;

    for (size_t i = 0; i < h->n; i++) {
        last = h->items[i].since > last ? h->items[i].since : last;
    }
    return last;
}

const char *history_text(struct arena *a, const struct history *h)
{
    const char *text = "";

    for (size_t i = 0; i < h->n; i++) {
        const struct history_head *head = &h->items[i].head;
        text = arena_printf(a, "%s%s%s%s%s at %s, as of %s", text, i ? "; " : "", head->bucket,
                            *head->prefix ? "/" : "", cli_words_key(a, head->prefix),
                            head->endpoint, head->made);
    }
    return text;
}

/* ---- Key by key ------------------------------------------------------------------------------ */

void history_rewind(struct history *h)
{
    for (size_t i = 0; i < h->n; i++) {
        history_file_rewind(h->items[i].reader);
    }
    h->at = 0;
    h->ended = false;
    h->ahead.key = NULL;
    h->view = NULL;
}

/* The next line of all manifests, to `ahead`. */
static enum rc read_ahead(struct ctx *cx, struct history *h)
{
    struct arena_mark mark = arena_mark(cx->arena);
    struct history_line line;
    enum rc rc = RC_NOT_FOUND;

    while (h->at < h->n &&
           (rc = history_file_next(cx, h->items[h->at].reader, &line)) == RC_NOT_FOUND) {
        h->at++;
    }
    arena_rewind(h->ahead_arena, h->ahead_fresh);
    h->ahead_fresh = arena_mark(h->ahead_arena);
    h->ahead.key = NULL;
    if (rc == RC_OK) {
        h->ahead = history_line_copy(h->ahead_arena, &line);
    }
    h->ended = rc == RC_NOT_FOUND;
    arena_rewind(cx->arena, mark);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc history_peek(struct ctx *cx, struct history *h, const char **ret_key)
{
    enum rc rc = h->ahead.key == NULL && !h->ended ? read_ahead(cx, h) : RC_OK;

    *ret_key = rc == RC_OK ? h->ahead.key : NULL;
    return rc;
}

void history_pass(struct history *h)
{
    h->ahead.key = NULL;
}

/* Its lines; those of keys before it are passed over. */
static enum rc read_lines(struct ctx *cx, struct history *h, const char *key,
                          struct history_lines *lines)
{
    const char *next = NULL;
    int by = -1;
    enum rc rc;

    while ((rc = history_peek(cx, h, &next)) == RC_OK && next != NULL &&
           (by = strcmp(next, key)) <= 0) {
        if (by == 0) {
            history_lines_add(h->key_arena, lines, &h->ahead);
        }
        h->ahead.key = NULL;
    }
    return rc;
}

enum rc history_begin(struct ctx *cx, struct history *h, const char *key)
{
    const struct manifest *m = of_key(h, key);
    struct history_view_options options = {.lines = {.n = 0}};
    enum rc rc;

    arena_rewind(h->key_arena, h->key_fresh);
    h->key_fresh = arena_mark(h->key_arena);
    h->view = NULL;
    if (m == NULL) {
        return RC_OK;
    }
    options.until = m->until;
    options.since = m->since;
    rc = read_lines(cx, h, key, &options.lines);
    if (rc == RC_OK) {
        h->view = history_view_new(h->key_arena, &options);
    }
    return rc;
}

void history_take(struct history *h, const struct s3_list_entry *entry)
{
    if (h->view != NULL) {
        history_view_take(h->view, entry);
    } else {
        h->plain = entry;
    }
}

bool history_next(struct history *h, struct s3_list_entry *ret_entry)
{
    if (h->view != NULL) {
        return history_view_next(h->view, ret_entry);
    }
    if (h->plain == NULL) {
        return false;
    }
    *ret_entry = *h->plain;
    h->plain = NULL;
    return true;
}

const char *history_doubt(const struct history *h, int64_t at)
{
    return h->view ? history_view_doubt(h->view, at) : NULL;
}
