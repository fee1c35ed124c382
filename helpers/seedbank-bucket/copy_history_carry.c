/* What the draft says is open, key by key, each from its oldest version to its newest. */
#include <string.h>

#include "base/ctx.h"
#include "base/ring.h"
#include "base/session.h"
#include "cli/cli_progress.h"
#include "cli/cli_words.h"
#include "s3/s3_list.h"
#include "seedbank-bucket/copy_history.h"
#include "seedbank-bucket/ferry.h"
#include "seedbank-bucket/guard.h"
#include "seedbank-bucket/history_merge.h"
#include "seedbank-bucket/write.h"
#include "json/json_bytes.h"

#define THREADS  32
#define SLOTS    128 /* keys under way */
#define HOPELESS 100 /* keys that failed one after the other: the rest would, too */
#define SHOWN    20  /* messages on the terminal; --json has all */

struct carrying {
    struct copy_history *history;
    struct ctx *cx; /* its cancel is the hard one: what has begun ends */
    struct ring *ring;
    struct ferry *ferry;
    struct guard guard;
    struct write_options write;
    struct cli_progress *progress;
    struct history_writer *writer;
    struct copy_history_tally tally; /* of what came out, in order */
    uint64_t shown;
    unsigned failures; /* one after the other */

    struct history_line ahead; /* of the draft, next; no key: there is no more */
    struct arena *ahead_arena;
};

/* A key on its way. */
struct load {
    const char *key;
    struct history_lines lines;
    size_t n_open;
    struct copy_history_tally done;
    const char *trouble; /* one line; NULL: none */
    bool failed;         /* what is newer is not begun */
};

/* ---- One key, on a thread -------------------------------------------------------------------- */

static bool is_open(const struct history_line *l)
{
    return l->why != NULL && strcmp(l->why, HISTORY_OPEN) == 0;
}

/* Versioning is not enabled any more: what was there is gone, and what comes next would follow. */
static struct history_told lost_its_place(struct load *load)
{
    load->trouble = "the destination keeps no versions any more: enable its versioning again";
    load->failed = true;
    return (struct history_told){.tried = false};
}

static bool is_null(const char *id)
{
    return id != NULL && strcmp(id, S3_NULL_VERSION) == 0;
}

static struct history_told put_marker(struct ctx *cx, struct carrying *c, struct arena *a,
                                      struct load *load, const struct history_line *l)
{
    const struct write_marker marker = {l->key, ""};
    struct write_result r;

    write_markers(cx, &c->write, &marker, 1, &r);
    if (r.outcome != WRITE_DONE) {
        load->trouble = arena_strdup(a, r.why);
        load->failed = true;
        return (struct history_told){.tried = r.outcome == WRITE_UNKNOWN};
    }
    if (is_null(r.id)) {
        return lost_its_place(load);
    }
    load->done.markers++;
    return (struct history_told){.tried = true, .id = arena_strdup_if(a, r.id), .done = true};
}

static struct history_told carried(struct arena *a, struct load *load, const struct ferry_result *r)
{
    load->done.versions++;
    load->done.bytes += r->size;
    load->done.unproven += !r->proven;
    load->done.streamed += r->streamed;
    if (r->lost != NULL) {
        load->done.incomplete++;
        load->trouble = arena_printf(a, "the destination cannot hold: %s", r->lost);
    }
    return (struct history_told){.tried = true,
                                 .id = arena_strdup_if(a, r->written.version_id),
                                 .modified = arena_strdup_if(a, r->written.last_modified),
                                 .sha256 = *r->sha256 ? arena_strdup(a, r->sha256) : NULL};
}

static struct history_told put_version(struct ctx *cx, struct carrying *c, struct arena *a,
                                       struct load *load, struct history_line *l)
{
    const struct copy *copy = c->history->copy;
    const struct ferry_load what = {
        .key = place_map(cx->arena, &copy->to_place, &copy->from_place, l->key),
        .version = l->version,
        .etag = strcmp(l->version, S3_NULL_VERSION) == 0 ? l->etag
                                                         : NULL, /* it may be another by now */
        .to_key = l->key,
        .there = "",
        .sha256 = !copy->one_server,
    };
    struct ferry_result r = ferry_carry(cx, c->ferry, &what);

    switch (r.outcome) {
    case FERRY_DONE:
        return is_null(r.written.version_id) ? lost_its_place(load) : carried(a, load, &r);
    case FERRY_GONE:
        l->why = HISTORY_GONE;
        load->done.gone++;
        break;
    case FERRY_REFUSED:
        l->why = arena_strdup(a, r.why);
        load->trouble = l->why;
        load->done.refused++;
        break;
    case FERRY_CHANGED:
    case FERRY_FAILED:
        load->trouble = arena_strdup(a, r.why);
        load->failed = true;
        return (struct history_told){.tried = true}; /* it may be there all the same */
    }
    return (struct history_told){.tried = false};
}

/* What the key has now that none of its lines knew before. */
static enum rc read_back(struct ctx *cx, const struct carrying *c, struct arena *a,
                         const struct load *load, struct history_versions *ret_versions)
{
    const struct s3_target *to = &c->history->copy->to;
    const struct s3_list_options options = {.bucket = to->bucket,
                                            .prefix = load->key,
                                            .until = load->key,
                                            .expected_owner = to->expected_owner};
    struct s3_list *list = s3_list_new(cx, to->client, &options);
    const struct s3_list_entry *e = NULL;
    enum rc rc;

    while ((rc = s3_list_next(cx, list, &e)) == RC_OK && e != NULL &&
           strcmp(e->key, load->key) == 0 && !history_lines_know(&load->lines, e->version_id)) {
        history_versions_add(a, ret_versions, e);
    }
    return rc;
}

/* What was carried finds its version, and what was not is open still. */
static void settle(struct arena *a, struct load *load, const struct history_told *told,
                   const struct history_versions *copy)
{
    struct history_merged m = {.lines = load->lines, .n_open = load->n_open};
    struct history_line *lines = load->lines.items;
    bool on_top;

    for (size_t i = 0; i < load->n_open; i++) {
        lines[i].why = told[i].tried ? NULL : lines[i].why;
    }
    on_top = history_merge_settle(&m, told, copy);
    for (size_t i = 0; i < load->n_open; i++) {
        if (told[i].tried && lines[i].destination == NULL) {
            lines[i].why = HISTORY_OPEN;
        }
        load->done.failed += is_open(&lines[i]);
    }
    if (load->done.failed > 0 && load->trouble == NULL) {
        load->trouble = "the server took a version, but does not show it";
    }
    if (!on_top && copy->n > 0 && lines[0].destination != NULL) {
        load->done.foreign++;
        load->trouble = arena_printf(
            a, "somebody else writes into the copy: version %s is not ours", copy->items[0].id);
    }
}

static const char *line_since(struct ctx *cx, struct arena *a, struct diag_point before)
{
    const char *line = diag_line_since(cx, before);

    return arena_strdup(a, line ? line : "the server's answer made no sense");
}

/* From the oldest to the newest, until one fails. */
static void carry(struct ctx *cx, struct carrying *c, struct arena *a, struct load *load,
                  struct history_told *told)
{
    for (size_t i = load->n_open; !load->failed && i-- > 0;) {
        struct history_line *l = &load->lines.items[i];
        struct arena_mark mark = arena_mark(cx->arena);
        if (is_open(l)) {
            told[i] = l->marker ? put_marker(cx, c, a, load, l) : put_version(cx, c, a, load, l);
            cli_progress_add(c->progress, 1, l->size);
        }
        arena_rewind(cx->arena, mark);
    }
}

static enum rc run(struct ctx *cx, void *arg, struct arena *a, void *item)
{
    struct carrying *c = arg;
    struct load *load = item;
    struct history_told *told = arena_array(a, load->n_open, sizeof *told);
    struct history_versions copy = {.n = 0};
    struct diag_point before = diag_point(cx);

    if (!place_key_fits(load->key)) {
        load->trouble = "its key would be longer than 1,024 bytes in the destination";
        load->failed = true;
    }
    carry(cx, c, a, load, told);
    if (read_back(cx, c, a, load, &copy) != RC_OK) {
        load->trouble = line_since(cx, a, before);
        copy.n = 0;
    }
    settle(a, load, told, &copy);
    return RC_OK;
}

static void copy_load(struct arena *a, void *item)
{
    struct load *load = item;
    struct history_lines lines = {.n = 0};

    for (size_t i = 0; i < load->lines.n; i++) {
        history_lines_add(a, &lines, &load->lines.items[i]);
    }
    load->lines = lines;
    load->key = arena_strdup(a, load->key);
}

/* ---- In order -------------------------------------------------------------------------------- */

static void add(struct copy_history_tally *t, const struct copy_history_tally *more)
{
    t->versions += more->versions;
    t->markers += more->markers;
    t->bytes += more->bytes;
    t->unproven += more->unproven;
    t->incomplete += more->incomplete;
    t->refused += more->refused;
    t->gone += more->gone;
    t->failed += more->failed;
    t->foreign += more->foreign;
    t->streamed += more->streamed;
}

static void tell(struct carrying *c, const struct load *load)
{
    struct cli *cli = c->history->copy->cli;
    struct arena *a = arena_new();
    json_t *o = json_pack("{s:I, s:I}", "versions", (json_int_t)load->done.versions, "markers",
                          (json_int_t)load->done.markers);

    json_bytes_set(o, "key", load->key);
    if (load->trouble != NULL) {
        json_bytes_set(o, "why", load->trouble);
    }
    cli_event(cli, "result", o);
    if (load->trouble != NULL && ++c->shown <= SHOWN) {
        cli_say(cli, "not all  %s: %s", cli_words_key(a, load->key), load->trouble);
    } else if (load->trouble != NULL && c->shown == SHOWN + 1) {
        cli_say(cli, "not all  and more; --json lists all");
    }
    arena_free(a);
}

static enum rc take(struct ctx *cx, void *arg, const void *item)
{
    struct carrying *c = arg;
    const struct load *load = item;
    enum rc rc = RC_OK;

    add(&c->tally, &load->done);
    if (load->n_open > 0) {
        tell(c, load);
        c->failures = load->done.failed > 0 ? c->failures + 1 : 0;
    }
    for (size_t i = 0; rc == RC_OK && i < load->lines.n; i++) {
        rc = history_file_add(cx, c->writer, &load->lines.items[i]);
    }
    return rc;
}

/* ---- From the draft -------------------------------------------------------------------------- */

static enum rc read_ahead(struct carrying *c)
{
    struct ctx *cx = c->history->copy->cli->cx;
    struct arena_mark mark = arena_mark(cx->arena);
    struct history_line line;
    enum rc rc = history_file_next(cx, c->history->draft, &line);

    c->ahead.key = NULL;
    if (rc == RC_OK) {
        arena_free(c->ahead_arena);
        c->ahead_arena = arena_new();
        c->ahead = history_line_copy(c->ahead_arena, &line);
    }
    arena_rewind(cx->arena, mark);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The key that is ahead, with all its lines. */
static enum rc read_key(struct carrying *c, struct arena *a, struct load *ret_load)
{
    struct load load = {.key = arena_strdup(a, c->ahead.key)};
    enum rc rc = RC_OK;

    while (rc == RC_OK && c->ahead.key != NULL && strcmp(c->ahead.key, load.key) == 0) {
        history_lines_add(a, &load.lines, &c->ahead);
        if (is_open(&c->ahead)) {
            load.n_open = load.lines.n;
        }
        rc = read_ahead(c);
    }
    *ret_load = load;
    return rc;
}

static enum rc give(struct carrying *c)
{
    struct cli *cli = c->history->copy->cli;
    struct arena *a = arena_new();
    struct load load;
    enum rc rc = read_key(c, a, &load);
    bool work = rc == RC_OK && load.n_open > 0;

    if (work && (cli_is_stopping(cli) || c->failures >= HOPELESS)) {
        c->tally.stopped = true;
        c->tally.failed += load.n_open;
        load.n_open = 0;
        work = false;
    }
    if (work) {
        rc = guard_check(cli, cli->cx, &c->guard);
    }
    if (rc == RC_OK) {
        rc = ring_give(c->cx, c->ring, &load, work);
    }
    arena_free(a);
    return rc;
}

static enum rc give_all(struct carrying *c)
{
    enum rc rc = read_ahead(c);

    while (rc == RC_OK && c->ahead.key != NULL) {
        rc = give(c);
    }
    return rc;
}

/* ---- From end to end ------------------------------------------------------------------------- */

static struct ctx *hard_ctx(const struct cli *cli)
{
    return ctx_new(&(struct ctx_options){.session = cli->session,
                                         .log = cli->cx->log,
                                         .clock = cli->cx->clock,
                                         .cancel = cli->cancel});
}

static void hand_over(struct carrying *c)
{
    for (const struct diag *d = c->cx->diags.first; d != NULL; d = d->next) {
        diag_copy(c->history->copy->cli->cx, d);
    }
}

static void begin(struct carrying *c)
{
    struct copy_history *h = c->history;
    struct copy *copy = h->copy;
    const struct ferry_options ferry = copy_carry_ferry(copy);

    c->ferry = ferry_new(copy->cli->cx->arena, &ferry);
    c->ring = ring_new(c->cx, &(struct ring_options){.threads = THREADS,
                                                     .slots = SLOTS,
                                                     .size = sizeof(struct load),
                                                     .copy = copy_load,
                                                     .run = run,
                                                     .take = take,
                                                     .arg = c});
    c->progress = cli_progress_begin(
        copy->cli, &(struct cli_progress_options){.doing = "copying",
                                                  .items = "versions",
                                                  .total_items = h->versions + h->markers,
                                                  .total_bytes = h->bytes});
}

enum rc copy_history_carry(struct copy_history *h, struct copy_history_tally *ret_tally,
                           FILE **ret_file)
{
    struct cli *cli = h->copy->cli;
    struct carrying c = {
        .history = h,
        .cx = hard_ctx(cli),
        .guard = {.target = &h->copy->to},
        .write = {.target = &h->copy->to},
        .ahead_arena = arena_new(),
    };
    struct history_totals totals;
    enum rc rc = history_file_begin(cli->cx, h->title, &h->head, &c.writer);

    if (rc == RC_OK) {
        begin(&c);
        rc = ring_end(c.cx, c.ring, give_all(&c));
        cli_progress_end(c.progress);
        hand_over(&c);
        c.tally.why_streamed = ferry_why_streamed(c.ferry);
    }
    if (rc == RC_OK) {
        rc = history_file_end(cli->cx, c.writer, &totals, ret_file);
    }
    *ret_tally = c.tally;
    arena_free(c.ahead_arena);
    ctx_free(c.cx);
    return rc;
}
