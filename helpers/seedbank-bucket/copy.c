/* Carry what readers see of one bucket, or of a folder in it, to another place. */
#include "base/ctx.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/copy_private.h"

static bool has_work(const struct copy *c)
{
    uint64_t deleted = c->settings->delete_extra ? c->counts[COPY_EXTRA].objects : 0;

    return c->counts[COPY_NEW].objects + c->counts[COPY_CHANGED].objects + deleted > 0;
}

/* The gravest of what became of single keys. */
static void judge_outcome(struct cli *cli, const struct copy_tally *t)
{
    bool partly = t->failed + t->conflicts + t->refused + t->incomplete > 0;

    cli_outcome(cli, partly ? CLI_PARTLY : CLI_DONE);
}

/* All of the source, not a selection of it. */
static bool is_proven(const struct copy *c, const struct copy_tally *t)
{
    bool whole = c->settings->prefixes.n + c->settings->excludes.n == 0;

    return whole && t->failed + t->conflicts + t->refused + t->unproven + c->by_time == 0;
}

static enum rc carry_out(struct copy *c)
{
    struct copy_tally tally = {.failed = 0};
    enum rc rc = RC_OK;

    if (has_work(c)) {
        rc = copy_carry(c, &tally);
        copy_show_tally(c, &tally);
        judge_outcome(c->cli, &tally);
    } else {
        cli_say(c->cli, "There is nothing to do.");
    }
    if (rc == RC_OK) {
        rc = copy_create_end(c, is_proven(c, &tally));
    }
    if (rc != RC_OK) {
        cli_outcome(c->cli, CLI_ERROR);
        cli_say(c->cli, "The same command again does what is missing.");
        return rc;
    }
    copy_show_next(c);
    return RC_OK;
}

static enum rc run(struct cli *cli, const void *settings)
{
    struct copy *c = arena_alloc(cli->cx->arena, sizeof *c);
    enum rc rc;

    c->cli = cli;
    c->settings = settings;
    pthread_mutex_init(&c->lock, NULL);
    rc = copy_check_before(c);
    if (rc == RC_OK && c->settings->versions) {
        rc = copy_history(c);
        pthread_mutex_destroy(&c->lock);
        return rc;
    }
    if (rc == RC_OK) {
        rc = copy_list(c);
    }
    if (rc == RC_OK) {
        copy_show_counts(c);
        rc = copy_check_counts(c);
    }
    if (rc == RC_OK) {
        rc = c->settings->dry_run ? copy_show_items(c) : carry_out(c);
    }
    if (rc == RC_OK && c->settings->dry_run) {
        cli_say(cli, "Nothing was written: --dry-run.");
    }
    pthread_mutex_destroy(&c->lock);
    return rc;
}

/* ---- The command -------------------------------------------------------------------------------
 */

#define ROW(member, option, word, how, text)                                                       \
    {                                                                                              \
        .name = (option), .value = (word), .kind = (how),                                          \
        .offset = offsetof(struct copy_settings, member), .doc = (text),                           \
    }

static const struct cli_option what[] = {
    ROW(prefixes, "prefix", "PREFIX", CLI_TEXTS,
        "Only keys that begin so, behind the prefix of SRC. May be given several times."),
    ROW(excludes, "exclude", "PREFIX", CLI_TEXTS,
        "Not keys that begin so, behind the prefix of SRC. May be given several times."),
    ROW(versions, "versions", NULL, CLI_FLAG,
        "Carry every version and delete marker, in order, and keep a history manifest in the "
        "destination, by which audit, plan, restore and verify know the source's times there."),
    ROW(dry_run, "dry-run", NULL, CLI_FLAG, "Say what would be done, and write nothing."),
    ROW(delete_extra, "delete", NULL, CLI_FLAG,
        "Delete what the destination alone has, each by a delete marker: old versions stay. "
        "Without it nothing is ever deleted."),
    ROW(keep_compliance, "keep-compliance", NULL, CLI_FLAG,
        "Give copies the retention of their source also where its mode is COMPLIANCE, which nobody "
        "can take away before it ends."),
    ROW(storage_class, "storage-class", "CLASS", CLI_TEXT,
        "Storage class of copies. Without it the source's, and STANDARD for what lies in an "
        "archive."),
    {.name = NULL},
};

static const struct cli_option guards[] = {
    ROW(max_change, "max-change", "PERCENT", CLI_TEXT,
        "Refuse if more of the destination's objects than this would be overwritten or deleted. "
        "Without it 20."),
    ROW(allow_empty, "allow-empty-source", NULL, CLI_FLAG,
        "Go on also if the source lists nothing."),
    ROW(allow_unversioned, "allow-destructive-unversioned", NULL, CLI_FLAG,
        "Overwrite and delete also in a bucket whose versioning is not Enabled, where that is "
        "lost."),
    {.name = NULL},
};

static const struct cli_option creation[] = {
    ROW(create, "create", NULL, CLI_FLAG,
        "Make the destination's bucket, with versioning Enabled. One that exists is left alone "
        "(refused) unless it is empty or was made by this."),
    ROW(config, "config", "FILE", CLI_TEXT,
        "With --create: put the settings that audit --save-config kept of a bucket. Lifecycle "
        "rules "
        "are put disabled, and enabled when everything is there and proven."),
    {.name = NULL},
};

const struct cli_command copy_command = {
    .name = "copy",
    .summary = "Carry a bucket to another one, at any server, and only what is missing",
    .description =
        "Lists both places once, and copies what the destination lacks or has otherwise. A second "
        "run does what is missing by then. Keys keep their names behind the prefixes of SRC and "
        "DST. Where both are at one server, it copies by itself; if it refuses, and between two "
        "servers, the bytes go through this program, and are proven as they pass.\n\n"
        "Examples: the first night, each night, and when the source is lost:\n\n"
        "  seedbank-bucket copy uploads uploads-backup --create\n"
        "  seedbank-bucket copy uploads uploads-backup\n"
        "  seedbank-bucket copy uploads-backup uploads --create --config uploads.json\n\n"
        "The same: equal sizes, and equal ETags or checksums. Where they do not tell (encryption "
        "by "
        "KMS, uploads in parts of another size), the destination's must be newer than the "
        "source's. "
        "Metadata, tags, encryption, storage class, legal hold and retention come along; what the "
        "destination cannot hold is listed.\n\n"
        "Refused, with exit code 5, before anything is written: a source that lists nothing; more "
        "than --max-change of the destination overwritten or deleted; anything overwritten or "
        "deleted where versioning is not Enabled. A copy that runs every night must not carry an "
        "accident into the backup.\n\n"
        "With --versions the whole history is carried, each key from its oldest version to its "
        "newest, into a bucket whose versioning is Enabled; nothing overrides that. The times of "
        "the source stand in a manifest there, .seedbank/history/, by which audit, plan, restore "
        "and verify take the copy for what the source was. Later runs carry what is new. What the "
        "source lost stays; what it lost altogether is hidden with --delete.\n\n"
        "Exit code 3: some keys could not be copied, or not with all that belongs to them; they "
        "are "
        "listed. The first Ctrl-C lets end what is in flight, the second breaks it off.\n\n"
        "Source: s3:ListBucket, s3:GetBucketVersioning, s3:GetObject, s3:GetObjectVersion, "
        "s3:GetObjectTagging, s3:GetObjectVersionTagging, for locks s3:GetObjectRetention and "
        "s3:GetObjectLegalHold. Destination: s3:ListBucket, s3:GetBucketVersioning, "
        "s3:GetBucketObjectLockConfiguration, s3:GetObject, s3:PutObject, s3:PutObjectTagging, "
        "s3:AbortMultipartUpload, for locks s3:PutObjectRetention and s3:PutObjectLegalHold, for "
        "--delete s3:DeleteObject.",
    .arguments =
        (const struct cli_argument[]){
            {.name = "SRC",
             .doc = "The source: " PLACE_DOC ".",
             .offset = offsetof(struct copy_settings, source)},
            {.name = "DST",
             .doc = "The destination: " PLACE_DOC ".",
             .offset = offsetof(struct copy_settings, destination)},
            {.name = NULL},
        },
    .groups =
        (const struct cli_group[]){
            {"Copy", what, 0},
            {"Safety", guards, 0},
            {"A new bucket", creation, 0},
            SETTINGS_GROUP(offsetof(struct copy_settings, server)),
            SETTINGS_GROUP_OF("Source", src, offsetof(struct copy_settings, src)),
            SETTINGS_GROUP_OF("Destination", dst, offsetof(struct copy_settings, dst)),
            {.title = NULL},
        },
    .size = sizeof(struct copy_settings),
    .run = run,
};
