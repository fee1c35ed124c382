#include "seedbank-bucket/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_progress.h"
#include "cli/cli_words.h"
#include "s3/s3_list_live.h"
#include "seedbank-bucket/history.h"

#define COUNT_EVERY 500 /* entries between two words to the progress line */

struct walk {
    struct walk_options options;
    struct s3_list **lists; /* one for each prefix */
    size_t n, at;
    const struct s3_list_entry *ahead; /* the last one read */
    bool given;                        /* `ahead` was */
    struct s3_list_entry shown;        /* the same as a history has it */
    uint64_t entries, before;          /* before: when the list at hand was begun */
    struct cli_progress *progress;

    struct arena *arena; /* of `key`, which outlives the rewinds of who asks */
    char *key;           /* the one at hand; NULL: none was begun */
    size_t room;
};

static int compare(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

struct cli_texts walk_tidy(struct arena *a, const struct cli_texts *prefixes)
{
    struct cli_texts t = {arena_array(a, prefixes->n, sizeof *t.items), 0};
    const char **sorted = arena_array(a, prefixes->n, sizeof *sorted);

    for (size_t i = 0; i < prefixes->n; i++) {
        sorted[i] = prefixes->items[i];
    }
    qsort(sorted, prefixes->n, sizeof *sorted, compare);
    for (size_t i = 0; i < prefixes->n; i++) {
        if (t.n == 0 || !str_starts(sorted[i], t.items[t.n - 1])) {
            t.items[t.n++] = sorted[i];
        }
    }
    return t;
}

struct walk *walk_new(const struct walk_options *options)
{
    struct cli *cli = options->cli;
    struct walk *w = arena_alloc(cli->cx->arena, sizeof *w);
    const struct cli_texts *prefixes = &options->prefixes;

    w->options = *options;
    if (options->history != NULL) {
        history_rewind(options->history);
    }
    w->arena = arena_within(cli->cx->arena);
    w->n = prefixes->n ? prefixes->n : 1;
    w->lists = arena_array(cli->cx->arena, w->n, sizeof *w->lists);
    for (size_t i = 0; i < w->n; i++) {
        const struct s3_list_options list = {
            .bucket = options->target.bucket,
            .prefix = prefixes->n ? prefixes->items[i] : NULL,
            .start_after = options->after,
            .until = options->until,
            .expected_owner = options->target.expected_owner,
        };
        w->lists[i] = options->live ? s3_list_live_new(cli->cx, options->target.client, &list)
                                    : s3_list_new(cli->cx, options->target.client, &list);
    }
    if (options->doing) {
        w->progress = cli_progress_begin(
            cli, &(struct cli_progress_options){.doing = options->doing,
                                                .items = options->live ? "objects" : "versions"});
    }
    return w;
}

static void warn_empty(struct walk *w)
{
    struct ctx *cx = w->options.cli->cx;

    if (!w->options.sparse && w->n > 1 && w->entries == w->before) {
        diag_warning(cx, NULL, "No key begins with one of the prefixes",
                     "There are neither versions nor delete markers under \"%s\".",
                     cli_words_key(cx->arena, w->options.prefixes.items[w->at]));
    }
}

/* The next entry of all lists, to `ahead`. NULL: there is no more. */
static enum rc read_ahead(struct walk *w)
{
    struct ctx *cx = w->options.cli->cx;
    enum rc rc = RC_OK;

    w->ahead = NULL;
    while (rc == RC_OK && w->ahead == NULL && w->at < w->n) {
        rc = s3_list_next(cx, w->lists[w->at], &w->ahead);
        if (rc == RC_OK && w->ahead == NULL) {
            warn_empty(w);
            w->before = w->entries;
            w->at++;
        }
    }
    if (w->ahead != NULL && ++w->entries % COUNT_EVERY == 0 && w->progress != NULL) {
        cli_progress_add(w->progress, COUNT_EVERY, 0);
    }
    return rc;
}

static bool goes_on(const struct walk *w)
{
    return w->ahead != NULL && w->key != NULL && strcmp(w->ahead->key, w->key) == 0;
}

static bool is_left_out(const struct walk *w, const char *key)
{
    const struct cli_texts *prefixes = &w->options.prefixes;

    if (cli_texts_begin(&w->options.excludes, key)) {
        return true;
    }
    return str_starts(key, WALK_RESERVED) &&
           !(prefixes->n > 0 && str_starts(prefixes->items[w->at], WALK_RESERVED));
}

static void begin_key(struct walk *w, const char *key)
{
    size_t n = strlen(key) + 1;

    if (n > w->room) {
        w->room = 2 * n;
        w->key = arena_alloc(w->arena, w->room);
    }
    memcpy(w->key, key, n);
}

/* Of a key that only the history knows. */
static bool is_wanted(const struct walk *w, const char *key)
{
    const struct walk_options *o = &w->options;

    return (o->prefixes.n == 0 || cli_texts_begin(&o->prefixes, key)) &&
           !cli_texts_begin(&o->excludes, key) && (o->after == NULL || strcmp(key, o->after) > 0) &&
           (o->until == NULL || strcmp(key, o->until) <= 0);
}

/* The next key of listing and history, which is begun there. NULL: there is no more. */
static enum rc next_of_both(struct walk *w, const char **ret_key)
{
    struct history *h = w->options.history;
    struct ctx *cx = w->options.cli->cx;
    const char *known = NULL, *next = w->ahead ? w->ahead->key : NULL;
    enum rc rc = h ? history_peek(cx, h, &known) : RC_OK;

    while (rc == RC_OK && known != NULL && !is_wanted(w, known)) {
        history_pass(h);
        rc = history_peek(cx, h, &known);
    }
    if (known != NULL && (next == NULL || strcmp(known, next) < 0)) {
        next = known;
    }
    if (rc == RC_OK && next != NULL) {
        begin_key(w, next);
        *ret_key = w->key;
        rc = h ? history_begin(cx, h, w->key) : RC_OK;
    }
    return rc;
}

enum rc walk_key(struct walk *w, const char **ret_key)
{
    enum rc rc = w->key == NULL ? read_ahead(w) : RC_OK;

    *ret_key = NULL;
    w->given = false;
    while (rc == RC_OK && w->ahead != NULL && (goes_on(w) || is_left_out(w, w->ahead->key))) {
        rc = read_ahead(w);
    }
    return rc == RC_OK ? next_of_both(w, ret_key) : rc;
}

/* The next entry of the listing. */
static enum rc next_listed(struct walk *w, const struct s3_list_entry **ret_entry)
{
    enum rc rc = RC_OK;

    *ret_entry = NULL;
    if (w->given) {
        rc = read_ahead(w);
        w->given = false;
    }
    if (rc == RC_OK && goes_on(w)) {
        *ret_entry = w->ahead;
        w->given = true;
    }
    return rc;
}

/* As the history has it. */
static enum rc next_in_history(struct walk *w, const struct s3_list_entry **ret_entry)
{
    struct history *h = w->options.history;
    const struct s3_list_entry *listed = NULL;
    enum rc rc;

    *ret_entry = &w->shown;
    if (history_next(h, &w->shown)) {
        return RC_OK;
    }
    while ((rc = next_listed(w, &listed)) == RC_OK) {
        history_take(h, listed);
        if (history_next(h, &w->shown)) {
            return RC_OK;
        }
        if (listed == NULL) {
            break;
        }
    }
    *ret_entry = NULL;
    return rc;
}

enum rc walk_entry(struct walk *w, const struct s3_list_entry **ret_entry)
{
    return w->options.history ? next_in_history(w, ret_entry) : next_listed(w, ret_entry);
}

const char *walk_doubt(const struct walk *w, int64_t at)
{
    return w->options.history ? history_doubt(w->options.history, at) : NULL;
}

uint64_t walk_entries(const struct walk *w)
{
    return w->entries;
}

void walk_end(struct walk *w)
{
    if (w->progress != NULL) {
        cli_progress_end(w->progress);
        w->progress = NULL;
    }
}
