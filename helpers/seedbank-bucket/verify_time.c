/* By time: each key as its history says that it was. */
#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/history.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/verify_private.h"
#include "seedbank-bucket/walk.h"

static bool no(void *arg, const char *key)
{
    (void)arg, (void)key;
    return false;
}

enum rc verify_time_begin(struct verifying *v)
{
    struct arena *a = v->cli->cx->arena;
    const struct past_options past = {.at = v->at, .ask = {.has_gap = no, .keeps_markers = no}};

    struct cli_texts prefixes = place_walk_prefixes(a, &v->want.place, &v->prefixes);
    enum rc rc = history_open(v->cli, &v->want.target, &prefixes, &v->history);

    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(v->cli, &v->want.target);
    }
    if (rc != RC_OK) {
        return rc;
    }
    v->past = past_new(a, &past);
    v->doubt_texts = verify_texts_new(v);
    v->want_texts = verify_texts_new(v);
    v->want_walk = place_walk_new(&(struct place_walk_options){.cli = v->cli,
                                                               .target = v->want.target,
                                                               .place = v->want.place,
                                                               .prefixes = v->prefixes,
                                                               .excludes = v->excludes,
                                                               .history = v->history,
                                                               .doing = "verifying"});
    v->as = v->separate ? arena_printf(a, "as %s was at %s", place_text(a, &v->want.place),
                                       moment_text(a, v->at))
                        : arena_printf(a, "as at %s", moment_text(a, v->at));
    return RC_OK;
}

static enum rc open_time(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify *s = v->settings;
    enum rc rc = verify_place_bucket(v);

    if (rc == RC_OK && s->to != NULL) {
        rc = verify_place_other(v, "--to", s->to);
    }
    if (rc == RC_OK) {
        rc = verify_place_now(v);
    }
    if (rc == RC_OK && !moment_read_at(s->at, v->now, &v->at)) {
        return verify_place_refuse(v, arena_printf(cli->cx->arena, "--at %s is no time", s->at));
    }
    return rc == RC_OK ? verify_time_begin(v) : rc;
}

static struct check_found found_of(struct arena *a, const struct s3_list_entry *e)
{
    return (struct check_found){.there = !e->marker,
                                .id = arena_strdup(a, e->version_id),
                                .etag = arena_strdup(a, e->etag),
                                .size = e->size};
}

/* Of a copy with history: what no time is known of is not taken for what it looks like. */
static void doubt(struct verifying *v, const char *name)
{
    const char *why = walk_doubt(place_walk_inner(v->want_walk), v->at);
    struct arena *a = v->doubt_texts.arena;

    past_doubt(v->past, why);
    if (why != NULL && v->doubts++ == 0) {
        v->doubtful = arena_printf(a, "%s: %s", cli_words_key(a, name), why);
    }
}

/* All entries of the key at hand, to its past. */
static enum rc take_entries(struct verifying *v, struct arena *a, struct verify_want *want)
{
    struct walk *w = place_walk_inner(v->want_walk);
    const struct s3_list_entry *e = NULL;
    struct past_end end;
    bool any = false;
    enum rc rc;

    want->found = (struct check_found){.there = false};
    while ((rc = walk_entry(w, &e)) == RC_OK && e != NULL) {
        if (!any && !e->gone) {
            want->found = found_of(a, e);
            any = true;
        }
        past_add(v->past, e);
    }
    if (rc == RC_OK) {
        doubt(v, want->name);
        end = past_end(v->past);
        want->is = check_want_of_past(&end, &want->found);
        want->modified = end.modified;
    }
    return rc;
}

enum rc verify_time_next(struct verifying *v, struct verify_want *ret_want)
{
    struct arena *a = verify_texts_begin(&v->want_texts);
    struct verify_want want = {.name = NULL};
    const char *key = NULL;
    enum rc rc = place_walk_next(v->want_walk, &want.name, &key);

    if (rc == RC_OK && want.name != NULL) {
        want.name = arena_strdup(a, want.name);
        past_begin(v->past, key);
        rc = take_entries(v, a, &want);
    }
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(v->cli, &v->want.target);
    }
    if (rc == RC_OK) {
        *ret_want = want;
    }
    return rc;
}

static enum rc end_time(struct verifying *v)
{
    struct arena *a = v->cli->cx->arena;

    if (v->doubts == 0 || v->settings->accept_gaps) {
        return RC_OK;
    }
    return cli_refuse(v->cli, "The history of this copy does not tell all",
                      "What %s %s in the source at %s is not known, such as %s. It is the history "
                      "of %s. With --accept-gaps this is no refusal.",
                      cli_words_of(a, v->doubts, "object", "objects"),
                      v->doubts == 1 ? "was" : "were", moment_text(a, v->at), v->doubtful,
                      history_text(a, v->history));
}

const struct verify_mode verify_by_time = {
    .option = "--at",
    .offset = offsetof(struct verify, at),
    .open = open_time,
    .next = verify_time_next,
    .end = end_time,
};
