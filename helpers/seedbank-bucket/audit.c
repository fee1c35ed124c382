/* audit: what can be brought back, and what happened when. */
#include <string.h>

#include "base/ctx.h"
#include "cli/cli_words.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_object_info.h"
#include "s3/s3_rules.h"
#include "seedbank-bucket/audit.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/expiry.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/history.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/walk.h"

#define DAY          INT64_C(86400)
#define DEFAULT_DAYS 7

#define ROW(member, option, word, how, text)                                                       \
    {                                                                                              \
        .name = (option), .value = (word), .kind = (how),                                          \
        .offset = offsetof(struct audit_settings, member), .doc = (text),                          \
    }

static const struct cli_option options[] = {
    ROW(prefix, "prefix", "PREFIX", CLI_TEXT, "Only keys that begin so."),
    ROW(days, "days", "N", CLI_NUMBER,
        "Say what lifecycle rules will remove in the next N days; 7 when left out."),
    ROW(save_config, "save-config", "FILE", CLI_TEXT,
        "Write the bucket's own settings (versioning, lifecycle, replication, CORS, policy, "
        "encryption, tags ...) to FILE, from which a lost bucket can be made again."),
    ROW(accept_gaps, "accept-gaps", NULL, CLI_FLAG,
        "Of a copy with history: do not refuse where it does not tell what an object is."),
    {.name = NULL},
};

/* The key at hand, for what its old versions wait for. */
struct pass {
    struct audit *audit;
    bool any; /* an entry came */
    int64_t newer_at_s;
    uint64_t newer_old;
};

/* ---- The listing ----------------------------------------------------------------------------- */

static void count_doom(const struct pass *p, const struct s3_list_entry *e)
{
    struct audit *a = p->audit;
    struct audit_doom *doom = &a->doom;
    const char *rule = NULL;
    int64_t at = expiry_of(a->expiry,
                           &(struct expiry_version){.key = e->key,
                                                    .size = e->size,
                                                    .old_since_s = p->newer_at_s,
                                                    .newer_old = p->newer_old},
                           &rule);

    if (at > a->now_s + (int64_t)a->settings->days * DAY) {
        return;
    }
    if (doom->versions == 0 || at < doom->first_s) {
        doom->first_s = at;
        doom->rule = rule;
    }
    doom->versions++;
    doom->bytes += e->size;
}

static void take_entry(struct pass *p, const struct s3_list_entry *e)
{
    int64_t at_s = e->modified.tv_sec;

    timeline_add(p->audit->timeline,
                 &(struct timeline_entry){
                     .key = e->key,
                     .at_s = at_s,
                     .size = e->size,
                     .marker = e->marker,
                     .latest = e->latest,
                     .null_version = e->null_origin || strcmp(e->version_id, S3_NULL_VERSION) == 0,
                 });
    p->audit->archived += s3_object_info_is_archive(e->storage_class);
    if (p->any && !e->marker && !e->latest && p->audit->expiry != NULL) {
        count_doom(p, e);
    }
    p->newer_old += p->any && !e->latest;
    p->newer_at_s = at_s;
    p->any = true;
}

static enum rc take_key(struct audit *a, struct walk *w, const char *key)
{
    struct pass p = {.audit = a};
    const struct s3_list_entry *e;
    enum rc rc;

    while ((rc = walk_entry(w, &e)) == RC_OK && e != NULL) {
        if (!e->gone) {
            take_entry(&p, e);
        }
    }
    if (rc == RC_OK && walk_doubt(w, INT64_MAX) != NULL && a->doubts++ == 0) {
        struct arena *arena = a->cli->cx->arena;
        a->doubtful =
            arena_printf(arena, "%s: %s", cli_words_key(arena, key), walk_doubt(w, INT64_MAX));
    }
    return rc;
}

/* ---- Copies ---------------------------------------------------------------------------------- */

static enum rc read_history(struct audit *a)
{
    enum rc rc = history_open(a->cli, &a->target, &a->prefixes, &a->history);

    if (rc == RC_OK && a->history != NULL && history_since(a->history) > a->since) {
        a->since = history_since(a->history);
        a->since_rule = "of the source, when it was copied";
    }
    return rc;
}

static enum rc refuse_doubts(struct audit *a)
{
    return cli_refuse(
        a->cli, "The history of this copy does not tell all",
        "What %s in the source now is not known, such as %s. With --accept-gaps this is no "
        "refusal.",
        arena_printf(a->cli->cx->arena, "%s %s",
                     cli_words_of(a->cli->cx->arena, a->doubts, "object", "objects"),
                     a->doubts == 1 ? "is" : "are"),
        a->doubtful);
}

/* ---- The command ----------------------------------------------------------------------------- */

static void read_guarantee(struct audit *a, const struct s3_rules *rules)
{
    struct arena *arena = a->cli->cx->arena;

    a->since = guarantee_since(guarantee_new(arena, rules, a->now_s * MOMENT_SECOND), &a->prefixes,
                               &a->since_rule);
}

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
    a->now_s = versioning.date;
    target.may_be_denied = true;
    rc = s3_rules_get(cx, &target, &s3_lifecycle_kind, &rules);
    if (rc == RC_CONFLICT) {
        return RC_OK; /* a finding */
    }
    if (rc == RC_OK) {
        a->expiry = expiry_new(cx->arena, &rules, &strange);
        read_guarantee(a, &rules);
    }
    return rc;
}

static enum rc list(struct audit *a)
{
    struct walk *w = walk_new(&(struct walk_options){.cli = a->cli,
                                                     .target = a->target,
                                                     .prefixes = a->prefixes,
                                                     .history = a->history,
                                                     .doing = "listing"});
    const char *key;
    enum rc rc;

    a->timeline = timeline_new(arena_within(a->cli->cx->arena),
                               a->settings->prefix ? a->settings->prefix : "");
    while ((rc = walk_key(w, &key)) == RC_OK && key != NULL) {
        rc = take_key(a, w, key);
        if (rc != RC_OK) {
            break;
        }
    }
    walk_end(w);
    return rc;
}

static enum rc run(struct cli *cli, const void *given)
{
    struct audit_settings settings = *(const struct audit_settings *)given;
    struct audit a = {.cli = cli, .settings = &settings};
    enum rc rc;

    settings.days = settings.days ? settings.days : DEFAULT_DAYS;
    if (settings.prefix) {
        a.prefixes = (struct cli_texts){&settings.prefix, 1};
    }
    rc = settings_target(cli, &settings.server, settings.bucket, &a.target);
    if (rc == RC_OK) {
        rc = read_settings(&a);
    }
    if (rc == RC_OK) {
        rc = read_history(&a);
    }
    if (rc == RC_OK) {
        rc = list(&a);
    }
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(cli, &a.target);
    }
    if (rc == RC_OK) {
        audit_show(&a);
        rc = settings.save_config ? audit_config_save(&a) : RC_OK;
    }
    return rc == RC_OK && a.doubts > 0 && !settings.accept_gaps ? refuse_doubts(&a) : rc;
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
            {"BUCKET", "The bucket.", offsetof(struct audit_settings, bucket), false},
            {NULL, NULL, 0, false},
        },
    .groups =
        (const struct cli_group[]){
            {"What to look at", options, 0},
            SETTINGS_GROUP(offsetof(struct audit_settings, server)),
            {NULL, NULL, 0},
        },
    .size = sizeof(struct audit_settings),
    .run = run,
};
