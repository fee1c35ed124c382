#include "seedbank-bucket/verify.h"

#include <string.h>

#include "base/ctx.h"
#include "http/http.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/verify_private.h"

static const struct verify_mode *const modes[] = {
    &verify_by_time,
    &verify_by_plan,
    &verify_by_against,
    &verify_by_manifest,
};

#define EITHER "Exactly one of --plan, --at, --against and --manifest must be given"

static const char *text_of(const struct verify *s, const struct verify_mode *mode)
{
    const char *text;

    memcpy(&text, (const char *)s + mode->offset, sizeof text);
    return text;
}

/* The one that was asked for. */
static enum rc choose(struct verifying *v)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (text_of(v->settings, modes[i]) != NULL) {
            v->mode = modes[i];
            n++;
        }
    }
    if (n == 0 && v->settings->manifest_out != NULL) {
        v->mode = &verify_by_nothing;
        n++;
    }
    return n == 1 ? RC_OK : verify_place_refuse(v, EITHER);
}

static enum rc check_use(struct verifying *v)
{
    const struct verify *s = v->settings;

    if (s->to != NULL && v->mode != &verify_by_time && v->mode != &verify_by_plan) {
        return verify_place_refuse(v, "--to is for --at and --plan");
    }
    if (s->max_age > 0 && v->mode != &verify_by_against) {
        return verify_place_refuse(v, "--max-age is for --against");
    }
    return RC_OK;
}

static enum rc begin_manifest(struct verifying *v)
{
    struct ctx *cx = v->cli->cx;
    const struct manifest_head head = {
        .endpoint = http_origin(cx->arena, s3_client_url(cx->arena, v->found.target.client)),
        .place = v->found.place,
        .made = moment_text(cx->arena, v->now),
        .prefixes = v->prefixes,
        .excludes = v->excludes,
    };

    v->sums = v->versions = true;
    return manifest_create(cx, v->settings->manifest_out, &head, &v->writer);
}

enum rc verify_run(struct cli *cli, const struct verify *settings)
{
    struct verifying *v = arena_alloc(cli->cx->arena, sizeof *v);
    enum rc rc;

    v->cli = cli;
    v->settings = settings;
    v->behind_texts = verify_texts_new(v);
    rc = choose(v);
    if (rc == RC_OK) {
        rc = check_use(v);
    }
    if (rc == RC_OK) {
        rc = v->mode->open(v);
    }
    if (rc == RC_OK && settings->manifest_out != NULL) {
        rc = begin_manifest(v);
    }
    if (rc == RC_OK) {
        rc = verify_pass(v);
    }
    if (rc == RC_OK) {
        rc = verify_report_end(v);
    }
    return rc == RC_OK && v->mode->end != NULL ? v->mode->end(v) : rc;
}

/* ---- The command ----------------------------------------------------------------------------- */

#define TEXT(member, option, word, text)                                                           \
    {                                                                                              \
        .name = (option), .value = (word), .kind = CLI_TEXT,                                       \
        .offset = offsetof(struct verify, member), .doc = (text),                                  \
    }
#define TEXTS(member, option, word, text)                                                          \
    {                                                                                              \
        .name = (option), .value = (word), .kind = CLI_TEXTS,                                      \
        .offset = offsetof(struct verify, member), .doc = (text),                                  \
    }
#define FLAG(member, option, text)                                                                 \
    {                                                                                              \
        .name = (option), .kind = CLI_FLAG, .offset = offsetof(struct verify, member),             \
        .doc = (text),                                                                             \
    }

static const struct cli_argument arguments[] = {
    {.name = "BUCKET", .doc = PLACE_DOC ".", .offset = offsetof(struct verify, bucket)},
    {.name = NULL},
};

static const struct cli_option what[] = {
    TEXT(plan, "plan", "FILE",
         "Compare with what this plan promises, and what it does not speak of with its time."),
    TEXT(at, "at", "TIME",
         "Compare with what the history says of this moment; TIME is as for the command plan."),
    TEXT(against, "against", "BUCKET[/PREFIX]",
         "Compare this other place, which is a copy, with what BUCKET has now."),
    TEXT(manifest, "manifest", "FILE",
         "Compare with what --manifest-out wrote to this file, here or elsewhere. A version with "
         "the same ID in the same bucket is the same content, unless --deep; of others the "
         "SHA-256 is compared."),
    TEXT(to, "to", "BUCKET[/PREFIX]",
         "With --at and --plan: look at this other place instead, which is to be what BUCKET was "
         "then."),
    {.name = NULL},
};

static const struct cli_option how[] = {
    TEXTS(prefixes, "prefix", "PREFIX",
          "Only keys that begin so, in BUCKET/PREFIX behind that. May be given several times."),
    TEXTS(excludes, "exclude", "PREFIX", "Not keys that begin so. May be given several times."),
    FLAG(accept_gaps, "accept-gaps",
         "Of a copy with history: do not refuse where it does not tell what an object was."),
    FLAG(exact, "exact",
         "Take what was born later, or is in the copy alone, for a difference; it is only counted "
         "otherwise."),
    FLAG(deep, "deep",
         "Read every object, whatever its ETag says; and compare metadata, tags and, at the same "
         "server, settings of copies with those of their sources."),
    {
        .name = "max-age",
        .value = "DURATION",
        .kind = CLI_DURATION,
        .offset = offsetof(struct verify, max_age),
        .doc = "With --against: what was written to BUCKET within that time (\"24h\") may be "
               "missing from the copy, or be older there; it is counted, and no difference.",
    },
    TEXT(manifest_out, "manifest-out", "FILE",
         "If all is proven, write key, version, size and SHA-256 of each object that is there to "
         "this file. Objects without a SHA-256 of their own are read. Without any of the other "
         "options: of BUCKET as it is."),
    {.name = NULL},
};

static const struct cli_group groups[] = {
    {"With what", what, 0},
    {"How", how, 0},
    SETTINGS_GROUP(offsetof(struct verify, server)),
    SETTINGS_GROUP_OF("Server of the other bucket", against, offsetof(struct verify, other)),
    {.title = NULL},
};

static enum rc run(struct cli *cli, const void *settings)
{
    return verify_run(cli, settings);
}

const struct cli_command verify_command = {
    .name = "verify",
    .summary = "Prove that a bucket is as it was at a moment, or that a copy is as its source",
    .description =
        "Lists what is there and compares each object with what it should be: by size, ETag and "
        "checksums, and where these prove nothing (objects made of parts, encryption by KMS) by "
        "reading, of any size. Nothing is changed.\n\n"
        "Examples:\n\n"
        "  seedbank-bucket verify uploads --at \"2026-11-24T03:00:00Z\"\n"
        "  seedbank-bucket verify uploads --against uploads-backup/daily --max-age 24h\n"
        "  seedbank-bucket verify uploads-backup/daily --manifest-out monday.manifest\n\n"
        "What cannot be proven (an archive, a missing permission, a key that only the owner has) "
        "is neither a difference nor fine: it is listed by itself.\n\n"
        "With --max-age the age of a change is that of the object in BUCKET, by the clock of its "
        "server: a bucket that did not change is never too old. What was deleted in BUCKET and is "
        "still in the copy counts only with --exact.\n\n"
        "Exit code 4: some differ, or are not proven; they are listed.",
    .arguments = arguments,
    .groups = groups,
    .size = sizeof(struct verify),
    .run = run,
};
