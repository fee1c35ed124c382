#include "seedbank-bucket/settings.h"

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
    {.name = NULL},
};

const struct cli_option settings_environment[] = {
    {.name = "SEEDBANK_S3_ENDPOINT", .doc = "The server; --endpoint comes first."},
    {.name = "SEEDBANK_S3_REGION", .doc = "Its region; --region comes first."},
    {.name = "SEEDBANK_S3_ACCESS_KEY",
     .doc = "Access key, with SEEDBANK_S3_SECRET_KEY and, for temporary keys, "
            "SEEDBANK_S3_SESSION_TOKEN. Without them: for AWS what its own tools use, for Spaces "
            "SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY."},
    {.name = "NO_COLOR", .doc = "No colours, whatever its value."},
    {.name = NULL},
};

enum rc settings_target(struct cli *cli, const struct settings *settings, const char *bucket,
                        struct s3_target *ret_target)
{
    struct s3_target target = {
        .bucket = bucket, .expected_owner = settings->owner, .timeout_ms = WAIT_MS};
    struct s3_options options = {
        .endpoint = settings->endpoint,
        .region = settings->region,
        .profile = settings->profile,
        .ca_file = settings->ca_file,
        .force_path_style = settings->path_style,
        .max_retries = RETRIES,
        .adaptive = true,
    };
    enum rc rc;

    s3_options_complete(&options);
    rc = s3_client_new(cli->cx, cli->session, &options, &target.client);
    if (rc == RC_OK) {
        *ret_target = target;
    }
    return rc;
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

const char *settings_command(struct cli *cli, const struct settings *s, const char *const *words)
{
    struct buf *line = buf_new(cli->cx->arena, MAX_COMMAND);
    const char *const options[][2] = {{"--profile", s->profile},
                                      {"--ca-file", s->ca_file},
                                      {"--expected-bucket-owner", s->owner}};

    cli_words_add(line, cli->program->name);
    for (; *words != NULL; words++) {
        cli_words_add(line, *words);
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i][1] != NULL) {
            cli_words_add(line, options[i][0]);
            cli_words_add(line, options[i][1]);
        }
    }
    if (s->path_style) {
        cli_words_add(line, "--path-style");
    }
    return line->data;
}
