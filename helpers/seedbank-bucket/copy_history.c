/* copy --versions: the whole history of a place, and its manifest. */
#include "seedbank-bucket/copy_history.h"

#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/history_store.h"
#include "seedbank-bucket/moment.h"

/* ---- Before the listings --------------------------------------------------------------------- */

static enum rc check_options(const struct copy *c)
{
    if (c->settings->prefixes.n + c->settings->excludes.n > 0) {
        return cli_misuse(c->cli, "--versions carries the history of all keys",
                          "Name a folder of the source as BUCKET/PREFIX instead of --prefix and "
                          "--exclude.");
    }
    return RC_OK;
}

/* Without versions there is nowhere for a history to go, and nothing overrides that. */
static enum rc check_destination(const struct copy *c)
{
    if (c->absent || c->versioning == S3_VERSIONING_ENABLED) {
        return RC_OK;
    }
    return cli_refuse(c->cli,
                      arena_printf(c->cli->cx->arena, "Versioning of bucket %s is %s", c->to.bucket,
                                   s3_versioning_status_name(c->versioning)),
                      "A history can only be kept where it is Enabled. Nothing overrides this; "
                      "without --versions "
                      "copy carries what readers see.");
}

/* What the source had before may be gone by now, or have been when it was first copied. As long as
 * its rules leave a version longer than it is since the last run, nothing is missed in between. */
static enum rc look_at_rules(struct copy_history *h, int64_t now)
{
    struct copy *c = h->copy;
    struct ctx *cx = c->cli->cx;
    struct cli_texts prefixes = {arena_array(cx->arena, 1, sizeof *prefixes.items), 1};
    struct guarantee *g = NULL;
    int64_t since, until = 0;
    const char *rule;
    enum rc rc = guarantee_get(cx, &c->from, now, &g);

    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? settings_no_bucket(c->cli, &c->from) : rc;
    }
    prefixes.items[0] = c->from_place.prefix;
    since = guarantee_since(g, &prefixes, &rule);
    h->head.since = since > 0 ? moment_text(cx->arena, since) : "";
    if (h->old != NULL && moment_read(h->old_head.made, &until) && since <= until) {
        h->head.since = h->old_head.since;
    }
    return RC_OK;
}

static enum rc look_at_source(struct copy_history *h)
{
    struct copy *c = h->copy;
    struct ctx *cx = c->cli->cx;
    struct s3_target target = c->from;
    struct s3_versioning versioning = {.date = 0};
    int64_t now;
    enum rc rc;

    target.may_be_denied = true;
    rc = s3_versioning_get(cx, &target, &versioning);
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(c->cli, &c->from);
    }
    if (rc == RC_FAIL) {
        return rc;
    }
    if (rc == RC_OK && versioning.status != S3_VERSIONING_ENABLED) {
        diag_warning(cx, NULL,
                     arena_printf(cx->arena, "Versioning of the source %s is %s", c->from.bucket,
                                  s3_versioning_status_name(versioning.status)),
                     "What is overwritten or deleted there between two runs of this command leaves "
                     "no trace, and is in no history.");
    }
    now = versioning.date ? versioning.date : cx->clock->now(cx->clock).tv_sec;
    h->head.made = moment_text(cx->arena, now * MOMENT_SECOND);
    return look_at_rules(h, now * MOMENT_SECOND);
}

static enum rc refuse_other(struct copy_history *h)
{
    const struct history_head *old = &h->old_head;
    struct arena *a = h->copy->cli->cx->arena;

    return cli_refuse(
        h->copy->cli, "There is a copy of another source",
        "%s is the history of %s%s%s at %s; one place holds the history of one source. "
        "Name another destination, or delete that manifest if the copy is given up.",
        h->title, old->bucket, *old->prefix ? "/" : "", cli_words_key(a, old->prefix),
        old->endpoint);
}

static enum rc open_old(struct copy_history *h, const struct history_object *object)
{
    struct copy *c = h->copy;
    struct ctx *cx = c->cli->cx;
    const struct history_head *old = &h->old_head;
    struct history_totals totals;
    FILE *file = NULL;
    enum rc rc = history_store_get(cx, &c->to, object, &file);

    if (rc == RC_OK) {
        rc = history_file_read(cx, h->title, file, &h->old_head, &totals, &h->old);
        if (rc != RC_OK) {
            cli_outcome(c->cli, CLI_REFUSED);
        }
    }
    if (rc == RC_OK &&
        (strcmp(old->endpoint, h->head.endpoint) != 0 || strcmp(old->bucket, h->head.bucket) != 0 ||
         strcmp(old->prefix, h->head.prefix) != 0 ||
         strcmp(old->copy_prefix, h->head.copy_prefix) != 0)) {
        return refuse_other(h);
    }
    return rc;
}

static bool overlaps(const char *x, const char *y)
{
    return str_starts(x, y) || str_starts(y, x);
}

/* The manifest of this place; another one's place may not lie in ours, nor ours in it. */
static enum rc find_old(struct copy_history *h)
{
    struct copy *c = h->copy;
    struct history_objects objects = {.n = 0};
    enum rc rc = c->absent ? RC_OK : history_store_list(c->cli->cx, &c->to, &objects);

    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(c->cli, &c->to);
    }
    for (size_t i = 0; rc == RC_OK && i < objects.n; i++) {
        const struct history_object *o = &objects.items[i];
        if (strcmp(o->key, h->key) == 0) {
            rc = open_old(h, o);
        } else if (o->copy_prefix == NULL || overlaps(o->copy_prefix, c->to_place.prefix)) {
            rc =
                cli_refuse(c->cli, "The destination overlaps with another copy's",
                           "%s/%s is the history of keys that are also in %s. Name another folder.",
                           c->to.bucket, o->key, place_text(c->cli->cx->arena, &c->to_place));
        }
    }
    return rc;
}

/* ---- In words -------------------------------------------------------------------------------- */

static void say(struct cli *cli, uint64_t n, const char *one, const char *many, const char *words)
{
    if (n > 0) {
        cli_say(cli, "  %s %s", cli_words_of(cli->cx->arena, n, one, many), words);
    }
}

static void show_found(struct copy_history *h)
{
    struct copy *c = h->copy;
    struct cli *cli = c->cli;
    struct arena *a = cli->cx->arena;

    cli_say(cli, "From %s at %s", place_text(a, &c->from_place), s3_client_url(a, c->from.client));
    cli_say(cli, "To   %s at %s, %s", place_text(a, &c->to_place), s3_client_url(a, c->to.client),
            h->old ? arena_printf(a, "with the history until %s", h->old_head.made)
                   : "without a history yet");
    cli_say(cli, "  to be carried: %s (%s) and %s of %s",
            cli_words_of(a, h->versions, "version", "versions"), cli_words_bytes(a, h->bytes),
            cli_words_of(a, h->markers, "delete marker", "delete markers"),
            cli_words_of(a, h->keys, "object", "objects"));
    say(cli, c->counts[COPY_CHANGED].objects, "object", "objects",
        "of the destination would be overwritten");
    say(cli, c->counts[COPY_EXTRA].objects, "object", "objects", "of it deleted");
    say(cli, h->adopted, "version", "versions", "there already, of a run that did not end");
    cli_event(cli, "compare",
              json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "versions",
                        (json_int_t)h->versions, "markers", (json_int_t)h->markers, "bytes",
                        (json_int_t)h->bytes, "objects", (json_int_t)h->keys, "adopted",
                        (json_int_t)h->adopted, "changed",
                        (json_int_t)c->counts[COPY_CHANGED].objects, "deleted",
                        (json_int_t)c->counts[COPY_EXTRA].objects, "destination_live",
                        (json_int_t)c->live));
    if (h->late > 0) {
        diag_warning(
            cli->cx, NULL, "Some versions came into the source below newer ones",
            "%s, such as of %s: what is older than what was carried cannot be put below it, "
            "and is left out.",
            cli_words_of(a, h->late, "version", "versions"), cli_words_key(a, h->late_key));
    }
}

static void show_done(struct copy_history *h, const struct copy_history_tally *t)
{
    struct cli *cli = h->copy->cli;
    struct arena *a = cli->cx->arena;

    cli_say(cli, "Carried %s (%s) and %s; history until %s in %s.",
            cli_words_of(a, t->versions, "version", "versions"), cli_words_bytes(a, t->bytes),
            cli_words_of(a, t->markers, "delete marker", "delete markers"), h->head.made, h->title);
    say(cli, t->unproven, "version", "versions", "not proven: neither ETag nor checksum tells");
    say(cli, t->incomplete, "version", "versions",
        "carried without what the destination cannot hold");
    say(cli, t->refused, "version", "versions", "not carried, because of what they are");
    say(cli, t->gone, "version", "versions", "gone from the source meanwhile");
    say(cli, t->failed, "version", "versions",
        "not carried yet: the same command goes on with them");
    say(cli, t->foreign, "object", "objects",
        "in which somebody else wrote at the destination meanwhile");
    if (t->why_streamed != NULL) {
        cli_say(cli, "The server refuses to copy by itself, so all went through here: %s",
                t->why_streamed);
    }
    cli_event(cli, "summary",
              json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}", "versions",
                        (json_int_t)t->versions, "markers", (json_int_t)t->markers, "bytes",
                        (json_int_t)t->bytes, "unproven", (json_int_t)t->unproven, "incomplete",
                        (json_int_t)t->incomplete, "refused", (json_int_t)t->refused, "gone",
                        (json_int_t)t->gone, "failed", (json_int_t)t->failed, "foreign",
                        (json_int_t)t->foreign, "streamed", (json_int_t)t->streamed, "until",
                        h->head.made, "manifest", h->title));
}

/* ---- From end to end ------------------------------------------------------------------------- */

static enum rc carry_out(struct copy_history *h)
{
    struct copy *c = h->copy;
    struct cli *cli = c->cli;
    struct copy_history_tally t = {.failed = 0};
    bool whole;
    FILE *file = NULL;
    enum rc rc = copy_history_carry(h, &t, &file);

    if (rc == RC_OK) {
        rc = history_store_put(cli->cx, &c->to, h->key, file);
    }
    if (rc != RC_OK) {
        cli_outcome(cli, CLI_ERROR);
        cli_say(cli, "The same command again goes on: what is there already is found.");
        return RC_FAIL;
    }
    show_done(h, &t);
    whole = t.failed + t.refused + t.incomplete + t.foreign + h->late == 0;
    cli_outcome(cli, t.stopped && cli_is_stopping(cli) ? CLI_INTERRUPTED
                     : whole                           ? CLI_DONE
                                                       : CLI_PARTLY);
    return copy_create_end(c, whole && t.unproven == 0);
}

static enum rc begin(struct copy_history *h)
{
    struct copy *c = h->copy;
    struct arena *a = c->cli->cx->arena;
    enum rc rc = check_options(c);

    h->key = history_file_key(a, c->to_place.prefix);
    h->title = arena_printf(a, "%s/%s", c->to.bucket, h->key);
    h->head = (struct history_head){
        .endpoint = s3_client_url(a, c->from.client),
        .bucket = c->from.bucket,
        .prefix = c->from_place.prefix,
        .copy_prefix = c->to_place.prefix,
    };
    if (rc == RC_OK) {
        rc = check_destination(c);
    }
    if (rc == RC_OK) {
        rc = find_old(h);
    }
    return rc == RC_OK ? look_at_source(h) : rc;
}

enum rc copy_history(struct copy *c)
{
    struct copy_history *h = arena_alloc(c->cli->cx->arena, sizeof *h);
    enum rc rc;

    h->copy = c;
    rc = begin(h);
    if (rc == RC_OK) {
        rc = copy_history_list(h);
    }
    if (rc == RC_OK) {
        show_found(h);
        rc = copy_check_counts(c);
    }
    if (rc == RC_OK && c->settings->dry_run) {
        cli_say(c->cli, "Nothing was written: --dry-run.");
        return RC_OK;
    }
    return rc == RC_OK ? carry_out(h) : rc;
}
