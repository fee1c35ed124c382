/* A plan that writes into another place: which, whether it may, and what it has already. */
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/past.h"
#include "seedbank-bucket/place.h"
#include "seedbank-bucket/plan_private.h"
#include "seedbank-bucket/walk.h"

#define TOO_LONG "its key in the target would be longer than the 1,024 bytes that S3 allows"

/* ---- Which ----------------------------------------------------------------------------------- */

static enum rc check_options(struct planning *p)
{
    const struct plan_settings *s = p->settings;

    if (s->hide_newer || s->purge_newer) {
        return cli_misuse(p->cli,
                          s->hide_newer ? "--hide-newer does not go with --to"
                                        : "--purge-newer does not go with --to",
                          "What the target has beside the plan is left alone.");
    }
    return RC_OK;
}

/* What was restored into a folder of the bucket itself is no part of what is restored. */
static enum rc leave_out(struct planning *p)
{
    struct arena *a = p->cli->cx->arena;
    const char *prefix = p->to->prefix;
    const char **items = arena_array(a, p->excludes.n + 1, sizeof *items);

    if (*prefix == '\0') {
        return cli_misuse(p->cli, "--to is the bucket itself",
                          "Name a folder in it (BUCKET/PREFIX) or another bucket; without --to the "
                          "bucket is restored in place.");
    }
    for (size_t i = 0; i < p->prefixes.n; i++) {
        if (str_starts(p->prefixes.items[i], prefix)) {
            return cli_misuse(p->cli, "--prefix lies within --to",
                              "What is restored cannot be the target, too.");
        }
    }
    for (size_t i = 0; i < p->excludes.n; i++) {
        items[i] = p->excludes.items[i];
    }
    items[p->excludes.n] = prefix;
    p->excludes = (struct cli_texts){items, p->excludes.n + 1};
    return RC_OK;
}

enum rc plan_target_read(struct planning *p)
{
    struct ctx *cx = p->cli->cx;
    struct bucket_place *to = arena_alloc(cx->arena, sizeof *to);
    enum rc rc;

    if (p->settings->to == NULL) {
        return RC_OK;
    }
    rc = place_argument(p->cli, "--to", p->settings->to, to);
    if (rc != RC_OK) {
        return rc;
    }
    p->to = to;
    p->dst = p->target;
    p->dst.bucket = to->bucket;
    rc = check_options(p);
    if (rc == RC_OK && strcmp(to->bucket, p->target.bucket) == 0) {
        rc = leave_out(p);
    }
    return rc;
}

enum rc plan_target_check(struct planning *p)
{
    struct cli *cli = p->cli;
    struct arena *a = cli->cx->arena;
    enum rc rc = s3_versioning_get(cli->cx, &p->dst, &p->versioning);

    if (rc == RC_NOT_FOUND) {
        cli_outcome(cli, CLI_NOT_FOUND);
        return diag_error(
            cli->cx, NULL, arena_printf(a, "There is no bucket %s", p->dst.bucket),
            "It is what --to names. Make it, with versioning, and run this again: aws s3 mb "
            "s3://%s, then aws s3api put-bucket-versioning --bucket %s "
            "--versioning-configuration Status=Enabled (for another server than AWS "
            "with --endpoint-url).",
            p->dst.bucket, p->dst.bucket);
    }
    if (rc != RC_OK || p->versioning.status == S3_VERSIONING_ENABLED ||
        p->settings->allow_unversioned) {
        return rc;
    }
    return cli_refuse(cli,
                      arena_printf(a, "Versioning of the target bucket %s is %s", p->dst.bucket,
                                   s3_versioning_status_name(p->versioning.status)),
                      "What a restore overwrites would be lost there. Enable versioning first: it "
                      "keeps everything from then on, and changes nothing that is there. "
                      "--allow-destructive-unversioned plans all the same.");
}

/* ---- What it has ----------------------------------------------------------------------------- */

struct plan_target {
    struct walk *walk;
    const char *key; /* the one at hand; NULL: none yet, or no more */
    bool begun;
};

static struct cli_texts inside(struct arena *a, const struct bucket_place *to,
                               const struct cli_texts *texts)
{
    struct cli_texts mapped = {arena_array(a, texts->n + 1, sizeof *mapped.items), 0};

    for (size_t i = 0; i < texts->n; i++) {
        mapped.items[mapped.n++] = place_key(a, to, texts->items[i]);
    }
    return mapped;
}

void plan_target_begin(struct planning *p)
{
    struct arena *a = p->cli->cx->arena;
    struct walk_options options = {.cli = p->cli, .target = p->dst, .sparse = true};

    if (p->to == NULL) {
        return;
    }
    options.prefixes = inside(a, p->to, &p->prefixes);
    options.excludes = inside(a, p->to, &p->excludes);
    if (options.prefixes.n == 0 && *p->to->prefix != '\0') {
        options.prefixes.items[options.prefixes.n++] = p->to->prefix;
    }
    p->there = arena_alloc(a, sizeof *p->there);
    *p->there = (struct plan_target){.walk = walk_new(&options)};
}

/* The newest entry of the key at hand. */
static enum rc newest(struct plan_target *t, const struct s3_list_entry **ret_entry)
{
    enum rc rc = walk_entry(t->walk, ret_entry);

    return rc == RC_OK && *ret_entry == NULL ? RC_NOT_FOUND : rc;
}

/* It is there, and the plan does not speak of it. */
static enum rc count_beside(struct planning *p)
{
    const struct s3_list_entry *e;
    enum rc rc = newest(p->there, &e);

    if (rc == RC_OK && !e->marker) {
        const struct step step = {.kind = STEP_HIDE,
                                  .key = p->there->key + strlen(p->to->prefix),
                                  .latest = e->version_id,
                                  .storage_class = ""};
        plan_list_newer(p, &step, e->size);
    }
    return rc;
}

/* Up to that key of the target; NULL: to its end. */
static enum rc pass(struct planning *p, const char *until)
{
    struct plan_target *t = p->there;
    enum rc rc = t->begun ? RC_OK : walk_key(t->walk, &t->key);

    t->begun = true;
    while (rc == RC_OK && t->key != NULL && (until == NULL || strcmp(t->key, until) < 0)) {
        rc = count_beside(p);
        if (rc == RC_OK) {
            rc = walk_key(t->walk, &t->key);
        }
    }
    return rc;
}

/* Equal size and ETag are proof; where ETags do not tell, it is copied once more. */
static void hold_against(struct arena *a, const struct s3_list_entry *e, struct past_end *end)
{
    struct step *s = &end->step;

    if (!e->marker && e->size == s->size && strcmp(e->etag, s->etag) == 0) {
        end->verdict = PAST_UNCHANGED;
    } else {
        s->latest = arena_strdup(a, e->version_id);
    }
}

enum rc plan_target_meet(struct planning *p, const char *key, struct past_end *end)
{
    struct plan_target *t = p->there;
    struct arena *a = p->cli->cx->arena;
    const char *there = place_key(a, p->to, key);
    bool copies = end->verdict == PAST_STEP && end->step.kind == STEP_COPY;
    const struct s3_list_entry *e;
    enum rc rc = pass(p, there);

    if (rc == RC_OK && copies && t->key != NULL && strcmp(t->key, there) == 0) {
        rc = newest(t, &e);
        if (rc == RC_OK) {
            hold_against(a, e, end);
            rc = walk_key(t->walk, &t->key);
        }
    }
    if (copies && !place_key_fits(there)) {
        end->step.kind = STEP_UNREACHABLE;
        end->step.why = TOO_LONG;
    }
    return rc;
}

enum rc plan_target_end(struct planning *p)
{
    enum rc rc = pass(p, NULL);

    walk_end(p->there->walk);
    return rc;
}
