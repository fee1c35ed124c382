/* audit: what can be brought back, and what happened when. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_progress.h"
#include "cli/cli_words.h"
#include "s3/s3_config.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_list.h"
#include "s3/s3_rules.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/expiry.h"
#include "seedbank-bucket/settings.h"
#include "seedbank-bucket/timeline.h"
#include "json/json_bytes.h"
#include "json/json_line.h"

#define DAY          INT64_C(86400)
#define MAX_BINS     24
#define MAX_LOSSES   5
#define BAR          30
#define DEFAULT_DAYS 7

struct options {
    struct settings server;
    const char *bucket, *prefix, *save_config;
    uint64_t days;
};

#define ROW(member, option, word, how, text)                                                       \
    {                                                                                              \
        .name = (option), .value = (word), .kind = (how),                                          \
        .offset = offsetof(struct options, member), .doc = (text),                                 \
    }

static const struct cli_option options[] = {
    ROW(prefix, "prefix", "PREFIX", CLI_TEXT, "Only keys that begin so."),
    ROW(days, "days", "N", CLI_NUMBER,
        "Say what lifecycle rules will remove in the next N days; 7 when left out."),
    ROW(save_config, "save-config", "FILE", CLI_TEXT,
        "Write the bucket's own settings (versioning, lifecycle, replication, CORS, policy, "
        "encryption, tags ...) to FILE, from which a lost bucket can be made again."),
    {.name = NULL},
};

struct audit {
    struct cli *cli;
    const struct options *options;
    struct s3_target target;
    struct arena *arena; /* outlives the pages of the listing */
    struct timeline *timeline;
    struct cli_progress *progress;
    enum s3_versioning_status versioning;
    struct expiry *expiry; /* NULL: the rules may not be read */
    int64_t now_s;
    /* The key at hand, for what its old versions wait for. */
    char *key;
    size_t key_room;
    int64_t newer_at_s;
    uint64_t newer_old;
    /* What rules will remove within the days asked for. */
    uint64_t doomed, doomed_bytes;
    int64_t doomed_first_s;
    const char *doomed_rule;
    uint64_t archived;
};

/* ---- The listing ----------------------------------------------------------------------------- */

static bool is_archive(const char *storage_class)
{
    return strcmp(storage_class, "GLACIER") == 0 || strcmp(storage_class, "DEEP_ARCHIVE") == 0;
}

static void count_doom(struct audit *a, const struct s3_list_entry *e)
{
    const char *rule = NULL;
    int64_t at = expiry_of(a->expiry,
                           &(struct expiry_version){.key = e->key,
                                                    .size = e->size,
                                                    .old_since_s = a->newer_at_s,
                                                    .newer_old = a->newer_old},
                           &rule);

    if (at > a->now_s + (int64_t)a->options->days * DAY) {
        return;
    }
    if (a->doomed == 0 || at < a->doomed_first_s) {
        a->doomed_first_s = at;
        a->doomed_rule = rule;
    }
    a->doomed++;
    a->doomed_bytes += e->size;
}

static void follow_key(struct audit *a, const char *key, int64_t at_s)
{
    size_t n = strlen(key) + 1;

    if (n > a->key_room) {
        a->key_room = 2 * n;
        a->key = arena_alloc(a->arena, a->key_room);
    }
    memcpy(a->key, key, n);
    a->newer_at_s = at_s;
}

static enum rc visit(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    struct audit *a = arg;
    bool same = a->key_room > 0 && strcmp(a->key, e->key) == 0;
    int64_t at_s = e->modified / MOMENT_SECOND;

    (void)cx;
    timeline_add(a->timeline, &(struct timeline_entry){
                                  .key = e->key,
                                  .at_s = at_s,
                                  .size = e->size,
                                  .marker = e->marker,
                                  .latest = e->latest,
                                  .null_version = strcmp(e->version_id, "null") == 0,
                              });
    a->archived += is_archive(e->storage_class);
    a->newer_old = same ? a->newer_old : 0;
    if (same && !e->marker && !e->latest && a->expiry != NULL) {
        count_doom(a, e);
    }
    a->newer_old += same && !e->latest;
    follow_key(a, e->key, at_s);
    cli_progress_add(a->progress, 1, 0);
    return RC_OK;
}

/* ---- What is said ---------------------------------------------------------------------------- */

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

    cli_say(cli, "Bucket %s%s%s, versioning %s", a->options->bucket,
            a->options->prefix ? ", keys that begin with " : "",
            a->options->prefix ? cli_words_key(cli->cx->arena, a->options->prefix) : "",
            s3_versioning_status_name(a->versioning));
    cli_say(cli, "  live     %s, %s", counted(a, s->live, "object", "objects"),
            sized(a, s->live_bytes));
    cli_say(cli, "  deleted  %s, hidden by a delete marker",
            counted(a, s->deleted, "object", "objects"));
    cli_say(cli, "  old      %s, %s, %s", counted(a, s->old, "version", "versions"),
            sized(a, s->old_bytes), counted(a, s->markers, "delete marker", "delete markers"));
    cli_event(cli, "bucket",
              json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "bucket",
                        a->options->bucket, "versioning", s3_versioning_status_name(a->versioning),
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
                "  %s to %s: %s deleted, %s overwritten\n    in %s\n    just before it: --at %s",
                when(a, l->first_s), when(a, l->last_s),
                cli_words_count(a->cli->cx->arena, l->deleted),
                cli_words_count(a->cli->cx->arena, l->overwritten), folders(a, l), before);
        cli_event(a->cli, "loss",
                  json_pack("{s:s, s:s, s:I, s:I, s:s}", "first", when(a, l->first_s), "last",
                            when(a, l->last_s), "deleted", (json_int_t)l->deleted, "overwritten",
                            (json_int_t)l->overwritten, "at", before));
    }
}

static void say_doom(struct audit *a)
{
    if (a->expiry == NULL) {
        return;
    }
    if (a->doomed == 0) {
        cli_say(a->cli, "\nNo lifecycle rule removes an old version within %s.",
                counted(a, a->options->days, "day", "days"));
        return;
    }
    cli_say(a->cli,
            "\nLifecycle rules will remove %s (%s) within %s, the first at %s by rule \"%s\".\n"
            "  What is to be brought back must be brought back before.",
            counted(a, a->doomed, "old version", "old versions"), sized(a, a->doomed_bytes),
            counted(a, a->options->days, "day", "days"), when(a, a->doomed_first_s),
            a->doomed_rule);
    cli_event(a->cli, "expiry",
              json_pack("{s:I, s:I, s:s, s:s}", "versions", (json_int_t)a->doomed, "bytes",
                        (json_int_t)a->doomed_bytes, "first", when(a, a->doomed_first_s), "rule",
                        a->doomed_rule));
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
        finding(
            a, "error",
            arena_printf(arena, "Versioning is %s: what is overwritten or deleted now is gone",
                         s3_versioning_status_name(a->versioning)),
            "Enable it (resource seedbank_bucket_versioning) before anything is restored here.");
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

/* ---- --save-config --------------------------------------------------------------------------- */

static enum rc collect(struct audit *a, json_t *documents)
{
    struct ctx *cx = a->cli->cx;
    struct s3_target target = a->target;

    target.may_be_denied = true;
    for (const struct s3_config_part *part = s3_config_parts; part->name != NULL; part++) {
        struct str document = {NULL, 0};
        enum rc rc = s3_config_get(cx, &target, part, &document);
        if (rc == RC_FAIL) {
            return rc;
        }
        if (rc == RC_CONFLICT) {
            diag_warning(cx, NULL,
                         arena_printf(cx->arena, "The setting %s is not saved", part->name),
                         "These keys may not read it; allow %s.", part->permission);
        }
        if (rc == RC_OK) {
            json_bytes_set(documents, part->name, str_dup(cx->arena, document));
        }
    }
    return RC_OK;
}

/* The file appears whole or not at all, and for its owner alone: a policy tells who may do what. */
static bool write_file(const char *path, const char *text, struct arena *arena)
{
    char *temporary = arena_printf(arena, "%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    size_t n = strlen(text);
    bool fine = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0 &&
                rename(temporary, path) == 0;
    int cause = errno;

    if (fd >= 0) {
        close(fd);
        if (!fine) {
            unlink(temporary);
        }
    }
    errno = cause;
    return fine;
}

static enum rc save_config(struct audit *a)
{
    struct ctx *cx = a->cli->cx;
    const char *path = a->options->save_config;
    json_t *documents = json_object();
    const char *text;
    enum rc rc = collect(a, documents);

    if (rc != RC_OK) {
        json_decref(documents);
        return rc;
    }
    text = json_line(cx->arena, json_pack("{s:i, s:s, s:s, s:o}", "seedbank_bucket_config", 1,
                                          "bucket", a->options->bucket, "saved", when(a, a->now_s),
                                          "documents", documents));
    text = arena_printf(cx->arena, "%s\n", text);
    if (!write_file(path, text, cx->arena)) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot save the settings in %s", path),
                          "%s.", strerror(errno));
    }
    cli_say(a->cli, "\nThe bucket's settings are in %s.", path);
    return RC_OK;
}

/* ---- The command ----------------------------------------------------------------------------- */

/* What stands beside the objects; the bucket exists, or RC_NOT_FOUND. */
static enum rc read_settings(struct audit *a)
{
    struct ctx *cx = a->cli->cx;
    struct s3_target target = a->target;
    struct s3_versioning versioning;
    struct s3_rules rules;
    const char *strange;
    enum rc rc = s3_versioning_get(cx, &a->target, &versioning);

    if (rc != RC_OK) {
        return rc;
    }
    a->versioning = versioning.status;
    target.may_be_denied = true;
    rc = s3_rules_get(cx, &target, &s3_lifecycle_kind, &rules);
    if (rc == RC_CONFLICT) {
        return RC_OK; /* a finding */
    }
    if (rc == RC_OK) {
        a->expiry = expiry_new(cx->arena, &rules, &strange);
    }
    return rc;
}

static enum rc list(struct audit *a)
{
    struct s3_list_options o = {
        .bucket = a->options->bucket,
        .prefix = a->options->prefix,
        .expected_owner = a->options->server.owner,
    };
    enum rc rc;

    a->progress = cli_progress_begin(
        a->cli, &(struct cli_progress_options){.doing = "listing", .items = "versions"});
    rc = s3_list_versions(a->cli->cx, a->target.client, &o, (struct s3_list_visitor){visit, a});
    cli_progress_end(a->progress);
    return rc;
}

static enum rc tell(struct audit *a)
{
    struct timeline_sums s = timeline_sums(a->timeline);

    say_sums(a, &s);
    say_history(a, &s);
    say_losses(a);
    say_doom(a);
    say_findings(a, &s);
    return a->options->save_config ? save_config(a) : RC_OK;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

static enum rc run(struct cli *cli, const void *settings)
{
    struct options o = *(const struct options *)settings;
    struct audit a = {.cli = cli, .options = &o, .arena = arena_new()};
    enum rc rc;

    arena_defer(cli->cx->arena, free_arena, a.arena);
    o.days = o.days ? o.days : DEFAULT_DAYS;
    a.now_s = cli->cx->clock->now(cli->cx->clock).tv_sec;
    a.timeline = timeline_new(a.arena, o.prefix ? o.prefix : "");
    rc = settings_target(cli, &o.server, o.bucket, &a.target);
    if (rc == RC_OK) {
        rc = read_settings(&a);
    }
    if (rc == RC_OK) {
        rc = list(&a);
    }
    if (rc == RC_NOT_FOUND) {
        s3_bucket_missing(cli->cx, &a.target, NULL);
    }
    return rc == RC_OK ? tell(&a) : rc;
}

const struct cli_command audit_command = {
    .name = "audit",
    .summary = "What a bucket holds, what was lost in it and when",
    .description =
        "Reads the bucket's list of versions once and says what is live, old and deleted, what "
        "was written and lost over time, at which moments much was lost at once, and which old "
        "versions lifecycle rules will remove soon. For each loss it prints the value of --at for "
        "the command plan that leads to just before it. Nothing is changed.",
    .arguments =
        (const struct cli_argument[]){
            {"BUCKET", "The bucket.", offsetof(struct options, bucket), false},
            {NULL, NULL, 0, false},
        },
    .groups =
        (const struct cli_group[]){
            {"What to look at", options, 0},
            SETTINGS_GROUP(offsetof(struct options, server)),
            {NULL, NULL, 0},
        },
    .size = sizeof(struct options),
    .run = run,
};
