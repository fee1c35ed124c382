#include "seedbank-bucket/settings.h"

#include <limits.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "cli/cli_words.h"

#define RETRIES     10
#define WAIT_MS     60000
#define MAX_COMMAND 65536

#define TEXT(member, option, word, text)                                                           \
    {                                                                                              \
        .name = (option), .value = (word), .kind = CLI_TEXT,                                       \
        .offset = offsetof(struct settings, member), .doc = (text),                                \
    }

const struct cli_option settings_options[] = {
    TEXT(endpoint, "endpoint", "URL",
         "The S3 server, such as https://fra1.digitaloceanspaces.com. Without it "
         "SEEDBANK_S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, then AWS."),
    TEXT(region, "region", "REGION",
         "Region that requests are signed for. Without it SEEDBANK_S3_REGION, and for AWS "
         "AWS_REGION; a bucket that the server says is elsewhere is asked for there."),
    TEXT(profile, "profile", "NAME",
         "Profile of ~/.aws/config and ~/.aws/credentials whose keys are used."),
    TEXT(ca_file, "ca-file", "FILE",
         "PEM file of the certificate authorities to trust instead of the system's."),
    TEXT(owner, "expected-bucket-owner", "ACCOUNT",
         "Account that must own the bucket; the server refuses otherwise."),
    {
        .name = "path-style",
        .kind = CLI_FLAG,
        .offset = offsetof(struct settings, path_style),
        .doc = "Put the bucket into the path instead of the host name.",
    },
    {
        .name = "max-requests-per-second",
        .value = "N",
        .kind = CLI_NUMBER,
        .offset = offsetof(struct settings, max_per_second),
        .doc = "Begin no more than N requests a second, at a server that others need, too. "
               "Without it the program finds out what the server takes.",
    },
    {.name = NULL},
};

/* ---- The sides of a command that talks to two servers ---------------------------------------- */

#define SIDE(side, option, set, whose)                                                             \
    const struct cli_option settings_##side##_options[] = {                                        \
        TEXT(endpoint, option "endpoint", "URL",                                                   \
             "The S3 server of " whose ". Without it " set "_ENDPOINT. With an endpoint, a "       \
             "profile or keys (" set "_ACCESS_KEY) of its own, " whose " takes nothing of the "    \
             "common options and variables; without any of them, it is at the common server."),    \
        TEXT(region, option "region", "REGION",                                                    \
             "Region of " whose ". Without it " set "_REGION."),                                   \
        TEXT(profile, option "profile", "NAME", "Profile with the keys of " whose "."),            \
        TEXT(ca_file, option "ca-file", "FILE",                                                    \
             "PEM file of the certificate authorities that " whose " is trusted by."),             \
        TEXT(owner, option "expected-bucket-owner", "ACCOUNT",                                     \
             "Account that must own the bucket of " whose "."),                                    \
        {                                                                                          \
            .name = option "path-style",                                                           \
            .kind = CLI_FLAG,                                                                      \
            .offset = offsetof(struct settings, path_style),                                       \
            .doc = "Put the bucket of " whose " into the path.",                                   \
        },                                                                                         \
        {                                                                                          \
            .name = option "max-requests-per-second",                                              \
            .value = "N",                                                                          \
            .kind = CLI_NUMBER,                                                                    \
            .offset = offsetof(struct settings, max_per_second),                                   \
            .doc = "Begin no more than N requests a second at " whose ".",                         \
        },                                                                                         \
        {.name = NULL},                                                                            \
    };                                                                                             \
    const struct settings_side settings_##side = {option, set, settings_##side##_options}

SIDE(src, "src-", "SEEDBANK_SRC_S3", "the source");
SIDE(dst, "dst-", "SEEDBANK_DST_S3", "the destination");
SIDE(against, "against-", "SEEDBANK_AGAINST_S3", "the other bucket");

const struct cli_option settings_environment[] = {
    {.name = "SEEDBANK_S3_ENDPOINT", .doc = "The server; --endpoint comes first."},
    {.name = "SEEDBANK_S3_REGION", .doc = "Its region; --region comes first."},
    {.name = "SEEDBANK_S3_ACCESS_KEY",
     .doc = "Access key, with SEEDBANK_S3_SECRET_KEY and, for temporary keys, "
            "SEEDBANK_S3_SESSION_TOKEN. Without them: for AWS what its own tools use, for Spaces "
            "SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY."},
    {.name = "SEEDBANK_SRC_S3_*, SEEDBANK_DST_S3_*, SEEDBANK_AGAINST_S3_*",
     .doc = "The same for one of the two buckets of copy and of verify --against. An endpoint or "
            "keys there make a set that stands alone: it takes nothing of SEEDBANK_S3_*."},
    {.name = "NO_COLOR", .doc = "No colours, whatever its value."},
    {.name = NULL},
};

static unsigned rate_of(const struct settings *s)
{
    return s->max_per_second < UINT_MAX ? (unsigned)s->max_per_second : UINT_MAX;
}

/* `variables`: as s3_options has them. */
static enum rc target_of(struct cli *cli, const struct settings *settings, const char *variables,
                         const char *bucket, struct s3_target *ret_target)
{
    struct s3_target target = {
        .bucket = bucket, .expected_owner = settings->owner, .timeout_ms = WAIT_MS};
    struct s3_options options = {
        .endpoint = settings->endpoint,
        .region = settings->region,
        .profile = settings->profile,
        .variables = variables,
        .ca_file = settings->ca_file,
        .force_path_style = settings->path_style,
        .max_retries = RETRIES,
        .adaptive = true,
        .max_per_second = rate_of(settings),
    };
    enum rc rc;

    s3_options_complete(&options);
    rc = s3_client_new(cli->cx, cli->session, &options, &target.client);
    if (rc == RC_OK) {
        *ret_target = target;
    }
    return rc;
}

enum rc settings_target(struct cli *cli, const struct settings *settings, const char *bucket,
                        struct s3_target *ret_target)
{
    return target_of(cli, settings, NULL, bucket, ret_target);
}

static bool is_set(struct cli *cli, const struct settings_side *side, const char *what)
{
    const char *value = getenv(arena_printf(cli->cx->arena, "%s_%s", side->variables, what));

    return value != NULL && *value != '\0';
}

/* What says where requests go, or who asks. */
static bool stands_alone(struct cli *cli, const struct settings_side *side,
                         const struct settings *own)
{
    return own->endpoint != NULL || own->profile != NULL || is_set(cli, side, "ENDPOINT") ||
           is_set(cli, side, "ACCESS_KEY") || is_set(cli, side, "SECRET_KEY") ||
           is_set(cli, side, "SESSION_TOKEN");
}

struct settings settings_whole(struct cli *cli, const struct settings_of *of)
{
    const struct settings_side *side = of->side;
    const struct settings *common = of->common;
    struct settings s = *of->own;

    s.max_per_second = s.max_per_second ? s.max_per_second : common->max_per_second;
    if (stands_alone(cli, side, of->own)) {
        return s;
    }
    if (s.region == NULL && is_set(cli, side, "REGION")) {
        s.region = getenv(arena_printf(cli->cx->arena, "%s_REGION", side->variables));
    }
    s.endpoint = common->endpoint;
    s.profile = common->profile;
    s.region = s.region ? s.region : common->region;
    s.ca_file = s.ca_file ? s.ca_file : common->ca_file;
    s.owner = s.owner ? s.owner : common->owner;
    s.path_style = s.path_style || common->path_style;
    return s;
}

enum rc settings_target_of(struct cli *cli, const struct settings_of *of, const char *bucket,
                           struct s3_target *ret_target)
{
    struct settings s = settings_whole(cli, of);
    bool alone = stands_alone(cli, of->side, of->own);

    return target_of(cli, &s, alone ? of->side->variables : NULL, bucket, ret_target);
}

enum rc settings_no_bucket(struct cli *cli, const struct s3_target *target)
{
    cli_outcome(cli, CLI_NOT_FOUND);
    return diag_error(
        cli->cx, NULL, arena_printf(cli->cx->arena, "There is no bucket %s", target->bucket),
        "%s says that it does not exist. Check the name and the endpoint. If it was deleted: "
        "DigitalOcean can cancel the deletion of a Space for about a week (ask its support at "
        "once); AWS cannot. A replica or a copy is the other way back.",
        s3_client_url(cli->cx->arena, target->client));
}

void settings_add(struct buf *line, const char *prefix, const struct settings *s)
{
    const char *const options[][2] = {{"endpoint", s->endpoint},
                                      {"region", s->region},
                                      {"profile", s->profile},
                                      {"ca-file", s->ca_file},
                                      {"expected-bucket-owner", s->owner}};

    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i][1] != NULL) {
            buf_printf(line, " --%s%s", prefix, options[i][0]);
            cli_words_add(line, options[i][1]);
        }
    }
    if (s->path_style) {
        buf_printf(line, " --%spath-style", prefix);
    }
    if (s->max_per_second > 0) {
        buf_printf(line, " --%smax-requests-per-second %ju", prefix, (uintmax_t)s->max_per_second);
    }
}

const char *settings_command(struct cli *cli, const struct settings *s, const char *const *words)
{
    struct buf *line = buf_new(cli->cx->arena, MAX_COMMAND);
    struct settings rest = *s;

    cli_words_add(line, cli->program->name);
    for (; *words != NULL; words++) {
        cli_words_add(line, *words);
    }
    rest.endpoint = rest.region = NULL;
    settings_add(line, "", &rest);
    return line->data;
}
