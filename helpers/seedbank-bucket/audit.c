/* audit: what can be brought back, and what happened when. */
#include <string.h>

#include "base/ctx.h"
#include "cli/cli_progress.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_list.h"
#include "s3/s3_object_info.h"
#include "s3/s3_rules.h"
#include "seedbank-bucket/audit.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/expiry.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/moment.h"

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
    {.name = NULL},
};

/* One pass over the listing. */
struct pass {
    struct audit *audit;
    struct arena *arena; /* outlives the pages */
    struct cli_progress *progress;
    /* The key at hand, for what its old versions wait for. */
    char *key;
    size_t key_room;
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

static void follow_key(struct pass *p, const char *key, int64_t at_s)
{
    size_t n = strlen(key) + 1;

    if (n > p->key_room) {
        p->key_room = 2 * n;
        p->key = arena_alloc(p->arena, p->key_room);
    }
    memcpy(p->key, key, n);
    p->newer_at_s = at_s;
}

static enum rc visit(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    struct pass *p = arg;
    bool same = p->key_room > 0 && strcmp(p->key, e->key) == 0;
    int64_t at_s = e->modified.tv_sec;

    (void)cx;
    timeline_add(p->audit->timeline,
                 &(struct timeline_entry){
                     .key = e->key,
                     .at_s = at_s,
                     .size = e->size,
                     .marker = e->marker,
                     .latest = e->latest,
                     .null_version = e->null_origin || strcmp(e->version_id, "null") == 0,
                 });
    p->audit->archived += s3_object_info_is_archive(e->storage_class);
    p->newer_old = same ? p->newer_old : 0;
    if (same && !e->marker && !e->latest && p->audit->expiry != NULL) {
        count_doom(p, e);
    }
    p->newer_old += same && !e->latest;
    follow_key(p, e->key, at_s);
    cli_progress_add(p->progress, 1, 0);
    return RC_OK;
}

/* ---- The command ----------------------------------------------------------------------------- */

static void read_guarantee(struct audit *a, const struct s3_rules *rules)
{
    struct arena *arena = a->cli->cx->arena;
    struct cli_texts prefixes = {NULL, 0};

    if (a->settings->prefix) {
        prefixes.items = arena_memdup(arena, &a->settings->prefix, sizeof a->settings->prefix);
        prefixes.n = 1;
    }
    a->since = guarantee_since(guarantee_new(arena, rules, a->now_s * MOMENT_SECOND), &prefixes,
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
    struct pass p = {.audit = a, .arena = arena_within(a->cli->cx->arena)};
    struct s3_list_options o = {
        .bucket = a->settings->bucket,
        .prefix = a->settings->prefix,
        .expected_owner = a->settings->server.owner,
    };
    enum rc rc;

    a->timeline = timeline_new(p.arena, a->settings->prefix ? a->settings->prefix : "");
    p.progress = cli_progress_begin(
        a->cli, &(struct cli_progress_options){.doing = "listing", .items = "versions"});
    rc = s3_list_versions(a->cli->cx, a->target.client, &o, (struct s3_list_visitor){visit, &p});
    cli_progress_end(p.progress);
    return rc;
}

static enum rc run(struct cli *cli, const void *given)
{
    struct audit_settings settings = *(const struct audit_settings *)given;
    struct audit a = {.cli = cli, .settings = &settings};
    enum rc rc;

    settings.days = settings.days ? settings.days : DEFAULT_DAYS;
    rc = settings_target(cli, &settings.server, settings.bucket, &a.target);
    if (rc == RC_OK) {
        rc = read_settings(&a);
    }
    if (rc == RC_OK) {
        rc = list(&a);
    }
    if (rc == RC_NOT_FOUND) {
        return settings_no_bucket(cli, &a.target);
    }
    if (rc == RC_OK) {
        audit_show(&a);
    }
    return rc == RC_OK && settings.save_config ? audit_config_save(&a) : rc;
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
