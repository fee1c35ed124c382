/* What audit found, for people and for programs. */
#include <string.h>

#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/audit.h"
#include "seedbank-bucket/history.h"
#include "seedbank-bucket/moment.h"

#define DAY        INT64_C(86400)
#define MAX_BINS   24
#define MAX_LOSSES 5
#define BAR        30

static const char *when(struct audit *a, int64_t at_s)
{
    return clock_rfc3339(a->cli->cx->arena, (struct timespec){.tv_sec = (time_t)at_s});
}

static const char *counted(struct audit *a, uint64_t n, const char *one, const char *many)
{
    return cli_words_of(a->cli->cx->arena, n, one, many);
}

static const char *sized(struct audit *a, uint64_t bytes)
{
    return cli_words_bytes(a->cli->cx->arena, bytes);
}

static void say_sums(struct audit *a, const struct timeline_sums *s)
{
    struct cli *cli = a->cli;

    cli_say(cli, "Bucket %s%s%s, versioning %s", a->settings->bucket,
            a->settings->prefix ? ", keys that begin with " : "",
            a->settings->prefix ? cli_words_key(cli->cx->arena, a->settings->prefix) : "",
            s3_versioning_status_name(a->versioning));
    if (a->history != NULL) {
        const char *of = history_text(cli->cx->arena, a->history);
        cli_say(cli, "  a copy with the history of %s: times are those of the source", of);
        cli_event(cli, "history", json_pack("{s:s}", "of", of));
    }
    cli_say(cli, "  live     %s, %s", counted(a, s->live, "object", "objects"),
            sized(a, s->live_bytes));
    cli_say(cli, "  deleted  %s, hidden by a delete marker",
            counted(a, s->deleted, "object", "objects"));
    cli_say(cli, "  old      %s, %s, %s", counted(a, s->old, "version", "versions"),
            sized(a, s->old_bytes), counted(a, s->markers, "delete marker", "delete markers"));
    cli_event(cli, "bucket",
              json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "bucket",
                        a->settings->bucket, "versioning", s3_versioning_status_name(a->versioning),
                        "live", (json_int_t)s->live, "live_bytes", (json_int_t)s->live_bytes,
                        "deleted", (json_int_t)s->deleted, "old", (json_int_t)s->old, "old_bytes",
                        (json_int_t)s->old_bytes, "markers", (json_int_t)s->markers,
                        "null_versions", (json_int_t)s->null_versions));
}

/* A bar of at most BAR characters; the smallest number shows. */
static const char *bar(char *room, const char *block, uint64_t n, uint64_t most)
{
    size_t width = most ? (size_t)(n * BAR / most) : 0, step = strlen(block);

    width = n > 0 && width == 0 ? 1 : width;
    for (size_t i = 0; i < width; i++) {
        memcpy(room + i * step, block, step);
    }
    room[width * step] = '\0';
    return room;
}

static void say_bin(struct audit *a, const struct timeline_bin *b, uint64_t most, bool days)
{
    char writes[4 * BAR + 1], losses[4 * BAR + 1];
    const char *at = when(a, b->from_s);

    cli_say(a->cli, "  %.*s  %s%s %s written%s%s%s", days ? 10 : 16, at,
            bar(writes, "\u2588", b->writes, most), bar(losses, "\u2592", b->losses, most),
            cli_words_count(a->cli->cx->arena, b->writes), b->losses ? ", " : "",
            b->losses ? cli_words_count(a->cli->cx->arena, b->losses) : "",
            b->losses ? " deleted or overwritten" : "");
    cli_event(a->cli, "period",
              json_pack("{s:s, s:I, s:I}", "from", at, "writes", (json_int_t)b->writes, "losses",
                        (json_int_t)b->losses));
}

static void say_history(struct audit *a, const struct timeline_sums *s)
{
    struct timeline_bin bins[MAX_BINS];
    uint64_t most = 0;
    int64_t length;
    size_t n;

    if (s->keys == 0) {
        return;
    }
    n = timeline_bins(a->timeline, s->first_s, s->last_s, bins, MAX_BINS, &length);
    for (size_t i = 0; i < n; i++) {
        most = bins[i].writes > most ? bins[i].writes : most;
        most = bins[i].losses > most ? bins[i].losses : most;
    }
    cli_say(a->cli,
            "\nWhat happened, in steps of %s, UTC (\u2588 written, \u2592 deleted or overwritten)",
            cli_words_span(a->cli->cx->arena, length));
    for (size_t i = 0; i < n; i++) {
        say_bin(a, &bins[i], most, length >= DAY);
    }
}

static const char *folders(struct audit *a, const struct timeline_loss *l)
{
    struct arena *arena = a->cli->cx->arena;
    const char *text = "";

    for (const struct timeline_folder *f = l->folders; f->name != NULL; f++) {
        text = arena_printf(arena, "%s%s%s (%s)", text, *text ? ", " : "",
                            *f->name ? cli_words_key(arena, f->name) : "the top",
                            cli_words_count(arena, f->n));
    }
    return text;
}

static void say_losses(struct audit *a)
{
    struct timeline_loss losses[MAX_LOSSES];
    size_t n = timeline_losses(a->timeline, losses, MAX_LOSSES);

    cli_say(a->cli, n ? "\nMuch was lost at once:"
                      : "\nNothing stands out: no moment at which much was lost at once.");
    for (size_t i = 0; i < n; i++) {
        const struct timeline_loss *l = &losses[i];
        const char *before = when(a, l->first_s - 1);
        cli_say(a->cli,
                "  %s%s%s: %s deleted, %s overwritten\n    in %s\n    just before it: --at %s",
                when(a, l->first_s), l->last_s > l->first_s ? " to " : "",
                l->last_s > l->first_s ? when(a, l->last_s) : "",
                cli_words_count(a->cli->cx->arena, l->deleted),
                cli_words_count(a->cli->cx->arena, l->overwritten), folders(a, l), before);
        cli_event(a->cli, "loss",
                  json_pack("{s:s, s:s, s:I, s:I, s:s}", "first", when(a, l->first_s), "last",
                            when(a, l->last_s), "deleted", (json_int_t)l->deleted, "overwritten",
                            (json_int_t)l->overwritten, "at", before));
    }
}

/* How far back nothing can be missing. */
static void say_reach(struct audit *a, const struct timeline_sums *s)
{
    struct arena *arena = a->cli->cx->arena;
    int64_t since = a->since > s->id_first_s * MOMENT_SECOND || s->null_versions == 0
                        ? a->since
                        : s->id_first_s * MOMENT_SECOND;
    const char *why = since != a->since ? "versions were written before versioning was enabled"
                      : a->since_rule ? arena_printf(arena, "lifecycle rule \"%s\"", a->since_rule)
                                      : NULL;

    if (a->versioning == S3_VERSIONING_DISABLED || a->expiry == NULL) {
        return;
    }
    cli_say(a->cli, "\nAny moment since %s can be restored whole%s%s%s.",
            since ? moment_text(arena, since) : "versioning was enabled", why ? " (" : "",
            why ? why : "", why ? ")" : "");
    cli_event(a->cli, "reach",
              json_pack("{s:s?, s:s?}", "since", since ? moment_text(arena, since) : NULL,
                        "because", why));
}

static void say_doom(struct audit *a)
{
    if (a->expiry == NULL) {
        return;
    }
    if (a->doom.versions == 0) {
        cli_say(a->cli, "\nNo lifecycle rule removes an old version within %s.",
                counted(a, a->settings->days, "day", "days"));
        return;
    }
    cli_say(a->cli,
            "\nLifecycle rules will remove %s (%s) within %s, the first at %s by rule \"%s\".\n"
            "  What is to be brought back must be brought back before.",
            counted(a, a->doom.versions, "old version", "old versions"), sized(a, a->doom.bytes),
            counted(a, a->settings->days, "day", "days"), when(a, a->doom.first_s), a->doom.rule);
    cli_event(a->cli, "expiry",
              json_pack("{s:I, s:I, s:s, s:s}", "versions", (json_int_t)a->doom.versions, "bytes",
                        (json_int_t)a->doom.bytes, "first", when(a, a->doom.first_s), "rule",
                        a->doom.rule));
}

static void finding(struct audit *a, const char *severity, const char *message, const char *remedy)
{
    cli_say(a->cli, "\n%s: %s\n  %s", severity, message, remedy);
    cli_event(
        a->cli, "finding",
        json_pack("{s:s, s:s, s:s}", "severity", severity, "message", message, "remedy", remedy));
}

static void say_findings(struct audit *a, const struct timeline_sums *s)
{
    struct arena *arena = a->cli->cx->arena;

    if (a->versioning != S3_VERSIONING_ENABLED) {
        finding(a, "error",
                arena_printf(arena, "Versioning is %s: what is overwritten or deleted now is gone",
                             s3_versioning_status_name(a->versioning)),
                "Enable it (aws s3api put-bucket-versioning, or the resource "
                "seedbank_bucket_versioning) before anything is restored here.");
    }
    if (s->null_versions > 0 && a->versioning != S3_VERSIONING_DISABLED) {
        finding(a, "warning",
                arena_printf(arena,
                             "%s written while versioning was not enabled: what those replaced is "
                             "gone, and for their keys earlier moments cannot be restored",
                             counted(a, s->null_versions, "version was", "versions were")),
                "The command plan names the keys concerned for the moment that it is given.");
    }
    if (a->archived > 0) {
        finding(a, "warning",
                arena_printf(arena, "%s in an archive storage class",
                             counted(a, a->archived, "version is", "versions are")),
                "They must be restored from the archive first, which takes hours and costs.");
    }
    if (a->expiry == NULL) {
        finding(a, "warning", "The lifecycle rules may not be read with these keys",
                "Allow s3:GetLifecycleConfiguration: without it nobody can say until when old "
                "versions stay.");
    }
}

void audit_show(struct audit *a)
{
    struct timeline_sums s = timeline_sums(a->timeline);

    say_sums(a, &s);
    say_history(a, &s);
    say_losses(a);
    say_reach(a, &s);
    say_doom(a);
    say_findings(a, &s);
}
