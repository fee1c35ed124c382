/* What is refused before anything is written. */
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/moment.h"

#define MAX_CHANGE 20 /* percent */

/* ---- Before the listings -----------------------------------------------------------------------
 */

/* "20", "20%" */
static enum rc read_max_change(struct copy *c)
{
    const char *text = c->settings->max_change;
    struct str number = str_of(text);

    c->max_change = MAX_CHANGE;
    if (text == NULL) {
        return RC_OK;
    }
    number.n -= str_ends(text, "%") ? 1 : 0;
    return str_to_u64(number, &c->max_change) && c->max_change <= 100
               ? RC_OK
               : cli_misuse(c->cli,
                            arena_printf(c->cli->cx->arena, "--max-change %s is no share", text),
                            "It is a whole number of percent, from 0 to 100.");
}

static enum rc read_places(struct copy *c)
{
    const struct copy_settings *s = c->settings;

    if (place_argument(c->cli, "SRC", s->source, &c->from_place) != RC_OK ||
        place_argument(c->cli, "DST", s->destination, &c->to_place) != RC_OK) {
        return RC_FAIL;
    }
    if (s->config != NULL && !s->create) {
        return cli_misuse(c->cli, "--config is for --create",
                          "The settings in the file are put to a bucket that is made.");
    }
    return read_max_change(c);
}

/* Two endpoints of AWS are one server: each can read the buckets of the other's regions. */
static bool is_one_server(struct arena *a, const struct s3_target *x, const struct s3_target *y)
{
    return (s3_client_is_aws(x->client) && s3_client_is_aws(y->client)) ||
           strcmp(s3_client_url(a, x->client), s3_client_url(a, y->client)) == 0;
}

static enum rc open_both(struct copy *c)
{
    const struct copy_settings *s = c->settings;
    struct arena *a = c->cli->cx->arena;
    enum rc rc =
        settings_target_of(c->cli, &(struct settings_of){&settings_src, &s->src, &s->server},
                           c->from_place.bucket, &c->from);

    if (rc == RC_OK) {
        rc = settings_target_of(c->cli, &(struct settings_of){&settings_dst, &s->dst, &s->server},
                                c->to_place.bucket, &c->to);
    }
    if (rc != RC_OK) {
        return rc;
    }
    c->one_server = is_one_server(a, &c->from, &c->to);
    if (c->one_server && place_overlap(&c->from_place, &c->to_place)) {
        return cli_misuse(c->cli,
                          arena_printf(a, "%s and %s overlap", place_text(a, &c->from_place),
                                       place_text(a, &c->to_place)),
                          "What is copied would be part of the source. Name another bucket, or "
                          "folders that are not within one another.");
    }
    return RC_OK;
}

/* Its clock, and that it is there. A server without versions (Cloudflare R2) is a fine source. */
static enum rc look_at_source(struct copy *c, int64_t *ret_date)
{
    struct s3_target target = c->from;
    struct s3_versioning versioning = {.date = 0};
    enum rc rc;

    target.may_be_denied = true;
    rc = s3_versioning_get(c->cli->cx, &target, &versioning);
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(c->cli, &c->from);
    }
    *ret_date = versioning.date;
    return rc == RC_FAIL ? rc : RC_OK;
}

static enum rc no_destination(struct copy *c)
{
    struct cli *cli = c->cli;

    cli_outcome(cli, CLI_NOT_FOUND);
    return diag_error(cli->cx, NULL,
                      arena_printf(cli->cx->arena, "There is no bucket %s", c->to.bucket),
                      "%s says that it does not exist. Check its name and the endpoint. --create "
                      "makes it, with versioning; with --config FILE, where FILE is what audit "
                      "--save-config kept of a bucket, with all its settings.",
                      s3_client_url(cli->cx->arena, c->to.client));
}

static enum rc look_at_destination(struct copy *c, int64_t *ret_date)
{
    struct s3_versioning versioning = {.date = 0};
    struct s3_target target = c->to;
    enum rc rc;

    target.may_be_denied = true;
    rc = s3_versioning_get(c->cli->cx, &target, &versioning);
    if (rc == RC_NOT_FOUND && c->settings->create && c->settings->dry_run) {
        c->absent = true;
        return RC_OK;
    }
    if (rc == RC_NOT_FOUND) {
        return no_destination(c);
    }
    c->versioning = versioning.status;
    *ret_date = versioning.date;
    return rc == RC_FAIL ? rc : RC_OK;
}

enum rc copy_check_before(struct copy *c)
{
    int64_t source = 0, destination = 0;
    enum rc rc = read_places(c);

    if (rc == RC_OK) {
        rc = open_both(c);
    }
    if (rc == RC_OK) {
        rc = look_at_source(c, &source);
    }
    if (rc == RC_OK && c->settings->create) {
        rc = copy_create(c);
    }
    if (rc == RC_OK) {
        rc = look_at_destination(c, &destination);
    }
    if (rc == RC_OK && !c->one_server) {
        c->ahead = (destination - source) * MOMENT_SECOND;
        c->timeless = source == 0 || destination == 0;
        c->ahead = c->timeless ? 0 : c->ahead;
    }
    return rc;
}

/* ---- After them --------------------------------------------------------------------------------
 */

static uint64_t listed(const struct copy *c)
{
    return c->counts[COPY_SAME].objects + c->counts[COPY_NEW].objects +
           c->counts[COPY_CHANGED].objects;
}

static uint64_t deleted(const struct copy *c)
{
    bool deletes = c->settings->delete_extra || c->settings->versions;

    return deletes ? c->counts[COPY_EXTRA].objects : 0;
}

static enum rc refuse_empty(struct copy *c)
{
    struct arena *a = c->cli->cx->arena;

    return cli_refuse(
        c->cli, arena_printf(a, "The source %s lists nothing", place_text(a, &c->from_place)),
        "A source that was emptied must not empty its copy, which holds %s. Check the name, the "
        "prefixes and the server. If it is meant to be empty: --allow-empty-source.",
        cli_words_of(a, c->live, "object", "objects"));
}

static enum rc refuse_change(struct copy *c)
{
    struct arena *a = c->cli->cx->arena;
    uint64_t changed = c->counts[COPY_CHANGED].objects;

    return cli_refuse(
        c->cli,
        arena_printf(a, "More than %s %% of the destination would change",
                     cli_words_count(a, c->max_change)),
        "Of %s in %s, %s would be overwritten and %s deleted. If something overwrote or deleted "
        "them in the source by mistake, the copy is what brings them back: nothing was written. "
        "audit shows when it happened. If it is meant: --max-change with a greater share (100 for "
        "any).",
        cli_words_of(a, c->live, "object", "objects"), place_text(a, &c->to_place),
        cli_words_count(a, changed), cli_words_count(a, deleted(c)));
}

static enum rc refuse_unversioned(struct copy *c)
{
    struct arena *a = c->cli->cx->arena;

    return cli_refuse(
        c->cli,
        arena_printf(a, "Versioning of bucket %s is %s", c->to.bucket,
                     s3_versioning_status_name(c->versioning)),
        "%s would be overwritten and %s deleted there, and lost: nothing was written. Set its "
        "versioning to Enabled, or take the loss with --allow-destructive-unversioned.",
        cli_words_of(a, c->counts[COPY_CHANGED].objects, "object", "objects"),
        cli_words_count(a, deleted(c)));
}

enum rc copy_check_counts(struct copy *c)
{
    uint64_t touched = c->counts[COPY_CHANGED].objects + deleted(c);

    if (listed(c) == 0 && !c->settings->allow_empty) {
        return refuse_empty(c);
    }
    if (touched * 100 > c->max_change * c->live) {
        return refuse_change(c);
    }
    if (touched > 0 && c->versioning != S3_VERSIONING_ENABLED && !c->settings->allow_unversioned) {
        return refuse_unversioned(c);
    }
    return RC_OK;
}
