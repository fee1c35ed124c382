/* From a bucket to a plan on disk. */
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_progress.h"
#include "cli/cli_words.h"
#include "s3/s3_list.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/past.h"
#include "seedbank-bucket/plan.h"
#include "seedbank-bucket/reach.h"
#include "seedbank-bucket/replica.h"

#define COUNT_EVERY 500 /* entries between two words to the progress line */

/* What is known before the listing. */
struct planning {
    struct cli *cli;
    const struct plan_settings *settings;
    struct s3_target target;
    struct s3_versioning versioning;
    struct guarantee *guarantee;
    struct replica *replica;
    struct cli_texts prefixes; /* none is within another */
    struct plan_result *result;

    /* Of one pass over the listing. */
    struct arena *kept; /* what is shown */
    struct plan_writer *writer;
    struct past *past;
    struct reach *reach;
    struct cli_progress *progress;
    uint64_t entries;
    bool begun;      /* a key is at hand */
    bool gap_before; /* nothing proves that versioning was on at the chosen time */
};

/* ---- Each key -------------------------------------------------------------------------------- */

static bool has_gap(void *arg, const char *key)
{
    const struct planning *p = arg;

    return p->gap_before || guarantee_has_gap(p->guarantee, key, p->result->at);
}

static bool keeps_markers(void *arg, const char *key)
{
    const struct planning *p = arg;
    const char *rule = replica_rule(p->replica, key);

    if (rule != NULL && !p->settings->keep_history && p->result->replica_rule == NULL) {
        p->result->replica_rule = rule;
    }
    return rule != NULL || p->settings->keep_history || p->versioning.mfa_delete;
}

static const char *keep_text(const struct planning *p, const char *text)
{
    return text ? arena_strdup(p->kept, text) : NULL;
}

static void keep_shown(struct planning *p, int kind, const struct step *step)
{
    struct plan_shown *shown = &p->result->shown[kind];
    struct step s = *step;

    if (shown->n < PLAN_SHOWN) {
        s.key = keep_text(p, s.key);
        s.latest = keep_text(p, s.latest);
        s.version = keep_text(p, s.version);
        s.etag = keep_text(p, s.etag);
        s.modified = keep_text(p, s.modified);
        s.storage_class = keep_text(p, s.storage_class);
        s.why = keep_text(p, s.why);
        s.newer = NULL;
        s.n_newer = 0;
        shown->steps[shown->n++] = s;
    }
}

static void count(struct plan_count *c, uint64_t bytes)
{
    c->objects++;
    c->bytes += bytes;
}

/* A step, once it is known whether it can be carried out. */
static enum rc take(struct ctx *cx, void *arg, const struct step *step)
{
    struct planning *p = arg;
    struct plan_totals *t = &p->result->totals;

    count(&t->steps[step->kind], step->size);
    t->doubtful += step->kind == STEP_COPY && step->why != NULL;
    keep_shown(p, (int)step->kind, step);
    return plan_file_add(cx, p->writer, step);
}

/* Without versioning a copy of a version without an ID over itself would be its end. */
static void spare_null_source(const struct planning *p, struct step *step)
{
    if (p->versioning.status != S3_VERSIONING_ENABLED && step->kind == STEP_COPY &&
        strcmp(step->version, "null") == 0) {
        step->kind = STEP_UNREACHABLE;
        step->why = "it has no version ID, and versioning is not enabled: the copy would overwrite "
                    "its own source";
    }
}

static enum rc end_key(struct ctx *cx, struct planning *p)
{
    struct past_end end = past_end(p->past);
    struct plan_result *r = p->result;

    p->begun = false;
    if (end.multipart_near && r->multipart_near++ == 0) {
        r->multipart_key = arena_strdup(p->kept, past_key(p->past));
    }
    if (end.verdict == PAST_UNCHANGED) {
        count(&r->totals.unchanged, end.bytes);
    } else if (end.verdict == PAST_NEWER) {
        count(&r->totals.newer, end.bytes);
        keep_shown(p, PLAN_NEWER, &end.step);
    }
    if (end.verdict != PAST_STEP) {
        return RC_OK;
    }
    r->kept_markers += end.kept_markers;
    spare_null_source(p, &end.step);
    guarantee_look(p->guarantee, &end);
    return reach_give(cx, p->reach, &end.step);
}

static bool is_excluded(const struct planning *p, const char *key)
{
    const struct cli_texts *excludes = &p->settings->excludes;

    for (size_t i = 0; i < excludes->n; i++) {
        if (str_starts(key, excludes->items[i])) {
            return true;
        }
    }
    return false;
}

static enum rc visit(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    struct planning *p = arg;
    enum rc rc = RC_OK;

    if (++p->entries % COUNT_EVERY == 0) {
        cli_progress_add(p->progress, COUNT_EVERY, 0);
    }
    if (!p->begun || !past_goes_on(p->past, e->key)) {
        if (p->begun) {
            rc = end_key(cx, p);
        }
        if (rc != RC_OK || is_excluded(p, e->key)) {
            return rc;
        }
        past_begin(p->past, e->key);
        p->begun = true;
    }
    if (!past_add(p->past, e)) {
        return diag_error(
            cx, NULL, "Cannot tell when a version was written",
            "The listing says \"%.100s\" for a version of \"%s\"; it should be a time "
            "as RFC 3339 has it. Report it to the server's makers.",
            e->last_modified, cli_words_key(cx->arena, e->key));
    }
    return rc;
}

/* ---- One pass over the listing --------------------------------------------------------------- */

static enum rc list_prefix(struct planning *p, const char *prefix)
{
    struct cli *cli = p->cli;
    uint64_t before = p->entries;
    const struct s3_list_options options = {
        .bucket = p->target.bucket,
        .prefix = prefix,
        .expected_owner = p->target.expected_owner,
    };
    enum rc rc =
        s3_list_versions(cli->cx, p->target.client, &options, (struct s3_list_visitor){visit, p});

    if (rc == RC_OK && p->begun) {
        rc = end_key(cli->cx, p);
    }
    if (rc == RC_OK && p->entries == before && p->prefixes.n > 1) {
        diag_warning(cli->cx, NULL, "No key begins with one of the prefixes",
                     "There are neither versions nor delete markers under \"%s\".",
                     cli_words_key(cli->cx->arena, prefix));
    }
    return rc;
}

static enum rc list(struct planning *p)
{
    enum rc rc = p->prefixes.n == 0 ? list_prefix(p, "") : RC_OK;

    for (size_t i = 0; i < p->prefixes.n && rc == RC_OK; i++) {
        rc = list_prefix(p, p->prefixes.items[i]);
    }
    return rc;
}

static void forget_pass(struct planning *p)
{
    struct plan_result *r = p->result;

    r->totals = (struct plan_totals){.doubtful = 0};
    memset(r->shown, 0, sizeof r->shown);
    r->multipart_near = r->kept_markers = 0;
    r->multipart_key = r->replica_rule = NULL;
    p->entries = 0;
    p->begun = false;
}

static enum rc pass(struct planning *p)
{
    struct cli *cli = p->cli;
    const struct past_options options = {
        .at = p->result->at,
        .hide_newer = p->settings->hide_newer,
        .purge_newer = p->settings->purge_newer,
        .ask = {has_gap, keeps_markers, p},
    };
    enum rc rc;

    forget_pass(p);
    rc = plan_file_create(cli->cx, p->result->path, &p->result->head, &p->writer);
    if (rc != RC_OK) {
        return rc;
    }
    p->past = past_new(cli->cx->arena, &options);
    p->reach = reach_new(
        cli->cx, &(struct reach_options){
                     .target = p->target, .ask = !p->settings->no_probe, .take = take, .arg = p});
    p->progress = cli_progress_begin(
        cli, &(struct cli_progress_options){.doing = "listing", .items = "versions"});
    rc = reach_end(cli->cx, p->reach, list(p));
    cli_progress_end(p->progress);
    return rc;
}

/* ---- What is refused ------------------------------------------------------------------------- */

static enum rc wrong_use(struct cli *cli, const char *summary, const char *detail)
{
    cli_outcome(cli, CLI_USAGE);
    return diag_error(cli->cx, NULL, summary, "%s Nothing was done.", detail);
}

static enum rc no_time(struct planning *p)
{
    return wrong_use(p->cli,
                     arena_printf(p->cli->cx->arena, "--at %s is no time", p->settings->at),
                     "Write it as RFC 3339 with an offset, such as 2026-11-24T03:16:18Z or "
                     "2026-11-24T04:16:18+01:00, or as \"2h ago\", \"3d ago\".");
}

/* What needs no server. */
static enum rc check_options(struct planning *p)
{
    const struct plan_settings *s = p->settings;
    int64_t some;

    if (!moment_read_at(s->at, INT64_MAX, &some)) {
        return no_time(p);
    }
    if (s->keep_history && s->purge_newer) {
        return wrong_use(p->cli, "--keep-history and --purge-newer contradict each other",
                         "One removes nothing, the other all that is newer.");
    }
    return RC_OK;
}

/* Versioning, and with the same reply the server's clock. */
static enum rc check_versioning(struct planning *p)
{
    struct cli *cli = p->cli;
    enum rc rc = s3_versioning_get(cli->cx, &p->target, &p->versioning);

    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(p->cli, &p->target);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (p->versioning.date == 0) {
        return diag_error(cli->cx, NULL, "The server does not say what time it is",
                          "Its replies have no Date header, and this machine's clock may be wrong. "
                          "Look for a proxy that removes the header.");
    }
    p->result->now = p->versioning.date * MOMENT_SECOND;
    if (p->versioning.status != S3_VERSIONING_ENABLED && !p->settings->allow_unversioned) {
        return cli_refuse(
            cli,
            arena_printf(cli->cx->arena, "Versioning of bucket %s is %s", p->target.bucket,
                         s3_versioning_status_name(p->versioning.status)),
            "What a restore overwrites or deletes would be lost there. Enable versioning first: it "
            "keeps everything from then on, and changes nothing that is there. "
            "--allow-destructive-unversioned plans all the same.");
    }
    if (p->versioning.mfa_delete && p->settings->purge_newer) {
        return cli_refuse(cli, "Versions of this bucket can only be removed with a second factor",
                          "MFA delete is enabled for it. Plan without --purge-newer.");
    }
    return RC_OK;
}

static enum rc check_time(struct planning *p)
{
    struct cli *cli = p->cli;
    struct plan_result *r = p->result;

    if (!moment_read_at(p->settings->at, r->now, &r->at)) {
        return no_time(p);
    }
    if (r->at >= r->now + MOMENT_SECOND) { /* the header has no fraction */
        return cli_refuse(cli, "The chosen time lies in the future",
                          "It is %s, and the server's clock says %s. Nothing overrides this.",
                          moment_text(cli->cx->arena, r->at), moment_text(cli->cx->arena, r->now));
    }
    return RC_OK;
}

static enum rc check_lifecycle(struct planning *p)
{
    struct cli *cli = p->cli;
    const char *rule;
    int64_t since = guarantee_since(p->guarantee, &p->prefixes, &rule);

    if (p->result->at >= since || p->settings->accept_gaps) {
        return RC_OK;
    }
    return cli_refuse(
        cli, "What was there at the chosen time may have been removed since",
        "The earliest moment that can be promised is %s; the chosen one is %s. This comes from %s. "
        "With --accept-gaps the plan is made all the same, and keys of which nothing so old is "
        "left "
        "are listed as unknown and left alone.",
        moment_text(cli->cx->arena, since), moment_text(cli->cx->arena, p->result->at),
        rule ? arena_printf(cli->cx->arena, "the lifecycle rule \"%s\"", rule) : "its rules");
}

/* Versions without an ID were written when versioning was off: what was overwritten or deleted then
 * left no trace. The oldest entry that has an ID is the first proof that it was on. */
static bool is_before_versioning(const struct planning *p)
{
    struct past_seen seen = past_seen(p->past);

    return seen.null && p->result->at < seen.oldest_of_id;
}

static enum rc refuse_before_versioning(struct planning *p)
{
    struct cli *cli = p->cli;
    int64_t since = past_seen(p->past).oldest_of_id;

    return cli_refuse(
        cli, "Nothing proves that versioning was enabled at the chosen time",
        "There are versions without an ID, which were written without versioning: what was "
        "overwritten or deleted at that time is lost without a trace. The oldest version that has "
        "an ID is of %s; the chosen time is %s. With --accept-gaps the plan is made all the same: "
        "versions that are as old as the chosen time are brought back, keys of which there is none "
        "are listed as unknown and left alone.",
        since == INT64_MAX ? "no time: there is none" : moment_text(cli->cx->arena, since),
        moment_text(cli->cx->arena, p->result->at));
}

static enum rc refuse_gaps(struct planning *p)
{
    const struct plan_result *r = p->result;
    const struct plan_shown *shown = &r->shown[STEP_UNKNOWN];
    struct arena *a = p->cli->cx->arena;

    return cli_refuse(
        p->cli, "The past of some keys is not whole",
        "What they were at the chosen time cannot be known for %s%s%s, and is doubtful for %s: "
        "versions without an ID, which replace one another, were written later. With --accept-gaps "
        "the plan is made all the same: the unknown ones are listed and left alone, for the "
        "doubtful ones the newest version that is left is taken.",
        cli_words_of(a, r->totals.steps[STEP_UNKNOWN].objects, "object", "objects"),
        shown->n > 0 ? ", such as " : "", shown->n > 0 ? cli_words_key(a, shown->steps[0].key) : "",
        cli_words_of(a, r->totals.doubtful, "object", "objects"));
}

static enum rc refuse_nothing(struct planning *p)
{
    struct cli *cli = p->cli;

    cli_outcome(cli, CLI_NOT_FOUND);
    return diag_error(
        cli->cx, NULL,
        p->prefixes.n > 0 ? "No key begins with that prefix"
                          : arena_printf(cli->cx->arena, "Bucket %s is empty", p->target.bucket),
        "The listing has neither versions nor delete markers there: nothing is left to go back to. "
        "Check bucket and prefix.");
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int compare(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* In the order of the listing, without those that another one covers. */
static struct cli_texts tidy(struct arena *a, const struct cli_texts *prefixes)
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

static void fill_head(struct planning *p)
{
    const struct plan_settings *s = p->settings;
    struct plan_result *r = p->result;
    struct arena *a = p->cli->cx->arena;

    r->head = (struct plan_head){
        .endpoint = s3_client_url(a, p->target.client),
        .region = s3_client_region(p->target.client),
        .bucket = p->target.bucket,
        .at = moment_text(a, r->at),
        .made = moment_text(a, r->now),
        .prefixes = p->prefixes,
        .excludes = s->excludes,
        .keep_history = s->keep_history,
        .hide_newer = s->hide_newer,
        .purge_newer = s->purge_newer,
        .accept_gaps = s->accept_gaps,
        .allow_unversioned = p->versioning.status != S3_VERSIONING_ENABLED,
        .probed = !s->no_probe,
    };
    r->path =
        s->output ? s->output : arena_printf(a, "%s-%s.plan", s->bucket, moment_name(a, r->at));
}

/* Everything that can be told before the listing, so that a refusal comes at once. */
static enum rc prepare(struct planning *p)
{
    struct ctx *cx = p->cli->cx;
    enum rc rc = check_options(p);

    if (rc == RC_OK) {
        rc = settings_target(p->cli, &p->settings->server, p->settings->bucket, &p->target);
    }
    if (rc == RC_OK) {
        rc = check_versioning(p);
    }
    if (rc == RC_OK) {
        rc = check_time(p);
    }
    if (rc == RC_OK) {
        rc = guarantee_get(cx, &p->target, p->result->now, &p->guarantee);
    }
    if (rc == RC_OK) {
        rc = check_lifecycle(p);
    }
    if (rc == RC_OK) {
        rc = replica_get(cx, &p->target, &p->replica);
    }
    return rc;
}

/* A second pass only where the first one found that its answers on absent keys were too sure. */
static enum rc look(struct planning *p)
{
    struct arena_mark mark = arena_mark(p->cli->cx->arena);
    enum rc rc = pass(p);

    if (rc == RC_OK && p->entries == 0) {
        return refuse_nothing(p);
    }
    if (rc != RC_OK || !is_before_versioning(p)) {
        return rc;
    }
    if (!p->settings->accept_gaps) {
        return refuse_before_versioning(p);
    }
    arena_rewind(p->cli->cx->arena, mark);
    p->gap_before = true;
    rc = guarantee_get(p->cli->cx, &p->target, p->result->now, &p->guarantee); /* counts anew */
    return rc == RC_OK ? pass(p) : rc;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

enum rc plan_make(struct cli *cli, const struct plan_settings *settings,
                  struct plan_result *ret_result)
{
    struct ctx *cx = cli->cx;
    struct plan_result *result = arena_alloc(cx->arena, sizeof *result);
    struct planning p = {
        .cli = cli,
        .settings = settings,
        .prefixes = tidy(cx->arena, &settings->prefixes),
        .result = result,
        .kept = arena_new(),
    };
    enum rc rc;

    arena_defer(cx->arena, free_arena, p.kept);
    rc = prepare(&p);
    if (rc == RC_OK) {
        fill_head(&p);
        rc = look(&p);
    }
    if (rc == RC_OK && !settings->accept_gaps &&
        result->totals.steps[STEP_UNKNOWN].objects + result->totals.doubtful > 0) {
        rc = refuse_gaps(&p);
    }
    if (rc == RC_OK) {
        rc = plan_file_end(cx, p.writer, &result->totals);
    }
    if (rc == RC_NOT_FOUND) { /* deleted while we looked */
        return settings_no_bucket(cli, &p.target);
    }
    if (rc == RC_OK) {
        guarantee_warn(cx, p.guarantee);
        *ret_result = *result;
    }
    return rc;
}
