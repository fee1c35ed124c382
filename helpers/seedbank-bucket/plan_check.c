/* What is refused before and after a look at the bucket. */
#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/history.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/past.h"
#include "seedbank-bucket/plan_private.h"
#include "seedbank-bucket/shards.h"

/* ---- Before the listing ---------------------------------------------------------------------- */

static enum rc no_time(struct planning *p)
{
    const struct plan_settings *s = p->settings;

    return cli_misuse(p->cli,
                      arena_printf(p->cli->cx->arena, "--%s %s is no time",
                                   s->undelete ? "since" : "at", s->undelete ? s->since : s->at),
                      "Write it as RFC 3339 with an offset, such as 2026-11-24T03:16:18Z or "
                      "2026-11-24T04:16:18+01:00, or as \"2h ago\", \"3d ago\".");
}

/* What needs no server. */
static enum rc check_options(struct planning *p)
{
    const struct plan_settings *s = p->settings;
    const char *time = s->undelete ? s->since : s->at;
    int64_t some;

    if (time != NULL && !moment_read_at(time, INT64_MAX, &some)) {
        return no_time(p);
    }
    if (s->shards > SHARDS_MAX) {
        return cli_misuse(p->cli,
                          arena_printf(p->cli->cx->arena, "--shards can be %d at most", SHARDS_MAX),
                          "Each piece is a process with a journal.");
    }
    if (s->keep_history && s->purge_newer) {
        return cli_misuse(p->cli, "--keep-history and --purge-newer contradict each other",
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
    if (p->to != NULL) { /* this one is only read */
        return plan_target_check(p);
    }
    if (p->versioning.status != S3_VERSIONING_ENABLED && !p->settings->allow_unversioned) {
        return cli_refuse(
            cli,
            arena_printf(cli->cx->arena, "Versioning of bucket %s is %s", p->target.bucket,
                         s3_versioning_status_name(p->versioning.status)),
            "What a restore overwrites or deletes would be lost there. Enable versioning first: it "
            "keeps everything from then on, and changes nothing that is there.%s",
            p->settings->undelete ? "" : " --allow-destructive-unversioned plans all the same.");
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

    if (p->settings->undelete) {
        r->at = r->now;
        return p->settings->since == NULL || moment_read_at(p->settings->since, r->now, &r->since)
                   ? RC_OK
                   : no_time(p);
    }
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

    if (p->settings->undelete || p->result->at >= since || p->settings->accept_gaps) {
        return RC_OK;
    }
    if (p->history != NULL && history_covers(p->history, &p->prefixes)) {
        return RC_OK; /* it tells of each version whether it was lost */
    }
    return cli_refuse(
        cli, "What was there at the chosen time may have been removed since",
        "The earliest moment that can be promised is %s; the chosen one is %s. This comes from %s. "
        "With --accept-gaps the plan is made all the same: keys of which nothing so old is left "
        "are "
        "listed as unknown and left alone.",
        moment_text(cli->cx->arena, since), moment_text(cli->cx->arena, p->result->at),
        rule ? arena_printf(cli->cx->arena, "the lifecycle rule \"%s\"", rule)
             : "the lifecycle rules, which the access key may not read (it lacks "
               "s3:GetLifecycleConfiguration)");
}

/* Whether it is a copy with history, and what follows from that. */
static enum rc check_history(struct planning *p)
{
    struct ctx *cx = p->cli->cx;
    enum rc rc = history_open(p->cli, &p->target, &p->prefixes, &p->history);

    if (rc == RC_NOT_FOUND) { /* deleted while we looked */
        return settings_no_bucket(p->cli, &p->target);
    }
    if (rc != RC_OK || p->history == NULL) {
        return rc;
    }
    if (p->settings->purge_newer) {
        return cli_refuse(p->cli, "There is a history of another bucket",
                          "It is that of %s, and --purge-newer would remove a part of it for good. "
                          "Plan without it.",
                          history_text(cx->arena, p->history));
    }
    if (!p->settings->undelete && p->result->at > history_until(p->history)) {
        diag_warning(cx, NULL, "The chosen time is later than the history of this copy",
                     "It is the history of %s: what the source did later is not in it.",
                     history_text(cx->arena, p->history));
    }
    return RC_OK;
}

enum rc plan_check_before(struct planning *p)
{
    struct ctx *cx = p->cli->cx;
    enum rc rc = check_options(p);

    if (rc == RC_OK) {
        rc = settings_target(p->cli, &p->settings->server, p->settings->bucket, &p->target);
    }
    if (rc == RC_OK) {
        rc = plan_target_read(p);
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
        rc = check_history(p);
    }
    if (rc == RC_OK) {
        rc = check_lifecycle(p);
    }
    return rc;
}

/* ---- After it ---------------------------------------------------------------------------------
 */

bool plan_check_is_before_versioning(const struct planning *p)
{
    struct past_seen seen = past_seen(p->past);

    return !p->settings->undelete && seen.null && p->result->at < seen.oldest_of_id;
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

/* Perhaps meant, and more likely the wrong year, or the bucket of another time. */
static void warn_before_all(struct planning *p)
{
    struct past_seen seen = past_seen(p->past);
    struct arena *a = p->cli->cx->arena;

    if (p->settings->undelete || seen.entries == 0 || seen.null ||
        p->result->at >= seen.oldest_of_id) {
        return;
    }
    diag_warning(p->cli->cx, NULL, "The chosen time is before everything that is listed",
                 "The oldest version is of %s: at %s none of these keys was there.%s",
                 moment_text(a, seen.oldest_of_id), moment_text(a, p->result->at),
                 p->settings->hide_newer ? " With --hide-newer all of them are hidden." : "");
}

enum rc plan_check_found(struct planning *p)
{
    if (p->entries == 0) {
        return refuse_nothing(p);
    }
    warn_before_all(p);
    return RC_OK;
}

static enum rc refuse_doubts(struct planning *p)
{
    const struct plan_shown *shown = &p->result->shown[STEP_UNKNOWN];
    struct arena *a = p->cli->cx->arena;

    return cli_refuse(
        p->cli, "The history of this copy does not tell all",
        "What %s %s in the source at the chosen time is not known%s%s (%s). It is the history of "
        "%s. With --accept-gaps the plan is made all the same: they are listed as unknown and left "
        "alone.",
        cli_words_of(a, p->doubts, "object", "objects"), p->doubts == 1 ? "was" : "were",
        shown->n > 0 ? ", such as " : "", shown->n > 0 ? cli_words_key(a, shown->steps[0].key) : "",
        shown->n > 0 ? shown->steps[0].why : "", history_text(a, p->history));
}

enum rc plan_check_gaps(struct planning *p)
{
    const struct plan_totals *t = &p->result->totals;

    if (p->settings->accept_gaps) {
        return RC_OK;
    }
    if (plan_check_is_before_versioning(p)) {
        return refuse_before_versioning(p);
    }
    if (p->doubts > 0) {
        return refuse_doubts(p);
    }
    return t->steps[STEP_UNKNOWN].objects + t->doubtful > 0 ? refuse_gaps(p) : RC_OK;
}
